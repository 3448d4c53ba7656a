package certificate

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/outgoing"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// Options says which certificate to serve with: one for Domains from an
// authority, or that of two files. The zero value is none.
type Options struct {
	// Domains are the names the server is called by.
	Domains []string
	// Directory is the address of the authority, Let's Encrypt's when empty.
	Directory string
	// Outgoing limits the calls to the authority; the host of Directory is
	// allowed whatever its address.
	Outgoing outgoing.Options

	// CertFile and KeyFile hold the certificate, with those that vouch for it,
	// and its key, in PEM. They are read again when they have changed.
	CertFile, KeyFile string
}

// Any tells whether there is to be HTTPS.
func (o Options) Any() bool { return len(o.Domains) > 0 || o.CertFile != "" || o.KeyFile != "" }

// Source is where the server has its certificates from.
type Source struct {
	// Name is what browsers call the server, empty when the certificate does not say.
	Name string

	config    *tls.Config
	challenge func(http.Handler) http.Handler
	authority *outgoing.Client
}

// New prepares certificates. Those of an authority are obtained when the first
// browser asks for one, and kept in the database.
func New(d *db.DB, o Options, log *slog.Logger) (*Source, error) {
	switch {
	case len(o.Domains) > 0 && o.CertFile+o.KeyFile != "":
		return nil, errors.New("give either domains or files of a certificate, not both")
	case len(o.Domains) > 0:
		return fromAuthority(d, o, log)
	case o.CertFile == "" || o.KeyFile == "":
		return nil, errors.New("a certificate needs two files: the certificate and its key")
	}
	return fromFiles(o, log)
}

func fromAuthority(d *db.DB, o Options, log *slog.Logger) (*Source, error) {
	for _, domain := range o.Domains {
		if net.ParseIP(domain) != nil || !strings.Contains(domain, ".") || strings.ContainsAny(domain, ":/ *") {
			return nil, fmt.Errorf("no certificate can be obtained for %q: give a name such as ariane.example.com", domain)
		}
	}
	if o.Directory == "" {
		o.Directory = acme.LetsEncryptURL
	}
	directory, err := url.Parse(o.Directory)
	if err != nil || directory.Scheme != "https" {
		return nil, fmt.Errorf("the directory of the certificate authority is not an https address: %q", o.Directory)
	}
	if o.Outgoing.Allowed == nil {
		o.Outgoing.Allowed = func(context.Context) ([]string, error) { return []string{directory.Host}, nil }
	}
	s := &Source{Name: o.Domains[0], authority: outgoing.New(o.Outgoing)}
	m := &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: store{d}, HostPolicy: autocert.HostWhitelist(o.Domains...),
		Client: &acme.Client{DirectoryURL: o.Directory, HTTPClient: s.authority.HTTP(), UserAgent: "ariane"},
	}
	s.config, s.challenge = m.TLSConfig(), m.HTTPHandler
	s.config.MinVersion = tls.VersionTLS12
	s.config.GetCertificate = told(m.GetCertificate, o.Domains, log)
	return s, nil
}

// told logs why a browser that asked for one of our names got no certificate.
func told(get func(*tls.ClientHelloInfo) (*tls.Certificate, error), domains []string, log *slog.Logger) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		c, err := get(hello)
		for _, domain := range domains {
			if err != nil && strings.EqualFold(hello.ServerName, domain) {
				log.Error("no certificate", "domain", domain, "error", err)
			}
		}
		return c, err
	}
}

// TLS is how the server speaks with browsers.
func (s *Source) TLS() *tls.Config { return s.config }

// Plain answers requests without encryption: it proves to the authority that the
// name is ours, and sends browsers to https.
func (s *Source) Plain(baseURL string) http.Handler {
	to := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "Use "+baseURL+".", http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, baseURL+r.URL.RequestURI(), http.StatusMovedPermanently)
	})
	if s.challenge == nil {
		return to
	}
	return s.challenge(to)
}

// Close ends the connections to the authority.
func (s *Source) Close() {
	if s.authority != nil {
		s.authority.Close()
	}
}
