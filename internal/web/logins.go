package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/mileusna/useragent"

	"ariane/internal/base/i18n"
	"ariane/internal/user"
	"ariane/internal/web/ui"
)

// LogInList shows where a user is logged in. The addresses that end a log-in
// begin with base; here is the log-in that asks, zero when it is another user's.
func LogInList(ctx context.Context, now time.Time, base string, logIns []user.LogIn, here int64) ui.LogIns {
	var list ui.LogIns
	for _, l := range logIns {
		row := ui.LogIn{
			Browser: browserOf(ctx, l.Agent), Address: l.Address, Here: l.ID == here,
			Seen: i18n.T(ctx, "profile.logins.seen|last used %s", i18n.When(ctx, now, l.Seen)), SeenFull: i18n.DateTime(ctx, l.Seen),
			Begun: i18n.T(ctx, "profile.logins.begun|since %s", i18n.Date(ctx, l.Begun)),
		}
		if !row.Here {
			row.End = base + strconv.FormatInt(l.ID, 10) + "/end"
		}
		list = append(list, row)
	}
	return list
}

// browserOf names a browser and its system.
func browserOf(ctx context.Context, agent string) string {
	ua := useragent.Parse(agent)
	var known []string
	for _, name := range []string{ua.Name, ua.OS} {
		if name != "" {
			known = append(known, name)
		}
	}
	if len(known) == 0 {
		return i18n.T(ctx, "profile.logins.unknown|A browser that does not say its name")
	}
	return strings.Join(known, ", ")
}
