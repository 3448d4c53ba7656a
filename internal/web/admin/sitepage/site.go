package sitepage

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/base/setting"
	"ariane/internal/report"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// mostSites bounds what has to be compared with each request.
const mostSites = 200

// siteView is the page.
type siteView struct {
	Snippet  string
	Sites    ui.Input
	Received string // how many visits came in
	Any      bool
	Allowed  bool // there is a site
}

func newSiteView(ctx context.Context, baseURL, sites string, wrong fault.Text, received int) siteView {
	v := siteView{
		Snippet: web.TrackingSnippet(baseURL), Any: received > 0, Allowed: strings.TrimSpace(sites) != "",
		Sites: ui.Input{Name: "sites", Type: "textarea", Rows: 5, Value: sites, Wrong: wrong,
			Label: i18n.T(ctx, "sitepage.sites|Allowed sites, one on each line"),
			Help:  i18n.T(ctx, "sitepage.sites.help|www.example.com, or *.example.com for everything below. Without https:// in front it is added.")},
	}
	v.Received = i18n.T(ctx, "sitepage.received.none|No page view has come in yet. Open a page of your site once the lines below are in it, then look here again.")
	if v.Any {
		v.Received = i18n.N(ctx, received, "sitepage.received|It works: %s page view has come in.|It works: %s page views have come in.", i18n.Number(ctx, received))
	}
	return v
}

func (d Deps) show(w http.ResponseWriter, r *http.Request) error {
	sites, err := setting.Get(r.Context(), d.DB, setting.AllowedSites)
	if err != nil {
		return err
	}
	return d.answer(w, r, http.StatusOK, strings.Join(sites, "\n"), fault.Text{})
}

func (d Deps) answer(w http.ResponseWriter, r *http.Request, status int, sites string, wrong fault.Text) error {
	ctx := r.Context()
	totals, err := report.Totals(ctx, d.DB, visit.KindPageViewed)
	if err != nil {
		return err
	}
	v := newSiteView(ctx, d.BaseURL, sites, wrong, int(totals[visit.KindPageViewed]))
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "sitepage.title|Tracking"), Section: layout.Tracking, Status: status, Body: sitePage(v)})
}

// readSites reads one site on each line, without repeating one.
func readSites(text string) ([]string, *fault.Text) {
	sites := []string{}
	for line := range strings.Lines(strings.ReplaceAll(text, ",", "\n")) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		site, ok := web.Origin(line)
		if !ok {
			wrong := fault.Say("sitepage.sites.wrong|“%s” is not the address of a web site.", line)
			return nil, &wrong
		}
		if !slices.Contains(sites, site) {
			sites = append(sites, site)
		}
	}
	if len(sites) > mostSites {
		wrong := fault.Say("sitepage.sites.many|At most %d sites can be allowed.", mostSites)
		return nil, &wrong
	}
	return sites, nil
}

func (d Deps) save(w http.ResponseWriter, r *http.Request) error {
	ctx, text := r.Context(), r.PostFormValue("sites")
	sites, wrong := readSites(text)
	if wrong != nil {
		return d.answer(w, r, http.StatusUnprocessableEntity, text, *wrong)
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return setting.Set(ctx, tx, setting.AllowedSites, sites) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "sitepage.saved|The allowed sites are saved."))
	return web.Redirect(w, r, "/s/tracking")
}
