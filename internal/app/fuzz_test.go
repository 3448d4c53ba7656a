package app_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/search"
)

// Whatever is typed as a search finds contacts, or is refused with words.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"", "ada", `"ada lovelace" OR !is:anonymous`, "email:%@example.test company:acme -(name:a or tag:b)", "(((((((((((", "ids:1,2,99999999999999999999", "ip:10.0.0.%", `\%_"'`, "is:", "é:à", "points:>=-1.5 created:<30d active:2026-01..", "city:lyon has:phone event:form owner:a is:mine", "phone:06.12.34 device:iphone attribution:..9", "a\x00b\xff"} {
		f.Add(seed)
	}
	d := dbtest.Open(f)
	language := app.Language(d)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := language.Parse(t.Context(), text, search.Who{User: 1, Now: time.Now()})
		if err == nil {
			_, err = contact.List(t.Context(), d, contact.Filter{Where: q.Where, Anonymous: q.Anonymous, Also: language.Catalogue, Limit: 10})
		}
		if err != nil && !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// Whatever a cursor says, a list has that place or refuses it.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "eyJ2IjoiYSIsImkiOjF9", "eyJ2IjoxLCJpIjoxLCJnIjoxLCJiIjp0cnVlfQ", "bnVsbA", "W10", "====", "eyJ2IjoiXHUwMDAwIiwiaSI6MX0"} {
		f.Add(seed, "name", true)
	}
	d := dbtest.Open(f)
	f.Fuzz(func(t *testing.T, after, sort string, asc bool) {
		_, err := contact.List(t.Context(), d, contact.Filter{After: after, Sort: contact.Sort(sort), Asc: asc, Limit: 10})
		if err != nil && !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q by %q: %v", after, sort, err)
		}
	})
}

// The data of an event is read into the payload of its kind or refused, and means
// the same when it is written again.
func FuzzPayload(f *testing.F) {
	kinds := app.Kinds()
	for i := range kinds {
		f.Add(i, []byte(`{"Fields":{"email":["a","b"]},"By":{"User":1},"Answers":[{"Alias":"a","Value":"é"}],"u":1,"c":404,"Keys":[{"Kind":1}]}`))
	}
	f.Add(0, []byte(`{"a":`+"\x00"))
	f.Add(1, []byte(`[[[[[[`))
	f.Add(2, []byte(`1e999`))
	f.Fuzz(func(t *testing.T, kind int, data []byte) {
		k := kinds[uint(kind)%uint(len(kinds))]
		if k.Payload == nil {
			return
		}
		first, second := reflect.New(reflect.TypeOf(k.Payload)), reflect.New(reflect.TypeOf(k.Payload))
		if (activity.Event{Data: data}).Decode(first.Interface()) != nil {
			return
		}
		again, err := json.Marshal(first.Interface())
		if err != nil {
			t.Fatalf("%s: %v", k.Name, err)
		}
		if err := (activity.Event{Data: again}).Decode(second.Interface()); err != nil {
			t.Fatalf("%s: %s: %v", k.Name, again, err)
		}
		twice, err := json.Marshal(second.Interface())
		if err != nil || string(twice) != string(again) {
			t.Errorf("%s: %s became %s, %v", k.Name, again, twice, err)
		}
	})
}
