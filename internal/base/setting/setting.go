// Package setting is in charge of what administrators choose while the program
// runs. Each choice is declared here with its default, and read from the
// database at every use, or through a Cached where that would be too often.
//
// Tables: setting.
package setting

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"ariane/internal/base/db"
)

// Setting is one choice, of a type that JSON can hold. Names are stored.
type Setting[T any] struct {
	name     string
	standard T
}

var (
	// AllowedSites are the origins whose pages may read the answers of tracking
	// requests: https://www.example.fr, or https://*.example.fr for all
	// sub-domains.
	AllowedSites = Setting[[]string]{name: "cors_valid_domains"}
	// SiteURL is the address of the owner's web site, to show in examples.
	SiteURL = Setting[string]{name: "site_url"}
	// SeveralCompanies lets a contact belong to more than one company.
	SeveralCompanies = Setting[bool]{name: "contact_allow_multiple_companies", standard: true}
)

// Get reads a choice, or its default when nobody has chosen.
func Get[T any](ctx context.Context, q db.Q, s Setting[T]) (T, error) {
	var raw []byte
	err := q.QueryRow(ctx, `SELECT value FROM setting WHERE name = ?`, s.name).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return s.standard, nil
	}
	value := s.standard
	if err == nil {
		err = json.Unmarshal(raw, &value)
	}
	if err != nil {
		return s.standard, fmt.Errorf("read setting %s: %w", s.name, err)
	}
	return value, nil
}

// Set makes a choice.
func Set[T any](ctx context.Context, tx *db.Tx, s Setting[T], value T) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write setting %s: %w", s.name, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, s.name, string(raw))
	if err != nil {
		return fmt.Errorf("write setting %s: %w", s.name, err)
	}
	return tx.Publish(topic)
}

// topic is published once a choice is made.
const topic = "setting"

// Cached remembers a choice, or what was made of it, until it is changed, and for
// a few seconds where nothing is heard of other processes.
type Cached[T any] struct {
	db   *db.DB
	read func(context.Context) (T, error)
	held atomic.Pointer[held[T]]
}

type held[T any] struct {
	value   T
	until   time.Time
	changed <-chan struct{}
}

const cachedFor = 5 * time.Second

// Cache prepares to remember a choice.
func Cache[T any](d *db.DB, s Setting[T]) *Cached[T] {
	return CacheMade(d, s, func(value T) T { return value })
}

// CacheMade prepares to remember what is made of a choice.
func CacheMade[T, M any](d *db.DB, s Setting[T], from func(T) M) *Cached[M] {
	return &Cached[M]{db: d, read: func(ctx context.Context) (made M, err error) {
		value, err := Get(ctx, d, s)
		if err == nil {
			made = from(value)
		}
		return made, err
	}}
}

// Get returns the choice.
func (c *Cached[T]) Get(ctx context.Context) (T, error) {
	if h := c.held.Load(); h != nil && time.Now().Before(h.until) {
		select {
		case <-h.changed:
		default:
			return h.value, nil
		}
	}
	changed := c.db.Topic(topic).Wait()
	value, err := c.read(ctx)
	if err == nil {
		c.held.Store(&held[T]{value: value, until: time.Now().Add(cachedFor), changed: changed})
	}
	return value, err
}
