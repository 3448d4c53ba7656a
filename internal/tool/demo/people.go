package demo

import (
	"strings"

	"ariane/internal/visit"
)

// person is a kind of sample; name gives each its own name.
type person struct {
	language              string
	firstNames, lastNames []string
	company, domain       string
	position              string
	city, country         string
}

func (p person) name(i int) (first, last string) {
	return p.firstNames[i/len(people)%len(p.firstNames)], p.lastNames[(i/len(people)+i)%len(p.lastNames)]
}

// plain takes the accents of these names away, for addresses.
var plain = strings.NewReplacer("é", "e", "è", "e", "ë", "e", "ê", "e", "É", "e", "à", "a", "â", "a", "ç", "c", "ï", "i", "î", "i", "ô", "o", "ö", "o", "ü", "u",
	"Å", "a", "å", "a", "ø", "o", "Ø", "o", "ñ", "n", "ã", "a", "ß", "ss", "ł", "l", "ń", "n")

var languages = []string{"fr-FR", "fr-FR", "fr-FR", "en-GB", "en-US"}

var referrers = []string{"", "", "https://www.google.com/", "https://www.google.fr/", "https://duckduckgo.com/", "https://www.linkedin.com/", "https://velo-magazine.example/essais/",
	"https://www.bing.com/"}

var campaigns = []visit.UTM{
	{Source: "newsletter", Medium: "email", Campaign: "printemps"},
	{Source: "newsletter", Medium: "email", Campaign: "spring"},
	{Source: "linkedin", Medium: "social", Campaign: "atelier"},
}

var networks = []string{"192.0.2.", "198.51.100.", "203.0.113."}

var (
	resolutions = []string{"1920x1080", "1440x900", "2560x1440"}
	telephones  = []string{"390x844", "412x915"}
)

var agents = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
	"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
}

var french = []string{"Élodie", "Julien", "Anaïs", "Mathieu", "Chloé", "Thomas", "Inès", "Hugo", "Manon", "Rémi"}

var people = []person{
	{"fr-FR", french, []string{"Moreau", "Lefèvre", "Garnier", "Roussel", "Chevalier"}, "Brindille & Fils", "brindille.example", "Responsable marketing", "Lyon", "France"},
	{"fr-FR", french, []string{"Dubois", "Fontaine", "Mercier", "Blanchard", "Renaud"}, "Atelier Garance", "garance.example", "Responsable de boutique", "Nantes", "France"},
	{"fr-FR", french, []string{"Girard", "Perrin", "Colin", "Picard", "Noël"}, "", "courriel.example", "", "Clermont-Ferrand", "France"},
	{"fr-FR", french, []string{"Marchand", "Barbier", "Guérin", "Boyer", "Lemoine"}, "Mairie de Thiers", "thiers.example", "Responsable des mobilités", "Thiers", "France"},
	{"fr-FR", []string{"Lotte", "Bram", "Noor", "Wout", "Fien", "Jonas", "Elise", "Pieter", "Sarah", "Daan"}, []string{"Peeters", "Janssens", "Maes", "Claes", "Wouters"}, "Fietsfabriek", "fietsfabriek.example", "Inkoper", "Gent", "Belgium"},
	{"en-GB", []string{"Alice", "Oliver", "Grace", "Harry", "Freya", "George", "Isla", "Arthur", "Poppy", "Leo"}, []string{"Whitfield", "Barnes", "Osborne", "Fletcher", "Hughes"}, "Harbour Cycles", "harbour.example", "Buyer", "Bristol", "United Kingdom"},
	{"en-US", []string{"Maya", "Ethan", "Zoe", "Caleb", "Naomi", "Owen", "Ruby", "Miles", "Hazel", "Jude"}, []string{"Sullivan", "Brooks", "Hayes", "Coleman", "Reyes"}, "Northwind Labs", "northwind.example", "Head of Growth", "Portland", "United States"},
	{"en-GB", []string{"Ingrid", "Lars", "Åsa", "Nils", "Sigrid", "Erik", "Maja", "Oskar", "Freja", "Axel"}, []string{"Bergström", "Lindqvist", "Holm", "Sjöberg", "Dahl"}, "Fjord Studio", "fjord.example", "Designer", "Gothenburg", "Sweden"},
	{"fr-FR", french, []string{"Müller", "Weber", "Rochat", "Favre", "Bianchi"}, "Helvélo", "helvelo.example", "Responsable des achats", "Lausanne", "Switzerland"},
	{"en-GB", []string{"Inês", "Tiago", "Marta", "Rui", "Beatriz", "João", "Sofia", "Nuno", "Rita", "Pedro"}, []string{"Almeida", "Carvalho", "Sousa", "Pinto", "Ferreira"}, "", "correio.example", "", "Porto", "Portugal"},
}
