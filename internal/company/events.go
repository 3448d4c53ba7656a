package company

import (
	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// The kinds of this package.
const (
	KindJoined  activity.Kind = 80
	KindLeft    activity.Kind = 81
	KindPrimary activity.Kind = 82
)

// By says who changes a company, or to which a contact belongs.
type By struct {
	Source activity.Source `json:"-"`
	Object string          `json:"object,omitempty"`
	ID     int64           `json:"id,omitempty"`
	Name   string          `json:"name,omitempty"`
	// User is who is logged in, zero for nobody.
	User id.User `json:"-"`
}

func (b By) contact() contact.By { return contact.By{Object: b.Object, ID: b.ID, Name: b.Name} }

// Belonging is the data of the events of this package.
type Belonging struct {
	Company id.Company `json:"company"`
	Name    string     `json:"name"`
	Primary bool       `json:"primary,omitempty"` // of company.joined
	By      By         `json:"by,omitzero"`
}

// Kinds declares what this package appends to threads.
func Kinds() []activity.Definition {
	return []activity.Definition{
		{Kind: KindJoined, Name: "company.joined", Protocol: "company.joined", Payload: Belonging{}},
		{Kind: KindLeft, Name: "company.left", Protocol: "company.left", Payload: Belonging{}},
		{Kind: KindPrimary, Name: "company.primary_set", Protocol: "company.primary_set", Payload: Belonging{}},
	}
}

// tell appends an event about a member.
func tell(tx *db.Tx, kind activity.Kind, l link, name string, why cause) {
	activity.Append(tx, activity.Entry{Contact: l.contact, Origin: l.origin, At: why.at, Kind: kind, Source: why.by.Source, Cause: why.ref,
		Data: Belonging{Company: l.company, Name: name, Primary: kind == KindJoined && l.primary, By: why.by}})
}
