package sitepage

import (
	"context"
	"strings"

	"ariane/internal/base/i18n"
	"ariane/internal/web"
)

// variant is one way to put the tracking code into a page.
type variant struct{ Title, Text, Code string }

// variants are those beside the usual code, for sites that need another.
func variants(ctx context.Context, baseURL string) []variant {
	fill := func(code string) string { return strings.ReplaceAll(code, "BASE", baseURL) }
	return []variant{
		{
			i18n.T(ctx, "sitepage.variant.consent|Only after consent"),
			i18n.T(ctx, "sitepage.variant.consent.text|Nothing is loaded until your banner calls followVisitor(). When somebody changes their mind, call mt('consent', 'deny')."),
			fill(consentCode),
		},
		{
			i18n.T(ctx, "sitepage.variant.plain|Without inline script"),
			i18n.T(ctx, "sitepage.variant.plain.text|For sites whose Content-Security-Policy forbids inline scripts. Allow the address above in script-src, connect-src and img-src."),
			fill(plainCode),
		},
		{
			i18n.T(ctx, "sitepage.variant.pixel|Image only"),
			i18n.T(ctx, "sitepage.variant.pixel.text|For pages where no script may run. It knows the page by the address the browser tells, and cannot see who comes back where cookies are blocked."),
			fill(pixelCode),
		},
	}
}

// usual is the code for most sites.
func usual(baseURL string) string { return web.TrackingSnippet(baseURL) }

const consentCode = `<script>
  window.MauticTrackingObject = 'mt';
  window.mt = window.mt || function () { (mt.q = mt.q || []).push(arguments) };
  function followVisitor() {
    var first = document.getElementsByTagName('script')[0], script = document.createElement('script');
    script.async = true;
    script.src = 'BASE/mtc.js';
    first.parentNode.insertBefore(script, first);
    mt('consent', 'grant');
    mt('send', 'pageview');
  }
</script>
`

const plainCode = `<script async crossorigin="anonymous" src="BASE/mtc.js" data-send="pageview"></script>
<noscript><img src="BASE/mtracking.gif" width="1" height="1" alt="" referrerpolicy="no-referrer-when-downgrade"></noscript>
`

const pixelCode = `<img src="BASE/mtracking.gif" width="1" height="1" alt="" referrerpolicy="no-referrer-when-downgrade">
`
