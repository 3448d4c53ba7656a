package visit

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
)

// linkLife is how long a visitor may take from one site to the next.
const linkLife = 2 * time.Minute

// Passage is a browser on its way from one site to another: the device token it
// has there, and the seal of the link, which counts once.
type Passage struct{ Token, Seal string }

// SealLink writes, for a link to a site, which browser follows it. Nobody else
// can read it or write one, and it counts for two minutes on that site alone.
func (p *Policy) SealLink(ctx context.Context, token, site string) (string, error) {
	secret, err := p.links.Get(ctx)
	if err == nil && secret == "" {
		err = p.db.Do(ctx, func(tx *db.Tx) (err error) {
			secret, err = setting.Secret(ctx, tx, setting.LinkSecret)
			return err
		})
	}
	if err != nil {
		return "", err
	}
	seal, err := sealer(secret)
	if err != nil {
		return "", err
	}
	plain, err := hex.DecodeString(token)
	if err != nil || !WellFormed(token) {
		return "", errors.Join(errors.New("seal link: no device token"), err)
	}
	plain = binary.BigEndian.AppendUint64(plain, uint64(p.db.Now().Add(linkLife).Unix()))
	nonce := make([]byte, seal.NonceSize())
	rand.Read(nonce)
	return base64.RawURLEncoding.EncodeToString(seal.Seal(nonce, nonce, plain, []byte(site))), nil
}

func sealer(secret string) (cipher.AEAD, error) {
	key := sha256.Sum256([]byte("link\x00" + secret))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// OpenLink reads what SealLink wrote for a site; the zero Passage when it is
// not that, or too old.
func (p *Policy) OpenLink(ctx context.Context, sealed, site string) (Passage, error) {
	secret, err := p.links.Get(ctx)
	if err != nil || secret == "" || sealed == "" || len(sealed) > 200 {
		return Passage{}, err
	}
	seal, err := sealer(secret)
	if err != nil {
		return Passage{}, err
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil || len(raw) < seal.NonceSize() {
		return Passage{}, nil
	}
	nonce, body := raw[:seal.NonceSize()], raw[seal.NonceSize():]
	plain, err := seal.Open(nil, nonce, body, []byte(site))
	if err != nil || len(plain) != 24 || p.db.Now().Unix() > int64(binary.BigEndian.Uint64(plain[16:])) {
		return Passage{}, nil
	}
	return Passage{Token: hex.EncodeToString(plain[:16]), Seal: hex.EncodeToString(nonce)}, nil
}

// arrive makes a browser that comes from another site the visitor it was there,
// unless somebody known has it.
func (s *session) arrive(ctx context.Context, h *Hit) error {
	b := s.browsers[h.Token]
	if h.From.Token == "" || h.From.Token == h.Token {
		return nil
	}
	if _, err := s.tx.Exec(ctx, `DELETE FROM visit_link WHERE expires < ?`, db.Millis(s.tx.Now())); err != nil {
		return fmt.Errorf("forget links: %w", err)
	}
	// A little longer than the link counts, so that no second falls between.
	fresh, err := s.tx.InsertMissing(ctx, "visit_link", []string{"seal", "expires"}, [][]any{{h.From.Seal, db.Millis(s.tx.Now().Add(2 * linkLife))}})
	if err != nil || fresh == 0 {
		return err
	}
	owners, err := contact.Owners(ctx, s.tx, []string{h.From.Token})
	if err != nil {
		return err
	}
	owner := owners[h.From.Token]
	if owner.Contact == 0 || owner.Contact == b.contact {
		return nil
	}
	c, err := contact.Find(ctx, s.tx, b.contact)
	if err != nil || !c.Anonymous() {
		return err
	}
	visitor := contact.Visitor{Contact: b.contact, Origin: b.origin, Device: b.device, Token: h.Token}
	if err := contact.Attach(ctx, s.tx, visitor, owner, activity.SourceTracking, contact.By{Object: "link"}); err != nil {
		return err
	}
	return s.lead(ctx, h.Token, contact.Visitor{})
}
