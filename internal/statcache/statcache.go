// Package statcache remembers what was measured of a file for as long as the
// file has not changed. A file counts as unchanged while its absolute path,
// size, modification time, change time and inode number are the same. What was
// measured of content that is known by its digest is remembered as well, and what
// was made of many files, for as long as none of them has changed.
//
// A file that was measured less than two seconds after it last changed is not
// remembered: some file systems count time in steps of two seconds, and a
// second change within one step, of equal size, would not show.
//
// The cache is a folder of small files, one for each file and kind of
// measurement. Losing it, or any of it, costs time and never truth: whatever
// cannot be read is as if it were not there. Entries not used for 90 days are
// removed.
package statcache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"onair/internal/crc32c"
)

const (
	settled  = 2 * time.Second     // how long a file must have been left alone
	maxEntry = 1 << 20             // bytes; a larger entry is neither written nor read
	unused   = 90 * 24 * time.Hour // after which an entry is removed
	day      = 24 * time.Hour      // how exactly use is recorded, how often it is looked at
)

// Cache is a folder of measurements. It is safe for concurrent use, also by
// several processes. A nil *Cache remembers nothing.
type Cache struct {
	dir string
}

// Open returns the cache below dir, such as onair in the user's cache folder,
// or nil if dir is empty. Folders are made when there is something to remember.
func Open(dir string) *Cache {
	if dir == "" {
		return nil
	}
	c := &Cache{dir: filepath.Join(dir, "measured")}
	c.prune(time.Now())
	return c
}

// FileID names one state of one file.
type FileID struct {
	Path   string `json:"path"` // absolute
	Size   int64  `json:"size"`
	MTime  int64  `json:"mtime_ns"`
	CTime  int64  `json:"ctime_ns"` // 0 where the system has none
	Inode  uint64 `json:"inode"`    // 0 where the system has none
	seenAt time.Time
}

// Identify looks at the file at path. It has to be called before the file is
// measured: then a change that happens meanwhile shows in the next FileID.
func Identify(path string) (FileID, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return FileID{}, err
	}
	info, err := os.Stat(abs)
	if err != nil {
		return FileID{}, err
	}
	return Of(abs, info), nil
}

// Of is Identify for the file at an absolute path that info was just taken of.
func Of(path string, info fs.FileInfo) FileID {
	id := FileID{Path: path, Size: info.Size(), MTime: info.ModTime().UnixNano(), seenAt: time.Now()}
	id.CTime, id.Inode = changeTimeAndInode(info)
	return id
}

// OfContent names content by its digest, wherever it is: what was measured of it
// never goes stale.
func OfContent(digest []byte) FileID {
	return FileID{Path: "content:" + hex.EncodeToString(digest), seenAt: time.Now()}
}

// settled reports whether the file had been left alone for long enough when it
// was identified.
func (id FileID) settled() bool {
	return id.seenAt.Sub(time.Unix(0, max(id.MTime, id.CTime))) >= settled
}

// same reports whether two FileIDs name one state.
func (id FileID) same(other FileID) bool {
	id.seenAt, other.seenAt = time.Time{}, time.Time{}
	return id == other
}

// entry is the content of a cache file after its checksum.
type entry struct {
	File  FileID          `json:"file"`
	Value json.RawMessage `json:"value"`
}

// Get decodes what was put for this state of the file into v, as package json
// does. It returns false if there is nothing; v may then hold anything.
func (c *Cache) Get(kind string, f FileID, v any) bool {
	if c == nil {
		return false
	}
	var e entry
	return c.get(c.name(kind, f.Path), maxEntry, &e) && e.File.same(f) && json.Unmarshal(e.Value, v) == nil
}

// get decodes a cache file that is whole, and records that it was used.
func (c *Cache) get(name string, limit int64, v any) bool {
	data, err := readSmall(name, limit)
	if err != nil {
		return false
	}
	sum, data, ok := bytes.Cut(data, []byte("\n"))
	if !ok || string(sum) != checksum(data) || json.Unmarshal(data, v) != nil {
		return false
	}
	touch(name, time.Now())
	return true
}

// Put remembers a measurement, a value that package json can encode, if the
// file may be trusted to stay as it is named. A kind is a short word, made for
// one type of value; give a value of another form another kind. It fails in
// silence.
func (c *Cache) Put(kind string, f FileID, v any) {
	if c == nil || !f.settled() {
		return
	}
	value, err := json.Marshal(v)
	if err != nil {
		return
	}
	data, err := json.Marshal(entry{File: f, Value: value})
	if err != nil || len(data) >= maxEntry {
		return
	}
	c.write(c.name(kind, f.Path), append([]byte(checksum(data)+"\n"), data...))
}

// write writes a cache file. It needs none to be renamed from, which a killed
// process would leave behind: what is read of an entry that is half written fails
// its checksum.
func (c *Cache) write(name string, data []byte) {
	if os.MkdirAll(c.dir, 0o700) == nil {
		_ = os.WriteFile(name, data, 0o600)
	}
}

// name is where a measurement is kept.
func (c *Cache) name(kind, path string) string {
	h := sha256.Sum256([]byte(kind + "\x00" + path))
	return filepath.Join(c.dir, hex.EncodeToString(h[:16]))
}

func checksum(data []byte) string {
	return fmt.Sprintf("%08x", crc32c.Checksum(data))
}

// readSmall reads a file that is not larger than an entry may be.
func readSmall(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	limit += 16 // for the checksum
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err == nil && int64(len(data)) == limit {
		err = fmt.Errorf("%s is too large", name)
	}
	return data, err
}

// touch records in its modification time that an entry was used.
func touch(name string, now time.Time) {
	if info, err := os.Stat(name); err == nil && now.Sub(info.ModTime()) > day {
		_ = os.Chtimes(name, now, now)
	}
}

// prune removes entries that have not been used for long. It looks once a day;
// the modification time of the file "pruned" says when it last did.
func (c *Cache) prune(now time.Time) {
	stamp := filepath.Join(c.dir, "pruned")
	if info, err := os.Stat(stamp); err == nil && now.Sub(info.ModTime()) < day {
		return
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && now.Sub(info.ModTime()) > unused {
			_ = os.Remove(filepath.Join(c.dir, e.Name()))
		}
	}
	c.write(stamp, nil)
}
