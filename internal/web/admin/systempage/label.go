package systempage

import (
	"context"

	"ariane/internal/base/i18n"
)

// label says what a reader, a task or a job does; empty for one that came later than
// this page.
func label(ctx context.Context, name string) string {
	switch name {
	case "contact.active":
		return i18n.T(ctx, "systempage.label.active|Keep the last activity of contacts")
	case "report.day":
		return i18n.T(ctx, "systempage.label.day|Count events by day")
	case "visit.merge":
		return i18n.T(ctx, "systempage.label.devices|Keep devices with their contact after a merge")
	case "form.merge":
		return i18n.T(ctx, "systempage.label.submissions|Keep answers with their contact after a merge")
	case "contact.sweep":
		return i18n.T(ctx, "systempage.label.sweep|Bring the values of contacts in line with their fields")
	case "form.send":
		return i18n.T(ctx, "systempage.label.send|Send the answers of a form on")
	case "thread.move":
		return i18n.T(ctx, "systempage.label.move|Move the thread of a merged contact")
	case "contact.unmerge":
		return i18n.T(ctx, "systempage.label.unmerge|Bring the thread of a contact home that is taken out of another")
	case "bulk.run":
		return i18n.T(ctx, "systempage.label.bulk|Change many contacts")
	case "bulk.old":
		return i18n.T(ctx, "systempage.label.bulk.old|Forget what contacts were that were changed a day ago")
	case "contact.bin":
		return i18n.T(ctx, "systempage.label.bin|Erase the contacts deleted a day ago")
	case "contact.fold":
		return i18n.T(ctx, "systempage.label.fold|Make contacts of earlier versions sortable and searchable")
	case "duplicate.pair":
		return i18n.T(ctx, "systempage.label.pair|Find contacts that may be the same person")
	case "duplicate.merge":
		return i18n.T(ctx, "systempage.label.merge|Merge many pairs of contacts")
	case "duplicate.fill":
		return i18n.T(ctx, "systempage.label.fill|Look for the same person among the contacts of before")
	case "company.member":
		return i18n.T(ctx, "systempage.label.companies|Keep which contacts belong to which companies")
	case "company.figures":
		return i18n.T(ctx, "systempage.label.company_figures|Count by day what the people of companies do")
	case "company.fields":
		return i18n.T(ctx, "systempage.label.company_fields|Erase the values of company fields removed a month ago")
	case "company.work":
		return i18n.T(ctx, "systempage.label.company_work|Bring the people of a changed company in line with it")
	case "label.follow":
		return i18n.T(ctx, "systempage.label.tags|Keep tags with their contact")
	case "label.move":
		return i18n.T(ctx, "systempage.label.tag.move|Merge or delete a tag")
	case "stage.move":
		return i18n.T(ctx, "systempage.label.stage.move|Merge or delete a stage")
	case "stage.follow":
		return i18n.T(ctx, "systempage.label.stages|Keep the stage with its contact")
	case "consent.follow":
		return i18n.T(ctx, "systempage.label.consent|Keep do-not-contact, preferences and consents with their contact")
	case "consent.address":
		return i18n.T(ctx, "systempage.label.address|Let those be contacted again whose address changed")
	case "note.follow":
		return i18n.T(ctx, "systempage.label.notes|Keep notes with their contact")
	case "visit.erase":
		return i18n.T(ctx, "systempage.label.erase.devices|Erase the devices of contacts that were erased")
	case "form.erase":
		return i18n.T(ctx, "systempage.label.erase.submissions|Erase the answers of contacts that were erased")
	case "forget_jobs":
		return i18n.T(ctx, "systempage.label.jobs|Forget work done long ago")
	case "thread.months":
		return i18n.T(ctx, "systempage.label.months|Prepare the storage of the months to come")
	case "notice.old":
		return i18n.T(ctx, "systempage.label.notices|Remove notifications of long ago")
	case "user.sessions":
		return i18n.T(ctx, "systempage.label.sessions|Forget sessions that have ended")
	}
	return ""
}
