package consent

import (
	"ariane/internal/activity"
)

// The kinds of this package.
const (
	KindBlocked   activity.Kind = 70
	KindAllowed   activity.Kind = 71
	KindWishes    activity.Kind = 72
	KindGiven     activity.Kind = 73
	KindWithdrawn activity.Kind = 74
)

// By says who said something, and through which door.
type By struct {
	Source activity.Source `json:"-"`
	// Cause is the event that led to it, the zero Ref for none.
	Cause  activity.Ref `json:"-"`
	Object string       `json:"object,omitempty"`
	ID     int64        `json:"id,omitempty"`
	Name   string       `json:"name,omitempty"`
}

// Switched is the data of channel.blocked and channel.allowed: the reason before and
// since, of which one is None.
type Switched struct {
	Channel Channel `json:"channel"`
	Old     Reason  `json:"old,omitempty"`
	New     Reason  `json:"new,omitempty"`
	Comment string  `json:"comment,omitempty"`
	By      By      `json:"by,omitzero"`
}

// Wished is the data of wishes.changed.
type Wished struct {
	Changes []WishChange `json:"changes"`
	By      By           `json:"by,omitzero"`
}

// WishChange is what changed about one channel.
type WishChange struct {
	Channel Channel `json:"channel"`
	Old     Wish    `json:"old,omitzero"`
	New     Wish    `json:"new,omitzero"`
}

// Declared is the data of consent.given and consent.withdrawn. The proof is in the
// ledger, under the number of the entry.
type Declared struct {
	Entry   int64  `json:"entry"`
	Purpose int64  `json:"purpose"`
	Name    string `json:"name,omitempty"`
	By      By     `json:"by,omitzero"`
}

// Kinds declares what this package appends to threads.
func Kinds() []activity.Definition {
	return []activity.Definition{
		{Kind: KindBlocked, Name: "channel.blocked", Protocol: "lead.donotcontact", Payload: Switched{}},
		{Kind: KindAllowed, Name: "channel.allowed", Protocol: "lead.donotcontact.removed", Payload: Switched{}},
		{Kind: KindWishes, Name: "wishes.changed", Protocol: "lead.preferences", Payload: Wished{}},
		{Kind: KindGiven, Name: "consent.given", Protocol: "consent.given", Payload: Declared{}},
		{Kind: KindWithdrawn, Name: "consent.withdrawn", Protocol: "consent.withdrawn", Payload: Declared{}},
	}
}
