package derive

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// changeTimes reports whether files have a change time, which cannot be set.
const changeTimes = runtime.GOOS != "windows" && runtime.GOOS != "plan9"

// settle makes a trace certain although its files were written just now.
func (t *Trace) settle() { t.uncertain = false }

// disk is a folder that also opens files outside it.
type disk struct{ fs.FS }

func (disk) OpenPath(path string) (fs.File, error)     { return os.Open(path) }
func (disk) StatPath(path string) (fs.FileInfo, error) { return os.Stat(path) }

// lookAround examines a folder and its surroundings in every way that a trace
// records.
func lookAround(t *testing.T, dir string, trace *Trace) {
	t.Helper()
	fsys := trace.FS(disk{os.DirFS(dir)}, dir)
	if text, err := fs.ReadFile(fsys, "read"); err != nil || string(text) != "text" {
		t.Fatal(text, err)
	}
	if _, err := fs.Stat(fsys, "stat"); err != nil {
		t.Fatal(err)
	}
	if list, err := fs.ReadDir(fsys, "listed"); err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	outside := fsys.(interface {
		OpenPath(string) (fs.File, error)
		StatPath(string) (fs.FileInfo, error)
	})
	f, err := outside.OpenPath(filepath.Join(dir, "../outside"))
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	_, err1 := fsys.Open("absent")
	_, err2 := fs.ReadDir(fsys, "unlisted")
	_, err3 := outside.StatPath(filepath.Join(dir, "../nowhere"))
	_, err4 := fs.Stat(fsys, "no/such/folder")
	for _, err := range []error{err1, err2, err3, err4} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// TestTraced caches a value that was computed from a folder, changes the folder and
// computes the value again.
func TestTraced(t *testing.T) {
	t.Parallel()
	write := func(dir, name, text string) error {
		return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)
	}
	remove := func(dir, name string) error { return os.RemoveAll(filepath.Join(dir, name)) }
	folder := func(dir, name string) error { return os.MkdirAll(filepath.Join(dir, name), 0o755) }
	for name, test := range map[string]struct {
		change func(dir string) error
		known  bool
	}{
		"nothing changes": {func(string) error { return nil }, true},
		"elsewhere":       {func(dir string) error { return write(dir, "elsewhere/file", "x") }, true},
		"longer":          {func(dir string) error { return write(dir, "read", "longer") }, false},
		"as long":         {func(dir string) error { return write(dir, "read", "TEXT") }, false},
		"as long, its time put back": {func(dir string) error {
			name := filepath.Join(dir, "read")
			info, err := os.Stat(name)
			if err != nil {
				return err
			}
			return errors.Join(write(dir, "read", "TEXT"), os.Chtimes(name, time.Time{}, info.ModTime()))
		}, !changeTimes},
		"another time":           {func(dir string) error { return os.Chtimes(filepath.Join(dir, "read"), time.Time{}, time.Unix(1, 0)) }, false},
		"only its state matters": {func(dir string) error { return write(dir, "stat", "longer") }, false},
		"a file goes":            {func(dir string) error { return remove(dir, "read") }, false},
		"a file comes":           {func(dir string) error { return write(dir, "absent", "") }, false},
		"a file beside":          {func(dir string) error { return write(dir, "../outside", "longer") }, false},
		"a file beside comes":    {func(dir string) error { return write(dir, "../nowhere", "") }, false},
		"one more is listed":     {func(dir string) error { return write(dir, "listed/two", "") }, false},
		"one less is listed":     {func(dir string) error { return remove(dir, "listed/one") }, false},
		"another is listed": {func(dir string) error {
			return os.Rename(filepath.Join(dir, "listed/one"), filepath.Join(dir, "listed/two"))
		}, false},
		"a file, now a folder": {func(dir string) error { return errors.Join(remove(dir, "stat"), folder(dir, "stat")) }, false},
		"a folder, now a file": {func(dir string) error { return errors.Join(remove(dir, "listed"), write(dir, "listed", "")) }, false},
		"a folder comes":       {func(dir string) error { return errors.Join(folder(dir, "unlisted"), write(dir, "unlisted/one", "")) }, false},
		"deep folders come":    {func(dir string) error { return errors.Join(folder(dir, "no/such"), write(dir, "no/such/folder", "")) }, false},
		"another variable":     {func(dir string) error { return write(dir, "../env", "") }, false},
		"a date passes":        {func(dir string) error { return write(dir, "../late", "") }, false},
		"a commit":             {func(dir string) error { return write(dir, "../commit", "") }, false},
		"the value is too old": {func(dir string) error { return write(dir, "../half an hour", "") }, false},
		"the clock goes back":  {func(dir string) error { return write(dir, "../early", "") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			dir := filepath.Join(root, "show")
			if err := errors.Join(folder(root, "show"), folder(dir, "listed"), folder(dir, "elsewhere"), write(dir, "listed/one", ""),
				write(dir, "read", "text"), write(dir, "stat", "text"), write(root, "outside", "text")); err != nil {
				t.Fatal(err)
			}
			there := func(name string) bool {
				_, err := os.Stat(filepath.Join(root, name))
				return err == nil
			}
			date := time.Date(2027, 2, 4, 6, 0, 0, 0, time.UTC)
			world := func() *Conditions {
				w := &Conditions{Now: date.Add(-time.Hour), MaxAge: 30 * time.Minute}
				switch {
				case there("late"):
					w.Now, w.MaxAge = date, 0
				case there("half an hour"):
					w.Now = w.Now.Add(30 * time.Minute)
				case there("early"):
					w.Now = w.Now.Add(-1)
				}
				w.Git = func(string) string {
					if there("commit") {
						return "another commit"
					}
					return "a commit"
				}
				w.Env = func(name string) string {
					if there("env") {
						return "other"
					}
					return ""
				}
				return w
			}
			c := Open(filepath.Join(root, "cache"), "build")
			defer c.Close()
			calls := 0
			value := func() int {
				v, err := Traced(c, testFunc, "name", Key{}, world(), func(trace *Trace) (int, error) {
					if calls++; calls > 1 {
						return 0, nil
					}
					lookAround(t, dir, trace)
					w := world()
					trace.Env(func(name string) (string, bool) { return w.Env(name), true })("NAME")
					trace.Git(dir, w.Git(dir))
					trace.Date(date)
					trace.settle()
					return 7, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			if first, second := value(), value(); first != 7 || second != 7 || calls != 1 {
				t.Fatalf("computed %d times", calls)
			}
			awaitTick(t)
			if err := test.change(dir); err != nil {
				t.Fatal(err)
			}
			if value(); calls == 1 != test.known {
				t.Errorf("remembered: %v, want %v", calls == 1, test.known)
			}
		})
	}
}

// awaitTick waits until files that change have another time than before. Many systems take
// the times of files from a clock that advances a few times in a hundredth of a second.
func awaitTick(t *testing.T) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "tick")
	now := func() time.Time {
		plant(t, name, "")
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info.ModTime()
	}
	for first := now(); now().Equal(first); {
	}
}

// TestUncertainTraces records accesses whose results may change undetected.
func TestUncertainTraces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "new")
	if err := os.WriteFile(name, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "link")); err != nil {
		t.Log("no links here:", err)
	}
	for what, record := range map[string]func(*Trace, *tracedFS){
		"nothing":                         func(*Trace, *tracedFS) {},
		"a file that has just changed":    func(t *Trace, f *tracedFS) { _, _ = f.StatPath(name) },
		"a folder that cannot be entered": func(t *Trace, f *tracedFS) { t.File(dir, nil, fs.ErrPermission) },
		"a folder that cannot be listed":  func(t *Trace, f *tracedFS) { t.Folder(dir, nil, fs.ErrPermission) },
		"a relative path":                 func(t *Trace, f *tracedFS) { t.File("new", info, nil) },
		"a relative folder":               func(t *Trace, f *tracedFS) { t.Folder("new", nil, nil) },
		"a link to nowhere": func(t *Trace, f *tracedFS) {
			t.File(dir, info, nil)
			t.File(filepath.Join(dir, "link"), nil, fs.ErrNotExist)
		},
		"a file that comes meanwhile": func(t *Trace, f *tracedFS) {
			t.File(dir, info, nil)
			t.File(name, nil, fs.ErrNotExist)
		},
		"a repository of unknown state": func(t *Trace, f *tracedFS) {
			t.File(dir, info, nil)
			t.Git(dir, "")
		},
		"a repository that changes meanwhile": func(t *Trace, f *tracedFS) {
			t.File(dir, info, nil)
			t.Git(dir, "a commit")
			t.Git(dir, "another commit")
		},
		"what it says so of": func(t *Trace, f *tracedFS) {
			t.File(dir, info, nil)
			t.Uncertain()
		},
	} {
		trace := &Trace{}
		record(trace, trace.FS(disk{os.DirFS(dir)}, dir).(*tracedFS))
		if _, ok := trace.inputs(&Conditions{}); ok {
			t.Errorf("%s: a change would show", what)
		}
	}
	trace := &Trace{}
	trace.File(dir, info, nil)
	if _, ok := trace.inputs(&Conditions{}); !ok {
		t.Error("a folder: a change would not show")
	}
}

func TestNilTrace(t *testing.T) {
	t.Parallel()
	var trace *Trace
	dir := t.TempDir()
	if fsys := os.DirFS(dir); trace.FS(fsys, dir) != fsys {
		t.Error("the file system is another one")
	}
	trace.File(dir, nil, fs.ErrNotExist)
	trace.Folder(dir, nil, nil)
	trace.Date(time.Time{})
	trace.Git(dir, "")
	trace.Uncertain()
	if _, ok := trace.Env(func(string) (string, bool) { return "", true })("NAME"); !ok {
		t.Error("the environment is another one")
	}
}
