package homepage

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"ariane/internal/base/i18n"
	"ariane/internal/id"
	"ariane/internal/visit"
)

// bar is one line of a ranking.
type bar struct {
	Label, Under, URL string
	Count             string
	Share             int // of the first line, in percent
}

// ranked is how many lines a ranking has.
const ranked = 6

// rank lists what was counted most, the most first.
func rank(ctx context.Context, counts map[string]int, labelled func(key string) bar) []bar {
	keys := make([]string, 0, len(counts))
	for key := range counts {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	var bars []bar
	for _, key := range keys[:min(ranked, len(keys))] {
		b := labelled(key)
		b.Count, b.Share = i18n.Number(ctx, counts[key]), 100*counts[key]/counts[keys[0]]
		bars = append(bars, b)
	}
	return bars
}

// rankSources counts the people that each source brought: a campaign's source,
// another site, or nothing that is known.
func rankSources(ctx context.Context, views []view) []bar {
	type arrival struct {
		contact id.Contact
		source  string
	}
	seen, last := map[arrival]bool{}, map[id.Contact]time.Time{}
	counts := map[string]int{}
	for _, v := range slices.Backward(views) {
		source, elsewhere := source(v)
		begins := v.At.Sub(last[v.Contact]) >= visit.SessionGap
		last[v.Contact] = v.At
		// Within a session, a page without a referrer says nothing.
		arrived := elsewhere && (begins || source != "")
		if a := (arrival{v.Contact, source}); arrived && !seen[a] {
			seen[a] = true
			counts[source]++
		}
	}
	return rank(ctx, counts, func(source string) bar {
		if source == "" {
			return bar{Label: i18n.T(ctx, "home.sources.direct|Direct or unknown")}
		}
		return bar{Label: source}
	})
}

// source names where somebody came from who saw this page. It reports false for
// those who came from the same site.
func source(v view) (string, bool) {
	here, err := url.Parse(v.URL)
	if err != nil {
		here = &url.URL{}
	}
	if utm := v.UTM.Source; utm != "" {
		return strings.ToLower(utm), true
	}
	if utm := here.Query().Get("utm_source"); utm != "" {
		return strings.ToLower(utm), true
	}
	from, err := url.Parse(v.Referrer)
	if err != nil || from.Hostname() == "" {
		return "", true
	}
	return bare(from), bare(from) != bare(here)
}

func bare(u *url.URL) string { return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.") }

// rankPages counts the views of each page, whatever its parameters.
func rankPages(ctx context.Context, views []view) []bar {
	counts, titles := map[string]int{}, map[string]string{}
	for _, v := range views {
		u, err := url.Parse(v.URL)
		if err != nil || u.Host == "" {
			continue
		}
		u.RawQuery, u.Fragment, u.User = "", "", nil
		key := u.String()
		counts[key]++
		// The latest title counts.
		if titles[key] == "" {
			titles[key] = v.Title
		}
	}
	return rank(ctx, counts, func(key string) bar {
		u, err := url.Parse(key)
		if err != nil {
			return bar{Label: key}
		}
		place := bare(u) + u.EscapedPath()
		b := bar{Label: titles[key], Under: place}
		if b.Label == "" {
			b.Label, b.Under = place, ""
		}
		if u.Scheme == "http" || u.Scheme == "https" {
			b.URL = key
		}
		return b
	})
}
