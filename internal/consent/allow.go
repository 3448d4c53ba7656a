package consent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// Why is why a contact may be written to or not.
type Why int

// The answers.
const (
	Fine Why = iota
	// Gone is a contact that was deleted or erased.
	Gone
	// NoAddress is one that the channel does not lead to.
	NoAddress
	// Stopped is a channel that is blocked, for Decision.Reason.
	Stopped
	// NoConsent is a purpose that takes a consent, which was never given.
	NoConsent
	// Withdrawn is a consent that was withdrawn, or an objection.
	Withdrawn
	// Paused is until Decision.Until, or further notice.
	Paused
	// TooOften is until Decision.Until.
	TooOften
)

// Later tells that the message may be sent another time.
func (w Why) Later() bool { return w == Paused || w == TooOften }

// Decision is the answer of Gate.Allows.
type Decision struct {
	Why Why
	// Contact is who lives on, whom the message goes to, Address where.
	Contact id.Contact
	Address string
	Reason  Reason
	// Since is when it was blocked or withdrawn, Until when to ask again.
	Since, Until time.Time
}

// Allowed tells that the message may be sent.
func (d Decision) Allowed() bool { return d.Why == Fine }

// Gate is what every sender asks. Sent are the kinds of events that tell of messages
// sent by each channel: the packages that send declare them, and the program hands them
// over. Without them nothing counts as sent.
type Gate struct {
	Sent map[Channel][]activity.Kind
}

// Allows decides whether a contact may be written to for a purpose by a channel at a
// time. An unknown purpose or channel is an error. Ask within the transaction that
// records the message: what was said until then counts.
func (g Gate) Allows(ctx context.Context, q db.Q, of id.Contact, purpose int64, channel Channel, at time.Time) (Decision, error) {
	if !slices.Contains(Channels(), channel) {
		return Decision{}, fault.Invalid(fault.Fields{"channel": noChannel})
	}
	p, err := FindPurpose(ctx, q, purpose)
	if err != nil {
		return Decision{}, err
	}
	kin, err := contact.Kin(ctx, q, of)
	if err != nil {
		return Decision{}, err
	}
	if len(kin) == 0 {
		return Decision{Why: Gone, Contact: of}, nil
	}
	d := Decision{Contact: kin[0]}
	found, err := contact.Some(ctx, q, kin[:1])
	if err != nil {
		return d, err
	}
	c, there := found[kin[0]]
	if !there {
		d.Why = Gone
		return d, nil
	}
	if d.Address = channel.Address(c.Fields); d.Address == "" && channel.addresses() != nil {
		d.Why = NoAddress
		return d, nil
	}
	for _, check := range []func() error{
		func() error { return d.blocked(ctx, q, kin, p, channel) },
		func() error { return d.agreed(ctx, q, kin, p, at) },
		func() error { return d.wanted(ctx, q, g, kin, p, channel, at, zoneOf(c)) },
	} {
		if err := check(); err != nil {
			return d, fmt.Errorf("may contact %d be written to: %w", of, err)
		}
		if d.Why != Fine {
			break
		}
	}
	return d, nil
}

// zoneOf is the time zone of a contact, UTC where it is not known.
func zoneOf(c contact.Contact) *time.Location {
	zone, err := time.LoadLocation(c.Fields["timezone"])
	if err != nil {
		return time.UTC
	}
	return zone
}

// blocked stops what may be refused at every block, and the rest at an address that bounces.
func (d *Decision) blocked(ctx context.Context, q db.Q, kin []id.Contact, p Purpose, channel Channel) error {
	all, err := said(ctx, q, kin)
	if err != nil {
		return err
	}
	if !p.Basis.Marketing() {
		all = slices.DeleteFunc(all, func(b Block) bool { return b.Reason != Bounced })
	}
	for _, b := range Strictest(all) {
		if b.Channel == channel {
			d.Why, d.Reason, d.Since = Stopped, b.Reason, b.Added
		}
	}
	return nil
}

// agreed asks the ledger.
func (d *Decision) agreed(ctx context.Context, q db.Q, kin []id.Contact, p Purpose, at time.Time) error {
	if !p.Basis.Marketing() {
		return nil
	}
	given, said, since, err := lastWord(ctx, q, kin, p.ID, at)
	switch {
	case err != nil:
		return err
	case said && !given:
		d.Why, d.Since = Withdrawn, since
	case !said && p.Basis == ByConsent:
		d.Why = NoConsent
	}
	return nil
}

// wanted asks for pauses and for how often.
func (d *Decision) wanted(ctx context.Context, q db.Q, g Gate, kin []id.Contact, p Purpose, channel Channel, at time.Time, zone *time.Location) error {
	if !p.Basis.Marketing() {
		return nil
	}
	all, err := wishes(ctx, q, kin)
	if err != nil {
		return err
	}
	w := all[channel]
	if paused, until := w.pause(at, zone); paused {
		d.Why, d.Until = Paused, until
		return nil
	}
	if w.Most == 0 {
		general, err := limits(ctx, q)
		if err != nil {
			return err
		}
		w.Frequency = general[channel]
	}
	return d.often(ctx, q, g, channel, w.Frequency, at)
}

// often counts what was sent in the stretch of time before.
func (d *Decision) often(ctx context.Context, q db.Q, g Gate, channel Channel, f Frequency, at time.Time) error {
	if f.Most == 0 || f.Per.Length() == 0 {
		return nil
	}
	var sent []time.Time
	for _, kind := range g.Sent[channel] {
		events, err := activity.Since(ctx, q, []id.Contact{d.Contact}, at.Add(-f.Per.Length()), kind)
		if err != nil {
			return err
		}
		for _, e := range events {
			// What was sent one unit ago to the millisecond counts no more.
			if e.At.After(at.Add(-f.Per.Length())) && !e.At.After(at) {
				sent = append(sent, e.At)
			}
		}
	}
	if len(sent) < f.Most {
		return nil
	}
	slices.SortFunc(sent, func(a, b time.Time) int { return cmp.Compare(a.UnixMilli(), b.UnixMilli()) })
	d.Why, d.Until = TooOften, sent[len(sent)-f.Most].Add(f.Per.Length())
	return nil
}
