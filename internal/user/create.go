package user

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/id"
)

// MinPassword is the number of characters a password has at least.
const MinPassword = 8

// maxPassword bounds the work of hashing.
const maxPassword = 200

// New is a user to be created.
type New struct {
	UserName  string
	Email     string
	FirstName string
	LastName  string
	Password  string
	Role      Role
	Language  string
	Zone      string
}

// Validate names every field that is not acceptable: user_name, email,
// password, language, zone.
func (n New) Validate() error { return n.refusals().Err() }

func (n New) refusals() fault.Fields {
	f := fault.Fields{}
	n.refuseProfile(f)
	n.refusePassword(f)
	return f
}

// refuseProfile names what is not acceptable beside the password.
func (n New) refuseProfile(f fault.Fields) {
	name := strings.TrimSpace(n.UserName)
	switch {
	case name == "":
		f.Add("user_name", fault.Say("user.name.required|Choose a user name."))
	case strings.ContainsFunc(name, func(r rune) bool {
		return r == '@' || unicode.IsSpace(r) || unicode.IsControl(r) || r == ':' || r == utf8.RuneError
	}):
		f.Add("user_name", fault.Say("user.name.characters|A user name has no spaces, no @ and no colon."))
	case utf8.RuneCountInString(name) > 60:
		f.Add("user_name", fault.Say("user.name.long|A user name has at most 60 characters."))
	}
	address, err := mail.ParseAddress(strings.TrimSpace(n.Email))
	switch {
	case strings.TrimSpace(n.Email) == "":
		f.Add("email", fault.Say("user.email.required|Enter an e-mail address."))
	case err != nil || address.Address != strings.TrimSpace(n.Email) || len(n.Email) > 191 || !utf8.ValidString(n.Email):
		f.Add("email", fault.Say("user.email.invalid|This is not a complete e-mail address."))
	}
	if n.Language != "" && !i18n.Supported(n.Language) {
		f.Add("language", fault.Say("user.language.unknown|Ariane does not speak this language."))
	}
	if !KnownZone(n.Zone) {
		f.Add("zone", fault.Say("user.zone.unknown|This time zone is not known."))
	}
}

func (n New) refusePassword(f fault.Fields) {
	folded := fold(n.Password)
	mailbox, _, _ := strings.Cut(fold(n.Email), "@")
	switch {
	case n.Password == "":
		f.Add("password", fault.Say("user.password.required|Choose a password."))
	case utf8.RuneCountInString(n.Password) < MinPassword:
		f.Add("password", fault.Say("user.password.short|Use at least %d characters; a short sentence is easy to remember.", MinPassword))
	case len(n.Password) > maxPassword:
		f.Add("password", fault.Say("user.password.long|This password is too long."))
	case folded == fold(n.UserName) || folded == fold(n.Email) || folded == mailbox || onlyOne(folded):
		f.Add("password", fault.Say("user.password.weak|This password is too easy to guess."))
	}
}

// onlyOne tells whether a text is one letter again and again, or nothing.
func onlyOne(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return strings.Trim(s, string(first)) == ""
}

// KnownZone tells whether a name is a time zone; the empty name stands for UTC.
func KnownZone(name string) bool {
	if name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// Create adds a user. What is not acceptable comes back by field.
func Create(ctx context.Context, tx *db.Tx, n New) (User, error) {
	return create(ctx, tx, n, n.refusals(), hashPassword)
}

// CreateWithLink adds a user without a password, who chooses it with the link
// of the token.
func CreateWithLink(ctx context.Context, tx *db.Tx, n New) (u User, token string, err error) {
	f := fault.Fields{}
	// No password has the empty hash.
	if u, err = create(ctx, tx, n, f, func(string) string { return "" }); err != nil {
		return u, "", err
	}
	token, err = OpenLink(ctx, tx, u.ID)
	return u, token, err
}

func create(ctx context.Context, tx *db.Tx, n New, f fault.Fields, hash func(password string) string) (User, error) {
	Profile{UserName: n.UserName, Email: n.Email, FirstName: n.FirstName, LastName: n.LastName, Language: n.Language, Zone: n.Zone}.refuse(f)
	if n.Role != Admin && n.Role != Member {
		f.Add("role", fault.Say("user.role.unknown|This role is not known."))
	}
	if err := refuseTaken(ctx, tx, f, 0, n.UserName, n.Email); err != nil {
		return User{}, err
	}
	if err := f.Err(); err != nil {
		return User{}, err
	}
	number, err := tx.NextID(ctx, "app_user")
	if err != nil {
		return User{}, fmt.Errorf("create user: %w", err)
	}
	err = tx.Insert(ctx, "app_user",
		[]string{"id", "user_name", "user_name_key", "email", "email_key", "first_name", "last_name", "role", "password_hash", "language", "zone", "added"},
		[][]any{{number, strings.TrimSpace(n.UserName), fold(n.UserName), strings.TrimSpace(n.Email), fold(n.Email),
			strings.TrimSpace(n.FirstName), strings.TrimSpace(n.LastName), string(n.Role), hash(n.Password),
			n.Language, n.Zone, db.Millis(tx.Now())}})
	if err != nil {
		return User{}, fmt.Errorf("create user: %w", err)
	}
	return Find(ctx, tx, id.User(number))
}

// SetPassword gives a user another password and ends their sessions.
func SetPassword(ctx context.Context, tx *db.Tx, user id.User, password string) error {
	u, err := Find(ctx, tx, user)
	if err != nil {
		return err
	}
	f := fault.Fields{}
	New{UserName: u.UserName, Email: u.Email, Password: password}.refusePassword(f)
	if err := f.Err(); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE app_user SET password_hash = ?, session_version = session_version + 1 WHERE id = ?`,
		hashPassword(password), user)
	if err != nil {
		return fmt.Errorf("set password of user %d: %w", user, err)
	}
	return endAll(ctx, tx, user)
}
