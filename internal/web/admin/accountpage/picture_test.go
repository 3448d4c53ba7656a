package accountpage_test

import (
	"bytes"
	"image"
	"image/png"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"ariane/internal/web/webtest"
)

func TestPicture(t *testing.T) {
	t.Parallel()
	b := startProfile(t)
	b.Get("/s/account").Wants(http.StatusOK, "Use this picture").Lacks("Remove the picture", "/s/pictures/")
	b.Post("/s/account/picture").Wants(http.StatusUnprocessableEntity, "Choose a file first.")
	b.Upload("/s/account/picture", "picture", []byte("<svg onload=alert(1)>")).Wants(http.StatusUnprocessableEntity, "no picture that can be read")
	noise := image.NewGray(image.Rect(0, 0, 1700, 1300))
	for i := range noise.Pix {
		noise.Pix[i] = byte(rand.Uint32())
	}
	var file bytes.Buffer
	if err := png.Encode(&file, noise); err != nil || file.Len() < 2<<20 {
		t.Fatal(err, file.Len())
	}
	page := b.Upload("/s/account/picture", "picture", file.Bytes()).Wants(http.StatusOK, "Your picture is saved.", "Remove the picture")
	address := regexp.MustCompile(`/s/pictures/1/\d+`).FindString(page.Body)
	if n := strings.Count(page.Body, `<img src="`+address+`"`); address == "" || n < 2 {
		t.Fatalf("%q is on the page %d times, want the account and the frame", address, n)
	}
	if got := b.Get(address).Wants(http.StatusOK); !strings.HasPrefix(got.Body, "\xff\xd8\xff") {
		t.Errorf("the picture is no JPEG: %.20q", got.Body)
	}
	b.Upload("/s/account/picture", "picture", make([]byte, 9<<20)).Wants(http.StatusRequestEntityTooLarge)
	b.Post("/s/account/picture/remove").Wants(http.StatusOK, "Your picture is removed.").Lacks("/s/pictures/")
	b.Get(address).Wants(http.StatusNotFound)
	b.Post("/s/logout")
	b.Get(address).Lacks("\xff\xd8\xff")
}

// Strangers may not send as much as users.
func TestStrangersSendLittle(t *testing.T) {
	t.Parallel()
	b := startProfile(t)
	b.Post("/s/logout")
	b.Upload("/s/login", "login", make([]byte, 2<<20)).Wants(http.StatusRequestEntityTooLarge)
	b.Post("/s/login", "login", "anna@example.test", "password", webtest.Password).Wants(http.StatusOK)
}
