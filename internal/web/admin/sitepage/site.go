package sitepage

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/base/setting"
	"ariane/internal/field"
	"ariane/internal/report"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	// mostSites and mostExcluded bound what has to be compared with each request.
	mostSites    = 200
	mostExcluded = 500
	// mostStrangers bounds the list of sites that nobody has allowed.
	mostStrangers = 10
)

// siteData is what the page shows beside the choices.
type siteData struct {
	Fields   *field.Set
	Received int                  // page views of all time
	Seen     map[string]time.Time // last page view by host
	Secret   string               // signs e-mail addresses; empty until it is needed
}

func (d Deps) load(ctx context.Context) (siteData, error) {
	var data siteData
	totals, err := report.Totals(ctx, d.DB, visit.KindPageViewed)
	if err != nil {
		return data, err
	}
	data.Received = int(totals[visit.KindPageViewed])
	if data.Seen, err = visit.Sites(ctx, d.DB); err != nil {
		return data, err
	}
	if data.Fields, err = field.Of(ctx, d.DB); err != nil {
		return data, err
	}
	data.Secret, err = setting.Get(ctx, d.DB, setting.EmailSecret)
	return data, err
}

func (d Deps) show(w http.ResponseWriter, r *http.Request) error {
	c, err := stored(r.Context(), d.DB)
	if err != nil {
		return err
	}
	return d.answer(w, r, http.StatusOK, c, nil)
}

func (d Deps) answer(w http.ResponseWriter, r *http.Request, status int, c choices, wrong fault.Fields) error {
	ctx := r.Context()
	data, err := d.load(ctx)
	if err != nil {
		return err
	}
	v := newSiteView(ctx, d.Clock(), d.BaseURL, c, data, wrong)
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "sitepage.title|Tracking"), Section: layout.Tracking, Status: status, Body: sitePage(v)})
}

func (d Deps) save(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	set, err := field.Of(ctx, d.DB)
	if err != nil {
		return err
	}
	c := typed(set, r.PostForm)
	sites, rules, wrong := c.read()
	if len(wrong) > 0 {
		return d.answer(w, r, http.StatusUnprocessableEntity, c, wrong)
	}
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		if err := setting.Set(ctx, tx, setting.AllowedSites, sites); err != nil {
			return err
		}
		if rules.SignedEmail {
			if _, err := setting.Secret(ctx, tx, setting.EmailSecret); err != nil {
				return err
			}
		}
		return setting.Set(ctx, tx, setting.Followed, rules)
	})
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "sitepage.saved|The settings of tracking are saved."))
	return web.Redirect(w, r, "/s/tracking")
}

// siteView is the page.
type siteView struct {
	Refused  string // that something is wrong; empty when nothing is
	Received string // how many page views came in
	Any      bool
	Insecure bool // our address is not https
	Snippet  string
	Variants []variant

	Sites    ui.Input
	Checks   []siteCheck
	Strange  []siteCheck // sites that nobody has allowed
	Restrict check
	Excluded ui.Input

	Signals, Consent check
	Addresses        ui.Input
	Public           []ui.Input
	PublicCount      string
	Signed, Links    check
	Tags, Missing    check
	Secret           string
}

// check is a box to tick.
type check struct {
	Name, Label, Help string
	On                bool
}

// siteCheck tells when a site was last heard of.
type siteCheck struct {
	Site, Text, Full string
	Origin           string // what to allow; strange sites only
	Heard            bool
}

func newSiteView(ctx context.Context, now time.Time, baseURL string, c choices, data siteData, wrong fault.Fields) siteView {
	v := siteView{
		Snippet: usual(baseURL), Variants: variants(ctx, baseURL), Any: data.Received > 0, Insecure: strings.HasPrefix(baseURL, "http:"), Secret: data.Secret,
		Sites: ui.Input{Name: "sites", Type: "textarea", Rows: 5, Value: c.Sites, Wrong: wrong["sites"],
			Label: i18n.T(ctx, "sitepage.sites|Allowed sites, one on each line"),
			Help:  i18n.T(ctx, "sitepage.sites.help|www.example.com, or *.example.com for everything below. Without https:// in front it is added.")},
		Restrict: check{"restrict", i18n.T(ctx, "sitepage.restrict|Only these sites may read answers"),
			i18n.T(ctx, "sitepage.restrict.help|Others are counted by image, but learn nothing about their visitor."), c.Restrict},
		Excluded: ui.Input{Name: "excluded", Type: "textarea", Rows: 4, Value: c.Excluded, Wrong: wrong["excluded"],
			Label: i18n.T(ctx, "sitepage.excluded|Nobody is followed from these addresses"),
			Help:  i18n.T(ctx, "sitepage.excluded.help|One on each line: 192.0.2.7, a range such as 192.0.2.0/24, or a pattern such as 192.0.2.*")},
		Signals: check{"signals", i18n.T(ctx, "sitepage.signals|Obey Do Not Track and Global Privacy Control"),
			i18n.T(ctx, "sitepage.signals.help|Browsers that send one of them are not followed."), c.Signals},
		Consent: check{"consent", i18n.T(ctx, "sitepage.consent|Wait for consent"),
			i18n.T(ctx, "sitepage.consent.help|Until the page calls mt('consent', 'grant') nothing is stored, in the browser or here."), c.Consent},
		Missing: check{"missing", i18n.T(ctx, "sitepage.missing|Note missing pages of visitors nobody knows"),
			i18n.T(ctx, "sitepage.missing.help|When somebody asks this server for a page that does not exist. Of known contacts it is always noted."), c.Missing},
		Addresses: ui.Input{Name: "addresses", Type: "select", Value: c.Addresses, Label: i18n.T(ctx, "sitepage.addresses|What is stored of IP addresses"),
			Choices: []ui.Choice{
				{Value: string(setting.AddressWhole), Label: i18n.T(ctx, "sitepage.addresses.whole|The whole address")},
				{Value: string(setting.AddressTruncated), Label: i18n.T(ctx, "sitepage.addresses.truncated|The network only (203.0.113.0)")},
				{Value: string(setting.AddressNone), Label: i18n.T(ctx, "sitepage.addresses.none|Nothing")},
			},
			Help: i18n.T(ctx, "sitepage.addresses.help|Counts from now on; what is stored already stays as it is.")},
		Signed: check{"signed", i18n.T(ctx, "sitepage.signed|An e-mail address needs a signature"),
			i18n.T(ctx, "sitepage.signed.help|Pages then send email_hmac with it, made by your server. Otherwise anybody who knows an address can pass for its owner."), c.Signed},
		Links: check{"links", i18n.T(ctx, "sitepage.links|Links in e-mails say who follows them"),
			i18n.T(ctx, "sitepage.links.help|Only where pages may write the e-mail address. A forwarded link names the wrong person."), c.Links},
		Tags: check{"tags", i18n.T(ctx, "sitepage.tags|Pages may put tags on their visitor"),
			i18n.T(ctx, "sitepage.tags.help|And take them off: mt('send', 'pageview', {tags: 'trial,-newsletter'}). Anybody can do what a page does, so build nothing on them that has to be true."), c.Tags},
	}
	if len(wrong) > 0 {
		v.Refused = i18n.N(ctx, len(wrong), "sitepage.refused|Nothing is saved yet: one thing needs another look.|Nothing is saved yet: some things need another look.")
	}
	v.Received = i18n.T(ctx, "sitepage.received.none|No page view has come in yet. Open a page of your site once the lines below are in it, then look here again.")
	if v.Any {
		v.Received = i18n.N(ctx, data.Received, "sitepage.received|It works: %s page view has come in.|It works: %s page views have come in.", i18n.Number(ctx, data.Received))
	}
	v.addPublic(ctx, data.Fields, c)
	v.addChecks(ctx, now, c, data.Seen)
	return v
}

func (v *siteView) addPublic(ctx context.Context, set *field.Set, c choices) {
	levels := []ui.Choice{
		{Value: "", Label: i18n.T(ctx, "sitepage.public.never|Never")},
		{Value: string(setting.WhenEmpty), Label: i18n.T(ctx, "sitepage.public.empty|If empty")},
		{Value: string(setting.Always), Label: i18n.T(ctx, "sitepage.public.always|Always")},
	}
	open := 0
	for _, f := range set.Writable() {
		in := ui.Input{Name: publicPrefix + f.Alias, Type: "select", Label: f.Name(ctx), Value: c.Public[f.Alias], Choices: levels}
		v.Public = append(v.Public, in)
		if in.Value != "" {
			open++
		}
	}
	v.PublicCount = i18n.T(ctx, "sitepage.public.none|Pages may write no field")
	if open > 0 {
		v.PublicCount = i18n.N(ctx, open, "sitepage.public.some|Pages may write %s field|Pages may write %s fields", i18n.Number(ctx, open))
	}
}

// addChecks tells of each allowed site when it was last heard of, and of others
// that are heard of.
func (v *siteView) addChecks(ctx context.Context, now time.Time, c choices, seen map[string]time.Time) {
	hosts := map[string]bool{} // of allowed sites
	for _, site := range c.origins() {
		line := siteCheck{Site: strings.TrimPrefix(site, "https://"), Text: i18n.T(ctx, "sitepage.check.never|nothing yet")}
		var last time.Time
		for host, at := range seen {
			if matches(site, host) {
				hosts[host] = true
				if at.After(last) {
					last = at
				}
			}
		}
		if !last.IsZero() {
			line.Heard, line.Text, line.Full = true, i18n.T(ctx, "sitepage.check.last|last page view %s", i18n.When(ctx, now, last)), i18n.DateTime(ctx, last)
		}
		v.Checks = append(v.Checks, line)
	}
	for host, at := range seen {
		if !hosts[host] {
			v.Strange = append(v.Strange, siteCheck{Site: host, Origin: originOf(host), Full: i18n.DateTime(ctx, at),
				Text: i18n.T(ctx, "sitepage.check.last|last page view %s", i18n.When(ctx, now, at))})
		}
	}
	slices.SortFunc(v.Strange, func(a, b siteCheck) int {
		return cmp.Or(seen[b.Site].Compare(seen[a.Site]), strings.Compare(a.Site, b.Site))
	})
	v.Strange = v.Strange[:min(len(v.Strange), mostStrangers)]
}
