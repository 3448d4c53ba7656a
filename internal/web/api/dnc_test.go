package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ariane/internal/id"
)

// doNotContact is what an answer says of the channels of a contact: "email 3 words".
func doNotContact(t *testing.T, body string) string {
	t.Helper()
	var a struct {
		Contact struct {
			DoNotContact []struct {
				ID        int64
				Reason    int
				Comments  string
				Channel   string
				ChannelID *int64
				DateAdded string
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatal(err, body)
	}
	var words []string
	for _, d := range a.Contact.DoNotContact {
		words = append(words, fmt.Sprint(d.Channel, " ", d.Reason, " ", d.Comments))
	}
	return strings.Join(words, ", ")
}

func TestDoNotContact(t *testing.T) {
	b := start(t)
	ada := b.person("ada@example.com")
	path := fmt.Sprint("/api/contacts/", ada)
	want := recorded(t, "044")
	response, body := b.send("POST", path+"/dnc/email/add", `{"reason":3,"comments":"manual"}`)
	if response.StatusCode != want.Response.Status || doNotContact(t, body) != "email 3 manual" {
		t.Fatal(response.StatusCode, body)
	}
	got, recording := shape(t, body), shape(t, string(want.Response.Body))
	for _, l := range recording {
		// This owner, the place of this address and these values are others'.
		name, _, _ := strings.Cut(strings.TrimPrefix(l, ".contact."), " ")
		if strings.HasPrefix(name, "owner") || strings.HasPrefix(name, "tags") || strings.HasPrefix(name, "date") || strings.HasPrefix(name, "modified") || strings.HasSuffix(name, ".value") {
			continue
		}
		if !slices.Contains(got, l) {
			t.Errorf("%s is missing", l)
		}
	}
	if strings.Contains(body, "null") || strings.Contains(body, `"all":`) {
		t.Error(body)
	}
	for _, step := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/dnc/email/add", `{"reason":1,"comments":"by telephone"}`, 200, "email 1 by telephone"},
		{"/dnc/email/add", `{"reason":3,"comments":"later"}`, 200, "email 1 by telephone"},
		{"/dnc/email/add", ``, 200, "email 1 by telephone"},
		{"/dnc/add/sms", ``, 200, "email 1 by telephone, sms 3 "},
		{"/dnc/email/add", `{"reason":0}`, 400, ""},
		{"/dnc/email/add", `{"reason":"x"}`, 400, ""},
		{"/dnc/email/add", `{"reason":9}`, 400, ""},
		{"/dnc/pigeon/add", ``, 400, ""},
		{"/dnc/pigeon/remove", ``, 400, ""},
		{"/dnc/sms/remove", ``, 200, "email 1 by telephone"},
		{"/dnc/remove/email", ``, 200, ""},
	} {
		response, body := b.send("POST", path+step.path, step.body)
		if response.StatusCode != step.status || step.status == http.StatusOK && doNotContact(t, body) != step.want {
			t.Errorf("%s %s: %d %s", step.path, step.body, response.StatusCode, body)
		}
		if strings.Contains(step.path, "remove") && step.status == http.StatusOK && !strings.Contains(body, `"recordFound":true`) {
			t.Error(body)
		}
	}
	if _, body := b.send("POST", path+"/dnc/email/remove", nil); !strings.Contains(body, `{"recordFound":false,"contact":{`) {
		t.Error(body)
	}
	for _, nobody := range []string{"999", "x"} {
		if response, _ := b.send("POST", "/api/contacts/"+nobody+"/dnc/email/add", nil); response.StatusCode != http.StatusNotFound {
			t.Error(nobody, response.StatusCode)
		}
	}
}

func TestDoNotContactWithTheContact(t *testing.T) {
	b := start(t)
	response, body := b.send("POST", "/api/contacts/new", `{"email":"ada@example.com","doNotContact":[{"channel":"email","reason":2,"comments":"<b>&amp;"},{"channel":"sms"}]}`)
	if response.StatusCode != http.StatusCreated || doNotContact(t, body) != "email 2 <b>&amp;, sms 3 " {
		t.Fatal(response.StatusCode, body)
	}
	var a struct{ Contact struct{ ID id.Contact } }
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprint("/api/contacts/", a.Contact.ID)
	if response, body = b.send("PATCH", path+"/edit", `{"doNotContact":{"channel":"sms","reason":0}}`); doNotContact(t, body) != "email 2 <b>&amp;" {
		t.Error(response.StatusCode, body)
	}
	for _, wrong := range []string{`[{"channel":"pigeon"}]`, `[{"reason":7}]`, `[{"reason":"x"}]`} {
		if response, body := b.send("PATCH", path+"/edit", `{"city":"Rome","doNotContact":`+wrong+`}`); response.StatusCode != http.StatusBadRequest || !strings.Contains(body, "doNotContact: This value is not valid.") {
			t.Error(wrong, response.StatusCode, body)
		}
	}
	if body := b.get(path); doNotContact(t, body) != "email 2 <b>&amp;" || strings.Contains(body, "Rome") || !strings.Contains(body, `"channelId":null`) {
		t.Error(body)
	}
	if body := b.get(path + "/activity?filters[includeEvents][]=lead.donotcontact"); strings.Count(body, `"event":"lead.donotcontact"`) != 2 || !strings.Contains(body, `"eventLabel":"email"`) {
		t.Error(body)
	}
}
