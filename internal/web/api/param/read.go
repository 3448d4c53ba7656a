package param

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"ariane/internal/base/fault"
)

const (
	deepest = 32
	most    = 100_000 // values in one request
)

// ErrType says that a body is written in a way that is not understood.
var ErrType = errors.New("neither JSON nor a form")

// Body reads the body of a request. Without one it is an empty list.
func Body(r *http.Request) (Value, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return Value{}, fmt.Errorf("read a body: %w", err)
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	text := bytes.TrimSpace(raw)
	switch {
	case len(text) == 0:
		return Value{kind: several, list: newList()}, nil
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		return readJSON(text)
	case kind == "application/x-www-form-urlencoded":
		return Query(string(text))
	case kind == "multipart/form-data" && err == nil:
		return readParts(raw, params["boundary"])
	case r.Header.Get("Content-Type") != "":
		return Value{}, fmt.Errorf("body of type %q: %w", r.Header.Get("Content-Type"), ErrType)
	case text[0] == '{' || text[0] == '[':
		return readJSON(text)
	}
	return Query(string(text))
}

// bad refuses what cannot be read.
func bad(cause error) error {
	return fault.Refused(cause, fault.Say("api.bad|This is a bad request."))
}

var (
	errDeep = errors.New("nested too deeply")
	errMany = errors.New("too many values")
)

// Query reads a query string, or a form that is written like one.
func Query(text string) (Value, error) {
	b := builder{root: newList()}
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return Value{}, bad(err)
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return Value{}, bad(err)
		}
		if err := b.put(name, value); err != nil {
			return Value{}, bad(err)
		}
	}
	return Value{kind: several, list: b.root}, nil
}

func readParts(raw []byte, boundary string) (Value, error) {
	b := builder{root: newList()}
	parts := multipart.NewReader(bytes.NewReader(raw), boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return Value{kind: several, list: b.root}, nil
		}
		if err != nil {
			return Value{}, bad(err)
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return Value{}, bad(err)
		}
		if part.FileName() != "" {
			continue
		}
		if err := b.put(part.FormName(), string(value)); err != nil {
			return Value{}, bad(err)
		}
	}
}

// builder puts values with brackets in their names where they belong.
type builder struct {
	root  *list
	count int
}

func (b *builder) put(name, value string) error {
	if name == "" {
		return nil
	}
	if b.count++; b.count > most {
		return errMany
	}
	path := split(name)
	if len(path) > deepest {
		return errDeep
	}
	in := b.root
	for _, step := range path[:len(path)-1] {
		inner, known := in.at[step]
		if step == "" {
			inner, known = Value{}, false
		}
		if !known || inner.kind != several {
			inner = Value{kind: several, list: newList()}
			if step == "" {
				in.add(inner)
			} else {
				in.set(step, inner)
			}
		}
		in = inner.list
	}
	if last := path[len(path)-1]; last == "" {
		in.add(Of(value))
	} else {
		in.set(last, Of(value))
	}
	return nil
}

// split takes a name such as where[0][col] apart; an empty part asks for the next
// number. Brackets that do not match belong to the name.
func split(name string) []string {
	first, rest, found := strings.Cut(name, "[")
	if !found || first == "" {
		return []string{name}
	}
	path := []string{first}
	rest = "[" + rest
	for rest != "" {
		end := strings.IndexByte(rest, ']')
		if rest[0] != '[' || end < 0 {
			break
		}
		path, rest = append(path, rest[1:end]), rest[end+1:]
	}
	if len(path) == 1 {
		return []string{name}
	}
	return path
}

func readJSON(text []byte) (Value, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	count := 0
	v, err := decode(d, 0, &count)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	if err == nil && v.kind != several {
		err = errors.New("neither an object nor a list")
	}
	if err != nil {
		return Value{}, bad(err)
	}
	return v, nil
}

func decode(d *json.Decoder, depth int, count *int) (Value, error) {
	if depth > deepest {
		return Value{}, errDeep
	}
	if *count++; *count > most {
		return Value{}, errMany
	}
	token, err := d.Token()
	if err != nil {
		return Value{}, err
	}
	switch t := token.(type) {
	case nil:
		return Value{kind: null}, nil
	case bool:
		if t {
			return Of("1"), nil
		}
		return Of("0"), nil
	case json.Number:
		return Of(t.String()), nil
	case string:
		return Of(t), nil
	}
	in := newList()
	for object := token == json.Delim('{'); d.More(); {
		name := ""
		if object {
			key, err := d.Token()
			if err != nil {
				return Value{}, err
			}
			name = key.(string)
		}
		v, err := decode(d, depth+1, count)
		if err != nil {
			return v, err
		}
		if object {
			in.set(name, v)
		} else {
			in.add(v)
		}
	}
	_, err = d.Token()
	return Value{kind: several, list: in}, err
}
