package contactpage

import (
	"context"

	"ariane/internal/base/i18n"
)

// searchWord is a command of the search as it is explained.
type searchWord struct {
	Command string // its canonical name
	Name    string // in the language of who reads
	Example string // what can stand after the name
	Says    string
}

// Also is the example with the canonical name, where that is another.
func (w searchWord) Also() string {
	if w.Name == w.Command {
		return ""
	}
	return w.Command + ":" + w.Example
}

// wordGroup is a part of the help.
type wordGroup struct {
	Title string
	Words []searchWord
}

func searchWords(ctx context.Context) []wordGroup {
	t := func(key string) string { return i18n.T(ctx, key) }
	return []wordGroup{
		{t("contactpage.words.who|Who it is"), []searchWord{
			{"name", t("contactpage.word.name|name"), "moreau", t("contactpage.says.name|first or last names that begin like this")},
			{"email", "email", "%@example.com", t("contactpage.says.email|addresses that end like this; without the percent sign, that begin")},
			{"company", t("contactpage.word.company|company"), "acme", t("contactpage.says.company|companies that begin like this")},
			{"phone", t("contactpage.word.phone|phone"), t("contactpage.example.phone|2079460"), t("contactpage.says.phone|these digits in a number, however it is written")},
			{"is", t("contactpage.word.is|is"), t("contactpage.example.is|anonymous"), t("contactpage.says.is|visitors without a name; also is:identified, is:mine, is:unowned")},
			{"ip", "ip", "203.0.113", t("contactpage.says.ip|everybody seen at these addresses")},
			{"ids", "ids", "12,15", t("contactpage.says.ids|contacts by their numbers")},
			{"company_id", "company_id", "7", t("contactpage.says.company_id|everybody who belongs to the company of this number")},
		}},
		{t("contactpage.words.known|What is known"), []searchWord{
			{"tag", t("contactpage.word.tag|tag"), t("contactpage.example.tag|customer"), t("contactpage.says.tag|everybody with this tag")},
			{"stage", t("contactpage.word.stage|stage"), t("contactpage.example.stage|customer"), t("contactpage.says.stage|everybody at a stage whose name begins like this; stage:none for who is at none")},
			{"dnc", t("contactpage.word.dnc|dnc"), t("contactpage.dnc.unsubscribed|unsubscribed"), t("contactpage.says.dnc|must not be contacted because they unsubscribed; also dnc:email, dnc:bounced, dnc:any")},
			{"owner", t("contactpage.word.owner|owner"), "camille", t("contactpage.says.owner|contacts of this colleague")},
			{"points", "points", ">50", t("contactpage.says.points|more than 50 points; also 50, <=50, 10..20")},
			{"has", t("contactpage.word.has|has"), t("contactpage.example.has|phone"), t("contactpage.says.has|there is a telephone number; also an e-mail, a tag, an owner…")},
			{"created", t("contactpage.word.created|created"), t("contactpage.example.created|<30d"), t("contactpage.says.created|new in the last 30 days; also 2026-03, yesterday, 2026-01-01..2026-03-31")},
			{"identified", t("contactpage.word.identified|identified"), "2026-03", t("contactpage.says.identified|became known in that month")},
			{"modified", t("contactpage.word.modified|modified"), t("contactpage.example.modified|today"), t("contactpage.says.modified|changed on that day")},
		}},
		{t("contactpage.words.did|What happened"), []searchWord{
			{"active", t("contactpage.word.active|active"), t("contactpage.example.active|>6m"), t("contactpage.says.active|not seen for six months")},
			{"event", t("contactpage.word.event|event"), t("contactpage.example.event|form"), t("contactpage.says.event|sent a form; also a visit, a tag, a note")},
			{"visited", t("contactpage.word.visited|visited"), t("contactpage.example.visited|/prices"), t("contactpage.says.visited|saw a page whose address begins like this, with or without the host; a percent sign is any text")},
			{"utm_source", "utm_source", "news", t("contactpage.says.utm.source|came by a campaign with this source")},
			{"utm_medium", "utm_medium", "email", t("contactpage.says.utm.medium|came by a campaign of this medium")},
			{"utm_campaign", "utm_campaign", "spring", t("contactpage.says.utm.campaign|came by this campaign")},
			{"utm_content", "utm_content", "top", t("contactpage.says.utm.content|came by this part of a campaign")},
			{"utm_term", "utm_term", "shoes", t("contactpage.says.utm.term|came by this search term of a campaign")},
			{"hit", t("contactpage.word.hit|hit"), t("contactpage.example.hit|(visited:/prices utm_source:news)"), t("contactpage.says.hit|one page view matches all that stands in the brackets")},
			{"device", t("contactpage.word.device|device"), "iphone", t("contactpage.says.device|came with a device that calls itself so")},
		}},
	}
}

func flagOffers(ctx context.Context) []offer {
	return []offer{
		{i18n.T(ctx, "contactpage.flag.anonymous|anonymous"), i18n.T(ctx, "contactpage.flag.anonymous|anonymous"), i18n.T(ctx, "contactpage.flag.anonymous.says|visitors without a name")},
		{i18n.T(ctx, "contactpage.flag.identified|identified"), i18n.T(ctx, "contactpage.flag.identified|identified"), i18n.T(ctx, "contactpage.flag.identified.says|contacts with a name")},
		{i18n.T(ctx, "contactpage.flag.mine|mine"), i18n.T(ctx, "contactpage.flag.mine|mine"), i18n.T(ctx, "contactpage.flag.mine.says|contacts that are yours")},
		{i18n.T(ctx, "contactpage.flag.unowned|unowned"), i18n.T(ctx, "contactpage.flag.unowned|unowned"), i18n.T(ctx, "contactpage.flag.unowned.says|contacts of nobody")},
	}
}

func presentOffers(ctx context.Context) []offer {
	var list []offer
	for _, key := range []string{"contactpage.word.email|email", "contactpage.word.phone|phone", "contactpage.word.company|company", "contactpage.word.name|name", "contactpage.word.tag|tag", "contactpage.word.owner|owner"} {
		list = append(list, offer{Name: i18n.T(ctx, key)})
	}
	return list
}

func eventOffers(ctx context.Context) []offer {
	return []offer{
		{i18n.T(ctx, "contactpage.happened.visit|visit"), i18n.T(ctx, "contactpage.happened.visit|visit"), i18n.T(ctx, "contactpage.happened.visit.says|saw a page")},
		{i18n.T(ctx, "contactpage.happened.form|form"), i18n.T(ctx, "contactpage.happened.form|form"), i18n.T(ctx, "contactpage.happened.form.says|sent a form")},
		{i18n.T(ctx, "contactpage.happened.identified|identified"), i18n.T(ctx, "contactpage.happened.identified|identified"), i18n.T(ctx, "contactpage.happened.identified.says|became known")},
		{i18n.T(ctx, "contactpage.happened.tag|tag"), i18n.T(ctx, "contactpage.happened.tag|tag"), i18n.T(ctx, "contactpage.happened.tag.says|was given a tag, or lost one")},
		{i18n.T(ctx, "contactpage.happened.note|note"), i18n.T(ctx, "contactpage.happened.note|note"), i18n.T(ctx, "contactpage.happened.note.says|somebody wrote a note")},
		{i18n.T(ctx, "contactpage.happened.merged|merged"), i18n.T(ctx, "contactpage.happened.merged|merged"), i18n.T(ctx, "contactpage.happened.merged.says|is made of two")},
	}
}

func blockOffers(ctx context.Context) []offer {
	var list []offer
	for _, key := range []string{"contactpage.dnc.any|any", "contactpage.dnc.email|email", "contactpage.dnc.sms|sms", "contactpage.dnc.notification|notification", "contactpage.dnc.unsubscribed|unsubscribed",
		"contactpage.dnc.bounced|bounced", "contactpage.dnc.manual|manual"} {
		list = append(list, offer{Name: i18n.T(ctx, key)})
	}
	return list
}

func timeOffers(ctx context.Context) []offer {
	var list []offer
	for _, key := range []string{"contactpage.time.today|today", "contactpage.time.yesterday|yesterday", "contactpage.time.week|this week", "contactpage.time.month|this month",
		"contactpage.time.lastmonth|last month", "contactpage.time.days|<30d", "contactpage.time.long|>6m"} {
		list = append(list, offer{Name: i18n.T(ctx, key)})
	}
	return list
}
