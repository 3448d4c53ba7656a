// Package assets is in charge of the files a browser fetches once: style sheet,
// script, faces and icon of the site. Each is served under a name that holds
// the hash of its content, and may be kept for ever.
//
// The style sheet is our own, css/*.css put together in the order of their
// names: one set of tokens gives both themes through light-dark(), which a
// framework's own dark variants would not let the server choose without a
// script. The faces under vendor come with their licence.
package assets
