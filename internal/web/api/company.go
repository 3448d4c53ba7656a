package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/company"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/web"
)

func (a *door) companyResource() resource {
	return resource{one: "company", many: "companies", path: "/companies", encode: a.encodeCompanies, create: a.createCompany, edit: a.editCompany,
		remove: func(ctx context.Context, tx *db.Tx, number int64) error {
			return company.Delete(ctx, tx, id.Company(number), caller(ctx, false))
		}}
}

// companyCalls are the endpoints of companies, under their path.
func (a *door) companyCalls() []call {
	list := append([]call{{"GET", "", a.companies}, {"GET", "/{$}", a.companies}, {"GET", "/{id}", a.company}}, a.writes(a.companyResource())...)
	return append(list, call{"POST", "/{id}/contact/{one}/{other}", a.belong})
}

// caller is who calls, as the one who changes a company.
func caller(ctx context.Context, batch bool) company.By {
	u := web.User(ctx)
	by := company.By{Source: activity.SourceAPI, Object: "api-single", ID: int64(u.ID), Name: u.Name(), User: u.ID}
	if batch {
		by.Object = "api-batch"
	}
	return by
}

// companyOrders maps the names of columns, in any spelling, to the orders there are.
var companyOrders = map[string]company.Sort{"": company.SortID, "id": company.SortID, "companyname": company.SortName, "name": company.SortName, "score": company.SortScore,
	"datemodified": company.SortChanged}

// companies answers GET /companies.
func (a *door) companies(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	f, err := readCompanies(q)
	if err != nil {
		return err
	}
	f.User = web.User(ctx).ID
	total, err := company.Count(ctx, a.DB, f, 0)
	if err != nil {
		return err
	}
	list := object{}
	for left := f.Limit; ; left -= slice {
		one := f
		if one.Limit = slice; f.Limit > 0 {
			one.Limit = min(left, slice)
		}
		page, err := company.List(ctx, a.DB, one)
		if err != nil {
			return err
		}
		if err := a.listCompanies(ctx, &list, page.Companies); err != nil {
			return err
		}
		if page.Next == "" || f.Limit > 0 && left <= slice {
			break
		}
		f.After, f.Offset = page.Next, 0
	}
	return web.JSON(w, http.StatusOK, object{{"total", strconv.Itoa(total)}, {"companies", list}})
}

func readCompanies(q url.Values) (company.Filter, error) {
	f := company.Filter{Text: q.Get("search"), Offset: number(q.Get("start"), 0), Limit: number(q.Get("limit"), pageSize)}
	for name := range q {
		if strings.HasPrefix(name, "where[") || strings.HasPrefix(name, "order[") {
			return f, refused(name[:5], fault.Say("api.unsupported|This parameter is not supported; use search, orderBy and orderByDir."))
		}
	}
	column := q.Get("orderBy")
	if i := strings.LastIndexByte(column, '.'); i >= 0 {
		column = column[i+1:]
	}
	sort, known := companyOrders[strings.ToLower(strings.ReplaceAll(strings.TrimSpace(column), "_", ""))]
	if !known {
		return f, refused("orderBy", fault.Say("api.order.unknown|There is no column %s.", q.Get("orderBy")))
	}
	// Names rise unless turned, all others fall.
	f.Sort, f.Turned = sort, strings.EqualFold(q.Get("orderByDir"), "desc") == (sort == company.SortName)
	return f, nil
}

func (a *door) listCompanies(ctx context.Context, list *object, companies []company.Company) error {
	e, err := newCompanyEncoder(ctx, a.DB, shape{listed: true})
	if err != nil {
		return err
	}
	for _, c := range companies {
		raw, err := e.company(c)
		if err != nil {
			return err
		}
		*list = append(*list, member{strconv.FormatInt(int64(c.ID), 10), raw})
	}
	return nil
}

// company answers GET /companies/{id}.
func (a *door) company(w http.ResponseWriter, r *http.Request) error {
	if !digits(r.PathValue("id")) {
		return notFound(w, r)
	}
	number, err := web.PathID[int64](r, "id")
	if err != nil {
		return err
	}
	return a.companyResource().show(r.Context(), w, http.StatusOK, number, shape{})
}

// belong answers calls that let a contact belong to a company, or no longer: what is to
// be done stands after the number of the contact, in old clients before it.
func (a *door) belong(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	what, who := r.PathValue("other"), r.PathValue("one")
	if !digits(who) {
		what, who = who, what
	}
	change := map[string]func(context.Context, *db.Tx, id.Contact, id.Company, company.By) error{"add": company.Join, "remove": company.Leave}[what]
	if change == nil || !digits(who) || !digits(r.PathValue("id")) {
		return notFound(w, r)
	}
	c, err := web.PathID[id.Company](r, "id")
	if err != nil {
		return err
	}
	number, err := strconv.ParseInt(who, 10, 64)
	if err != nil {
		return missing("contact", number)
	}
	if err := a.DB.Do(ctx, func(tx *db.Tx) error { return change(ctx, tx, id.Contact(number), c, caller(ctx, false)) }); err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, object{{"success", 1}})
}

// companyEncoder writes companies as JSON.
type companyEncoder struct {
	*encoder
	set *field.Set
}

func newCompanyEncoder(ctx context.Context, d *db.DB, s shape) (companyEncoder, error) {
	set, err := field.OfCompanies(ctx, d)
	return companyEncoder{&encoder{db: d, shape: s}, set}, err
}

func (e companyEncoder) company(c company.Company) (json.RawMessage, error) {
	var number any = c.ID
	if e.gone {
		number = nil
	}
	all, groups := object{{"id", number}}, object{}
	values := contact.Contact{Fields: c.Fields}
	for _, g := range field.Groups() {
		list := inOrder(e.set.Group(g))
		entries := object{}
		for _, f := range list {
			value := json.RawMessage(e.value(f, values))
			o := json.RawMessage(append(append(append(e.head(f), value...), `,"normalizedValue":`...), append(normalised(f, values, value), '}')...))
			entries, all = append(entries, member{f.Alias, o}), append(all, member{f.Alias, value})
		}
		switch {
		case len(entries) > 0:
			groups = append(groups, member{string(g), entries})
		case e.fresh:
			groups = append(groups, member{string(g), []string{}})
		}
	}
	if !e.fresh {
		groups = append(groups, member{"other", []string{}})
	}
	groups = append(groups, member{"all", all})
	return object{
		{"isPublished", true}, {"dateAdded", date(c.Added)}, {"dateModified", date(c.Modified)}, {"createdBy", idOrNull(c.CreatedBy)}, {"createdByUser", orNull(c.CreatedByUser)},
		{"modifiedBy", idOrNull(c.ModifiedBy)}, {"modifiedByUser", orNull(c.ModifiedByUser)}, {"id", number}, {"score", c.Score}, {"fields", groups},
	}.MarshalJSON()
}

func (e companyEncoder) head(f field.Field) []byte {
	if e.fresh {
		return describeFresh(f)
	}
	return describe(f)
}

func (a *door) encodeCompanies(ctx context.Context, numbers []int64, s shape) (map[int64]json.RawMessage, error) {
	e, err := newCompanyEncoder(ctx, a.DB, s)
	if err != nil {
		return nil, err
	}
	items := map[int64]json.RawMessage{}
	for _, n := range numbers {
		c, err := company.Find(ctx, a.DB, id.Company(n))
		if fault.Is(err, fault.KindNotFound) {
			continue
		}
		if err == nil {
			items[n], err = e.company(c)
		}
		if err != nil {
			return nil, err
		}
	}
	return items, nil
}

// readCompany reads what was sent of a company. What no field is called is left out.
func readCompany(ctx context.Context, tx *db.Tx, s sent) (company.Edit, error) {
	e := company.Edit{Values: map[string]string{}, By: caller(ctx, s.batch)}
	set, err := field.OfCompanies(ctx, tx)
	if err != nil {
		return e, err
	}
	for _, f := range set.Published() {
		v := s.Get(f.Alias)
		if short, is := strings.CutPrefix(f.Alias, "company"); is && !v.Given() && f.Fixed {
			short = map[string]string{"name": "company", "city": "city", "state": "state", "country": "country"}[short]
			if short != "" {
				v = s.Get(short)
			}
		}
		switch {
		case v.List():
			e.Values[f.Alias] = strings.Join(v.Texts(field.Between), field.Between)
		case v.Given():
			e.Values[f.Alias] = v.Text()
		case s.whole:
			e.Values[f.Alias] = f.Default
		}
	}
	wrong := fault.Fields{}
	if v := s.Get("score"); !v.Blank() {
		n, ok := v.Int()
		score := int(n)
		if e.Score = &score; !ok {
			wrong.Add("score", invalid)
		}
	} else if s.whole {
		e.Score = new(int)
	}
	if e.Owner, err = owner(ctx, tx, s, wrong); err != nil {
		return e, err
	}
	return e, wrong.Err()
}

func (a *door) createCompany(ctx context.Context, tx *db.Tx, s sent) (int64, bool, error) {
	e, err := readCompany(ctx, tx, s)
	if err != nil {
		return 0, false, err
	}
	e.Anyway = s.unmatched || s.batch || s.Get("force").Truth(false)
	number, fresh, err := e.Save(ctx, tx)
	if err != nil {
		return 0, false, reworded(err, s.Value, nil)
	}
	return int64(number), fresh, nil
}

func (a *door) editCompany(ctx context.Context, tx *db.Tx, number int64, s sent) error {
	if _, err := company.Find(ctx, tx, id.Company(number)); err != nil {
		return err
	}
	e, err := readCompany(ctx, tx, s)
	if err != nil {
		return err
	}
	if err := company.Change(ctx, tx, id.Company(number), e); err != nil {
		return reworded(err, s.Value, nil)
	}
	return nil
}

// companiesOf answers GET /contacts/{id}/companies with rows as they are stored: all
// their values are texts.
func (a *door) companiesOf(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := a.find(r)
	switch {
	case err != nil:
		return err
	case c.ID == 0:
		return notFound(w, r)
	}
	members, err := company.Of(ctx, a.DB, []id.Contact{c.ID})
	if err != nil {
		return err
	}
	set, err := field.OfCompanies(ctx, a.DB)
	if err != nil {
		return err
	}
	rows := make([]object, 0, len(members[c.ID]))
	for _, m := range members[c.ID] {
		rows = append(rows, memberRow(set, m))
	}
	return web.JSON(w, http.StatusOK, object{{"total", len(rows)}, {"companies", rows}})
}

func memberRow(set *field.Set, m company.Member) object {
	c := m.Company
	number := strconv.FormatInt(int64(c.ID), 10)
	row := object{{"company_id", number}, {"date_associated", stamp(m.Added)}, {"is_primary", strconv.Itoa(int(db.Truth(m.Primary)))}, {"id", number}}
	add := func(name, value string) {
		if value != "" {
			row = append(row, member{name, value})
		}
	}
	user := func(u id.User) string { return strings.TrimPrefix(strconv.FormatInt(int64(u), 10), "0") }
	add("owner_id", user(c.Owner))
	add("is_published", "1")
	add("date_added", stamp(c.Added))
	add("created_by", user(c.CreatedBy))
	add("created_by_user", c.CreatedByUser)
	add("date_modified", stamp(c.Modified))
	add("modified_by", user(c.ModifiedBy))
	add("modified_by_user", c.ModifiedByUser)
	add("social_cache", "a:0:{}")
	add("score", strconv.Itoa(c.Score))
	for _, f := range inOrder(set.Published()) {
		add(f.Alias, c.Fields[f.Alias])
	}
	return row
}

// stamp is a time as rows have it, empty for never.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateTime)
}
