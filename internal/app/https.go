package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"ariane/internal/base/certificate"
)

// secure prepares the certificate, if there is to be one, and makes the public
// address where none was chosen.
func (a *App) secure() error {
	if !a.config.HTTPS.Any() {
		if a.BaseURL == "" {
			a.BaseURL = "http://" + browsable(a.listener.Addr())
		}
		return nil
	}
	var err error
	if a.certificates, err = certificate.New(a.DB, a.config.HTTPS, a.config.Log); err != nil {
		return err
	}
	if a.BaseURL == "" {
		a.BaseURL = "https://" + publicHost(a.certificates.Name, a.listener.Addr())
	}
	if a.config.PlainListen != "" {
		a.servePlain()
	}
	return nil
}

// publicHost is the name of the certificate, with the port where it is not the
// usual one; the address listened on where the certificate says no name.
func publicHost(name string, listening net.Addr) string {
	if name == "" {
		return browsable(listening)
	}
	_, port, err := net.SplitHostPort(listening.String())
	if err != nil || port == "443" {
		return name
	}
	return net.JoinHostPort(name, port)
}

// servePlain sends those who come without encryption to https. Ariane serves all
// the same where that address cannot be had.
func (a *App) servePlain() {
	listener, err := net.Listen("tcp", a.config.PlainListen)
	if err != nil {
		err = fmt.Errorf("nobody is sent from http to https: %w", err)
		a.problems = append(a.problems, err.Error())
		a.config.Log.Error("plain address", "error", err)
		return
	}
	a.plain = &http.Server{Handler: a.certificates.Plain(a.BaseURL), ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: 30 * time.Second,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(a.config.Log.Handler(), slog.LevelDebug)}
	go func() {
		if err := a.plain.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.config.Log.Error("plain address", "error", err)
		}
	}()
}
