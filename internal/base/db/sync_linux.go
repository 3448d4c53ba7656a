package db

import (
	"os"
	"syscall"
)

// syncData waits until the content of a file is on the disk.
func syncData(f *os.File) error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); err != syscall.EINTR {
			return err
		}
	}
}
