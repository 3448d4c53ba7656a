package accountpage

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/id"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

func (d Deps) savePicture(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	u := web.User(ctx)
	file, _, err := r.FormFile("picture")
	var wrong fault.Fields
	switch {
	case errors.Is(err, http.ErrMissingFile), errors.Is(err, http.ErrNotMultipart):
		wrong = fault.Fields{"picture": fault.Say("profile.picture.missing|Choose a file first.")}
	case err != nil:
		return fault.Refused(fmt.Errorf("read picture: %w", err), fault.Text{})
	default:
		defer file.Close()
		var raw []byte
		if raw, err = io.ReadAll(file); err != nil {
			return fmt.Errorf("read picture: %w", err)
		}
		err = d.DB.Do(ctx, func(tx *db.Tx) error { return user.SetPicture(ctx, tx, u.ID, raw) })
		if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
			wrong = f.Fields
		} else if err != nil {
			return err
		}
	}
	if wrong != nil {
		return d.answerProfile(w, r, http.StatusUnprocessableEntity, u.Profile(), wrong)
	}
	web.Say(r, ui.Green, i18n.T(ctx, "profile.picture.saved|Your picture is saved."))
	return web.Redirect(w, r, "/s/account")
}

func (d Deps) removePicture(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return user.RemovePicture(ctx, tx, web.User(ctx).ID) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "profile.picture.removed|Your picture is removed."))
	return web.Redirect(w, r, "/s/account")
}

// picture shows a user. Its address changes with it, see ui.PictureURL.
func (d Deps) picture(w http.ResponseWriter, r *http.Request) error {
	number, err := web.PathID[id.User](r, "id")
	if err != nil {
		return err
	}
	data, err := user.Picture(r.Context(), d.DB, number)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	_, err = w.Write(data)
	return err
}
