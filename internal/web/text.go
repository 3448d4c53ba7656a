package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"ariane/internal/base/fault"
)

// readTexts reads what a browser sent, before any handler does, and takes out
// what is no text: a database would refuse it. What cannot be read as a whole is
// not half a form.
func readTexts(r *http.Request) error {
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(maxPageBody)
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return err
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) && r.Method == http.MethodPost {
		return fault.Refused(fmt.Errorf("read form: %w", err), fault.Text{})
	}
	cleanTexts(r.Form)
	cleanTexts(r.PostForm)
	if query := r.URL.Query(); cleanTexts(query) {
		r.URL.RawQuery = query.Encode()
	}
	return nil
}

// cleanTexts tells whether there was anything to clean.
func cleanTexts(all url.Values) (changed bool) {
	for _, values := range all {
		for i, v := range values {
			if utf8.ValidString(v) && !strings.ContainsRune(v, 0) {
				continue
			}
			values[i] = strings.ToValidUTF8(strings.ReplaceAll(v, "\x00", ""), "")
			changed = true
		}
	}
	return changed
}
