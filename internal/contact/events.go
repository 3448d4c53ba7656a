package contact

import "ariane/internal/activity"

// The kinds of this package.
const (
	KindCreated    activity.Kind = 1
	KindIdentified activity.Kind = 2
	KindUpdated    activity.Kind = 3
	KindIPAdded    activity.Kind = 4
)

// By names what caused a change, for people: a form, a user, an import.
type By struct {
	// Object is "submission", "user", "api-single", "hit"…
	Object string `json:"object,omitempty"`
	ID     int64  `json:"id,omitempty"`
	Name   string `json:"name,omitempty"`
}

// Created is the data of contact.created.
type Created struct {
	By By     `json:"by,omitzero"`
	IP string `json:"ip,omitempty"`
}

// Identified is the data of contact.identified.
type Identified struct {
	By By `json:"by,omitzero"`
	// Name is what the contact was called from then on.
	Name string `json:"name,omitempty"`
}

// Change is one value that changed.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

// Updated is the data of contact.updated.
type Updated struct {
	By      By       `json:"by,omitzero"`
	Changes []Change `json:"changes"`
}

// IPAdded is the data of contact.ip_added.
type IPAdded struct {
	IP string `json:"ip"`
}

// Kinds declares what this package appends to threads.
func Kinds() []activity.Definition {
	return []activity.Definition{
		{Kind: KindCreated, Name: "contact.created", Protocol: "lead.source.created", Payload: Created{}},
		{Kind: KindIdentified, Name: "contact.identified", Protocol: "lead.source.identified", Payload: Identified{}},
		{Kind: KindUpdated, Name: "contact.updated", Protocol: "contact.updated", Payload: Updated{}},
		{Kind: KindIPAdded, Name: "contact.ip_added", Protocol: "lead.ipadded", Payload: IPAdded{}},
	}
}
