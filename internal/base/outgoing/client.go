package outgoing

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	patience      = 15 * time.Second
	longestHeader = 64 << 10
	mostRedirects = 3
	mostAnswer    = 1 << 20
)

// ErrRefused says that an address is none that we call. Trying again is of no
// use before an administrator has allowed its host.
var ErrRefused = errors.New("the address is not a public one, and its host is not among those allowed")

// ErrTooLong says that an answer is longer than anybody needs.
var ErrTooLong = errors.New("the answer is too long")

// Options is what a Client works with. The zero value allows public addresses only.
type Options struct {
	// Allowed lists the hosts that may be called whatever their address: names or
	// addresses, with a port (then only that one) or without.
	Allowed func(context.Context) ([]string, error)
	// Authorities vouch for servers instead of those the system trusts.
	Authorities *x509.CertPool
	// Timeout is how long a call may take in all, 15 seconds when zero.
	Timeout time.Duration
}

// Client makes the calls.
type Client struct {
	allowed func(context.Context) ([]string, error)
	http    *http.Client
}

// New makes a client. Close gives its connections back.
func New(o Options) *Client {
	c := &Client{allowed: o.Allowed}
	if o.Timeout == 0 {
		o.Timeout = patience
	}
	c.http = &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: follow,
		Transport: &http.Transport{
			Proxy:                  nil, // one would resolve names out of our sight
			DialContext:            c.dial,
			TLSClientConfig:        &tls.Config{RootCAs: o.Authorities, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    o.Timeout,
			ResponseHeaderTimeout:  o.Timeout,
			MaxResponseHeaderBytes: longestHeader,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        30 * time.Second,
			ForceAttemptHTTP2:      true,
		},
	}
	return c
}

// HTTP is the client for a library that makes its calls by itself.
func (c *Client) HTTP() *http.Client { return c.http }

// Close gives the idle connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Answer is what came back. A redirection that is not followed is an answer too.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do makes a call and reads the whole answer.
func (c *Client) Do(r *http.Request) (Answer, error) {
	if err := callable(r); err != nil {
		return Answer{}, err
	}
	response, err := c.http.Do(r)
	if err != nil {
		return Answer{}, fmt.Errorf("call %s: %w", r.URL.Host, plain(err))
	}
	defer response.Body.Close()
	var body bytes.Buffer
	n, err := io.Copy(&body, io.LimitReader(response.Body, mostAnswer+1))
	if err == nil && n > mostAnswer {
		err = ErrTooLong
	}
	if err != nil {
		return Answer{}, fmt.Errorf("read answer of %s: %w", r.URL.Host, err)
	}
	return Answer{Status: response.StatusCode, Header: response.Header, Body: body.Bytes()}, nil
}

// plain takes the whole address off an error: it may hold a secret, and errors
// are logged and shown.
func plain(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func callable(r *http.Request) error {
	if s := r.URL.Scheme; s != "http" && s != "https" || r.URL.Host == "" {
		return fmt.Errorf("call %s: %w", r.URL.Host, ErrRefused)
	}
	return nil
}

// follow allows a few redirections that send the same again and hide nothing
// that was encrypted. One that would turn a POST into a GET is left to the
// caller, as an answer.
func follow(next *http.Request, before []*http.Request) error {
	first := before[0]
	switch {
	case next.Method != first.Method:
		return http.ErrUseLastResponse
	case len(before) > mostRedirects:
		return fmt.Errorf("more than %d redirections", mostRedirects)
	case first.URL.Scheme == "https" && next.URL.Scheme != "https":
		return fmt.Errorf("a redirection leads away from https: %w", ErrRefused)
	}
	if next.URL.Host != first.URL.Host {
		next.Header.Del("Authorization")
	}
	return callable(next)
}

// dial connects to a host. Its addresses are judged one by one, after they were
// resolved: a name cannot lead elsewhere between the judgement and the call.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	free, err := c.free(ctx, address)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: 10 * time.Second}
	if !free {
		d.Control = judge
	}
	return d.DialContext(ctx, network, address)
}

func judge(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !public(at.Addr()) {
		return ErrRefused
	}
	return nil
}

// free tells whether an administrator allowed a host.
func (c *Client) free(ctx context.Context, address string) (bool, error) {
	if c.allowed == nil {
		return false, nil
	}
	list, err := c.allowed(ctx)
	if err != nil {
		return false, fmt.Errorf("read allowed hosts: %w", err)
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false, fmt.Errorf("connect to %s: %w", address, err)
	}
	for _, one := range list {
		if strings.EqualFold(one, host) || strings.EqualFold(one, address) || strings.EqualFold(one, "["+host+"]") {
			return true, nil
		}
	}
	return false, nil
}
