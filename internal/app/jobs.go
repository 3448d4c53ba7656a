package app

import (
	"context"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/job"
	"ariane/internal/bulk"
	"ariane/internal/company"
	"ariane/internal/contact"
	"ariane/internal/duplicate"
	"ariane/internal/form"
	"ariane/internal/label"
	"ariane/internal/notice"
	"ariane/internal/stage"
	"ariane/internal/user"
)

// handlers lists the background work there is.
func (a *App) handlers() []job.Handler {
	return []job.Handler{
		form.Deliveries(a.DB, a.outgoing),
		activity.Moves(a.DB),
		contact.Sweeps(a.DB),
		contact.Separations(a.DB),
		duplicate.Merges(a.DB),
		bulk.Runs(a.DB, Language(a.DB)),
		label.Moves(a.DB),
		stage.Moves(a.DB),
		company.Works(a.DB),
	}
}

// tasks lists what is done again and again.
func (a *App) tasks() []job.Task {
	return []job.Task{
		{Name: "thread.months", Description: "Prepare the thread's storage for the months to come", Every: 24 * time.Hour,
			Run: a.inTransaction(activity.KeepMonths)},
		{Name: "contact.bin", Description: "Erase the contacts that were deleted a day ago", Every: 10 * time.Minute,
			Run: func(ctx context.Context) error { return contact.EraseOld(ctx, a.DB, a.DB.Now()) }},
		{Name: "contact.fold", Description: "Make contacts of earlier versions sortable and searchable", Every: time.Hour,
			Run: a.inTransactions(contact.FoldSome)},
		{Name: "duplicate.fill", Description: "Look for the same person among the contacts of before", Every: 10 * time.Minute,
			Run: func(ctx context.Context) error { return duplicate.Fill(ctx, a.DB) }},
		{Name: "bulk.old", Description: "Forget what was before changes of many contacts that are a day old", Every: time.Hour,
			Run: a.inTransactions(bulk.PurgeSome)},
		{Name: "company.fields", Description: "Erase the values of fields of companies that were removed a month ago", Every: time.Hour,
			Run: a.inTransactions(company.EraseSome)},
		{Name: "notice.old", Description: "Remove notices that are three months old", Every: 24 * time.Hour,
			Run: a.inTransaction(notice.PurgeOld)},
		{Name: "user.sessions", Description: "Forget sessions that have expired", Every: time.Hour,
			Run: a.inTransaction(user.PurgeSessions)},
	}
}

// inTransaction does nothing where another process has taken the task over.
func (a *App) inTransaction(f func(ctx context.Context, tx *db.Tx) error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return a.DB.Do(ctx, func(tx *db.Tx) error {
			if err := job.HeldIn(ctx, tx); err != nil {
				return err
			}
			return f(ctx, tx)
		})
	}
}

// inTransactions is inTransaction for work done a piece at a time.
func (a *App) inTransactions(piece func(ctx context.Context, tx *db.Tx) (done bool, err error)) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		for done := false; !done; {
			err := a.inTransaction(func(ctx context.Context, tx *db.Tx) (err error) {
				done, err = piece(ctx, tx)
				return err
			})(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	}
}
