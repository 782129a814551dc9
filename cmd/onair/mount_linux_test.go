package main

import "golang.org/x/sys/unix"

// mountTmpfs mounts a file system in memory. Mounting needs root.
func mountTmpfs(dir, options string) (unmount func(), err error) {
	var flags uintptr
	if options == "ro" {
		flags, options = unix.MS_RDONLY, ""
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", flags, options); err != nil {
		return nil, err
	}
	return func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }, nil
}
