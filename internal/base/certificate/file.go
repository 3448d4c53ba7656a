package certificate

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
)

// files is a certificate that somebody else renews.
type files struct {
	cert, key string
	log       *slog.Logger

	mu   sync.Mutex
	read *tls.Certificate
	as   string // what the files looked like when they were read
}

func fromFiles(o Options, log *slog.Logger) (*Source, error) {
	f := &files{cert: o.CertFile, key: o.KeyFile, log: log}
	if err := f.load(); err != nil {
		return nil, err
	}
	s := &Source{config: &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: f.get}}
	for _, name := range f.read.Leaf.DNSNames {
		if !strings.HasPrefix(name, "*.") {
			s.Name = name
			break
		}
	}
	return s, nil
}

func (f *files) load() error {
	as := f.looks()
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return fmt.Errorf("read certificate %s: %w", f.cert, err)
	}
	f.read, f.as = &pair, as
	return nil
}

// looks tells one state of the files from another.
func (f *files) looks() string {
	var b strings.Builder
	for _, path := range []string{f.cert, f.key} {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintln(&b, info.ModTime().UnixNano(), info.Size())
		}
	}
	return b.String()
}

// get is the certificate of the files. Where the new ones cannot be read the one
// before stays in use.
func (f *files) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if as := f.looks(); as != f.as {
		if err := f.load(); err != nil {
			f.as = as
			f.log.Error("certificate not renewed", "error", err)
		}
	}
	return f.read, nil
}
