package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/certificate"
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/base/i18n"
	"ariane/internal/base/job"
	"ariane/internal/base/outgoing"
	"ariane/internal/base/setting"
	"ariane/internal/user"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/ops"
)

// Config is what is chosen when the program starts.
type Config struct {
	// Listen is the address to serve on.
	Listen string
	// DataDir is the folder of the SQLite database, used when DatabaseURL is empty.
	DataDir     string
	DatabaseURL string
	// BaseURL is the public address, scheme and host. When empty it is made of
	// the name of the certificate, or of the address listened on.
	BaseURL string
	// HTTPS is where the certificate comes from; the zero value serves http.
	HTTPS certificate.Options
	// PlainListen is where requests without encryption are sent to https; nowhere
	// when empty.
	PlainListen string
	// Proxies are the addresses whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// Places is a file of the MaxMind DB format that tells the places of
	// addresses; none when empty.
	Places string
	// OperatorToken opens the figures of the program to requests from elsewhere.
	OperatorToken string
	// Lanes is the number of lanes of a thread created now; one when zero.
	Lanes int
	Clock clock.Clock
	Log   *slog.Logger
}

// App is the program, ready to serve.
type App struct {
	DB       *db.DB
	Recorder *visit.Recorder
	Runner   *activity.Runner
	BaseURL  string

	config   Config
	listener net.Listener
	server   *http.Server
	jobs     *job.Runner
	watcher  *activity.Watcher
	outgoing *outgoing.Client
	sites    *setting.Cached[[]string]
	gate     *user.Gate
	policy   *visit.Policy
	places   *visit.Places
	problems []string
	trouble  func() string // of the recorder
	// proxy is one that was not declared, nil before the first request of one.
	proxy    atomic.Pointer[netip.Addr]
	requests *web.Requests
	started  time.Time

	certificates *certificate.Source
	plain        *http.Server
}

// shutdown is how long requests may take to end when the program stops.
const shutdown = 20 * time.Second

// New opens the database and the address, and builds everything. Close undoes it.
func New(ctx context.Context, c Config) (*App, error) {
	if c.Clock == nil {
		c.Clock = clock.System
	}
	a := &App{config: c, requests: &web.Requests{}, started: time.Now()}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) build(ctx context.Context) error {
	c := a.config
	var err error
	if a.BaseURL, err = PublicAddress(c.BaseURL); err != nil {
		return err
	}
	// The address first: a second start on it ends before it touches the database.
	if a.listener, err = net.Listen("tcp", c.Listen); err != nil {
		return fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	if a.DB, err = db.Open(ctx, db.Options{DataDir: c.DataDir, URL: c.DatabaseURL, Clock: c.Clock, Lanes: c.Lanes, Log: c.Log}); err != nil {
		return err
	}
	if err := a.DB.Join(ctx); err != nil {
		return err
	}
	if err := a.secure(); err != nil {
		return err
	}
	if err := a.inTransaction(activity.KeepMonths)(ctx); err != nil {
		return err
	}
	bots, err := visit.NewBots()
	if err != nil {
		return err
	}
	a.openPlaces()
	a.policy = visit.NewPolicy(a.DB, bots, a.places)
	a.Recorder = visit.NewRecorder(a.DB)
	a.trouble = a.Recorder.Trouble
	a.sites = setting.Cache(a.DB, setting.AllowedSites)
	hosts := setting.Cache(a.DB, setting.OutgoingHosts)
	a.outgoing = outgoing.New(outgoing.Options{Allowed: hosts.Get})
	a.gate = user.NewGate(a.DB, c.Clock)
	a.Runner = activity.NewRunner(a.DB, c.Log, Readers()...)
	a.watcher = activity.NewWatcher(a.DB, c.Log)
	a.jobs = job.NewRunner(a.DB, c.Log, job.Options{Handlers: a.handlers(), Tasks: a.tasks()})
	health := &ops.Health{Deps: a.operation(), Problems: a.attention}
	handler, err := web.New(web.Options{DB: a.DB, Gate: a.gate, Log: c.Log, Secure: strings.HasPrefix(a.BaseURL, "https:"), Proxies: c.Proxies, Undeclared: a.undeclared,
		OperatorToken: c.OperatorToken, Requests: a.requests, Health: health.Now}, a.doors()...)
	if err != nil {
		return err
	}
	a.server = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       15 * time.Second, // package web gives files more
		WriteTimeout:      120 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
	}
	a.server.RegisterOnShutdown(a.watcher.Stop)
	if a.certificates != nil {
		a.server.TLSConfig = a.certificates.TLS()
	}
	return nil
}

// PublicAddress checks a public address that was chosen. A path is refused: all
// addresses begin at the root.
func PublicAddress(chosen string) (string, error) {
	if chosen == "" {
		return "", nil
	}
	u, err := url.Parse(strings.TrimRight(chosen, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("the public address %q is not one such as https://ariane.example.com", chosen)
	}
	return u.String(), nil
}

// browsable is an address listened on as a browser of this machine can reach it.
func browsable(listening net.Addr) string {
	address, err := netip.ParseAddrPort(listening.String())
	if err != nil || !address.Addr().IsUnspecified() {
		return listening.String()
	}
	return net.JoinHostPort("localhost", strconv.Itoa(int(address.Port())))
}

// openPlaces opens the file of places. Without a usable one Ariane serves all
// the same, and says so.
func (a *App) openPlaces() {
	if a.config.Places == "" {
		return
	}
	var err error
	if a.places, err = visit.OpenPlaces(a.config.Places); err == nil {
		go func() {
			if err := a.places.Verify(); err != nil {
				a.config.Log.Error("file of places", "error", err)
			}
		}()
		return
	}
	a.problems = append(a.problems, err.Error())
	a.config.Log.Error("file of places", "error", err)
}

// undeclared notes that visitors seem to come through a proxy that is not believed.
func (a *App) undeclared(proxy netip.Addr) {
	a.proxy.Store(&proxy)
	a.config.Log.Warn("visitors come through a proxy that was not declared with --trusted-proxies: all of them seem to have its address", "proxy", proxy)
}

// attention tells what needs to be mended for everything to work.
func (a *App) attention(ctx context.Context) []string {
	list := slices.Clone(a.problems)
	if proxy := a.proxy.Load(); proxy != nil {
		list = append(list, i18n.T(ctx, "systempage.proxy|Visitors come through a proxy at %s that was not declared: all of them seem to have its address. Start Ariane with --trusted-proxies %s, if that is yours.", *proxy, *proxy))
	}
	if damage := a.places.Damage(); damage != "" {
		list = append(list, damage)
	}
	switch a.trouble() {
	case "full":
		list = append(list, i18n.T(ctx, "systempage.hits.full|Page views are refused: too many wait to be stored."))
	case "stuck":
		list = append(list, i18n.T(ctx, "systempage.hits.stuck|Page views have been waiting for a while: the database does not answer."))
	case "failing":
		list = append(list, i18n.T(ctx, "systempage.hits.failing|Page views could not be stored a moment ago. The log says why."))
	}
	return list
}

// Run serves until ctx ends, then stops in order: doors, hits that wait,
// readers, jobs. What was answered is stored.
func (a *App) Run(ctx context.Context) error {
	if err := a.Runner.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	jobs, stopJobs := context.WithCancel(context.WithoutCancel(ctx))
	jobsEnded := make(chan error, 1)
	go func() { jobsEnded <- a.jobs.Run(jobs) }()
	served := make(chan error, 1)
	go func() {
		if a.certificates != nil {
			served <- a.server.ServeTLS(a.listener, "", "")
		} else {
			served <- a.server.Serve(a.listener)
		}
	}()

	var err error
	select {
	case err = <-served:
	case early := <-jobsEnded:
		jobsEnded <- early
		err = a.shutDown(ctx)
	case <-ctx.Done():
		err = a.shutDown(ctx)
	}
	a.watcher.Stop()
	a.Recorder.Close()
	a.Recorder = nil
	a.Runner.Stop()
	stopJobs()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, <-jobsEnded)
}

// shutDown lets the requests that have arrived end.
func (a *App) shutDown(ctx context.Context) error {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
	defer cancel()
	return a.server.Shutdown(last)
}

// Close gives everything back. Call it once Run has returned.
func (a *App) Close() error {
	var errs []error
	if a.Recorder != nil {
		a.Recorder.Close()
	}
	if a.listener != nil {
		if err := a.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if a.plain != nil {
		errs = append(errs, a.plain.Close())
	}
	if a.certificates != nil {
		a.certificates.Close()
	}
	if a.outgoing != nil {
		a.outgoing.Close()
	}
	if a.DB != nil {
		errs = append(errs, a.DB.Close())
	}
	return errors.Join(errs...)
}

// Address is the address listened on.
func (a *App) Address() string { return a.listener.Addr().String() }

// SetupLink is where the first user is created, empty once there is one.
func (a *App) SetupLink(ctx context.Context) (string, error) {
	var token string
	err := a.DB.Do(ctx, func(tx *db.Tx) error {
		var err error
		token, err = user.OpenSetup(ctx, tx)
		return err
	})
	if err != nil || token == "" {
		return "", err
	}
	return a.BaseURL + "/s/setup/" + token, nil
}
