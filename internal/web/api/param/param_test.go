package param_test

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ariane/internal/base/fault"
	"ariane/internal/web/api/param"
)

// written writes a tree down.
func written(v param.Value) string {
	switch {
	case !v.Given():
		return "nothing"
	case v.Null():
		return "null"
	case !v.List():
		return fmt.Sprintf("%q", v.Text())
	}
	var parts []string
	for name, one := range v.All() {
		parts = append(parts, name+":"+written(one))
	}
	return "{" + strings.Join(parts, " ") + "}"
}

func body(t *testing.T, kind, text string) (param.Value, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	return param.Body(r)
}

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

func TestOneTree(t *testing.T) {
	for _, c := range []struct{ kind, text, want string }{
		{formType, "a=1&b=x+y%26z", `{a:"1" b:"x y&z"}`},
		{formType, "where[0][col]=phone&where[0][expr]=in&where%5B1%5D%5Bcol%5D=b", `{where:{0:{col:"phone" expr:"in"} 1:{col:"b"}}}`},
		{formType, "ids[]=4&ids[]=5&ids[9]=6&ids[]=7", `{ids:{0:"4" 1:"5" 9:"6" 10:"7"}}`},
		{formType, "a[][b]=1&a[][b]=2", `{a:{0:{b:"1"} 1:{b:"2"}}}`},
		{formType, "a=1&a[b]=2&c[d]=1&c=2&e=1&e=2", `{a:{b:"2"} c:"2" e:"2"}`},
		{formType, "[a]=1&b[=2&c[x]y=3&=4&&d", `{[a]:"1" b[:"2" c:{x:"3"} d:""}`},
		{formType, "1[firstname]=b&0[firstname]=a", `{1:{firstname:"b"} 0:{firstname:"a"}}`},
		{jsonType, `{"a":1,"b":1.50,"c":true,"d":false,"e":null,"f":"x","g":["p",{"q":[]}],"h":{}}`, `{a:"1" b:"1.50" c:"1" d:"0" e:null f:"x" g:{0:"p" 1:{q:{}}} h:{}}`},
		{jsonType, `[{"id":1},{"id":2}]`, `{0:{id:"1"} 1:{id:"2"}}`},
		{jsonType, `[]`, `{}`},
		{jsonType, ``, `{}`},
		{jsonType + "; charset=utf-8", `{"é":"ü"}`, `{é:"ü"}`},
		{"", `{"a":1}`, `{a:"1"}`},
		{"", `a=1`, `{a:"1"}`},
		{"text/plain", "", `{}`},
	} {
		v, err := body(t, c.kind, c.text)
		if got := written(v); err != nil || got != c.want {
			t.Errorf("%s: %s %v, want %s", c.text, got, err, c.want)
		}
	}
}

func TestParts(t *testing.T) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, pair := range []string{"tags[]=a", "tags[]=b", "firstname=Ada"} {
		name, value, _ := strings.Cut(pair, "=")
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.CreateFormFile("file", "a.txt"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	v, err := body(t, w.FormDataContentType(), b.String())
	if got := written(v); err != nil || got != `{tags:{0:"a" 1:"b"} firstname:"Ada"}` {
		t.Error(got, err)
	}
}

func TestRefusedBodies(t *testing.T) {
	for _, c := range []struct{ kind, text string }{
		{jsonType, `{"a":`}, {jsonType, `{"a":1}x`}, {jsonType, `"a"`}, {jsonType, `12`}, {jsonType, "a=1"}, {jsonType, strings.Repeat("[", 40) + strings.Repeat("]", 40)},
		{jsonType, "[" + strings.Repeat("0,", 100_001) + "0]"}, {formType, "a=%zz"}, {formType, "a" + strings.Repeat("[x]", 40) + "=1"}, {formType, strings.Repeat("a[]=&", 100_001)},
		{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb"},
	} {
		if v, err := body(t, c.kind, c.text); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%.30s: %v %v", c.text, v, err)
		}
	}
	if _, err := body(t, "text/xml", "<a/>"); !errors.Is(err, param.ErrType) {
		t.Error(err)
	}
}

func TestReadings(t *testing.T) {
	v, err := body(t, jsonType, `{"n":7,"t":"8","f":1.5,"yes":true,"on":["on"],"no":"off","odd":"maybe","empty":"","none":null,"list":["a"," b ",""],"text":"x, y,,z","off":false}`)
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := v.Get("n").Int(); n != 7 || !ok {
		t.Error(n, ok)
	}
	if n, ok := v.Get("t").Int(); n != 8 || !ok {
		t.Error(n, ok)
	}
	for _, name := range []string{"f", "none", "list", "absent"} {
		if n, ok := v.Get(name).Int(); ok {
			t.Error(name, n)
		}
	}
	for name, want := range map[string]bool{"yes": true, "on": true, "no": false, "odd": false, "empty": true, "none": true, "absent": true, "off": false} {
		if got := v.Get(name).Truth(true); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := fmt.Sprint(v.Get("list").Texts(","), v.Get("text").Texts(","), v.Get("absent").Texts(",")); got != "[a b] [x y z] []" {
		t.Error(got)
	}
	if v.Get("none").Given() != true || v.Get("absent").Given() || !v.Get("none").Blank() || !v.Get("empty").Blank() || v.Get("off").Blank() || v.Get("n").Get("x").Given() || v.Len() != 12 {
		t.Error(written(v))
	}
}

// TestAnythingIsReadOrRefused: whatever is sent, it is read or refused.
func TestAnythingIsReadOrRefused(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom([]string{formType, jsonType, "", "multipart/form-data; boundary=b"}).Draw(rt, "type")
		text := rapid.StringOf(rapid.SampledFrom([]rune(`{}[]",:=&%5B%5D01ab \-bnull`))).Draw(rt, "text")
		v, err := body(t, kind, text)
		if err != nil && !fault.Is(err, fault.KindInvalid) {
			rt.Fatal(err)
		}
		written(v)
	})
}
