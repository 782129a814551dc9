package derive

import (
	"crypto/sha256"
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// settled is how long a file must have been unchanged before its state is
// trusted to identify its content.
var settled = 2 * time.Second

// SetSettleTime replaces the settle time of two seconds, so that tests can trust files
// that have just changed. restore sets the former time again.
func SetSettleTime(d time.Duration) (restore func()) {
	before := settled
	settled = d
	return func() { settled = before }
}

// State identifies the content of a file, unless a clock was set back.
type State struct {
	Size  int64
	MTime int64  // nanoseconds since 1 January 1970
	CTime int64  // change time, in nanoseconds as well; 0 where the system has none
	Inode uint64 // 0 where the system has none

	seen time.Time
}

// Stat returns the state of the file at a path. Call Stat before reading the file, so
// that a later change leads to another State.
func Stat(path string) (State, error) {
	info, err := os.Stat(path)
	if err != nil {
		return State{}, err
	}
	return StateOf(info), nil
}

// StateOf is like Stat for a file whose info was just read.
func StateOf(info fs.FileInfo) State {
	s := State{Size: info.Size(), MTime: info.ModTime().UnixNano(), seen: time.Now()}
	s.CTime, s.Inode = changeTimeAndInode(info)
	return s
}

// Settled reports whether the file had been unchanged for long enough when its
// state was taken.
func (s State) Settled() bool {
	return s.seen.Sub(time.Unix(0, max(s.MTime, s.CTime))) >= settled
}

// ValueOf is Value for a function of one file. The path is the name of the value, and
// the state its input. The value of a file that is not settled is neither cached nor
// taken from the cache.
func ValueOf[T any](c *Cache, f Func, path string, state State, compute func() (T, error)) (T, error) {
	abs, err := filepath.Abs(path)
	if err != nil || !state.Settled() {
		return compute()
	}
	return Value(c, f, abs, KeyOf(state), compute)
}

// KnownOf is Known for a function of one file. The path is the name of the value, and
// the state its input.
func KnownOf[T any](c *Cache, f Func, path string, state State) (v T, ok bool) {
	abs, err := filepath.Abs(path)
	if err != nil || !state.Settled() {
		return v, false
	}
	return Known[T](c, f, abs, KeyOf(state))
}

// content is what ValueOfContent caches.
type content[T any] struct {
	State *State `json:"state"` // nil if the file was not settled
	Sum   Key    `json:"sum"`   // digest of the content
	Value T      `json:"value"`
}

// ValueOfContent is Value for a function of the content of one file and of further
// inputs. The path is the name of the value. sum is the digest of the content. If the
// file has the same state as the cached value, neither read nor compute is called.
// Otherwise read returns the content, and compute is called only if the content differs
// too. So nothing is computed for a file that was copied or checked out again.
//
// If compute returns an error, ValueOfContent returns it together with compute's value,
// and caches nothing.
func ValueOfContent[T any](c *Cache, f Func, path string, state State, inputs Key, read func() ([]byte, error), compute func(data []byte) (T, error)) (v T, sum Key, err error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return v, sum, err
	}
	known, ok := Known[content[T]](c, f, abs, inputs)
	settled := state.Settled()
	if ok && settled && known.State != nil && state.same(*known.State) {
		return known.Value, known.Sum, nil
	}
	data, err := read()
	if err != nil {
		return v, sum, err
	}
	sum = Key(sha256.Sum256(data))
	if ok && sum == known.Sum {
		v = known.Value
	} else if v, err = compute(data); err != nil {
		return v, sum, err
	}
	if !ok || settled || sum != known.Sum {
		kept := content[T]{Sum: sum, Value: v}
		if settled {
			kept.State = &state
		}
		Keep(c, f, abs, inputs, kept)
	}
	return v, sum, nil
}

// append appends the state in a fixed form.
func (s State) append(data []byte) []byte {
	for _, n := range []uint64{uint64(s.Size), uint64(s.MTime), uint64(s.CTime), s.Inode} {
		data = binary.LittleEndian.AppendUint64(data, n)
	}
	return data
}

// same reports whether two states identify the same content.
func (s State) same(other State) bool {
	s.seen, other.seen = time.Time{}, time.Time{}
	return s == other
}
