package formpage

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/id"
)

// What bounds what one request can ask the editor to draw.
const (
	mostFields  = 100
	mostActions = 20
)

// draft is a form as it is typed into the editor.
type draft struct {
	form.Form
	// Up and Down are the moments of publication as they were typed.
	Up, Down string
	// Open are the places of the fields whose settings are in sight.
	Open map[int]bool
	// Was is the form as the editor began with it, as writeForm writes it.
	Was string
	// Meanwhile is what somebody else stored in an input that was changed here too, by its name.
	Meanwhile map[string]string
	// Other is who stored it, empty when nobody did.
	Other string
}

// minuteLayout is how browsers write a moment.
const minuteLayout = "2006-01-02T15:04"

// newDraft is what the editor of a form begins with.
func newDraft(ctx context.Context, f form.Form) draft {
	return draft{Form: f, Up: minute(ctx, f.PublishUp), Down: minute(ctx, f.PublishDown), Was: writeForm(ctx, f).Encode()}
}

func minute(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(i18n.Zone(ctx)).Format(minuteLayout)
}

// moment reads what minute writes. What is no moment is told in wrong.
func moment(ctx context.Context, typed, name string, wrong fault.Fields) time.Time {
	if typed == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation(minuteLayout, typed, i18n.Zone(ctx))
	if err != nil {
		wrong.Add(name, fault.Say("field.date_invalid|This is not a date."))
		return time.Time{}
	}
	return at.UTC()
}

// readDraft reads what was typed into the editor over what the form was, and says what cannot be read.
func readDraft(ctx context.Context, q url.Values, f form.Form) (draft, fault.Fields) {
	wrong := fault.Fields{}
	d := draft{Form: f, Up: q.Get("publish_up"), Down: q.Get("publish_down"), Was: q.Get("was"), Open: map[int]bool{}}
	d.Name, d.Description, d.Language = q.Get("name"), q.Get("description"), q.Get("language")
	d.Button, d.PostAction, d.PostProperty = q.Get("button"), form.PostAction(q.Get("post_action")), q.Get("post_property")
	d.Published, d.RenderStyle, d.NoIndex = q.Get("published") != "", q.Get("render_style") != "", q.Get("no_index") != ""
	d.Kiosk, d.Proof = q.Get("kiosk") != "", q.Get("proof") != ""
	d.PublishUp, d.PublishDown = moment(ctx, d.Up, "publish_up", wrong), moment(ctx, d.Down, "publish_down", wrong)
	d.Fields, d.Actions = nil, nil
	for i := range count(q, "count", mostFields) {
		part := func(name string) string { return q.Get(partName(i, name)) }
		d.Fields = append(d.Fields, readField(part))
		d.Open[i] = part("open") != ""
	}
	for i := range count(q, "actions", mostActions) {
		part := func(name string) []string { return q[actionName(i, name)] }
		d.Actions = append(d.Actions, readAction(part))
	}
	if ms, err := strconv.ParseInt(q.Get("seen"), 10, 64); err == nil && ms > 0 {
		d.Modified = db.Time(ms)
	}
	return d, wrong
}

func count(q url.Values, name string, most int) int {
	n, _ := strconv.Atoi(q.Get(name))
	return min(max(n, 0), most)
}

// partName is the name of one input of the field at place i, as form.Validate names it.
func partName(i int, name string) string { return fmt.Sprintf("fields.%d.%s", i, name) }

func actionName(i int, name string) string { return fmt.Sprintf("actions.%d.%s", i, name) }

func readField(part func(string) string) question.Field {
	number, _ := strconv.ParseInt(part("id"), 10, 64)
	return question.Field{
		ID: number, Label: part("label"), Alias: part("alias"), Type: question.Type(part("type")), ContactField: part("contact_field"),
		Required: part("required") != "", Message: part("message"), Default: part("default"), Placeholder: part("placeholder"), Help: part("help"),
		HideLabel: part("hide_label") != "",
		Properties: question.Properties{
			Options: readOptions(part("options")), Multiple: part("multiple") != "", Empty: part("empty"), Min: part("min"), Max: part("max"),
			Decimals: whole(part("decimals")), International: part("international") != "", Longest: whole(part("longest")),
			Text: strings.ReplaceAll(part("text"), "\r\n", "\n"),
		},
	}
}

// whole reads a number; what is none becomes one that is refused.
func whole(typed string) int {
	if typed = strings.TrimSpace(typed); typed == "" {
		return 0
	}
	n, err := strconv.Atoi(typed)
	if err != nil {
		return -1
	}
	return n
}

// readOptions reads one answer to choose from a line: its label, or "label | value".
func readOptions(typed string) []question.Option {
	var list []question.Option
	for line := range strings.Lines(typed) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		o := question.Option{Label: line, Value: line}
		if i := strings.LastIndex(line, question.Separator); i >= 0 {
			o.Label, o.Value = strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+1:])
		}
		list = append(list, o)
	}
	return list
}

func writeOptions(list []question.Option) string {
	var lines []string
	for _, o := range list {
		if line := o.Label; o.Value == o.Label && !strings.Contains(line, question.Separator) {
			lines = append(lines, line)
		} else {
			lines = append(lines, o.Label+" "+question.Separator+" "+o.Value)
		}
	}
	return strings.Join(lines, "\n")
}

func readAction(part func(string) []string) form.Action {
	first := func(name string) string { return strings.Join(part(name)[:min(1, len(part(name)))], "") }
	number, _ := strconv.ParseInt(first("id"), 10, 64)
	a := form.Action{ID: number, Type: form.ActionType(first("type")), Add: readTags(first("add")), Remove: readTags(first("remove")),
		URL: strings.TrimSpace(first("url")), JSON: first("json") != "", Authorization: first("authorization")}
	for _, typed := range part("users") {
		if n, err := strconv.ParseInt(typed, 10, 64); err == nil && !slices.Contains(a.Users, id.User(n)) {
			a.Users = append(a.Users, id.User(n))
		}
	}
	return a
}

func readTags(typed string) []string {
	var list []string
	for t := range strings.SplitSeq(typed, ",") {
		if t = strings.TrimSpace(t); t != "" {
			list = append(list, t)
		}
	}
	return list
}

// writeForm is what the editor would send of a form that nobody touches.
func writeForm(ctx context.Context, f form.Form) url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, value := range map[string]string{
		"name": f.Name, "description": f.Description, "language": f.Language, "button": f.Button, "post_action": string(f.PostAction), "post_property": f.PostProperty,
		"published": yes(f.Published), "render_style": yes(f.RenderStyle), "no_index": yes(f.NoIndex), "kiosk": yes(f.Kiosk), "proof": yes(f.Proof),
		"publish_up": minute(ctx, f.PublishUp), "publish_down": minute(ctx, f.PublishDown), "count": strconv.Itoa(len(f.Fields)), "actions": strconv.Itoa(len(f.Actions)),
	} {
		set(name, value)
	}
	for i, one := range f.Fields {
		for name, value := range map[string]string{
			"id": strconv.FormatInt(one.ID, 10), "label": one.Label, "alias": one.Alias, "type": string(one.Type), "contact_field": one.ContactField,
			"required": yes(one.Required), "message": one.Message, "default": one.Default, "placeholder": one.Placeholder, "help": one.Help, "hide_label": yes(one.HideLabel),
			"options": writeOptions(one.Options), "multiple": yes(one.Multiple), "empty": one.Empty, "min": one.Min, "max": one.Max, "decimals": positive(one.Decimals),
			"international": yes(one.International), "longest": positive(one.Longest), "text": one.Text,
		} {
			set(partName(i, name), value)
		}
	}
	for i, a := range f.Actions {
		for name, value := range map[string]string{
			"id": strconv.FormatInt(a.ID, 10), "type": string(a.Type), "add": strings.Join(a.Add, ", "), "remove": strings.Join(a.Remove, ", "), "url": a.URL,
			"json": yes(a.JSON), "authorization": a.Authorization,
		} {
			set(actionName(i, name), value)
		}
		for _, u := range a.Users {
			q.Add(actionName(i, "users"), strconv.FormatInt(int64(u), 10))
		}
	}
	return q
}

func yes(on bool) string {
	if on {
		return "1"
	}
	return ""
}

func positive(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
