package contactpage_test

import (
	"net/http"
	"strings"
	"testing"

	"ariane/internal/tool/browsertest"
)

func TestNotesOfAContact(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, number := w.known(map[string]string{"firstname": "Ada"})
	page := "/s/contacts/view/" + number
	w.Get(page+"?tab=notes").Wants(http.StatusOK, "No note yet", "Save the note", `type="datetime-local"`)
	w.Post("/s/contacts/notes/"+number, "type", "call", "text", "She <b>called</b>\nabout bikes", "at", "2026-11-02T09:30").
		Wants(http.StatusOK, "The note is saved.", "She <b>called</b> about bikes", "Call", "2 November 2026, 09:30", "by anna").Lacks("<b>called", "To come")
	w.Get(page).Wants(http.StatusOK, "Note: Call", "She <b>called</b>", "Notes 1").Lacks("<b>called")
	w.Get(page+"?find=bikes").Wants(http.StatusOK, "Note: Call")
	w.Get(page+"?find=cars").Wants(http.StatusOK, "Nothing like that").Lacks("Note: Call")

	w.Post("/s/contacts/notes/"+number, "type", "general", "text", " ", "at", "never").
		Wants(http.StatusUnprocessableEntity, "This is not a date.", `value="never"`)
	w.Post("/s/contacts/notes/"+number, "type", "general", "text", " ", "at", "").Wants(http.StatusUnprocessableEntity, "Write something first.")
	w.Post("/s/contacts/notes/"+number, "type", "joke", "text", "kept").Wants(http.StatusUnprocessableEntity, "no such type", "kept")

	w.Post("/s/contacts/notes/"+number, "type", "meeting", "text", "Lunch", "at", "2099-01-01T12:00").Wants(http.StatusOK, "Lunch", "To come")
	w.Get(page+"?tab=notes&type=call").Wants(http.StatusOK, "bikes").Lacks("Lunch")
	w.Get(page+"?tab=notes&find=LUNCH").Wants(http.StatusOK, "Lunch").Lacks("bikes")
	w.Get(page+"?tab=notes&find=nothing").Wants(http.StatusOK, "No note like that.")

	note := "/s/contacts/notes/" + number + "/1"
	w.Get(note).Wants(http.StatusOK, "Edit the note", "bikes", `value="2026-11-02T09:30"`)
	w.Post(note, "type", "call", "text", "", "at", "2026-11-02T09:30").Wants(http.StatusUnprocessableEntity, "Write something first.")
	w.Post(note, "type", "email", "text", "About cars", "at", "2026-11-02T09:30").Wants(http.StatusOK, "About cars", "changed on").Lacks("bikes")
	w.Get(page+"?tab=audit").Wants(http.StatusOK, "Note changed: E-mail", "First name Ada").Lacks("Nothing like that")
	w.Get(note+"/delete").Wants(http.StatusOK, "Delete this note?", "About cars")
	w.Post(note+"/delete").Wants(http.StatusOK, "The note is deleted.").Lacks("About cars")
	w.Get(page).Wants(http.StatusOK, "Note deleted", "deleted since").Lacks("About cars")
	for _, path := range []string{note, note + "/delete", "/s/contacts/notes/99/1", "/s/contacts/notes/" + number + "/x"} {
		w.Get(path).Wants(http.StatusNotFound)
	}
}

// Each form also works where no script runs, in both languages.
func TestNotesWithoutScripts(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, number := w.known(map[string]string{"firstname": "Ada"})
	b := browsertest.Open(t, browsertest.WithoutScripts(), browsertest.Window(390, 844))
	b.Visit(w.URL("/test/in"))
	for _, lang := range []struct{ path, write, saved, ask string }{
		{"", "Write a note", "The note is saved.", "Delete this note?"},
		{"fr", "Écrire une note", "La note est enregistrée.", "Supprimer cette note ?"},
	} {
		b.Visit(w.URL("/s/contacts/view/" + number))
		if lang.path == "fr" {
			b.Click(".topbar summary")
			b.Click(".topbar button[lang=fr]")
		}
		b.WaitText(lang.write)
		b.Click(`a[href*="tab=notes#field-text"]`)
		b.WaitFor(`document.querySelector("#field-text")`)
		b.Fill("#field-text", "\u202e<img src=x onerror=alert(1)>")
		b.Click(".note-form .button-primary")
		b.WaitText(lang.saved)
		if got := b.Text(".note-text"); !strings.Contains(got, "<img src=x onerror=alert(1)>") || strings.Contains(got, "\u202e") {
			t.Errorf("%q", got)
		}
		b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
		b.Click(`.note a[href$="/delete"]`)
		b.WaitText(lang.ask)
		b.Click("main .button-danger")
		b.WaitFor(`document.querySelector(".note-form") && !document.querySelector(".note")`)
	}
	b.NoProblems()
}
