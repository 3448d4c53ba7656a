package setting

// OutgoingHosts are the hosts that calls of ours may reach although they are not
// on the open internet: names or addresses, with a port or without.
var OutgoingHosts = Setting[[]string]{name: "outgoing_hosts"}
