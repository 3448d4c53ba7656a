package fault

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind says what went wrong, as far as the person is concerned.
type Kind int

const (
	KindInvalid     Kind = iota + 1 // what was sent is not acceptable; Fields says where
	KindNotFound                    // there is no such thing, or no longer
	KindConflict                    // it clashes with what is stored
	KindForbidden                   // this person may not do it
	KindUnavailable                 // not now; the same request may succeed later
)

func (k Kind) String() string {
	switch k {
	case KindInvalid:
		return "invalid"
	case KindNotFound:
		return "not found"
	case KindConflict:
		return "conflict"
	case KindForbidden:
		return "forbidden"
	case KindUnavailable:
		return "unavailable"
	}
	return "unknown"
}

// Text is a message for people, not yet translated: Key is
// "area.name|English text", Args fill its verbs.
type Text struct {
	Key  string
	Args []any
}

// Say builds a Text.
func Say(key string, args ...any) Text { return Text{Key: key, Args: args} }

// English is the text as written at the point of use, without its key, with its
// verbs filled.
func (t Text) English() string {
	_, english, found := strings.Cut(t.Key, "|")
	if !found {
		english = t.Key
	}
	if len(t.Args) == 0 {
		return english
	}
	return fmt.Sprintf(english, t.Args...)
}

// Fields holds one message per field that is not acceptable.
type Fields map[string]Text

// Add records a message unless the field has one already: the first is the
// one to mend first.
func (f Fields) Add(name string, message Text) {
	if _, taken := f[name]; !taken {
		f[name] = message
	}
}

// Err is nil when every field is acceptable.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return Invalid(f)
}

// Error is a fault. Doors find it with Of, whatever wraps it.
type Error struct {
	Kind   Kind
	Fields Fields // KindInvalid only

	message Text
	cause   error
}

// Error is for the log.
func (e *Error) Error() string {
	if len(e.Fields) > 0 {
		var b strings.Builder
		b.WriteString("invalid:")
		for _, name := range slices.Sorted(maps.Keys(e.Fields)) {
			b.WriteString(" " + name + ": " + e.Fields[name].English() + ";")
		}
		return strings.TrimSuffix(b.String(), ";")
	}
	if e.cause != nil {
		return e.cause.Error()
	}
	return e.Message().English()
}

func (e *Error) Unwrap() error { return e.cause }

// Message is for people.
func (e *Error) Message() Text {
	if e.message.Key != "" {
		return e.message
	}
	switch e.Kind {
	case KindInvalid:
		return Say("fault.invalid|Some of this could not be accepted.")
	case KindNotFound:
		return Say("fault.not_found|There is nothing here, or no longer.")
	case KindConflict:
		return Say("fault.conflict|This clashes with something that already exists.")
	case KindForbidden:
		return Say("fault.forbidden|You may not do this.")
	default:
		return Say("fault.unavailable|This cannot be done right now. Please try again in a moment.")
	}
}

// Invalid refuses what was sent, field by field.
func Invalid(fields Fields) error { return &Error{Kind: KindInvalid, Fields: fields} }

// Refused refuses what was sent as a whole.
func Refused(cause error, message Text) error {
	return &Error{Kind: KindInvalid, cause: cause, message: message}
}

// NotFound says that there is no such thing.
func NotFound(cause error) error { return &Error{Kind: KindNotFound, cause: cause} }

// Conflict says what is in the way.
func Conflict(cause error, message Text) error {
	return &Error{Kind: KindConflict, cause: cause, message: message}
}

// Forbidden says that this person may not.
func Forbidden(cause error) error { return &Error{Kind: KindForbidden, cause: cause} }

// Unavailable says why not now; the zero Text stands for the usual message.
func Unavailable(cause error, message Text) error {
	return &Error{Kind: KindUnavailable, cause: cause, message: message}
}

// Of finds the fault in a chain of errors.
func Of(err error) (*Error, bool) { return errors.AsType[*Error](err) }

// Is tells whether err is a fault of this kind.
func Is(err error, kind Kind) bool {
	f, ok := Of(err)
	return ok && f.Kind == kind
}
