package consent_test

import (
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/id"
)

const kindSent activity.Kind = 9001

// scene is a contact and what happens to it before somebody asks.
type scene struct {
	t       *testing.T
	d       *db.DB
	who     id.Contact
	now     time.Time
	consent int64 // a purpose that takes a consent
}

func (s *scene) wish(channel consent.Channel, w consent.Wish) {
	do(s.t, s.d, func(tx *db.Tx) error {
		return consent.Wishing(s.t.Context(), tx, s.who, map[consent.Channel]consent.Wish{channel: w}, consent.By{})
	})
}

func (s *scene) sent(ago ...time.Duration) {
	do(s.t, s.d, func(tx *db.Tx) error {
		for _, a := range ago {
			activity.Append(tx, activity.Entry{Contact: s.who, At: s.now.Add(-a), Kind: kindSent})
		}
		return nil
	})
}

func (s *scene) says(purpose int64, given bool, ago time.Duration) {
	do(s.t, s.d, func(tx *db.Tx) error {
		return consent.Declare(s.t.Context(), tx, s.who, consent.Entry{Purpose: purpose, Given: given, At: s.now.Add(-ago)}, consent.By{})
	})
}

func (s *scene) set(values map[string]string) {
	do(s.t, s.d, func(tx *db.Tx) error { return contact.Update(s.t.Context(), tx, s.who, contact.Edit{Values: values}) })
}

func (s *scene) limit(channel string, most int, per consent.Unit) {
	do(s.t, s.d, func(tx *db.Tx) error {
		return setting.Set(s.t.Context(), tx, setting.MessageFrequency, map[string]setting.Often{channel: {Most: most, Per: string(per)}})
	})
}

func (s *scene) merged(f func(*scene)) {
	other := *s
	other.who = person(s.t, s.d, "bea")
	f(&other)
	merge(s.t, s.d, s.who, other.who)
}

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

func often(most int, per consent.Unit) consent.Wish {
	return consent.Wish{Frequency: consent.Frequency{Most: most, Per: per}}
}

// mayWrite are all cases of the gate. The contact has an e-mail address and a mobile
// number; it is noon on 10 March 2026 in UTC.
var mayWrite = []struct {
	name string
	// given is what happened before.
	given   func(s *scene)
	purpose int64 // 0 for news, -1 for the one that takes a consent
	channel consent.Channel
	want    consent.Why
	reason  consent.Reason
	until   string // from now, empty for none
}{
	{name: "nothing was ever said"},
	{name: "nothing was ever said, by SMS", channel: consent.SMS},
	{name: "a notification leads to devices", channel: consent.Notification},
	{name: "in the bin", want: consent.Gone, given: func(s *scene) {
		do(s.t, s.d, func(tx *db.Tx) error { return contact.Delete(s.t.Context(), tx, s.who, contact.Edit{}) })
	}},
	{name: "no e-mail address", want: consent.NoAddress, given: func(s *scene) { s.set(map[string]string{"email": ""}) }},
	{name: "no mobile, but a telephone", channel: consent.SMS, given: func(s *scene) { s.set(map[string]string{"mobile": "", "phone": "+33100000000"}) }},
	{name: "no number", channel: consent.SMS, want: consent.NoAddress, given: func(s *scene) { s.set(map[string]string{"mobile": ""}) }},
	{name: "no address, service", purpose: consent.Service, want: consent.NoAddress, given: func(s *scene) { s.set(map[string]string{"email": ""}) }},

	{name: "unsubscribed", want: consent.Stopped, reason: consent.Unsubscribed, given: func(s *scene) { block(s.t, s.d, s.who, consent.Email, consent.Unsubscribed) }},
	{name: "bounced", want: consent.Stopped, reason: consent.Bounced, given: func(s *scene) { block(s.t, s.d, s.who, consent.Email, consent.Bounced) }},
	{name: "by hand", want: consent.Stopped, reason: consent.Manual, given: func(s *scene) { block(s.t, s.d, s.who, consent.Email, consent.Manual) }},
	{name: "another channel", channel: consent.SMS, given: func(s *scene) { block(s.t, s.d, s.who, consent.Email, consent.Unsubscribed) }},
	{name: "unsubscribed, service", purpose: consent.Service, given: func(s *scene) { block(s.t, s.d, s.who, consent.Email, consent.Unsubscribed) }},
	{name: "by hand, service", purpose: consent.Service, given: func(s *scene) { block(s.t, s.d, s.who, consent.Email, consent.Manual) }},
	{name: "bounced, service", purpose: consent.Service, want: consent.Stopped, reason: consent.Bounced, given: func(s *scene) { block(s.t, s.d, s.who, consent.Email, consent.Bounced) }},
	{name: "who was merged unsubscribed", want: consent.Stopped, reason: consent.Unsubscribed, given: func(s *scene) {
		s.merged(func(s *scene) { block(s.t, s.d, s.who, consent.Email, consent.Unsubscribed) })
	}},
	{name: "both, the strictest", want: consent.Stopped, reason: consent.Manual, given: func(s *scene) {
		block(s.t, s.d, s.who, consent.Email, consent.Bounced)
		s.merged(func(s *scene) { block(s.t, s.d, s.who, consent.Email, consent.Manual) })
	}},
	{name: "both, service: it bounces", purpose: consent.Service, want: consent.Stopped, reason: consent.Bounced, given: func(s *scene) {
		block(s.t, s.d, s.who, consent.Email, consent.Bounced)
		s.merged(func(s *scene) { block(s.t, s.d, s.who, consent.Email, consent.Unsubscribed) })
	}},
	{name: "subscribed again", given: func(s *scene) {
		block(s.t, s.d, s.who, consent.Email, consent.Unsubscribed)
		remove(s.t, s.d, s.who, consent.Email)
	}},

	{name: "takes a consent", purpose: -1, want: consent.NoConsent},
	{name: "consent given", purpose: -1, given: func(s *scene) { s.says(s.consent, true, hour) }},
	{name: "consent for something else", purpose: -1, want: consent.NoConsent, given: func(s *scene) { s.says(consent.News, true, hour) }},
	{name: "consent withdrawn", purpose: -1, want: consent.Withdrawn, given: func(s *scene) { s.says(s.consent, true, 2*hour); s.says(s.consent, false, hour) }},
	{name: "consent noted late", purpose: -1, want: consent.Withdrawn, given: func(s *scene) { s.says(s.consent, false, hour); s.says(s.consent, true, 2*hour) }},
	{name: "consent given again", purpose: -1, given: func(s *scene) { s.says(s.consent, false, 2*hour); s.says(s.consent, true, hour) }},
	{name: "consent of who was merged", purpose: -1, given: func(s *scene) { s.merged(func(s *scene) { s.says(s.consent, true, hour) }) }},
	{name: "withdrawn by who was merged", purpose: -1, want: consent.Withdrawn, given: func(s *scene) {
		s.says(s.consent, true, 2*hour)
		s.merged(func(s *scene) { s.says(s.consent, false, hour) })
	}},
	{name: "objection", want: consent.Withdrawn, given: func(s *scene) { s.says(consent.News, false, hour) }},
	{name: "objection to service", purpose: consent.Service, given: func(s *scene) { s.says(consent.Service, false, hour) }},
	{name: "a consent lifts no block", purpose: -1, want: consent.Stopped, reason: consent.Unsubscribed, given: func(s *scene) {
		block(s.t, s.d, s.who, consent.Email, consent.Unsubscribed)
		s.says(s.consent, true, hour)
	}},

	{name: "paused", want: consent.Paused, until: "36h", given: func(s *scene) { s.wish(consent.Email, consent.Wish{From: "2026-03-01", To: "2026-03-11"}) }},
	{name: "paused until further notice", want: consent.Paused, given: func(s *scene) { s.wish(consent.Email, consent.Wish{From: "2026-03-10"}) }},
	{name: "paused without a beginning", want: consent.Paused, until: "12h", given: func(s *scene) { s.wish(consent.Email, consent.Wish{To: "2026-03-10"}) }},
	{name: "pause is over", given: func(s *scene) { s.wish(consent.Email, consent.Wish{From: "2026-03-01", To: "2026-03-09"}) }},
	{name: "pause has not begun", given: func(s *scene) { s.wish(consent.Email, consent.Wish{From: "2026-03-11", To: "2026-03-12"}) }},
	{name: "the day of the contact", want: consent.Paused, until: "22h", given: func(s *scene) {
		s.set(map[string]string{"timezone": "Pacific/Kiritimati"}) // 14 hours ahead: it is the 11th, 2 in the morning
		s.wish(consent.Email, consent.Wish{From: "2026-03-11", To: "2026-03-11"})
	}},
	{name: "paused, another channel", channel: consent.SMS, given: func(s *scene) { s.wish(consent.Email, consent.Wish{From: "2026-03-01"}) }},
	{name: "paused, service", purpose: consent.Service, given: func(s *scene) { s.wish(consent.Email, consent.Wish{From: "2026-03-01"}) }},

	{name: "one a day, none sent", given: func(s *scene) { s.wish(consent.Email, often(1, consent.Day)) }},
	{name: "one a day, one sent", want: consent.TooOften, until: "23h", given: func(s *scene) { s.wish(consent.Email, often(1, consent.Day)); s.sent(hour) }},
	{name: "one a day, service", purpose: consent.Service, given: func(s *scene) { s.wish(consent.Email, often(1, consent.Day)); s.sent(hour) }},
	{name: "one a day, yesterday", given: func(s *scene) { s.wish(consent.Email, often(1, consent.Day)); s.sent(day, 25*hour) }},
	{name: "two a week", want: consent.TooOften, until: "48h", given: func(s *scene) { s.wish(consent.Email, often(2, consent.Week)); s.sent(6*day, 5*day, hour) }},
	{name: "three a month", want: consent.TooOften, until: "24h", given: func(s *scene) { s.wish(consent.Email, often(3, consent.Month)); s.sent(29*day, day, hour) }},
	{name: "sent by another channel", channel: consent.SMS, given: func(s *scene) { s.wish(consent.SMS, often(1, consent.Day)); s.sent(hour) }},
	{name: "sent to who was merged", want: consent.TooOften, until: "23h", given: func(s *scene) {
		s.wish(consent.Email, often(1, consent.Day))
		s.merged(func(s *scene) { s.sent(hour) })
	}},
	{name: "general rule", want: consent.TooOften, until: "23h", given: func(s *scene) { s.limit("email", 1, consent.Day); s.sent(hour) }},
	{name: "own rule, looser", given: func(s *scene) {
		s.limit("email", 1, consent.Day)
		s.wish(consent.Email, often(5, consent.Day))
		s.sent(hour)
	}},
	{name: "own rule for another channel lifts nothing", want: consent.TooOften, until: "23h", given: func(s *scene) {
		s.limit("email", 1, consent.Day)
		s.wish(consent.SMS, often(5, consent.Day))
		s.sent(hour)
	}},
	{name: "preferred channel without a number", want: consent.TooOften, until: "23h", given: func(s *scene) {
		s.limit("email", 1, consent.Day)
		s.wish(consent.Email, consent.Wish{Preferred: true})
		s.sent(hour)
	}},
}

func TestGate(t *testing.T) {
	for _, c := range mayWrite {
		t.Run(c.name, func(t *testing.T) {
			d := dbtest.Open(t)
			s := &scene{t: t, d: d, now: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)}
			do(t, d, func(tx *db.Tx) (err error) {
				s.consent, err = consent.Purpose{English: "Studies", Basis: consent.ByConsent}.Store(t.Context(), tx)
				return err
			})
			s.who = person(t, d, "ada")
			if c.given != nil {
				c.given(s)
			}
			purpose, channel := c.purpose, c.channel
			switch {
			case purpose == 0:
				purpose = consent.News
			case purpose < 0:
				purpose = s.consent
			}
			if channel == "" {
				channel = consent.Email
			}
			gate := consent.Gate{Sent: map[consent.Channel][]activity.Kind{consent.Email: {kindSent}}}
			got, err := gate.Allows(t.Context(), d, s.who, purpose, channel, s.now)
			if err != nil || got.Why != c.want || got.Reason != c.reason || got.Allowed() != (c.want == consent.Fine) {
				t.Errorf("%+v, %v", got, err)
			}
			until := ""
			if !got.Until.IsZero() {
				until = got.Until.Sub(s.now).String()
			}
			if want, _ := time.ParseDuration(c.until); c.until == "" && until != "" || c.until != "" && until != want.String() {
				t.Errorf("until %s, want %s", until, c.until)
			}
		})
	}
}

func TestGateKnowsWhatItIsAsked(t *testing.T) {
	d := dbtest.Open(t)
	p := person(t, d, "ada")
	if _, err := (consent.Gate{}).Allows(t.Context(), d, p, 77, consent.Email, d.Now()); err == nil {
		t.Error("an unknown purpose")
	}
	if _, err := (consent.Gate{}).Allows(t.Context(), d, p, consent.News, "pigeon", d.Now()); err == nil {
		t.Error("an unknown channel")
	}
	if got, err := (consent.Gate{}).Allows(t.Context(), d, 999, consent.News, consent.Email, d.Now()); err != nil || got.Why != consent.Gone {
		t.Error(got, err)
	}
}
