package contactpage

import (
	"context"
	"net/http"
	"strconv"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/company"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// companyRow is a company that a contact belongs to.
type companyRow struct {
	ID, Name, URL, Since string
	Primary              bool
}

func companyRows(ctx context.Context, list []company.Member) []companyRow {
	var rows []companyRow
	for _, m := range list {
		rows = append(rows, companyRow{ID: strconv.FormatInt(int64(m.Company.ID), 10), Name: m.Company.Name(), URL: web.CompanyURL(m.Company.ID), Primary: m.Primary,
			Since: i18n.T(ctx, "contactpage.since|since %s", i18n.Date(ctx, m.Added))})
	}
	return rows
}

func companyNames(list []company.Company) []string {
	var names []string
	for _, c := range list {
		names = append(names, c.Name())
	}
	return names
}

// changeCompanies lets the contact belong to the company that was typed, which is made
// where there is none of this name; makes one the primary company; or takes the contact
// out of one.
func (d Deps) changeCompanies(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	u := web.User(ctx)
	by := company.By{Source: activity.SourceUser, Object: "user", ID: int64(u.ID), Name: u.Name(), User: u.ID}
	number := func(name string) (id.Company, bool) {
		n, err := strconv.ParseInt(r.PostFormValue(name), 10, 64)
		return id.Company(n), err == nil
	}
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		if n, given := number("remove"); given {
			return company.Leave(ctx, tx, c.ID, n, by)
		}
		if n, given := number("primary"); given {
			return company.MakePrimary(ctx, tx, c.ID, n, by)
		}
		typed := r.PostFormValue("company")
		n, err := company.Named(ctx, tx, typed)
		if err == nil && n == 0 {
			n, err = company.Add(ctx, tx, company.Edit{Values: map[string]string{field.CompanyName: typed}, By: by})
		}
		if err != nil {
			return err
		}
		return company.Join(ctx, tx, c.ID, n, by)
	})
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
		m := f.Fields[field.CompanyName]
		web.Say(r, ui.Red, i18n.T(ctx, m.Key, m.Args...))
	} else if err != nil {
		return err
	}
	return web.Redirect(w, r, web.ContactURL(c.ID)+"#companies")
}
