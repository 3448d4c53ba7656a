package visit

import (
	"encoding/json"
	"testing"
	"testing/quick"
)

// What is stored of a page view is what is read, whichever of it is missing.
func TestPageViewIsStored(t *testing.T) {
	same := func(view uint64, url, title, language, referrer, campaign int64, code int16, missing uint8) bool {
		p := pageViewed{View: viewBits(view >> 16), URL: url, Title: title, Language: language, Referrer: referrer, Campaign: campaign, Code: int64(code)}
		for i, n := range []*int64{&p.URL, &p.Title, &p.Language, &p.Referrer, &p.Campaign, &p.Code} {
			if missing>>i&1 == 1 {
				*n = 0
			}
		}
		raw, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var got pageViewed
		err = json.Unmarshal(raw, &got)
		return err == nil && got == p
	}
	if err := quick.Check(same, nil); err != nil {
		t.Error(err)
	}
}

// Page views that were recorded before are objects.
func TestFormerPageViewIsRead(t *testing.T) {
	const view = "7ddc1acb11660912c7dcd9083a85b2f9"
	for raw, want := range map[string]pageViewed{
		`{"v":"` + view + `","u":13,"t":14,"r":15,"c":16,"l":"en-GB","s":404}`: {View: bitsOf(view), URL: 13, Title: 14, Referrer: 15, Campaign: 16, Code: 404, Spoken: "en-GB"},
		`{"v":"short"}`: {},
		`{}`:            {},
	} {
		got := pageViewed{Title: 9}
		if err := json.Unmarshal([]byte(raw), &got); err != nil || got != want {
			t.Errorf("%s is %+v, %v", raw, got, err)
		}
	}
}

func FuzzStoredPageView(f *testing.F) {
	for _, raw := range []string{`["AAAAAAAA",1,2,3]`, `[]`, `[[]]`, `{"v":1}`, `["",null,{}]`, `[1,2,3,4,5,6,7,8,9]`, `null`, `["====", 1e99]`} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var p, again pageViewed
		if json.Unmarshal([]byte(raw), &p) != nil || p.Spoken != "" {
			return
		}
		stored, err := json.Marshal(p)
		if err == nil {
			err = json.Unmarshal(stored, &again)
		}
		if p.View &= 1<<48 - 1; err != nil || p != again {
			t.Errorf("%s becomes %s: %+v, %+v, %v", raw, stored, p, again, err)
		}
	})
}
