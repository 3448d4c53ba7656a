package consent

import (
	"context"
	"maps"

	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// Choice is what somebody chose for one channel.
type Choice struct {
	Wanted bool
	Wish
}

// Choices are those of a contact as they stand, of the channels that lead to it and of
// those that something was said about.
func Choices(ctx context.Context, q db.Q, c contact.Contact) (map[Channel]Choice, error) {
	blocks, err := Blocks(ctx, q, []id.Contact{c.ID})
	if err != nil {
		return nil, err
	}
	wishes, err := Wishes(ctx, q, c.ID)
	if err != nil {
		return nil, err
	}
	choices := map[Channel]Choice{}
	for _, channel := range Channels() {
		if w, wished := wishes[channel]; wished || channel.Address(c.Fields) != "" {
			choices[channel] = Choice{Wanted: true, Wish: w}
		}
	}
	for _, b := range blocks[c.ID] {
		choices[b.Channel] = Choice{Wish: wishes[b.Channel]}
	}
	return choices, nil
}

// Choose writes what somebody chose; channels that are missing stay as they are. A channel
// that is not wanted any more is blocked for the reason given; one that is wanted again is
// blocked no longer, unless its address bounces.
func Choose(ctx context.Context, tx *db.Tx, of id.Contact, choices map[Channel]Choice, reason Reason, by By) error {
	s, err := hold(ctx, tx, of)
	if err != nil {
		return err
	}
	list, err := wishes(ctx, tx, s.kin)
	if err != nil {
		return err
	}
	chosen := map[Channel]Wish{}
	maps.Copy(chosen, list)
	for channel, c := range choices {
		if chosen[channel] = c.Wish; !c.Preferred {
			continue
		}
		for other, w := range chosen {
			if _, given := choices[other]; !given {
				w.Preferred = false
				chosen[other] = w
			}
		}
	}
	if err := Wishing(ctx, tx, of, chosen, by); err != nil {
		return err
	}
	for _, channel := range Channels() {
		c, given := choices[channel]
		if !given {
			continue
		}
		was, err := s.current(ctx, tx, channel)
		if err == nil && c.Wanted {
			_, err = Remove(ctx, tx, of, channel, by, Unsubscribed, Manual)
		} else if err == nil && was.Reason == None {
			_, err = Add(ctx, tx, of, Block{Channel: channel, Reason: reason}, false, by)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Unsubscribe blocks channels of a contact in the name of the person, whatever the reason
// was why they were blocked before.
func Unsubscribe(ctx context.Context, tx *db.Tx, of id.Contact, by By, channels ...Channel) error {
	for _, channel := range channels {
		if _, err := Add(ctx, tx, of, Block{Channel: channel, Reason: Unsubscribed}, false, by); err != nil {
			return err
		}
	}
	return nil
}
