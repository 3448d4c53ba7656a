package activitypage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"ariane/internal/activity"
	"ariane/internal/base/i18n"
	"ariane/internal/company"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/note"
	"ariane/internal/stage"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	pageURL  = "/s/activity"
	pageSize = 50
	// liveLines is how many of the latest lines a page that is watched is told:
	// it leaves out those that it has.
	liveLines = 30
)

// groups are the kinds that are asked for together, by their word in the
// address; the empty word asks for all.
var groups = map[string][]activity.Kind{
	"":       nil,
	"pages":  {visit.KindPageViewed},
	"forms":  {form.KindSubmitted},
	"wishes": {consent.KindBlocked, consent.KindAllowed, consent.KindWishes, consent.KindGiven, consent.KindWithdrawn},
	"people": {contact.KindIdentified, contact.KindCreated, contact.KindMerged, contact.KindJoined, contact.KindUnmerged, contact.KindParted, contact.KindHandedOver},
	"team": {contact.KindUpdated, label.KindAdded, label.KindRemoved, stage.KindChanged, note.KindAdded, note.KindChanged, note.KindDeleted,
		contact.KindDeleted, contact.KindRestored, contact.KindVisitorDeleted, contact.KindVisitorRestored, visit.KindFollowing,
		company.KindJoined, company.KindLeft, company.KindPrimary},
}

// Who an event is about, as the address says it.
const (
	whoKnown     = "known"
	whoAnonymous = "anonymous"
)

// request is what the address says.
type request struct {
	Kind   string // of groups
	Who    string // empty for everybody
	Before id.Event
}

func readRequest(q url.Values) request {
	r := request{Kind: q.Get("kind"), Who: q.Get("who")}
	if _, found := groups[r.Kind]; !found {
		r.Kind = ""
	}
	if r.Who != whoKnown && r.Who != whoAnonymous {
		r.Who = ""
	}
	if n, err := strconv.ParseInt(q.Get("before"), 10, 64); err == nil && n > 0 {
		r.Before = id.Event(n)
	}
	return r
}

// url is the address of the page, or of its news, as r says.
func (r request) url(path string) string {
	q := url.Values{}
	for name, value := range map[string]string{"kind": r.Kind, "who": r.Who} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if r.Before != 0 {
		q.Set("before", strconv.FormatInt(int64(r.Before), 10))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// read looks for the events that a request asks for.
func (d Deps) read(ctx context.Context, r request, limit int) (activity.Passage, error) {
	crowd := activity.Crowd{Before: r.Before, Kinds: groups[r.Kind], Limit: limit}
	if r.Who != "" {
		crowd.Keep = d.only(r.Who)
	}
	return activity.Everybody(ctx, d.DB, crowd)
}

// only keeps the events of contacts that are known, or are not.
func (d Deps) only(who string) func(context.Context, []activity.Event) ([]activity.Event, error) {
	wanted := contact.Known
	if who == whoAnonymous {
		wanted = contact.Anonymous
	}
	return func(ctx context.Context, events []activity.Event) ([]activity.Event, error) {
		var numbers []id.Contact
		asked := map[id.Contact]bool{}
		for _, e := range events {
			if !asked[e.Contact] {
				asked[e.Contact] = true
				numbers = append(numbers, e.Contact)
			}
		}
		states, err := contact.StatesOf(ctx, d.DB, numbers)
		if err != nil {
			return nil, err
		}
		return slices.DeleteFunc(events, func(e activity.Event) bool {
			state, found := states[e.Contact]
			return !found || state != wanted
		}), nil
	}
}

func (d Deps) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	asked := readRequest(r.URL.Query())
	passage, err := d.read(ctx, asked, pageSize)
	if err != nil {
		return err
	}
	thread, err := d.Tell(ctx, passage.Events)
	if err != nil {
		return err
	}
	v := newActivityView(ctx, asked, passage, thread)
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "activity.title|Activity"), Section: layout.Activity, Body: activityPage(v)})
}

// live tells the page what is new.
func (d Deps) live(w http.ResponseWriter, r *http.Request) error {
	asked := readRequest(r.URL.Query())
	asked.Before = 0
	kinds := groups[asked.Kind]
	fresh, away := d.Watcher.Subscribe(0)
	defer away()
	return web.Live(w, r, fresh, func(ctx context.Context, events []activity.Event) (templ.Component, error) {
		if events != nil && kinds != nil && !slices.ContainsFunc(events, func(e activity.Event) bool { return slices.Contains(kinds, e.Kind) }) {
			return nil, nil
		}
		passage, err := d.read(ctx, asked, liveLines)
		if err != nil {
			return nil, err
		}
		thread, err := d.Tell(ctx, passage.Events)
		if err != nil {
			return nil, err
		}
		return ui.ThreadLines(thread), nil
	})
}

// activityView is the page.
type activityView struct {
	Kinds, Who []chip
	Thread     ui.Thread
	// Newest leads back to the top; empty there.
	Newest string
	// Further is said where the look back ended early.
	Further string
	Older   string // URL, empty when nothing is left
	// Filtered tells that not everything is asked for.
	Filtered bool
}

// chip is one choice of a filter.
type chip struct {
	Label, Icon, URL string
	On               bool
}

func newActivityView(ctx context.Context, r request, p activity.Passage, thread ui.Thread) activityView {
	v := activityView{Thread: thread, Filtered: r.Kind != "" || r.Who != ""}
	top := request{Kind: r.Kind, Who: r.Who}
	for _, k := range []struct{ kind, label, icon string }{
		{"", i18n.T(ctx, "activity.kind.all|All"), ""},
		{"pages", i18n.T(ctx, "activity.kind.pages|Pages"), "eye"},
		{"forms", i18n.T(ctx, "activity.kind.forms|Forms"), "forms"},
		{"people", i18n.T(ctx, "activity.kind.people|New and identified"), "user-check"},
		{"team", i18n.T(ctx, "activity.kind.team|By the team"), "user-edit"},
	} {
		v.Kinds = append(v.Kinds, chip{k.label, k.icon, request{Kind: k.kind, Who: r.Who}.url(pageURL), k.kind == r.Kind})
	}
	for _, w := range []struct{ who, label, icon string }{
		{"", i18n.T(ctx, "activity.who.all|Everybody"), "users"},
		{whoKnown, i18n.T(ctx, "activity.who.known|Known"), "user-check"},
		{whoAnonymous, i18n.T(ctx, "activity.who.anonymous|Anonymous"), "user-question"},
	} {
		v.Who = append(v.Who, chip{w.label, w.icon, request{Kind: r.Kind, Who: w.who}.url(pageURL), w.who == r.Who})
	}
	if r.Before != 0 {
		v.Newest = top.url(pageURL)
	} else {
		v.Thread.Live = top.url(pageURL + "/live")
	}
	if p.Older != 0 {
		next := top
		next.Before = p.Older
		v.Older = next.url(pageURL)
		if !p.Full {
			v.Further = i18n.T(ctx, "activity.further|The latest events have been looked through. What is older has not.")
		}
	}
	return v
}
