package public_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/i18n"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/id"
	"ariane/internal/tool/browsertest"
	"ariane/internal/tool/bundle"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/public"

	"github.com/google/go-cmp/cmp"
)

type rig struct {
	*testing.T
	db     *db.DB
	base   string
	client *http.Client
	form   id.Form
}

// open serves the door with one form; the server is known as host.
func open(t *testing.T, host string, change func(*form.Form)) *rig {
	t.Helper()
	r := &rig{T: t, db: dbtest.Open(t)}
	recorder := visit.NewRecorder(r.db)
	t.Cleanup(recorder.Close)
	bots, err := visit.NewBots()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	r.base = browsertest.URL(host, "http://"+server.Listener.Addr().String())
	handler, err := web.New(web.Options{DB: r.db, Log: slog.New(slog.NewTextHandler(t.Output(), nil))},
		public.Routes(public.Deps{DB: r.db, Recorder: recorder, Policy: visit.NewPolicy(r.db, bots, nil), Sites: setting.Cache(r.db, setting.AllowedSites), BaseURL: r.base}))
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = handler
	server.Start()
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r.client = &http.Client{Transport: server.Client().Transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

	f := form.Form{
		Name: "Écrivez-nous", Language: i18n.French, Published: true, PostAction: form.Message, PostProperty: "Merci {formfield=prenom} !", RenderStyle: true,
		Fields: []form.Field{
			{Label: "Prénom", Type: question.Text, ContactField: "firstname"},
			{Label: "Courriel", Alias: "email", Type: question.Email, ContactField: "email", Required: true, Help: "Jamais <transmis>"},
			{Label: "Origine", Type: question.Hidden, Default: "site"},
		},
	}
	if change != nil {
		change(&f)
	}
	err = r.db.Do(t.Context(), func(tx *db.Tx) (err error) {
		r.form, err = form.Create(t.Context(), tx, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) send(request *http.Request) (*http.Response, string) {
	r.Helper()
	answer, err := r.client.Do(request)
	if err != nil {
		r.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		r.Fatal(err)
	}
	return answer, string(body)
}

func (r *rig) get(path string) (*http.Response, string) {
	r.Helper()
	request, err := http.NewRequest(http.MethodGet, r.base+path, nil)
	if err != nil {
		r.Fatal(err)
	}
	return r.send(request)
}

// post sends pairs of name and value; names without brackets are put into mauticform[...], except the device.
func (r *rig) post(query string, pairs ...string) (*http.Response, string) {
	r.Helper()
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		name := pairs[i]
		if name != "mautic_device_id" {
			name = "mauticform[" + name + "]"
		}
		values.Add(name, pairs[i+1])
	}
	request, err := http.NewRequest(http.MethodPost, r.base+"/form/submit"+query, strings.NewReader(values.Encode()))
	if err != nil {
		r.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", "https://elsewhere.example")
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	return r.send(request)
}

func (r *rig) results() []form.Result {
	r.Helper()
	page, err := form.Results(r.Context(), r.db, form.ResultFilter{Form: r.form})
	if err != nil {
		r.Fatal(err)
	}
	return page.Results
}

func (r *rig) count(table string) int {
	r.Helper()
	var n int
	if err := r.db.QueryRow(r.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
		r.Fatal(err)
	}
	return n
}

func decode(t *testing.T, body string) map[string]any {
	t.Helper()
	var a map[string]any
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return a
}

var device = strings.Repeat("c0", 16)

func TestCommittedBundleIsCurrent(t *testing.T) {
	t.Parallel()
	for name, most := range map[string]int{"form": 4000, "proof": 1000} {
		want, err := bundle.Script("src/" + name + ".ts")
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name + ".js")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bytes.TrimSpace(got), want) {
			t.Errorf("%s.js differs from its modules: run go generate ./internal/web/public", name)
		}
		if size, err := bundle.Compressed(want); err != nil || size > most {
			t.Errorf("%s: %d bytes with gzip, %v", name, size, err)
		}
	}
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", nil)
	answer, body := r.get("/form/generate.js?id=1")
	if answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/javascript") || answer.Header.Get("Cache-Control") != "public, max-age=60" {
		t.Errorf("%s %v", answer.Status, answer.Header)
	}
	for _, part := range []string{`mauticform_wrapper_ecriveznous`, `mauticform_input_ecriveznous_email`, `mauticform[origine]`, `Un instant...`} {
		if !strings.Contains(body, part) {
			t.Errorf("the script lacks %s", part)
		}
	}
	if len(answer.Cookies()) != 0 || r.count("contact") != 0 {
		t.Error("showing a form creates somebody")
	}
	if answer, body := r.get("/form/generate.js?id=2"); answer.StatusCode != http.StatusOK || body != "" {
		t.Errorf("unknown form: %s %q", answer.Status, body)
	}
	if err := r.db.Do(t.Context(), func(tx *db.Tx) error { return form.SetPublished(t.Context(), tx, r.form, false, 0, "") }); err != nil {
		t.Fatal(err)
	}
	if answer, body := r.get("/form/generate.js?id=1"); answer.StatusCode != http.StatusOK || body != "" {
		t.Errorf("unpublished form: %s %q", answer.Status, body)
	}
	for _, path := range []string{"/form/1", "/form/embed/1", "/form/x", "/form/99"} {
		if answer, _ := r.get(path); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, answer.Status)
		}
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", func(f *form.Form) { f.NoIndex = true })
	answer, body := r.get(`/form/1?prenom=%22%3E%3Cscript%3E&origine=lettre`)
	for _, part := range []string{
		`<html lang="fr">`, `content="noindex"`, `<label id="mauticform_label_ecriveznous_email" for="mauticform_input_ecriveznous_email"`,
		`id="mauticform_ecriveznous_email" data-alias="email" data-validate="email" data-validation-type="email" class="mauticform-row mauticform-email mauticform-field-2 mauticform-required"`,
		`value="&#34;&gt;&lt;script&gt;"`, `value="lettre"`, `Jamais &lt;transmis&gt;`, `name="mauticform[submissionkey]"`, `action="` + r.base + `/form/submit?formId=1"`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	if policy := answer.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors *") || !strings.Contains(policy, "script-src 'nonce-") {
		t.Errorf("policy %s", policy)
	}
	if answer.Header.Get("X-Frame-Options") != "" || answer.Header.Get("Cache-Control") != "no-store" || len(answer.Cookies()) != 0 || r.count("contact") != 0 {
		t.Errorf("headers %v", answer.Header)
	}
	answer, body = r.get("/form/embed/1")
	if answer.StatusCode != http.StatusOK || strings.Contains(body, "<script") || !strings.Contains(body, `data-mautic-form="ecriveznous"`) {
		t.Errorf("embedded: %s %s", answer.Status, body)
	}
}

func TestAjax(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", nil)
	answer, body := r.post("?ajax=1", "formId", "1", "formName", "x", "email", "nobody")
	want := map[string]any{"success": 0.0, "formName": "x", "validationErrors": map[string]any{"email": decode(t, body)["validationErrors"].(map[string]any)["email"]}}
	if diff := cmp.Diff(want, decode(t, body)); diff != "" || len(answer.Cookies()) != 0 {
		t.Error(diff, answer.Cookies())
	}
	if r.count("contact")+r.count("device")+r.count("form_submission")+r.count("event") != 0 {
		t.Error("a refused submission wrote something")
	}
	answer, body = r.post("?ajax=1", "formId", "1", "formName", "x", "prenom", "Zoé", "email", "zoe@example.org", "return", "https://site.example/contact?a=1&mauticError=x", "referrer", "javascript:alert(1)", "mautic_device_id", device)
	want = map[string]any{"success": 1.0, "formName": "x", "successMessage": "Merci Zoé !", "results": map[string]any{"prenom": "Zoé", "email": "zoe@example.org", "origine": ""}}
	if diff := cmp.Diff(want, decode(t, body)); diff != "" {
		t.Error(diff)
	}
	if cookies := answer.Header.Values("Set-Cookie"); len(cookies) != 2 || !strings.HasPrefix(cookies[0], "mautic_device_id="+device) {
		t.Errorf("cookies %v", cookies)
	}
	result := r.results()[0]
	if result.Page != "https://site.example/contact?a=1" || result.Referrer != "" || result.IP != "127.0.0.1" {
		t.Errorf("result %+v", result)
	}
	events, err := activity.Thread(t.Context(), r.db, result.Contact, activity.Page{Limit: 20})
	if err != nil || events[0].Kind != form.KindSubmitted || events[0].Device == 0 {
		t.Errorf("thread %+v, %v", events, err)
	}
	if _, body := r.post("?ajax=1", "formId", "7", "email", "zoe@example.org"); decode(t, body)["errorMessage"] != "This form is no longer available." {
		t.Errorf("unknown form: %s", body)
	}
	if _, body := r.post("?ajax=1"); decode(t, body)["success"] != 0.0 {
		t.Errorf("empty request: %s", body)
	}
}

func TestMessenger(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", nil)
	const nasty = "</script><script>alert(1)</script>\u2028'\"\\"
	answer, body := r.post("", "formId", "1", "messenger", "1", "formName", nasty, "prenom", nasty, "email", "zoe@example.org")
	if strings.Count(body, "<script") != 1 || strings.Count(body, "</script") != 1 || strings.Contains(body, "\u2028") {
		t.Errorf("the page can be broken out of: %s", body)
	}
	if !strings.Contains(answer.Header.Get("Content-Security-Policy"), "frame-ancestors *") || answer.Header.Get("X-Frame-Options") != "" {
		t.Errorf("headers %v", answer.Header)
	}
	text := regexp.MustCompile(`parent\.postMessage\((".*"), "\*"\);`).FindStringSubmatch(body)
	if text == nil {
		t.Fatalf("no message in %s", body)
	}
	literal := strings.NewReplacer(`\u003C`, "<", `\'`, "'").Replace(text[1])
	var inner string
	if err := json.Unmarshal([]byte(literal), &inner); err != nil {
		t.Fatalf("%v in %s", err, literal)
	}
	a := decode(t, inner)
	if a["success"] != 1.0 || a["formName"] != nasty {
		t.Errorf("answer %v", a)
	}
}

func TestPlainBrowser(t *testing.T) {
	t.Parallel()
	page := "https://site.example/contact?a=1"
	for name, c := range map[string]struct {
		change func(*form.Form)
		send   []string
		want   string
	}{
		"message":            {nil, []string{"email", "zoe@example.org", "return", page}, "BASE/form/message"},
		"error":              {nil, []string{"email", "", "return", page}, "https://site.example/contact?a=1&mauticError=%C2%AB%C2%A0Courriel%C2%A0%C2%BB+est+obligatoire.#ecrivez_no"},
		"error without page": {nil, []string{"email", ""}, "BASE/form/message"},
		"script as page":     {nil, []string{"email", "", "return", "javascript:alert(1)"}, "BASE/form/message"},
		"data as page":       {nil, []string{"email", "", "return", "data:text/html,x"}, "BASE/form/message"},
		"relative page":      {nil, []string{"email", "", "return", "//evil.example"}, "BASE/form/message"},
		"our page":           {func(f *form.Form) { f.PostAction = form.Return }, []string{"email", "zoe@example.org", "return", "BASE/form/1"}, "BASE/form/1"},
		"our page, closed":   {func(f *form.Form) { f.Published = false }, []string{"email", "zoe@example.org", "return", "BASE/form/1"}, "BASE/form/message"},
		"return":             {func(f *form.Form) { f.PostAction, f.PostProperty = form.Return, "" }, []string{"email", "zoe@example.org", "return", page}, page},
		"return with text":   {func(f *form.Form) { f.PostAction = form.Return }, []string{"email", "zoe@example.org", "prenom", "Zoé", "return", page}, page + "&mauticMessage=Merci+Zo%C3%A9+%21"},
		"redirect": {func(f *form.Form) {
			f.PostAction, f.PostProperty = form.Redirect, "https://shop.example/?e={formfield=email}"
		}, []string{"email", "zoe@example.org", "return", page}, "https://shop.example/?e=zoe%40example.org"},
		"redirect on the site":       {func(f *form.Form) { f.PostAction, f.PostProperty = form.Redirect, "/thanks" }, []string{"email", "zoe@example.org", "return", page}, "https://site.example/thanks"},
		"redirect from nowhere":      {func(f *form.Form) { f.PostAction, f.PostProperty = form.Redirect, "/thanks" }, []string{"email", "zoe@example.org"}, "BASE/thanks"},
		"closed form, page is known": {func(f *form.Form) { f.Published = false }, []string{"email", "zoe@example.org", "return", page}, "https://site.example/contact?a=1&mauticError=Ce+formulaire+n%E2%80%99est+plus+disponible.#ecrivez_no"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t, "127.0.0.1", c.change)
			pairs := append([]string{"formId", "1"}, c.send...)
			for i := range pairs {
				pairs[i] = strings.ReplaceAll(pairs[i], "BASE", r.base)
			}
			answer, _ := r.post("", pairs...)
			want := strings.ReplaceAll(c.want, "BASE", r.base)
			got, _ := url.PathUnescape(answer.Header.Get("Location"))
			wanted, _ := url.PathUnescape(want)
			if answer.StatusCode != http.StatusSeeOther || got != wanted {
				t.Errorf("%s to\n%s, want\n%s", answer.Status, got, wanted)
			}
		})
	}
}

func TestNoticeOfPlainBrowser(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", func(f *form.Form) { f.PostAction = form.Return })
	r.post("", "formId", "1", "email", "zoe@example.org", "prenom", "<i>Zoé", "return", r.base+"/form/1")
	if _, body := r.get("/form/1?mauticError=forged"); !strings.Contains(body, `role="status" tabindex="-1">Merci &lt;i&gt;Zoé !`) || strings.Contains(body, "forged") {
		t.Errorf("the page does not say that the form was sent: %s", body)
	}
	if _, body := r.get("/form/1"); !strings.Contains(body, `role="status" tabindex="-1" hidden>`) {
		t.Error("the page says it twice")
	}
	r.post("", "formId", "1", "email", "zoe@example.org", "prenom", "<b>Zoé")
	if _, body := r.get("/form/message"); !strings.Contains(body, "Merci &lt;b&gt;Zoé !") {
		t.Errorf("the message is missing: %s", body)
	}
}

func TestRefusedAnswersAreKept(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", nil)
	key := strings.Repeat("k", 32)
	answer, body := r.post("", "formId", "1", "prenom", "\"><b>Zoé", "email", "zoe@", "origine", "lettre", "submissionkey", key, "return", r.base+"/form/1")
	if answer.StatusCode != http.StatusUnprocessableEntity || r.count("form_submission")+r.count("contact") != 0 {
		t.Errorf("%s, %d submissions", answer.Status, r.count("form_submission"))
	}
	for _, part := range []string{
		`value="&#34;&gt;&lt;b&gt;Zoé"`, `value="zoe@"`, `value="lettre"`, `value="` + key + `"`, `aria-invalid="true" autofocus`,
		`class="mauticform-errormsg">`, `mauticform-required mauticform-has-error"`, `class="mauticform-errormsg" style="display: none;">`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("the page lacks %s:\n%s", part, body)
		}
	}
	if answer, _ := r.post("", "formId", "1", "prenom", "Zoé", "email", "zoe@example.org", "submissionkey", key, "return", r.base+"/form/1"); answer.StatusCode != http.StatusSeeOther || r.count("form_submission") != 1 {
		t.Errorf("mended: %s, %d submissions", answer.Status, r.count("form_submission"))
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", nil)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range map[string]string{"mauticform[formId]": "1", "mauticform[email]": "zoe@example.org", "mauticform[prenom][]": "Zoé"} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	request := httptest.NewRequest(http.MethodPost, r.base+"/form/submit?ajax=1", &body)
	request.RequestURI = ""
	request.Header.Set("Content-Type", w.FormDataContentType())
	if _, text := r.send(request); decode(t, text)["success"] != 1.0 {
		t.Errorf("multipart: %s", text)
	}
	if answer, _ := r.post("?ajax=1", "formId", "1", "email", "zoe@example.org", "prenom", strings.Repeat("x", 1<<20)); answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a megabyte: %s", answer.Status)
	}
	request, err := http.NewRequest(http.MethodPost, r.base+"/form/submit?ajax=1", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "multipart/form-data; boundary=no")
	if answer, _ := r.send(request); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("broken multipart: %s", answer.Status)
	}
	if n := len(r.results()); n != 1 {
		t.Errorf("%d submissions", n)
	}
}

func TestBrowserThatRefusesTracking(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", nil)
	request, err := http.NewRequest(http.MethodPost, r.base+"/form/submit?ajax=1", strings.NewReader(url.Values{"mauticform[formId]": {"1"}, "mauticform[email]": {"zoe@example.org"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-GPC", "1")
	answer, body := r.send(request)
	if decode(t, body)["success"] != 1.0 || len(answer.Cookies()) != 0 || r.count("device") != 0 {
		t.Errorf("%s, cookies %v", body, answer.Cookies())
	}
	if c, err := contact.Find(t.Context(), r.db, r.results()[0].Contact); err != nil || c.Fields["email"] != "zoe@example.org" {
		t.Errorf("contact %+v, %v", c, err)
	}
}
