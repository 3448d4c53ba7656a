package seed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/field"
)

// own is a field that a workshop for bicycles notes about its customers, and which
// share of them, in hundredths, has a value.
type own struct {
	field field.Field
	share int
	value func(random *rand.Rand, number int64) string
}

// customerNumber is the field that everybody has a value of.
const customerNumber = "customer_number"

// owns are the fields that people define, in their order. The first three are those
// that contacts are found by.
func owns(until time.Time) []own {
	with := func(t field.Type, alias, label string, options ...string) field.Field {
		f := field.New(t)
		f.Alias, f.Renamed, f.Group = alias, label, field.Professional
		for _, o := range options {
			f.Options = append(f.Options, field.Option{Value: slug(o), Label: o})
		}
		return f
	}
	filterable := func(f field.Field) field.Field {
		f.Filterable = true
		return f
	}
	pick := func(f field.Field) func(*rand.Rand, int64) string {
		return func(random *rand.Rand, _ int64) string { return often(random, f.Options).Value }
	}
	some := func(f field.Field) func(*rand.Rand, int64) string {
		return func(random *rand.Rand, _ int64) string {
			var values []string
			for _, o := range f.Options {
				if random.IntN(3) == 0 {
					values = append(values, o.Value)
				}
			}
			return strings.Join(values, field.Between)
		}
	}
	of := func(list ...string) func(*rand.Rand, int64) string {
		return func(random *rand.Rand, _ int64) string { return often(random, list) }
	}
	within := func(most float64) func(*rand.Rand, int64) string {
		return func(random *rand.Rand, _ int64) string {
			return strconv.Itoa(int(random.Float64() * random.Float64() * most))
		}
	}
	ago := func(days int, layout string) func(*rand.Rand, int64) string {
		return func(random *rand.Rand, _ int64) string {
			return until.Add(-time.Duration(random.Float64()*float64(days)) * day).Format(layout)
		}
	}
	bicycle := with(field.Select, "bicycle", "Type de vélo", "Ville", "Route", "Gravel", "Randonnée", "Cargo", "Pliant", "VTT", "Tandem")
	interests := with(field.Multiselect, "interests", "Centres d’intérêt", "Voyage", "Course", "Famille", "Mécanique", "Trajets du quotidien", "Bikepacking")
	payment := with(field.Select, "payment", "Paiement", "Carte", "Virement", "Trois fois", "Leasing", "Chèque")
	shop := with(field.Lookup, "shop", "Magasin", "Nantes", "Lyon", "Lille", "Bordeaux", "Genève", "Bruxelles")
	loyal := with(field.Boolean, "loyalty", "Carte de fidélité")
	loyal.Yes, loyal.No = "Oui", "Non"
	return []own{
		{filterable(with(field.Number, "turnover", "Chiffre d’affaires")), 70, within(20_000)},
		{filterable(with(field.Date, "last_purchase", "Dernier achat")), 70, ago(1500, time.DateOnly)},
		{filterable(with(field.Text, customerNumber, "Numéro de client")), 100, func(_ *rand.Rand, number int64) string { return fmt.Sprintf("C-%07d", number) }},
		{bicycle, 60, pick(bicycle)},
		{interests, 40, some(interests)},
		{with(field.Text, "frame", "Cadre"), 50, of("acier Columbus", "acier Reynolds 725", "titane", "aluminium", "carbone", "acier inoxydable KVA")},
		{with(field.Textarea, "remark", "Remarque"), 10, of("Souhaite un devis détaillé.", "Préfère le retrait à l’atelier.", "Selle à changer.\nRevoir la position.", "Client depuis la première heure.")},
		{loyal, 80, of("0", "1")},
		{with(field.Number, "height", "Taille en cm"), 50, func(random *rand.Rand, _ int64) string { return strconv.Itoa(150 + random.IntN(50)) }},
		{with(field.Number, "satisfaction", "Satisfaction"), 30, func(random *rand.Rand, _ int64) string { return strconv.Itoa(random.IntN(11)) }},
		{with(field.Date, "birthday", "Date de naissance"), 40, ago(25_000, time.DateOnly)},
		{with(field.Datetime, "appointment", "Prochain rendez-vous"), 10, ago(-60, field.DatetimeLayout)},
		{with(field.URL, "club_site", "Site du club"), 10, of("https://cyclo-club.example/", "https://randonneurs.example/", "https://velo-ville.example/")},
		{with(field.Tel, "work_phone", "Téléphone du bureau"), 20, func(random *rand.Rand, _ int64) string {
			return fmt.Sprintf("+33 1 99 %02d %02d %02d", random.IntN(100), random.IntN(100), random.IntN(100))
		}},
		{with(field.Email, "billing_email", "Adresse de facturation"), 10, func(_ *rand.Rand, number int64) string { return fmt.Sprintf("factures%d@comptable.example", number) }},
		{shop, 60, of("Nantes", "Lyon", "Lille", "Bordeaux", "Genève", "Bruxelles")},
		{payment, 50, pick(payment)},
		{with(field.Country, "delivery_country", "Pays de livraison"), 30, of("France", "Belgium", "Switzerland", "Germany", "Spain", "Italy")},
		{with(field.Locale, "letter_language", "Langue des courriers"), 30, of("fr_FR", "en_GB", "fr_BE", "de_DE", "es_ES")},
		{with(field.Time, "call_time", "Heure d’appel"), 10, of("09:00:00", "12:30:00", "18:00:00", "19:30:00")},
	}
}

// contactsAtOnce bounds the work of one transaction.
const contactsAtOnce = 2000

// Fields defines so many fields that people would define, and gives values of the
// first twenty to the known contacts that have none. The same seed gives the same
// values; what is written when it is interrupted stays, and the next time goes on.
func Fields(ctx context.Context, d *db.DB, fields int, o Options) error {
	list := owns(o.Until)
	for i := len(list); i < fields; i++ {
		f := field.New(field.Text)
		f.Alias, f.Renamed, f.Group = fmt.Sprintf("more_%d", i+1), fmt.Sprintf("Autre %d", i+1), field.Personal
		list = append(list, own{field: f})
	}
	list = list[:fields]
	if err := define(ctx, d, list); err != nil || fields == 0 {
		return err
	}
	known, err := contact.Count(ctx, d, contact.Filter{})
	if err != nil {
		return err
	}
	readers := activity.NewRunner(d, o.Log, app.Readers()...)
	filter := contact.Filter{Sort: contact.SortID, Asc: true, Limit: contactsAtOnce}
	for done := 0; ; done += contactsAtOnce {
		if o.Progress != nil {
			o.Progress(int64(min(done, known)), int64(known))
		}
		page, err := contact.List(ctx, d, filter)
		if err != nil {
			return err
		}
		if given := give(page.Contacts, list, o.Seed, d.Now()); len(given) > 0 {
			if err := d.DoRelaxed(ctx, func(tx *db.Tx) error { return contact.GiveAll(ctx, tx, given) }); err != nil {
				return fmt.Errorf("give values: %w", err)
			}
			if err := readers.CatchUp(ctx); err != nil {
				return err
			}
		}
		if filter.After = page.Next; page.Next == "" {
			return nil
		}
	}
}

// define adds the fields that are not there.
func define(ctx context.Context, d *db.DB, list []own) error {
	set, err := field.Of(ctx, d)
	if err != nil {
		return err
	}
	return d.Do(ctx, func(tx *db.Tx) error {
		for _, one := range list {
			if _, there := set.ByAlias(one.field.Alias); there {
				continue
			}
			if _, err := field.Add(ctx, tx, one.field, field.By{Name: team}); err != nil {
				return fmt.Errorf("add field %s: %w", one.field.Alias, err)
			}
		}
		return nil
	})
}

// give are values for those of the contacts that have none.
func give(contacts []contact.Contact, list []own, seed uint64, at time.Time) []contact.Given {
	var all []contact.Given
	for _, c := range contacts {
		if c.Fields[customerNumber] != "" {
			continue
		}
		random := rand.New(rand.NewPCG(seed, uint64(c.ID)))
		values := map[string]string{}
		for _, one := range list {
			if one.value != nil && random.IntN(100) < one.share {
				if value := one.value(random, int64(c.ID)); value != "" {
					values[one.field.Alias] = value
				}
			}
		}
		if len(values) > 0 {
			all = append(all, contact.Given{Contact: c.ID, Values: values, At: at, Source: importSource, By: contact.By{Object: "import", Name: "fields.csv"}})
		}
	}
	return all
}
