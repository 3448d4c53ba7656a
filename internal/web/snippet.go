package web

// TrackingSnippet is what the owner of a web site pastes into each page, before
// </body>, for an Ariane at this address.
func TrackingSnippet(baseURL string) string {
	return `<script>
  window.MauticTrackingObject = 'mt';
  window.mt = window.mt || function () { (mt.q = mt.q || []).push(arguments) };
  (function (d) {
    var first = d.getElementsByTagName('script')[0], script = d.createElement('script');
    script.async = true;
    script.src = '` + baseURL + `/mtc.js';
    first.parentNode.insertBefore(script, first);
  })(document);
  mt('send', 'pageview');
</script>
<noscript><img src="` + baseURL + `/mtracking.gif" width="1" height="1" alt="" referrerpolicy="no-referrer-when-downgrade"></noscript>
`
}
