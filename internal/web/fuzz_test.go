package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"ariane/internal/visit"
)

// Whatever cookies say, they name a device in our form or none, and a theme that
// there is.
func FuzzCookie(f *testing.F) {
	for _, seed := range []string{"mautic_device_id=0123456789abcdef0123456789abcdef", "mautic_device_id=\"x\"; ariane_theme=dark", "=;;=", "mautic_device_id=\x00; mautic_device_id=0123456789abcdef0123456789abcdef",
		"ariane_theme=\"><script>; ariane_language=xx"} {
		f.Add(seed, "fedcba9876543210fedcba9876543210")
	}
	f.Fuzz(func(t *testing.T, cookies, sent string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Cookie", cookies)
		if token := DeviceToken(r, sent); token != "" && !visit.WellFormed(token) {
			t.Errorf("token %q", token)
		}
		if found := theme(r); found != "" && found != "light" && found != "dark" {
			t.Errorf("theme %q", found)
		}
		w := httptest.NewRecorder()
		ForgetVisitor(w, r, true)
		for _, c := range w.Result().Cookies() {
			if c.Value != "" || c.MaxAge >= 0 {
				t.Errorf("cookie %v", c)
			}
		}
	})
}
