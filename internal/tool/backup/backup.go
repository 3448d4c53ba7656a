package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ariane/internal/base/db"
)

// Take copies the database in the folder dir to a file that does not exist yet,
// and reads the whole copy again. Everything that was answered before the call is
// in it. It returns the size of the file, which nobody but its owner may read.
func Take(ctx context.Context, dir, file string) (int64, error) {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return 0, errors.Join(err, fmt.Errorf("%s exists already: choose another name", file))
	}
	begun := time.Now().UTC().Truncate(time.Second)
	size, err := place(file, 0o600, func(temporary *os.File) error {
		return db.CopyFile(ctx, dir, temporary.Name())
	}, func(temporary string) error {
		return db.CheckFile(ctx, temporary)
	})
	if err == nil {
		// A folder that cannot be written to, or a full disk, makes no backup worse.
		_ = note(dir, Made{At: begun, File: file, Size: size})
	}
	return size, err
}

// Restore makes the database of the folder dir from a copy. It refuses a folder
// that has one, and a copy that is damaged or newer than this program.
func Restore(ctx context.Context, file, dir string) error {
	source, err := os.Open(file)
	if err != nil {
		return err
	}
	defer source.Close()
	if err := whole(file); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	path := filepath.Join(dir, db.File)
	for _, tail := range []string{"", "-wal", "-shm", "-journal"} {
		if _, err := os.Lstat(path + tail); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(err, fmt.Errorf("there is a database in %s already (%s): stop Ariane and move it away, or choose another folder", dir, db.File+tail))
		}
	}
	_, err = place(path, 0o600, func(temporary *os.File) error {
		if _, err := io.Copy(temporary, readUntil{ctx, source}); err != nil {
			return err
		}
		return errors.Join(like(dir, temporary), temporary.Sync())
	}, func(temporary string) error {
		return db.CheckFile(ctx, temporary)
	})
	return err
}

// whole refuses a file that is only a part of a database: beside one in use lies
// the log of what was written last.
func whole(file string) error {
	for _, tail := range []string{"-wal", "-journal"} {
		info, err := os.Stat(file + tail)
		if err == nil && info.Size() > 0 {
			return fmt.Errorf("%s is not a backup but a database in use, or a copy of one: %s lies beside it. Make a backup with ariane backup", file, filepath.Base(file)+tail)
		}
	}
	return nil
}

// readUntil reads until somebody wants to stop.
type readUntil struct {
	ctx context.Context
	io.Reader
}

func (r readUntil) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(b)
}

// place writes a file under another name and gives it its own once it is on the
// disk and checked, so that there never is half of it.
func place(path string, mode fs.FileMode, write func(*os.File) error, check func(temporary string) error) (size int64, err error) {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part")
	if err != nil {
		return 0, err
	}
	defer func() {
		temporary.Close()
		for _, tail := range []string{"", "-journal"} {
			if gone := os.Remove(temporary.Name() + tail); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
	}()
	if err := temporary.Chmod(mode); err != nil {
		return 0, err
	}
	if err := write(temporary); err != nil {
		return 0, err
	}
	if err := check(temporary.Name()); err != nil {
		return 0, err
	}
	info, err := os.Stat(temporary.Name())
	if err != nil {
		return 0, err
	}
	return info.Size(), name(temporary.Name(), path)
}

// name gives a file its name unless something else has it.
func name(temporary, path string) error {
	err := os.Link(temporary, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		// Some file systems know one name for a file.
		if _, there := os.Lstat(path); errors.Is(there, fs.ErrNotExist) {
			err = os.Rename(temporary, path)
		}
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}
