// Package layout is in charge of the frame around every page: document, side
// bar, head of a page, and the bare frame of log-in and errors. It knows which
// sections exist; the pages say which one they belong to.
package layout
