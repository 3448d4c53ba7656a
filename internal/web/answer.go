package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/id"
	"ariane/internal/notice"
	"ariane/internal/user"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// View is one page, ready to be shown.
type View struct {
	Title   string
	Section layout.Section
	Body    templ.Component
	Status  int  // 200 when zero
	Bare    bool // without the side bar, also for those who are logged in
	Wide    bool // a bare page with a longer form
	// Editing is what is changed on the page, such as contact/12: the page says
	// who else is changing it.
	Editing string
}

// ShowPart answers with a part of a page, for scripts.
func ShowPart(w http.ResponseWriter, r *http.Request, part templ.Component) error {
	var b bytes.Buffer
	if err := part.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("render a part: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err := b.WriteTo(w)
	return err
}

// Show answers with a page. It is rendered before anything is sent, so that a
// failure becomes an error page.
func Show(w http.ResponseWriter, r *http.Request, v View) error {
	st := stateOf(r.Context())
	f := layout.Frame{
		Title: v.Title, Section: v.Section, Body: v.Body, Wide: v.Wide,
		Theme: theme(r), Compact: compact(r), Here: "/s/dashboard", Notices: notices(r),
	}
	if r.Method == http.MethodGet {
		f.Here = r.URL.RequestURI()
	}
	page := layout.Bare
	if st.signedIn {
		unread, err := notice.Unread(r.Context(), st.server.DB, st.user.ID)
		if err != nil {
			return err
		}
		f.User = &layout.User{ID: int64(st.user.ID), Name: st.user.Name(), Email: st.user.Email, Picture: ui.PictureURL(int64(st.user.ID), st.user.Picture), Admin: st.user.Role == user.Admin, Unread: unread, Countless: notice.Countless}
		if ask := st.server.Health; ask != nil && f.User.Admin {
			health := ask(r.Context())
			f.Health = &health
		}
		if v.Editing != "" {
			if f.Editing, err = editing(r, v.Editing); err != nil {
				return err
			}
		}
		if !v.Bare {
			page = layout.Page
		}
	}
	var b bytes.Buffer
	if err := page(f).Render(r.Context(), &b); err != nil {
		return fmt.Errorf("render %q: %w", v.Title, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if v.Status != 0 {
		w.WriteHeader(v.Status)
	}
	_, err := w.Write(b.Bytes())
	return gone(err)
}

// keys explains what can be done by keyboard.
func keys(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return Show(w, r, View{Title: i18n.T(ctx, "layout.keys|Keyboard shortcuts"), Body: layout.Keys(User(ctx).Role == user.Admin)})
}

// Redirect answers 303: look there.
func Redirect(w http.ResponseWriter, r *http.Request, target string) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

// JSON answers with a value.
func JSON(w http.ResponseWriter, status int, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(raw)
	return gone(err)
}

// PathID reads an identifier from the path.
func PathID[T ~int64](r *http.Request, name string) (T, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.NotFound(fmt.Errorf("%q is no identifier", r.PathValue(name)))
	}
	return T(n), nil
}

// ContactURL is the page of a contact.
func ContactURL(contact id.Contact) string {
	return "/s/contacts/view/" + strconv.FormatInt(int64(contact), 10)
}

// CompanyURL is the address of a company's page.
func CompanyURL(company id.Company) string {
	return "/s/companies/view/" + strconv.FormatInt(int64(company), 10)
}

// errGone says that the other side no longer listens.
var errGone = errors.New("the client is gone")

func gone(err error) error {
	if err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return nil
}
