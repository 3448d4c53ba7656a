package stagepage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/base/setting"
	"ariane/internal/category"
	"ariane/internal/search"
	"ariane/internal/stage"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const listURL = "/s/stages"

func at(what string, number int64) string {
	return listURL + "/" + what + "/" + strconv.FormatInt(number, 10)
}

// contactsURL is the list of everybody at a stage.
func contactsURL(words string) string {
	return "/s/contacts?" + url.Values{"search": {words}}.Encode()
}

// quotable takes out of a name what would end it between quotes.
var quotable = strings.NewReplacer("%", `\%`, `"`, "%")

// searched is a stage in the words of a search.
func searched(s stage.Stage) string {
	t := search.Value("stage", quotable.Replace(s.Name))
	t.Strict = true
	return t.String()
}

// listView is the list of stages.
type listView struct {
	Under    string
	Rows     []row
	Underway []progressRow
	Forward  bool
}

type row struct {
	Number, Name, Description, Weight, Contacts string
	Category                                    *category.Category
	Badges                                      []badge
	First, Last                                 bool
	ListURL, EditURL, MergeURL, DropURL         string
}

type badge struct {
	Tone ui.Tone
	Text string
}

// progressRow is how far a merge or a deletion has come.
type progressRow struct{ Text, Done, All, StopURL string }

func (d Deps) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := stage.Load(ctx, d.DB)
	if err != nil {
		return err
	}
	categories, err := d.categories(ctx, f)
	if err != nil {
		return err
	}
	v := listView{Forward: f.Forward}
	v.Under = i18n.N(ctx, int(f.Contacts()), "stagepage.under|%s contact is on its way|%s contacts are on their way", i18n.Number(ctx, int(f.Contacts())))
	for i, s := range f.Stages {
		one := row{Number: strconv.FormatInt(s.ID, 10), Name: s.Name, Description: s.Description, Weight: i18n.Number(ctx, int(s.Weight)), Contacts: i18n.N(ctx, int(s.Contacts), "stagepage.contacts|%s contact|%s contacts", i18n.Number(ctx, int(s.Contacts))),
			Badges: badges(ctx, s, d.Clock()), First: i == 0, Last: i == len(f.Stages)-1, ListURL: contactsURL(searched(s)), EditURL: at("edit", s.ID), MergeURL: at("merge", s.ID), DropURL: at("delete", s.ID)}
		if c, found := categories[s.Category]; found {
			one.Category = &c
		}
		v.Rows = append(v.Rows, one)
	}
	if v.Underway, err = d.underway(ctx); err != nil {
		return err
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "stagepage.title|Stages"), Section: layout.Stages, Body: listPage(v)})
}

// categories are those of the stages.
func (d Deps) categories(ctx context.Context, f stage.Funnel) (map[int64]category.Category, error) {
	var numbers []int64
	for _, s := range f.Stages {
		if s.Category != 0 && !slices.Contains(numbers, s.Category) {
			numbers = append(numbers, s.Category)
		}
	}
	return category.Some(ctx, d.DB, numbers)
}

func badges(ctx context.Context, s stage.Stage, now time.Time) (list []badge) {
	switch {
	case !s.Published:
		list = append(list, badge{ui.Grey, i18n.T(ctx, "stagepage.closed|Not offered")})
	case now.Before(s.PublishUp):
		list = append(list, badge{ui.Amber, i18n.T(ctx, "stagepage.pending|Offered from %s", i18n.DateTime(ctx, s.PublishUp))})
	case !s.Open(now):
		list = append(list, badge{ui.Grey, i18n.T(ctx, "stagepage.over|Offered until %s", i18n.DateTime(ctx, s.PublishDown))})
	}
	return list
}

// arrange puts the stages in an order: one named up or down moves by a place, or all are
// named in "order".
func (d Deps) arrange(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	err := d.DB.Do(ctx, func(tx *db.Tx) error {
		f, err := stage.Load(ctx, tx)
		if err != nil {
			return err
		}
		var order []int64
		for _, s := range f.Stages {
			order = append(order, s.ID)
		}
		for name, step := range map[string]int{"up": -1, "down": 1} {
			n, err := strconv.ParseInt(r.PostForm.Get(name), 10, 64)
			i := slices.Index(order, n)
			if err == nil && i >= 0 && i+step >= 0 && i+step < len(order) {
				order[i], order[i+step] = order[i+step], order[i]
			}
		}
		if text := r.PostForm.Get("order"); text != "" {
			order = nil
			for one := range strings.SplitSeq(text, ",") {
				n, err := strconv.ParseInt(one, 10, 64)
				if err != nil {
					return fault.Refused(err, fault.Text{})
				}
				order = append(order, n)
			}
		}
		return stage.Place(ctx, tx, order)
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, listURL)
}

// forward chooses whether contacts may go back.
func (d Deps) forward(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	only := r.PostFormValue("forward") == "1"
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return setting.Set(ctx, tx, setting.ForwardOnly, only) }); err != nil {
		return err
	}
	if only {
		web.Say(r, ui.Green, i18n.T(ctx, "stagepage.forward.on|From now on contacts only go forward."))
	} else {
		web.Say(r, ui.Green, i18n.T(ctx, "stagepage.forward.off|From now on contacts may go back as well."))
	}
	return web.Redirect(w, r, listURL)
}

func (d Deps) underway(ctx context.Context) ([]progressRow, error) {
	list, err := stage.Underway(ctx, d.DB)
	var rows []progressRow
	for _, m := range list {
		one := progressRow{Done: strconv.FormatInt(m.Moved, 10), All: strconv.FormatInt(max(m.Contacts, m.Moved, 1), 10), StopURL: at("stop", m.From)}
		done, all := i18n.Number(ctx, int(m.Moved)), i18n.Number(ctx, int(m.Contacts))
		if m.Into == 0 {
			one.Text = i18n.T(ctx, "stagepage.deleting|“%s” is being deleted: %s of %s contacts", m.Name, done, all)
		} else {
			one.Text = i18n.T(ctx, "stagepage.merging|“%s” is being merged into “%s”: %s of %s contacts", m.Name, m.IntoName, done, all)
		}
		rows = append(rows, one)
	}
	return rows, err
}

// progress answers with what is under way, empty when nothing is.
func (d Deps) progress(w http.ResponseWriter, r *http.Request) error {
	rows, err := d.underway(r.Context())
	if err != nil {
		return err
	}
	return web.ShowPart(w, r, progressPart(rows))
}

func (d Deps) stop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	number, err := web.PathID[int64](r, "id")
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return stage.Stop(ctx, tx, number) }); err != nil {
		return err
	}
	web.Say(r, ui.Amber, i18n.T(ctx, "stagepage.stopped|Stopped. Who is still at the stage stays there; what was done stays done."))
	return web.Redirect(w, r, listURL)
}
