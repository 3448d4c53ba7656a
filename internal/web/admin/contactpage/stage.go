package contactpage

import (
	"context"

	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/stage"
	"ariane/internal/web/ui"
)

func tellStage(ctx context.Context, e told, l *ui.ThreadLine) error {
	var c stage.Changed
	if err := e.Decode(&c); err != nil {
		return err
	}
	from := ""
	switch {
	case c.To.ID == 0:
		sentence(ctx, l, "contactpage.thread.stage.left|Left the stage %s", c.From.Name)
	case c.From.ID != 0:
		from = i18n.T(ctx, "contactpage.thread.stage.from|from %s", c.From.Name)
		fallthrough
	default:
		sentence(ctx, l, "contactpage.thread.stage|Came to the stage %s", c.To.Name)
	}
	l.Details = details(from, by(ctx, contact.By{Object: c.By.Object, ID: c.By.ID, Name: c.By.Name}))
	return nil
}
