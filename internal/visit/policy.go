package visit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/setting"
)

// Policy decides which requests are followed and what is kept of them. It reads
// what administrators chose, and remembers it.
type Policy struct {
	db     *db.DB
	bots   *Bots
	places *Places
	zones  zones
	rules  *setting.Cached[Rules]
	secret *setting.Cached[string]
	clicks *setting.Cached[string]
	links  *setting.Cached[string]
}

// NewPolicy makes the policy of a database. Places may be nil.
func NewPolicy(d *db.DB, bots *Bots, places *Places) *Policy {
	return &Policy{db: d, bots: bots, places: places, zones: newZones(), rules: setting.CacheMade(d, setting.Followed, newRules),
		secret: setting.Cache(d, setting.EmailSecret), clicks: setting.Cache(d, setting.ClickSecret), links: setting.Cache(d, setting.LinkSecret)}
}

// Rules returns what administrators chose.
func (p *Policy) Rules(ctx context.Context) (Rules, error) { return p.rules.Get(ctx) }

// Request is what decides whether a request is followed.
type Request struct {
	UserAgent string
	Address   netip.Addr
	// Head, Prefetch, DoNotTrack and PrivacyControl are said by the browser.
	Head, Prefetch, DoNotTrack, PrivacyControl bool
	// Consent is "1" when the visitor agreed, "0" when not, empty when nobody asked.
	Consent string
}

// Refuses tells in one word why a request is not followed; empty when it is.
func (p *Policy) Refuses(ctx context.Context, r Request) (string, error) {
	rules, err := p.rules.Get(ctx)
	switch {
	case err != nil:
		return "", err
	case r.Head:
		return "head", nil
	case r.Prefetch:
		return "prefetch", nil
	case r.DoNotTrack && !rules.IgnoreSignals:
		return "do-not-track", nil
	case r.PrivacyControl && !rules.IgnoreSignals:
		return "global-privacy-control", nil
	case r.Consent == "0", rules.ConsentRequired && r.Consent != "1":
		return "consent", nil
	case rules.Excludes(r.Address):
		return "excluded", nil
	case p.bots.Is(r.UserAgent):
		return "bot", nil
	}
	return "", nil
}

// Origin is what is kept of where a request comes from.
func (p *Policy) Origin(ctx context.Context, a netip.Addr) (ip string, place Place, err error) {
	rules, err := p.rules.Get(ctx)
	if err != nil {
		return "", Place{}, err
	}
	return rules.Kept(a), p.places.Find(a), nil
}

// SignedEmail tells whether a signature vouches for an e-mail address: the
// HMAC-SHA256 of the address in lower case, in hexadecimal digits.
func (p *Policy) SignedEmail(ctx context.Context, email, signature string) (bool, error) {
	secret, err := p.secret.Get(ctx)
	if err != nil || secret == "" {
		return false, err
	}
	return hmac.Equal([]byte(SignEmail(secret, email)), []byte(strings.ToLower(signature))), nil
}

// SignEmail makes the signature of an e-mail address.
func SignEmail(secret, email string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(strings.ToLower(strings.TrimSpace(email))))
	return hex.EncodeToString(h.Sum(nil))
}

// Rules is what administrators chose, ready for use.
type Rules struct {
	setting.Tracking
	prefixes []netip.Prefix
	patterns []*regexp.Regexp
}

func newRules(t setting.Tracking) Rules {
	r := Rules{Tracking: t}
	for _, line := range t.Excluded {
		// What cannot be read was refused when it was entered.
		_ = r.exclude(line)
	}
	return r
}

// CheckExcluded tells whether text names addresses that can be excluded: one
// address, a range such as 192.0.2.0/24, or a pattern such as 192.0.2.*.
func CheckExcluded(text string) error { return new(Rules).exclude(text) }

var addressPattern = regexp.MustCompile(`^(?:[0-9*]{1,3}\.[0-9.*]{1,12}|[0-9a-f*]{0,4}:[0-9a-f:*]{1,40})$`)

func (r *Rules) exclude(text string) error {
	if strings.Contains(text, "*") {
		text = strings.ToLower(text)
		if !addressPattern.MatchString(text) {
			return fmt.Errorf("pattern of addresses %q", text)
		}
		r.patterns = append(r.patterns, regexp.MustCompile("^"+strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, `[0-9a-f.:]*`)+"$"))
		return nil
	}
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return err
		}
		if p.Addr().Is4In6() {
			return fmt.Errorf("range of addresses %q mixes IPv4 and IPv6", text)
		}
		r.prefixes = append(r.prefixes, p.Masked())
		return nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return err
	}
	a = a.Unmap().WithZone("")
	r.prefixes = append(r.prefixes, netip.PrefixFrom(a, a.BitLen()))
	return nil
}

// Excludes tells whether nobody is followed from an address.
func (r Rules) Excludes(a netip.Addr) bool {
	if a = a.Unmap().WithZone(""); !a.IsValid() {
		return false
	}
	for _, p := range r.prefixes {
		if p.Contains(a) {
			return true
		}
	}
	text := ""
	for _, p := range r.patterns {
		if text == "" {
			text = a.String()
		}
		if p.MatchString(text) {
			return true
		}
	}
	return false
}

// Kept is what is stored of an address, empty for nothing.
func (r Rules) Kept(a netip.Addr) string {
	if a = a.Unmap().WithZone(""); !a.IsValid() {
		return ""
	}
	bits := a.BitLen()
	switch r.Addresses {
	case setting.AddressNone:
		return ""
	case setting.AddressTruncated:
		if bits = 48; a.Is4() {
			bits = 24
		}
	}
	return netip.PrefixFrom(a, bits).Masked().Addr().String()
}
