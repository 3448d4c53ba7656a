package browsertest

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// agent is how the browser presents itself: one that calls itself headless is a bot to Ariane.
const agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"

type settings struct {
	flags       map[string]any
	preferences map[string]any
	scripts     bool
	width       int
	height      int
}

// Option changes how the browser starts.
type Option func(*settings)

// Flag sets a command line switch of Chromium.
func Flag(name string, value any) Option {
	return func(s *settings) { s.flags[name] = value }
}

// Language is what the browser asks sites for, such as "fr-FR".
func Language(tag string) Option {
	return func(s *settings) {
		s.flags["lang"] = tag
		s.flags["accept-lang"] = tag
	}
}

// WithoutScripts refuses JavaScript in pages; Eval still works.
func WithoutScripts() Option {
	return func(s *settings) { s.scripts = false }
}

// WithoutThirdPartyCookies refuses the cookies of every site but the one in the address bar.
func WithoutThirdPartyCookies() Option {
	return func(s *settings) {
		s.preferences["cookie_controls_mode"] = 1
		s.preferences["block_third_party_cookies"] = true
	}
}

// Window is the size of the page in pixels.
func Window(width, height int) Option {
	return func(s *settings) { s.width, s.height = width, height }
}

// executable is where Chromium was found, empty where there is none.
func executable() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Open starts a browser with an empty profile and one tab; it is closed when the test ends.
func Open(t testing.TB, options ...Option) *Browser {
	t.Helper()
	path := executable()
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no Chromium here, and CI is set")
		}
		t.Skip("there is no Chromium here")
	}
	s := settings{flags: map[string]any{}, preferences: map[string]any{"cookie_controls_mode": 0}, scripts: true, width: 1280, height: 900}
	for _, o := range options {
		o(&s)
	}
	profile, err := os.MkdirTemp("", "browsertest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(profile) })
	writePreferences(t, profile, s.preferences)

	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.WindowSize(s.width, s.height),
		chromedp.UserAgent(agent),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("host-resolver-rules", "MAP *.localhost 127.0.0.1, MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
	)
	for name, value := range s.flags {
		flags = append(flags, chromedp.Flag(name, value))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(stop)
	return newTab(t, allocator, s, chromedp.WithErrorf(func(string, ...any) {}))
}

func writePreferences(t testing.TB, profile string, preferences map[string]any) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"profile": maps.Clone(preferences)})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(profile, "Default")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "Preferences"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}
