package visit_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"
	"ariane/internal/visit"

	"github.com/google/go-cmp/cmp"
)

func TestClicks(t *testing.T) {
	t.Parallel()
	o := dbtest.Options(t)
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	o.Clock = func() time.Time { return now }
	d := dbtest.With(t, o)
	p := policy(t, d, setting.Tracking{})
	sign := func(secret string, c visit.Click) string {
		ct, err := visit.SignClick(secret, c)
		if err != nil {
			t.Fatal(err)
		}
		return ct
	}
	refused := func(ct, why string) {
		t.Helper()
		if c, err := p.OpenClick(t.Context(), ct); !errors.Is(err, visit.ErrClick) || c.Contact != 0 {
			t.Errorf("%s: %+v, %v", why, c, err)
		}
	}
	made := visit.Click{Source: "email", Number: 5, Email: 5, Stat: "abc", Contact: 475, Channel: map[string]int64{"email": 5}, At: now}
	refused(sign("", made), "no secret yet")
	var secret string
	err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
		secret, err = setting.Secret(t.Context(), tx, setting.ClickSecret)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ct := sign(secret, made)
	if got, err := p.OpenClick(t.Context(), ct); err != nil || cmp.Diff(made, got) != "" || !visit.LikeClick(ct) {
		t.Errorf("%+v %v", got, err)
	}
	refused(sign("guessed", made), "signed by somebody else")
	old := made
	old.At = now.Add(-401 * 24 * time.Hour)
	refused(sign(secret, old), "too old")
	old.At = now.Add(48 * time.Hour)
	refused(sign(secret, old), "of the future")
	body, mark, _ := strings.Cut(ct, ".")
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		t.Fatal(err)
	}
	neighbour := strings.Replace(string(raw), "475", "476", 1)
	refused(base64.RawURLEncoding.EncodeToString([]byte(neighbour))+"."+mark, "of the neighbour")
	for i := range ct {
		changed := []byte(ct)
		if changed[i] = 'A'; ct[i] == 'A' {
			changed[i] = 'B'
		}
		refused(string(changed), "changed")
	}
	for _, nonsense := range []string{"", ".", body, body + ".", "." + mark, ct + "=", "YToxOntzOjQ6ImxlYWQiO2k6MTt9", `a:1:{s:4:"lead";i:1;}`} {
		refused(nonsense, nonsense)
	}
}
