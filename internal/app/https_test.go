package app_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"ariane/internal/app"
	"ariane/internal/base/certificate"
	"ariane/internal/base/outgoing"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"golang.org/x/net/dns/dnsmessage"
)

// authority is a certificate authority of this machine, which comes to the
// server and asks for proof as a real one does.
type authority struct {
	*httptest.Server
	handler http.Handler
	roots   *x509.CertPool
	orders  atomic.Int32
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{roots: x509.NewCertPool()}
	a.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/order-plz") {
			a.orders.Add(1)
		}
		a.handler.ServeHTTP(w, r)
	}))
	t.Cleanup(a.Close)
	return a
}

// begin makes it look for servers at this port.
func (a *authority) begin(t *testing.T, port int) {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	t.Setenv("PEBBLE_WFE_NONCEREJECT", "0")
	quiet := log.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "default"}})
	front := wfe.New(quiet, store, va.New(quiet, 1, port, true, names(t), store), issuer, []string{"authority.test"}, true, false, 1, 1)
	a.handler = front.Handler()
	root, err := x509.ParseCertificate(issuer.GetRootCert(0).DER)
	if err != nil {
		t.Fatal(err)
	}
	a.roots.AddCert(root)
}

// names answers every question for a name with this machine.
func names(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for answerName(conn) == nil {
				}
			}()
		}
	}()
	return listener.Addr().String()
}

// answerName answers one question (RFC 1035, section 4.2.2).
func answerName(conn net.Conn) error {
	var length uint16
	if err := binary.Read(conn, binary.BigEndian, &length); err != nil {
		return err
	}
	packet := make([]byte, length)
	if _, err := io.ReadFull(conn, packet); err != nil {
		return err
	}
	var m dnsmessage.Message
	if err := m.Unpack(packet); err != nil {
		return err
	}
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	for _, q := range m.Questions {
		if q.Type == dnsmessage.TypeA {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}})
		}
	}
	answer, err := m.Pack()
	if err == nil {
		_, err = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	}
	return err
}

// browser trusts the authority, and finds every name on this machine.
func (a *authority) browser(t *testing.T, address string) *http.Client {
	t.Helper()
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: a.roots},
		ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func serveHTTPS(t *testing.T, data string, a *authority) (served *app.App, stop func()) {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(a.Certificate())
	served, err := app.New(t.Context(), app.Config{
		Listen: "127.0.0.1:0", PlainListen: "127.0.0.1:0", DataDir: data, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		HTTPS: certificate.Options{Domains: []string{"ariane.shop.test"}, Directory: a.URL + "/dir", Outgoing: outgoing.Options{Authorities: pool}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- served.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := served.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return served, stop
}

// A certificate is obtained when the first browser comes, and still there after
// a restart.
func TestCertificateFromAnAuthority(t *testing.T) {
	data := t.TempDir()
	a := newAuthority(t)
	served, stop := serveHTTPS(t, data, a)
	_, port, err := net.SplitHostPort(served.Address())
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	a.begin(t, number)
	if want := "https://ariane.shop.test:" + port; served.BaseURL != want {
		t.Errorf("the public address is %s, want %s", served.BaseURL, want)
	}
	look := func(address, base string) {
		t.Helper()
		answer, err := a.browser(t, address).Get(base + "/mtc.js")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		script, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 || answer.Header.Get("Strict-Transport-Security") == "" || !strings.Contains(string(script), base) {
			t.Errorf("%v %s %v", answer.Status, answer.Proto, answer.Header)
		}
	}
	look(served.Address(), served.BaseURL)
	if a.orders.Load() != 1 {
		t.Errorf("%d certificates were ordered", a.orders.Load())
	}
	if _, err := a.browser(t, served.Address()).Get("https://other.shop.test/"); err == nil {
		t.Error("a certificate for a name that is not ours")
	}
	stop()
	served, _ = serveHTTPS(t, data, a)
	look(served.Address(), served.BaseURL)
	if a.orders.Load() != 1 {
		t.Errorf("%d certificates were ordered after a restart", a.orders.Load())
	}
}
