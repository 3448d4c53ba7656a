package ui

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

//go:embed icons/*.svg
var iconFiles embed.FS

// iconShapes is a pure function of the embedded files; the test reads it first.
var iconShapes = sync.OnceValue(func() map[string]string {
	shapes, err := readIcons(iconFiles)
	if err != nil {
		panic(err)
	}
	return shapes
})

var (
	svgContent = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)
	svgBounds  = regexp.MustCompile(`<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>`)
)

func readIcons(fsys fs.FS) (map[string]string, error) {
	names, err := fs.Glob(fsys, "icons/*.svg")
	if err != nil {
		return nil, err
	}
	shapes := map[string]string{}
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		m := svgContent.FindSubmatch(raw)
		if m == nil {
			return nil, fmt.Errorf("%s is no picture", name)
		}
		shape := svgBounds.ReplaceAllString(string(m[1]), "")
		shapes[strings.TrimSuffix(path.Base(name), ".svg")] = strings.Join(strings.Fields(shape), " ")
	}
	return shapes, nil
}

// Breakable is a text that may go on in the next line after an @.
func Breakable(text string) templ.Component {
	return templ.Raw(strings.ReplaceAll(templ.EscapeString(text), "@", "@<wbr>"))
}

// Icon draws one icon, hidden from screen readers: the words beside it speak.
func Icon(name string) templ.Component { return icon(name, "icon") }

// SmallIcon is Icon at the size of small text.
func SmallIcon(name string) templ.Component { return icon(name, "icon icon-small") }

func icon(name, class string) templ.Component {
	return templ.Raw(`<svg class="` + class + `" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">` +
		iconShapes()[name] + `</svg>`)
}
