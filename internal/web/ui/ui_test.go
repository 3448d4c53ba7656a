package ui

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ariane/internal/base/fault"
)

// doorSources are the Go files of all doors, generated ones too.
func doorSources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		all.Write(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestIconsAreThereAndUsed(t *testing.T) {
	shapes, err := readIcons(iconFiles)
	if err != nil {
		t.Fatal(err)
	}
	code := doorSources(t)
	for name := range shapes {
		if !strings.Contains(code, `"`+name+`"`) {
			t.Errorf("no page uses the icon %s", name)
		}
	}
	for _, m := range regexp.MustCompile(`(?:Icon|SmallIcon|EmptyState)\("([a-z0-9-]+)"`).FindAllStringSubmatch(code, -1) {
		if shapes[m[1]] == "" {
			t.Errorf("there is no icon %s", m[1])
		}
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Anna Moreau": "AM", "anna": "A", "Jean-Luc de la Tour": "JT", "élodie": "É", "anna.moreau@example.test": "AM",
		"203.0.113.9": "29", "<b>": "B", "": "", "  ": "", "@": "", "李 小龙": "李小",
	} {
		if got := (Person{Name: name}).Initials(); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestToneIsSteady(t *testing.T) {
	if (Person{Name: "Anna", Known: true}).Tone() != (Person{Name: "ANNA", Known: true}).Tone() {
		t.Error("the tone depends on capitals")
	}
	if (Person{Name: "Anna"}).Tone() != Grey {
		t.Error("a visitor has a tone")
	}
}

func TestSentenceIsEscaped(t *testing.T) {
	var b bytes.Buffer
	l := ThreadLine{Before: "Viewed <", Object: "<b>&", After: ">", ObjectURL: "javascript:alert(1)"}
	if err := l.sentence().Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != `Viewed &lt;<a href="about:invalid#TemplFailedSanitizationURL"><b>&lt;b&gt;&amp;</b></a>&gt;` {
		t.Error(got)
	}
}

func TestFieldSaysWhatIsWrong(t *testing.T) {
	var b bytes.Buffer
	in := Input{Name: "name", Label: "<Name>", Value: `"x"`, Help: "help", Wrong: fault.Say("test.wrong|%s is wrong.", "<x>")}
	if err := Field(in).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`aria-invalid="true"`, `aria-describedby="field-name-wrong"`, `id="field-name-wrong"`, "&lt;x&gt; is wrong.", `value="&#34;x&#34;"`, "&lt;Name&gt;"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is missing in %s", want, &b)
		}
	}
}

func TestChart(t *testing.T) {
	if (Chart{Points: []ChartPoint{{Line: 3}, {}, {}}}).Drawable() {
		t.Error("one day makes no curve")
	}
	c := Chart{Points: []ChartPoint{{Line: 0}, {Line: 15}, {Line: 20, Dots: 1}}}
	if got, want := c.line(), "0,100 500,25 1000,0"; got != want {
		t.Errorf("line %q, want %q", got, want)
	}
	for highest, want := range map[int]int{0: 2, 1: 2, 3: 4, 11: 20, 399: 400, 401: 1000, 1500: 2000} {
		if got := (Chart{Points: []ChartPoint{{Line: highest}}}).top(); got != want {
			t.Errorf("top of %d: %d, want %d", highest, got, want)
		}
	}
}
