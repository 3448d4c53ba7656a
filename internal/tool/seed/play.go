package seed

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/note"
	"ariane/internal/visit"
)

// what somebody does at a step.
type what int

const (
	bring  what = iota // they stand in a file of customers
	look               // at a page; at the first they arrive
	submit             // a form, for the first time
	join               // the same from another browser
	tag                // the team puts one on them
	noted              // the team writes about them
)

// step is one thing that happens.
type step struct {
	at     time.Time
	what   what
	who    *person
	first  bool        // the first page view of a browser
	hit    visit.Hit   // look, join
	card   contact.New // bring
	form   int         // submit, join: which of the forms
	values map[string][]string
	tag    string
	note   note.Draft
}

// person is one browser, or a customer of a file.
type person struct {
	culture *culture
	machine machine
	home    city
	token   string
	ip      string
	left    int // page views to come
	session int // those of them in the present session
	silent  int // page views before the form is sent, negative for never
	pace    time.Duration
	arrived bool
	form    int
	values  map[string][]string // what was sent
	isTwin  bool                // at another browser than the one that sent it first

	// contact and device are filled in by who writes the steps.
	contact id.Contact
	device  id.Device
}

// plan is something that will happen.
type plan struct {
	at   int64 // in milliseconds
	seq  int64 // of two at once, the one that was planned first
	what what
	who  *person
}

type plans []plan

func (p plans) Len() int { return len(p) }
func (p plans) Less(i, j int) bool {
	return p[i].at < p[j].at || p[i].at == p[j].at && p[i].seq < p[j].seq
}
func (p plans) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *plans) Push(x any)   { *p = append(*p, x.(plan)) }
func (p *plans) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

// The shares of contacts, in hundredths: those that stand in a file, and those
// that send a form; all others stay visitors.
const (
	fileShare = 10
	formShare = 30
	// Of the latter, in thousandths: those who come with another browser too, and
	// those about whom the team writes.
	twinShare = 5
	noteShare = 10
)

const day = 24 * time.Hour

// play lets everybody do everything, in the order of time.
type play struct {
	world
	Options
	random   *rand.Rand
	arrivals []int64
	came     int
	plans    plans
	planned  int64
	events   int64 // that the steps so far led to
	coming   int64 // those that plans will lead to
	last     int64
	rare     int // how many times more often than usual the rare happens
}

func newPlay(o Options) (*play, error) {
	w, err := newWorld()
	if err != nil {
		return nil, err
	}
	p := &play{world: w, Options: o, rare: 1, random: rand.New(rand.NewPCG(o.Seed, uint64(o.first)))}
	span := float64(o.Until.Sub(o.begin()))
	for i := range o.Contacts {
		// The later, the more come: three times as many in the end as in the beginning.
		share := (float64(i) + p.random.Float64()) / float64(o.Contacts)
		at := o.begin().Add(time.Duration(span * (math.Sqrt(1+8*share) - 1) / 2))
		p.arrivals = append(p.arrivals, p.awake(at).UnixMilli())
	}
	slices.Sort(p.arrivals)
	return p, nil
}

// awake moves most of what would happen at night into the day.
func (p *play) awake(at time.Time) time.Time {
	if h := at.UTC().Hour(); h < 6 && p.random.IntN(10) > 0 {
		at = at.Add(time.Duration(8+p.random.IntN(6)) * time.Hour)
	}
	if at.After(p.Until) {
		return p.Until
	}
	return at
}

func (p *play) plan(at int64, do what, who *person) {
	p.planned++
	heap.Push(&p.plans, plan{at, p.planned, do, who})
}

// next are the next steps, as many as asked for unless it is the end.
func (p *play) next(most int) []step {
	var steps []step
	for len(steps) < most {
		arriving, waiting := p.came < len(p.arrivals), len(p.plans) > 0
		switch {
		case arriving && (!waiting || p.arrivals[p.came] < p.plans[0].at):
			at := p.arrivals[p.came]
			p.came++
			steps = append(steps, p.arrive(p.moment(at)))
		case waiting:
			if next := heap.Pop(&p.plans).(plan); next.at <= p.Until.UnixMilli() {
				steps = append(steps, p.do(p.moment(next.at), next.what, next.who))
			} else {
				p.forgo(next)
			}
		default:
			return steps
		}
	}
	return steps
}

// moment makes each step later than the one before.
func (p *play) moment(at int64) time.Time {
	p.last = max(at, p.last+1)
	return time.UnixMilli(p.last).UTC()
}

// forgo gives up what would be after the end.
func (p *play) forgo(late plan) {
	if late.what == look {
		p.coming -= int64(late.who.left)
	}
}

// arrive is the first step of somebody.
func (p *play) arrive(at time.Time) step {
	heavy := p.Heavy > 0 && p.came == 1
	c := p.culture(p.random)
	if !heavy && p.random.IntN(100) < fileShare {
		return p.bring(at, c)
	}
	who := p.browser(c)
	if heavy {
		who.left, who.silent, who.values, who.form = p.Heavy-4, 3, posted(heavyPerson), 1
		who.pace = p.Until.Sub(at) / time.Duration(max(1, p.Heavy/sessionViews))
	} else {
		who.left = p.views()
		if p.random.IntN(100-fileShare) < formShare {
			who.silent = 1 + p.random.IntN(min(3, who.left))
			p.introduce(who)
		}
	}
	p.coming += int64(who.left)
	return p.look(at, who)
}

// bring is a customer of a file, whom the team may tag.
func (p *play) bring(at time.Time, c *culture) step {
	who := &person{culture: c}
	card := contact.New{Values: c.card(p.random, p.number()), Points: int(p.random.Float64() * p.random.Float64() * 200), Added: at, Source: importSource,
		By: contact.By{Object: "import", Name: "clients.csv"}}
	p.events += 2
	if p.random.IntN(4) == 0 {
		p.plan(p.later(at, 30*day), tag, who)
	}
	return step{at: at, what: bring, who: who, card: card}
}

func (p *play) number() int64 { return p.first + int64(p.came) }

// browser is one that nobody has seen yet.
func (p *play) browser(c *culture) *person {
	return &person{culture: c, machine: often(p.random, machines), home: often(p.random, c.cities), token: hex128(p.random), ip: address(p.random), silent: -1}
}

// views is how many pages somebody looks at: few look at many. The mean is such
// that in the end there are as many events as asked for.
func (p *play) views() int {
	mean := float64(p.target()-p.events-p.coming) / float64(p.Contacts-p.came+1)
	// What the others and everything else take: see the steps.
	mean = (mean-2.3*fileShare/100)/(1-fileShare/100.0) - 1 - 3.2*formShare/(100-fileShare)
	n := p.random.ExpFloat64() * max(mean-1, 0) / 1.45
	if p.random.IntN(100) < 15 {
		n *= 4
	}
	return 1 + int(min(math.Round(n), 5000))
}

// introduce decides what somebody will send.
func (p *play) introduce(who *person) {
	values := who.culture.identity(p.random, p.number())
	if who.form = p.random.IntN(2); who.form == 0 {
		values = map[string]string{"email": values["email"]}
	} else {
		delete(values, "position")
		values["your_message"] = one(p.random, messages)
	}
	who.values = posted(values)
}

func posted(values map[string]string) map[string][]string {
	out := map[string][]string{}
	for alias, value := range values {
		out[alias] = []string{value}
	}
	return out
}

func (p *play) do(at time.Time, do what, who *person) step {
	switch do {
	case look:
		return p.look(at, who)
	case tag:
		p.events++
		return step{at: at, what: tag, who: who, tag: often(p.random, tags)}
	case noted:
		p.events++
		return step{at: at, what: noted, who: who, note: one(p.random, notes)}
	}
	return p.send(at, do, who)
}

// sessionViews is the usual number of page views of a session.
const sessionViews = 4

// look is a page view, after which the next one is planned.
func (p *play) look(at time.Time, who *person) step {
	s := step{at: at, what: look, who: who, first: !who.arrived, hit: who.hit()}
	begins := who.session == 0
	if begins {
		who.session = 1 + int(p.random.ExpFloat64()*sessionViews)
		if who.arrived && who.pace == 0 && p.random.IntN(10) == 0 {
			who.ip = address(p.random)
			p.events++
		}
		s.hit.IP = who.ip
		s.hit.Referrer = often(p.random, referrers)
		if p.random.IntN(6) == 0 {
			s.hit.UTM = often(p.random, campaigns)
		}
	}
	if s.first {
		p.events++
	}
	p.events++
	pages := p.site(who.culture.language)
	seen := often(p.random, pages)
	if begins && p.random.IntN(5) < 2 {
		seen = pages[0]
	}
	s.hit.View, s.hit.URL, s.hit.Title = hex128(p.random), siteURL+seen.path, seen.title
	who.arrived = true
	who.left--
	who.session--
	p.coming--
	if who.silent--; who.silent == 0 {
		do := submit
		if who.isTwin {
			do = join
		}
		p.plan(at.Add(time.Duration(20+p.random.IntN(90))*time.Second).UnixMilli(), do, who)
	} else {
		p.goOn(at, who)
	}
	return s
}

// goOn plans the next page view.
func (p *play) goOn(at time.Time, who *person) {
	switch {
	case who.left == 0:
	case who.session > 0:
		p.plan(at.Add(time.Duration(5+p.random.ExpFloat64()*45)*time.Second).UnixMilli(), look, who)
	case who.pace > 0:
		p.plan(at.Add(time.Duration((0.5+p.random.Float64())*float64(who.pace))).UnixMilli(), look, who)
	default:
		who.session = 0
		gap := visit.SessionGap + time.Duration(math.Exp(p.random.NormFloat64()*1.5)*float64(2*day))
		p.plan(p.awake(at.Add(min(gap, 300*day))).UnixMilli(), look, who)
	}
}

// later is some time after a moment.
func (p *play) later(at time.Time, within time.Duration) int64 {
	return at.Add(time.Hour + time.Duration(p.random.Float64()*float64(within))).UnixMilli()
}

// send is a form that is sent, from a browser that has not sent one before.
func (p *play) send(at time.Time, do what, who *person) step {
	s := step{at: at, what: do, who: who, form: who.form, values: who.values, hit: who.hit()}
	s.hit.IP, s.hit.URL = who.ip, p.contactPage(who)
	p.events += 3
	p.goOn(at, who)
	if do == join || who.pace > 0 {
		return s
	}
	if p.random.IntN(5) == 0 {
		p.plan(p.later(at, 20*day), tag, who)
	}
	if p.random.IntN(1000) < noteShare*p.rare {
		p.plan(p.later(at, 10*day), noted, who)
	}
	if p.random.IntN(1000) < twinShare*p.rare {
		twin := p.browser(who.culture)
		twin.left, twin.silent, twin.form, twin.values, twin.isTwin = 2, 2, who.form, who.values, true
		p.coming += 2
		p.plan(p.later(at, 60*day), look, twin)
	}
	return s
}

func (p *play) contactPage(who *person) string {
	pages := p.site(who.culture.language)
	return siteURL + pages[len(pages)-1].path
}

// hit is what every request of a browser has.
func (who *person) hit() visit.Hit {
	return visit.Hit{Token: who.token, Language: who.culture.language, UserAgent: who.machine.agent, Resolution: who.machine.resolution, Platform: who.machine.platform,
		Zone: who.culture.zone, LikelyZone: who.culture.zone, Place: visit.Place{City: who.home.name, Region: who.home.region, Country: who.culture.country}}
}

func hex128(random *rand.Rand) string {
	return fmt.Sprintf("%016x%016x", random.Uint64(), random.Uint64())
}

// texts of the team and of those who write to it.
var (
	tags     = []string{"client", "prospect", "newsletter", "revendeur", "salon du cycle", "VIP", "devis envoyé", "à rappeler", "presse", "club", "essai", "entreprise"}
	messages = []string{"", "Bonjour, quel délai pour un vélo sur mesure ?", "Do you take old frames in exchange?", "Je roule 12 km par jour, surtout en montée.\nLequel me conseillez-vous ?",
		"Could you call me back on Thursday?", "Pouvez-vous m’envoyer un devis pour trois vélos ?"}
	notes = []note.Draft{
		{Type: note.Call, Text: "Rappelé : attend notre devis avant la fin du mois."}, {Type: note.Email, Text: "Sent the quote with the volume discount."},
		{Type: note.Meeting, Text: "Visite de l’atelier.\nHésite encore sur la couleur."}, {Type: note.General, Text: "Prefers e-mail. Does not work on Wednesdays."},
	}
)

// heavyPerson is the one who does more than anybody else.
var heavyPerson = map[string]string{"firstname": "Solène", "lastname": "Marcheur", "company": "Comptoir du Vélo", "email": HeavyEmail, "your_message": strings.Repeat("Bonjour. ", 3)}
