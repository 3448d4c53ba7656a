package accountpage

import (
	"context"
	"errors"
	"net/http"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// loginView is the log-in page.
type loginView struct {
	Login  ui.Input
	Pass   ui.Input
	Return string
	Wrong  string // why the last attempt failed
	// Empty says that there is no user yet: the way in is the set-up link.
	Empty bool
}

func newLoginView(ctx context.Context, login, back string, wrong error, empty bool) loginView {
	v := loginView{
		Login: ui.Input{Name: "login", Label: i18n.T(ctx, "accountpage.login.name|User name or e-mail"), Value: login,
			Complete: "username", Required: true, Focus: login == ""},
		Pass: ui.Input{Name: "password", Label: i18n.T(ctx, "accountpage.password|Password"), Type: "password",
			Complete: "current-password", Required: true, Focus: login != ""},
		Return: web.LocalPath(back, ""), Empty: empty,
	}
	if f, ok := fault.Of(wrong); ok {
		m := f.Message()
		v.Wrong = i18n.T(ctx, m.Key, m.Args...)
	}
	return v
}

func (d Deps) showLogin(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if web.User(ctx).ID != 0 {
		return web.Redirect(w, r, web.LocalPath(r.FormValue("return"), home))
	}
	someone, err := user.Any(ctx, d.DB)
	if err != nil {
		return err
	}
	return showLogin(w, r, http.StatusOK, newLoginView(ctx, "", r.FormValue("return"), nil, !someone))
}

func showLogin(w http.ResponseWriter, r *http.Request, status int, v loginView) error {
	return web.Show(w, r, web.View{
		Title: i18n.T(r.Context(), "accountpage.login.title|Log in"), Status: status, Body: loginPage(v), Bare: true,
	})
}

func (d Deps) logIn(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	login, back := r.PostFormValue("login"), r.PostFormValue("return")
	u, err := d.Gate.Authenticate(ctx, login, r.PostFormValue("password"), web.Address(ctx).String())
	switch {
	case errors.Is(err, user.ErrWrong):
		return showLogin(w, r, http.StatusUnauthorized, newLoginView(ctx, login, back, err, false))
	case errors.Is(err, user.ErrTooMany):
		return showLogin(w, r, http.StatusTooManyRequests, newLoginView(ctx, login, back, err, false))
	case err != nil:
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return user.LoggedIn(ctx, tx, u.ID) }); err != nil {
		return err
	}
	if err := web.SignIn(r, u); err != nil {
		return err
	}
	return web.Redirect(w, r, web.LocalPath(back, home))
}

func logOut(w http.ResponseWriter, r *http.Request) error {
	if err := web.SignOut(r); err != nil {
		return err
	}
	return web.Redirect(w, r, "/s/login")
}

func (d Deps) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	ctx, lang := r.Context(), r.PostFormValue("language")
	if u := web.User(ctx); u.ID != 0 && i18n.Supported(lang) {
		if err := d.DB.Do(ctx, func(tx *db.Tx) error { return user.SetLanguage(ctx, tx, u.ID, lang) }); err != nil {
			return err
		}
	}
	web.SetLanguage(w, r, lang)
	return web.Redirect(w, r, web.LocalPath(r.PostFormValue("return"), home))
}

func (d Deps) chooseTheme(w http.ResponseWriter, r *http.Request) error {
	ctx, theme := r.Context(), r.PostFormValue("theme")
	if u := web.User(ctx); u.ID != 0 {
		kept := theme
		if kept != "light" && kept != "dark" {
			kept = ""
		}
		if err := d.DB.Do(ctx, func(tx *db.Tx) error { return user.SetTheme(ctx, tx, u.ID, kept) }); err != nil {
			return err
		}
	}
	web.SetTheme(w, r, theme)
	return web.Redirect(w, r, web.LocalPath(r.PostFormValue("return"), home))
}

func chooseDensity(w http.ResponseWriter, r *http.Request) error {
	web.SetDensity(w, r, r.PostFormValue("density"))
	return web.Redirect(w, r, web.LocalPath(r.PostFormValue("return"), home))
}
