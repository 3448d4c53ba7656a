package consentpage

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/i18n"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// basisName is a lawful basis for people.
func basisName(ctx context.Context, b consent.Basis) string {
	switch b {
	case consent.ByConsent:
		return i18n.T(ctx, "consent.basis.consent|consent")
	case consent.ByInterest:
		return i18n.T(ctx, "consent.basis.interest|legitimate interest")
	case consent.ByContract:
		return i18n.T(ctx, "consent.basis.contract|contract")
	case consent.ByLaw:
		return i18n.T(ctx, "consent.basis.law|legal obligation")
	case consent.ByVital:
		return i18n.T(ctx, "consent.basis.vital|vital interest")
	}
	return i18n.T(ctx, "consent.basis.public|public interest")
}

// purposes are those there are by number.
func (d Deps) purposes(ctx context.Context) (list []consent.Purpose, names map[int64]string, err error) {
	list, err = consent.Purposes(ctx, d.DB)
	names = map[int64]string{}
	for _, p := range list {
		names[p.ID] = p.Name(i18n.Lang(ctx))
	}
	return list, names, err
}

func (d Deps) addLedger(ctx context.Context, c contact.Contact, v *pageView, t typed) error {
	list, names, err := d.purposes(ctx)
	if err != nil {
		return err
	}
	entries, err := consent.Ledger(ctx, d.DB, c.ID)
	if err != nil {
		return err
	}
	for _, e := range entries {
		one := entryView{Given: e.Given, When: i18n.DateTime(ctx, e.At), Basis: basisName(ctx, e.Basis), Shown: e.Shown}
		one.Text = i18n.T(ctx, "consent.entry.withdrawn|Withdrawn: %s", names[e.Purpose])
		if e.Given {
			one.Text = i18n.T(ctx, "consent.entry.given|Given: %s", names[e.Purpose])
		}
		for _, detail := range []string{e.Place, e.IP, e.By.Name} {
			if detail != "" {
				one.Details = append(one.Details, detail)
			}
		}
		if e.Version != "" {
			one.VersionText = i18n.T(ctx, "consent.entry.shown|Text shown, version %s", e.Version)
		}
		v.Entries = append(v.Entries, one)
	}
	v.Purpose = ui.Input{Name: "purpose", Type: "select", Label: i18n.T(ctx, "consent.purpose|Purpose"), Value: strconv.FormatInt(t.entry.Purpose, 10), Wrong: t.wrong["purpose"]}
	for _, p := range list {
		if !p.Retired {
			v.Purpose.Choices = append(v.Purpose.Choices, ui.Choice{Value: strconv.FormatInt(p.ID, 10), Label: names[p.ID] + " (" + basisName(ctx, p.Basis) + ")"})
		}
	}
	given := "1"
	if t.entry.Purpose != 0 && !t.entry.Given {
		given = "0"
	}
	v.Given = ui.Input{Name: "given", Type: "select", Label: i18n.T(ctx, "consent.given|What was said"), Value: given,
		Choices: []ui.Choice{{Value: "1", Label: i18n.T(ctx, "consent.given.yes|Consent given")}, {Value: "0", Label: i18n.T(ctx, "consent.given.no|Withdrawn, or objection")}}}
	v.At = ui.Input{Name: "at", Type: "datetime-local", Label: i18n.T(ctx, "consent.at|When"), Value: t.at, Wrong: t.wrong["at"], Optional: true, Help: i18n.T(ctx, "consent.at.help|Now, when empty.")}
	v.Place = ui.Input{Name: "place", Label: i18n.T(ctx, "consent.place|Where"), Value: t.entry.Place, Wrong: t.wrong["place"], Optional: true, Help: i18n.T(ctx, "consent.place.help|The address of a page, by telephone, on paper at the stand…")}
	v.Shown = ui.Input{Name: "shown", Type: "textarea", Rows: 3, Label: i18n.T(ctx, "consent.shown|Text that was agreed to"), Value: t.entry.Shown, Wrong: t.wrong["shown"], Optional: true}
	return nil
}

// exported is a line of the ledger as it leaves.
type exported struct {
	Number  int64  `json:"number"`
	At      string `json:"at"`
	Given   bool   `json:"given"`
	Purpose string `json:"purpose"`
	Basis   string `json:"basis"`
	Shown   string `json:"shown"`
	Version string `json:"version"`
	Place   string `json:"place"`
	IP      string `json:"ip"`
	By      string `json:"by"`
}

func (d Deps) exportable(r *http.Request) (contact.Contact, []exported, error) {
	c, err := d.find(r)
	if err != nil {
		return c, nil, err
	}
	_, names, err := d.purposes(r.Context())
	if err != nil {
		return c, nil, err
	}
	entries, err := consent.Ledger(r.Context(), d.DB, c.ID)
	list := []exported{}
	for _, e := range slices.Backward(entries) {
		list = append(list, exported{e.ID, e.At.UTC().Format(time.RFC3339), e.Given, names[e.Purpose], string(e.Basis), e.Shown, e.Version, e.Place, e.IP, e.By.Name})
	}
	return c, list, err
}

func attach(w http.ResponseWriter, c contact.Contact, ending string) {
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="consents-%d.%s"`, c.ID, ending))
	w.Header().Set("Cache-Control", "no-store")
}

func (d Deps) exportJSON(w http.ResponseWriter, r *http.Request) error {
	c, list, err := d.exportable(r)
	if err != nil {
		return err
	}
	attach(w, c, "json")
	return web.JSON(w, http.StatusOK, map[string]any{"contact": c.ID, "consents": list})
}

func (d Deps) exportCSV(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, list, err := d.exportable(r)
	if err != nil {
		return err
	}
	attach(w, c, "csv")
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	if i18n.Lang(ctx) == i18n.French {
		out.Comma = ';' // what spreadsheets in French expect
	}
	out.UseCRLF = true
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil // nobody is listening any more
	}
	rows := [][]string{{i18n.T(ctx, "consent.export.number|Number"), i18n.T(ctx, "consent.export.when|When (UTC)"), i18n.T(ctx, "consent.given|What was said"), i18n.T(ctx, "consent.purpose|Purpose"),
		i18n.T(ctx, "consent.basis|Lawful basis"), i18n.T(ctx, "consent.shown|Text that was agreed to"), i18n.T(ctx, "consent.export.version|Version of the text"), i18n.T(ctx, "consent.place|Where"),
		i18n.T(ctx, "consent.export.ip|IP address"), i18n.T(ctx, "consent.export.by|By")}}
	for _, e := range list {
		said := i18n.T(ctx, "consent.given.no|Withdrawn, or objection")
		if e.Given {
			said = i18n.T(ctx, "consent.given.yes|Consent given")
		}
		rows = append(rows, []string{strconv.FormatInt(e.Number, 10), e.At, said, inert(e.Purpose), e.Basis, inert(e.Shown), e.Version, inert(e.Place), e.IP, inert(e.By)})
	}
	_ = out.WriteAll(rows) // that somebody left meanwhile is no failure of ours
	return nil
}

// inert keeps spreadsheets from taking a text for a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}
