package contactpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/note"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	// mostNotes is how many notes the page of a contact shows.
	mostNotes = 500
	// shortNote is how much of a note stands on the thread.
	shortNote = 400
)

// noteDraft is a note as it stands in its form.
type noteDraft struct{ Type, Text, At string }

func readNoteDraft(q url.Values) noteDraft {
	return noteDraft{q.Get("type"), q.Get("text"), q.Get("at")}
}

// meant is what was typed; a date that cannot be read is said to be wrong.
func (n noteDraft) meant(ctx context.Context) (note.Draft, error) {
	d := note.Draft{Type: note.Type(n.Type), Text: n.Text}
	if n.At == "" {
		return d, nil
	}
	at, err := time.ParseInLocation(inputLayout[:16], n.At[:min(len(n.At), 16)], i18n.Zone(ctx))
	if err != nil {
		return d, fault.Invalid(fault.Fields{"at": fault.Say("field.date_invalid|This is not a date.")})
	}
	d.At = at
	return d, nil
}

// noteHand says in whose name a note is written.
func noteHand(r *http.Request) note.By {
	u := web.User(r.Context())
	return note.By{Source: activity.SourceUser, Object: "user", ID: int64(u.ID), Name: u.Name()}
}

func notesURL(c id.Contact) string { return viewRequest{Tab: tabNotes}.url(c) + "#thread" }

func noteURL(c id.Contact, number int64) string {
	return listURL + "/notes/" + strconv.FormatInt(int64(c), 10) + "/" + strconv.FormatInt(number, 10)
}

func (d Deps) addNote(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	typed := readNoteDraft(r.PostForm)
	n, err := typed.meant(ctx)
	if err == nil {
		err = d.DB.Do(ctx, func(tx *db.Tx) error {
			_, err := note.Add(ctx, tx, c.ID, n, noteHand(r))
			return err
		})
	}
	if refused, ok := fault.Of(err); ok && refused.Kind == fault.KindInvalid {
		return d.showContact(w, r, c, viewRequest{Tab: tabNotes}, typed, refused)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.note.added|The note is saved."))
	return web.Redirect(w, r, notesURL(c.ID))
}

// theNote finds the note that a path names.
func (d Deps) theNote(r *http.Request) (contact.Contact, note.Note, error) {
	c, err := d.find(r)
	if err != nil {
		return c, note.Note{}, err
	}
	number, err := web.PathID[int64](r, "note")
	if err != nil {
		return c, note.Note{}, err
	}
	n, err := note.Find(r.Context(), d.DB, c.ID, number)
	return c, n, err
}

func (d Deps) showNote(w http.ResponseWriter, r *http.Request) error {
	c, n, err := d.theNote(r)
	if err != nil {
		return err
	}
	return d.showNoteEditor(w, r, c, n, noteDraft{string(n.Type), n.Text, n.At.In(i18n.Zone(r.Context())).Format(inputLayout[:16])}, nil)
}

func (d Deps) changeNote(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, n, err := d.theNote(r)
	if err != nil {
		return err
	}
	typed := readNoteDraft(r.PostForm)
	draft, err := typed.meant(ctx)
	if draft.At.Equal(n.At.Truncate(time.Minute)) || draft.At.IsZero() {
		draft.At = n.At
	}
	if err == nil {
		err = d.DB.Do(ctx, func(tx *db.Tx) error { return note.Change(ctx, tx, c.ID, n.ID, draft, noteHand(r)) })
	}
	if refused, ok := fault.Of(err); ok && refused.Kind == fault.KindInvalid {
		return d.showNoteEditor(w, r, c, n, typed, refused)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.note.added|The note is saved."))
	return web.Redirect(w, r, notesURL(c.ID))
}

func (d Deps) showNoteEditor(w http.ResponseWriter, r *http.Request, c contact.Contact, n note.Note, typed noteDraft, refused *fault.Error) error {
	ctx := r.Context()
	v := noteEditor{Form: newNoteForm(ctx, noteURL(c.ID, n.ID), typed, refused), Person: person(ctx, c).Name, Back: notesURL(c.ID)}
	v.Form.Cancel = v.Back
	status := http.StatusOK
	if refused != nil {
		status = http.StatusUnprocessableEntity
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "contactpage.note.edit|Edit the note"), Section: layout.Contacts, Status: status, Body: notePage(v)})
}

func (d Deps) showDeleteNote(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, n, err := d.theNote(r)
	if err != nil {
		return err
	}
	v := noteEditor{Note: newNoteView(ctx, c.ID, n), Person: person(ctx, c).Name, Back: notesURL(c.ID)}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "contactpage.note.delete|Delete the note"), Section: layout.Contacts, Body: deleteNotePage(v)})
}

func (d Deps) removeNote(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, n, err := d.theNote(r)
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return note.Delete(ctx, tx, c.ID, n.ID, noteHand(r)) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.note.deleted|The note is deleted."))
	return web.Redirect(w, r, notesURL(c.ID))
}

// showContact answers with the page of a contact. typed is what was refused of a
// new note.
func (d Deps) showContact(w http.ResponseWriter, r *http.Request, c contact.Contact, request viewRequest, typed noteDraft, refused *fault.Error) error {
	ctx := r.Context()
	data, err := d.loadView(ctx, c, request)
	if err != nil {
		return err
	}
	v, err := newContactView(ctx, d.Clock(), request, data)
	if err != nil {
		return err
	}
	page := web.View{Title: v.Person.Name, Section: layout.Contacts}
	if request.Tab == tabNotes {
		if typed == (noteDraft{}) {
			typed.At = d.Clock().In(i18n.Zone(ctx)).Format(inputLayout[:16])
		}
		v.Notes = newNotesView(ctx, request, data)
		v.Notes.Form = newNoteForm(ctx, listURL+"/notes/"+v.Number, typed, refused)
	}
	if refused != nil {
		page.Status = http.StatusUnprocessableEntity
	}
	page.Body = contactPage(v)
	return web.Show(w, r, page)
}

// notesView is the tab of notes.
type notesView struct {
	Form  noteForm
	Types []filterChip
	List  []noteView
	Empty bool // nothing was ever written
}

type noteForm struct {
	Action         string
	Cancel         string // where to go without saving; empty where the form is part of a page
	Text, Type, At ui.Input
}

type noteView struct {
	Anchor                    string
	Icon, Type, Text          string
	When, By, Edited          string
	Soon                      bool // about a moment to come
	EditURL, DeleteURL, Words string
}

// noteEditor is the page on which a note is changed or deleted.
type noteEditor struct {
	Form         noteForm
	Note         noteView
	Person, Back string
}

func newNotesView(ctx context.Context, request viewRequest, data viewData) notesView {
	v := notesView{Empty: len(data.Noted) == 0}
	number := data.Contact.ID
	v.Types = append(v.Types, filterChip{i18n.T(ctx, "contactpage.filter.all|Everything"), viewRequest{Tab: tabNotes, Find: request.Find}.url(number) + "#thread", request.Type == ""})
	for _, t := range note.Types() {
		if n := data.Noted[t]; n > 0 {
			v.Types = append(v.Types, filterChip{noteType(ctx, t) + " " + i18n.Number(ctx, n), viewRequest{Tab: tabNotes, Type: t, Find: request.Find}.url(number) + "#thread", request.Type == t})
		}
	}
	for _, n := range data.Notes {
		if strings.Contains(field.Fold(n.Text+"\n"+n.AuthorName), field.Fold(request.Find)) {
			v.List = append(v.List, newNoteView(ctx, number, n))
		}
	}
	return v
}

func newNoteView(ctx context.Context, c id.Contact, n note.Note) noteView {
	v := noteView{Anchor: "note-" + strconv.FormatInt(n.ID, 10), Icon: noteIcons[n.Type], Type: noteType(ctx, n.Type), Text: n.Text, When: i18n.DateTime(ctx, n.At),
		By: by(ctx, contact.By{Name: n.AuthorName}), Soon: n.At.After(n.Added), EditURL: noteURL(c, n.ID), DeleteURL: noteURL(c, n.ID) + "/delete"}
	v.Words, _, _ = strings.Cut(shortened(n.Text), "\n")
	if !n.Edited.IsZero() {
		v.Edited = i18n.T(ctx, "contactpage.note.edited|changed on %s", i18n.DateTime(ctx, n.Edited))
		if n.EditorName != n.AuthorName {
			v.Edited += " " + by(ctx, contact.By{Name: n.EditorName})
		}
	}
	return v
}

var noteIcons = map[note.Type]string{note.General: "note", note.Email: "mail", note.Call: "phone", note.Meeting: "users"}

func noteType(ctx context.Context, t note.Type) string {
	switch t {
	case note.General:
		return i18n.T(ctx, "contactpage.note.general|General")
	case note.Email:
		return i18n.T(ctx, "contactpage.note.email|E-mail")
	case note.Call:
		return i18n.T(ctx, "contactpage.note.call|Call")
	case note.Meeting:
		return i18n.T(ctx, "contactpage.note.meeting|Meeting")
	}
	return string(t)
}

func newNoteForm(ctx context.Context, action string, typed noteDraft, refused *fault.Error) noteForm {
	wrong := fault.Fields{}
	if refused != nil {
		wrong = refused.Fields
	}
	f := noteForm{Action: action,
		Text: ui.Input{Name: "text", Type: "textarea", Label: i18n.T(ctx, "contactpage.note.text|Note"), Value: typed.Text, Wrong: wrong["text"], Required: true, Focus: refused != nil},
		Type: ui.Input{Name: "type", Type: "select", Label: i18n.T(ctx, "contactpage.note.type|Type"), Value: typed.Type, Wrong: wrong["type"]},
		At:   ui.Input{Name: "at", Type: "datetime-local", Label: i18n.T(ctx, "contactpage.note.at|Date"), Value: typed.At, Wrong: wrong["at"]},
	}
	for _, t := range note.Types() {
		f.Type.Choices = append(f.Type.Choices, ui.Choice{Value: string(t), Label: noteType(ctx, t)})
	}
	return f
}

// shortened is the beginning of a long text.
func shortened(text string) string {
	if r := []rune(text); len(r) > shortNote {
		return strings.TrimSpace(string(r[:shortNote])) + "…"
	}
	return text
}
