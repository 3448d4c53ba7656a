package user_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/user"
)

// striped is red on the left, green in the middle and blue on the right.
func striped(t *testing.T, width, height int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		c := []color.RGBA{{R: 255, A: 255}, {G: 255, A: 255}, {B: 255, A: 255}}[x*3/width]
		for y := range height {
			m.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPictureIsTheSmallMiddleSquare(t *testing.T) {
	ctx := t.Context()
	d := dbtest.Open(t)
	var anna user.User
	do := func(f func(tx *db.Tx) error) error { return d.Do(ctx, f) }
	if err := do(func(tx *db.Tx) (err error) {
		anna, err = user.Create(ctx, tx, user.New{UserName: "anna", Email: "anna@example.test", Password: "a thread to follow", Role: user.Admin})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := user.Picture(ctx, d, anna.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("without a picture: %v", err)
	}
	if err := do(func(tx *db.Tx) error { return user.SetPicture(ctx, tx, anna.ID, striped(t, 600, 200)) }); err != nil {
		t.Fatal(err)
	}
	data, err := user.Picture(ctx, d, anna.ID)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil || m.Bounds().Dx() != m.Bounds().Dy() || m.Bounds().Dx() > 200 || len(data) > 20_000 {
		t.Fatalf("%v, %v, %d bytes", err, m.Bounds(), len(data))
	}
	for _, x := range []int{5, m.Bounds().Dx() - 5} {
		if r, g, b, _ := m.At(x, 20).RGBA(); g < 0xc000 || r > 0x4000 || b > 0x4000 {
			t.Errorf("the edge shows %x %x %x, not the middle of the file", r, g, b)
		}
	}
	if u, err := user.Find(ctx, d, anna.ID); err != nil || u.Picture == 0 {
		t.Errorf("%v, changed %d", err, u.Picture)
	}
	bomb := append([]byte(nil), striped(t, 3, 3)...)
	copy(bomb[16:24], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff})
	for name, file := range map[string][]byte{"empty": nil, "text": []byte("<svg onload=alert(1)>"), "cut short": striped(t, 60, 60)[:60], "endless": bomb} {
		if err := do(func(tx *db.Tx) error { return user.SetPicture(ctx, tx, anna.ID, file) }); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := do(func(tx *db.Tx) error { return user.RemovePicture(ctx, tx, anna.ID) }); err != nil {
		t.Fatal(err)
	}
	if u, err := user.Find(ctx, d, anna.ID); err != nil || u.Picture != 0 {
		t.Errorf("%v, changed %d after the picture was removed", err, u.Picture)
	}
}
