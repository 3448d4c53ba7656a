package layout

import (
	"context"

	"ariane/internal/base/i18n"
)

// shortcut is what keys do, pressed one after another.
type shortcut struct {
	keys []string
	what string
}

type shortcutGroup struct {
	title string
	keys  []shortcut
}

// shortcuts lists what can be done by keyboard. Pages carry the keys themselves,
// in data-go for those after g and in data-key for the others.
func shortcuts(ctx context.Context, admin bool) []shortcutGroup {
	pages := shortcutGroup{title: i18n.T(ctx, "layout.keys.go|Go to")}
	for _, g := range navigation(ctx, admin) {
		for _, e := range g.entries {
			pages.keys = append(pages.keys, shortcut{[]string{"g", e.key}, e.label})
		}
	}
	pages.keys = append(pages.keys,
		shortcut{[]string{"Ctrl", "K"}, i18n.T(ctx, "layout.keys.find|Anything, by its name")},
		shortcut{[]string{"f", "n"}, i18n.T(ctx, "layout.notices|Notifications")},
		shortcut{[]string{"g", "i"}, i18n.T(ctx, "layout.keys.list|Back to the list")})
	return []shortcutGroup{pages, {i18n.T(ctx, "layout.keys.here|On the page"), []shortcut{
		{[]string{"/"}, i18n.T(ctx, "layout.keys.search|Search")},
		{[]string{"c"}, i18n.T(ctx, "layout.keys.new|New form, new user")},
		{[]string{"a"}, i18n.T(ctx, "layout.keys.quick|Quick add of a contact")},
		{[]string{"x"}, i18n.T(ctx, "layout.keys.select|Select a row of the list")},
		{[]string{"e"}, i18n.T(ctx, "layout.keys.edit|Edit")},
		{[]string{i18n.T(ctx, "layout.keys.delete_key|Del")}, i18n.T(ctx, "layout.keys.delete|Delete, after asking")},
		{[]string{"t"}, i18n.T(ctx, "layout.keys.table|Contacts as a table")},
		{[]string{"c"}, i18n.T(ctx, "layout.keys.cards|Contacts as cards")},
		{[]string{"v"}, i18n.T(ctx, "layout.keys.face|From one to the other")},
		{[]string{"Ctrl", i18n.T(ctx, "layout.keys.enter_key|Enter")}, i18n.T(ctx, "layout.keys.save|Save")},
		{[]string{"?"}, i18n.T(ctx, "layout.keys.help|Help")},
		{[]string{i18n.T(ctx, "layout.keys.escape_key|Esc")}, i18n.T(ctx, "layout.keys.escape|Close")},
	}}}
}
