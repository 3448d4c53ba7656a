package consent

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Channel is a way to write to people.
type Channel string

// The channels.
const (
	Email        Channel = "email"
	SMS          Channel = "sms"
	Notification Channel = "notification"
)

// Channels lists them in the order in which they are shown.
func Channels() []Channel { return []Channel{Email, SMS, Notification} }

// addresses are the fields that hold where the channel leads, none for one that leads
// to devices.
func (c Channel) addresses() []string {
	switch c {
	case Email:
		return []string{"email"}
	case SMS:
		return []string{"mobile", "phone"}
	}
	return nil
}

// Address is where the channel leads of a contact with these values, empty for nowhere.
func (c Channel) Address(values map[string]string) string {
	for _, alias := range c.addresses() {
		if values[alias] != "" {
			return values[alias]
		}
	}
	return ""
}

var noChannel = fault.Say("consent.no_channel|There is no such channel.")

// Reason is why a contact must not be contacted. Numbers are stored, and those of the API.
type Reason int

// The reasons.
const (
	None         Reason = 0
	Unsubscribed Reason = 1
	Bounced      Reason = 2
	Manual       Reason = 3
)

// weight is greater for the reason that wins where two contacts become one.
func (r Reason) weight() int { return []int{None: 0, Bounced: 1, Manual: 2, Unsubscribed: 3}[r] }

// Block is one channel by which a contact must not be contacted.
type Block struct {
	ID      int64
	Channel Channel
	Reason  Reason
	Comment string
	// About is the number of what it was said about on that channel, an e-mail for
	// instance; zero for none.
	About int64
	Added time.Time
	By    By

	origin id.Contact
}

// longestComment is in characters.
const longestComment = 1000

const blockColumns = `channel, origin_id, id, reason, comment, about_id, added, source, said_by`

// Blocks lists the channels that are blocked of each of these contacts, which live on,
// one block for each channel: the strictest of what was said.
func Blocks(ctx context.Context, q db.Q, contacts []id.Contact) (map[id.Contact][]Block, error) {
	of, all, err := kinsOf(ctx, q, contacts)
	if err != nil {
		return nil, err
	}
	blocks, err := said(ctx, q, all)
	if err != nil {
		return nil, err
	}
	list := map[id.Contact][]Block{}
	for _, b := range blocks {
		c := of[b.origin]
		list[c] = append(list[c], b)
	}
	for c, blocks := range list {
		list[c] = Strictest(blocks)
	}
	return list, nil
}

// kinsOf are the kin of several contacts: of whom each is, and all of them.
func kinsOf(ctx context.Context, q db.Q, contacts []id.Contact) (of map[id.Contact]id.Contact, all []id.Contact, err error) {
	of = map[id.Contact]id.Contact{}
	if len(contacts) == 0 {
		return of, nil, nil
	}
	absorbed, err := contact.Absorbed(ctx, q, contacts)
	for _, c := range contacts {
		for _, one := range append([]id.Contact{c}, absorbed[c]...) {
			of[one], all = c, append(all, one)
		}
	}
	return of, all, err
}

// said reads all blocks of contacts that are one person, or of several such.
func said(ctx context.Context, q db.Q, kin []id.Contact) ([]Block, error) {
	if len(kin) == 0 {
		return nil, nil
	}
	among, args := db.InIDs(q.Dialect(), "origin_id", kin)
	var list []Block
	err := db.Each(ctx, q, `SELECT `+blockColumns+` FROM contact_block WHERE `+among+` ORDER BY id`, args, func(row db.Row) error {
		var b Block
		var about *int64
		var added int64
		var by []byte
		err := row.Scan(&b.Channel, &b.origin, &b.ID, &b.Reason, &b.Comment, &about, &added, &b.By.Source, &by)
		if err != nil {
			return err
		}
		if about != nil {
			b.About = *about
		}
		b.Added = db.Time(added)
		list = append(list, b)
		return json.Unmarshal(by, &list[len(list)-1].By)
	})
	if err != nil {
		return nil, fmt.Errorf("read who must not be contacted: %w", err)
	}
	return list, nil
}

// Strictest keeps one block for each channel, in the order of Channels. Of two for the
// same reason it is the older one.
func Strictest(blocks []Block) []Block {
	var list []Block
	for _, c := range Channels() {
		var most Block
		for _, b := range blocks {
			if b.Channel == c && b.Reason.weight() > most.Reason.weight() {
				most = b
			}
		}
		if most.Reason != None {
			list = append(list, most)
		}
	}
	return list
}

// subject is whom something is said of, held until the end of the transaction.
type subject struct {
	asked, top id.Contact
	kin        []id.Contact // top and all that were merged into it
}

// hold finds whom it is about, who may have been merged meanwhile. One in the bin may
// come back: what is said of it counts then. One that was erased is a NotFound fault.
func hold(ctx context.Context, tx *db.Tx, asked id.Contact) (subject, error) {
	kin, err := contact.HoldKin(ctx, tx, asked)
	if err == nil && len(kin) == 0 {
		err = fault.NotFound(fmt.Errorf("contact %d is not there", asked))
	}
	if err != nil {
		return subject{}, err
	}
	return subject{asked: asked, top: kin[0], kin: kin}, nil
}

// append tells the thread.
func (s subject) append(tx *db.Tx, kind activity.Kind, by By, data any) {
	e := activity.Entry{Contact: s.top, Kind: kind, Source: by.Source, Cause: by.Cause, Data: data}
	if s.asked != s.top {
		e.Origin = s.asked
	}
	activity.Append(tx, e)
}

// current is the block of a channel, with the reason None where there is none.
func (s subject) current(ctx context.Context, q db.Q, channel Channel) (Block, error) {
	all, err := said(ctx, q, s.kin)
	for _, b := range Strictest(all) {
		if b.Channel == channel {
			return b, err
		}
	}
	return Block{Channel: channel}, err
}

// Add blocks a channel of a contact. What the person chose stays, unless forced;
// another reason is replaced, the same one changes nothing. It tells whether anything
// changed.
func Add(ctx context.Context, tx *db.Tx, of id.Contact, b Block, forced bool, by By) (bool, error) {
	b.Comment = field.Printable(b.Comment)
	problems := fault.Fields{}
	if b.Reason < Unsubscribed || b.Reason > Manual {
		problems.Add("reason", fault.Say("consent.no_reason|There is no such reason."))
	}
	if utf8.RuneCountInString(b.Comment) > longestComment {
		problems.Add("comment", fault.Say("consent.long_comment|At most %d characters.", longestComment))
	}
	if !slices.Contains(Channels(), b.Channel) {
		problems.Add("channel", noChannel)
	}
	if err := problems.Err(); err != nil {
		return false, err
	}
	s, err := hold(ctx, tx, of)
	if err != nil {
		return false, err
	}
	was, err := s.current(ctx, tx, b.Channel)
	if err != nil || was.Reason == b.Reason || was.Reason == Unsubscribed && !forced {
		return false, err
	}
	number, err := tx.NextID(ctx, "contact_block")
	if err != nil {
		return false, err
	}
	author, err := json.Marshal(by)
	if err != nil {
		return false, err
	}
	// What was said of others of the kin stays, except that nothing stricter is left: the
	// one who parts again has at least this.
	var stricter []int
	for _, r := range []Reason{Unsubscribed, Bounced, Manual} {
		if r.weight() > b.Reason.weight() {
			stricter = append(stricter, int(r))
		}
	}
	for _, r := range stricter {
		among, args := db.InIDs(tx.Dialect(), "origin_id", s.kin)
		_, err = tx.Exec(ctx, `UPDATE contact_block SET reason = ?, comment = ?, about_id = ?, added = ?, source = ?, said_by = ? WHERE `+among+` AND channel = ? AND reason = ?`,
			append(append([]any{int(b.Reason), b.Comment, db.NullID(b.About), db.Millis(tx.Now()), int(by.Source), string(author)}, args...), string(b.Channel), r)...)
		if err != nil {
			return false, fmt.Errorf("block contact %d: %w", s.top, err)
		}
	}
	_, err = tx.Exec(ctx, `DELETE FROM contact_block WHERE origin_id = ? AND channel = ?`, int64(of), string(b.Channel))
	if err == nil {
		err = tx.Insert(ctx, "contact_block", []string{"contact_id", "channel", "origin_id", "id", "reason", "comment", "about_id", "added", "source", "said_by"},
			[][]any{{int64(s.top), string(b.Channel), int64(of), number, int(b.Reason), b.Comment, db.NullID(b.About), db.Millis(tx.Now()), int(by.Source), string(author)}})
	}
	if err != nil {
		return false, fmt.Errorf("block contact %d: %w", s.top, err)
	}
	s.append(tx, KindBlocked, by, Switched{Channel: b.Channel, Old: was.Reason, New: b.Reason, Comment: b.Comment, By: by})
	return true, nil
}

// Remove lets a contact be contacted again by a channel, whatever the reason was, or
// only where it is one of these. It tells whether it was blocked so.
func Remove(ctx context.Context, tx *db.Tx, of id.Contact, channel Channel, by By, only ...Reason) (bool, error) {
	if !slices.Contains(Channels(), channel) {
		return false, fault.Invalid(fault.Fields{"channel": noChannel})
	}
	s, err := hold(ctx, tx, of)
	if err != nil {
		return false, err
	}
	was, err := s.current(ctx, tx, channel)
	if err != nil || was.Reason == None || len(only) > 0 && !slices.Contains(only, was.Reason) {
		return false, err
	}
	if len(only) == 0 {
		only = []Reason{Unsubscribed, Bounced, Manual}
	}
	return true, s.free(ctx, tx, channel, only, tx.Now(), by)
}

// free removes what was said for these reasons until a time, of all of the kin: who wants
// to be written to again is not stopped by what was said under another name.
func (s subject) free(ctx context.Context, tx *db.Tx, channel Channel, only []Reason, until time.Time, by By) error {
	was, err := s.current(ctx, tx, channel)
	if err != nil {
		return err
	}
	reasons := make([]int64, len(only))
	for i, r := range only {
		reasons[i] = int64(r)
	}
	among, args := db.InIDs(tx.Dialect(), "origin_id", s.kin)
	with, more := db.InIDs(tx.Dialect(), "reason", reasons)
	_, err = tx.Exec(ctx, `DELETE FROM contact_block WHERE `+among+` AND channel = ? AND added <= ? AND `+with, append(append(args, string(channel), db.Millis(until)), more...)...)
	if err != nil {
		return fmt.Errorf("let contact %d be contacted: %w", s.top, err)
	}
	is, err := s.current(ctx, tx, channel)
	if err != nil || is.Reason == was.Reason {
		return err
	}
	kind := KindAllowed
	if is.Reason != None {
		kind = KindBlocked
	}
	s.append(tx, kind, by, Switched{Channel: channel, Old: was.Reason, New: is.Reason, Comment: is.Comment, By: by})
	return nil
}

// gone takes it that a contact is there no longer.
func gone(err error) error {
	if fault.Is(err, fault.KindNotFound) {
		return nil
	}
	return err
}
