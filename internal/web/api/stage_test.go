package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/setting"
	"ariane/internal/id"
	"ariane/internal/stage"
)

// wants asks, and compares the status and parts of the answer.
func (b *bench) wants(method, path string, body any, status int, parts ...string) {
	b.Helper()
	response, got := b.send(method, path, body)
	if response.StatusCode != status {
		b.Errorf("%s %s: %d, want %d: %s", method, path, response.StatusCode, status, got)
	}
	for _, part := range parts {
		if !strings.Contains(got, part) {
			b.Errorf("%s %s: no %s in %s", method, path, part, got)
		}
	}
}

func (b *bench) at(c id.Contact) int64 {
	b.Helper()
	is, err := stage.Of(b.Context(), b.db, []id.Contact{c})
	if err != nil {
		b.Fatal(err)
	}
	return is[c].Stage
}

func TestCategories(t *testing.T) {
	b := start(t)
	b.wants("GET", "/api/categories", nil, 200, `{"total":0,"categories":[]}`)
	b.wants("POST", "/api/categories/new", map[string]any{"title": "Cat A", "bundle": "asset"}, 201, `{"category":{"id":1,"title":"Cat A","alias":"cat-a","description":null,"color":null,"bundle":"asset"}}`)
	b.wants("POST", "/api/categories/new", map[string]any{"title": "Spring", "bundle": "stage", "color": "4e5d9d"}, 201, `"color":"4e5d9d","bundle":"stage"`)
	b.wants("POST", "/api/categories/new", map[string]any{}, 400, "bundle: A value is required.", "title: A title is required.")
	b.wants("POST", "/api/categories/new", map[string]any{"title": "x", "bundle": "nothing"}, 400, "bundle: ")
	b.wants("GET", "/api/categories?limit=1", nil, 200, `{"total":2,"categories":[{"id":1,`)
	b.wants("GET", "/api/categories?search=spri", nil, 200, `{"total":1,"categories":[{"id":2,`)
	b.wants("PATCH", "/api/categories/2/edit", map[string]any{"title": "Summer"}, 200, `"title":"Summer","alias":"spring"`)
	b.wants("GET", "/api/categories/9", nil, 404)
	b.wants("POST", "/api/stages/new", map[string]any{"name": "Lead", "category": 2}, 201, `"category":{"createdByUser":null,"modifiedByUser":null,"id":2,"title":"Summer"`)
	b.wants("POST", "/api/stages/new", map[string]any{"name": "Lead", "category": 1}, 400, "category: ")
	b.wants("DELETE", "/api/categories/2/delete", nil, 200, `{"category":{"id":null,"title":"Summer"`)
	b.wants("GET", "/api/stages/1", nil, 200, `"category":null`)
	b.wants("POST", "/api/categories/batch/new", []any{map[string]any{"title": "a", "bundle": "form"}, map[string]any{"title": ""}}, 201, `"statusCodes":[201,400]`)
}

func TestStages(t *testing.T) {
	b := start(t)
	b.wants("GET", "/api/stages", nil, 200, `{"total":0,"stages":[]}`)
	b.wants("POST", "/api/stages/new", map[string]any{"name": "Lead", "weight": 10, "publishUp": "2026-01-02T10:00:00+01:00"}, 201,
		`"createdByUser":"Admin Ariane"`, `"id":1,"name":"Lead","category":null,"weight":10,"description":null,"publishUp":"2026-01-02T09:00:00+00:00","publishDown":null}}`)
	b.wants("POST", "/api/stages/new", map[string]any{"name": "Lead", "isPublished": false}, 201, `"isPublished":false`, `"weight":0`)
	b.wants("POST", "/api/stages/new", map[string]any{"weight": "much", "publishDown": "soon"}, 400, "weight: ", "publishDown: ")
	b.wants("POST", "/api/stages/new", map[string]any{"weight": 1}, 400, "name: ")
	b.wants("GET", "/api/stages?minimal=1&search=is:published", nil, 200, `{"total":1,`, `"weight":10,"description":null}]}`)
	b.wants("GET", "/api/stages?orderBy=weight&orderByDir=asc&limit=1", nil, 200, `{"total":2,"stages":[{"isPublished":false`)
	b.wants("PATCH", "/api/stages/1/edit", map[string]any{"description": "New"}, 200, `"description":"New"`, `"weight":10`)
	b.wants("PUT", "/api/stages/2/edit", map[string]any{"name": "Won", "weight": 20}, 200, `"name":"Won"`, `"isPublished":true`)

	c := b.person("ada@example.test")
	path := fmt.Sprintf("/api/contacts/%d", c)
	b.wants("GET", path, nil, 200, `"stage":null`)
	for _, call := range []struct {
		path   string
		status int
		at     int64
	}{
		{"/api/stages/1/contact/%d/add", 200, 1}, {"/api/stages/2/contact/%d/remove", 200, 0}, {"/api/stages/2/contact/add/%d", 200, 2}, {"/api/stages/1/contact/%d/add", 200, 1},
		{"/api/stages/9/contact/%d/add", 404, 1}, {"/api/stages/1/contact/%d9/add", 404, 1}, {"/api/stages/1/contact/%d/explode", 404, 1},
	} {
		at := fmt.Sprintf(call.path, c)
		b.wants("POST", at, nil, call.status, map[bool]string{true: `{"success":1}`}[call.status == 200])
		if got := b.at(c); got != call.at {
			t.Errorf("%s: the contact is at %d", at, got)
		}
	}
	b.wants("GET", path, nil, 200, `"stage":{"createdByUser":"Admin Ariane","modifiedByUser":"Admin Ariane","id":1,"name":"Lead","category":null,"weight":10,"description":"New"}`)
	b.wants("PATCH", path+"/edit", map[string]any{"stage": 2}, 200, `"name":"Won"`)
	b.wants("PATCH", path+"/edit", map[string]any{"stage": 99}, 400, "stage: ")
	b.wants("PATCH", path+"/edit", map[string]any{"firstname": "Eve"}, 200, `"name":"Won"`)
	b.wants("PATCH", path+"/edit", map[string]any{"stage": nil}, 200, `"stage":null`)
	b.wants("POST", "/api/contacts/new", map[string]any{"email": "new@example.test", "stage": 2}, 201, `"name":"Won"`)
	b.wants("GET", "/api/contacts?search=stage:won", nil, 200, `{"total":"1"`, "new@example.test")
	b.wants("GET", "/api/contacts?search=stage:none", nil, 200, `{"total":"1"`, "ada@example.test")

	b.do(func(ctx context.Context, tx *db.Tx) error { return setting.Set(ctx, tx, setting.ForwardOnly, true) })
	b.wants("POST", fmt.Sprintf("/api/stages/2/contact/%d/add", c), nil, 200)
	b.wants("POST", fmt.Sprintf("/api/stages/1/contact/%d/add", c), nil, 400, "Contacts only go forward")
	b.wants("DELETE", "/api/stages/2/delete", nil, 200, `{"stage":{"isPublished":true`, `"id":null,"name":"Won"`)
	if b.at(c) != 0 {
		t.Error("the contact is at a stage that is deleted")
	}
}
