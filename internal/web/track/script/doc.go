// Package script holds mtc.js, the script that sites load to have their visitors followed. It is written
// in small TypeScript modules under src, bundled into mtc.js by go generate.
//
// What the script promises to sites (the queue, MauticJS, the DOM events) is compatible with the snippets
// already pasted in their pages. Loading it creates nothing: a browser gets its token with the first view
// that the page asks for, or with the first form it submits.
package script
