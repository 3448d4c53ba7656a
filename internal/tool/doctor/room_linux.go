package doctor

import (
	"fmt"
	"syscall"
)

// room is what a file system has left.
type room struct {
	free   int64  // bytes for this user
	files  uint64 // that can still be made; 1 where the file system does not count
	remote string // the kind of file system, where it is another machine's
}

// remotes are the kinds of file systems of other machines: see statfs(2).
var remotes = map[uint32]string{0x6969: "NFS", 0xff534d42: "CIFS", 0xfe534d42: "SMB", 0x517b: "SMB", 0x00c36400: "Ceph"}

func roomOf(folder string) (room, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return room{}, fmt.Errorf("free space of %s: %w", folder, err)
	}
	r := room{free: int64(s.Bavail) * s.Bsize, files: s.Ffree, remote: remotes[uint32(s.Type)]}
	if s.Files == 0 {
		r.files = 1
	}
	return r, nil
}
