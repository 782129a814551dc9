// Package derive caches values that are computed from files and settings, so that they
// are not computed again while the files and settings stay the same.
//
// A derived value is a pure function of named inputs. The caller makes a [Key] of the
// inputs. [Value] returns the cached value for that key, or computes it:
//
//	facts, err := derive.Value(cache, factsOf, slug, derive.KeyOf(text, settings), func() (Facts, error) { … })
//
// A value is stored under a name, such as slug above. Only the latest value of a name
// is kept. A value also depends on the version of its function and on the build of the
// program: another build computes it again. Values should be small, such as findings,
// sums and sizes, or be bytes that take long to make.
//
// A file that is an input is identified by its size, modification time, change time and
// inode number ([ValueOf]). If the file may be copied or checked out again, it is
// identified by its content as well ([ValueOfContent]). The state of a file that
// changed less than two seconds ago is not trusted: some file systems count time in
// steps of two seconds, and a second change of equal size within one step would not be
// noticed.
//
// If the inputs are only known after a computation, as for a whole show, [Traced]
// records which files the computation looked at, and the next time checks whether these
// files have changed.
//
// # Where values are kept
//
// The cache is a folder with one file for each function. Values are appended to the
// file, under a lock that makes this safe for several processes. Their offsets are read
// when the file is opened. A file is rewritten when superseded values take more than
// half of it and more than 1 MiB, or when it exceeds 64 MiB. Superseded values and
// values that were not used for 90 days are then left out, and the oldest values too if
// the file would be too large.
//
// Losing the cache, or any part of it, costs time only: values that cannot be read
// count as absent, and errors of writing are ignored.
package derive

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"onair/internal/durable"
)

// Func identifies a function whose values are cached.
type Func struct {
	Name    string // name of the file that holds the values: letters, digits and dashes
	Version int    // raised whenever the function or the form of its value changes

	// AnyBuild keeps values for other builds of the program. It is for values that take
	// minutes and do not depend on the build, such as measurements by another program.
	AnyBuild bool
}

// Key is the digest of the inputs of a value.
type Key [sha256.Size]byte

// MarshalText encodes the key in hex, for values that contain keys.
func (k Key) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, k[:]), nil }

// UnmarshalText decodes what MarshalText returns.
func (k *Key) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(k)) {
		return hex.ErrLength
	}
	_, err := hex.Decode(k[:], text)
	return err
}

// KeyOf returns the digest of the inputs. Keys, strings, byte slices and states of files
// are digested as they are, other values in the encoding of package json, which leaves out
// unexported fields. KeyOf panics if a value cannot be encoded; see [TryKey].
func KeyOf(inputs ...any) Key {
	key, err := TryKey(inputs...)
	if err != nil {
		panic(err.Error())
	}
	return key
}

// TryKey is KeyOf for inputs that may be impossible to encode, such as a time in the
// year 10000.
func TryKey(inputs ...any) (Key, error) {
	sum := sha256.New()
	for _, input := range inputs {
		var data []byte
		switch v := input.(type) {
		case Key:
			data = v[:]
		case string:
			data = []byte(v)
		case []byte:
			data = v
		case State:
			data = v.append(nil)
		default:
			var err error
			if data, err = json.Marshal(v); err != nil {
				return Key{}, fmt.Errorf("derive: an input of type %T: %w", v, err)
			}
		}
		var size [8]byte
		binary.LittleEndian.PutUint64(size[:], uint64(len(data)))
		sum.Write(size[:])
		sum.Write(data)
	}
	return Key(sum.Sum(nil)), nil
}

// Cache is a folder of values. It is safe for concurrent use, also by several
// processes. A nil *Cache stores nothing.
type Cache struct {
	dir   string
	build string

	mu     sync.Mutex
	stores map[string]*store // by name of the function
}

// Open returns the cache in the folder dir, or nil if dir is empty. build identifies
// the program; see [Build]. The folder is created when the first values are written.
func Open(dir, build string) *Cache {
	if dir == "" {
		return nil
	}
	return &Cache{dir: dir, build: build, stores: map[string]*store{}}
}

// Build returns an identifier of this build of the program, made from the state of the
// executable file. It is empty if the file cannot be found.
func Build() string {
	name, err := os.Executable()
	if err != nil {
		return ""
	}
	state, err := Stat(name)
	if err != nil {
		return ""
	}
	key := KeyOf(state)
	return hex.EncodeToString(key[:])
}

// Flush writes the values that have not been written yet. Until then, other processes
// do not see them.
func (c *Cache) Flush() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.stores {
		s.flush(maxStore)
	}
}

// Close writes values like Flush, and closes the files of the cache.
func (c *Cache) Close() {
	if c == nil {
		return
	}
	c.Flush()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.stores {
		s.close()
	}
	clear(c.stores)
	if root, err := os.OpenRoot(c.dir); err == nil {
		_ = durable.Sweep(root, ".", time.Hour, time.Now()) // temporary files of processes that were killed
		root.Close()
	}
}

// store returns the store of a function's values.
func (c *Cache) store(f Func) *store {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stores[f.Name]
	if s == nil {
		s = openStore(filepath.Join(c.dir, f.Name))
		c.stores[f.Name] = s
	}
	return s
}

// bound returns a key that depends on the inputs, on the version of the function and,
// without AnyBuild, on the build.
func (c *Cache) bound(f Func, inputs Key) Key {
	build := c.build
	if f.AnyBuild {
		build = ""
	}
	return KeyOf(inputs, f.Version, build)
}

// Value returns the value of f for the inputs. If the cached value of the name was
// computed from the same inputs, Value returns the cached value. Otherwise it calls
// compute, and caches the result unless compute returns an error. T is []byte, or a type
// with MarshalText and UnmarshalText, or one that package json can encode and decode. A
// Cache without a build holds only values of functions with AnyBuild.
func Value[T any](c *Cache, f Func, name string, inputs Key, compute func() (T, error)) (T, error) {
	if v, ok := Known[T](c, f, name, inputs); ok {
		return v, nil
	}
	v, err := compute()
	if err == nil {
		Keep(c, f, name, inputs, v)
	}
	return v, err
}

// Known returns the cached value of the name, if it was computed from the same inputs.
func Known[T any](c *Cache, f Func, name string, inputs Key) (v T, ok bool) {
	if c == nil || c.build == "" && !f.AnyBuild {
		return v, false
	}
	data, ok := c.store(f).get(idOf(name))
	if !ok {
		return v, false
	}
	was, data, ok := cutKey(data)
	if !ok || was != c.bound(f, inputs) {
		return v, false
	}
	v, err := decode[T](data)
	return v, err == nil
}

// Keep caches a value that was computed from the inputs. It replaces the earlier value
// of the name.
func Keep[T any](c *Cache, f Func, name string, inputs Key, v T) {
	if c == nil || c.build == "" && !f.AnyBuild {
		return
	}
	data, err := encode(v)
	if err != nil {
		return
	}
	key := c.bound(f, inputs)
	c.store(f).put(idOf(name), append(key[:], data...))
}

// cutKey splits a record into the key of the inputs and the value.
func cutKey(data []byte) (key Key, value []byte, ok bool) {
	if len(data) < len(key) {
		return key, nil, false
	}
	copy(key[:], data)
	return key, data[len(key):], true
}

func encode(v any) ([]byte, error) {
	switch v := v.(type) {
	case []byte:
		return v, nil
	case encoding.TextMarshaler:
		return v.MarshalText()
	}
	return json.Marshal(v)
}

func decode[T any](data []byte) (v T, err error) {
	switch v := any(&v).(type) {
	case *[]byte:
		*v = bytes.Clone(data)
	case encoding.TextUnmarshaler:
		err = v.UnmarshalText(data)
	default:
		err = json.Unmarshal(data, v)
	}
	return v, err
}
