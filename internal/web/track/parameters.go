package track

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ariane/internal/base/fault"
)

// maxBody and mostParameters are more than any page view needs.
const (
	maxBody        = 64 << 10
	mostParameters = 200
)

// parameters are those of a page view: what was sent, and what the address of
// the page says of its visitor.
type parameters struct {
	sent pairs
	// page are the parameters of the page's address, their names in lower case.
	page pairs
}

// pairs are parameters in the order in which they came. There are few, so that
// looking through them costs less than a map.
type pairs []struct{ name, value string }

// Get is the first value of a name, empty where there is none.
func (p pairs) Get(name string) string {
	if i := p.find(name); i >= 0 {
		return p[i].value
	}
	return ""
}

func (p pairs) find(name string) int {
	for i := range p {
		if p[i].name == name {
			return i
		}
	}
	return -1
}

func (p *pairs) set(name, value string) {
	if i := p.find(name); i >= 0 {
		(*p)[i].value = value
		return
	}
	*p = append(*p, struct{ name, value string }{name, value})
}

// add takes the pairs of a text that is written like the query of an address. A
// name that is there already keeps its value. Pairs that cannot be read are
// passed over: a page view is worth more than its worst parameter.
func (p *pairs) add(text string) {
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" || strings.Contains(pair, ";") || len(*p) == mostParameters {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil || p.find(name) >= 0 {
			continue
		}
		if value, err = url.QueryUnescape(value); err == nil {
			*p = append(*p, struct{ name, value string }{name, value})
		}
	}
}

// read takes the parameters of the body, below them those of the address, and
// below both what is packed in d.
func read(r *http.Request) (parameters, error) {
	p := parameters{sent: make(pairs, 0, 20)}
	if r.Method == http.MethodPost {
		body, err := readBody(r)
		if err != nil {
			return p, fault.Refused(err, fault.Say("track.bad_body|The page view could not be read."))
		}
		p.sent.add(body)
	}
	p.sent.add(r.URL.RawQuery)
	for name, value := range unpack(p.sent.Get("d")) {
		if p.sent.find(name) < 0 {
			p.sent.set(name, value)
		}
	}
	if p.address() == "" {
		p.sent.set("page_url", r.Referer())
	}
	if u, err := url.Parse(p.address()); err == nil {
		p.page.add(u.RawQuery)
		for i := range p.page {
			p.page[i].name = strings.ToLower(p.page[i].name)
		}
	}
	return p, nil
}

func readBody(r *http.Request) (string, error) {
	if r.ContentLength > maxBody {
		return "", errors.New("body of a hit is too large")
	}
	if r.ContentLength >= 0 {
		body := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, body)
		return string(body), err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = errors.New("body of a hit is too large")
	}
	return string(body), err
}

// unpack reads a JSON object in base64url. No other encoding is accepted: some
// can make objects of the program that reads them.
func unpack(d string) map[string]string {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(d, "="))
	if err != nil || len(raw) == 0 {
		return nil
	}
	var packed map[string]any
	if json.Unmarshal(raw, &packed) != nil {
		return nil
	}
	values := map[string]string{}
	for name, value := range packed {
		if text, ok := plain(value); ok {
			values[name] = text
		}
	}
	return values
}

func plain(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	case []any:
		var list []string
		for _, one := range v {
			if text, ok := plain(one); ok {
				list = append(list, text)
			}
		}
		return strings.Join(list, ","), true
	}
	return "", false
}

// first is the first value sent under one of the names.
func (p parameters) first(names ...string) string {
	for _, n := range names {
		if v := p.sent.Get(n); v != "" {
			return v
		}
	}
	return ""
}

// said is what was sent, or else what the page's address says. It is not for
// what names a browser or a page view: a link could set that for others.
func (p parameters) said(name string) string {
	if v := p.sent.Get(name); v != "" {
		return v
	}
	return p.page.Get(name)
}

func (p parameters) address() string { return p.first("page_url", "url") }

// zone is the time zone of the browser: its name, else how far it is from UTC.
func (p parameters) zone() string {
	if name := p.first("timezone"); name != "" && len(name) <= 50 && !strings.ContainsFunc(name, notInZone) {
		return name
	}
	minutes, err := strconv.Atoi(p.first("timezone_offset"))
	if err != nil || minutes < -15*60 || minutes > 15*60 {
		return ""
	}
	sign := '+'
	if minutes > 0 {
		sign = '-'
	}
	minutes = max(minutes, -minutes)
	return fmt.Sprintf("%c%02d:%02d", sign, minutes/60, minutes%60)
}

func notInZone(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("/_+-", c)
}

func (p parameters) platform() string {
	switch name := p.first("platform"); name {
	case "Windows", "MacOS", "UNIX", "Linux":
		return name
	}
	return ""
}
