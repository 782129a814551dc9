package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"onair/publish/bucket"
)

// checkKey reports why a key cannot be a file's path here, or nil.
func checkKey(key string) error {
	if err := bucket.ValidKey(key); err != nil {
		return err
	}
	if isReserved(key) {
		return errors.New("the name is reserved for onair's own files")
	}
	if _, err := filepath.Localize(key); err != nil {
		return errors.New("this system has no file of that name")
	}
	return nil
}

// openObject opens the regular file of a key, or returns ErrNotExist.
func openObject(root *os.Root, key string) (*os.File, error) {
	info, err := locate(root, key)
	if err != nil {
		return nil, err
	}
	if info == nil || !info.Mode().IsRegular() {
		return nil, bucket.ErrNotExist
	}
	f, err := root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, bucket.ErrNotExist
	}
	return f, err
}

// locate describes what lies at a key: nil if nothing does. It is an error if
// what lies there, or on the way, is there under another spelling, or if the
// way leads over something that is not a folder. The check serves clear
// answers; that nothing leads out of the folder is os.Root's work.
func locate(root *os.Root, key string) (fs.FileInfo, error) {
	var last fs.FileInfo // what the longest path that exists describes
	var known string     // that path
	for i := 0; i <= len(key); i++ {
		if i < len(key) && key[i] != '/' {
			continue
		}
		info, err := root.Lstat(key[:i])
		if errors.Is(err, fs.ErrNotExist) {
			break
		} else if err != nil {
			return nil, err
		}
		if i < len(key) && !info.IsDir() {
			return nil, fmt.Errorf("%s is not a folder here, so nothing can be below it", key[:i])
		}
		last, known = info, key[:i]
	}
	if last == nil {
		return nil, nil
	}
	if err := checkSpelling(root, known, last); err != nil {
		return nil, err
	}
	if known != key {
		return nil, nil
	}
	return last, nil
}

// checkSpelling reports whether name, which info describes, is there under
// another name that the file system takes for the same.
func checkSpelling(root *os.Root, name string, info fs.FileInfo) error {
	// A file system that ignores case gives itself away here; then, and only
	// then, the folders have to be read. It may ignore more, such as how letters
	// with accents are composed, which reading the folders finds as well.
	other, err := root.Lstat(swapCase(name))
	if err != nil || !os.SameFile(info, other) {
		return nil
	}
	for dir, base := path.Split(name); base != ""; dir, base = path.Split(strings.TrimSuffix(dir, "/")) {
		entries, err := fs.ReadDir(root.FS(), path.Clean(dir))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == base }) {
			return fmt.Errorf("%s is there in another spelling, which this file system does not tell apart", path.Join(dir, base))
		}
	}
	return nil
}

// swapCase turns capitals into small letters and the other way round.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}
