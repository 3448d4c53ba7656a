package visit

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/maypok86/otter/v2"
)

// patterns are those of the list crawler-user-agents 1.60.0 (bots/LICENSE).
//
//go:embed bots/patterns.json
var patterns []byte

// ownPatterns are programs the list does not name because they are not crawlers.
var ownPatterns = []string{`^$`, `(?i)bot\b`, `(?i)crawl`, `(?i)spider`, `(?i)headless`, `^curl/`, `(?i)^wget`, `(?i)python`, `^Go-http-client`,
	`^Java/`, `(?i)libwww`, `^okhttp`, `(?i)monitor`, `(?i)preview`, `(?i)scan`}

// Bots tells programs from people by their user agent.
type Bots struct {
	list  *regexp.Regexp
	known *otter.Cache[string, bool]
}

// NewBots reads the embedded list.
func NewBots() (*Bots, error) {
	var list []string
	if err := json.Unmarshal(patterns, &list); err != nil {
		return nil, fmt.Errorf("read list of bots: %w", err)
	}
	all, err := regexp.Compile(strings.Join(append(list, ownPatterns...), "|"))
	if err != nil {
		return nil, fmt.Errorf("read list of bots: %w", err)
	}
	known, err := otter.New(&otter.Options[string, bool]{MaximumSize: 20_000})
	if err != nil {
		return nil, err
	}
	return &Bots{list: all, known: known}, nil
}

// Is tells whether this user agent is a program's.
func (b *Bots) Is(userAgent string) bool {
	if yes, ok := b.known.GetIfPresent(userAgent); ok {
		return yes
	}
	// CUBOT is a maker of telephones.
	yes := b.list.MatchString(strings.ReplaceAll(userAgent, "CUBOT", ""))
	b.known.Set(userAgent, yes)
	return yes
}
