package setting

// ForwardOnly keeps contacts from going back to an earlier stage, and out of the
// stages.
var ForwardOnly = Setting[bool]{name: "stage_forward_only"}
