package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds every wait; a page that needs longer is broken.
const patience = 20 * time.Second

// Browser is one tab. Its methods end the test when they fail.
type Browser struct {
	t        testing.TB
	ctx      context.Context
	settings settings

	mu       sync.Mutex
	problems []string
}

func newTab(t testing.TB, parent context.Context, s settings, options ...chromedp.ContextOption) *Browser {
	t.Helper()
	b := &Browser{t: t, settings: s}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(b.listen))...)
	t.Cleanup(cancel)
	b.ctx = ctx
	err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		// The window of a browser is larger than its page, and never as narrow as a telephone.
		size := emulation.SetDeviceMetricsOverrideParams{Width: int64(s.width), Height: int64(s.height), DeviceScaleFactor: 1}
		_, err := cdp.Call(ctx, target, emulation.SetDeviceMetricsOverride, size)
		if s.scripts || err != nil {
			return err
		}
		_, err = cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	if err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return b
}

// Tab opens another tab of the same profile.
func (b *Browser) Tab() *Browser {
	b.t.Helper()
	return newTab(b.t, b.ctx, b.settings)
}

// Do runs chromedp's own actions, for what has no method here.
func (b *Browser) Do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := b.try(actions...); err != nil {
		b.fail(err)
	}
}

func (b *Browser) try(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

func (b *Browser) fail(err error) {
	b.t.Helper()
	address, _ := b.eval("location.href")
	b.t.Fatalf("%v\npage: %s\nproblems: %q", err, address, b.Problems())
}

// Visit goes to an address and waits until it has loaded.
func (b *Browser) Visit(address string) {
	b.t.Helper()
	if err := b.try(chromedp.Navigate(address)); err != nil {
		b.fail(fmt.Errorf("visit %s: %w", address, err))
	}
}

// Back returns to the page before, as the button of the browser does, without waiting for it.
func (b *Browser) Back() {
	b.t.Helper()
	b.Eval("history.back()", nil)
}

func (b *Browser) eval(expression string) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[*string](
		"Promise.resolve("+expression+").then((v) => JSON.stringify(v === undefined ? null : v))",
		chromedp.EvalAwaitPromise,
	))
	if err != nil {
		return nil, err
	}
	return json.RawMessage(*text), nil
}

// Eval runs a JavaScript expression in the page, waits for it if it is a promise, and stores its value, unless
// into is nil.
func (b *Browser) Eval(expression string, into any) {
	b.t.Helper()
	value, err := b.eval(expression)
	if err == nil && into != nil {
		err = json.Unmarshal(value, into)
	}
	if err != nil {
		b.fail(fmt.Errorf("evaluate %s: %w", expression, err))
	}
}

// String is the value of a JavaScript expression as a text.
func (b *Browser) String(expression string) string {
	b.t.Helper()
	var text string
	b.Eval("String("+expression+")", &text)
	return text
}

// WaitFor waits until a JavaScript expression is true, across navigations.
func (b *Browser) WaitFor(expression string) {
	b.t.Helper()
	var last error
	ok := b.until(func() bool {
		value, err := b.eval("!!(" + expression + ")")
		last = err
		return err == nil && string(value) == "true"
	})
	if !ok {
		b.fail(fmt.Errorf("never true: %s (%v)", expression, last))
	}
}

// Until waits until done is true, for what can be seen outside of the page.
func (b *Browser) Until(what string, done func() bool) {
	b.t.Helper()
	if !b.until(done) {
		b.fail(fmt.Errorf("never happened: %s", what))
	}
}

func (b *Browser) until(done func() bool) bool {
	tick := time.NewTicker(15 * time.Millisecond)
	defer tick.Stop()
	end := time.After(patience)
	for !done() {
		select {
		case <-tick.C:
		case <-end:
			return false
		}
	}
	return true
}

// plainSpaces makes those that keep words on one line ordinary ones.
const plainSpaces = `.replace(/[\u00a0\u202f]/g, " ")`

// Text is the visible text of the first element that the selector finds, once
// there is one, with ordinary spaces.
func (b *Browser) Text(selector string) string {
	b.t.Helper()
	element := "document.querySelector(" + strconv.Quote(selector) + ")"
	b.WaitFor(element)
	return strings.TrimSpace(b.String(element + ".innerText" + plainSpaces))
}

// WaitText waits until the visible text of the page contains text, with ordinary
// spaces.
func (b *Browser) WaitText(text string) {
	b.t.Helper()
	b.WaitFor("document.body && document.body.innerText" + plainSpaces + ".includes(" + strconv.Quote(text) + ")")
}

// Count is the number of elements that the selector finds now.
func (b *Browser) Count(selector string) int {
	b.t.Helper()
	var n int
	b.Eval("document.querySelectorAll("+strconv.Quote(selector)+").length", &n)
	return n
}

// Fill replaces what a text field holds, by typing.
func (b *Browser) Fill(selector, text string) {
	b.t.Helper()
	css := chromedp.CSS(selector)
	b.Do(chromedp.WaitVisible(css))
	b.Eval("document.querySelector("+strconv.Quote(selector)+").value = ''", nil)
	b.Do(chromedp.SendKeys(css, text))
}

// Click clicks the first visible element that the selector finds.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	css := chromedp.CSS(selector)
	b.Do(chromedp.WaitVisible(css), chromedp.Click(css))
}

// Screenshot writes the whole page as a PNG file.
func (b *Browser) Screenshot(path string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(path, picture, 0o644)
	}
	if err != nil {
		b.fail(err)
	}
}

// Problems are the uncaught errors, console errors and refused resources seen so far in this tab.
func (b *Browser) Problems() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.problems)
}

// NoProblems fails the test when the pages reported any.
func (b *Browser) NoProblems() {
	b.t.Helper()
	if problems := b.Problems(); len(problems) > 0 {
		b.t.Errorf("the page reported %q", problems)
	}
}

func (b *Browser) listen(event any) {
	var problem string
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		problem = e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			problem += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			problem = "console.error"
			for _, a := range e.Args {
				problem += fmt.Sprintf(" %s%s", a.Value, a.Description)
			}
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.HasSuffix(e.Entry.URL, "/favicon.ico") {
			problem = e.Entry.Text + " " + e.Entry.URL
		}
	}
	if problem != "" {
		b.mu.Lock()
		b.problems = append(b.problems, problem)
		b.mu.Unlock()
	}
}

// URL is the address of a server of this machine under another name.
func URL(host, server string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic(err)
	}
	u.Host = host + ":" + u.Port()
	return u.String()
}
