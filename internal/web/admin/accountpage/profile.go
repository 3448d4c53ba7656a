package accountpage

import (
	"context"
	"errors"
	"net/http"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// profileView is the page about oneself.
type profileView struct {
	Names   []ui.Input // first and last name
	Account []ui.Input
	Reading []ui.Input // language, time zone, theme
	Role    string
	// Username goes with the new password, for password managers.
	Username string
	Password []ui.Input
	Person   ui.Person
	File     ui.Input
	Refusals int // of the profile
	LogIns   ui.LogIns
}

func profileInputs(ctx context.Context, p user.Profile, wrong fault.Fields) (names, account, reading []ui.Input) {
	names = []ui.Input{
		{Name: "first_name", Label: i18n.T(ctx, "profile.first_name|First name"), Value: p.FirstName, Complete: "given-name", Optional: true, Wrong: wrong["first_name"]},
		{Name: "last_name", Label: i18n.T(ctx, "profile.last_name|Last name"), Value: p.LastName, Complete: "family-name", Optional: true, Wrong: wrong["last_name"]},
	}
	account = []ui.Input{
		{Name: "email", Type: "email", Label: i18n.T(ctx, "accountpage.email|E-mail"), Value: p.Email, Complete: "email", Required: true, Wrong: wrong["email"]},
		{Name: "user_name", Label: i18n.T(ctx, "accountpage.user_name|User name"), Value: p.UserName, Complete: "username", Required: true, Wrong: wrong["user_name"],
			Help: i18n.T(ctx, "accountpage.user_name.help|You log in with this or with your e-mail.")},
	}
	reading = []ui.Input{
		{Name: "language", Type: "select", Label: i18n.T(ctx, "accountpage.language|Language"), Value: p.Language, Wrong: wrong["language"],
			Choices: []ui.Choice{{Value: i18n.English, Label: "English"}, {Value: i18n.French, Label: "Français"}}},
		{Name: "zone", Type: "select", Label: i18n.T(ctx, "accountpage.zone|Time zone"), Value: p.Zone, Wrong: wrong["zone"], Choices: zones()},
		{Name: "theme", Type: "select", Label: i18n.T(ctx, "layout.theme|Theme"), Value: p.Theme, Wrong: wrong["theme"], Choices: []ui.Choice{
			{Value: "", Label: i18n.T(ctx, "profile.theme.system|As this device")},
			{Value: "light", Label: i18n.T(ctx, "layout.theme.light|Light")},
			{Value: "dark", Label: i18n.T(ctx, "layout.theme.dark|Dark")},
		}},
	}
	return names, account, reading
}

func newProfileView(ctx context.Context, now time.Time, u user.User, p user.Profile, logIns []user.LogIn, here int64, wrong fault.Fields) profileView {
	if p.Language == "" {
		p.Language = i18n.Lang(ctx)
	}
	if p.Zone == "" {
		p.Zone = "UTC"
	}
	v := profileView{Username: u.UserName, Role: roleName(ctx, u.Role), LogIns: web.LogInList(ctx, now, "/s/account/logins/", logIns, here)}
	v.Names, v.Account, v.Reading = profileInputs(ctx, p, wrong)
	for _, field := range []string{"first_name", "last_name", "email", "user_name", "language", "zone", "theme"} {
		if wrong[field].Key != "" {
			v.Refusals++
		}
	}
	v.Person = ui.Person{Name: u.Name(), Known: true, Picture: ui.PictureURL(int64(u.ID), u.Picture)}
	v.File = ui.Input{Name: "picture", Type: "file", Label: i18n.T(ctx, "profile.picture.file|A file"), Wrong: wrong["picture"],
		Help: i18n.T(ctx, "profile.picture.help|PNG, JPEG or WebP, at most 8 MB. The middle of it is shown.")}
	v.Password = []ui.Input{
		{Name: "present", Type: "password", Label: i18n.T(ctx, "profile.password.present|Present password"), Complete: "current-password", Required: true, Wrong: wrong["present"]},
		{Name: "password", Type: "password", Label: i18n.T(ctx, "profile.password.new|New password"), Complete: "new-password", Required: true, Wrong: wrong["password"],
			Help: i18n.T(ctx, "accountpage.password.help|At least %d characters; a short sentence is easy to remember.", user.MinPassword)},
	}
	return v
}

func roleName(ctx context.Context, r user.Role) string {
	if r == user.Admin {
		return i18n.T(ctx, "profile.role.admin|Administrator")
	}
	return i18n.T(ctx, "profile.role.member|Member")
}

func (d Deps) showProfile(w http.ResponseWriter, r *http.Request) error {
	return d.answerProfile(w, r, http.StatusOK, web.User(r.Context()).Profile(), nil)
}

func (d Deps) answerProfile(w http.ResponseWriter, r *http.Request, status int, p user.Profile, wrong fault.Fields) error {
	ctx := r.Context()
	u := web.User(ctx)
	logIns, err := user.LogIns(ctx, d.DB, u.ID, d.Clock())
	if err != nil {
		return err
	}
	v := newProfileView(ctx, d.Clock(), u, p, logIns, web.LogIn(ctx), wrong)
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "profile.title|Your account"), Section: layout.Account, Status: status, Body: profilePage(v)})
}

// typedProfile reads a profile from a form.
func typedProfile(r *http.Request) user.Profile {
	return user.Profile{
		UserName: r.PostFormValue("user_name"), Email: r.PostFormValue("email"), FirstName: r.PostFormValue("first_name"), LastName: r.PostFormValue("last_name"),
		Language: r.PostFormValue("language"), Zone: r.PostFormValue("zone"), Theme: r.PostFormValue("theme"),
	}
}

func (d Deps) saveProfile(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := typedProfile(r)
	err := d.DB.Do(ctx, func(tx *db.Tx) error { return user.Update(ctx, tx, web.User(ctx).ID, p) })
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
		return d.answerProfile(w, r, http.StatusUnprocessableEntity, p, f.Fields)
	}
	if err != nil {
		return err
	}
	web.SetLanguage(w, r, p.Language)
	if p.Theme == "" {
		web.SetTheme(w, r, "system")
	} else {
		web.SetTheme(w, r, p.Theme)
	}
	// In the language just chosen.
	ctx = i18n.With(ctx, i18n.Locale{Lang: p.Language})
	web.Say(r, ui.Green, i18n.T(ctx, "profile.saved|Your account is saved."))
	return web.Redirect(w, r, "/s/account")
}

// changePassword asks for the present password, so that a browser left alone is
// not enough. All other log-ins end.
func (d Deps) changePassword(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	u := web.User(ctx)
	wrong := fault.Fields{}
	_, err := d.Gate.Authenticate(ctx, u.UserName, r.PostFormValue("present"), web.Address(ctx).String())
	f, isFault := fault.Of(err)
	switch {
	case errors.Is(err, user.ErrWrong):
		wrong.Add("present", fault.Say("profile.password.wrong|This is not your present password."))
	case errors.Is(err, user.ErrTooMany) && isFault:
		wrong.Add("present", f.Message())
	case err != nil:
		return err
	}
	if len(wrong) == 0 {
		err = d.DB.Do(ctx, func(tx *db.Tx) error { return user.SetPassword(ctx, tx, u.ID, r.PostFormValue("password")) })
		if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
			wrong = f.Fields
		} else if err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return d.answerProfile(w, r, http.StatusUnprocessableEntity, u.Profile(), wrong)
	}
	if err := web.SignIn(r, u); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "profile.password.changed|Your password is changed. You are logged out everywhere else."))
	return web.Redirect(w, r, "/s/account")
}

func (d Deps) endLogIn(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	number, err := web.PathID[int64](r, "id")
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return user.End(ctx, tx, web.User(ctx).ID, number) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "profile.logins.ended|That browser is logged out."))
	return web.Redirect(w, r, "/s/account")
}
