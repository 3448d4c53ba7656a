package app

import (
	"ariane/internal/web"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/contactpage"
	"ariane/internal/web/public"
	"ariane/internal/web/track"
)

// doors lists everything that can be asked over HTTP.
func (a *App) doors() [][]web.Route {
	return [][]web.Route{
		track.Routes(track.Deps{DB: a.DB, Recorder: a.Recorder, Bots: a.bots, Sites: a.sites, BaseURL: a.BaseURL}),
		public.Routes(public.Deps{DB: a.DB, Recorder: a.Recorder, BaseURL: a.BaseURL}),
		accountpage.Routes(accountpage.Deps{DB: a.DB, Gate: a.gate, Clock: a.config.Clock}),
		contactpage.Routes(contactpage.Deps{DB: a.DB, Clock: a.config.Clock, BaseURL: a.BaseURL}),
	}
}
