package visit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"ariane/internal/id"
)

// Click is what a link that we made carries along in ct: where it was placed and
// who it was made for. It is signed, and told by whoever has the link: forwarded
// links name the wrong person.
type Click struct {
	// Source is the type of what the link was in, and its number.
	Source  string           `json:"s,omitempty"`
	Number  int64            `json:"n,omitempty"`
	Email   int64            `json:"e,omitempty"`
	Stat    string           `json:"h,omitempty"`
	Contact id.Contact       `json:"c,omitempty"`
	Channel map[string]int64 `json:"l,omitempty"`
	// At is when the link was made.
	At time.Time `json:"-"`
}

// clickLife is how long a link counts.
const clickLife = 400 * 24 * time.Hour

type clickRecord struct {
	Click
	Seconds int64 `json:"t"`
}

// ErrClick says that a text is no click of ours: made by somebody else, changed,
// or too old.
var ErrClick = errors.New("no click of ours")

var clickForm = regexp.MustCompile(`^[\w-]{8,}\.[\w-]{11}$`)

// LikeClick tells whether a text has the form of a signed click.
func LikeClick(ct string) bool { return clickForm.MatchString(ct) }

// SignClick writes a click for a link.
func SignClick(secret string, c Click) (string, error) {
	raw, err := json.Marshal(clickRecord{Click: c, Seconds: c.At.Unix()})
	if err != nil {
		return "", fmt.Errorf("sign click: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw) + "." + base64.RawURLEncoding.EncodeToString(clickSignature(secret, raw)), nil
}

func clickSignature(secret string, raw []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte("click\x00"))
	h.Write(raw)
	return h.Sum(nil)[:8]
}

// OpenClick reads a click that SignClick wrote.
func (p *Policy) OpenClick(ctx context.Context, ct string) (Click, error) {
	secret, err := p.clicks.Get(ctx)
	if err != nil {
		return Click{}, err
	}
	return openClick(secret, ct, p.db.Now())
}

func openClick(secret, ct string, now time.Time) (Click, error) {
	if strings.ContainsAny(ct, "\r\n") { // which the decoding skips
		return Click{}, ErrClick
	}
	body, mark, _ := strings.Cut(ct, ".")
	strict := base64.RawURLEncoding.Strict()
	raw, err := strict.DecodeString(body)
	signature, err2 := strict.DecodeString(mark)
	if err = errors.Join(err, err2); err != nil || secret == "" || !hmac.Equal(signature, clickSignature(secret, raw)) {
		return Click{}, errors.Join(ErrClick, err)
	}
	var c clickRecord
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&c); err != nil {
		return Click{}, errors.Join(ErrClick, err)
	}
	c.At = time.Unix(c.Seconds, 0).UTC()
	if age := now.Sub(c.At); age > clickLife || age < -24*time.Hour {
		return Click{}, ErrClick
	}
	return c.Click, nil
}
