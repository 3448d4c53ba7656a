package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/web"
	"ariane/internal/web/api/param"
)

// protocol is the version of the protocol that clients look for.
const protocol = "5.1.1"

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members one after the other.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(quote(m.name))
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// set gives a member another value.
func (o object) set(name string, value any) {
	for i := range o {
		if o[i].name == name {
			o[i].value = value
		}
	}
}

func quote(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always has JSON
	}
	return b
}

// answer gives a handler the headers of the protocol, and puts the faults that
// the protocol knows in its words.
func answer(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-cache, private")
		w.Header().Set("Mautic-Version", protocol)
		err := h(w, r)
		switch {
		case errors.Is(err, errBatch):
			return refuse(w, http.StatusInternalServerError, fmt.Sprintf("A max of %d entities are supported at a time.", mostAtOnce), []string{})
		case errors.Is(err, param.ErrType):
			return refuse(w, http.StatusUnsupportedMediaType, "Looks like I encountered an error (error #415). If I do it again, please report me to the system administrator!", []string{})
		}
		if p, known := inProtocol(r.Context(), err); known {
			return refuse(w, p.status, p.message, p.details)
		}
		return err
	}
}

// problem is a fault in the words of the protocol.
type problem struct {
	status  int
	message string
	details any
}

// inProtocol puts a fault in the words of the protocol, if it has some.
func inProtocol(ctx context.Context, err error) (p problem, known bool) {
	f, ok := fault.Of(err)
	if !ok {
		return p, false
	}
	ctx = i18n.With(ctx, i18n.Locale{Lang: i18n.English})
	p = problem{http.StatusBadRequest, i18n.T(ctx, f.Message().Key, f.Message().Args...), []string{}}
	switch f.Kind {
	case fault.KindNotFound:
		p.status, p.message = http.StatusNotFound, "Item was not found."
		return p, true
	case fault.KindConflict:
		p.status = http.StatusConflict
		return p, true
	case fault.KindInvalid:
	default:
		return p, false
	}
	if len(f.Fields) == 0 {
		return p, true
	}
	var messages []string
	details := object{}
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		text := i18n.T(ctx, f.Fields[name].Key, f.Fields[name].Args...)
		messages = append(messages, name+": "+text)
		details = append(details, member{name, []string{text}})
	}
	p.message, p.details = strings.Join(messages, ", "), details
	return p, true
}

func refuse(w http.ResponseWriter, status int, message string, details any) error {
	return web.JSON(w, status, object{{"errors", []object{{{"code", status}, {"message", message}, {"details", details}}}}})
}

// notFound answers an address that does not exist.
func notFound(w http.ResponseWriter, r *http.Request) error {
	w.Header().Del("Mautic-Version")
	return web.JSON(w, http.StatusNotFound, object{{"errors", []object{{
		{"message", fmt.Sprintf("Requested URL not found: %s", r.URL.Path)}, {"code", http.StatusNotFound}, {"type", nil},
	}}}})
}

// digits tells whether an identifier in an address looks like one.
func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// date is a time as entities show it, null for never.
func date(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05-07:00")
}
