package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"ariane/internal/contact"
	"ariane/internal/id"
)

// Contacts are merged and taken apart by their numbers; the number of an absorbed
// one reads the survivor.
func TestMergeByNumbers(t *testing.T) {
	b := start(t)
	ada := b.add(contact.New{Values: map[string]string{"firstname": "Ada", "email": "ada@example.test"}})
	augusta := b.add(contact.New{Values: map[string]string{"firstname": "Augusta", "email": "augusta@example.test", "city": "London"}})
	type answer struct {
		Contact struct {
			ID     int64
			Fields struct{ All map[string]any }
		}
		Errors []struct{ Code int }
	}
	call := func(method, path string, body any, status int) (a answer) {
		t.Helper()
		response, text := b.send(method, path, body)
		if err := json.Unmarshal([]byte(text), &a); err != nil || response.StatusCode != status {
			t.Fatalf("%s %s: %d %s, %v", method, path, response.StatusCode, text, err)
		}
		return a
	}
	path := func(n id.Contact, rest string) string { return fmt.Sprintf("/api/contacts/%d%s", n, rest) }
	call("POST", path(ada, "/merge"), map[string]any{}, http.StatusBadRequest)
	call("POST", path(ada, "/merge"), map[string]any{"contact": 999}, http.StatusNotFound)
	call("POST", path(ada, "/merge"), map[string]any{"contact": ada}, http.StatusBadRequest)
	call("POST", path(augusta, "/unmerge"), nil, http.StatusConflict)
	a := call("POST", path(ada, "/merge"), map[string]any{"contact": augusta, "take": []string{"firstname"}}, http.StatusOK)
	if all := a.Contact.Fields.All; a.Contact.ID != int64(ada) || all["firstname"] != "Augusta" || all["city"] != "London" || all["email"] != "ada@example.test" {
		t.Errorf("%+v", a)
	}
	if a := call("GET", path(augusta, ""), nil, http.StatusOK); a.Contact.ID != int64(ada) {
		t.Errorf("the absorbed one reads %d", a.Contact.ID)
	}
	// What is written to the absorbed one belongs to it.
	call("PATCH", path(augusta, "/edit"), map[string]any{"zipcode": "75001"}, http.StatusOK)
	a = call("POST", path(augusta, "/unmerge"), nil, http.StatusOK)
	if all := a.Contact.Fields.All; a.Contact.ID != int64(augusta) || all["firstname"] != "Augusta" || all["zipcode"] != "75001" || all["email"] != "augusta@example.test" {
		t.Errorf("%+v", a)
	}
	if all := call("GET", path(ada, ""), nil, http.StatusOK).Contact.Fields.All; all["firstname"] != "Ada" || all["city"] != nil || all["zipcode"] != nil {
		t.Errorf("%+v", all)
	}
}

// Who is given the address of another by the API becomes one with it: whoever is
// known of the two stays, the one that was asked for where both are.
func TestEditToTheAddressOfAnother(t *testing.T) {
	b := start(t)
	ada := b.add(contact.New{Values: map[string]string{"firstname": "Ada", "email": "ada@example.test"}})
	augusta := b.add(contact.New{Values: map[string]string{"firstname": "Augusta", "email": "augusta@example.test", "city": "London"}})
	visitor := b.add(contact.New{IP: "192.0.2.7"})
	type answer struct {
		Contact struct {
			ID     int64
			Fields struct{ All map[string]any }
		}
	}
	edit := func(n id.Contact, body map[string]any) answer {
		t.Helper()
		var a answer
		response, text := b.send("PATCH", fmt.Sprintf("/api/contacts/%d/edit", n), body)
		if err := json.Unmarshal([]byte(text), &a); err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%d %s, %v", response.StatusCode, text, err)
		}
		return a
	}
	a := edit(ada, map[string]any{"email": "Augusta@example.test", "zipcode": "75001"})
	if all := a.Contact.Fields.All; a.Contact.ID != int64(ada) || all["firstname"] != "Ada" || all["city"] != "London" || all["zipcode"] != "75001" || all["email"] != "Augusta@example.test" {
		t.Errorf("%+v", a)
	}
	if a := edit(visitor, map[string]any{"email": "augusta@example.test", "country": "France"}); a.Contact.ID != int64(ada) || a.Contact.Fields.All["country"] != "France" {
		t.Errorf("%+v", a)
	}
	// Two who have one address by hand stay two, though it is sent again.
	twin := b.add(contact.New{Values: map[string]string{"firstname": "Twin", "email": "augusta@example.test"}})
	if a := edit(twin, map[string]any{"email": "augusta@example.test", "city": "Lyon"}); a.Contact.ID != int64(twin) || a.Contact.Fields.All["firstname"] != "Twin" {
		t.Errorf("%+v", a)
	}
	if is, err := contact.Resolve(t.Context(), b.db, ada); err != nil || is != ada {
		t.Errorf("contact %d is %d, %v", ada, is, err)
	}
	for _, n := range []id.Contact{augusta, visitor} {
		if is, err := contact.Resolve(t.Context(), b.db, n); err != nil || is != ada {
			t.Errorf("contact %d is %d, %v", n, is, err)
		}
	}
}
