package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/web"
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
		f, ok := fault.Of(err)
		switch {
		case !ok:
			return err
		case f.Kind == fault.KindNotFound:
			return refuse(w, http.StatusNotFound, "Item was not found.", []string{})
		case f.Kind == fault.KindInvalid:
			ctx := i18n.With(r.Context(), i18n.Locale{Lang: i18n.English})
			if len(f.Fields) == 0 {
				return refuse(w, http.StatusBadRequest, i18n.T(ctx, f.Message().Key, f.Message().Args...), []string{})
			}
			var messages []string
			details := object{}
			for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
				text := i18n.T(ctx, f.Fields[name].Key, f.Fields[name].Args...)
				messages = append(messages, name+": "+text)
				details = append(details, member{name, []string{text}})
			}
			return refuse(w, http.StatusBadRequest, strings.Join(messages, ", "), details)
		}
		return err
	}
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
