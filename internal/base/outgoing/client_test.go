package outgoing_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/outgoing"
)

// server answers with what handle does; host is the address it listens on.
func server(t *testing.T, handle http.HandlerFunc) (address, host string) {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return s.URL, s.Listener.Addr().String()
}

func allow(hosts ...string) outgoing.Options {
	return outgoing.Options{Allowed: func(context.Context) ([]string, error) { return hosts, nil }}
}

func call(t *testing.T, o outgoing.Options, method, address string) (outgoing.Answer, error) {
	t.Helper()
	c := outgoing.New(o)
	t.Cleanup(c.Close)
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader("sent"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer secret")
	return c.Do(r)
}

func TestOnlyPublicAddressesAreCalled(t *testing.T) {
	t.Parallel()
	reached := false
	address, host := server(t, func(http.ResponseWriter, *http.Request) { reached = true })
	_, port, _ := net.SplitHostPort(host)
	for _, to := range []string{
		address, "http://localhost:" + port, "http://[::ffff:127.0.0.1]:" + port, "http://[::1]:" + port, "http://0.0.0.0:" + port,
		"http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://192.168.1.1/", "http://172.20.0.1/", "http://100.64.0.1/", "http://[fe80::1%25lo]/",
		"http://[fd00:ec2::254]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://224.0.0.1/", "http://255.255.255.255/", "http://198.18.0.1/",
		"file:///etc/passwd", "gopher://127.0.0.1/", "http://",
	} {
		if _, err := call(t, outgoing.Options{}, http.MethodPost, to); !errors.Is(err, outgoing.ErrRefused) {
			t.Errorf("%s: %v", to, err)
		}
	}
	if reached {
		t.Error("the server was reached")
	}
}

func TestAllowedHosts(t *testing.T) {
	t.Parallel()
	address, host := server(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, r.Method+" "+string(body)+" "+r.Header.Get("Authorization"))
	})
	for _, allowed := range []string{host, "127.0.0.1"} {
		a, err := call(t, allow("other.example", allowed), http.MethodPost, address)
		if err != nil || a.Status != http.StatusTeapot || string(a.Body) != "POST sent Bearer secret" {
			t.Errorf("%s allowed: %+v, %v", allowed, a, err)
		}
	}
	if _, err := call(t, allow("127.0.0.1:1", "localhost"), http.MethodPost, address); !errors.Is(err, outgoing.ErrRefused) {
		t.Errorf("another port and another name allowed: %v", err)
	}
	broken := errors.New("no database")
	o := outgoing.Options{Allowed: func(context.Context) ([]string, error) { return nil, broken }}
	if _, err := call(t, o, http.MethodPost, address); !errors.Is(err, broken) {
		t.Errorf("the list cannot be read: %v", err)
	}
}

func TestRedirections(t *testing.T) {
	t.Parallel()
	inner, innerHost := server(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		io.WriteString(w, "inner "+string(body)+r.Header.Get("Authorization"))
	})
	outer, outerHost := server(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/same":
			http.Redirect(w, r, inner, http.StatusTemporaryRedirect)
		case "/get":
			http.Redirect(w, r, inner, http.StatusSeeOther)
		default:
			http.Redirect(w, r, "/loop", http.StatusPermanentRedirect)
		}
	})
	if _, err := call(t, allow(outerHost), http.MethodPost, outer+"/same"); !errors.Is(err, outgoing.ErrRefused) {
		t.Errorf("a redirection into the private network: %v", err)
	}
	if a, err := call(t, allow(outerHost, innerHost), http.MethodPost, outer+"/same"); err != nil || string(a.Body) != "inner sent" {
		t.Errorf("both allowed: %s, %v", a.Body, err)
	}
	if a, err := call(t, allow(outerHost, innerHost), http.MethodPost, outer+"/get"); err != nil || a.Status != http.StatusSeeOther {
		t.Errorf("a redirection that would send nothing: %+v, %v", a, err)
	}
	if _, err := call(t, allow(outerHost), http.MethodPost, outer+"/loop"); err == nil || !strings.Contains(err.Error(), "redirections") {
		t.Errorf("a circle: %v", err)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	address, host := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		for range 3 << 10 {
			w.Write(make([]byte, 1<<10))
		}
	})
	if _, err := call(t, allow(host), http.MethodGet, address+"/long"); !errors.Is(err, outgoing.ErrTooLong) {
		t.Errorf("three megabytes: %v", err)
	}
	o := allow(host)
	o.Timeout = 100 * time.Millisecond
	if _, err := call(t, o, http.MethodGet, address+"/slow"); err == nil {
		t.Error("an answer without end is waited for")
	}
}

func TestCertificatesAreVerified(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/plain" {
			http.Redirect(w, r, "http://"+r.Host+"/", http.StatusTemporaryRedirect)
		}
	}))
	t.Cleanup(s.Close)
	o := allow("127.0.0.1")
	if _, err := call(t, o, http.MethodPost, s.URL); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("nobody vouches for the server: %v", err)
	}
	o.Authorities = x509.NewCertPool()
	o.Authorities.AddCert(s.Certificate())
	if a, err := call(t, o, http.MethodPost, s.URL); err != nil || a.Status != http.StatusOK {
		t.Errorf("vouched for: %+v, %v", a, err)
	}
	if _, err := call(t, o, http.MethodPost, s.URL+"/plain"); !errors.Is(err, outgoing.ErrRefused) {
		t.Errorf("away from https: %v", err)
	}
}

// Errors are logged and shown; what stands behind the host may be a secret.
func TestErrorsKeepTheAddressToThemselves(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	u, err := url.Parse(closed.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = call(t, allow(u.Host), http.MethodPost, closed.URL+"/hook/s3cret?token=s3cret")
	if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "refused") {
		t.Errorf("%v", err)
	}
}
