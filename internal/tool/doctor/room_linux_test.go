package doctor_test

import (
	"errors"
	"syscall"
	"testing"

	"ariane/internal/tool/doctor"
)

// A disk that is almost full is told, that of the data folder.
func TestLittleRoom(t *testing.T) {
	t.Parallel()
	p := install(t)
	if p.o.DataDir == "" {
		t.Skip("PostgreSQL has its own disk")
	}
	small := t.TempDir()
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=16m"); errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		t.Skip("a file system cannot be made")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(small, 0); err != nil {
			t.Error(err)
		}
	})
	p.copied(small)
	if found := with(p, "disk"); len(found) != 1 || found[0].Level != doctor.Problem {
		t.Errorf("%+v", found)
	}
}
