package contactpage

import (
	"net/http"
	"strconv"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// mostBinned is how many deleted contacts the bin shows.
const mostBinned = 500

// deleteView asks whether a contact is to go.
type deleteView struct{ Name, Action, Back string }

// binRow is a deleted contact.
type binRow struct {
	Person                   ui.Person
	When, Full, Gone, Action string
}

// hand is a change in the name of who is logged in.
func hand(r *http.Request) contact.Edit {
	u := web.User(r.Context())
	return contact.Edit{Source: activity.SourceUser, User: u.ID, UserName: u.Name(), By: contact.By{Object: "user", ID: int64(u.ID), Name: u.Name()}}
}

func (d Deps) showDelete(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	v := deleteView{person(ctx, c).Name, listURL + "/delete/" + strconv.FormatInt(int64(c.ID), 10), web.ContactURL(c.ID)}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "contactpage.delete|Delete the contact"), Section: layout.Contacts, Body: deletePage(v)})
}

func (d Deps) remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return contact.Delete(ctx, tx, c.ID, hand(r)) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.deleted|%s is in the recycle bin. You can restore it for 24 hours.", person(ctx, c).Name))
	return web.Redirect(w, r, listURL)
}

func (d Deps) bin(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := contact.Bin(ctx, d.DB, mostBinned)
	if err != nil {
		return err
	}
	var rows []binRow
	now := d.Clock()
	for _, b := range list {
		row := binRow{Person: ui.Person{Name: b.Name, Known: !b.Anonymous}, Full: i18n.DateTime(ctx, b.Deleted),
			Action: listURL + "/restore/" + strconv.FormatInt(int64(b.Contact), 10),
			Gone:   i18n.T(ctx, "contactpage.bin.gone|erased after %s", i18n.DateTime(ctx, b.Gone()))}
		if row.Person.Name == "" {
			row.Person.Name = i18n.T(ctx, "contactpage.anonymous|Anonymous visitor") + " " + strconv.FormatInt(int64(b.Contact), 10)
		}
		deleted := i18n.T(ctx, "contactpage.bin.deleted|deleted %s", i18n.When(ctx, now, b.Deleted))
		row.When = strings.Join(details(deleted, by(ctx, contact.By{Name: b.By})), " ")
		rows = append(rows, row)
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "contactpage.bin|Recycle bin"), Section: layout.Contacts, Body: binPage(rows)})
}

func (d Deps) restore(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	number, err := web.PathID[id.Contact](r, "id")
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return contact.Restore(ctx, tx, number, hand(r)) }); err != nil {
		return err
	}
	c, err := contact.Find(ctx, d.DB, number)
	if err != nil {
		return err
	}
	conflicts, err := contact.Conflicts(ctx, d.DB, number, 1)
	if err != nil {
		return err
	}
	if len(conflicts) > 0 {
		web.Say(r, ui.Amber, i18n.T(ctx, "contactpage.restored.taken|%s is restored. Its address has gone to another contact meanwhile.", person(ctx, c).Name))
	} else {
		web.Say(r, ui.Green, i18n.T(ctx, "contactpage.restored|%s is restored.", person(ctx, c).Name))
	}
	return web.Redirect(w, r, web.ContactURL(number))
}
