package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/api/param"
)

// spoken is who says something of a contact, through this door.
func spoken(ctx context.Context, batch bool) consent.By {
	by := through(ctx, batch)
	return consent.By{Source: by.Source, Object: by.By.Object, ID: by.By.ID, Name: by.By.Name}
}

// permit answers POST /contacts/{id}/dnc/{channel}/add and …/remove. Old clients say the
// channel last.
func (a *door) permit(w http.ResponseWriter, r *http.Request) error {
	channel, verb := r.PathValue("channel"), r.PathValue("verb")
	if channel == "add" || channel == "remove" {
		channel, verb = verb, channel
	}
	if !digits(r.PathValue("id")) || verb != "add" && verb != "remove" {
		return notFound(w, r)
	}
	number, err := web.PathID[id.Contact](r, "id")
	if err != nil {
		return err
	}
	// A contact in the bin is nobody to this door.
	if _, err := contact.Find(r.Context(), a.DB, number); err != nil {
		return err
	}
	if verb == "add" {
		return a.block(w, r, number, consent.Channel(channel))
	}
	return a.unblock(w, r, number, consent.Channel(channel))
}

func (a *door) block(w http.ResponseWriter, r *http.Request, number id.Contact, channel consent.Channel) error {
	ctx := r.Context()
	body, err := param.Body(r)
	if err != nil {
		return err
	}
	b := consent.Block{Channel: channel, Reason: consent.Manual, Comment: body.Get("comments").Text()}
	if body.Get("reason").Given() {
		reason, _ := body.Get("reason").Int()
		b.Reason = consent.Reason(reason)
	}
	if b.Reason < consent.Unsubscribed {
		return refuse(w, http.StatusBadRequest, "Invalid reason code given", []string{"Reason code needs to be an integer and higher than 0."})
	}
	b.About, _ = body.Get("channelId").Int()
	err = a.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := consent.Add(ctx, tx, number, b, false, spoken(ctx, false))
		return err
	})
	if err != nil {
		return err
	}
	return a.showPermitted(ctx, w, number, nil)
}

func (a *door) unblock(w http.ResponseWriter, r *http.Request, number id.Contact, channel consent.Channel) error {
	ctx := r.Context()
	var found bool
	err := a.DB.Do(ctx, func(tx *db.Tx) (err error) {
		found, err = consent.Remove(ctx, tx, number, channel, spoken(ctx, false))
		return err
	})
	if err != nil {
		return err
	}
	return a.showPermitted(ctx, w, number, object{{"recordFound", found}})
}

// outside are the fields that stand beside the others in answers about permission.
var outside = []string{"title", "firstname", "lastname", "company", "position", "email", "phone", "mobile", "address1", "address2", "city", "state", "zipcode", "timezone", "country"}

// showPermitted answers a contact as the protocol has it here: without nulls, and with
// its main values outside.
func (a *door) showPermitted(ctx context.Context, w http.ResponseWriter, number id.Contact, more object) error {
	c, err := contact.Find(ctx, a.DB, number)
	if err != nil {
		return err
	}
	e, err := newEncoder(ctx, a.DB, shape{alone: true})
	if err == nil {
		e.permitted = true
		err = e.readBeside(ctx, []contact.Contact{c})
	}
	if err != nil {
		return err
	}
	raw, err := e.contact(ctx, nil, c)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	value, err := withoutNulls(d)
	if err != nil {
		return err
	}
	var out object
	for _, m := range value.(object) {
		if m.name == "fields" {
			for _, alias := range outside {
				if text := c.Fields[alias]; text != "" {
					out = append(out, member{alias, text})
				}
			}
			groups := m.value.(object)
			m.value = groups[:len(groups)-1] // all values once more
		}
		out = append(out, m)
	}
	return web.JSON(w, http.StatusOK, append(more, member{"contact", out}))
}

// withoutNulls reads a value and leaves out its members that are null.
func withoutNulls(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			value, err := withoutNulls(d)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = d.Token()
		return list, err
	case json.Delim('{'):
		members := object{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := withoutNulls(d)
			if err != nil {
				return nil, err
			}
			if value != nil {
				members = append(members, member{name.(string), value})
			}
		}
		_, err = d.Token()
		return members, err
	}
	return token, nil
}

// blocksOf are the channels by which a contact must not be contacted.
func (e *encoder) blocksOf(c id.Contact) []object {
	list := []object{}
	for _, b := range e.blocks[c] {
		one := object{{"id", b.ID}}
		if e.permitted {
			one = append(one, member{"dateAdded", date(b.Added)})
		}
		one = append(one, member{"reason", int(b.Reason)}, member{"comments", b.Comment}, member{"channel", b.Channel})
		var about any
		if b.About != 0 {
			about = b.About
		}
		list = append(list, append(one, member{"channelId", about}))
	}
	return list
}

// wishesOf are how a contact wants to be written to.
func (e *encoder) wishesOf(c id.Contact) []object {
	list := []object{}
	for _, channel := range consent.Channels() {
		w, wished := e.wishes[c][channel]
		if !wished {
			continue
		}
		one := object{{"channel", channel}, {"frequencyNumber", nil}, {"frequencyTime", nil}, {"preferredChannel", w.Preferred}, {"pauseFromDate", orNull(w.From)}, {"pauseToDate", orNull(w.To)}}
		if w.Most > 0 {
			one.set("frequencyNumber", w.Most)
			one.set("frequencyTime", w.Per)
		}
		list = append(list, one)
	}
	return list
}

// readBlocks reads what was sent as doNotContact: one or several of channel, reason and
// comments. A reason of zero lets the contact be contacted again.
func readBlocks(v param.Value, wrong fault.Fields) []consent.Block {
	var list []consent.Block
	items := []param.Value{v}
	if !v.Get("channel").Given() && !v.Get("reason").Given() {
		items = items[:0]
		for _, one := range v.All() {
			items = append(items, one)
		}
	}
	for _, one := range items {
		b := consent.Block{Channel: consent.Email, Reason: consent.Manual, Comment: one.Get("comments").Text()}
		if text := one.Get("channel").Text(); text != "" {
			b.Channel = consent.Channel(text)
		}
		if r := one.Get("reason"); r.Given() {
			reason, ok := r.Int()
			if !ok || reason < 0 || reason > int64(consent.Manual) {
				wrong.Add("doNotContact", invalid)
				continue
			}
			b.Reason = consent.Reason(reason)
		}
		b.About, _ = one.Get("channelId").Int()
		list = append(list, b)
	}
	return list
}

// block writes what was sent of one channel.
func (w writing) block(ctx context.Context, tx *db.Tx, c id.Contact, b consent.Block) error {
	by := consent.By{Source: w.edit.Source, Object: w.edit.By.Object, ID: w.edit.By.ID, Name: w.edit.By.Name}
	var err error
	if b.Reason == consent.None {
		_, err = consent.Remove(ctx, tx, c, b.Channel, by)
	} else {
		_, err = consent.Add(ctx, tx, c, b, false, by)
	}
	if fault.Is(err, fault.KindInvalid) {
		return fault.Invalid(fault.Fields{"doNotContact": invalid})
	}
	return err
}
