package formpage

import (
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/base/setting"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const outgoingURL = "/s/forms/outgoing"

// mostHosts is more than anybody needs.
const mostHosts = 100

// outgoingView is the page of the hosts that answers may be sent to although they are not on the open internet.
type outgoingView struct{ Hosts ui.Input }

func (d Deps) showOutgoing(w http.ResponseWriter, r *http.Request) error {
	hosts, err := setting.Get(r.Context(), d.DB, setting.OutgoingHosts)
	if err != nil {
		return err
	}
	return showHosts(w, r, http.StatusOK, strings.Join(hosts, "\n"), fault.Text{})
}

func showHosts(w http.ResponseWriter, r *http.Request, status int, typed string, wrong fault.Text) error {
	ctx := r.Context()
	title := i18n.T(ctx, "formpage.outgoing|Addresses of your own network")
	in := area(ui.Input{Name: "hosts", Label: i18n.T(ctx, "formpage.outgoing.hosts|Hosts that forms may send to"), Value: typed, Wrong: wrong, Focus: wrong.Key != "",
		Help: i18n.T(ctx, "formpage.outgoing.help|One a line, such as crm.local, 10.0.0.7 or 10.0.0.7:8080.")}, 6)
	return web.Show(w, r, web.View{Title: title, Section: layout.Forms, Status: status, Body: outgoingPage(outgoingView{in})})
}

func (d Deps) saveOutgoing(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	typed := r.PostFormValue("hosts")
	var hosts []string
	for line := range strings.Lines(typed) {
		line = strings.ToLower(strings.TrimSpace(line))
		if line == "" {
			continue
		}
		if !isHost(line) || len(hosts) == mostHosts {
			return showHosts(w, r, http.StatusUnprocessableEntity, typed, fault.Say("formpage.outgoing.wrong|“%s” is no host.", line))
		}
		hosts = append(hosts, line)
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return setting.Set(ctx, tx, setting.OutgoingHosts, hosts) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "formpage.outgoing.saved|The hosts are saved."))
	return web.Redirect(w, r, outgoingURL)
}

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

// isHost tells whether s is a name or an address, with a port or without.
func isHost(s string) bool {
	if host, port, err := net.SplitHostPort(s); err == nil {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return false
		}
		s = host
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return len(s) <= 253 && hostName.MatchString(s)
}
