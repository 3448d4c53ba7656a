package accountpage

import (
	"context"
	"net/http"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// linkView is the page on which a user chooses a password.
type linkView struct {
	Action, Text, Username string
	Password               ui.Input
}

func newLinkView(ctx context.Context, action string, u user.User, wrong fault.Fields) linkView {
	return linkView{
		Action: action, Text: i18n.T(ctx, "profile.link.text|For the account of %s.", u.Name()), Username: u.UserName,
		Password: ui.Input{Name: "password", Type: "password", Label: i18n.T(ctx, "accountpage.password|Password"), Complete: "new-password", Required: true,
			Wrong: wrong["password"], Focus: true,
			Help: i18n.T(ctx, "accountpage.password.help|At least %d characters; a short sentence is easy to remember.", user.MinPassword)},
	}
}

func (d Deps) showLink(w http.ResponseWriter, r *http.Request) error {
	u, err := user.ByLink(r.Context(), d.DB, r.PathValue("token"), d.Clock())
	if err != nil {
		return err
	}
	return answerLink(w, r, http.StatusOK, u, nil)
}

func answerLink(w http.ResponseWriter, r *http.Request, status int, u user.User, wrong fault.Fields) error {
	ctx := r.Context()
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "profile.link.title|Choose a password"), Status: status, Bare: true,
		Body: linkPage(newLinkView(ctx, r.URL.Path, u, wrong))})
}

func (d Deps) useLink(w http.ResponseWriter, r *http.Request) error {
	ctx, token := r.Context(), r.PathValue("token")
	var u user.User
	err := d.DB.Do(ctx, func(tx *db.Tx) (err error) {
		u, err = user.UseLink(ctx, tx, token, r.PostFormValue("password"))
		return err
	})
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
		// Refused, and the link goes on.
		if u, err = user.ByLink(ctx, d.DB, token, d.Clock()); err != nil {
			return err
		}
		return answerLink(w, r, http.StatusUnprocessableEntity, u, f.Fields)
	}
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return user.LoggedIn(ctx, tx, u.ID) }); err != nil {
		return err
	}
	if err := web.SignIn(r, u); err != nil {
		return err
	}
	return web.Redirect(w, r, home)
}
