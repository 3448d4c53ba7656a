// Package browsertest is in charge of a real Chromium for tests: one fresh profile per Open, tabs that share
// it, waiting on conditions, and the problems that pages reported.
//
// The browser reaches this machine only. Every name under .localhost and .test leads to 127.0.0.1, so that a
// test plays several sites with URL("site.localhost", server). Names under .localhost are different sites to
// the browser (their cookies are third-party to one another) and are trusted as if they were https: Secure
// cookies work there; names under .test behave like plain http.
//
// Tests are skipped where there is no Chromium, unless CI is set in the environment.
package browsertest
