package user

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // what browsers send

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

const (
	// pictureSize is the width and height of a stored picture in pixels.
	pictureSize = 160
	// mostPixels bounds the memory that reading a picture takes.
	mostPixels = 40_000_000
)

// SetPicture gives a user a picture: the middle square of a PNG, JPEG or WebP
// file, made small. Nothing else of the file is kept.
func SetPicture(ctx context.Context, tx *db.Tx, user id.User, file []byte) error {
	data, err := square(file)
	if err != nil {
		return fault.Invalid(fault.Fields{"picture": fault.Say("user.picture.unreadable|This is no picture that can be read: choose a PNG, JPEG or WebP file of at most 40 megapixels.")})
	}
	err = tx.InsertOr(ctx, "user_picture", []string{"user_id", "data"}, [][]any{{int64(user), data}}, `ON CONFLICT (user_id) DO UPDATE SET data = excluded.data`)
	if err != nil {
		return fmt.Errorf("store picture of user %d: %w", user, err)
	}
	return notePicture(ctx, tx, user, db.Millis(tx.Now()))
}

// RemovePicture takes the picture of a user away.
func RemovePicture(ctx context.Context, tx *db.Tx, user id.User) error {
	if _, err := tx.Exec(ctx, `DELETE FROM user_picture WHERE user_id = ?`, int64(user)); err != nil {
		return fmt.Errorf("remove picture of user %d: %w", user, err)
	}
	return notePicture(ctx, tx, user, nil)
}

func notePicture(ctx context.Context, tx *db.Tx, user id.User, changed any) error {
	if _, err := tx.Exec(ctx, `UPDATE app_user SET picture = ? WHERE id = ?`, changed, int64(user)); err != nil {
		return fmt.Errorf("note picture of user %d: %w", user, err)
	}
	return nil
}

// Picture is the picture of a user as a JPEG file, or a fault that there is none.
func Picture(ctx context.Context, q db.Q, user id.User) ([]byte, error) {
	var data []byte
	err := q.QueryRow(ctx, `SELECT data FROM user_picture WHERE user_id = ?`, int64(user)).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.NotFound(fmt.Errorf("user %d has no picture", user))
	}
	if err != nil {
		return nil, fmt.Errorf("find picture of user %d: %w", user, err)
	}
	return data, nil
}

func square(file []byte) ([]byte, error) {
	size, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if size.Width < 1 || size.Height < 1 || size.Width > mostPixels/size.Height {
		return nil, fmt.Errorf("a picture of %d by %d pixels", size.Width, size.Height)
	}
	whole, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	b := whole.Bounds()
	side := min(b.Dx(), b.Dy())
	corner := b.Min.Add(image.Pt((b.Dx()-side)/2, (b.Dy()-side)/2))
	small := image.NewRGBA(image.Rect(0, 0, pictureSize, pictureSize))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(small, small.Bounds(), whole, image.Rectangle{Min: corner, Max: corner.Add(image.Pt(side, side))}, draw.Over, nil)
	var out bytes.Buffer
	err = jpeg.Encode(&out, small, &jpeg.Options{Quality: 88})
	return out.Bytes(), err
}
