package durable

import (
	"fmt"
	"io/fs"
	"os"
)

// OpenRegular opens the regular file at an operating-system path for reading.
func OpenRegular(name string) (*os.File, fs.FileInfo, error) {
	return OpenRegularBy(os.Stat, os.Open, name)
}

// OpenRegularBy opens a regular file for reading with the given functions, such
// as those of an os.Root. It calls stat first, because opening a pipe waits for
// its writer.
func OpenRegularBy[F fs.File](stat func(string) (fs.FileInfo, error), open func(string) (F, error), name string) (F, fs.FileInfo, error) {
	var none F
	info, err := stat(name)
	if err == nil {
		err = checkRegular(name, info)
	}
	if err != nil {
		return none, nil, err
	}
	f, err := open(name)
	if err != nil {
		return none, nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = checkRegular(name, info)
	}
	if err != nil {
		_ = f.Close()
		return none, nil, err
	}
	return f, info, nil
}

// checkRegular returns an error unless a file is regular. The error names its type.
func checkRegular(name string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return fmt.Errorf("%s is %s, not a regular file", name, kind(info.Mode()))
}

// kind names a type of file that is not regular.
func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&fs.ModeSymlink != 0:
		return "a symbolic link"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "a special file"
}
