package web

import (
	"context"
	"net/http"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/i18n"
	"ariane/internal/user"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// Keys of the session.
const (
	sessionUser  = "user"
	sessionLogIn = "login"
	sessionTone  = "notice_tone"
	sessionText  = "notice_text"
)

const (
	languageCookie = "ariane_language"
	themeCookie    = "ariane_theme"
	densityCookie  = "ariane_density"
)

// SignIn makes a user the one of this session, under a new token.
func SignIn(r *http.Request, u user.User) error {
	st := stateOf(r.Context())
	m := st.server.sessions
	if err := m.RenewToken(r.Context()); err != nil {
		return err
	}
	var login int64
	err := st.server.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		if st.signedIn {
			if err := user.End(r.Context(), tx, st.user.ID, LogIn(r.Context())); err != nil {
				return err
			}
		}
		login, err = user.Begin(r.Context(), tx, u.ID, st.address.String(), r.UserAgent(), m.Deadline(r.Context()))
		return err
	})
	if err != nil {
		return err
	}
	m.Put(r.Context(), sessionUser, int64(u.ID))
	m.Put(r.Context(), sessionLogIn, login)
	return nil
}

// SignOut ends the session.
func SignOut(r *http.Request) error {
	st := stateOf(r.Context())
	if st.signedIn {
		err := st.server.DB.Do(r.Context(), func(tx *db.Tx) error { return user.End(r.Context(), tx, st.user.ID, LogIn(r.Context())) })
		if err != nil {
			return err
		}
	}
	return st.server.sessions.Destroy(r.Context())
}

// LogIn is the number of the log-in that a request belongs to.
func LogIn(ctx context.Context) int64 {
	return stateOf(ctx).server.sessions.GetInt64(ctx, sessionLogIn)
}

// Say leaves a notice for the next page of this session.
func Say(r *http.Request, tone ui.Tone, text string) {
	m := stateOf(r.Context()).server.sessions
	m.Put(r.Context(), sessionTone, string(tone))
	m.Put(r.Context(), sessionText, text)
}

func notices(r *http.Request) []layout.Notice {
	m := stateOf(r.Context()).server.sessions
	if !m.Exists(r.Context(), sessionText) {
		return nil
	}
	tone, text := m.PopString(r.Context(), sessionTone), m.PopString(r.Context(), sessionText)
	return []layout.Notice{{Tone: ui.Tone(tone), Text: text}}
}

// SetLanguage remembers the language in this browser.
func SetLanguage(w http.ResponseWriter, r *http.Request, lang string) {
	if i18n.Supported(lang) {
		remember(w, r, languageCookie, lang)
	}
}

// SetTheme remembers the theme in this browser: light, dark, or the system's.
func SetTheme(w http.ResponseWriter, r *http.Request, theme string) {
	if theme == "light" || theme == "dark" || theme == "system" {
		remember(w, r, themeCookie, theme)
	}
}

// theme is the user's; who is not logged in has the one of the browser.
func theme(r *http.Request) string {
	if st := stateOf(r.Context()); st.signedIn && st.user.Theme != "" {
		return st.user.Theme
	}
	c, err := r.Cookie(themeCookie)
	if err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}

// SetDensity remembers in this browser how close the rows of tables lie: it is a
// matter of the screen.
func SetDensity(w http.ResponseWriter, r *http.Request, density string) {
	if density == "compact" || density == "comfortable" {
		remember(w, r, densityCookie, density)
	}
}

func compact(r *http.Request) bool {
	c, err := r.Cookie(densityCookie)
	return err == nil && c.Value == "compact"
}

func remember(w http.ResponseWriter, r *http.Request, name, value string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/s/", MaxAge: int(365 * 24 * time.Hour / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: stateOf(r.Context()).server.Secure,
	})
}
