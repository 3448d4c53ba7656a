package contact

import (
	"ariane/internal/activity"
	"ariane/internal/id"
)

// The kinds of this package.
const (
	KindCreated    activity.Kind = 1
	KindIdentified activity.Kind = 2
	KindUpdated    activity.Kind = 3
	KindIPAdded    activity.Kind = 4
	KindMerged     activity.Kind = 5
	KindJoined     activity.Kind = 6
	KindDeleted    activity.Kind = 7
	KindErased     activity.Kind = 8
	KindRestored   activity.Kind = 9
	// A visitor has kinds of its own, so that counting events tells how many
	// contacts of each sort there are.
	KindVisitorDeleted  activity.Kind = 35
	KindVisitorRestored activity.Kind = 36
	// KindUnmerged and KindVisitorUnmerged are of who stands alone again,
	// KindParted of the contact it had been merged into.
	KindUnmerged        activity.Kind = 37
	KindVisitorUnmerged activity.Kind = 38
	KindParted          activity.Kind = 39
	// KindHandedOver is of a device that is another contact's from then on, on the
	// threads of both.
	KindHandedOver activity.Kind = 50
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
	Name    string   `json:"name,omitempty"`
	Changes []Change `json:"changes,omitempty"`
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

// Merged is the data of contact.merged, another known contact, and of
// contact.joined, a visitor. It is all that is needed to take the two apart
// again, beside the row of the absorbed contact, which stays, and the origins
// of the events.
type Merged struct {
	By By `json:"by,omitzero"`
	// Contact is who was absorbed, Name what it was called.
	Contact id.Contact `json:"contact"`
	Name    string     `json:"name,omitempty"`
	State   State      `json:"state,omitempty"`
	Events  int64      `json:"events"`
	// Keys moved to the survivor, IPs are the addresses that were new to it,
	// Filled the fields that it had no value for, Replaced the values it gave up.
	Keys     []movedKey `json:"keys,omitempty"`
	IPs      []string   `json:"ips,omitempty"`
	Filled   []string   `json:"filled,omitempty"`
	Replaced []Change   `json:"replaced,omitempty"`
	// Before is the survivor as it was, where the merge changed it.
	Before before `json:"before"`
}

// movedKey is an identity key that changed its owner. It has since when, in
// milliseconds, and from where the contact had it,
// and from which other one by a merge.
type movedKey struct {
	Kind   keyKind         `json:"kind"`
	Value  string          `json:"value"`
	Added  int64           `json:"added,omitempty"`
	Source activity.Source `json:"source,omitempty"`
	Origin id.Contact      `json:"origin,omitempty"`
}

// before is what a merge may change of the survivor. Times are milliseconds.
type before struct {
	Added      int64 `json:"added"`
	Identified int64 `json:"identified,omitempty"`
	Points     int   `json:"points,omitempty"`
	Owner      int64 `json:"owner,omitempty"`
	IP         int64 `json:"ip,omitempty"`
}

// Parted is the data of contact.unmerged and visitor.unmerged, on the thread of
// who stands alone again, and of contact.parted on that of the other.
type Parted struct {
	By By `json:"by,omitzero"`
	// Contact is the other one, Name what it was called, Merge the event that had
	// joined them.
	Contact id.Contact `json:"contact"`
	Name    string     `json:"name,omitempty"`
	Merge   id.Event   `json:"merge"`
	// Changes are the values that this one has no longer, or again.
	Changes []Change `json:"changes,omitempty"`
	// Began is this contact before all that its thread tells.
	Began *began `json:"began,omitempty"`
}

// began is what a contact began with. Times are milliseconds.
type began struct {
	Values     map[string]string `json:"values,omitempty"`
	Added      int64             `json:"added"`
	Identified int64             `json:"identified,omitempty"`
	IP         int64             `json:"ip,omitempty"`
}

// HandedOver is the data of device.handed_over.
type HandedOver struct {
	By By `json:"by,omitzero"`
	// Contact is the other one: who has it from then on where the device Left, else
	// who had it.
	Contact id.Contact `json:"contact"`
	Left    bool       `json:"left,omitempty"`
	// Shared tells that it was because many people use it: who has it is an anonymous
	// contact of its own.
	Shared bool `json:"shared,omitempty"`
}

// Removed is the data of contact.deleted and contact.restored, and of the same
// about visitors.
type Removed struct {
	By By `json:"by,omitzero"`
}

// erasure is the data of contact.erased. Absorbed are the contacts that had been
// merged into the erased one, and went with it.
type erasure struct {
	Absorbed []id.Contact `json:"absorbed,omitempty"`
}

// Kinds declares what this package appends to threads.
func Kinds() []activity.Definition {
	return []activity.Definition{
		{Kind: KindCreated, Name: "contact.created", Protocol: "lead.source.created", Payload: Created{}},
		{Kind: KindIdentified, Name: "contact.identified", Protocol: "lead.source.identified", Payload: Identified{}},
		{Kind: KindUpdated, Name: "contact.updated", Protocol: "contact.updated", Payload: Updated{}},
		{Kind: KindMerged, Name: "contact.merged", Protocol: "contact.merged", Payload: Merged{}},
		{Kind: KindJoined, Name: "contact.joined", Protocol: "contact.joined", Payload: Merged{}},
		{Kind: KindDeleted, Name: "contact.deleted", Protocol: "contact.deleted", Payload: Removed{}},
		{Kind: KindErased, Name: "contact.erased", Protocol: "contact.erased", Payload: erasure{}},
		{Kind: KindRestored, Name: "contact.restored", Protocol: "contact.restored", Payload: Removed{}},
		{Kind: KindVisitorDeleted, Name: "visitor.deleted", Protocol: "visitor.deleted", Payload: Removed{}},
		{Kind: KindVisitorRestored, Name: "visitor.restored", Protocol: "visitor.restored", Payload: Removed{}},
		{Kind: KindUnmerged, Name: "contact.unmerged", Protocol: "contact.unmerged", Payload: Parted{}},
		{Kind: KindVisitorUnmerged, Name: "visitor.unmerged", Protocol: "visitor.unmerged", Payload: Parted{}},
		{Kind: KindParted, Name: "contact.parted", Protocol: "contact.parted", Payload: Parted{}},
		{Kind: KindHandedOver, Name: "device.handed_over", Protocol: "device.handed_over", Payload: HandedOver{}},
		{Kind: KindIPAdded, Name: "contact.ip_added", Protocol: "lead.ipadded", Payload: IPAdded{}},
	}
}
