package contactpage

import (
	"ariane/internal/activity"
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/search"
	"ariane/internal/visit"
	"ariane/internal/web"
)

// Deps is what these pages work with.
type Deps struct {
	DB    *db.DB
	Clock clock.Clock
	// Language is what the search of the list understands.
	Language search.Language
	// Watcher tells what is new while a page is looked at.
	Watcher *activity.Watcher
	// Places finds the places of addresses.
	Places *visit.Places
	// BaseURL is the public address, without slash at the end.
	BaseURL string
}

// Routes are the pages about contacts.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/contacts", Permission: web.SignedIn, Handler: d.list},
		{Pattern: "GET /s/contacts/complete", Permission: web.SignedIn, Handler: d.complete},
		{Pattern: "GET /s/contacts/condition", Permission: web.SignedIn, Handler: d.condition},
		{Pattern: "GET /s/contacts/views/new", Permission: web.SignedIn, Handler: d.showNewView},
		{Pattern: "POST /s/contacts/views/new", Permission: web.SignedIn, Handler: d.addView},
		{Pattern: "GET /s/contacts/views/{view}", Permission: web.SignedIn, Handler: d.showView},
		{Pattern: "POST /s/contacts/views/{view}", Permission: web.SignedIn, Handler: d.changeView},
		{Pattern: "POST /s/contacts/views/{view}/keep", Permission: web.SignedIn, Handler: d.keepView},
		{Pattern: "POST /s/contacts/views/{view}/delete", Permission: web.SignedIn, Handler: d.deleteView},
		{Pattern: "GET /s/contacts/search", Permission: web.SignedIn, Handler: d.help},
		{Pattern: "GET /s/contacts/view/{id}", Permission: web.SignedIn, Handler: d.view},
		{Pattern: "GET /s/contacts/progress/{id}", Permission: web.SignedIn, Handler: d.progress},
		{Pattern: "GET /s/contacts/live/{id}", Permission: web.SignedIn, Handler: d.live},
		{Pattern: "GET /s/contacts/new", Permission: web.SignedIn, Handler: d.showNew},
		{Pattern: "POST /s/contacts/new", Permission: web.SignedIn, Handler: d.create},
		{Pattern: "GET /s/contacts/address", Permission: web.SignedIn, Handler: d.address},
		{Pattern: "GET /s/contacts/edit/{id}", Permission: web.SignedIn, Handler: d.showEdit},
		{Pattern: "POST /s/contacts/edit/{id}", Permission: web.SignedIn, Handler: d.update},
		{Pattern: "GET /s/contacts/delete/{id}", Permission: web.SignedIn, Handler: d.showDelete},
		{Pattern: "POST /s/contacts/delete/{id}", Permission: web.SignedIn, Handler: d.remove},
		{Pattern: "GET /s/contacts/merge/{id}", Permission: web.SignedIn, Handler: d.showMerge},
		{Pattern: "POST /s/contacts/merge/{id}", Permission: web.SignedIn, Handler: d.merge},
		{Pattern: "GET /s/contacts/joined/{id}", Permission: web.SignedIn, Handler: d.showJoined},
		{Pattern: "GET /s/contacts/unmerge/{id}", Permission: web.SignedIn, Handler: d.showUnmerge},
		{Pattern: "GET /s/contacts/change", Permission: web.SignedIn, Handler: d.showMany},
		{Pattern: "POST /s/contacts/change", Permission: web.SignedIn, Handler: d.startMany},
		{Pattern: "GET /s/contacts/changes", Permission: web.SignedIn, Handler: d.showChanges},
		{Pattern: "GET /s/contacts/changes/{id}", Permission: web.SignedIn, Handler: d.showChange},
		{Pattern: "POST /s/contacts/changes/{id}/stop", Permission: web.SignedIn, Handler: d.stopChange},
		{Pattern: "POST /s/contacts/changes/{id}/undo", Permission: web.SignedIn, Handler: d.undoChange},
		{Pattern: "POST /s/contacts/unmerge/{id}", Permission: web.SignedIn, Handler: d.unmerge},
		{Pattern: "POST /s/contacts/tags/{id}", Permission: web.SignedIn, Handler: d.changeTags},
		{Pattern: "POST /s/contacts/stage/{id}", Permission: web.SignedIn, Handler: d.changeStage},
		{Pattern: "POST /s/contacts/companies/{id}", Permission: web.SignedIn, Handler: d.changeCompanies},
		{Pattern: "POST /s/contacts/follow/{id}", Permission: web.SignedIn, Handler: d.follow},
		{Pattern: "POST /s/contacts/devices/{id}/{device}", Permission: web.SignedIn, Handler: d.setShared},
		{Pattern: "POST /s/contacts/notes/{id}", Permission: web.SignedIn, Handler: d.addNote},
		{Pattern: "GET /s/contacts/notes/{id}/{note}", Permission: web.SignedIn, Handler: d.showNote},
		{Pattern: "POST /s/contacts/notes/{id}/{note}", Permission: web.SignedIn, Handler: d.changeNote},
		{Pattern: "GET /s/contacts/notes/{id}/{note}/delete", Permission: web.SignedIn, Handler: d.showDeleteNote},
		{Pattern: "POST /s/contacts/notes/{id}/{note}/delete", Permission: web.SignedIn, Handler: d.removeNote},
		{Pattern: "GET /s/contacts/selected", Permission: web.SignedIn, Handler: d.selected},
		{Pattern: "GET /s/contacts/duplicates", Permission: web.SignedIn, Handler: d.duplicates},
		{Pattern: "GET /s/contacts/duplicates/apart", Permission: web.SignedIn, Handler: d.showApart},
		{Pattern: "POST /s/contacts/duplicates/apart", Permission: web.SignedIn, Handler: d.sayApart},
		{Pattern: "POST /s/contacts/duplicates/apart/back", Permission: web.SignedIn, Handler: d.takeApartBack},
		{Pattern: "GET /s/contacts/duplicates/merge", Permission: web.SignedIn, Handler: d.showBulk},
		{Pattern: "POST /s/contacts/duplicates/merge", Permission: web.SignedIn, Handler: d.startBulk},
		{Pattern: "GET /s/contacts/duplicates/runs/{run}", Permission: web.SignedIn, Handler: d.showRun},
		{Pattern: "POST /s/contacts/duplicates/runs/{run}/stop", Permission: web.SignedIn, Handler: d.stopRun},
		{Pattern: "GET /s/contacts/bin", Permission: web.SignedIn, Handler: d.bin},
		{Pattern: "POST /s/contacts/restore/{id}", Permission: web.SignedIn, Handler: d.restore},
	}
}
