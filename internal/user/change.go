package user

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"
)

// Profile is what users say about themselves.
type Profile struct {
	UserName, Email     string
	FirstName, LastName string
	Language, Zone      string
	Theme               string // light, dark, or empty: as the system has it
}

// Profile is what the user says.
func (u User) Profile() Profile {
	return Profile{u.UserName, u.Email, u.FirstName, u.LastName, u.Language, u.Zone, u.Theme}
}

func (p Profile) refuse(f fault.Fields) {
	New{UserName: p.UserName, Email: p.Email, Language: p.Language, Zone: p.Zone}.refuseProfile(f)
	for field, name := range map[string]string{"first_name": p.FirstName, "last_name": p.LastName} {
		if utf8.RuneCountInString(name) > longestName {
			f.Add(field, fault.Say("user.person.long|A name has at most %d characters.", longestName))
		}
	}
	if p.Theme != "" && p.Theme != "light" && p.Theme != "dark" {
		f.Add("theme", fault.Say("user.theme.unknown|This theme is not known."))
	}
}

// longestName is the number of characters of a first or last name at most.
const longestName = 60

// Update changes what a user says. What is not acceptable comes back by field.
func Update(ctx context.Context, tx *db.Tx, user id.User, p Profile) error {
	f := fault.Fields{}
	p.refuse(f)
	if err := refuseTaken(ctx, tx, f, user, p.UserName, p.Email); err != nil {
		return err
	}
	if err := f.Err(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE app_user SET user_name = ?, user_name_key = ?, email = ?, email_key = ?, first_name = ?, last_name = ?, language = ?, zone = ?, theme = ?
		WHERE id = ?`, strings.TrimSpace(p.UserName), fold(p.UserName), strings.TrimSpace(p.Email), fold(p.Email),
		strings.TrimSpace(p.FirstName), strings.TrimSpace(p.LastName), p.Language, p.Zone, p.Theme, int64(user))
	if err != nil {
		return fmt.Errorf("change user %d: %w", user, err)
	}
	return nil
}

// refuseTaken names the fields whose value another user has.
func refuseTaken(ctx context.Context, q db.Q, f fault.Fields, user id.User, userName, email string) error {
	var names, emails int
	err := q.QueryRow(ctx, `SELECT (SELECT count(*) FROM app_user WHERE user_name_key = ? AND id <> ?), (SELECT count(*) FROM app_user WHERE email_key = ? AND id <> ?)`,
		fold(userName), int64(user), fold(email), int64(user)).Scan(&names, &emails)
	if err != nil {
		return fmt.Errorf("look for other users: %w", err)
	}
	taken := fault.Say("user.taken|Somebody already uses this.")
	if names > 0 {
		f.Add("user_name", taken)
	}
	if emails > 0 {
		f.Add("email", taken)
	}
	return nil
}

// SetTheme chooses the theme of the user's pages; empty is the system's.
func SetTheme(ctx context.Context, tx *db.Tx, user id.User, theme string) error {
	if _, err := tx.Exec(ctx, `UPDATE app_user SET theme = ? WHERE id = ?`, theme, int64(user)); err != nil {
		return fmt.Errorf("set theme of user %d: %w", user, err)
	}
	return nil
}

// SetRole changes what a user may do, from the next request on. The last active
// administrator stays one.
func SetRole(ctx context.Context, tx *db.Tx, user id.User, role Role) error {
	if role != Admin && role != Member {
		return fault.Invalid(fault.Fields{"role": fault.Say("user.role.unknown|This role is not known.")})
	}
	if role != Admin {
		if err := refuseLast(ctx, tx, user); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE app_user SET role = ? WHERE id = ?`, string(role), int64(user)); err != nil {
		return fmt.Errorf("set role of user %d: %w", user, err)
	}
	return nil
}

// SetActive lets a user log in or keeps them out, which ends all their log-ins.
// The last active administrator stays active.
func SetActive(ctx context.Context, tx *db.Tx, user id.User, active bool) error {
	number := 1
	if !active {
		number = 0
		if err := refuseLast(ctx, tx, user); err != nil {
			return err
		}
		if err := endAll(ctx, tx, user); err != nil {
			return err
		}
		if err := closeLinks(ctx, tx, user); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE app_user SET active = ?, session_version = session_version + 1 WHERE id = ?`, number, int64(user))
	if err != nil {
		return fmt.Errorf("set user %d active: %w", user, err)
	}
	return nil
}

// refuseLast refuses to go on without another active administrator. It holds
// all of them, so that two cannot go at once.
func refuseLast(ctx context.Context, tx *db.Tx, user id.User) error {
	rows, err := tx.Query(ctx, `SELECT id FROM app_user WHERE role = ? AND active = 1 ORDER BY id`+tx.Dialect().ForUpdate(), string(Admin))
	if err != nil {
		return fmt.Errorf("look for administrators: %w", err)
	}
	defer rows.Close()
	here, others := false, 0
	for rows.Next() {
		var number id.User
		if err := rows.Scan(&number); err != nil {
			return err
		}
		if number == user {
			here = true
		} else {
			others++
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if here && others == 0 {
		return fault.Conflict(fmt.Errorf("user %d is the last active administrator", user),
			fault.Say("user.last|This is the last active administrator: make somebody else one first."))
	}
	return nil
}
