package peoplepage

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"ariane/internal/base/i18n"
	"ariane/internal/id"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const listURL = "/s/users"

func userURL(number id.User) string { return listURL + "/" + strconv.FormatInt(int64(number), 10) }

func (d Deps) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	users, err := user.List(ctx, d.DB)
	if err != nil {
		return err
	}
	v := newListView(ctx, d.Clock(), web.User(ctx).ID, users)
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "user.title|Users"), Section: layout.Users, Body: listPage(v)})
}

// listView is the list of users.
type listView struct {
	Under string
	Rows  []row
}

type row struct {
	Person          ui.Person
	Role            string
	RoleTone        ui.Tone
	State           string
	StateTone       ui.Tone
	Login, Seen, At string
	You             bool
}

func newListView(ctx context.Context, now time.Time, you id.User, users []user.User) listView {
	var v listView
	active := 0
	for _, u := range users {
		line := row{
			Person: ui.Person{Name: u.Name(), Under: u.Email, URL: userURL(u.ID), Known: true, Picture: ui.PictureURL(int64(u.ID), u.Picture)}, Login: u.UserName, You: u.ID == you,
			Role: roleName(ctx, u.Role), RoleTone: ui.Grey, State: i18n.T(ctx, "user.active|Active"), StateTone: ui.Green,
			Seen: i18n.T(ctx, "user.never|Never"),
		}
		if u.Role == user.Admin {
			line.RoleTone = ui.Indigo
		}
		if u.Active {
			active++
		} else {
			line.State, line.StateTone = i18n.T(ctx, "user.inactive|Deactivated"), ui.Grey
		}
		if !u.LastLogin.IsZero() {
			line.Seen, line.At = i18n.Ago(ctx, now, u.LastLogin), i18n.DateTime(ctx, u.LastLogin)
		}
		v.Rows = append(v.Rows, line)
	}
	v.Under = i18n.N(ctx, active, "user.count|%s active user|%s active users", i18n.Number(ctx, active))
	return v
}

func roleName(ctx context.Context, r user.Role) string {
	if r == user.Admin {
		return i18n.T(ctx, "profile.role.admin|Administrator")
	}
	return i18n.T(ctx, "profile.role.member|Member")
}
