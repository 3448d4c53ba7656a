package visit

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"

	"ariane/internal/activity"
)

// pageViewed is the stored data of page.viewed. Texts are numbers of visit_text.
// There are more page views than anything else, so it is a list in the order of
// the fields, without the zeros at its end: the names of an object would be most
// of it. Those recorded before are objects.
type pageViewed struct {
	View                                     viewBits
	URL, Title, Language, Referrer, Campaign int64
	Code                                     int64
	// Spoken is the language where it has no number: in an object.
	Spoken string
}

// heldTexts are where the address and the title are.
var heldTexts = []activity.Slot{{Name: "u", Index: 1}, {Name: "t", Index: 2}}

// viewBits are 48 bits of the identifier of a page view, zero for none. They tell
// the views of one contact apart in the time in which one may arrive again.
type viewBits uint64

func bitsOf(view string) viewBits {
	if !WellFormed(view) {
		return 0
	}
	var halves [2]uint64
	for i := range halves {
		// What is well formed can be read.
		halves[i], _ = strconv.ParseUint(view[i*16:(i+1)*16], 16, 64)
	}
	const odd = 0x9E3779B97F4A7C15 // spreads what differs little over the high bits
	return max(viewBits((halves[0]*odd+halves[1])*odd>>16), 1)
}

var viewCoding = base64.RawURLEncoding

// MarshalText writes eight characters, none for none.
func (v viewBits) MarshalText() ([]byte, error) {
	if v == 0 {
		return nil, nil
	}
	return viewCoding.AppendEncode(nil, []byte{byte(v >> 40), byte(v >> 32), byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}), nil
}

// UnmarshalText reads what MarshalText wrote.
func (v *viewBits) UnmarshalText(text []byte) error {
	raw, err := viewCoding.AppendDecode(nil, text)
	*v = 0
	for _, b := range raw {
		*v = *v<<8 | viewBits(b)
	}
	return err
}

// MarshalJSON writes the list.
func (p pageViewed) MarshalJSON() ([]byte, error) {
	view, err := p.View.MarshalText()
	if err != nil {
		return nil, err
	}
	b := append(append([]byte(`["`), view...), '"')
	numbers := []int64{p.URL, p.Title, p.Language, p.Referrer, p.Campaign, p.Code}
	for len(numbers) > 0 && numbers[len(numbers)-1] == 0 {
		numbers = numbers[:len(numbers)-1]
	}
	for _, n := range numbers {
		b = strconv.AppendInt(append(b, ','), n, 10)
	}
	return append(b, ']'), nil
}

// UnmarshalJSON reads a list or an object.
func (p *pageViewed) UnmarshalJSON(raw []byte) error {
	*p = pageViewed{}
	if !bytes.HasPrefix(raw, []byte("{")) {
		fields := []any{&p.View, &p.URL, &p.Title, &p.Language, &p.Referrer, &p.Campaign, &p.Code}
		return json.Unmarshal(raw, &fields)
	}
	var object struct {
		View     string `json:"v"`
		URL      int64  `json:"u"`
		Title    int64  `json:"t"`
		Referrer int64  `json:"r"`
		Campaign int64  `json:"c"`
		Language string `json:"l"`
		Code     int64  `json:"s"`
	}
	err := json.Unmarshal(raw, &object)
	*p = pageViewed{View: bitsOf(object.View), URL: object.URL, Title: object.Title, Referrer: object.Referrer, Campaign: object.Campaign,
		Code: object.Code, Spoken: object.Language}
	return err
}

// bodies are the texts that are stored once for many page views.
func (h *Hit) bodies() [5]string {
	return [...]string{h.URL, h.Title, h.Language, h.Referrer, h.UTM.encode()}
}

// stored is a page view whose texts have numbers.
func (s *session) stored(h *Hit) pageViewed {
	var n [5]int64
	for i, body := range h.bodies() {
		n[i] = s.texts.ids[body]
	}
	return pageViewed{View: bitsOf(h.View), URL: n[0], Title: n[1], Language: n[2], Referrer: n[3], Campaign: n[4], Code: int64(h.Code)}
}

// recent are the views that a browser sent last.
type recent struct {
	views [viewsKept]viewBits
	next  uint8
	known bool // what was stored before is among them
}

func (r *recent) add(view viewBits) {
	r.views[r.next] = view
	r.next = (r.next + 1) % viewsKept
}

func (r *recent) has(view viewBits) bool { return slices.Contains(r.views[:], view) }
