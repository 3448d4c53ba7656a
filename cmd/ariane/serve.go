package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"

	"ariane/internal/app"
	"ariane/internal/base/certificate"
	"ariane/internal/tool/bench"
	"ariane/internal/tool/demo"
)

// storage chooses the database.
type storage struct {
	Data        string `help:"Folder of the database." default:"./data" type:"path"`
	DatabaseURL string `help:"Address of a PostgreSQL database (postgres://…) to use instead of the folder." name:"database-url"`
}

type serve struct {
	storage
	Listen        string    `help:"Address to listen on; 127.0.0.1:8080 unless there is to be https, then :443." default:""`
	BaseURL       string    `help:"Public address of this server, as browsers see it." name:"base-url"`
	Proxies       []network `help:"Proxies whose X-Forwarded-For is believed, such as 127.0.0.1 or 10.0.0.0/8." name:"trusted-proxies"`
	TLSDomains    []string  `help:"Names that browsers call this server by. A certificate for them is obtained from Let's Encrypt, whose terms you accept with it." name:"tls-domain"`
	TLSCert       string    `help:"File of a certificate to serve https with (PEM, with those that vouch for it). Read again when it changes." name:"tls-cert" type:"path"`
	TLSKey        string    `help:"File of its key." name:"tls-key" type:"path"`
	PlainListen   string    `help:"Address that sends browsers from http to https, and proves to Let's Encrypt that the name is yours. Empty for none." default:":80" name:"plain-listen"`
	ACME          string    `help:"Directory of another certificate authority than Let's Encrypt." name:"acme-directory"`
	GeoIP         string    `help:"File in the MaxMind DB format (GeoLite2-City.mmdb) that tells the places of addresses. It is read into memory." name:"geoip" type:"path"`
	OperatorToken string    `help:"Secret of at least 16 characters that opens /metrics to other machines (Authorization: Bearer …); better given in the environment. Without one it is open to this machine alone." name:"operator-token"`
	Lanes         int       `help:"Lanes of the thread, when the database is created." default:"1" hidden:""`
}

// network is a range of addresses; an address alone stands for itself.
type network struct{ netip.Prefix }

func (n *network) UnmarshalText(text []byte) error {
	if address, err := netip.ParseAddr(string(text)); err == nil {
		n.Prefix = netip.PrefixFrom(address, address.BitLen())
		return nil
	}
	return n.Prefix.UnmarshalText(text)
}

func (s serve) https() certificate.Options {
	return certificate.Options{Domains: s.TLSDomains, Directory: s.ACME, CertFile: s.TLSCert, KeyFile: s.TLSKey}
}

// listen is the address to listen on. Without encryption it is this machine's
// own, unless another was chosen.
func (s serve) listen() string {
	switch {
	case s.Listen != "":
		return s.Listen
	case s.https().Any():
		return ":443"
	}
	return "127.0.0.1:8080"
}

func (s serve) Run(ctx context.Context, log *slog.Logger) error {
	if n := len(s.OperatorToken); n > 0 && n < 16 {
		return errors.New("the operator's token is too short: give it at least 16 characters")
	}
	c := app.Config{OperatorToken: s.OperatorToken, Listen: s.listen(), PlainListen: s.PlainListen, HTTPS: s.https(), DataDir: s.Data, DatabaseURL: s.DatabaseURL, BaseURL: s.BaseURL, Places: s.GeoIP, Lanes: s.Lanes, Log: log}
	for _, p := range s.Proxies {
		c.Proxies = append(c.Proxies, p.Prefix)
	}
	a, err := app.New(ctx, c)
	if err != nil {
		return err
	}
	if err := s.guard(ctx, a); err != nil {
		return errors.Join(err, a.Close())
	}
	link, err := a.SetupLink(ctx)
	if err == nil {
		fmt.Println("Ariane is " + bench.Ready + a.Address())
		if link != "" {
			fmt.Printf("\nNobody can log in yet. Create the first user here, within a day:\n%s\n\n", link)
		}
		err = a.Run(ctx)
	}
	return errors.Join(err, a.Close())
}

// guard refuses to show a demonstration to others: its password is public.
func (s serve) guard(ctx context.Context, a *app.App) error {
	if onlyHere(a.Address()) == nil && s.BaseURL == "" {
		return nil
	}
	open, err := demo.Open(ctx, a.DB)
	if err == nil && open {
		err = fmt.Errorf("this is the database of the demonstration, and everybody knows its password: change it, or choose another folder with --data")
	}
	return err
}
