package setting

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"

	"ariane/internal/base/db"
)

// Tracking is how visitors are followed. The zero value is the default.
type Tracking struct {
	// AnySite lets pages of every site read the answers of tracking requests,
	// not only those of AllowedSites.
	AnySite bool `json:"any_site,omitempty"`
	// Excluded are the addresses that nobody is followed from: 192.0.2.7,
	// 192.0.2.0/24 or 192.0.2.*.
	Excluded []string `json:"excluded,omitempty"`
	// IgnoreSignals follows browsers that send Do Not Track or Global Privacy
	// Control all the same.
	IgnoreSignals bool `json:"ignore_signals,omitempty"`
	// ConsentRequired follows only visitors who have agreed.
	ConsentRequired bool         `json:"consent_required,omitempty"`
	Addresses       Addresses    `json:"addresses,omitempty"`
	Public          PublicAccess `json:"public,omitempty"`
	// Tags lets pages put tags on their visitor and take them off.
	Tags bool `json:"tags,omitempty"`
	// MissingPages records that visitors nobody knows yet asked this server for a
	// page that does not exist. Of known contacts it is always recorded.
	MissingPages bool `json:"missing_pages,omitempty"`
	// SignedEmail takes an e-mail address from a page only with its signature.
	SignedEmail bool `json:"signed_email,omitempty"`
	// FollowLinks takes whoever follows a link for the person it was made for,
	// where pages may say the e-mail address of their visitor.
	FollowLinks bool `json:"follow_links,omitempty"`
}

// Addresses is how much of an IP address is stored.
type Addresses string

// What may be kept of an address.
const (
	AddressWhole     Addresses = ""
	AddressTruncated Addresses = "truncated" // the network: /24, or /48 of IPv6
	AddressNone      Addresses = "none"
)

// Access is what pages may do to a field of their visitor.
type Access string

// The levels. Without one a page can write nothing.
const (
	WhenEmpty Access = "empty"
	Always    Access = "always"
)

// PublicAccess is the access to each field by alias; absent means never.
type PublicAccess map[string]Access

// Followed is how visitors are followed.
var Followed = Setting[Tracking]{name: "tracking"}

var (
	// EmailSecret signs the e-mail addresses that the back end of a site vouches
	// for. Administrators copy it there.
	EmailSecret = Setting[string]{name: "email_secret"}
	// ClickSecret signs what links of ours carry along.
	ClickSecret = Setting[string]{name: "click_secret"}
	// LinkSecret seals what is passed from one site to another. It is shown to
	// nobody.
	LinkSecret = Setting[string]{name: "link_secret"}
)

// Secret reads a secret, which is made the first time: 256 random bits in
// hexadecimal digits.
func Secret(ctx context.Context, tx *db.Tx, s Setting[string]) (string, error) {
	random := make([]byte, 32)
	rand.Read(random)
	raw, err := json.Marshal(hex.EncodeToString(random))
	if err != nil {
		return "", err
	}
	added, err := tx.InsertMissing(ctx, "setting", []string{"name", "value"}, [][]any{{s.name, string(raw)}})
	if err != nil {
		return "", fmt.Errorf("make secret %s: %w", s.name, err)
	}
	if added > 0 {
		if err := tx.Publish(topic); err != nil {
			return "", err
		}
	}
	return Get(ctx, tx, s)
}

// Open gives pages an access to a field, or takes it with an empty one.
func Open(ctx context.Context, tx *db.Tx, alias string, access Access) error {
	t, err := Get(ctx, tx, Followed)
	if err != nil || t.Public[alias] == access {
		return err
	}
	public := PublicAccess{}
	maps.Copy(public, t.Public)
	public[alias] = access
	if access != WhenEmpty && access != Always {
		delete(public, alias)
	}
	t.Public = public
	return Set(ctx, tx, Followed, t)
}
