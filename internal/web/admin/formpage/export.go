package formpage

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/i18n"
	"ariane/internal/form"
	"ariane/internal/form/question"
)

// exportBatch is how many submissions are read at once, exportPatience how long the other side may take for them.
const (
	exportBatch    = 500
	exportPatience = 60 * time.Second
)

// export answers with the submissions of the list as a table, the latest first. It is sent while it is read.
func (d Deps) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	filter := readResultsRequest(f.ID, r.URL.Query()).filter(ctx)
	filter.After, filter.Limit = "", exportBatch
	page, err := form.Results(ctx, d.DB, filter) // before anything is sent, so that a failure becomes a page
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s.csv"`, orElse(f.Alias, "form"), d.Clock().UTC().Format(time.DateOnly)))
	h.Set("Cache-Control", "no-store")
	out := csv.NewWriter(w)
	if i18n.Lang(ctx) == i18n.French {
		out.Comma = ';' // what spreadsheets in French expect
	}
	out.UseCRLF = true
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil // nobody is listening any more
	}
	questions := questionsOf(f)
	head := []string{
		i18n.T(ctx, "formpage.export.number|Number"), i18n.T(ctx, "formpage.export.contact|Contact number"), i18n.T(ctx, "formpage.export.when|Received (UTC)"),
		i18n.T(ctx, "formpage.export.ip|IP address"), i18n.T(ctx, "formpage.result.page|Page"), i18n.T(ctx, "formpage.result.referrer|Came from"),
	}
	for _, q := range questions {
		head = append(head, inert(q.Label))
	}
	err = out.Write(head)
	for err == nil {
		for _, one := range page.Results {
			if err = out.Write(record(one, questions)); err != nil {
				break
			}
		}
		out.Flush()
		if err == nil {
			err = out.Error()
		}
		if filter.After = page.Next; err != nil || filter.After == "" {
			break
		}
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportPatience))
		page, err = form.Results(ctx, d.DB, filter)
	}
	if err != nil {
		panic(http.ErrAbortHandler) // half a table must not look like a whole one
	}
	return nil
}

func record(one form.Result, questions []question.Field) []string {
	contact := ""
	if one.Contact != 0 {
		contact = strconv.FormatInt(int64(one.Contact), 10)
	}
	row := []string{strconv.FormatInt(int64(one.ID), 10), contact, one.At.UTC().Format(time.DateTime), one.IP, inert(one.Page), inert(one.Referrer)}
	given := map[string]string{}
	for _, a := range one.Answers {
		given[a.Alias] = a.Text()
	}
	for _, q := range questions {
		row = append(row, inert(given[q.Alias]))
	}
	return row
}

// inert keeps a spreadsheet from taking an answer for a formula: what could begin one is marked as text. Numbers are
// none.
func inert(answer string) string {
	if _, err := strconv.ParseFloat(answer, 64); err == nil {
		return answer
	}
	if answer != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", []rune(answer)[0]) {
		return "'" + answer
	}
	return answer
}
