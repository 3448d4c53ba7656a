package assets

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"ariane/internal/base/fault"
)

//go:generate go run ariane/internal/tool/bundle/generate chart/chart.js chart.js

//go:embed css/*.css app.js builder.js chart.js fields.js columns.js board.js selection.js favicon.svg vendor/*.woff2 vendor/*.svg
var files embed.FS

// Base is where assets are served.
const Base = "/s/assets/"

// Names of what pages refer to.
const (
	Style  = "app.css"
	Script = "app.js"
	// Chart draws the charts of the pages that ask for it.
	Chart = "chart.js"
	// Builder draws and rearranges the form in its editor.
	Builder = "builder.js"
	// Fields puts fields in order.
	Fields = "fields.js"
	// Columns moves and widens the columns of a table.
	Columns = "columns.js"
	// Board moves the cards of the board of stages.
	Board = "board.js"
	// Selection counts the rows that are chosen.
	Selection = "selection.js"
	Icon      = "favicon.svg"
)

var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

type asset struct {
	content     []byte
	contentType string
}

type bundle struct {
	urls     map[string]string // name -> URL
	contents map[string]asset  // hashed name -> content
}

// built is a pure function of the embedded files; the test builds it first.
var built = sync.OnceValue(func() bundle {
	b, err := build(files)
	if err != nil {
		panic(err)
	}
	return b
})

// URL is where an asset is found; empty when there is no such asset.
func URL(name string) string { return built().urls[name] }

// Serve answers the path value "file" with an asset, to be kept for ever.
func Serve(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	a, found := built().contents[name]
	if !found {
		return fault.NotFound(fmt.Errorf("no asset %q", name))
	}
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Length", strconv.Itoa(len(a.content)))
	_, err := w.Write(a.content)
	return err
}

func build(fsys fs.FS) (bundle, error) {
	b := bundle{urls: map[string]string{}, contents: map[string]asset{}}
	used, err := fs.Glob(fsys, "vendor/*.*")
	if err != nil {
		return b, err
	}
	for _, name := range append(used, Script, Chart, Builder, Fields, Columns, Board, Selection, Icon) {
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return b, err
		}
		b.add(name, content)
	}
	sheets, err := fs.Glob(fsys, "css/*.css")
	if err != nil {
		return b, err
	}
	var style bytes.Buffer
	for _, name := range sheets {
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return b, err
		}
		style.Write(content)
	}
	text := style.String()
	for _, name := range used {
		text = strings.ReplaceAll(text, `url("`+name+`")`, `url("`+b.urls[name]+`")`)
	}
	b.add(Style, []byte(text))
	return b, nil
}

func (b bundle) add(name string, content []byte) {
	sum := sha256.Sum256(content)
	extension := path.Ext(name)
	hashed := strings.TrimSuffix(path.Base(name), extension) + "." + hex.EncodeToString(sum[:6]) + extension
	b.urls[name] = Base + hashed
	b.contents[hashed] = asset{content, contentTypes[extension]}
}
