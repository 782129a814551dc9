package statcache

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// changeTimes says whether files here have a time of their last change that nobody
// can set.
const changeTimes = runtime.GOOS != "windows" && runtime.GOOS != "plan9"

// settle takes what was noted as if all files had lain there for an hour.
func (r *Reads) settle() { r.vague = false }

// readAll looks at a folder, and beside it, in every way there is.
func readAll(t *testing.T, dir string) *Reads {
	t.Helper()
	r := &Reads{}
	fsys := r.FS(os.DirFS(dir), dir)
	if text, err := fs.ReadFile(fsys, "read"); err != nil || string(text) != "text" {
		t.Fatal(text, err)
	}
	if _, err := fs.Stat(fsys, "stat"); err != nil {
		t.Fatal(err)
	}
	if list, err := fs.ReadDir(fsys, "listed"); err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	outside, err := r.Open(filepath.Join(dir, "../outside"))
	if err != nil {
		t.Fatal(err)
	}
	outside.Close()
	_, err1 := fsys.Open("absent")
	_, err2 := fs.ReadDir(fsys, "unlisted")
	_, err3 := r.Stat(filepath.Join(dir, "../nowhere"))
	for _, err := range []error{err1, err2, err3} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return r
}

// TestMade remembers something that was made of a folder, changes the folder, and
// looks whether it is still remembered.
func TestMade(t *testing.T) {
	write := func(dir, name, text string) error {
		return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)
	}
	remove := func(dir, name string) error { return os.RemoveAll(filepath.Join(dir, name)) }
	folder := func(dir, name string) error { return os.Mkdir(filepath.Join(dir, name), 0o755) }
	for name, test := range map[string]struct {
		change func(dir string) error
		known  bool
	}{
		"nothing changes":     {func(string) error { return nil }, true},
		"nobody looked there": {func(dir string) error { return write(dir, "other", "x") }, true},
		"longer":              {func(dir string) error { return write(dir, "read", "longer") }, false},
		"as long":             {func(dir string) error { return write(dir, "read", "TEXT") }, false},
		"as long, its time put back": {func(dir string) error {
			name := filepath.Join(dir, "read")
			info, err := os.Stat(name)
			if err != nil {
				return err
			}
			return errors.Join(write(dir, "read", "TEXT"), os.Chtimes(name, time.Time{}, info.ModTime()))
		}, !changeTimes},
		"another time":        {func(dir string) error { return os.Chtimes(filepath.Join(dir, "read"), time.Time{}, time.Unix(1, 0)) }, false},
		"only looked whether": {func(dir string) error { return write(dir, "stat", "longer") }, false},
		"a file goes":         {func(dir string) error { return remove(dir, "read") }, false},
		"a file comes":        {func(dir string) error { return write(dir, "absent", "") }, false},
		"a file beside":       {func(dir string) error { return write(dir, "../outside", "longer") }, false},
		"a file beside comes": {func(dir string) error { return write(dir, "../nowhere", "") }, false},
		"one more is listed":  {func(dir string) error { return write(dir, "listed/two", "") }, false},
		"one less is listed":  {func(dir string) error { return remove(dir, "listed/one") }, false},
		"another is listed": {func(dir string) error {
			return os.Rename(filepath.Join(dir, "listed/one"), filepath.Join(dir, "listed/two"))
		}, false},
		"a file, now a folder":    {func(dir string) error { return errors.Join(remove(dir, "stat"), folder(dir, "stat")) }, false},
		"a folder, now a file":    {func(dir string) error { return errors.Join(remove(dir, "listed"), write(dir, "listed", "")) }, false},
		"a folder comes":          {func(dir string) error { return errors.Join(folder(dir, "unlisted"), write(dir, "unlisted/one", "")) }, false},
		"a link to nowhere comes": {func(dir string) error { return os.Symlink("there", filepath.Join(dir, "absent")) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, "show")
			if err := errors.Join(folder(root, "show"), folder(dir, "listed"), write(dir, "listed/one", ""),
				write(dir, "read", "text"), write(dir, "stat", "text"), write(root, "outside", "text")); err != nil {
				t.Fatal(err)
			}
			r := readAll(t, dir)
			r.settle()
			c := Open(filepath.Join(root, "cache"))
			c.PutMade("kind", "name", r, 7)
			var got int
			if !c.GetMade("kind", "name", &got) || got != 7 {
				t.Fatal("it is not remembered")
			}
			if c.GetMade("other kind", "name", &got) || c.GetMade("kind", "other name", &got) {
				t.Error("something else is taken for it")
			}
			if err := test.change(dir); err != nil {
				t.Fatal(err)
			}
			if c.GetMade("kind", "name", &got) != test.known {
				t.Errorf("remembered: %v, want %v", !test.known, test.known)
			}
		})
	}
}

// TestVagueReads looks at what may change without a sign, or cannot be told.
func TestVagueReads(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "new")
	if err := os.WriteFile(name, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	for what, look := range map[string]func(*Reads){
		"nothing":                         func(r *Reads) {},
		"a file that has just changed":    func(r *Reads) { _, _ = r.Stat(name) },
		"a folder that cannot be entered": func(r *Reads) { r.note(dir, nil, fs.ErrPermission) },
		"a folder that cannot be listed":  func(r *Reads) { r.noteList(dir, nil, fs.ErrPermission) },
		"a path that starts anywhere":     func(r *Reads) { r.keep("new", "absent", true) },
		"a folder that starts anywhere":   func(r *Reads) { _, _ = r.FS(os.DirFS(dir), "").Open("absent") },
		"a file that comes meanwhile": func(r *Reads) {
			r.keep(name, "absent", true)
			r.keep(name, "1 2 3 4", true)
		},
	} {
		r := &Reads{}
		if look(r); r.telling() {
			t.Errorf("%s: a change would show", what)
		}
	}
	r := &Reads{}
	if _, err := r.Stat(dir); err != nil || !r.telling() {
		t.Errorf("a folder: a change would not show, %v", err)
	}
}

// TestNoReads looks without noting.
func TestNoReads(t *testing.T) {
	var r *Reads
	dir := t.TempDir()
	if fsys := os.DirFS(dir); r.FS(fsys, dir) != fsys {
		t.Error("the file system is another one")
	}
	if _, err := r.Stat(dir); err != nil {
		t.Error(err)
	}
	if _, err := r.Open(filepath.Join(dir, "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	Open(dir).PutMade("kind", "name", nil, 7)
	var got int
	if Open(dir).GetMade("kind", "name", &got) {
		t.Error("something was made of nothing")
	}
}
