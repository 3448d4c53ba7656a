package layout

import (
	"context"

	"github.com/a-h/templ"

	"ariane/internal/base/i18n"
	"ariane/internal/web/ui"
)

// Section is an entry of the navigation.
type Section string

const (
	None      Section = ""
	Home      Section = "home"
	Contacts  Section = "contacts"
	Companies Section = "companies"
	Stages    Section = "stages"
	Forms     Section = "forms"
	Tracking  Section = "tracking"
	Activity  Section = "activity"
	Fields    Section = "fields"
	Users     Section = "users"
	System    Section = "system"
	Notices   Section = "notices"
	Account   Section = "account"
)

// home is where the brand leads.
const home = "/s/dashboard"

// Frame is what surrounds the body of one page.
type Frame struct {
	Title   string
	Section Section
	Notices []Notice
	Theme   string // "light", "dark", or empty: as the system has it
	Compact bool   // the rows of tables lie close
	Here    string // where switching language or theme comes back to
	User    *User  // nil: nobody is logged in
	Body    templ.Component
	// Wide gives a bare page the room of a longer form.
	Wide    bool
	Editing Editing
	Health  *Health // nil: not shown
}

// Health is how the program does.
type Health struct {
	Problems int // what needs attention
	Waiting  int // hits and events to be handled, zero when they are few
}

// word says what the mark in the bar shows.
func (h Health) word(ctx context.Context) string {
	switch {
	case h.Problems > 0:
		return i18n.N(ctx, h.Problems, "layout.health.broken|System: %s thing needs attention|System: %s things need attention", i18n.Number(ctx, h.Problems))
	case h.Waiting > 0:
		return i18n.N(ctx, h.Waiting, "layout.health.busy|System: %s event waits|System: %s events wait", i18n.Number(ctx, h.Waiting))
	}
	return i18n.T(ctx, "layout.health.well|System: everything runs")
}

// Editing is what is changed on a page, empty for nothing, and who else is
// changing it, in a sentence each.
type Editing struct {
	Thing  string
	Others []string
}

// User is who is logged in.
type User struct {
	ID      int64
	Picture string // address of a picture, empty for none
	Name    string
	Email   string
	Admin   bool
	// Unread is how many notices wait, counted no further than Countless.
	Unread, Countless int
}

// Notice is said once, above the page.
type Notice struct {
	Tone ui.Tone
	Text string
}

type entry struct {
	section Section
	url     string
	icon    string
	label   string
	admin   bool
	key     string // pressed after g, it opens the page
	words   string // others that people look for it by
}

type group struct {
	title   string
	entries []entry
}

// navigation lists the sections that exist, in the order of the bar.
func navigation(ctx context.Context, admin bool) []group {
	all := []group{
		{"", []entry{
			{Home, home, "home", i18n.T(ctx, "layout.home|Home"), false, "d", i18n.T(ctx, "layout.words.home|dashboard start")},
		}},
		{i18n.T(ctx, "layout.people|People"), []entry{
			{Contacts, "/s/contacts", "address-book", i18n.T(ctx, "layout.contacts|Contacts"), false, "c", i18n.T(ctx, "layout.words.contacts|leads people visitors")},
			{Companies, "/s/companies", "building", i18n.T(ctx, "layout.companies|Companies"), false, "o", i18n.T(ctx, "layout.words.companies|organisations accounts firms employers")},
			{Stages, "/s/stages/board", "stairs", i18n.T(ctx, "layout.stages|Stages"), false, "e", i18n.T(ctx, "layout.words.stages|funnel pipeline board kanban lifecycle")},
		}},
		{i18n.T(ctx, "layout.web|Web"), []entry{
			{Forms, "/s/forms", "forms", i18n.T(ctx, "layout.forms|Forms"), false, "f", ""},
			{Tracking, "/s/tracking", "radar-2", i18n.T(ctx, "layout.tracking|Tracking"), true, "t", i18n.T(ctx, "layout.words.tracking|script pixel sites privacy consent")},
		}},
		{i18n.T(ctx, "layout.insight|Insight"), []entry{
			{Activity, "/s/activity", "activity", i18n.T(ctx, "layout.activity|Activity"), false, "a", i18n.T(ctx, "layout.words.activity|history timeline thread events")},
		}},
		{i18n.T(ctx, "layout.settings|Settings"), []entry{
			{Fields, "/s/fields", "list-details", i18n.T(ctx, "layout.fields|Fields"), true, "l", i18n.T(ctx, "layout.words.fields|custom attributes columns properties")},
			{Users, "/s/users", "users-group", i18n.T(ctx, "layout.users|Users"), true, "u", i18n.T(ctx, "layout.words.users|team roles accounts")},
			{System, "/s/system", "activity-heartbeat", i18n.T(ctx, "layout.system|System"), true, "y", i18n.T(ctx, "layout.words.system|jobs tasks readers errors cron")},
		}},
	}
	var shown []group
	for _, g := range all {
		var entries []entry
		for _, e := range g.entries {
			if admin || !e.admin {
				entries = append(entries, e)
			}
		}
		if len(entries) > 0 {
			shown = append(shown, group{g.title, entries})
		}
	}
	return shown
}

// Listed is a page as it can be found.
type Listed struct{ Label, URL, Icon, Words string }

// Pages lists the pages that a user can go to.
func Pages(ctx context.Context, admin bool) []Listed {
	var list []Listed
	for _, g := range navigation(ctx, admin) {
		for _, e := range g.entries {
			list = append(list, Listed{e.label, e.url, e.icon, e.words})
		}
	}
	return append(list,
		Listed{i18n.T(ctx, "layout.duplicates|Duplicates"), "/s/contacts/duplicates", "users", i18n.T(ctx, "layout.words.duplicates|merge double twice same person")},
		Listed{i18n.T(ctx, "layout.tags|Tags"), "/s/tags", "tag", i18n.T(ctx, "layout.words.tags|labels keywords categories")},
		Listed{i18n.T(ctx, "layout.categories|Categories"), "/s/categories", "folder", i18n.T(ctx, "layout.words.categories|order colour folder group")},
		Listed{i18n.T(ctx, "layout.notices|Notifications"), "/s/notices", "bell", ""},
		Listed{i18n.T(ctx, "layout.account|Your account"), "/s/account", "user-circle", i18n.T(ctx, "layout.words.account|profile password language theme")},
		Listed{i18n.T(ctx, "layout.keys|Keyboard shortcuts"), "/s/keys", "keyboard", ""})
}

func (f Frame) person() ui.Person {
	return ui.Person{Name: f.User.Name, Known: true, Picture: f.User.Picture}
}

// themeChoice is a theme as the user picks it.
type themeChoice struct{ value, icon, label string }

func themes(ctx context.Context) []themeChoice {
	return []themeChoice{
		{"system", "device-desktop", i18n.T(ctx, "layout.theme.system|Auto")},
		{"light", "sun", i18n.T(ctx, "layout.theme.light|Light")},
		{"dark", "moon", i18n.T(ctx, "layout.theme.dark|Dark")},
	}
}

func (f Frame) themeIs(value string) string {
	if f.Theme == value || f.Theme == "" && value == "system" {
		return "true"
	}
	return "false"
}

func (f Frame) density() string {
	if f.Compact {
		return "compact"
	}
	return "comfortable"
}

func (f Frame) densityIs(value string) string {
	if f.density() == value {
		return "true"
	}
	return "false"
}

func languageIs(ctx context.Context, lang string) string {
	if i18n.Lang(ctx) == lang {
		return "true"
	}
	return "false"
}

// unread is the number on the bell.
func (u User) unread(ctx context.Context) string {
	if u.Unread >= u.Countless {
		return i18n.Number(ctx, u.Countless-1) + "+"
	}
	return i18n.Number(ctx, u.Unread)
}

func (f Frame) bellLabel(ctx context.Context) string {
	if f.User.Unread == 0 {
		return i18n.T(ctx, "layout.notices|Notifications")
	}
	return i18n.N(ctx, f.User.Unread, "layout.notices.unread|Notifications, %s not read|Notifications, %s not read", f.User.unread(ctx))
}
