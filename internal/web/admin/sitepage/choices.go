package sitepage

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/setting"
	"ariane/internal/field"
	"ariane/internal/visit"
	"ariane/internal/web"
)

// choices is the form as people fill it in.
type choices struct {
	Sites, Excluded            string
	Restrict, Signals, Consent bool
	Addresses                  string
	Public                     map[string]string // level by alias
	Signed, Links, Tags        bool
	Missing                    bool
}

// publicPrefix begins the names of the selects of fields.
const publicPrefix = "public."

func stored(ctx context.Context, q db.Q) (choices, error) {
	sites, err := setting.Get(ctx, q, setting.AllowedSites)
	if err != nil {
		return choices{}, err
	}
	t, err := setting.Get(ctx, q, setting.Followed)
	c := choices{
		Sites: strings.Join(sites, "\n"), Excluded: strings.Join(t.Excluded, "\n"), Restrict: !t.AnySite, Signals: !t.IgnoreSignals,
		Consent: t.ConsentRequired, Addresses: string(t.Addresses), Public: map[string]string{}, Signed: t.SignedEmail, Links: t.FollowLinks, Tags: t.Tags, Missing: t.MissingPages,
	}
	for alias, access := range t.Public {
		c.Public[alias] = string(access)
	}
	return c, err
}

func typed(set *field.Set, p url.Values) choices {
	c := choices{
		Sites: p.Get("sites"), Excluded: p.Get("excluded"), Restrict: p.Has("restrict"), Signals: p.Has("signals"), Consent: p.Has("consent"),
		Addresses: p.Get("addresses"), Public: map[string]string{}, Signed: p.Has("signed"), Links: p.Has("links"), Tags: p.Has("tags"), Missing: p.Has("missing"),
	}
	for _, f := range set.Writable() {
		c.Public[f.Alias] = p.Get(publicPrefix + f.Alias)
	}
	if allow := p.Get("allow"); allow != "" {
		c.Sites = strings.TrimSpace(c.Sites) + "\n" + allow
	}
	return c
}

// read turns the form into settings, or says what is wrong with each part.
func (c choices) read() ([]string, setting.Tracking, fault.Fields) {
	wrong := fault.Fields{}
	t := setting.Tracking{
		AnySite: !c.Restrict, IgnoreSignals: !c.Signals, ConsentRequired: c.Consent, SignedEmail: c.Signed, FollowLinks: c.Links, Tags: c.Tags, MissingPages: c.Missing,
		Addresses: setting.AddressWhole, Public: setting.PublicAccess{},
	}
	switch a := setting.Addresses(c.Addresses); a {
	case setting.AddressTruncated, setting.AddressNone:
		t.Addresses = a
	}
	for alias, level := range c.Public {
		switch access := setting.Access(level); access {
		case setting.WhenEmpty, setting.Always:
			t.Public[alias] = access
		}
	}
	sites := []string{}
	for _, line := range lines(c.Sites) {
		site, ok := web.Origin(line)
		if !ok {
			wrong.Add("sites", fault.Say("sitepage.sites.wrong|“%s” is not the address of a web site.", line))
			continue
		}
		if !slices.Contains(sites, site) {
			sites = append(sites, site)
		}
	}
	if len(sites) > mostSites {
		wrong.Add("sites", fault.Say("sitepage.sites.many|At most %d sites can be allowed.", mostSites))
	}
	for _, line := range lines(c.Excluded) {
		if visit.CheckExcluded(line) != nil {
			wrong.Add("excluded", fault.Say("sitepage.excluded.wrong|“%s” is not an address, a range or a pattern of addresses.", line))
		} else if !slices.Contains(t.Excluded, line) {
			t.Excluded = append(t.Excluded, line)
		}
	}
	if len(t.Excluded) > mostExcluded {
		wrong.Add("excluded", fault.Say("sitepage.excluded.many|At most %d addresses can be excluded.", mostExcluded))
	}
	return sites, t, wrong
}

// lines cuts a text where it goes to the next line, and at commas.
func lines(text string) []string {
	var list []string
	for line := range strings.SplitSeq(strings.NewReplacer(",", "\n", ";", "\n", "\r", "\n").Replace(text), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// origins are the sites that can be read.
func (c choices) origins() []string {
	var list []string
	for _, line := range lines(c.Sites) {
		if site, ok := web.Origin(line); ok && !slices.Contains(list, site) {
			list = append(list, site)
		}
	}
	return list
}

// matches tells whether a host belongs to a site, which may have a wildcard.
func matches(site, host string) bool {
	_, pattern, _ := strings.Cut(site, "://")
	below, wild := strings.CutPrefix(pattern, "*.")
	return host == pattern || wild && strings.HasSuffix(host, "."+below)
}

// originOf guesses the site of a host: those with a port are on trial.
func originOf(host string) string {
	if strings.Contains(host, ":") || strings.HasSuffix(host, "localhost") {
		return "http://" + host
	}
	return "https://" + host
}
