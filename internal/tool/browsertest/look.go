package browsertest

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axe is axe-core, under the licence beside it.
//
//go:embed axe/axe.min.js
var axe string

// Resize makes the page of another size in pixels.
func (b *Browser) Resize(width, height int) {
	b.t.Helper()
	b.settings.width, b.settings.height = width, height
	b.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		size := emulation.SetDeviceMetricsOverrideParams{Width: int64(width), Height: int64(height), DeviceScaleFactor: 1}
		_, err := cdp.Call(ctx, target, emulation.SetDeviceMetricsOverride, size)
		return err
	}))
}

// Dark makes the browser prefer dark pages, or light ones.
func (b *Browser) Dark(dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, media)
		return err
	}))
}

// Barriers are what keeps some people from using the page, as far as axe-core
// finds it: serious and critical violations only.
func (b *Browser) Barriers() []string {
	b.t.Helper()
	b.Eval("(() => { if (!window.axe) { "+axe+" } })()", nil)
	var found []struct {
		ID, Help, Impact string
		Nodes            []struct {
			HTML           string
			Target         []string
			FailureSummary string
		}
	}
	b.Eval(`axe.run({resultTypes: ["violations"]}).then(r => r.violations.filter(v => v.impact === "serious" || v.impact === "critical"))`, &found)
	var list []string
	for _, v := range found {
		for _, n := range v.Nodes {
			list = append(list, fmt.Sprintf("%s (%s): %.160s: %s", v.ID, v.Impact, n.HTML, strings.Join(strings.Fields(n.FailureSummary), " ")))
		}
	}
	return list
}

// Overflow tells by how many pixels the page is wider than the window.
func (b *Browser) Overflow() int {
	b.t.Helper()
	var n int
	b.Eval("document.scrollingElement.scrollWidth - document.documentElement.clientWidth", &n)
	return n
}

// Weight is how many bytes the page is made of, compressed as they were sent.
func (b *Browser) Weight() int {
	b.t.Helper()
	var n int
	b.Eval(`[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].reduce((sum, e) => sum + e.encodedBodySize, 0)`, &n)
	return n
}

// Crowded are the controls that a finger hits badly: lower than least pixels, or
// touching another one beside or below it. Links within a text do not count, nor
// the parts of one choice.
func (b *Browser) Crowded(least int) []string {
	b.t.Helper()
	var list []string
	b.Eval(fmt.Sprintf(`(() => {
		const shown = [...document.querySelectorAll("button, summary, select, input:not([type=hidden], [type=checkbox], [type=radio]), textarea, a.button, a.chip, nav a, th a, label:has(input[type=checkbox], input[type=radio])")]
			.filter(e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length && !e.closest(".only-read, .crumbs"))
		const name = e => e.tagName.toLowerCase() + (e.className && "." + String(e.className).split(" ").join(".")) + " " + JSON.stringify((e.textContent.trim() || e.name || "").slice(0, 30))
		const found = shown.filter(e => e.getBoundingClientRect().height < %d).map(e => name(e) + " is " + Math.round(e.getBoundingClientRect().height) + " pixels high")
		const alone = shown.filter(e => e.matches(".button, .chip"))
		for (const [i, a] of alone.entries()) for (const c of alone.slice(i + 1)) {
			const p = a.getBoundingClientRect(), q = c.getBoundingClientRect()
			const apart = Math.max(p.left - q.right, q.left - p.right, p.top - q.bottom, q.top - p.bottom)
			if (apart < 2) found.push(name(a) + " touches " + name(c))
		}
		return found
	})()`, least), &list)
	return list
}
