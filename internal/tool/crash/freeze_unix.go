//go:build unix

package crash

import "syscall"

// Freeze makes the process stand still, without its knowing, until Thaw.
func (s *Server) Freeze() error { return s.command.Process.Signal(syscall.SIGSTOP) }

// Thaw lets the process go on.
func (s *Server) Thaw() error { return s.command.Process.Signal(syscall.SIGCONT) }
