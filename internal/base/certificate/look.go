package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"ariane/internal/base/db"

	"golang.org/x/crypto/acme/autocert"
)

// Kept is a certificate that is at hand.
type Kept struct {
	Names []string
	Until time.Time
	leaf  *x509.Certificate
}

// For tells whether browsers accept it from a server of that name.
func (k Kept) For(host string) bool { return k.leaf.VerifyHostname(host) == nil }

// Look finds the certificates to serve with, without obtaining any. missing are
// the names that the authority has not been asked for yet.
func Look(ctx context.Context, d *db.DB, o Options) (kept []Kept, missing []string, err error) {
	if len(o.Domains) == 0 {
		pair, err := tls.LoadX509KeyPair(o.CertFile, o.KeyFile)
		if err != nil {
			return nil, nil, fmt.Errorf("read certificate %s: %w", o.CertFile, err)
		}
		return []Kept{{pair.Leaf.DNSNames, pair.Leaf.NotAfter, pair.Leaf}}, nil, nil
	}
	for _, domain := range o.Domains {
		data, err := store{d}.Get(ctx, domain)
		if errors.Is(err, autocert.ErrCacheMiss) {
			missing = append(missing, domain)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		leaf, err := firstOf(data)
		if err != nil {
			return nil, nil, fmt.Errorf("read certificate for %s: %w", domain, err)
		}
		kept = append(kept, Kept{leaf.DNSNames, leaf.NotAfter, leaf})
	}
	return kept, missing, nil
}

// firstOf is the first certificate among the PEM blocks of data.
func firstOf(data []byte) (*x509.Certificate, error) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			return x509.ParseCertificate(block.Bytes)
		}
	}
	return nil, errors.New("there is none in what is kept")
}
