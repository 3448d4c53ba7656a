package app

import (
	"ariane/internal/stage"
	"ariane/internal/web"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/activitypage"
	"ariane/internal/web/admin/categorypage"
	"ariane/internal/web/admin/companypage"
	"ariane/internal/web/admin/consentpage"
	"ariane/internal/web/admin/contactpage"
	"ariane/internal/web/admin/fieldpage"
	"ariane/internal/web/admin/findpage"
	"ariane/internal/web/admin/formpage"
	"ariane/internal/web/admin/homepage"
	"ariane/internal/web/admin/noticepage"
	"ariane/internal/web/admin/peoplepage"
	"ariane/internal/web/admin/sitepage"
	"ariane/internal/web/admin/stagepage"
	"ariane/internal/web/admin/systempage"
	"ariane/internal/web/admin/tagpage"
	"ariane/internal/web/api"
	"ariane/internal/web/ops"
	"ariane/internal/web/public"
	"ariane/internal/web/track"
)

// doors lists everything that can be asked over HTTP.
func (a *App) doors() [][]web.Route {
	now, language := a.config.Clock, Language(a.DB)
	contacts := contactpage.Deps{DB: a.DB, Clock: now, Language: language, Watcher: a.watcher, Places: a.places, BaseURL: a.BaseURL}
	visitors := public.Deps{DB: a.DB, Recorder: a.Recorder, Policy: a.policy, Sites: a.sites, BaseURL: a.BaseURL}
	return [][]web.Route{
		track.Routes(track.Deps{DB: a.DB, Recorder: a.Recorder, Policy: a.policy, Sites: a.sites, BaseURL: a.BaseURL}),
		public.Routes(visitors),
		ops.Routes(a.operation()),
		api.Routes(api.Deps{DB: a.DB, Kinds: Kinds(), Clock: now, Language: language}),
		accountpage.Routes(accountpage.Deps{DB: a.DB, Gate: a.gate, Clock: now}),
		homepage.Routes(homepage.Deps{DB: a.DB, Clock: now, Runner: a.Runner, Problems: a.attention}),
		contactpage.Routes(contacts),
		consentpage.Routes(consentpage.Deps{DB: a.DB, Clock: now, BaseURL: a.BaseURL}),
		companypage.Routes(companypage.Deps{DB: a.DB, Clock: now, Tell: contacts.Everybody}),
		fieldpage.Routes(fieldpage.Deps{DB: a.DB}),
		findpage.Routes(findpage.Deps{DB: a.DB, Clock: now, Language: language}),
		tagpage.Routes(tagpage.Deps{DB: a.DB}),
		categorypage.Routes(categorypage.Deps{DB: a.DB, Uses: []categorypage.Use{{Count: stage.Categorised, Move: stage.Recategorise}}}),
		stagepage.Routes(stagepage.Deps{DB: a.DB, Clock: now, Language: language}),
		formpage.Routes(formpage.Deps{DB: a.DB, Clock: now, BaseURL: a.BaseURL, Public: visitors}),
		sitepage.Routes(sitepage.Deps{DB: a.DB, Clock: now, BaseURL: a.BaseURL}),
		activitypage.Routes(activitypage.Deps{DB: a.DB, Watcher: a.watcher, Tell: contacts.Everybody}),
		noticepage.Routes(noticepage.Deps{DB: a.DB, Clock: now}),
		peoplepage.Routes(peoplepage.Deps{DB: a.DB, Clock: now, BaseURL: a.BaseURL}),
		systempage.Routes(systempage.Deps{DB: a.DB, Clock: now, Runner: a.Runner, Problems: a.attention, Waiting: a.Recorder.Waiting, Kinds: Kinds()}),
	}
}

func (a *App) operation() ops.Deps {
	return ops.Deps{DB: a.DB, Log: a.config.Log, Recorder: a.Recorder, Runner: a.Runner, Requests: a.requests, Started: a.started}
}
