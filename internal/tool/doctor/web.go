package doctor

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"ariane/internal/app"
	"ariane/internal/base/certificate"
	"ariane/internal/visit"
)

const (
	// soon is when a certificate should have been renewed.
	soon = 14 * 24 * time.Hour
	// oldPlaces is when many addresses have other places.
	oldPlaces = 90 * 24 * time.Hour
	// fewDescriptors do not suffice for the browsers of a small site and the database.
	fewDescriptors = 1024
	// longQueue is how many page views wait when the disk does not keep up.
	longQueue = 2000
)

var discard = slog.New(slog.DiscardHandler)

const sameFlags = " Give this command the flags and the environment that Ariane is served with: with systemd, set -a; . /etc/ariane.env"

// address looks at the public address, and at the server behind it.
func (e *examination) address(ctx context.Context) {
	base, err := app.PublicAddress(e.BaseURL)
	if err != nil {
		e.add(Finding{About: "address", Level: Problem, Found: err.Error() + ".", Means: "Ariane does not start with it.",
			Fix: "Give scheme and name only, without a path."})
		return
	}
	if base == "" {
		base = e.made()
	}
	u, err := url.Parse(base)
	if err != nil {
		e.failed("address", err)
		return
	}
	switch {
	case here(u.Hostname()):
		e.add(Finding{About: "address", Level: Warning, Found: fmt.Sprintf("The public address is %s.", base),
			Means: "Browsers elsewhere cannot use it: not the script in the pages of your site, nor forms, nor the links that are shown.",
			Fix:   "Serve with --tls-domain ariane.example.com, or behind a proxy that speaks https with --base-url https://ariane.example.com --trusted-proxies 127.0.0.1." + sameFlags})
	case u.Scheme == "http":
		e.add(Finding{About: "address", Level: Problem, Found: fmt.Sprintf("The public address %s is without https.", base),
			Means: "Browsers refuse cookies that such an address sets in pages of another site, so that visitors are not recognised; pages with https do not load its script at all; passwords can be read on the way.",
			Fix:   "Serve with --tls-domain, or put a proxy that speaks https before it and name that address with --base-url https://…"})
	default:
		e.ok("address", "The public address is %s.", base)
	}
	if u.Scheme == "https" && !e.HTTPS.Any() && len(e.Proxies) == 0 {
		e.add(Finding{About: "proxies", Level: Warning, Found: "The public address is https, but Ariane has no certificate and no proxy is declared.",
			Means: "All visitors seem to have the address of the proxy: their places are wrong, and limits count all of them as one.",
			Fix:   "Name the proxy that speaks https: --trusted-proxies 127.0.0.1, if it is on this machine." + sameFlags})
	}
	if !e.served() {
		return
	}
	if err := e.reach(ctx, base+"/healthz"); err != nil {
		e.add(Finding{About: "address", Level: Warning, Found: fmt.Sprintf("%s does not answer from this machine: %s.", base, err),
			Means: "If browsers cannot reach it either, nobody is followed and no form is sent.",
			Fix:   "Look at the name (DNS), the ports 443 and 80 in the firewall, and the proxy. Some networks do not let a machine reach itself by its public address: try from another one."})
	} else {
		e.ok("address", "Ariane answers there.")
	}
	e.figures(ctx)
}

// made is the public address that the program makes where none was chosen.
func (e *examination) made() string {
	host := e.Listen
	if h, port, err := net.SplitHostPort(e.Listen); err == nil {
		if h == "" {
			h = "localhost"
		}
		host = net.JoinHostPort(h, port)
	}
	if !e.HTTPS.Any() {
		return "http://" + host
	}
	if len(e.HTTPS.Domains) > 0 {
		host = e.HTTPS.Domains[0]
	}
	return "https://" + host
}

// here tells whether a host is this machine to itself only.
func here(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && (address.IsLoopback() || address.IsUnspecified())
}

// reach asks whether Ariane answers at an address.
func (e *examination) reach(ctx context.Context, address string) error {
	answer, err := get(ctx, &http.Client{Timeout: patience}, address)
	if err != nil {
		return err
	}
	if strings.TrimSpace(answer) != "ok" {
		return fmt.Errorf("something else answers there")
	}
	return nil
}

func get(ctx context.Context, client *http.Client, address string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	answer, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, mega))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d, %s", answer.StatusCode, short(strings.TrimSpace(string(body))))
	}
	return string(body), err
}

// figures asks the server of this machine how many page views wait, and whether
// it can do its work.
func (e *examination) figures(ctx context.Context) {
	host, port, err := net.SplitHostPort(e.Listen)
	if err != nil {
		return
	}
	if address, err := netip.ParseAddr(host); host == "" || err == nil && address.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http://"
	if e.HTTPS.Any() {
		scheme = "https://"
	}
	// Nothing is sent, and the certificate is looked at elsewhere: this machine need
	// not be called by the name that is on it.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	if len(e.HTTPS.Domains) > 0 {
		transport.TLSClientConfig.ServerName = e.HTTPS.Domains[0]
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Timeout: patience, Transport: transport}
	local := scheme + net.JoinHostPort(host, port)
	if _, err := get(ctx, client, local+"/readyz"); err != nil {
		e.add(Finding{About: "queue", Level: Warning, Found: fmt.Sprintf("The server at %s is not ready: %s.", local, err),
			Means: "Either it does not listen there, or it cannot do its work: database, recorder-failing (nothing can be stored), recorder-full (more arrives than can be stored), recorder-stuck (the disk does not answer).",
			Fix:   "Look at its log and at its disk." + sameFlags})
		return
	}
	answer, err := get(ctx, client, local+"/metrics")
	if err != nil {
		return // for operators only
	}
	waiting, found := figure(answer, "ariane_hits_waiting")
	switch {
	case found && waiting > longQueue:
		e.add(Finding{About: "queue", Level: Warning, Found: fmt.Sprintf("%.0f page views wait to be stored.", waiting),
			Means: "More arrives than the disk stores. With 4096 waiting, others are refused with status 503.",
			Fix:   "Look what else uses the disk, and compare it with ariane bench ingest."})
	case found:
		e.ok("queue", "%.0f page views wait to be stored.", waiting)
	}
}

// figure finds a value in the answer of /metrics.
func figure(text, name string) (float64, bool) {
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return v, err == nil
		}
	}
	return 0, false
}

// certificates looks how long those are good that Ariane serves with.
func (e *examination) certificates(ctx context.Context) {
	if !e.HTTPS.Any() {
		return
	}
	kept, missing, err := certificate.Look(ctx, e.db, e.HTTPS)
	if err != nil {
		e.failed("certificate", err)
		return
	}
	fix := "Renew the files; Ariane reads them again by itself."
	if len(e.HTTPS.Domains) > 0 {
		fix = "Ariane renews it a month before by itself, when a browser comes: look for \"no certificate\" in its log, and whether port 443 or 80 can be reached from outside."
	}
	for _, name := range missing {
		e.add(Finding{About: "certificate", Level: Warning, Found: fmt.Sprintf("No certificate was obtained for %s yet.", name),
			Means: "It is when the first browser comes.", Fix: fmt.Sprintf("Open https://%s in a browser. If that fails, look for \"no certificate\" in the log.", name)})
	}
	for _, k := range kept {
		left := k.Until.Sub(e.now)
		names := strings.Join(k.Names, ", ")
		switch {
		case left <= 0:
			e.add(Finding{About: "certificate", Level: Problem, Found: fmt.Sprintf("The certificate for %s ended at %s.", names, stamp(k.Until)), Means: "Browsers refuse to speak with Ariane.", Fix: fix})
		case left < soon:
			e.add(Finding{About: "certificate", Level: Warning, Found: fmt.Sprintf("The certificate for %s ends in %s.", names, span(left)), Means: "Browsers refuse to speak with Ariane from then on.", Fix: fix})
		default:
			e.ok("certificate", "The certificate for %s is good until %s.", names, stamp(k.Until))
		}
		if u, err := url.Parse(e.BaseURL); err == nil && e.BaseURL != "" && e.HTTPS.CertFile != "" && !k.For(u.Hostname()) {
			e.add(Finding{About: "certificate", Level: Problem, Found: fmt.Sprintf("The certificate is for %s, not for %s.", names, u.Hostname()),
				Means: "Browsers refuse to speak with Ariane, unless a proxy before it has another one.", Fix: "Obtain a certificate for the name in --base-url."})
		}
	}
}

// places looks at the file of places.
func (e *examination) places() {
	if e.Places == "" {
		return
	}
	const fix = "Obtain a new file from its maker, name it with --geoip, and restart Ariane."
	p, err := visit.OpenPlaces(e.Places)
	if err == nil && !e.Quick {
		err = p.Verify()
	}
	if err != nil {
		e.add(Finding{About: "places", Level: Problem, Found: err.Error() + ".", Means: "Contacts get no city and no country.", Fix: fix})
		return
	}
	if age := e.now.Sub(p.Built()); age > oldPlaces {
		e.add(Finding{About: "places", Level: Warning, Found: fmt.Sprintf("%s was made %s ago.", e.Places, span(age)), Means: "Many addresses are elsewhere by now.", Fix: fix})
		return
	}
	e.ok("places", "%s was made on %s.", e.Places, p.Built().Format(time.DateOnly))
}

// descriptors looks how many files and connections a process may have open.
func (e *examination) descriptors(process int) {
	folder := fmt.Sprintf("/proc/%d/", process)
	file, err := os.Open(folder + "limits")
	if err != nil {
		return // of another user, or not told by the system
	}
	defer file.Close()
	limit := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if values, found := strings.CutPrefix(lines.Text(), "Max open files"); found {
			// "unlimited" reads as none.
			_, _ = fmt.Sscan(values, &limit)
		}
	}
	open := -1
	if list, err := os.ReadDir(folder + "fd"); err == nil {
		open = len(list)
	}
	const fix = "Give it more: LimitNOFILE=65536 in the service of systemd, --ulimit nofile=65536 with Docker."
	switch {
	case limit == 0:
	case limit < fewDescriptors || open > limit*4/5:
		f := Finding{About: "descriptors", Level: Warning, Found: fmt.Sprintf("Process %d may have %d files and connections open.", process, limit),
			Means: "Each browser takes one. When none is left, others wait to be answered.", Fix: fix}
		if open >= 0 {
			f.Found = fmt.Sprintf("Process %d has %d of %d files and connections open.", process, open, limit)
		}
		e.add(f)
	default:
		e.ok("descriptors", "Process %d may have %d files and connections open.", process, limit)
	}
}
