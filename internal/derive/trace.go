package derive

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Trace records what a computation looks at: files, the entries of folders,
// environment variables, git and the clock. It is safe for concurrent use; a nil *Trace
// records nothing.
type Trace struct {
	mu        sync.Mutex
	files     map[string]string // state of each file, by absolute path
	folders   map[string]string // digest of the entries of each folder, by absolute path
	absent    map[string]bool   // absolute paths at which there was nothing
	env       map[string]string
	git       map[string]string // state of the repository of each folder, by absolute path
	dates     []time.Time
	uncertain bool
}

// Conditions has the present values of the inputs that are not files, and a limit to
// the age of cached values.
type Conditions struct {
	Env func(name string) string // returns the value of a variable; nil if no value is known
	Git func(dir string) string  // returns the state of the git repository of a folder; nil if no state is known
	Now time.Time                // decides which dates have passed

	// MaxAge is the age at which a cached value expires, because not all of its inputs
	// can be recorded. Zero sets no limit.
	MaxAge time.Duration
}

// inputs are the recorded inputs of a computation, as they are stored.
type inputs struct {
	Files   []string          `json:"files"`
	Folders []string          `json:"folders"`
	Looks   Key               `json:"looks"` // digest of the states of all files and folders
	Env     map[string]string `json:"env"`
	Git     map[string]string `json:"git"`
	Dates   []time.Time       `json:"dates"`
	Passed  int               `json:"passed"` // how many of the dates had passed
	At      time.Time         `json:"at"`     // Conditions.Now
}

// traced is a value and the inputs from which it was computed. The value is decoded only
// if the inputs hold.
type traced struct {
	Inputs inputs          `json:"inputs"`
	Value  json.RawMessage `json:"value"`
}

// KnownTraced returns the cached value of the name, if the key and all recorded inputs
// are unchanged.
func KnownTraced[T any](c *Cache, f Func, name string, key Key, w *Conditions) (v T, ok bool) {
	known, ok := Known[traced](c, f, name, key)
	if !ok || !known.Inputs.hold(w) {
		return v, false
	}
	err := json.Unmarshal(known.Value, &v)
	return v, err == nil
}

// KeepTraced caches a value that was computed from the key and from the recorded
// inputs. It caches nothing if the trace is uncertain or has no files.
func KeepTraced[T any](c *Cache, f Func, name string, key Key, w *Conditions, t *Trace, v T) {
	if c == nil {
		return
	}
	in, ok := t.inputs(w)
	value, err := json.Marshal(v)
	if ok && err == nil {
		Keep(c, f, name, key, traced{in, value})
	}
}

// Traced is Value for a function whose inputs are known only after the computation.
// compute records them in the trace.
func Traced[T any](c *Cache, f Func, name string, key Key, w *Conditions, compute func(*Trace) (T, error)) (T, error) {
	if v, ok := KnownTraced[T](c, f, name, key, w); ok {
		return v, nil
	}
	t := &Trace{}
	v, err := compute(t)
	if err == nil {
		KeepTraced(c, f, name, key, w, t, v)
	}
	return v, err
}

// Uncertain records that the computation depends on something that a trace cannot hold.
// The result is then not cached.
func (t *Trace) Uncertain() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.uncertain = true
}

// Env returns a function that calls lookup and records the value of each variable.
func (t *Trace) Env(lookup func(string) (string, bool)) func(string) (string, bool) {
	if t == nil {
		return lookup
	}
	return func(name string) (string, bool) {
		value, ok := lookup(name)
		t.mu.Lock()
		defer t.mu.Unlock()
		set(&t.env, name, value)
		return value, ok
	}
}

// Git records the state of the git repository of the folder at the absolute path dir.
// state is a text that changes whenever git would answer differently. The caller reads
// it before running other git commands. An empty state makes the trace uncertain.
func (t *Trace) Git(dir, state string) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.uncertain = t.uncertain || state == "" || !filepath.IsAbs(dir)
	t.record(&t.git, dir, state)
}

// Date records that the computation depends on whether a date has passed.
func (t *Trace) Date(at time.Time) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dates = append(t.dates, at)
}

// File records the state of a file, or its absence. info and err are what os.Stat or
// the Stat method of an open file returned. A file has to be recorded before it is
// read, so that a change in the meantime is noticed.
func (t *Trace) File(path string, info fs.FileInfo, err error) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !filepath.IsAbs(path):
		t.uncertain = true
	case errors.Is(err, fs.ErrNotExist):
		if t.absent == nil {
			t.absent = map[string]bool{}
		}
		t.absent[filepath.Clean(path)] = true
	case err != nil:
		t.uncertain = true
	default:
		state := StateOf(info)
		t.uncertain = t.uncertain || !info.IsDir() && !state.Settled()
		t.record(&t.files, filepath.Clean(path), stateText(info, state))
	}
}

// Values records the state of the cache file of f, for a computation that depends on
// which values of f are cached.
func (t *Trace) Values(c *Cache, f Func) {
	if t == nil || c == nil {
		return
	}
	path := filepath.Join(c.dir, f.Name)
	info, err := os.Stat(path)
	if err == nil {
		t.File(path, info, nil)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.record(&t.files, path, noFile)
}

// Folder records the entries of a folder, as os.ReadDir found them.
func (t *Trace) Folder(path string, entries []fs.DirEntry, err error) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !filepath.IsAbs(path) || err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.uncertain = true
		return
	}
	t.record(&t.folders, filepath.Clean(path), entriesText(entries))
}

// record stores the text that describes a path. If the path already has a different
// text, the file or folder changed during the computation, and the trace becomes
// uncertain.
func (t *Trace) record(m *map[string]string, path, text string) {
	before, again := (*m)[path]
	t.uncertain = t.uncertain || again && before != text
	set(m, path, text)
}

func set(m *map[string]string, name, value string) {
	if *m == nil {
		*m = map[string]string{}
	}
	(*m)[name] = value
}

// Paths returns the absolute paths that were recorded, including those at which there
// was nothing. The path of a folder whose entries were recorded ends with a separator.
func (t *Trace) Paths() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	paths := slices.AppendSeq(slices.Collect(maps.Keys(t.files)), maps.Keys(t.absent))
	for path := range t.folders {
		paths = append(paths, path+string(filepath.Separator))
	}
	return paths
}

// stateText describes a file. All folders have the same text, because the times of a
// folder change with every temporary file in it.
func stateText(info fs.FileInfo, s State) string {
	if info.IsDir() {
		return "folder"
	}
	return hex.EncodeToString(s.append(nil))
}

// entriesText returns the digest of the entries of a folder.
func entriesText(entries []fs.DirEntry) string {
	var text []byte
	for _, e := range entries {
		text = strconv.AppendQuote(text, e.Name())
		text = strconv.AppendUint(text, uint64(e.Type()), 8)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// inputs returns the recorded inputs. ok is false if the trace is uncertain or has no
// files.
func (t *Trace) inputs(w *Conditions) (in inputs, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	// The entries of a folder show which files are absent. The folder is read once for
	// all the names that were looked for in it.
	for path := range t.absent {
		t.placeAbsent(path)
	}
	if t.uncertain || len(t.files) == 0 {
		return in, false
	}
	in = inputs{
		Files:   slices.Sorted(maps.Keys(t.files)),
		Folders: slices.Sorted(maps.Keys(t.folders)),
		Env:     t.env,
		Git:     t.git,
		Dates:   t.dates,
		Passed:  passed(t.dates, w.Now),
		At:      w.Now,
	}
	var texts []string
	for _, path := range in.Files {
		texts = append(texts, t.files[path])
	}
	for _, path := range in.Folders {
		texts = append(texts, t.folders[path])
	}
	in.Looks = KeyOf(strings.Join(texts, "\n"))
	return in, true
}

// placeAbsent records the entries of the folder in which a path is absent. If the
// folder is absent too, it is recorded without entries.
func (t *Trace) placeAbsent(path string) {
	folder := filepath.Dir(path)
	if _, known := t.folders[folder]; known {
		return
	}
	entries, err := os.ReadDir(folder)
	switch {
	case folder == path, err != nil && !errors.Is(err, fs.ErrNotExist):
		t.uncertain = true
		return
	case err != nil:
		t.placeAbsent(folder)
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == filepath.Base(path) }) {
		t.uncertain = true // a symbolic link to nothing, or a file created since
	}
	set(&t.folders, folder, entriesText(entries))
}

// passed counts the dates that are not after now.
func passed(dates []time.Time, now time.Time) (n int) {
	for _, at := range dates {
		if !now.Before(at) {
			n++
		}
	}
	return n
}

// hold reports whether the inputs are as they were when they were recorded, and not
// older than MaxAge allows.
func (in *inputs) hold(w *Conditions) bool {
	for name, was := range in.Env {
		if w.Env == nil || w.Env(name) != was {
			return false
		}
	}
	if passed(in.Dates, w.Now) != in.Passed {
		return false
	}
	if age := w.Now.Sub(in.At); w.MaxAge > 0 && (age < 0 || age >= w.MaxAge) {
		return false
	}
	looks, ok := look(in.Files, in.Folders)
	if !ok || looks != in.Looks {
		return false
	}
	for dir, was := range in.Git {
		if w.Git == nil || w.Git(dir) != was {
			return false
		}
	}
	return true
}

// look returns the key of the files and folders as they are now, or false if one of them
// cannot be described.
func look(files, folders []string) (Key, bool) {
	texts := make([]string, len(files)+len(folders))
	workers := runtime.GOMAXPROCS(0)
	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			for i := worker; i < len(texts); i += workers {
				if i < len(files) {
					texts[i] = fileText(files[i])
				} else {
					texts[i] = folderText(folders[i-len(files)])
				}
			}
		})
	}
	group.Wait()
	return KeyOf(strings.Join(texts, "\n")), !slices.Contains(texts, "")
}

// noFile is the text of a file that does not exist.
const noFile = "absent"

// fileText returns the text by which a trace describes a file; empty if the file cannot
// be described.
func fileText(path string) string {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return noFile
	} else if err != nil {
		return ""
	}
	return stateText(info, StateOf(info))
}

// folderText returns the text by which a trace describes a folder; empty if the folder
// cannot be read.
func folderText(path string) string {
	entries, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return entriesText(entries)
}

// FS returns a file system that reads from fsys and records everything that is looked
// at. The root of fsys is the folder at the absolute path dir. For files outside of the
// folder, the returned file system has the methods OpenPath and StatPath, which call
// those of fsys.
func (t *Trace) FS(fsys fs.FS, dir string) fs.FS {
	if t == nil {
		return fsys
	}
	return &tracedFS{fsys, t, dir}
}

// pathFS is implemented by file systems that open files outside their folder.
type pathFS interface {
	OpenPath(path string) (fs.File, error)
	StatPath(path string) (fs.FileInfo, error)
}

type tracedFS struct {
	fs.FS
	trace *Trace
	dir   string
}

func (f *tracedFS) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// Open implements fs.FS.
func (f *tracedFS) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	return f.opened(f.path(name), file, err)
}

// OpenPath calls OpenPath of the underlying file system and records the result.
func (f *tracedFS) OpenPath(path string) (fs.File, error) {
	outer, ok := f.FS.(pathFS)
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
	}
	file, err := outer.OpenPath(path)
	return f.opened(path, file, err)
}

// StatPath calls StatPath of the underlying file system and records the result.
func (f *tracedFS) StatPath(path string) (fs.FileInfo, error) {
	outer, ok := f.FS.(pathFS)
	if !ok {
		return nil, &fs.PathError{Op: "stat", Path: path, Err: fs.ErrPermission}
	}
	info, err := outer.StatPath(path)
	f.trace.File(path, info, err)
	return info, err
}

func (f *tracedFS) opened(path string, file fs.File, err error) (fs.File, error) {
	if err != nil {
		f.trace.File(path, nil, err)
		return nil, err
	}
	info, err := file.Stat()
	f.trace.File(path, info, err)
	return file, nil
}

// Stat implements fs.StatFS.
func (f *tracedFS) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(f.FS, name)
	f.trace.File(f.path(name), info, err)
	return info, err
}

// ReadDir implements fs.ReadDirFS.
func (f *tracedFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.FS, name)
	f.trace.Folder(f.path(name), entries, err)
	return entries, err
}
