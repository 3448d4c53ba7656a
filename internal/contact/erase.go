package contact

import (
	"context"
	"fmt"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/job"
	"ariane/internal/id"
)

// EraseOld erases for good what has been in the bin for KeptFor at that time: the
// contact, those merged into it, its thread. A long thread goes in slices, each in
// a transaction of its own; from the first on the contact cannot be restored, and
// what was interrupted goes on with the next call. Once nothing of the thread is
// left, one event without personal data tells the other packages to erase theirs.
func EraseOld(ctx context.Context, d *db.DB, now time.Time) error {
	rows, err := d.Query(ctx, `SELECT contact_id FROM contact_bin WHERE deleted <= ? ORDER BY deleted, contact_id`, db.Millis(now.Add(-KeptFor)))
	if err != nil {
		return fmt.Errorf("find contacts to erase: %w", err)
	}
	due, err := scanIDs(rows)
	if err != nil {
		return err
	}
	for _, contact := range due {
		for more := true; more; {
			err := d.Do(ctx, func(tx *db.Tx) (err error) {
				if err := job.HeldIn(ctx, tx); err != nil {
					return err
				}
				more, err = erase(ctx, tx, contact)
				return err
			})
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("erase contact %d: %w", contact, err)
			}
		}
	}
	return nil
}

// erase takes a slice off the thread of a deleted contact, or what is left of the
// contact, and tells whether there is more. One that was restored is let alone.
func erase(ctx context.Context, tx *db.Tx, contact id.Contact) (more bool, err error) {
	result, err := tx.Exec(ctx, `UPDATE contact_bin SET erasing = 1 WHERE contact_id = ?`, int64(contact))
	if err != nil {
		return false, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	all, err := subtree(ctx, tx, contact)
	if err != nil {
		return false, err
	}
	var erased int64
	for _, c := range all {
		n, err := activity.Erase(ctx, tx, c)
		if err != nil {
			return false, err
		}
		if erased += n; erased >= activity.Slice {
			return true, nil
		}
	}
	for _, c := range all {
		for _, text := range []string{
			`DELETE FROM contact_bin WHERE contact_id = ?`,
			`DELETE FROM contact_active WHERE contact_id = ?`,
			`DELETE FROM contact_ip WHERE contact_id = ?`,
			`DELETE FROM field_index WHERE contact_id = ?`,
			`DELETE FROM identity WHERE contact_id = ?`,
			`DELETE FROM identity_conflict WHERE contact_id = ?`,
			`INSERT INTO device_turn (token, since, contact_id) SELECT token, since, 0 FROM device_turn WHERE contact_id = ? ON CONFLICT (token, since) DO UPDATE SET contact_id = excluded.contact_id`,
			`DELETE FROM contact WHERE id = ?`,
		} {
			if _, err := tx.Exec(ctx, text, int64(c)); err != nil {
				return false, err
			}
		}
	}
	activity.Append(tx, activity.Entry{Contact: contact, Kind: KindErased, Data: erasure{Absorbed: all[1:]}})
	return false, nil
}
