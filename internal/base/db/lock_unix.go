//go:build unix

package db

import (
	"errors"
	"os"
	"syscall"
)

// lockFile makes a file this process's until it is closed, or the process ends.
func lockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrServed
	}
	return err
}
