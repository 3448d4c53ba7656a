package consent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Entry is one line of the ledger of a contact: a consent that it gave, or one that it
// withdrew, or an objection where the basis is another.
type Entry struct {
	ID      int64
	Purpose int64
	Given   bool
	// Basis is that of the purpose.
	Basis Basis
	At    time.Time
	// Shown is the text that was agreed to, word for word, Version what tells it from
	// other texts.
	Shown, Version string
	// Place is where: the address of a page, or words such as "by telephone".
	Place string
	IP    string
	By    By
}

const (
	longestShown = 10_000
	longestPlace = 1000
)

// Declare adds an entry to the ledger of a contact; entries are never changed. Saying
// again what holds is noted again: it is another proof.
func Declare(ctx context.Context, tx *db.Tx, of id.Contact, e Entry, by By) error {
	e.Shown, e.Place = field.PrintableLines(e.Shown), field.Printable(e.Place)
	problems := fault.Fields{}
	if utf8.RuneCountInString(e.Shown) > longestShown {
		problems.Add("shown", fault.Say("consent.long_text|At most %d characters.", longestShown))
	}
	if utf8.RuneCountInString(e.Place) > longestPlace {
		problems.Add("place", fault.Say("consent.long_text|At most %d characters.", longestPlace))
	}
	if e.At.After(tx.Now()) {
		problems.Add("at", fault.Say("consent.future|This lies in the future."))
	}
	p, err := FindPurpose(ctx, tx, e.Purpose)
	if fault.Is(err, fault.KindNotFound) {
		problems.Add("purpose", fault.Say("consent.no_purpose|Choose a purpose."))
	} else if err != nil {
		return err
	}
	if err := problems.Err(); err != nil {
		return err
	}
	s, err := hold(ctx, tx, of)
	if err != nil {
		return err
	}
	number, err := tx.NextID(ctx, "contact_consent")
	if err != nil {
		return err
	}
	author, err := json.Marshal(by)
	if err != nil {
		return err
	}
	if e.At.IsZero() {
		e.At = tx.Now()
	}
	err = tx.Insert(ctx, "contact_consent", []string{"contact_id", "id", "origin_id", "purpose_id", "given", "basis", "at", "shown", "version", "place", "ip", "source", "said_by"},
		[][]any{{int64(s.top), number, int64(of), p.ID, db.Truth(e.Given), string(p.Basis), db.Millis(e.At), e.Shown, version(e.Shown), e.Place, e.IP, int(by.Source), string(author)}})
	if err != nil {
		return err
	}
	kind := KindWithdrawn
	if e.Given {
		kind = KindGiven
	}
	s.append(tx, kind, by, Declared{Entry: number, Purpose: p.ID, Name: p.Name("en"), By: by})
	return nil
}

// version tells texts apart: the start of their SHA-256, empty for no text.
func version(text string) string {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// Ledger lists all that a contact agreed to and withdrew, the latest first.
func Ledger(ctx context.Context, q db.Q, of id.Contact) ([]Entry, error) {
	kin, err := contact.Kin(ctx, q, of)
	if err != nil || len(kin) == 0 {
		return nil, err
	}
	among, args := db.InIDs(q.Dialect(), "origin_id", kin)
	var list []Entry
	err = db.Each(ctx, q, `SELECT id, purpose_id, given, basis, at, shown, version, place, ip, source, said_by FROM contact_consent WHERE `+among+` ORDER BY at DESC, id DESC`, args, func(row db.Row) error {
		var e Entry
		var given, at int64
		var by []byte
		if err := row.Scan(&e.ID, &e.Purpose, &given, &e.Basis, &at, &e.Shown, &e.Version, &e.Place, &e.IP, &e.By.Source, &by); err != nil {
			return err
		}
		e.Given, e.At = given != 0, db.Time(at)
		list = append(list, e)
		return json.Unmarshal(by, &list[len(list)-1].By)
	})
	if err != nil {
		return nil, fmt.Errorf("read the consents of contact %d: %w", of, err)
	}
	return list, nil
}

// lastWord is what contacts that are one person said last about a purpose at a time;
// said tells whether they said anything.
func lastWord(ctx context.Context, q db.Q, kin []id.Contact, purpose int64, at time.Time) (given, said bool, since time.Time, err error) {
	among, args := db.InIDs(q.Dialect(), "origin_id", kin)
	err = db.Each(ctx, q, `SELECT given, at FROM contact_consent WHERE `+among+` AND purpose_id = ? AND at <= ? ORDER BY at DESC, id DESC LIMIT 1`,
		append(args, purpose, db.Millis(at)), func(row db.Row) error {
			var yes, when int64
			err := row.Scan(&yes, &when)
			given, said, since = yes != 0, true, db.Time(when)
			return err
		})
	if err != nil {
		return false, false, since, fmt.Errorf("read the last word of contact %d on purpose %d: %w", kin[0], purpose, err)
	}
	return given, said, since, nil
}
