package formpage_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/job"
	"ariane/internal/base/outgoing"
	"ariane/internal/base/setting"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/web/admin/formpage"
	"ariane/internal/web/public"
	"ariane/internal/web/webtest"
)

func TestEveryTypeIsAddedEditedAndStored(t *testing.T) {
	t.Parallel()
	b, stored := start(t)
	var fields [][]string
	for i, kind := range question.Types() {
		a := b.Post("/s/forms/new", typed("add:"+string(kind), own, fields...)...).Wants(200, fmt.Sprintf(`name="fields.%d.label"`, i), fmt.Sprintf(`value="%s"`, kind))
		if !strings.Contains(a.Body, "autofocus") {
			t.Errorf("%s: nothing has the focus", kind)
		}
		fields = append(fields, []string{"type", string(kind), "label", "The " + string(kind), "hide_label", "1", "help", "h", "placeholder", "p", "options", "Yes, please | yes\nNo\n", "empty", "e",
			"text", "Read [this](https://x.test)", "multiple", "1", "international", "1"})
	}
	b.Post("/s/forms/new", typed("save", own, fields...)...).Wants(200, "is saved")
	f := stored()
	if len(f.Fields) != len(question.Types()) || f.Fields[8].Options[0] != (question.Option{Label: "Yes, please", Value: "yes"}) || f.Fields[8].Options[1].Value != "No" || !f.Fields[0].HideLabel ||
		!f.Fields[8].Multiple || f.Fields[11].Text != "Read [this](https://x.test)" {
		t.Errorf("stored %+v", f.Fields)
	}
	b.Get("/s/forms/edit/1").Wants(200, "Yes, please | yes", "Read [this](https://x.test)")
}

func TestFirstMistakeHasTheFocus(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	b.Post("/s/forms/new", append(typed("save", own, []string{"label", "Fine", "type", "text"}, []string{"label", "Choice", "type", "radiogrp"}, []string{"label", "", "type", "number", "decimals", "many"}),
		"actions", "1", "actions.0.type", "send", "actions.0.url", "nowhere", "publish_up", "soon")...).Wants(422, "This is not a date.", `value="nowhere"`, `value="soon"`)
	a := b.Post("/s/forms/new", append(typed("save", own, []string{"label", "Fine", "type", "text"}, []string{"label", "Choice", "type", "radiogrp"}, []string{"label", "", "type", "number", "decimals", "many"}),
		"actions", "1", "actions.0.type", "send", "actions.0.url", "nowhere")...).Wants(422, "Give at least one answer to choose.", "A label is required.", "Between 0 and 6.", "Give a complete address")
	tag := a.Body[:strings.Index(a.Body, "autofocus")]
	if tag = tag[strings.LastIndex(tag, "<"):]; strings.Count(a.Body, "autofocus") != 1 || !strings.Contains(a.Body, `name="fields.1.options"`) {
		t.Errorf("%d inputs have the focus, first %s", strings.Count(a.Body, "autofocus"), tag)
	}
	if textarea := a.Body[strings.Index(a.Body, "<textarea"):]; !strings.Contains(tag+textarea[:200], "fields.1.options") {
		t.Errorf("the focus is on %s", tag)
	}
}

func TestActionsAreTypedAndKept(t *testing.T) {
	t.Parallel()
	b, stored := start(t)
	field := []string{"label", "A", "type", "text"}
	b.Post("/s/forms/new", append(typed("act:notify", own, field), "actions", "1", "actions.0.type", "tags", "actions.0.add", "x, y")...).Wants(200, `value="x, y"`, "anna", `name="actions.1.users"`)
	b.Post("/s/forms/new", append(typed("unact:0", own, field), "actions", "1", "actions.0.type", "tags", "actions.0.add", "x, y")...).Wants(200).Lacks(`value="x, y"`)
	b.Post("/s/forms/new", append(typed("save", own, field), "actions", "3", "actions.0.type", "tags", "actions.0.add", "x, y", "actions.0.remove", "z",
		"actions.1.type", "notify", "actions.1.users", "1", "actions.2.type", "send", "actions.2.url", "https://x.test/h?k=secret", "actions.2.authorization", "Bearer s")...).
		Wants(200, "x.test", "+ x, + y, − z", "1 person").Lacks("secret", "Bearer")
	a := stored().Actions
	if len(a) != 3 || strings.Join(a[0].Add, "+") != "x+y" || len(a[1].Users) != 1 || a[2].Authorization != "Bearer s" || a[2].JSON {
		t.Errorf("stored %+v", a)
	}
}

func TestTwoPeopleChangeAForm(t *testing.T) {
	t.Parallel()
	b, stored := start(t)
	b.Post("/s/forms/new", typed("save", own, []string{"label", "First", "type", "text"}, []string{"label", "Second", "type", "text"})...).Wants(200)
	f := stored()
	page := b.Get("/s/forms/edit/1").Wants(200)
	hidden := func(name string) string {
		_, rest, _ := strings.Cut(page.Body, `name="`+name+`" value="`)
		value, _, _ := strings.Cut(rest, `"`)
		return strings.ReplaceAll(value, "&amp;", "&")
	}
	number := func(i int) string { return fmt.Sprint(f.Fields[i].ID) }
	base := []string{"seen", hidden("seen"), "was", hidden("was")}
	mine := append(typed("save", own, []string{"id", number(0), "type", "text", "label", "My first"}, []string{"id", number(1), "type", "text", "label", "Second", "help", "mine"}), base...)

	theirs := append([]string{"name", "Their name"}, own[2:]...)
	b.Post("/s/forms/edit/1", append(typed("save", theirs, []string{"id", number(0), "type", "text", "label", "Their first"}, []string{"id", number(1), "type", "text", "label", "Their second"},
		[]string{"type", "email", "label", "Added"}), base...)...).Wants(200, "is saved")

	a := b.Post("/s/forms/edit/1", mine...).Wants(http.StatusConflict, "changed this form meanwhile", `value="Their name"`, `value="My first"`, "stored meanwhile: Their first", `value="Their second"`, `value="mine"`, `value="Added"`)
	page = a
	merged := typed("save", theirs, []string{"id", number(0), "type", "text", "label", "My first"}, []string{"id", number(1), "type", "text", "label", "Their second", "help", "mine"},
		[]string{"id", fmt.Sprint(stored().Fields[2].ID), "type", "email", "label", "Added"})
	b.Post("/s/forms/edit/1", append(merged, "seen", hidden("seen"), "was", hidden("was"))...).Wants(200, "is saved")
	if got := stored(); got.Fields[0].Label != "My first" || got.Fields[1].Help != "mine" || got.Fields[1].Label != "Their second" || len(got.Fields) != 3 {
		t.Errorf("stored %+v", got.Fields)
	}
}

func TestPreviewOfWhatIsTyped(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	values := typed("preview", own, []string{"label", "Shown <now>", "type", "textarea"})
	b.Post("/s/forms/preview", values...).Wants(200, "Shown <now>", "mauticform-textarea", `type="button"`).Lacks("<now>")
	values[1] = "draw"
	if a := b.Post("/s/forms/preview", values...); !strings.Contains(a.Body, `"css":`) || strings.Contains(a.Body, "style=") {
		t.Errorf("parts %s", a.Body)
	}
	b.Post("/s/forms/new", typed("save", append([]string{}, own[:len(own)-2]...), []string{"label", "Closed", "type", "text"})...).Wants(200, "Inactive", "Visitors cannot see it now")
	b.Get("/s/forms/preview/1").Wants(200, "Closed")
	b.Get("/s/forms/new?from=1").Wants(200, `value="Copy of Request a &lt;demo&gt;"`, `value="Closed"`).Lacks(`name="fields.0.id" value="1"`)
}

func received(t *testing.T, values ...string) (*webtest.Browser, *db.DB) {
	t.Helper()
	d := dbtest.Open(t)
	b := webtest.Start(t, d, formpage.Routes(formpage.Deps{DB: d, Clock: d.Now, BaseURL: "https://ariane.test", Public: public.Deps{DB: d, BaseURL: "https://ariane.test"}}))
	b.Post("/s/forms/new", typed("save", own, []string{"label", "=Label", "alias", "text", "type", "textarea"}, []string{"label", "Size", "alias", "size", "type", "radiogrp", "options", "Small | s"})...).Wants(200)
	for _, v := range values {
		if _, err := form.Submit(t.Context(), d, form.Submission{Form: 1, Values: map[string][]string{"text": {v}, "size": {"s"}}, Page: "https://x.test/?q=" + v}); err != nil {
			t.Fatal(err)
		}
	}
	return b, d
}

func TestExport(t *testing.T) {
	t.Parallel()
	hostile := []string{`=cmd|' /C calc'!A0`, "+1+2", "-1", "@SUM(A1)", "one\ntwo; \"three\", four", "＝1", "plain", "\u202e=hidden"}
	b, _ := received(t, hostile...)
	body := b.Get("/s/forms/export/1").Body
	text, marked := strings.CutPrefix(body, "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked || len(rows) != len(hostile)+1 || rows[0][6] != "'=Label" {
		t.Fatalf("%v, %d rows: %q", err, len(rows), body)
	}
	for i, want := range []string{"'=hidden", "plain", "'＝1", "one\ntwo; \"three\", four", "'@SUM(A1)", "-1", "'+1+2", `'=cmd|' /C calc'!A0`} {
		if got := rows[i+1]; got[6] != want || got[7] != "Small" {
			t.Errorf("row %d: %q, want %q", i, got, want)
		}
	}
	if n := strings.Count(b.Get("/s/forms/export/1?search=plain").Body, "\n"); n != 2 {
		t.Errorf("%d lines of the filtered list", n)
	}
}

func TestSubmissionsAreSearchedAndDeleted(t *testing.T) {
	t.Parallel()
	b, _ := received(t, "Élodie <wish>", "100 %_", "third", "fourth")
	b.Get("/s/forms/results/1?search=ELODIE").Wants(200, "Élodie <wish>", "1 submission").Lacks("third", "<wish>")
	b.Get("/s/forms/results/1?search=0%20%25_").Wants(200, "100 %_").Lacks("third")
	b.Get("/s/forms/results/1?search=small&from=2001-01-01&to=2001-01-02").Wants(200, "No submission is like that")
	b.Get("/s/forms/results/1?from=2001-01-01&to=nonsense").Wants(200, "4 submissions")
	b.Get("/s/forms/results/1/1").Wants(200, "Élodie <wish>", "Small", "https://x.test/").Lacks("<wish>")
	b.Get("/s/forms/results/1/9").Wants(404)
	b.Get("/s/forms/results/1/delete").Wants(200, "Choose submissions first.")
	b.Get("/s/forms/results/1/delete?one=1&one=2&one=x").Wants(200, "Delete 2 submissions?")
	b.Post("/s/forms/results/1/delete", "one", "1", "one", "2").Wants(200, "2 submissions are deleted.", "third").Lacks("100 %_")
	b.Get("/s/forms/results/1/delete?all=1").Wants(200, "Delete 2 submissions?", `name="latest" value="4"`)
	b.Post("/s/forms/results/1/delete", "latest", "3").Wants(200, "1 submission is deleted.", "fourth") // what came meanwhile stays
	b.Post("/s/forms/results/1/delete").Wants(200, "fourth")
}

func TestFailedDeliveriesAreShownAndTriedAgain(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	b := webtest.Start(t, d, formpage.Routes(formpage.Deps{DB: d, Clock: d.Now, BaseURL: "https://ariane.test", Public: public.Deps{DB: d, BaseURL: "https://ariane.test"}}))
	b.Post("/s/forms/new", append(typed("save", own, []string{"label", "A", "type", "text"}), "actions", "1", "actions.0.type", "send", "actions.0.url", "http://127.0.0.1:9/hook")...).Wants(200)
	if _, err := form.Submit(t.Context(), d, form.Submission{Form: 1}); err != nil {
		t.Fatal(err)
	}
	client := outgoing.New(outgoing.Options{})
	defer client.Close()
	runner := job.NewRunner(d, slog.New(slog.NewTextHandler(io.Discard, nil)), job.Options{Handlers: []job.Handler{form.Deliveries(d, client)}})
	ended := make(chan error, 1)
	go func() { ended <- runner.Run(t.Context()) }()
	for {
		failed, err := form.FailedDeliveries(t.Context(), d, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(failed) == 1 {
			break
		}
	}
	b.Get("/s/forms/view/1").Wants(200, "1 answer could not be sent on", "not a public one", "Try again")
	b.Post("/s/forms/outgoing", "hosts", "crm.local\nhttp://10.0.0.7/").Wants(422, "“http://10.0.0.7/” is no host.", "crm.local")
	b.Post("/s/forms/outgoing", "hosts", "CRM.local\n\n10.0.0.7:8080\n[::1]:80").Wants(200, "The hosts are saved.", "crm.local\n10.0.0.7:8080\n[::1]:80")
	if hosts, err := setting.Get(t.Context(), d, setting.OutgoingHosts); err != nil || len(hosts) != 3 {
		t.Errorf("stored %v, %v", hosts, err)
	}
	b.Post("/s/forms/retry/1", "job", "1").Wants(200, "It is being sent again.")
}
