package web

import "net/http"

// Handler answers a request, or returns why it cannot: a fault becomes its page
// or its JSON, anything else is logged and answered without details.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Permission says who may take a route, and through what the request passes.
type Permission int

const (
	// Public is a page of ours for everybody, with the session if there is one.
	Public Permission = iota + 1
	// Tracking is for other people's sites: no session, no language of a user,
	// requests from anywhere.
	Tracking
	// SignedIn wants somebody logged in.
	SignedIn
	// Admin wants an administrator logged in.
	Admin
	// API wants credentials with each request and answers in JSON.
	API
	// AdminAPI is API for administrators.
	AdminAPI
	// Operator is for those who look after the machine: requests from the machine
	// itself that came through no proxy, and those with the operator's token.
	Operator
)

func (p Permission) known() bool { return p >= Public && p <= Operator }

func (p Permission) api() bool { return p == API || p == AdminAPI }

// browser tells the permissions of our own pages.
func (p Permission) browser() bool { return p == Public || p == SignedIn || p == Admin }

// Route is one URL of a door.
type Route struct {
	Pattern    string // "GET /contacts/{id}"
	Permission Permission
	Handler    Handler
}
