package statcache

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Reads notes what is looked at: files, files that are not there, and what
// folders list. What was made of nothing else stays right for as long as all of
// it looks the same. Reads is safe for concurrent use; a nil *Reads notes nothing.
type Reads struct {
	mu    sync.Mutex
	looks map[string]string // by absolute path, of what a folder lists with a separator behind it
	vague bool              // something was seen that cannot be told again
}

// telling reports whether a change of what was read would show.
func (r *Reads) telling() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.looks) > 0 && !r.vague
}

// look is what was noted of a path.
func (r *Reads) look(name string) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	look, ok := r.looks[name]
	return look, ok
}

// Paths are the absolute paths of all that was looked at; a folder that was listed
// has a separator behind it.
func (r *Reads) Paths() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.looks))
}

// FS is fsys, whose root is the folder at the absolute path dir, with every look
// noted.
func (r *Reads) FS(fsys fs.FS, dir string) fs.FS {
	if r == nil {
		return fsys
	}
	return &readFS{fsys, r, dir}
}

// Open is os.Open, noted.
func (r *Reads) Open(name string) (fs.File, error) {
	f, err := os.Open(name)
	if err != nil {
		r.note(name, nil, err)
		return nil, err
	}
	info, err := f.Stat()
	r.note(name, info, err)
	return f, nil
}

// Stat is os.Stat, noted.
func (r *Reads) Stat(name string) (fs.FileInfo, error) {
	info, err := os.Stat(name)
	r.note(name, info, err)
	return info, err
}

// note keeps what a look at a path found. A file has to be looked at before it is
// read: then a change that happens meanwhile shows in the next look.
func (r *Reads) note(name string, info fs.FileInfo, err error) {
	if r == nil {
		return
	}
	look, ok := lookOf(info, err)
	r.keep(name, look, ok && (info == nil || info.IsDir() || Of(name, info).settled()))
}

func (r *Reads) noteList(name string, list []fs.DirEntry, err error) {
	r.keep(name+string(filepath.Separator), listed(list), err == nil || errors.Is(err, fs.ErrNotExist))
}

func (r *Reads) keep(name, look string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.looks == nil {
		r.looks = map[string]string{}
	}
	before, again := r.looks[name]
	r.vague = r.vague || !ok || again && before != look || !filepath.IsAbs(name)
	r.looks[name] = look
}

// lookOf is what a look at a path found, in a line. It is false for what may be
// something else another time, such as a folder that could not be entered.
func lookOf(info fs.FileInfo, err error) (look string, ok bool) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "absent", true
	case err != nil:
		return "", false
	case info.IsDir():
		return "folder", true
	}
	id := Of("", info)
	return fmt.Sprint(id.Size, id.MTime, id.CTime, id.Inode), true
}

// listed is what a folder lists, in a digest. A folder that is not there lists
// nothing.
func listed(list []fs.DirEntry) string {
	sum := sha256.New()
	for _, e := range list {
		fmt.Fprintf(sum, "%q %v\n", e.Name(), e.Type())
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// lookAgain looks at a path as Reads has noted it.
func lookAgain(name string) (look string, ok bool) {
	if dir, isList := strings.CutSuffix(name, string(filepath.Separator)); isList {
		list, err := os.ReadDir(dir)
		return listed(list), err == nil || errors.Is(err, fs.ErrNotExist)
	}
	info, err := os.Stat(name)
	return lookOf(info, err)
}

// made is what is kept of something that was made of files.
type made struct {
	Paths []string        `json:"paths"`
	Looks string          `json:"looks"` // digest of what looking at them found
	Value json.RawMessage `json:"value"`
}

// maxMade bounds, in bytes, what is kept of something that was made of files:
// their paths, ten or so for each of 10,000 episodes.
const maxMade = 32 << 20

// PutMade remembers something that was made of all that was read and of nothing
// else, if that can be trusted to show every change. It fails in silence.
func (c *Cache) PutMade(kind, name string, r *Reads, v any) {
	value, err := json.Marshal(v)
	if err != nil || c == nil || !r.telling() {
		return
	}
	m := made{Paths: r.Paths(), Value: value}
	m.Looks, _ = digest(m.Paths, r.look)
	if data, err := json.Marshal(m); err == nil && len(data) < maxMade {
		c.write(c.name(kind, name), append([]byte(checksum(data)+"\n"), data...))
	}
}

// GetMade decodes what was put under the name into v, if everything it was made
// of still looks the same.
func (c *Cache) GetMade(kind, name string, v any) bool {
	if c == nil {
		return false
	}
	var m made
	if !c.get(c.name(kind, name), maxMade, &m) {
		return false
	}
	looks, ok := digest(m.Paths, lookAgain)
	return ok && looks == m.Looks && json.Unmarshal(m.Value, v) == nil
}

// digest sums up looks at paths. It is false where one cannot be told.
func digest(paths []string, look func(string) (string, bool)) (string, bool) {
	sum := sha256.New()
	for _, name := range paths {
		found, ok := look(name)
		if !ok {
			return "", false
		}
		fmt.Fprintf(sum, "%q %s\n", name, found)
	}
	return hex.EncodeToString(sum.Sum(nil)), true
}

// readFS notes what is looked at in a file system.
type readFS struct {
	fs.FS
	reads *Reads
	dir   string
}

func (f *readFS) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

func (f *readFS) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if err != nil {
		f.reads.note(f.path(name), nil, err)
		return nil, err
	}
	info, err := file.Stat()
	f.reads.note(f.path(name), info, err)
	return file, nil
}

func (f *readFS) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(f.FS, name)
	f.reads.note(f.path(name), info, err)
	return info, err
}

func (f *readFS) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(f.FS, name)
	f.reads.noteList(f.path(name), list, err)
	return list, err
}
