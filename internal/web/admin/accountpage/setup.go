package accountpage

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/base/setting"
	"ariane/internal/field"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// setupForm is what the set-up page asks for.
type setupForm struct {
	user.New
	Site string // address of the owner's web site; may be empty
}

// setupView is the set-up page.
type setupView struct {
	Action   string
	Account  []ui.Input
	Reading  []ui.Input // language, time zone
	Site     ui.Input
	Refusals int
}

func newSetupView(ctx context.Context, action string, f setupForm, wrong fault.Fields) setupView {
	return setupView{
		Action: action,
		Account: []ui.Input{
			{Name: "email", Type: "email", Label: i18n.T(ctx, "accountpage.email|E-mail"), Value: f.Email, Complete: "email",
				Required: true, Wrong: wrong["email"], Focus: true},
			{Name: "user_name", Label: i18n.T(ctx, "accountpage.user_name|User name"), Value: f.UserName, Complete: "username",
				Required: true, Wrong: wrong["user_name"], Help: i18n.T(ctx, "accountpage.user_name.help|You log in with this or with your e-mail.")},
			{Name: "password", Type: "password", Label: i18n.T(ctx, "accountpage.password|Password"), Complete: "new-password",
				Required: true, Wrong: wrong["password"],
				Help: i18n.T(ctx, "accountpage.password.help|At least %d characters; a short sentence is easy to remember.", user.MinPassword)},
		},
		Reading: []ui.Input{
			{Name: "language", Type: "select", Label: i18n.T(ctx, "accountpage.language|Language"), Value: f.Language, Wrong: wrong["language"],
				Choices: []ui.Choice{{Value: i18n.English, Label: "English"}, {Value: i18n.French, Label: "Français"}}},
			{Name: "zone", Type: "select", Label: i18n.T(ctx, "accountpage.zone|Time zone"), Value: f.Zone, Wrong: wrong["zone"], Choices: zones()},
		},
		Site: ui.Input{Name: "site", Label: i18n.T(ctx, "accountpage.site|Address of your web site"), Value: f.Site, Complete: "url",
			Optional: true, Wrong: wrong["site"],
			Help: i18n.T(ctx, "accountpage.site.help|For example www.example.com. Its pages will be allowed to send visits; you can change this later.")},
		Refusals: len(wrong),
	}
}

func zones() []ui.Choice {
	var choices []ui.Choice
	for _, s := range field.Suggestions(field.Field{Type: field.Timezone}, i18n.English) {
		choices = append(choices, ui.Choice(s))
	}
	return choices
}

func (d Deps) showSetup(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := user.CheckSetup(ctx, d.DB, r.PathValue("token"), d.Clock()); err != nil {
		return err
	}
	f := setupForm{New: user.New{Language: i18n.Lang(ctx), Zone: "UTC"}}
	if f.Language == i18n.French {
		f.Zone = "Europe/Paris"
	}
	return showSetup(w, r, http.StatusOK, newSetupView(ctx, r.URL.Path, f, nil))
}

func showSetup(w http.ResponseWriter, r *http.Request, status int, v setupView) error {
	return web.Show(w, r, web.View{
		Title: i18n.T(r.Context(), "accountpage.setup.title|Welcome to Ariane"), Status: status, Body: setupPage(v), Bare: true, Wide: true,
	})
}

func (d Deps) setUp(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f := setupForm{
		New: user.New{
			UserName: r.PostFormValue("user_name"), Email: r.PostFormValue("email"), Password: r.PostFormValue("password"),
			Language: r.PostFormValue("language"), Zone: r.PostFormValue("zone"),
		},
		Site: strings.TrimSpace(r.PostFormValue("site")),
	}
	u, err := d.complete(ctx, r.PathValue("token"), f)
	if refused, ok := fault.Of(err); ok && refused.Kind == fault.KindInvalid {
		return showSetup(w, r, http.StatusUnprocessableEntity, newSetupView(ctx, r.URL.Path, f, refused.Fields))
	}
	if err != nil {
		return err
	}
	if err := web.SignIn(r, u); err != nil {
		return err
	}
	return web.Redirect(w, r, "/s/tracking")
}

// complete creates the administrator and lets the site send visits, both or
// neither.
func (d Deps) complete(ctx context.Context, token string, f setupForm) (u user.User, err error) {
	site, siteKnown := web.Origin(f.Site)
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		u, err = user.CompleteSetup(ctx, tx, token, f.New)
		if f.Site == "" {
			return err
		}
		if !siteKnown {
			return withSiteRefused(err)
		}
		if err != nil {
			return err
		}
		return allowSite(ctx, tx, site)
	})
	return u, err
}

// withSiteRefused adds the site to what is refused already.
func withSiteRefused(err error) error {
	fields := fault.Fields{}
	if err != nil {
		f, ok := fault.Of(err)
		if !ok || f.Kind != fault.KindInvalid {
			return err
		}
		fields = f.Fields
	}
	fields.Add("site", fault.Say("accountpage.site.wrong|This is not the address of a web site."))
	return fields.Err()
}

func allowSite(ctx context.Context, tx *db.Tx, site string) error {
	if err := setting.Set(ctx, tx, setting.SiteURL, site); err != nil {
		return err
	}
	allowed, err := setting.Get(ctx, tx, setting.AllowedSites)
	if err != nil || slices.Contains(allowed, site) {
		return err
	}
	return setting.Set(ctx, tx, setting.AllowedSites, append(allowed, site))
}
