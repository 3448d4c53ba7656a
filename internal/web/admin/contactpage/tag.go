package contactpage

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/label"
	"ariane/internal/search"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

const (
	// mostSuggested is how many tags are suggested while one is typed,
	// mostOffered how many stand in the menu of the list.
	mostSuggested = 500
	mostOffered   = 60
)

// tagView is a tag of a contact, with the address of the list of all who have it.
type tagView struct{ ID, Name, URL string }

func tagViews(tags []label.Tag) []tagView {
	var list []tagView
	for _, t := range tags {
		list = append(list, tagView{strconv.FormatInt(t.ID, 10), t.Name, listURL + "?" + url.Values{"search": {search.Tagged(t.Name)}}.Encode()})
	}
	return list
}

// tagNames are tags as they are typed.
func tagNames(tags []label.Tag) string {
	var names []string
	for _, t := range tags {
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}

// tagHand says in whose name a tag is put on a contact.
func tagHand(r *http.Request) label.By {
	u := web.User(r.Context())
	return label.By{Source: activity.SourceUser, Object: "user", ID: int64(u.ID), Name: u.Name()}
}

// changeTags adds the tags that were typed, separated by commas, or takes one
// off.
func (d Deps) changeTags(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	by := tagHand(r)
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		if tag, err := strconv.ParseInt(r.PostFormValue("remove"), 10, 64); err == nil {
			return label.Remove(ctx, tx, c.ID, tag, by)
		}
		return label.Add(ctx, tx, c.ID, strings.Split(r.PostFormValue("tags"), ","), by)
	})
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
		m := f.Fields["tags"]
		web.Say(r, ui.Red, i18n.T(ctx, m.Key, m.Args...))
	} else if err != nil {
		return err
	}
	return web.Redirect(w, r, web.ContactURL(c.ID)+"#tags")
}
