package duplicate

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/contact"
	"ariane/internal/field"
)

// profile is what of a contact is compared, in the form for that.
type profile struct {
	emails      []string // also those that lead to the contact by a merge
	aliases     []string // the addresses without what their provider passes over
	locals      []string // the parts before the @
	phones      []phone
	uniques     []string // other values that name one contact
	first, last string
	company     string
	place       string // where it lives
}

// phone is a number without signs, with the code of the country where it was given.
type phone struct {
	digits        string
	international bool
}

// mostCompared is up to how many bytes of a text are compared.
const mostCompared = 64

// profileOf is what of a contact is compared. keys are its strong identity keys.
func profileOf(set *field.Set, c contact.Contact, keys []contact.Key) profile {
	v := c.Fields
	p := profile{first: folded(v["firstname"]), last: folded(v["lastname"]), company: companyName(v["company"])}
	if p.place = folded(v["city"]); p.place == "" {
		p.place = folded(v["zipcode"])
	}
	for _, alias := range []string{"phone", "mobile"} {
		if n, ok := readPhone(v[alias]); ok && !slices.Contains(p.phones, n) {
			p.phones = append(p.phones, n)
		}
	}
	p.addEmail(v["email"])
	for _, k := range keys {
		if k.Kind == contact.KeyEmail {
			p.addEmail(k.Value)
		} else {
			p.addUnique(int64(k.Kind), k.Value)
		}
	}
	for _, f := range set.Keyed() {
		if f.Alias != "email" {
			p.addUnique(f.ID, v[f.Alias])
		}
	}
	return p
}

func folded(text string) string {
	if field.Placeholder(text) {
		return ""
	}
	text = field.Fold(text)
	return text[:min(len(text), mostCompared)]
}

// forms are words of the names of companies that people leave out.
var forms = []string{"et", "and", "und", "sa", "sas", "sasu", "sarl", "eurl", "sci", "snc", "gmbh", "ag", "kg", "ltd", "limited", "inc", "llc", "llp", "plc", "corp", "co", "bv", "nv", "srl", "spa", "sl"}

func companyName(text string) string {
	words := strings.FieldsFunc(folded(text), func(r rune) bool { return strings.ContainsRune(" .,;-_/&'’()", r) })
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(forms, w) })
	if len(kept) == 0 {
		kept = words
	}
	return strings.Join(kept, " ")
}

func (p *profile) addUnique(number int64, value string) {
	if value = strings.ToLower(strings.TrimSpace(value)); !field.Placeholder(value) {
		p.uniques = added(p.uniques, strconv.FormatInt(number, 10)+":"+value)
	}
}

func (p *profile) addEmail(value string) {
	value = strings.ToLower(strings.Trim(strings.TrimSpace(value), field.Quotes))
	local, domain, ok := strings.Cut(value, "@")
	if !ok || field.Placeholder(value) {
		return
	}
	p.emails = added(p.emails, value)
	local, domain = mailbox(local, domain)
	p.locals = added(p.locals, local)
	p.aliases = added(p.aliases, local+"@"+domain)
}

func added(list []string, value string) []string {
	if slices.Contains(list, value) {
		return list
	}
	return append(list, value)
}

// providers are those who deliver what is sent to name+anything@ to name@, by the
// domain under which they have one mailbox each.
var providers = map[string]string{"gmail.com": "gmail.com", "googlemail.com": "gmail.com", "outlook.com": "outlook.com", "outlook.fr": "outlook.fr", "hotmail.com": "hotmail.com", "hotmail.fr": "hotmail.fr",
	"live.com": "live.com", "live.fr": "live.fr", "icloud.com": "icloud.com", "me.com": "icloud.com", "mac.com": "icloud.com", "fastmail.com": "fastmail.com",
	"proton.me": "proton.me", "protonmail.com": "proton.me", "pm.me": "proton.me"}

// mailbox is where a provider delivers what is sent to an address.
func mailbox(local, domain string) (string, string) {
	main, known := providers[domain]
	if !known {
		return local, domain
	}
	if name, _, tagged := strings.Cut(local, "+"); tagged && name != "" {
		local = name
	}
	if main == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	return local, main
}

// fewestDigits is how many digits a telephone number has at least, without the code
// of the country.
const fewestDigits = 7

// readPhone reads a number: +33 (0)1 23 45 67 89 x12, 0033 1…, 01.23.45.67.89.
func readPhone(text string) (phone, bool) {
	text = strings.ToLower(strings.ReplaceAll(text, "(0)", ""))
	if i := strings.IndexAny(text, "xep#"); i >= 0 {
		text = text[:i] // an extension
	}
	p := phone{international: strings.HasPrefix(strings.TrimSpace(text), "+")}
	p.digits = strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	if !p.international && strings.HasPrefix(p.digits, "00") {
		p.international = true
	}
	p.digits = strings.TrimLeft(p.digits, "0")
	if len(p.digits) < fewestDigits || len(p.digits) > 15 || strings.Trim(p.digits, p.digits[:1]) == "" {
		return phone{}, false
	}
	return p, true
}

// same tells whether two numbers are one. One that was given without the code of its
// country is one with any that ends like it.
func (p phone) same(other phone) bool {
	if p.international == other.international {
		return p.digits == other.digits
	}
	if other.international {
		p, other = other, p
	}
	code, ends := strings.CutSuffix(p.digits, other.digits)
	return ends && code != "" && len(code) <= 3
}

// hashes are the keys that a contact is looked up by, sorted.
func (p profile) hashes() []int64 {
	var list []int64
	add := func(parts ...string) { list = append(list, hash(parts...)&^ofName) }
	addName := func(parts ...string) { list = append(list, hash(parts...)|ofName) }
	for _, u := range p.uniques {
		add("unique", u)
	}
	for _, e := range p.aliases {
		add("email", e)
	}
	for _, n := range p.phones {
		add("phone", n.digits[len(n.digits)-fewestDigits:])
	}
	if p.first != "" && p.last != "" {
		names := []string{p.first, p.last}
		slices.Sort(names) // some write the last name first
		one, two := names[0], names[1]
		for i, second := range []string{p.company, p.place} {
			if second == "" {
				continue
			}
			// A slip in one name leaves the other; what sounds alike is written
			// otherwise in both.
			second = strconv.Itoa(i) + second
			addName("one", one, initial(two), second)
			addName("two", initial(one), two, second)
			addName("sound", sound(one), sound(two), second)
		}
		for _, local := range p.locals {
			addName("local", local, initial(one))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func initial(text string) string {
	for _, r := range text {
		return string(r)
	}
	return ""
}

// ofName is the bit of a hash that tells a key made of names.
const ofName = 1

// hashBits are those of a hash: SQLite stores as many in six bytes. Keys that clash
// cost a comparison.
const hashBits = 47

func hash(parts ...string) int64 {
	h := fnv.New64a()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	n := h.Sum64()
	return int64((n ^ n>>hashBits) & (1<<hashBits - 1))
}

// digest tells two profiles apart.
func (p profile) digest() int64 {
	parts := slices.Concat([]string{p.first, p.last, p.company, p.place, ""}, p.emails, []string{""}, p.uniques, []string{""})
	for _, n := range p.phones {
		parts = append(parts, strconv.FormatBool(n.international)+n.digits)
	}
	return hash(parts...)
}

// packed is how hashes are stored.
func packed(hashes []int64) []byte {
	raw := make([]byte, 0, 8*len(hashes))
	for _, h := range hashes {
		raw = binary.BigEndian.AppendUint64(raw, uint64(h))
	}
	return raw
}

func unpacked(raw []byte) []int64 {
	list := make([]int64, 0, len(raw)/8)
	for ; len(raw) >= 8; raw = raw[8:] {
		list = append(list, int64(binary.BigEndian.Uint64(raw)))
	}
	return list
}
