//go:build !unix

package db

import "os"

// lockFile does nothing where files cannot be locked.
func lockFile(*os.File) error { return nil }

func fileLocked(*os.File) (bool, error) { return false, nil }

func inodeOf(*os.File) string { return "" }
