package setting_test

import (
	"context"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"
)

func TestSecretIsMadeOnce(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	cached := setting.CacheMade(d, setting.LinkSecret, func(s string) int { return len(s) })
	if n, err := cached.Get(ctx); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	made := map[string]int{}
	for range 3 {
		err := d.Do(ctx, func(tx *db.Tx) error {
			s, err := setting.Secret(ctx, tx, setting.LinkSecret)
			made[s]++
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n, err := cached.Get(ctx); n != 64 || err != nil || len(made) != 1 {
		t.Errorf("%d characters, %v, made %v", n, err, made)
	}
}
