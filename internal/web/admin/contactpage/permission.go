package contactpage

import (
	"context"
	"strings"

	"ariane/internal/base/i18n"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// said says who said it.
func said(ctx context.Context, b consent.By) string {
	switch b.Object {
	case "address":
		return i18n.T(ctx, "consent.by.address|because the address changed")
	case "link":
		return i18n.T(ctx, "consent.by.link|by the person, on the preference page")
	case "one-click":
		return i18n.T(ctx, "consent.by.one_click|by the person, with one click in a mail program")
	}
	return by(ctx, contact.By{Object: b.Object, ID: b.ID, Name: b.Name})
}

func tellSwitched(ctx context.Context, e told, l *ui.ThreadLine) error {
	var s consent.Switched
	if err := e.Decode(&s); err != nil {
		return err
	}
	was := ""
	if s.Old != consent.None {
		was = i18n.T(ctx, "contactpage.thread.was|was %s", web.ReasonName(ctx, s.Old))
	}
	if e.Kind == consent.KindAllowed {
		sentence(ctx, l, "consent.thread.allowed|May be contacted again: %s", web.ChannelName(ctx, s.Channel))
		l.Details = details(was, said(ctx, s.By))
		return nil
	}
	sentence(ctx, l, "consent.thread.blocked|Do not contact: %s", web.ChannelName(ctx, s.Channel))
	l.Details = details(web.ReasonName(ctx, s.New), was, said(ctx, s.By))
	l.Text = shortened(s.Comment)
	return nil
}

func tellWished(ctx context.Context, e told, l *ui.ThreadLine) error {
	var w consent.Wished
	if err := e.Decode(&w); err != nil {
		return err
	}
	sentence(ctx, l, "consent.thread.wishes|%s changed", i18n.T(ctx, "consent.thread.wishes.word|Preferences"))
	for _, c := range w.Changes {
		l.Changes = append(l.Changes, ui.Change{Label: web.ChannelName(ctx, c.Channel), Old: wishText(ctx, c.Old), New: wishText(ctx, c.New)})
	}
	l.Details = details(said(ctx, w.By))
	return nil
}

// wishText is a wish in words, empty for none.
func wishText(ctx context.Context, w consent.Wish) string {
	var parts []string
	if w.Most > 0 {
		switch w.Per {
		case consent.Day:
			parts = append(parts, i18n.N(ctx, w.Most, "consent.per_day|%d message a day at most|%d messages a day at most", w.Most))
		case consent.Week:
			parts = append(parts, i18n.N(ctx, w.Most, "consent.per_week|%d message a week at most|%d messages a week at most", w.Most))
		default:
			parts = append(parts, i18n.N(ctx, w.Most, "consent.per_month|%d message a month at most|%d messages a month at most", w.Most))
		}
	}
	switch {
	case w.From != "" && w.To != "":
		parts = append(parts, i18n.T(ctx, "consent.pause|pause from %s to %s", w.From, w.To))
	case w.From != "":
		parts = append(parts, i18n.T(ctx, "consent.pause_from|pause from %s on", w.From))
	case w.To != "":
		parts = append(parts, i18n.T(ctx, "consent.pause_to|pause until %s", w.To))
	}
	if w.Preferred {
		parts = append(parts, i18n.T(ctx, "consent.preferred|preferred channel"))
	}
	return strings.Join(parts, ", ")
}

func tellDeclared(ctx context.Context, e told, l *ui.ThreadLine) error {
	var d consent.Declared
	if err := e.Decode(&d); err != nil {
		return err
	}
	if e.Kind == consent.KindGiven {
		sentence(ctx, l, "consent.thread.given|Consent given: %s", d.Name)
	} else {
		sentence(ctx, l, "consent.thread.withdrawn|Consent withdrawn: %s", d.Name)
	}
	l.Details = details(said(ctx, d.By))
	return nil
}

// blockView is a channel that is blocked.
type blockView struct{ Channel, Label, Text, Comment string }

func blockViews(ctx context.Context, blocks []consent.Block) []blockView {
	var list []blockView
	for _, b := range blocks {
		one := blockView{Channel: string(b.Channel), Label: web.ChannelName(ctx, b.Channel), Comment: b.Comment}
		one.Text = i18n.T(ctx, "consent.banner|Do not contact (%s): %s", one.Label, web.ReasonName(ctx, b.Reason))
		if why := details(i18n.DateTime(ctx, b.Added), said(ctx, b.By)); len(why) > 0 {
			one.Text += " · " + strings.Join(why, " · ")
		}
		list = append(list, one)
	}
	return list
}
