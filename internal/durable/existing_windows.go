package durable

import (
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// links returns the number of names of a file.
func links(f *os.File) (uint64, error) {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &info); err != nil {
		return 0, &os.PathError{Op: "stat", Path: f.Name(), Err: err}
	}
	return uint64(info.NumberOfLinks), nil
}

// keepAttributes does nothing: the file is not read-only, and its owner and access
// rights come from the folder.
func keepAttributes(*os.File, fs.FileInfo) error { return nil }
