package api

import (
	"context"
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/user"
	"ariane/internal/web"
)

func (a *door) contactResource() resource {
	return resource{one: "contact", many: "contacts", path: "/contacts", encode: a.encodeContacts, create: a.createContact, edit: a.editContact,
		remove: func(ctx context.Context, tx *db.Tx, number int64) error {
			return contact.Delete(ctx, tx, id.Contact(number), through(ctx, false))
		}}
}

func (a *door) encodeContacts(ctx context.Context, numbers []int64, s shape) (map[int64]json.RawMessage, error) {
	e, err := newEncoder(ctx, a.DB, s)
	if err != nil {
		return nil, err
	}
	var list []contact.Contact
	var asked []int64
	for _, n := range numbers {
		c, err := contact.Find(ctx, a.DB, id.Contact(n))
		if fault.Is(err, fault.KindNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list, asked = append(list, c), append(asked, n)
	}
	if err := e.readBeside(ctx, list); err != nil {
		return nil, err
	}
	items := make(map[int64]json.RawMessage, len(list))
	for i, c := range list {
		if items[asked[i]], err = e.contact(ctx, nil, c); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// through is an edit by who calls, without anything to write.
func through(ctx context.Context, batch bool) contact.Edit {
	u := web.User(ctx)
	by := contact.By{Object: "api-single", ID: int64(u.ID), Name: u.Name()}
	if batch {
		by.Object = "api-batch"
	}
	return contact.Edit{Source: activity.SourceAPI, By: by, User: u.ID, UserName: u.Name()}
}

func (a *door) createContact(ctx context.Context, tx *db.Tx, s sent) (int64, bool, error) {
	w, err := readContact(ctx, tx, s)
	if err != nil {
		return 0, false, err
	}
	w.edit.Defaults, w.edit.Anyway = true, s.unmatched
	c, fresh, err := w.edit.Save(ctx, tx)
	if err != nil {
		return 0, false, reworded(err, s.Value, nil)
	}
	return int64(c), fresh, w.beside(ctx, tx, c)
}

func (a *door) editContact(ctx context.Context, tx *db.Tx, number int64, s sent) error {
	w, err := readContact(ctx, tx, s)
	if err != nil {
		// Of a contact that does not exist nothing is wrong.
		if _, missing := contact.Find(ctx, tx, id.Contact(number)); missing != nil {
			return missing
		}
		return err
	}
	w.edit.Join = true
	if err := contact.Update(ctx, tx, id.Contact(number), w.edit); err != nil {
		return reworded(err, s.Value, nil)
	}
	c, err := contact.Resolve(ctx, tx, id.Contact(number))
	if err != nil {
		return err
	}
	return w.beside(ctx, tx, c)
}

// writing is what is to become of a contact.
type writing struct {
	edit            contact.Edit
	tagged, without []string // tags
	address         string
	stage           *int64 // nil to leave it
	blocks          []consent.Block
}

// beside writes what is no part of the contact's own row.
func (w writing) beside(ctx context.Context, tx *db.Tx, c id.Contact) error {
	by := label.By{Source: w.edit.Source, Object: w.edit.By.Object, ID: w.edit.By.ID, Name: w.edit.By.Name}
	if err := label.Add(ctx, tx, c, w.tagged, by); err != nil {
		return err
	}
	if err := label.RemoveNamed(ctx, tx, c, w.without, by); err != nil {
		return err
	}
	if err := w.place(ctx, tx, c); err != nil {
		return err
	}
	for _, b := range w.blocks {
		if err := w.block(ctx, tx, c, b); err != nil {
			return err
		}
	}
	if w.address == "" {
		return nil
	}
	return contact.AddIPs(ctx, tx, []contact.Seen{{Contact: c, Address: w.address}}, w.edit.Source)
}

// readContact reads what was sent of a contact. What no field is called is left out.
func readContact(ctx context.Context, tx *db.Tx, s sent) (writing, error) {
	w := writing{edit: through(ctx, s.batch)}
	wrong := fault.Fields{}
	var err error
	if w.edit.Values, err = values(ctx, tx, s); err != nil {
		return w, err
	}
	if w.edit.Owner, err = owner(ctx, tx, s, wrong); err != nil {
		return w, err
	}
	if w.stage, err = stageSent(ctx, tx, s, wrong); err != nil {
		return w, err
	}
	for _, tag := range s.Get("tags").Texts(",") {
		name, removed := strings.CutPrefix(tag, "-")
		if utf8.RuneCountInString(field.Printable(name)) > label.Longest {
			wrong.Add("tags", fault.Say("label.too_long|A tag has at most %d characters.", label.Longest))
		}
		if removed {
			w.without = append(w.without, name)
		} else {
			w.tagged = append(w.tagged, name)
		}
	}
	if text := strings.TrimSpace(s.Get("ipAddress").Text()); text != "" {
		ip, err := netip.ParseAddr(text)
		if err != nil || ip.Zone() != "" {
			wrong.Add("ipAddress", invalid)
		}
		w.address = ip.Unmap().String()
	}
	w.blocks = readBlocks(s.Get("doNotContact"), wrong)
	return w, wrong.Err()
}

// invalid is what the protocol says of a value that is none.
var invalid = fault.Say("api.value|This value is not valid.")

// values are the values to write by alias. Blank ones and numeric zeros are left out
// unless they are to overwrite; of a whole contact, what was not sent is emptied.
func values(ctx context.Context, tx *db.Tx, s sent) (map[string]string, error) {
	set, err := field.Of(ctx, tx)
	if err != nil {
		return nil, err
	}
	overwrite := s.whole || s.Get("overwriteWithBlank").Truth(false)
	written := map[string]string{}
	write := func(f field.Field, otherwise string) {
		v := s.Get(f.Alias)
		text := v.Text()
		if v.List() {
			text = strings.Join(v.Texts(field.Between), field.Between)
		}
		switch {
		case !v.Given():
			if s.whole {
				written[f.Alias] = otherwise
			}
		case overwrite || !v.Blank() && !(f.Type == field.Number && zero(text)):
			written[f.Alias] = text
		}
	}
	for _, f := range set.Writable() {
		write(f, f.Default)
	}
	if points, found := set.ByAlias("points"); found {
		if write(points, "0"); written["points"] == "" {
			delete(written, "points")
		}
	}
	return written, nil
}

func zero(text string) bool {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return err == nil && n == 0
}

// owner is who the contact is to belong to, nil to leave it.
func owner(ctx context.Context, tx *db.Tx, s sent, wrong fault.Fields) (*id.User, error) {
	v := s.Get("owner")
	var nobody id.User
	switch {
	case !v.Given():
		return nil, nil
	case v.Null():
		return &nobody, nil
	case v.Blank():
		return nil, nil
	}
	number, ok := v.Int()
	if !ok || number <= 0 {
		wrong.Add("owner", invalid)
		return nil, nil
	}
	u, err := user.Find(ctx, tx, id.User(number))
	if fault.Is(err, fault.KindNotFound) {
		wrong.Add("owner", invalid)
		return nil, nil
	}
	return &u.ID, err
}
