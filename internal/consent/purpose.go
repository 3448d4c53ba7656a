package consent

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
)

// Basis is what makes it lawful to write to somebody (article 6 of the GDPR).
type Basis string

// The bases.
const (
	ByConsent   Basis = "consent"
	ByInterest  Basis = "legitimate_interest"
	ByContract  Basis = "contract"
	ByLaw       Basis = "legal_obligation"
	ByVital     Basis = "vital_interest"
	ByPublicJob Basis = "public_interest"
)

// Bases lists them.
func Bases() []Basis {
	return []Basis{ByConsent, ByInterest, ByContract, ByLaw, ByVital, ByPublicJob}
}

// Marketing tells that a person may refuse: blocks, wishes and withdrawals count. What
// is due by contract or law is sent all the same, unless the address bounces.
func (b Basis) Marketing() bool { return b == ByConsent || b == ByInterest }

// The purposes that every installation has.
const (
	News    int64 = 1
	Service int64 = 2
	// firstOwn is the number of the first that somebody here makes.
	firstOwn = 100
)

// Purpose is what contacts are written to for.
type Purpose struct {
	ID int64
	// English and French are its names. One of them may be empty.
	English, French string
	Basis           Basis
	// Retired purposes are offered no longer; what was said about them stays.
	Retired bool
}

// Name is what it is called in a language.
func (p Purpose) Name(language string) string {
	if language == "fr" && p.French != "" || p.English == "" {
		return p.French
	}
	return p.English
}

const longestName = 200

// Purposes lists them in the order in which they were made.
func Purposes(ctx context.Context, q db.Q) ([]Purpose, error) {
	var list []Purpose
	err := db.Each(ctx, q, `SELECT id, name_en, name_fr, basis, retired FROM consent_purpose ORDER BY id`, nil, func(row db.Row) error {
		p, err := scanPurpose(row)
		list = append(list, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list purposes: %w", err)
	}
	return list, nil
}

func scanPurpose(row interface{ Scan(...any) error }) (Purpose, error) {
	var p Purpose
	var retired int64
	err := row.Scan(&p.ID, &p.English, &p.French, &p.Basis, &retired)
	p.Retired = retired != 0
	return p, err
}

// FindPurpose reads one. An unknown one is a NotFound fault.
func FindPurpose(ctx context.Context, q db.Q, number int64) (Purpose, error) {
	p, err := scanPurpose(q.QueryRow(ctx, `SELECT id, name_en, name_fr, basis, retired FROM consent_purpose WHERE id = ?`, number))
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.NotFound(fmt.Errorf("find purpose %d: %w", number, err))
	}
	if err != nil {
		return p, fmt.Errorf("find purpose %d: %w", number, err)
	}
	return p, nil
}

// Store writes a purpose, a new one where it has no number, and returns its number. The
// basis of one that exists stays: what was said was said about that.
func (p Purpose) Store(ctx context.Context, tx *db.Tx) (int64, error) {
	p.English, p.French = field.Printable(p.English), field.Printable(p.French)
	problems := fault.Fields{}
	if p.English == "" && p.French == "" {
		problems.Add("english", fault.Say("consent.no_name|Give it a name in one language at least."))
	}
	for name, text := range map[string]string{"english": p.English, "french": p.French} {
		if utf8.RuneCountInString(text) > longestName {
			problems.Add(name, fault.Say("consent.long_name|At most %d characters.", longestName))
		}
	}
	if p.ID == 0 && !known(p.Basis) {
		problems.Add("basis", fault.Say("consent.no_basis|Choose the lawful basis."))
	}
	if err := problems.Err(); err != nil {
		return 0, err
	}
	if p.ID != 0 {
		result, err := tx.Exec(ctx, `UPDATE consent_purpose SET name_en = ?, name_fr = ?, retired = ? WHERE id = ?`, p.English, p.French, db.Truth(p.Retired), p.ID)
		if err != nil {
			return 0, fmt.Errorf("change purpose %d: %w", p.ID, err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return 0, errors.Join(err, fault.NotFound(fmt.Errorf("change purpose %d: none", p.ID)))
		}
		return p.ID, nil
	}
	number, err := tx.NextID(ctx, "consent_purpose")
	if err != nil {
		return 0, err
	}
	number += firstOwn - 1
	return number, tx.Insert(ctx, "consent_purpose", []string{"id", "name_en", "name_fr", "basis"}, [][]any{{number, p.English, p.French, string(p.Basis)}})
}

func known(b Basis) bool {
	for _, one := range Bases() {
		if b == one {
			return true
		}
	}
	return false
}
