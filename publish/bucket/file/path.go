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

// checkKey returns an error if a key cannot be the path of a file on this system.
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

// locate describes the file or folder at a key; nil if there is none. It fails if
// a part of the path exists under another spelling, or if a part before the last
// is not a folder. These checks are for clear messages: os.Root keeps the path
// inside the folder.
func locate(root *os.Root, key string) (fs.FileInfo, error) {
	var known string     // the longest part of the path that exists
	var last fs.FileInfo // describes known
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

// checkSpelling fails if the file or folder name, which info describes, exists
// under another spelling that the file system takes for the same.
func checkSpelling(root *os.Root, name string, info fs.FileInfo) error {
	// The folders have to be read only on a file system that ignores case. Reading them
	// also finds other differences that such a file system may ignore, like the way in
	// which accents are composed.
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
			return fmt.Errorf("%s exists with other capitals or accents, which this file system does not distinguish", path.Join(dir, base))
		}
	}
	return nil
}

// swapCase swaps upper-case and lower-case letters.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}
