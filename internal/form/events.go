package form

import (
	"ariane/internal/activity"
	"ariane/internal/id"
)

// KindSubmitted is the kind form.submitted.
const KindSubmitted activity.Kind = 20

// Submitted is the data of form.submitted.
type Submitted struct {
	Form       id.Form       `json:"form"`
	Name       string        `json:"name"` // of the form, at that time
	Submission id.Submission `json:"submission"`
	Answers    []Answer      `json:"answers"`
	Page       string        `json:"page,omitempty"` // address of the page the form was on
	Referrer   string        `json:"referrer,omitempty"`
}

// Kinds declares what this package appends to threads.
func Kinds() []activity.Definition {
	return []activity.Definition{
		{Kind: KindSubmitted, Name: "form.submitted", Protocol: "form.submitted", Payload: Submitted{}},
	}
}
