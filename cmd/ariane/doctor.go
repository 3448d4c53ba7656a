package main

import (
	"context"
	"os"

	"ariane/internal/tool/doctor"
)

// doctorCommand takes the flags of serve, to look at what it would do.
type doctorCommand struct {
	serve
	Quick bool `help:"Leave out what reads the whole database."`
	JSON  bool `help:"Print JSON."`
}

func (c doctorCommand) Run(ctx context.Context) error {
	o := doctor.Options{DataDir: c.Data, DatabaseURL: c.DatabaseURL, Listen: c.listen(), BaseURL: c.BaseURL, HTTPS: c.https(), Places: c.GeoIP, Quick: c.Quick}
	for _, p := range c.Proxies {
		o.Proxies = append(o.Proxies, p.Prefix)
	}
	report := doctor.Examine(ctx, o)
	write := report.Text
	if c.JSON {
		write = report.JSON
	}
	if err := write(os.Stdout); err != nil {
		return err
	}
	os.Exit(report.Code())
	return nil
}
