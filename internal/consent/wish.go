package consent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// Unit is a stretch of time that ends now.
type Unit string

// The units.
const (
	Day   Unit = "DAY"
	Week  Unit = "WEEK"
	Month Unit = "MONTH"
)

// Units lists them, the shortest first.
func Units() []Unit { return []Unit{Day, Week, Month} }

// Length is how long it is; a month has thirty days.
func (u Unit) Length() time.Duration {
	switch u {
	case Day:
		return 24 * time.Hour
	case Week:
		return 7 * 24 * time.Hour
	case Month:
		return 30 * 24 * time.Hour
	}
	return 0
}

// Frequency is how many messages there are at most in a unit of time; zero for no limit.
type Frequency struct {
	Most int  `json:"most,omitempty"`
	Per  Unit `json:"per,omitempty"`
}

// mostOften is the greatest number of messages that can be asked for.
const mostOften = 1000

// Wish is how a person wants to be written to by one channel.
type Wish struct {
	Frequency
	// Preferred tells that it is this channel rather than another.
	Preferred bool `json:"preferred,omitempty"`
	// From and To are the first and the last day of a pause, 2006-01-02, in the time
	// zone of the contact. Empty From is since ever, empty To is until further notice,
	// both is no pause.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Plain tells that nothing is wished.
func (w Wish) Plain() bool { return w == Wish{} }

// check says what is wrong, field by field.
func (w Wish) check(channel Channel, problems fault.Fields) {
	name := func(part string) string { return string(channel) + "." + part }
	if w.Most < 0 || w.Most > mostOften {
		problems.Add(name("most"), fault.Say("consent.most|A number from 1 to %d, or nothing.", mostOften))
	}
	if w.Most > 0 && !slices.Contains(Units(), w.Per) {
		problems.Add(name("per"), fault.Say("consent.per|Choose a day, a week or a month."))
	}
	for part, day := range map[string]string{"from": w.From, "to": w.To} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			problems.Add(name(part), fault.Say("consent.no_day|This is no date."))
		}
	}
	if w.From != "" && w.To != "" && w.To < w.From {
		problems.Add(name("to"), fault.Say("consent.pause_order|The pause ends before it begins."))
	}
}

// pause tells whether it is paused at a time, and until when; zero until further notice.
func (w Wish) pause(at time.Time, zone *time.Location) (paused bool, until time.Time) {
	if w.From == "" && w.To == "" {
		return false, until
	}
	day := at.In(zone).Format(time.DateOnly)
	if day < w.From || w.To != "" && day > w.To {
		return false, until
	}
	if last, err := time.ParseInLocation(time.DateOnly, w.To, zone); err == nil {
		until = last.AddDate(0, 0, 1)
	}
	return true, until
}

// wished is a wish as stored.
type wished struct {
	Wish
	channel      Channel
	origin, over id.Contact
	changed      int64
}

// Wishes are those of a contact by channel.
func Wishes(ctx context.Context, q db.Q, of id.Contact) (map[Channel]Wish, error) {
	kin, err := contact.Kin(ctx, q, of)
	if err != nil {
		return nil, err
	}
	return wishes(ctx, q, kin)
}

// WishesOf is Wishes of several contacts, which live on.
func WishesOf(ctx context.Context, q db.Q, contacts []id.Contact) (map[id.Contact]map[Channel]Wish, error) {
	of, all, err := kinsOf(ctx, q, contacts)
	if err != nil {
		return nil, err
	}
	list, err := wishedBy(ctx, q, all)
	if err != nil {
		return nil, err
	}
	by := map[id.Contact][]wished{}
	for _, w := range list {
		by[of[w.origin]] = append(by[of[w.origin]], w)
	}
	are := map[id.Contact]map[Channel]Wish{}
	for c, list := range by {
		are[c] = counting(list, c)
	}
	return are, nil
}

// wishes are what counts of all that kin wished.
func wishes(ctx context.Context, q db.Q, kin []id.Contact) (map[Channel]Wish, error) {
	list, err := wishedBy(ctx, q, kin)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return counting(list, kin[0]), nil
}

func wishedBy(ctx context.Context, q db.Q, kin []id.Contact) ([]wished, error) {
	if len(kin) == 0 {
		return nil, nil
	}
	var list []wished
	among, args := db.InIDs(q.Dialect(), "origin_id", kin)
	err := db.Each(ctx, q, `SELECT channel, origin_id, most, per, preferred, pause_from, pause_to, changed, over_id FROM contact_wish WHERE `+among+` ORDER BY origin_id`, args, func(row db.Row) error {
		var w wished
		var preferred int64
		err := row.Scan(&w.channel, &w.origin, &w.Most, &w.Per, &preferred, &w.From, &w.To, &w.changed, &w.over)
		w.Preferred = preferred != 0
		list = append(list, w)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the wishes of contacts: %w", err)
	}
	return list, nil
}

// counting are the wishes that count of a contact and those merged into it: for each
// channel what was chosen last since they are one, else what the one who lives on had
// chosen, else what another had.
func counting(list []wished, top id.Contact) map[Channel]Wish {
	rank := func(w wished) int {
		switch top {
		case w.over:
			return 2
		case w.origin:
			return 1
		}
		return 0
	}
	last := map[Channel]wished{}
	for _, w := range list {
		had, has := last[w.channel]
		if !has || cmp.Or(cmp.Compare(rank(w), rank(had)), cmp.Compare(w.changed, had.changed)) > 0 {
			last[w.channel] = w
		}
	}
	are := map[Channel]Wish{}
	for channel, w := range last {
		if !w.Plain() {
			are[channel] = w.Wish
		}
	}
	return are
}

// Wishing replaces the wishes of a contact; a channel that is missing has none from then
// on. What is wrong is said field by field, as in "email.most".
func Wishing(ctx context.Context, tx *db.Tx, of id.Contact, list map[Channel]Wish, by By) error {
	problems := fault.Fields{}
	preferred := 0
	for channel, w := range list {
		if !slices.Contains(Channels(), channel) {
			problems.Add("channel", noChannel)
		}
		w.check(channel, problems)
		if w.Preferred {
			preferred++
		}
	}
	if preferred > 1 {
		problems.Add("preferred", fault.Say("consent.one_preferred|One channel only can be the preferred one."))
	}
	if err := problems.Err(); err != nil {
		return err
	}
	s, err := hold(ctx, tx, of)
	if err != nil {
		return err
	}
	were, err := wishes(ctx, tx, s.kin)
	if err != nil {
		return err
	}
	var changes []WishChange
	var rows [][]any
	var over id.Contact
	if len(s.kin) > 1 {
		over = s.top
	}
	for _, channel := range Channels() {
		is := list[channel]
		if is.Most == 0 {
			is.Per = ""
		}
		if is != were[channel] {
			changes = append(changes, WishChange{Channel: channel, Old: were[channel], New: is})
		}
		rows = append(rows, []any{int64(s.top), string(channel), int64(of), is.Most, string(is.Per), db.Truth(is.Preferred), is.From, is.To, db.Millis(tx.Now()), int64(over)})
	}
	if len(changes) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM contact_wish WHERE origin_id = ?`, int64(of)); err != nil {
		return fmt.Errorf("change the wishes of contact %d: %w", s.top, err)
	}
	err = tx.Insert(ctx, "contact_wish", []string{"contact_id", "channel", "origin_id", "most", "per", "preferred", "pause_from", "pause_to", "changed", "over_id"}, rows)
	if err != nil {
		return err
	}
	s.append(tx, KindWishes, by, Wished{Changes: changes, By: by})
	return nil
}

// limits are how often contacts are written to that did not choose, by channel.
func limits(ctx context.Context, q db.Q) (map[Channel]Frequency, error) {
	chosen, err := setting.Get(ctx, q, setting.MessageFrequency)
	if err != nil {
		return nil, err
	}
	list := map[Channel]Frequency{}
	for channel, f := range chosen {
		list[Channel(channel)] = Frequency{Most: f.Most, Per: Unit(f.Per)}
	}
	return list, nil
}
