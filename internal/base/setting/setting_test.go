package setting_test

import (
	"context"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"

	"github.com/google/go-cmp/cmp"
)

func TestCachedSettingIsReadAgainWhenChanged(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	sites := setting.Cache(d, setting.AllowedSites)
	if got, err := sites.Get(ctx); err != nil || len(got) != 0 {
		t.Fatalf("nobody chose: %v, %v", got, err)
	}
	want := []string{"https://example.test", `https://"quoted".test`}
	err := d.Do(ctx, func(tx *db.Tx) error { return setting.Set(ctx, tx, setting.AllowedSites, want) })
	if err != nil {
		t.Fatal(err)
	}
	got, err := sites.Get(ctx)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatalf("%s %v", diff, err)
	}
}
