package field

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ariane/internal/base/fault"
)

const (
	longestLabel = 191
	longestAlias = 25
	mostOptions  = 1000
	mostDecimals = 9
	usualLimit   = 64
)

// New is a field as it is before people decide anything.
func New(t Type) Field {
	f := Field{Type: t, Group: Core, Object: Contact, Published: true, OnForm: true, Listable: t != Time}
	if t.Limited() {
		f.Limit = usualLimit
	}
	if t == Number {
		f.Rounding = RoundHalfUp
	}
	return f
}

// tidied is the field with its texts as they are stored, and without what its type
// has not.
func (f Field) tidied() Field {
	f.Renamed, f.Yes, f.No = Printable(f.Renamed), Printable(f.Yes), Printable(f.No)
	f.Alias, f.Default = strings.TrimSpace(f.Alias), strings.TrimSpace(f.Default)
	options := f.Options
	f.Options = nil
	if f.Type.Chosen() || f.Type == Lookup {
		for _, o := range options {
			o.Value, o.Label = Printable(o.Value), Printable(o.Label)
			if o.Label == "" {
				o.Label = o.Value
			}
			if o.Value == "" {
				o.Value = strings.ReplaceAll(o.Label, Between, "/")
			}
			if o.Value != "" {
				f.Options = append(f.Options, o)
			}
		}
	}
	if f.Type != Boolean {
		f.Yes, f.No = "", ""
	}
	if f.Type != Number {
		f.Scale, f.Rounding = 0, 0
	} else if f.Rounding == 0 {
		f.Rounding = RoundHalfUp
	}
	if !f.Type.Limited() {
		f.Limit = 0
	}
	f.Unique = f.Unique && f.Type.Unique() && f.Object != Company
	f.Filterable = f.Filterable && f.Type.Indexable() && f.Object != Company
	f.Listable = (f.Listable || f.Unique) && f.Type != Time
	return f
}

// Indexable tells whether values can be kept in an index.
func (t Type) Indexable() bool { return !t.Long() }

// problems says what is wrong with a definition, the alias aside.
func (f Field) problems() fault.Fields {
	wrong := fault.Fields{}
	switch n := utf8.RuneCountInString(f.Renamed); {
	case n == 0 && f.Custom(), n == 0 && f.ID == 0:
		wrong.Add("label", fault.Say("field.label.missing|A label is required."))
	case n > longestLabel:
		wrong.Add("label", fault.Say("field.label.long|A label has at most %d characters.", longestLabel))
	}
	if !slices.Contains(Types(), f.Type) {
		wrong.Add("type", fault.Say("field.type.unknown|There is no such type."))
	}
	if !slices.Contains(Groups(), f.Group) {
		wrong.Add("group", fault.Say("field.group.unknown|There is no such group."))
	}
	f.optionProblems(wrong)
	if f.Type == Boolean && f.Yes == "" {
		wrong.Add("yes", fault.Say("field.yes.missing|Say what yes is called."))
	}
	if f.Type == Boolean && f.No == "" {
		wrong.Add("no", fault.Say("field.no.missing|Say what no is called."))
	}
	if f.Type == Number && (f.Scale < 0 || f.Scale > mostDecimals) {
		wrong.Add("scale", fault.Say("field.scale.range|Between 0 and %d digits.", mostDecimals))
	}
	if f.Type == Number && (f.Custom() || f.ID == 0) && (f.Rounding < RoundDown || f.Rounding > RoundHalfUp) {
		wrong.Add("rounding", fault.Say("field.rounding.unknown|There is no such way to round."))
	}
	if f.Type.Limited() && (f.Limit < 0 || f.Limit > longest) || f.Type.Limited() && f.Limit == 0 && (f.Custom() || f.ID == 0) {
		wrong.Add("limit", fault.Say("field.limit.range|Between 1 and %d characters.", longest))
	}
	if f.Default == "" || f.Computed() {
		return wrong
	}
	if f.Object != Company && f.Identifying() {
		wrong.Add("default", fault.Say("field.default.identity|A field that says who somebody is cannot have a value by default."))
	} else if _, problem := Clean(f, f.Default); problem != nil {
		wrong.Add("default", *problem)
	}
	return wrong
}

func (f Field) optionProblems(wrong fault.Fields) {
	if f.Type.Chosen() && len(f.Options) == 0 {
		wrong.Add("options", fault.Say("field.options.missing|Give at least one value to choose."))
	}
	if len(f.Options) > mostOptions {
		wrong.Add("options", fault.Say("field.options.many|At most %d values.", mostOptions))
	}
	seen := map[string]bool{}
	for _, o := range f.Options {
		switch {
		case f.Type.Chosen() && strings.Contains(o.Value, Between):
			wrong.Add("options", fault.Say("field.options.separator|“%s” contains the sign %s, which separates values.", o.Value, Between))
		case utf8.RuneCountInString(o.Value) > longestLabel || utf8.RuneCountInString(o.Label) > longestLabel:
			wrong.Add("options", fault.Say("field.options.long|A value has at most %d characters.", longestLabel))
		case seen[Fold(o.Value)]:
			wrong.Add("options", fault.Say("field.options.twice|“%s” is there twice.", o.Value))
		}
		seen[Fold(o.Value)] = true
	}
}

var (
	wellFormed = regexp.MustCompile(`^[a-z0-9_]{1,25}$`)
	notInAlias = regexp.MustCompile(`[^a-z0-9_]+`)
)

// alias is the name for machines of a new field: the one it has, when nothing
// speaks against it, or one made of the label. No field of another object has it.
func (s *Set) alias(f Field, others *Set, wrong fault.Fields) string {
	taken := func(alias string) bool {
		_, found := s.Ever(alias)
		_, there := others.Ever(alias)
		return found || there
	}
	switch {
	case f.Alias == "":
		return free(derived(f.Renamed), func(alias string) bool { return taken(alias) || Reserved(alias) })
	case !wellFormed.MatchString(f.Alias) || !lettered(f.Alias):
		wrong.Add("alias", fault.Say("field.alias.form|At most %d small letters, digits and _, with a letter among them.", longestAlias))
	case Reserved(f.Alias):
		wrong.Add("alias", fault.Say("field.alias.reserved|“%s” means something else already. Choose another one.", f.Alias))
	case taken(f.Alias):
		_, found := s.ByAlias(f.Alias)
		if _, there := others.ByAlias(f.Alias); !found && !there {
			wrong.Add("alias", fault.Say("field.alias.removed|A field that was removed is called so, and its values are still kept. Restore it, or choose another name."))
		}
		wrong.Add("alias", fault.Say("field.alias.taken|Another field is already using this alias. Please choose another or leave blank to have it autogenerated."))
	}
	return f.Alias
}

// AliasOf is a name for machines as clients send it, brought into the form of one; a
// well formed one stays.
func AliasOf(name string) string {
	if name = strings.TrimSpace(name); name == "" || wellFormed.MatchString(name) && lettered(name) {
		return name
	}
	return derived(name)
}

// lettered tells whether a letter is in an alias.
func lettered(alias string) bool { return strings.Trim(alias, "0123456789_") != "" }

func derived(label string) string {
	alias := strings.ReplaceAll(Fold(label), " ", "_")
	alias = strings.TrimPrefix(notInAlias.ReplaceAllString(alias, ""), "_")
	alias = strings.TrimSuffix(alias[:min(len(alias), longestAlias)], "_")
	if !lettered(alias) {
		alias = "f_" + alias
	}
	return strings.TrimSuffix(alias[:min(len(alias), longestAlias)], "_")
}

// free adds a number to a name that is taken.
func free(alias string, taken func(string) bool) string {
	name := alias
	for n := 1; taken(name); n++ {
		suffix := strconv.Itoa(n)
		name = alias[:min(len(alias), longestAlias-len(suffix))] + suffix
	}
	return name
}

// Reserved tells whether a name means something else than a field: in searches,
// in rules, in requests, or as a property of a contact.
func Reserved(alias string) bool {
	return strings.HasPrefix(alias, "utm_") || strings.HasPrefix(alias, "company_") || strings.HasPrefix(alias, "mautic") || slices.Contains(strings.Fields(reserved), alias)
}

const reserved = `
	id ids lead lead_id contact contact_id companies companyname owner owner_id user role group type name anonymous anonyme text any is has lang ip
	address fields all tag tags etiquette stage etape segment segments list lists category categorie form formulaire page campaign campagne project projet
	points_group created created_by modified modified_by date_added date_modified date_identified identified seen added active lastactive visited device appareil
	device_type device_brand device_os device_model dnc dnc_bounced dnc_unsubscribed dnc_manual_email dnc_bounced_sms dnc_unsubscribed_sms dnc_manual_sms
	campaigns globalcategory generated_email_domain leadlist leadlist_static lead_asset_download lead_email_received lead_email_sent lead_email_sent_date
	lead_email_read_date lead_email_read_count hit_url hit_url_date hit_url_count email_id email_clicked_link_date email_clicked_link sms_clicked_link
	sms_clicked_link_date redirect_id page_id sessions referer referrer url url_title source source_id notification email_pending email_queued email_read
	email_sent mobile_sent sms_sent web_sent import_id import_action page_source page_source_id societe est proprietaire not and or non et ou
	anyway stays quick was csrf note save ct fingerprint counter language platform resolution title_page page_url page_title page_language page_referrer
	mtc_id mautic_device_id do_not_track adblock email_hmac utmtags donotcontact frequencyrules preferred_profile_image ispublished overwritewithblank
	ipaddress doNotContact search limit start orderby orderbydir where order select minimal null true false`
