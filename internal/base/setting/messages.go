package setting

// Often is a number of messages in a DAY, a WEEK or a MONTH.
type Often struct {
	Most int    `json:"most"`
	Per  string `json:"per"`
}

// MessageFrequency is how often a contact that did not choose is written to at most, by
// channel.
var MessageFrequency = Setting[map[string]Often]{name: "message_frequency"}

// PreferenceSecret signs the addresses of preference pages. It is shown to nobody:
// changing it breaks the links of all messages sent.
var PreferenceSecret = Setting[string]{name: "preference_secret"}
