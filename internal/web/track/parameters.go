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

// maxBody is more than any page view needs.
const maxBody = 64 << 10

// parameters are those of a page view: what was sent, and what the address of
// the page says of its visitor.
type parameters struct {
	sent url.Values
	// page are the parameters of the page's address, their names in lower case.
	page url.Values
}

// read takes the parameters of the address, over them those of the body, and
// below both what is packed in d.
func read(r *http.Request) (parameters, error) {
	p := parameters{sent: r.URL.Query()}
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
		if err != nil || len(body) > maxBody {
			return p, fault.Refused(errors.Join(err, errors.New("body of a hit is too large or cut short")),
				fault.Say("track.bad_body|The page view could not be read."))
		}
		// Pairs that cannot be read are passed over: a page view is worth more than its worst parameter.
		posted, _ := url.ParseQuery(string(body))
		for name, values := range posted {
			p.sent[name] = values
		}
	}
	for name, value := range unpack(p.sent.Get("d")) {
		if !p.sent.Has(name) {
			p.sent.Set(name, value)
		}
	}
	if p.address() == "" {
		p.sent.Set("page_url", r.Referer())
	}
	p.page = url.Values{}
	if u, err := url.Parse(p.address()); err == nil {
		for name, values := range u.Query() {
			p.page[strings.ToLower(name)] = values
		}
	}
	return p, nil
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
