package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"

	"ariane/internal/app"
	"ariane/internal/tool/bench"
)

// storage chooses the database.
type storage struct {
	Data        string `help:"Folder of the database." default:"./data" type:"path"`
	DatabaseURL string `help:"Address of a PostgreSQL database (postgres://…) to use instead of the folder." name:"database-url"`
}

type serve struct {
	storage
	Listen  string    `help:"Address to listen on." default:"127.0.0.1:8080"`
	BaseURL string    `help:"Public address of this server, as browsers see it." name:"base-url"`
	Proxies []network `help:"Proxies whose X-Forwarded-For is believed, such as 127.0.0.1 or 10.0.0.0/8." name:"trusted-proxies"`
	GeoIP   string    `help:"File in the MaxMind DB format (GeoLite2-City.mmdb) that tells the places of addresses. It is read into memory." name:"geoip" type:"path"`
	Lanes   int       `help:"Lanes of the thread, when the database is created." default:"1" hidden:""`
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

func (s serve) Run(ctx context.Context, log *slog.Logger) error {
	c := app.Config{Listen: s.Listen, DataDir: s.Data, DatabaseURL: s.DatabaseURL, BaseURL: s.BaseURL, Places: s.GeoIP, Lanes: s.Lanes, Log: log}
	for _, p := range s.Proxies {
		c.Proxies = append(c.Proxies, p.Prefix)
	}
	a, err := app.New(ctx, c)
	if err != nil {
		return err
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
