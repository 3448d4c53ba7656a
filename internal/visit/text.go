package visit

import (
	"context"
	"crypto/sha256"
	"fmt"

	"ariane/internal/base/db"
)

// texts gives numbers to the texts of one transaction.
type texts struct {
	ids     map[string]int64
	fresh   map[string]int64 // numbered here, for the cache once this is committed
	missing []string
}

// want notes a text that will need a number; empty has none.
func (t *texts) want(r *Recorder, body string) {
	if _, asked := t.ids[body]; body == "" || asked {
		return
	}
	if n, ok := r.texts.get(body); ok {
		t.ids[body] = n
		return
	}
	t.ids[body] = 0
	t.missing = append(t.missing, body)
}

// number reads the numbers of the texts wanted, and stores the new ones.
func (t *texts) number(ctx context.Context, tx *db.Tx) error {
	if len(t.missing) == 0 {
		return nil
	}
	byHash := make(map[string]string, len(t.missing))
	hashes := make([]any, 0, len(t.missing))
	for _, body := range t.missing {
		h := hashText(body)
		byHash[string(h)] = body
		hashes = append(hashes, h)
	}
	read := func() error {
		rows, err := tx.Query(ctx, `SELECT hash, id FROM visit_text WHERE hash IN (`+db.Marks(len(hashes))+`)`, hashes...)
		if err != nil {
			return fmt.Errorf("find texts: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var h []byte
			var n int64
			if err := rows.Scan(&h, &n); err != nil {
				return err
			}
			t.ids[byHash[string(h)]], t.fresh[byHash[string(h)]] = n, n
		}
		return rows.Err()
	}
	if err := read(); err != nil {
		return err
	}
	var unknown [][]any
	for _, body := range t.missing {
		if t.ids[body] == 0 {
			unknown = append(unknown, []any{hashText(body), nil, body})
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	numbers, err := tx.NextIDs(ctx, "visit_text", len(unknown))
	if err != nil {
		return err
	}
	for i := range unknown {
		unknown[i][1] = numbers[i]
	}
	if _, err := tx.InsertMissing(ctx, "visit_text", []string{"hash", "id", "body"}, unknown); err != nil {
		return err
	}
	return read()
}

// hashText is 128 bits: two texts never share it by chance, nor by effort that
// a mislabelled page view would be worth.
func hashText(body string) []byte {
	sum := sha256.Sum256([]byte(body))
	return sum[:16]
}
