package backup

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ariane/internal/base/db"
)

// Made is a backup that was made.
type Made struct {
	At   time.Time `json:"at"`
	File string    `json:"file"`
	Size int64     `json:"size"`
}

// lastName is the note of the last backup, beside the database.
const lastName = db.File + "-backup"

// Last is the last backup that Take made of the folder's database; fs.ErrNotExist
// where there was none.
func Last(dir string) (Made, error) {
	var m Made
	raw, err := os.ReadFile(filepath.Join(dir, lastName))
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		return m, fmt.Errorf("read the note of the last backup: %w", err)
	}
	return m, nil
}

// note keeps that a backup was made. It replaces the note before as a whole.
func note(dir string, m Made) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, lastName)
	temporary, err := os.CreateTemp(dir, "."+lastName+".*.part")
	if err != nil {
		return err
	}
	_, err = temporary.Write(raw)
	for _, step := range []func() error{
		func() error { return like(dir, temporary) },
		temporary.Close,
		func() error { return os.Rename(temporary.Name(), path) },
	} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		temporary.Close()
		os.Remove(temporary.Name())
	}
	return err
}
