// Package sourcefs reads the source files of a show, which come from pull requests as
// well as from the show's owner. An [FS] opens only folders and regular files, no
// symbolic links, and nothing whose path has a name that starts with a dot. Outside the
// folder of the show it opens only Markdown and audio. Each refusal is a
// [RefusedError], which contains nothing from the file.
package sourcefs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// RefusedError reports that a file exists, or may exist, and is not read.
type RefusedError struct {
	Name   string // as the caller gave it
	Reason string // completes "NAME is …"
}

func (e *RefusedError) Error() string { return e.Name + " is " + e.Reason }

// Refused returns the reason if an error reports a refusal.
func Refused(err error) (reason string, ok bool) {
	if e, is := errors.AsType[*RefusedError](err); is {
		return e.Reason, true
	}
	return "", false
}

// FS is the file system of one show. It is safe for concurrent use.
type FS struct {
	root      *os.Root
	dir       string // path of root, with symbolic links resolved
	workspace string // folder outside which OpenPath opens nothing, with symbolic links resolved; empty for no limit

	mu      sync.Mutex
	folders map[string]error // folders known not to be symbolic links, by name; all values are nil
}

// Open returns the file system of the folder at the absolute path dir. Unless workspace
// is empty, OpenPath and StatPath refuse files outside the folder workspace.
func Open(dir, workspace string) (*FS, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	if workspace != "" {
		workspace = realPath(workspace)
	}
	return &FS{root: root, dir: realPath(dir), workspace: workspace, folders: map[string]error{}}, nil
}

// Open implements fs.FS.
func (f *FS) Open(name string) (fs.File, error) {
	info, err := f.check("open", name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return f.root.Open(filepath.FromSlash(name))
	}
	return openSame(func() (*os.File, error) { return f.root.Open(filepath.FromSlash(name)) }, name, info)
}

// Stat implements fs.StatFS. It describes only what Open would open.
func (f *FS) Stat(name string) (fs.FileInfo, error) { return f.check("stat", name) }

// ReadDir implements fs.ReadDirFS. The entries include those that Open refuses.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	if _, err := f.check("open", name); err != nil {
		return nil, err
	}
	return fs.ReadDir(f.root.FS(), name)
}

// check describes a regular file or a folder. It returns an error for everything else.
func (f *FS) check(op, name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	if Hidden(name) {
		return nil, hidden(name)
	}
	if err := f.checkFolder(name, path.Dir(name)); err != nil {
		return nil, err
	}
	info, err := f.root.Lstat(filepath.FromSlash(name))
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		err = &fs.PathError{Op: op, Path: name, Err: failed.Err} // failed.Op is lstatat
	}
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		f.mu.Lock()
		f.folders[name] = nil
		f.mu.Unlock()
	}
	return info, checkType(name, info)
}

// checkFolder refuses the file called name if dir, its folder, is a symbolic link or
// below one. Folders that are not symbolic links are checked only once.
func (f *FS) checkFolder(name, dir string) error {
	if dir == "." {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for at := dir; at != "."; at = path.Dir(at) {
		err, known := f.folders[at]
		if !known {
			if info, statErr := f.root.Lstat(filepath.FromSlash(at)); statErr == nil && info.Mode()&fs.ModeSymlink != 0 {
				err = &RefusedError{name, "in " + at + ", which is a symbolic link"}
			} else if statErr == nil {
				f.folders[at] = nil
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Hidden reports whether an element of a slash-separated path starts with a dot, except
// for "." and "..".
func Hidden(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool {
		return strings.HasPrefix(part, ".") && part != "." && part != ".."
	})
}

func hidden(name string) error {
	return &RefusedError{name, "hidden or in a hidden folder: a name in its path starts with a dot"}
}

// checkType refuses all but regular files and folders.
func checkType(name string, info fs.FileInfo) error {
	if reason := TypeReason(info.Mode().Type()); reason != "" {
		return &RefusedError{name, reason}
	}
	return nil
}

// TypeReason returns why a file of a type is refused. It is empty for regular
// files and folders.
func TypeReason(m fs.FileMode) string {
	kind := ""
	switch {
	case m&fs.ModeSymlink != 0:
		kind = "a symbolic link"
	case m&fs.ModeNamedPipe != 0:
		kind = "a named pipe"
	case m&fs.ModeSocket != 0:
		kind = "a socket"
	case m&fs.ModeDevice != 0:
		kind = "a device"
	case m&^fs.ModeDir != 0:
		kind = "a special file"
	default:
		return ""
	}
	return kind + ", not a regular file"
}

// openSame opens a file. It refuses a file that is not the one that was checked.
func openSame(open func() (*os.File, error), name string, checked fs.FileInfo) (fs.File, error) {
	file, err := open()
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !os.SameFile(info, checked) {
		err = &RefusedError{name, "replaced while it is read"}
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// OpenNamed opens a file that the user of a command named. It follows links, and refuses
// pipes and sockets, because opening one may wait forever. Pipes without a name, as a
// shell makes for <(COMMAND), are read.
func OpenNamed(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) != 0 && !system(name) {
		return nil, &RefusedError{name, TypeReason(info.Mode().Type())}
	}
	return os.Open(name)
}

// Named is the path of a folder, as a file system whose files are opened by OpenNamed.
type Named string

// Open implements fs.FS.
func (n Named) Open(name string) (fs.File, error) {
	f, err := OpenNamed(filepath.Join(string(n), filepath.FromSlash(name)))
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		return nil, &RefusedError{name, refused.Reason}
	}
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, &fs.PathError{Op: failed.Op, Path: name, Err: failed.Err}
	}
	return f, err
}

// OpenPath opens a file outside the folder of the show, by its operating-system
// path.
func (f *FS) OpenPath(name string) (fs.File, error) {
	real, info, err := f.checkPath(name)
	if err != nil {
		return nil, err
	}
	return openSame(func() (*os.File, error) { return os.Open(real) }, name, info)
}

// StatPath describes a file that OpenPath would open.
func (f *FS) StatPath(name string) (fs.FileInfo, error) {
	_, info, err := f.checkPath(name)
	return info, err
}

// outsideTypes are the extensions of the files that a show may keep outside its
// folder.
var outsideTypes = []string{".md", ".mp3", ".m4a"}

// checkPath returns the path of a file with the symbolic links of its folders resolved.
// A folder of the path may be a symbolic link, as /tmp is on some systems; the file
// itself may not.
func (f *FS) checkPath(name string) (real string, info fs.FileInfo, err error) {
	if !slices.Contains(outsideTypes, strings.ToLower(filepath.Ext(name))) {
		return "", nil, &RefusedError{name, "outside the show's folder, where only " + strings.Join(outsideTypes, ", ") + " files are read"}
	}
	if system(filepath.Clean(name)) {
		return "", nil, &RefusedError{name, "a file of the operating system"}
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(name))
	if err != nil {
		return "", nil, err
	}
	real = filepath.Join(folder, filepath.Base(name))
	if system(real) {
		return "", nil, &RefusedError{name, "a file of the operating system"}
	}
	if f.workspace != "" && !within(f.workspace, real) {
		return "", nil, &RefusedError{name, "outside the workspace, which CI jobs do not leave"}
	}
	if Hidden(filepath.ToSlash(f.beyond(real))) {
		return "", nil, hidden(name)
	}
	if info, err = os.Lstat(real); err != nil {
		return "", nil, err
	}
	return real, info, checkType(name, info)
}

// beyond returns a path relative to the show's folder, so that Hidden ignores the
// folders above both. The show itself may be in a hidden folder.
func (f *FS) beyond(real string) string {
	if rel, err := filepath.Rel(f.dir, real); err == nil {
		return rel
	}
	return real
}

// system reports whether a path is in /proc, /dev or /sys.
func system(name string) bool {
	return slices.ContainsFunc([]string{"/proc", "/dev", "/sys"}, func(dir string) bool { return within(dir, filepath.ToSlash(name)) })
}

// within reports whether a path is dir or below it.
func within(dir, name string) bool {
	rel, err := filepath.Rel(dir, name)
	return err == nil && filepath.IsLocal(rel)
}

// realPath returns a path with its symbolic links resolved, or the path itself if that
// fails.
func realPath(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	return name
}
