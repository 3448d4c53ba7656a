package certificate_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/certificate"
)

// write makes a certificate of these names and puts it into two files.
func write(t *testing.T, folder string, number int64, names ...string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(number), Subject: pkix.Name{CommonName: "test"}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func TestFilesAreReadAgain(t *testing.T) {
	folder := t.TempDir()
	cert, key := write(t, folder, 1, "*.shop.test", "ariane.shop.test")
	var logged strings.Builder
	s, err := certificate.New(nil, certificate.Options{CertFile: cert, KeyFile: key}, slog.New(slog.NewTextHandler(&logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "ariane.shop.test" {
		t.Errorf("the server is called %q", s.Name)
	}
	shown := func() int64 {
		t.Helper()
		c, err := s.TLS().GetCertificate(&tls.ClientHelloInfo{})
		if err != nil {
			t.Fatal(err)
		}
		return c.Leaf.SerialNumber.Int64()
	}
	if n := shown(); n != 1 {
		t.Fatalf("certificate %d", n)
	}
	write(t, folder, 2, "ariane.shop.test", "longer.name.so.that.the.size.changes.test")
	if n := shown(); n != 2 {
		t.Errorf("certificate %d after the files changed", n)
	}
	if err := os.WriteFile(cert, []byte("half a certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n := shown(); n != 2 || shown() != 2 {
		t.Errorf("certificate %d after the file was damaged", n)
	}
	if n := strings.Count(logged.String(), "certificate not renewed"); n != 1 {
		t.Errorf("said %d times:\n%s", n, logged.String())
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	cert, key := write(t, t.TempDir(), 1, "ariane.test")
	for name, o := range map[string]certificate.Options{
		"key missing":      {CertFile: cert},
		"swapped":          {CertFile: key, KeyFile: cert},
		"no such file":     {CertFile: cert + "x", KeyFile: key},
		"both":             {Domains: []string{"a.test"}, CertFile: cert, KeyFile: key},
		"an address":       {Domains: []string{"192.0.2.1"}},
		"with scheme":      {Domains: []string{"https://a.test"}},
		"a pattern":        {Domains: []string{"*.a.test"}},
		"one word":         {Domains: []string{"localhost"}},
		"plain authority":  {Domains: []string{"a.test"}, Directory: "http://ca.test/dir"},
		"broken authority": {Domains: []string{"a.test"}, Directory: "%"},
	} {
		if _, err := certificate.New(nil, o, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestPlainRequestsAreSentToHTTPS(t *testing.T) {
	cert, key := write(t, t.TempDir(), 1, "ariane.test")
	s, err := certificate.New(nil, certificate.Options{CertFile: cert, KeyFile: key}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, target string
		status         int
		location       string
	}{
		{http.MethodGet, "http://anything.test/s/contacts?search=a%20b", http.StatusMovedPermanently, "https://ariane.test/s/contacts?search=a%20b"},
		{http.MethodHead, "http://ariane.test/", http.StatusMovedPermanently, "https://ariane.test/"},
		{http.MethodGet, "http://ariane.test//evil.test/", http.StatusMovedPermanently, "https://ariane.test//evil.test/"},
		{http.MethodPost, "http://ariane.test/s/login", http.StatusBadRequest, ""},
	} {
		w := httptest.NewRecorder()
		s.Plain("https://ariane.test").ServeHTTP(w, httptest.NewRequest(c.method, c.target, nil))
		if w.Code != c.status || w.Header().Get("Location") != c.location {
			t.Errorf("%s %s: %d to %q", c.method, c.target, w.Code, w.Header().Get("Location"))
		}
	}
}
