// Package param is in charge of what clients of the API send. Query strings and
// forms with brackets in their names (where[0][col]=city, tags[]=a) and JSON become
// the same tree, so that who reads it need not know how it was written.
package param
