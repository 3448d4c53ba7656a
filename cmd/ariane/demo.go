package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"ariane/internal/app"
	"ariane/internal/tool/demo"
	"ariane/internal/tool/demo/site"
)

type demoServe struct {
	Listen     string `help:"Address of Ariane, on this machine only." default:"127.0.0.1:8080"`
	SiteListen string `help:"Address of the sample site, on this machine only." default:"localhost:8081" name:"site-listen"`
	Data       string `help:"Folder of the demonstration." default:"./data-demo" type:"path"`
}

func (c demoServe) Run(ctx context.Context, log *slog.Logger) error {
	for _, address := range []string{c.Listen, c.SiteListen} {
		if err := onlyHere(address); err != nil {
			return err
		}
	}
	sites, err := net.Listen("tcp", c.SiteListen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.SiteListen, err)
	}
	siteURL := "http://" + named(c.SiteListen, sites.Addr())
	a, err := app.New(ctx, app.Config{Listen: c.Listen, DataDir: c.Data, Log: log})
	if err != nil {
		return errors.Join(err, sites.Close())
	}
	if err := demo.Fill(ctx, a.DB, a.Recorder, siteURL, language()); err != nil {
		return errors.Join(err, sites.Close(), a.Close())
	}
	server := &http.Server{Handler: site.Handler(a.BaseURL), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(sites) }()
	fmt.Printf("\n  Ariane       %s\n  Sample site  %s\n  Log in with  %s / %s\n\nStop with Ctrl+C. The demonstration is kept in %s.\n\n",
		a.BaseURL, siteURL, demo.Email, demo.Password, c.Data)
	err = a.Run(ctx)
	err = errors.Join(err, server.Close(), a.Close())
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// onlyHere refuses an address that other machines can reach: the password of
// the demonstration is public.
func onlyHere(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("address %s: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("the demonstration listens on this machine only: 127.0.0.1 or localhost, not %s", address)
	}
	return nil
}

// named is the address listened on under the name that was given for it.
func named(asked string, got net.Addr) string {
	host, _, _ := net.SplitHostPort(asked)
	_, port, _ := net.SplitHostPort(got.String())
	return net.JoinHostPort(host, port)
}

// language is the one this machine is used in, as far as Ariane speaks it.
func language() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "fr") {
				return "fr"
			}
			return "en"
		}
	}
	return "en"
}
