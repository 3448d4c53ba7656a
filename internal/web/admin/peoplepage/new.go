package peoplepage

import (
	"context"
	"errors"
	"net/http"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// newView is the page for a new user.
type newView struct {
	Names, Account []ui.Input
	Role           ui.Input
	Password       ui.Input
	Refusals       int
}

func newNewView(ctx context.Context, n user.New, wrong fault.Fields) newView {
	v := newView{Refusals: len(wrong)}
	v.Names, v.Account, v.Role = inputs(ctx, user.Profile{UserName: n.UserName, Email: n.Email, FirstName: n.FirstName, LastName: n.LastName}, n.Role, wrong)
	v.Password = ui.Input{Name: "password", Type: "password", Label: i18n.T(ctx, "accountpage.password|Password"), Complete: "new-password", Optional: true, Wrong: wrong["password"],
		Help: i18n.T(ctx, "user.password.help|Leave it empty to get a link with which the user chooses one.")}
	return v
}

func (d Deps) showNew(w http.ResponseWriter, r *http.Request) error {
	return answerNew(w, r, http.StatusOK, user.New{Role: user.Member}, nil)
}

func answerNew(w http.ResponseWriter, r *http.Request, status int, n user.New, wrong fault.Fields) error {
	ctx := r.Context()
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "user.new|New user"), Section: layout.Users, Status: status, Body: newPage(newNewView(ctx, n, wrong))})
}

// create adds a user, in the language and time zone of who does. Without a
// password it shows a link.
func (d Deps) create(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n := user.New{
		UserName: r.PostFormValue("user_name"), Email: r.PostFormValue("email"), FirstName: r.PostFormValue("first_name"), LastName: r.PostFormValue("last_name"),
		Password: r.PostFormValue("password"), Role: user.Role(r.PostFormValue("role")), Language: i18n.Lang(ctx), Zone: web.User(ctx).Zone,
	}
	var u user.User
	var token string
	err := d.DB.Do(ctx, func(tx *db.Tx) (err error) {
		if n.Password == "" {
			u, token, err = user.CreateWithLink(ctx, tx, n)
		} else {
			u, err = user.Create(ctx, tx, n)
		}
		return err
	})
	if wrong, ok := refusals(err, "role"); ok {
		return answerNew(w, r, http.StatusUnprocessableEntity, n, wrong)
	}
	if err != nil {
		return err
	}
	if token != "" {
		return d.showLink(w, r, u, token)
	}
	web.Say(r, ui.Green, i18n.T(ctx, "user.created|%s can log in now.", u.Name()))
	return web.Redirect(w, r, listURL)
}

// linkView shows a link, once: only its sum is stored.
type linkView struct{ Name, Link, User string }

func (d Deps) showLink(w http.ResponseWriter, r *http.Request, u user.User, token string) error {
	v := linkView{Name: u.Name(), Link: d.BaseURL + "/s/password/" + token, User: userURL(u.ID)}
	return web.Show(w, r, web.View{Title: u.Name(), Section: layout.Users, Body: linkPage(v)})
}

func (d Deps) openLink(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	u, err := d.find(r)
	if err != nil {
		return err
	}
	if !u.Active {
		return fault.Refused(errors.New("open link: the user is not active"), fault.Say("user.link.inactive|A deactivated user cannot log in: reactivate the account first."))
	}
	var token string
	err = d.DB.Do(ctx, func(tx *db.Tx) (err error) {
		token, err = user.OpenLink(ctx, tx, u.ID)
		return err
	})
	if err != nil {
		return err
	}
	return d.showLink(w, r, u, token)
}
