package peoplepage

import (
	"context"
	"net/http"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/id"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// editData is one user, with what is typed.
type editData struct {
	User   user.User
	Typed  user.Profile
	Role   user.Role
	LogIns []user.LogIn
	Here   int64 // the log-in that looks, when it is the user's
}

// editView is the page of one user.
type editView struct {
	Name, Action     string
	Names, Account   []ui.Input
	Role             ui.Input
	Refusals         int
	Active, You      bool
	Never            bool // never logged in
	SetActive, Link  string
	Added, LastLogin string
	LogIns           ui.LogIns
}

// inputs are the fields about a user, for an administrator.
func inputs(ctx context.Context, p user.Profile, role user.Role, wrong fault.Fields) (names, account []ui.Input, roles ui.Input) {
	names = []ui.Input{
		{Name: "first_name", Label: i18n.T(ctx, "profile.first_name|First name"), Value: p.FirstName, Optional: true, Complete: "off", Wrong: wrong["first_name"]},
		{Name: "last_name", Label: i18n.T(ctx, "profile.last_name|Last name"), Value: p.LastName, Optional: true, Complete: "off", Wrong: wrong["last_name"]},
	}
	account = []ui.Input{
		{Name: "email", Type: "email", Label: i18n.T(ctx, "accountpage.email|E-mail"), Value: p.Email, Required: true, Complete: "off", Wrong: wrong["email"]},
		{Name: "user_name", Label: i18n.T(ctx, "accountpage.user_name|User name"), Value: p.UserName, Required: true, Complete: "off", Wrong: wrong["user_name"]},
	}
	roles = ui.Input{Name: "role", Type: "select", Label: i18n.T(ctx, "user.role|Role"), Value: string(role), Wrong: wrong["role"],
		Help: i18n.T(ctx, "user.role.help|Members work with contacts and forms. Administrators also look after tracking, the system and users."),
		Choices: []ui.Choice{
			{Value: string(user.Member), Label: roleName(ctx, user.Member)},
			{Value: string(user.Admin), Label: roleName(ctx, user.Admin)},
		}}
	return names, account, roles
}

func newEditView(ctx context.Context, now time.Time, you id.User, data editData, wrong fault.Fields) editView {
	u := data.User
	v := editView{
		Name: u.Name(), Action: userURL(u.ID), Refusals: len(wrong), Active: u.Active, You: u.ID == you, Never: u.LastLogin.IsZero(),
		SetActive: userURL(u.ID) + "/active", Link: userURL(u.ID) + "/link", Added: i18n.Date(ctx, u.Added),
		LogIns: web.LogInList(ctx, now, userURL(u.ID)+"/logins/", data.LogIns, data.Here),
	}
	v.LastLogin = i18n.T(ctx, "user.never|Never")
	if !v.Never {
		v.LastLogin = i18n.DateTime(ctx, u.LastLogin)
	}
	v.Names, v.Account, v.Role = inputs(ctx, data.Typed, data.Role, wrong)
	return v
}

// find reads the user of the address.
func (d Deps) find(r *http.Request) (user.User, error) {
	number, err := web.PathID[id.User](r, "id")
	if err != nil {
		return user.User{}, err
	}
	return user.Find(r.Context(), d.DB, number)
}

func (d Deps) showEdit(w http.ResponseWriter, r *http.Request) error {
	u, err := d.find(r)
	if err != nil {
		return err
	}
	return d.answerEdit(w, r, http.StatusOK, editData{User: u, Typed: u.Profile(), Role: u.Role}, nil)
}

func (d Deps) answerEdit(w http.ResponseWriter, r *http.Request, status int, data editData, wrong fault.Fields) error {
	ctx := r.Context()
	var err error
	if data.LogIns, err = user.LogIns(ctx, d.DB, data.User.ID, d.Clock()); err != nil {
		return err
	}
	you := web.User(ctx).ID
	if data.User.ID == you {
		data.Here = web.LogIn(ctx)
	}
	return web.Show(w, r, web.View{Title: data.User.Name(), Section: layout.Users, Status: status, Body: editPage(newEditView(ctx, d.Clock(), you, data, wrong))})
}

// save changes a user; nothing is changed when something is refused.
func (d Deps) save(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	u, err := d.find(r)
	if err != nil {
		return err
	}
	data := editData{User: u, Typed: u.Profile(), Role: user.Role(r.PostFormValue("role"))}
	p := &data.Typed
	p.FirstName, p.LastName = r.PostFormValue("first_name"), r.PostFormValue("last_name")
	p.Email, p.UserName = r.PostFormValue("email"), r.PostFormValue("user_name")
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		if err := user.Update(ctx, tx, u.ID, data.Typed); err != nil {
			return err
		}
		return user.SetRole(ctx, tx, u.ID, data.Role)
	})
	if wrong, ok := refusals(err, "role"); ok {
		return d.answerEdit(w, r, http.StatusUnprocessableEntity, data, wrong)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "user.saved|%s is saved.", p.UserName))
	return web.Redirect(w, r, listURL)
}

// refusals are the fields that an error refuses; a conflict is said at one.
func refusals(err error, field string) (fault.Fields, bool) {
	f, ok := fault.Of(err)
	switch {
	case ok && f.Kind == fault.KindInvalid:
		return f.Fields, true
	case ok && f.Kind == fault.KindConflict:
		return fault.Fields{field: f.Message()}, true
	}
	return nil, false
}

func (d Deps) setActive(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	u, err := d.find(r)
	if err != nil {
		return err
	}
	active := r.PostFormValue("active") == "1"
	err = d.DB.Do(ctx, func(tx *db.Tx) error { return user.SetActive(ctx, tx, u.ID, active) })
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindConflict {
		m := f.Message()
		web.Say(r, ui.Red, i18n.T(ctx, m.Key, m.Args...))
		return web.Redirect(w, r, userURL(u.ID))
	}
	if err != nil {
		return err
	}
	if active {
		web.Say(r, ui.Green, i18n.T(ctx, "user.reactivated|%s can log in again.", u.Name()))
	} else {
		web.Say(r, ui.Green, i18n.T(ctx, "user.deactivated|%s can no longer log in, and is logged out everywhere.", u.Name()))
	}
	return web.Redirect(w, r, listURL)
}

func (d Deps) endLogIn(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	u, err := d.find(r)
	if err != nil {
		return err
	}
	number, err := web.PathID[int64](r, "login")
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return user.End(ctx, tx, u.ID, number) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "profile.logins.ended|That browser is logged out."))
	return web.Redirect(w, r, userURL(u.ID)+"#logins")
}
