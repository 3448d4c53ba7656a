package seed

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"ariane/internal/field"
	"ariane/internal/visit"
)

var (
	//go:embed people.txt
	peopleText string
	//go:embed site.txt
	siteText string
)

// siteURL is the address of the made-up site.
const siteURL = "https://www.cycles-brindille.example"

// culture is where people of one sort live and what they are called.
type culture struct {
	language, zone                               string
	share                                        int // in hundredths
	country                                      string
	first, last, company, position, mail, phones []string
	cities                                       []city
}

type city struct{ name, region, zip string }

// page is an address of the site with its title.
type page struct{ path, title string }

// world is what people and visits are made of.
type world struct {
	cultures []culture
	pages    map[string][]page // by language, home first, the contact page last
}

func newWorld() (world, error) {
	w := world{pages: map[string][]page{}}
	for line := range content(peopleText) {
		if head, found := strings.CutPrefix(line, "== "); found {
			var c culture
			if _, err := fmt.Sscan(head, &c.language, &c.zone, &c.share); err != nil {
				return w, fmt.Errorf("people: %s: %w", line, err)
			}
			w.cultures = append(w.cultures, c)
			continue
		}
		name, text, _ := strings.Cut(line, ": ")
		if err := w.cultures[len(w.cultures)-1].take(name, strings.Split(text, "|")); err != nil {
			return w, err
		}
	}
	var models []string
	for line := range content(siteText) {
		if list, found := strings.CutPrefix(line, "* "); found {
			models = strings.Split(list, "|")
		}
	}
	for line := range content(siteText) {
		parts := strings.SplitN(line, " ", 3)
		lang := parts[0]
		switch {
		case lang == "*":
		case strings.Contains(line, "*"):
			for _, m := range models {
				w.pages[lang] = append(w.pages[lang], page{strings.ReplaceAll(parts[1], "*", slug(m)), strings.ReplaceAll(parts[2], "*", m)})
			}
		default:
			w.pages[lang] = append(w.pages[lang], page{parts[1], parts[2]})
		}
	}
	return w, nil
}

// content are the lines of a text that are no comment.
func content(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") && !yield(line) {
				return
			}
		}
	}
}

func (c *culture) take(name string, list []string) error {
	switch name {
	case "country":
		c.country = list[0]
	case "first":
		c.first = list
	case "last":
		c.last = list
	case "company":
		c.company = list
	case "position":
		c.position = list
	case "mail":
		c.mail = list
	case "phone":
		c.phones = list
	case "city":
		for _, s := range list {
			p := strings.Split(s, "/")
			if len(p) != 3 {
				return fmt.Errorf("city %q has no region and code", s)
			}
			c.cities = append(c.cities, city{p[0], p[1], p[2]})
		}
	default:
		return fmt.Errorf("people have no %q", name)
	}
	return nil
}

// culture chooses one by their shares.
func (w world) culture(random *rand.Rand) *culture {
	n := random.IntN(100)
	for i := range w.cultures {
		if n -= w.cultures[i].share; n < 0 {
			return &w.cultures[i]
		}
	}
	return &w.cultures[0]
}

// site is the part of the site that readers of a language see.
func (w world) site(language string) []page {
	if strings.HasPrefix(language, "fr") {
		return w.pages["fr"]
	}
	return w.pages["en"]
}

// often picks from a list, what stands in front more often.
func often[T any](random *rand.Rand, list []T) T {
	return list[int(random.Float64()*random.Float64()*float64(len(list)))]
}

func one[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// slug is a text as it stands in an address.
func slug(s string) string {
	letters := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r == ' ' || r == '\'' || r == '-':
			return '-'
		}
		return -1
	}, field.Fold(s))
	return strings.Trim(letters, "-")
}

// identity is what somebody is called and where they can be reached; number
// makes the address theirs alone.
func (c *culture) identity(random *rand.Rand, number int64) map[string]string {
	first, last := often(random, c.first), often(random, c.last)
	values := map[string]string{"firstname": first, "lastname": last}
	domain := one(random, c.mail)
	if random.IntN(5) < 2 {
		values["company"] = strings.ReplaceAll(one(random, c.company), "*", often(random, c.last))
		values["position"] = often(random, c.position)
		domain = slug(values["company"]) + ".example"
	}
	local := slug(first) + "." + slug(last)
	if random.IntN(3) == 0 {
		local = slug(first)[:1] + slug(last)
	}
	values["email"] = local + strconv.FormatInt(number, 10) + "@" + domain
	return values
}

// card is all that a file of customers says about somebody.
func (c *culture) card(random *rand.Rand, number int64) map[string]string {
	values := c.identity(random, number)
	home := often(random, c.cities)
	values["city"], values["state"], values["zipcode"], values["country"] = home.name, home.region, home.zip, c.country
	values["address1"] = strconv.Itoa(1+random.IntN(180)) + ", " + one(random, []string{"rue des Lilas", "High Street", "avenue de la Gare", "Hauptstraße", "place du Marché", "Mill Lane"})
	values["mobile"] = fmt.Sprintf("%s %02d %02d %02d", c.phones[0], random.IntN(100), random.IntN(100), random.IntN(100))
	values["preferred_locale"] = strings.ReplaceAll(c.language, "-", "_")
	return values
}

// address is one that belongs to nobody: RFC 6598, or for IPv6 RFC 3849.
func address(random *rand.Rand) string {
	if random.IntN(10) < 3 {
		return fmt.Sprintf("2001:db8:%x:%x::%x", 1+random.IntN(0xfffe), 1+random.IntN(0xfffe), 1+random.IntN(0xfffe))
	}
	return fmt.Sprintf("100.%d.%d.%d", 64+random.IntN(64), random.IntN(256), 1+random.IntN(254))
}

// referrers are where sessions begin, the empty ones without a trace.
var referrers = []string{"", "https://www.google.com/", "", "https://www.google.fr/", "https://www.bing.com/", "https://duckduckgo.com/", "https://www.linkedin.com/",
	"https://l.facebook.com/", "https://www.qwant.com/", "https://velo-magazine.example/essais/", "https://forum-cyclo.example/sujet/", "https://mail.courriel.example/"}

var campaigns = []visit.UTM{
	{Source: "newsletter", Medium: "email", Campaign: "printemps"}, {Source: "newsletter", Medium: "email", Campaign: "rentree"},
	{Source: "newsletter", Medium: "email", Campaign: "spring"}, {Source: "linkedin", Medium: "social", Campaign: "atelier"},
	{Source: "google", Medium: "cpc", Campaign: "marque", Term: "vélo acier"}, {Source: "google", Medium: "cpc", Campaign: "brand", Term: "steel bicycle"},
	{Source: "partenaire", Medium: "affiliation", Campaign: "salon-du-cycle", Content: "bandeau"},
}

// machine is what a browser says of itself.
type machine struct{ agent, resolution, platform string }

var machines = []machine{
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", "1920x1080", "Windows"},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "390x844", "iOS"},
	{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36", "412x915", "Android"},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "1440x900", "macOS"},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "1536x864", "Windows"},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", "1920x1080", "Windows"},
	{"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "2560x1440", "Linux"},
	{"Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "820x1180", "iOS"},
	{"Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "360x780", "Android"},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", "1728x1117", "macOS"},
	{"Mozilla/5.0 (Android 14; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0", "412x892", "Android"},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0", "1366x768", "Windows"},
}
