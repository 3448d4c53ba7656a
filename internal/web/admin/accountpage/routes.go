package accountpage

import (
	"net/http"

	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/user"
	"ariane/internal/web"
)

// Deps is what these pages work with.
type Deps struct {
	DB    *db.DB
	Gate  *user.Gate
	Clock clock.Clock
}

const home = "/s/dashboard"

// Routes are the pages of getting in and out.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /{$}", Permission: web.Public, Handler: toHome},
		{Pattern: "GET /s/{$}", Permission: web.Public, Handler: toHome},
		{Pattern: "GET /s/login", Permission: web.Public, Handler: d.showLogin},
		{Pattern: "POST /s/login", Permission: web.Public, Handler: d.logIn},
		{Pattern: "POST /s/logout", Permission: web.Public, Handler: logOut},
		{Pattern: "GET /s/setup/{token}", Permission: web.Public, Handler: d.showSetup},
		{Pattern: "POST /s/setup/{token}", Permission: web.Public, Handler: d.setUp},
		{Pattern: "POST /s/language", Permission: web.Public, Handler: d.chooseLanguage},
		{Pattern: "POST /s/theme", Permission: web.Public, Handler: d.chooseTheme},
		{Pattern: "POST /s/density", Permission: web.SignedIn, Handler: chooseDensity},
		{Pattern: "GET /s/password/{token}", Permission: web.Public, Handler: d.showLink},
		{Pattern: "POST /s/password/{token}", Permission: web.Public, Handler: d.useLink},
		{Pattern: "GET /s/account", Permission: web.SignedIn, Handler: d.showProfile},
		{Pattern: "POST /s/account", Permission: web.SignedIn, Handler: d.saveProfile},
		{Pattern: "POST /s/account/picture", Permission: web.SignedIn, Handler: d.savePicture},
		{Pattern: "POST /s/account/picture/remove", Permission: web.SignedIn, Handler: d.removePicture},
		{Pattern: "GET /s/pictures/{id}/{changed}", Permission: web.SignedIn, Handler: d.picture},
		{Pattern: "POST /s/account/password", Permission: web.SignedIn, Handler: d.changePassword},
		{Pattern: "POST /s/account/logins/{id}/end", Permission: web.SignedIn, Handler: d.endLogIn},
	}
}

func toHome(w http.ResponseWriter, r *http.Request) error { return web.Redirect(w, r, home) }
