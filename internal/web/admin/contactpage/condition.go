package contactpage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/label"
	"ariane/internal/search"
	"ariane/internal/stage"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// typed is the choice of a condition in the words of the search.
const typed = "written"

// choiceGroup is a part of a choice.
type choiceGroup struct {
	Title   string
	Choices []ui.Choice
}

// conditionEditor is the page on which a condition is chosen.
type conditionEditor struct {
	Title  string
	Kept   []ui.Choice // hidden: the list, and which condition it is
	Groups []choiceGroup
	Field  string
	Asks   ui.Input
	Value  *ui.Input // nil where nothing is compared
	To     *ui.Input
	Remove string // empty for a new one
	Back   string
}

// chosenCondition is what somebody chose, or what stands in the search.
type chosenCondition struct {
	field     string // a command by its canonical name, or typed
	condition search.Condition
	name      string // of the command as it is to be written
	text      string // the whole in words, for typed
}

func (d Deps) condition(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := r.URL.Query()
	l := readListRequest(q)
	l.After = ""
	at, err := strconv.Atoi(q.Get("at"))
	if err != nil {
		at = -1
	}
	query, err := d.Language.Parse(ctx, l.Search, web.Who(ctx, d.Clock()))
	if fault.Is(err, fault.KindInvalid) {
		return web.Redirect(w, r, l.url())
	} else if err != nil {
		return err
	}
	conditions := query.Written.Conditions()
	if at < 0 || at >= len(conditions) {
		at = -1
	}
	var before search.Term
	if at >= 0 {
		before = conditions[at]
	}
	chosen, err := d.chosenCondition(ctx, q, before)
	if err != nil {
		return err
	}
	var refused *fault.Error
	if q.Get("do") == "apply" {
		term, err := d.term(ctx, chosen)
		if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
			refused = f
		} else if err != nil {
			return err
		} else {
			l.Search = query.Written.And(term).String()
			if at >= 0 {
				l.Search = query.Written.Replace(at, term).String()
			}
			return web.Redirect(w, r, l.url())
		}
	}
	e, err := d.newConditionEditor(ctx, l, query.Written, at, chosen, refused)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if refused != nil {
		status = http.StatusUnprocessableEntity
	}
	return web.Show(w, r, web.View{Title: e.Title, Section: layout.Contacts, Status: status, Body: conditionPage(e)})
}

// chosenCondition is what the form says, else the condition as it stands, else the
// beginning of a new one.
func (d Deps) chosenCondition(ctx context.Context, q url.Values, before search.Term) (chosenCondition, error) {
	is, ok, err := d.Language.Condition(ctx, before)
	if err != nil {
		return chosenCondition{}, err
	}
	name := before.Command
	if is.Ask == search.Filled || is.Ask == search.Missing {
		name = before.Text
	}
	switch {
	case q.Has("field"):
	case ok:
		return chosenCondition{field: is.Command.Name, condition: is, name: name}, nil
	case !before.Empty():
		return chosenCondition{field: typed, text: before.String()}, nil
	}
	c := chosenCondition{field: q.Get("field"), text: q.Get("value")}
	if c.field == typed {
		return c, nil
	}
	command, found, err := d.Language.Command(ctx, c.field)
	if err != nil {
		return c, err
	}
	if !found {
		return c, fault.NotFound(nil)
	}
	c.field, c.name = command.Name, wordOf(ctx, command.Name)
	if ok && is.Command.Name == command.Name {
		c.name = name
	}
	ask, negated := strings.CutPrefix(q.Get("ask"), "!")
	c.condition = search.Condition{Command: command, Not: negated, Ask: search.Ask(ask), Value: q.Get("value"), To: q.Get("to")}
	if asks := command.Asks(); !slices.Contains(asks, c.condition.Ask) || q.Has("was") && q.Get("was") != c.field {
		c.condition.Ask, c.condition.Not = asks[0], false
	}
	return c, nil
}

// term is the chosen condition as a part of the search.
func (d Deps) term(ctx context.Context, c chosenCondition) (search.Term, error) {
	who := web.Who(ctx, d.Clock())
	if c.field != typed {
		return d.Language.Term(ctx, c.condition, c.name, wordOf(ctx, "has"), who)
	}
	query, err := d.Language.Parse(ctx, c.text, who)
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
		return search.Term{}, fault.Invalid(fault.Fields{"value": f.Message()})
	}
	if err == nil && query.Written.Empty() {
		err = fault.Invalid(fault.Fields{"value": fault.Say("search.value_missing|Say what to look for.")})
	}
	return query.Written, err
}

// wordOf is the name of a command in the language of who types.
func wordOf(ctx context.Context, command string) string {
	for _, g := range searchWords(ctx) {
		for _, w := range g.Words {
			if w.Command == command {
				return w.Name
			}
		}
	}
	return command
}

func (d Deps) newConditionEditor(ctx context.Context, l listRequest, whole search.Term, at int, chosen chosenCondition, refused *fault.Error) (conditionEditor, error) {
	wrong := fault.Fields{}
	if refused != nil {
		if wrong = refused.Fields; len(wrong) == 0 {
			wrong = fault.Fields{"value": refused.Message()}
		}
	}
	e := conditionEditor{Title: i18n.T(ctx, "contactpage.condition.add|Add a condition"), Field: chosen.field, Back: l.url(), Kept: l.keptWith(l.Search)}
	for _, value := range l.columnValues() {
		e.Kept = append(e.Kept, ui.Choice{Label: "column", Value: value})
	}
	if at >= 0 {
		e.Title = i18n.T(ctx, "contactpage.condition.edit|Change the condition")
		e.Remove = l.with(func(l *listRequest) { l.Search = whole.Replace(at, search.Term{}).String() })
		e.Kept = append(e.Kept, ui.Choice{Label: "at", Value: strconv.Itoa(at)})
	}
	e.Kept = append(e.Kept, ui.Choice{Label: "was", Value: chosen.field})
	var err error
	if e.Groups, err = d.conditionFields(ctx); err != nil {
		return e, err
	}
	value := ui.Input{Name: "value", Label: i18n.T(ctx, "contactpage.condition.value|Value"), Value: chosen.condition.Value, Wrong: wrong["value"], Complete: "off"}
	e.Value = &value
	if chosen.field == typed {
		value.Label, value.Value = i18n.T(ctx, "contactpage.condition.words|In the words of the search"), chosen.text
		return e, nil
	}
	c := chosen.condition
	e.Asks = ui.Input{Name: "ask", Type: "select", Label: i18n.T(ctx, "contactpage.condition.ask|Comparison"), Value: askValue(c.Ask, c.Not), Choices: askChoices(ctx, c.Command)}
	switch c.Ask {
	case search.Filled, search.Missing:
		e.Value = nil
	case search.Between:
		value.Label = i18n.T(ctx, "contactpage.condition.from|From")
		e.To = &ui.Input{Name: "to", Label: i18n.T(ctx, "contactpage.condition.to|To"), Value: c.To, Wrong: wrong["to"], Complete: "off"}
	}
	return e, d.offerValues(ctx, c, &value)
}

// offerValues lets a value be chosen, or suggests some.
func (d Deps) offerValues(ctx context.Context, c search.Condition, in *ui.Input) error {
	choose := func(list []ui.Choice) {
		in.Type, in.Choices = "select", list
		if !slices.ContainsFunc(list, func(o ui.Choice) bool { return o.Value == in.Value }) {
			for _, o := range list {
				if in.Value != "" && (field.Fold(o.Value) == field.Fold(in.Value) || field.Fold(o.Label) == field.Fold(in.Value)) {
					in.Value = o.Value
					return
				}
			}
			in.Choices = append([]ui.Choice{{Value: in.Value, Label: in.Value}}, list...)
		}
	}
	f := c.Command.Field
	switch {
	case c.Command.Name == "is":
		in.Value = search.Flag(in.Value)
		choose(flagChoices(ctx))
	case c.Command.Name == "tag":
		tags, err := label.All(ctx, d.DB, mostSuggested)
		for _, t := range tags {
			in.Suggest = append(in.Suggest, ui.Choice{Value: t.Name})
		}
		return err
	case c.Command.Name == "stage":
		stages, err := stage.Load(ctx, d.DB)
		for _, s := range stages.Stages {
			in.Suggest = append(in.Suggest, ui.Choice{Value: s.Name})
		}
		return err
	case c.Command.Name == "owner":
		users, err := d.Language.Users(ctx)
		var list []ui.Choice
		for _, u := range users {
			list = append(list, ui.Choice{Value: u.Name, Label: u.Name})
		}
		choose(list)
		return err
	case c.Command.Name == "event", c.Command.Name == "dnc":
		offers := eventOffers(ctx)
		if c.Command.Name == "dnc" {
			offers = blockOffers(ctx)
		}
		var list []ui.Choice
		for _, o := range offers {
			list = append(list, ui.Choice{Value: o.Name, Label: o.Name})
		}
		choose(list)
	case c.Command.Takes == search.Time && (c.Ask == search.Within || c.Ask == search.Older):
		in.Help = i18n.T(ctx, "contactpage.condition.length|A length of time: 30d, 6m, 2 years")
	case c.Command.Takes == search.Time:
		in.Help = i18n.T(ctx, "contactpage.condition.time|A day, a month or a year: 2026-03-15, 2026-03, 2026, yesterday")
		for _, o := range timeOffers(ctx)[:5] {
			in.Suggest = append(in.Suggest, ui.Choice{Value: o.Name})
		}
	case f == nil:
	case f.Type == field.Boolean, f.Type == field.Select && c.Ask == search.Exactly:
		var list []ui.Choice
		for _, o := range field.Suggestions(*f, i18n.Lang(ctx)) {
			list = append(list, ui.Choice(o))
		}
		choose(list)
	default:
		for _, o := range field.Suggestions(*f, i18n.Lang(ctx)) {
			in.Suggest = append(in.Suggest, ui.Choice(o))
		}
	}
	return nil
}

// conditionFields are all commands to choose from, and at the end the words of the
// search themselves.
func (d Deps) conditionFields(ctx context.Context) ([]choiceGroup, error) {
	groups := commandGroups(ctx)
	set, err := d.Language.Fields(ctx)
	if err != nil {
		return nil, err
	}
	fields := choiceGroup{Title: i18n.T(ctx, "contactpage.condition.fields|Fields")}
	for _, f := range set.Published() {
		c, found, err := d.Language.Command(ctx, f.Alias)
		if err != nil {
			return nil, err
		}
		if found && c.Field != nil {
			fields.Choices = append(fields.Choices, ui.Choice{Value: f.Alias, Label: f.Name(ctx)})
		}
	}
	slices.SortFunc(fields.Choices, func(a, b ui.Choice) int { return strings.Compare(field.Fold(a.Label), field.Fold(b.Label)) })
	return append(groups, fields, choiceGroup{Title: i18n.T(ctx, "contactpage.condition.other|Otherwise"), Choices: []ui.Choice{
		{Value: typed, Label: i18n.T(ctx, "contactpage.condition.words|In the words of the search")}}}), nil
}

// commandGroups are the commands that are no fields, with what they ask.
func commandGroups(ctx context.Context) []choiceGroup {
	t := func(key string) string { return i18n.T(ctx, key) }
	return []choiceGroup{
		{t("contactpage.words.who|Who it is"), []ui.Choice{
			{Value: "", Label: t("contactpage.command.text|Words")}, {Value: "name", Label: t("contactpage.sort.name|Name")}, {Value: "email", Label: t("contactpage.reach.email|E-mail")},
			{Value: "company", Label: t("contactpage.column.company|Company")}, {Value: "phone", Label: t("contactpage.command.phone|Telephone")}, {Value: "place", Label: t("contactpage.column.location|Location")},
			{Value: "is", Label: t("contactpage.command.is|Kind of contact")}, {Value: "ip", Label: t("contactpage.command.ip|IP address")}, {Value: "ids", Label: t("contactpage.number|Number")},
			{Value: "company_id", Label: t("contactpage.command.company_id|Number of a company")},
		}},
		{t("contactpage.words.known|What is known"), []ui.Choice{
			{Value: "tag", Label: t("contactpage.command.tag|Tag")}, {Value: "stage", Label: t("contactpage.stage|Stage")}, {Value: "dnc", Label: t("contactpage.command.dnc|Do not contact")}, {Value: "owner", Label: t("contactpage.owner|Owner")}, {Value: "points", Label: t("contactpage.column.points|Points")},
			{Value: "created", Label: t("contactpage.sort.added|Date added")}, {Value: "identified", Label: t("contactpage.sort.identified|Date identified")},
			{Value: "modified", Label: t("contactpage.command.modified|Last change")},
		}},
		{t("contactpage.words.did|What happened"), []ui.Choice{
			{Value: "active", Label: t("contactpage.column.active|Last active")}, {Value: "event", Label: t("contactpage.command.event|Event")}, {Value: "visited", Label: t("contactpage.command.visited|Page visited")},
			{Value: "utm_source", Label: t("contactpage.command.utm.source|Campaign source")}, {Value: "utm_medium", Label: t("contactpage.command.utm.medium|Campaign medium")},
			{Value: "utm_campaign", Label: t("contactpage.command.utm.campaign|Campaign name")}, {Value: "utm_content", Label: t("contactpage.command.utm.content|Campaign content")},
			{Value: "utm_term", Label: t("contactpage.command.utm.term|Campaign term")}, {Value: "device", Label: t("contactpage.command.device|Device")},
		}},
	}
}

// flagChoices are the values of the command is.
func flagChoices(ctx context.Context) []ui.Choice {
	return []ui.Choice{
		{Value: "anonymous", Label: i18n.T(ctx, "contactpage.toggle|Anonymous visitors")},
		{Value: "identified", Label: i18n.T(ctx, "contactpage.kind.identified|Known contacts")},
		{Value: "mine", Label: i18n.T(ctx, "contactpage.kind.mine|My contacts")},
		{Value: "unowned", Label: i18n.T(ctx, "contactpage.kind.unowned|Contacts without owner")},
	}
}

func askValue(ask search.Ask, not bool) string {
	if not {
		return "!" + string(ask)
	}
	return string(ask)
}

// askChoices are the comparisons of a command, and their opposites.
func askChoices(ctx context.Context, c search.Command) []ui.Choice {
	words := askWords(ctx)
	if c.Takes == search.Time {
		words = timeWords(ctx)
	}
	var list, opposites []ui.Choice
	for _, ask := range c.Asks() {
		w := words[ask]
		list = append(list, ui.Choice{Value: askValue(ask, false), Label: w[0]})
		if w[1] != "" {
			opposites = append(opposites, ui.Choice{Value: askValue(ask, true), Label: w[1]})
		}
	}
	return append(list, opposites...)
}

// askWords are the comparisons in words, with their opposites.
func askWords(ctx context.Context) map[search.Ask][2]string {
	t := func(key string) string { return i18n.T(ctx, key) }
	return map[search.Ask][2]string{
		search.Starts:  {t("contactpage.ask.starts|begins with"), t("contactpage.ask.starts.not|does not begin with")},
		search.Exactly: {t("contactpage.ask.is|is"), t("contactpage.ask.is.not|is not")},
		search.Holds:   {t("contactpage.ask.contains|contains"), t("contactpage.ask.contains.not|does not contain")},
		search.Ends:    {t("contactpage.ask.ends|ends with"), t("contactpage.ask.ends.not|does not end with")},
		search.Like:    {t("contactpage.ask.like|is like (with percent signs)"), t("contactpage.ask.like.not|is not like (with percent signs)")},
		search.Above:   {t("contactpage.ask.gt|is more than"), ""}, search.AtLeast: {t("contactpage.ask.gte|is at least"), ""},
		search.Below: {t("contactpage.ask.lt|is less than"), ""}, search.AtMost: {t("contactpage.ask.lte|is at most"), ""},
		search.Between: {t("contactpage.ask.between|lies between"), t("contactpage.ask.between.not|does not lie between")},
		search.Filled:  {t("contactpage.ask.filled|is filled in"), ""}, search.Missing: {t("contactpage.ask.missing|is empty"), ""},
	}
}

// timeWords are askWords about times.
func timeWords(ctx context.Context) map[search.Ask][2]string {
	t := func(key string) string { return i18n.T(ctx, key) }
	return map[search.Ask][2]string{
		search.Within: {t("contactpage.ask.within|less long ago than"), ""}, search.Older: {t("contactpage.ask.older|longer ago than"), ""},
		search.Exactly: {t("contactpage.ask.on|on, or within"), t("contactpage.ask.on.not|not on, nor within")},
		search.Above:   {t("contactpage.ask.after|after"), ""}, search.AtLeast: {t("contactpage.ask.since|from … on"), ""},
		search.Below: {t("contactpage.ask.before|before"), ""}, search.AtMost: {t("contactpage.ask.until|up to"), ""},
		search.Between: {t("contactpage.ask.period|from … to"), t("contactpage.ask.period.not|not from … to")},
		search.Filled:  {t("contactpage.ask.filled|is filled in"), ""}, search.Missing: {t("contactpage.ask.missing|is empty"), ""},
	}
}
