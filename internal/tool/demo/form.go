package demo

import (
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/user"
)

// topics are what people write about, as the form offers it, the usual ones first.
var topics = map[string][]question.Option{
	"en": {{Label: "A bicycle made to measure", Value: "bespoke"}, {Label: "A test ride", Value: "test"}, {Label: "A repair", Value: "repair"}},
	"fr": {{Label: "Un vélo sur mesure", Value: "bespoke"}, {Label: "Un essai", Value: "test"}, {Label: "Une réparation", Value: "repair"}},
}

// messages are what they write.
var messages = map[string][]string{
	"en": {"", "I ride 12 km to work each day, mostly uphill.\nWhich of the three would you advise?", "Do you take old frames in exchange?", "How long does it take from the order to the first ride?"},
	"fr": {"", "Je fais 12 km par jour, surtout en montée.\nLequel des trois me conseillez-vous ?", "Reprenez-vous les anciens cadres ?", "Combien de temps entre la commande et le premier tour de roue ?"},
}

// labels are the words of the sample form.
var labels = map[string]map[string]string{
	"en": {"first": "First name", "last": "Last name", "email": "E-mail address", "topic": "What is it about?", "message": "Your message", "consent": "News from the workshop",
		"agree": "I would like to hear from the workshop by e-mail, about once a month.", "tag": "wrote to us"},
	"fr": {"first": "Prénom", "last": "Nom", "email": "Adresse e-mail", "topic": "De quoi s’agit-il ?", "message": "Votre message", "consent": "Nouvelles de l’atelier",
		"agree": "Je souhaite recevoir des nouvelles de l’atelier par e-mail, environ une fois par mois.", "tag": "nous a écrit"},
}

func sampleForm(language string, u user.User) form.Form {
	f, say := form.Blank(language), labels[language]
	f.Name, f.CreatedBy, f.CreatedByUser = "Contact", u.ID, u.Name()
	f.Fields = []form.Field{
		{Label: say["first"], Alias: "firstname", Type: question.Text, ContactField: "firstname"},
		{Label: say["last"], Alias: "lastname", Type: question.Text, ContactField: "lastname"},
		{Label: say["email"], Alias: "email", Type: question.Email, ContactField: "email", Required: true},
		{Label: say["topic"], Alias: "topic", Type: question.Radio, Properties: question.Properties{Options: topics[language]}},
		{Label: say["message"], Alias: "your_message", Type: question.Paragraph},
		{Label: say["consent"], Alias: "consent", Type: question.Consent, HideLabel: true, Properties: question.Properties{Text: say["agree"]}},
	}
	f.Actions = []form.Action{{Type: form.ChangeTags, Add: []string{say["tag"]}}}
	return f
}

// answers are what somebody made up sends.
func (s *sampler) answers(language, first, last, address string) map[string][]string {
	values := map[string][]string{
		"firstname": {first}, "lastname": {last}, "email": {address}, "topic": {pick(s.random, topics["en"]).Value}, "your_message": {pick(s.random, messages[language])},
	}
	if s.random.IntN(3) > 0 {
		values["consent"] = []string{"1"}
	}
	return values
}
