package duplicate

import (
	"slices"
	"testing"

	"ariane/internal/contact"
	"ariane/internal/field"
)

func person(pairs ...string) profile {
	values := map[string]string{}
	for pair := range slices.Chunk(pairs, 2) {
		values[pair[0]] = pair[1]
	}
	return profileOf(field.Standard(), contact.Contact{Fields: values}, nil)
}

// What speaks for two being one person is what people would say, and who shares
// something that is looked for shares a key.
func TestReasons(t *testing.T) {
	anna := person("firstname", "Anna", "lastname", "Moreau", "email", "anna.moreau@gmail.com", "phone", "+33 6 12 34 56 78", "company", "Blanc & Fils SARL", "city", "Lyon")
	for name, c := range map[string]struct {
		a, b profile
		want []Reason
	}{
		"address in capitals":       {anna, person("email", "Anna.Moreau@GMAIL.com"), []Reason{SameEmail}},
		"dots and plus":             {anna, person("email", "annamoreau+news@googlemail.com"), []Reason{SameMailbox}},
		"dots mean something there": {person("email", "a.b@example.com"), person("email", "ab@example.com"), nil},
		"plus means something":      {person("email", "a+b@example.com"), person("email", "a@example.com"), nil},
		"national number":           {anna, person("lastname", "M", "phone", "06.12.34.56.78"), []Reason{SamePhone}},
		"number with 00":            {anna, person("mobile", "0033 (0)6 12 34 56 78"), []Reason{SamePhone}},
		"number elsewhere":          {anna, person("phone", "+32 6 12 34 56 78"), nil},
		"number with extension":     {anna, person("phone", "06 12 34 56 78 ext. 4"), []Reason{SamePhone}},
		"no number":                 {person("phone", "0000000000"), person("phone", "0000000000"), nil},
		"name and company":          {anna, person("firstname", "ANNA", "lastname", "Moréau", "company", "blanc et fils"), []Reason{SameName, SameCompany}},
		"company without its form":  {anna, person("firstname", "anna", "lastname", "moreau", "company", "Blanc Fils"), []Reason{SameName, SameCompany}},
		"names the other way round": {anna, person("firstname", "Moreau", "lastname", "Anna", "city", "LYON"), []Reason{SameName, SamePlace}},
		"name alone":                {anna, person("firstname", "Anna", "lastname", "Moreau"), nil},
		"letters changed places":    {anna, person("firstname", "Anna", "lastname", "Mroeau", "city", "Lyon"), []Reason{NearName, SamePlace}},
		"an initial":                {anna, person("firstname", "A.", "lastname", "Moreau", "city", "Lyon"), []Reason{NearName, SamePlace}},
		"heard, not read": {person("firstname", "Stefan", "lastname", "Mayer", "company", "x"), person("firstname", "Stephan", "lastname", "Meyer", "company", "X"),
			[]Reason{NearName, SameCompany}},
		"another name, near by":  {anna, person("firstname", "Paul", "lastname", "Moreau", "city", "Lyon", "company", "Blanc & Fils"), nil},
		"one address, two names": {anna, person("firstname", "Paul", "lastname", "Blanc", "email", "anna.moreau@gmail.com"), []Reason{SameEmail, OtherName}},
		"the same before the @":  {anna, person("firstname", "Anna", "lastname", "Moreau", "email", "annamoreau@example.com"), []Reason{SameName, SameLocal}},
		"a number, two names":    {anna, person("firstname", "Paul", "lastname", "Blanc", "phone", "0612345678"), []Reason{SamePhone, OtherName}},
	} {
		for _, turned := range []bool{false, true} {
			a, b := c.a, c.b
			if turned {
				a, b = b, a
			}
			got, score := compare(a, b)
			if !slices.Equal(got, c.want) || (score > 0) != (c.want != nil) || score > HighestScore {
				t.Errorf("%s: %v with score %d, want %v", name, got, score, c.want)
			}
			shares := slices.ContainsFunc(a.hashes(), func(h int64) bool { return slices.Contains(b.hashes(), h) })
			if c.want != nil && !shares {
				t.Errorf("%s: no key in common", name)
			}
		}
	}
}

// A reason more never makes it less likely, what speaks against it does.
func TestScoresOrder(t *testing.T) {
	of := func(pairs ...string) int {
		all := append([]string{"firstname", "Anna", "lastname", "Moreau"}, pairs...)
		_, score := compare(person("firstname", "Anna", "lastname", "Moreau", "email", "anna@example.com", "phone", "0612345678", "company", "Acme", "city", "Lyon"), person(all...))
		return score
	}
	order := []int{of("city", "Lyon"), of("company", "acme"), of("company", "acme", "city", "lyon"), of("phone", "0612345678"), of("email", "anna@example.com"),
		of("email", "anna@example.com", "phone", "0612345678", "company", "acme")}
	if !slices.IsSorted(order) || order[0] < LowestScore || order[len(order)-1] != HighestScore {
		t.Error(order)
	}
	family, _ := compare(person("firstname", "Anna", "lastname", "Moreau", "phone", "0612345678"), person("firstname", "Paul", "lastname", "Blanc", "phone", "0612345678"))
	_, alone := compare(person("phone", "0612345678"), person("phone", "0612345678"))
	_, apart := compare(person("firstname", "Anna", "lastname", "Moreau", "phone", "0612345678"), person("firstname", "Paul", "lastname", "Blanc", "phone", "0612345678"))
	if apart >= alone || !slices.Contains(family, OtherName) {
		t.Error("two names at one number score", apart, "no name scores", alone)
	}
}
