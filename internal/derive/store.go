package derive

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"onair/internal/crc32c"
	"onair/internal/durable"
	"onair/internal/filelock"
)

// The file of a function is a line that names the format, then records:
//
//	CRC32C of what follows   4 bytes, little-endian like all numbers
//	length of the value      4 bytes
//	day of writing           4 bytes, since 1 January 1970
//	id of the name          16 bytes
//	value
//
// If several records have the same id, the last one counts. Reading ends at the first
// record that is incomplete or damaged. The next writer overwrites the file from there.
const (
	formatLine = "onair derived values 1\n"
	headSize   = 4 + 4 + 4 + 16
	maxValue   = 64 << 20 // bytes
	maxStore   = 64 << 20 // bytes; a larger file loses its oldest values
	minGarbage = 1 << 20  // bytes of superseded values; a file with fewer is not rewritten for them
	unusedDays = 90       // days without use after which a value is dropped
	renewDays  = 7        // a value that is used and older than this, in days, is written again
	lockWait   = 2 * time.Second

	// Values are written when more than this is pending.
	maxPending = 4 << 20 // bytes

	// A file of at most this size is held in memory, because a system call for each
	// value takes longer.
	maxHeld    = 16 << 20 // bytes
	flushAfter = 5 * time.Second
)

// id identifies the name of a value within its file.
type id [16]byte

func idOf(name string) id {
	sum := sha256.Sum256([]byte(name))
	return id(sum[:16])
}

// place says where a value is in the file.
type place struct {
	offset int64 // offset of the record
	size   int   // size of the value, in bytes
	day    uint32
}

func (p place) end() int64 { return p.offset + headSize + int64(p.size) }

// store is the file of one function.
type store struct {
	name string // path

	mu      sync.Mutex
	file    *os.File // open for reading; nil if there is none
	places  map[id]place
	end     int64         // offset up to which the file was read
	held    []byte        // the file's first bytes, as load read them, up to the end of a record; may be nil
	pending map[id][]byte // values to write

	unwritten int       // bytes of the pending values
	flushed   time.Time // when values were last written
}

func openStore(name string) *store {
	s := &store{name: name, pending: map[id][]byte{}, flushed: time.Now()}
	s.load()
	return s
}

// load reads the places of the values. It is called with mu held, or before s is
// shared.
func (s *store) load() {
	s.close()
	s.places, s.end, s.held = map[id]place{}, 0, nil
	f, err := os.Open(s.name)
	if err != nil {
		return
	}
	s.file = f
	var from io.ReaderAt = f
	if info, err := f.Stat(); err == nil && info.Size() <= maxHeld {
		held := make([]byte, info.Size())
		n, _ := f.ReadAt(held, 0)
		s.held = held[:n]
		from = bytes.NewReader(s.held)
	}
	s.end = scan(from, 0, func(n id, p place) { s.places[n] = p })
	s.held = s.held[:min(int64(len(s.held)), s.end)]
}

func (s *store) close() {
	if s.file != nil {
		_ = s.file.Close()
		s.file = nil
	}
}

// today is the number of the day in UTC.
func today() uint32 { return uint32(time.Now().Unix() / (24 * 60 * 60)) }

// get returns the value of an id. A value that is older than renewDays becomes pending,
// so that it is written again.
func (s *store) get(n id) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if data, ok := s.pending[n]; ok {
		return data, true
	}
	p, ok := s.places[n]
	if !ok || s.file == nil {
		return nil, false
	}
	var value []byte
	if p.end() <= int64(len(s.held)) {
		value = s.held[p.offset+headSize : p.end() : p.end()]
	} else {
		value, ok = readRecord(s.file, n, p)
	}
	if ok && today()-min(p.day, today()) > renewDays {
		s.pending[n] = value
	}
	return value, ok
}

// put sets the value of an id, and writes the pending values if that is due.
func (s *store) put(n id, value []byte) {
	if len(value) > maxValue {
		return
	}
	s.mu.Lock()
	s.pending[n] = value
	s.unwritten += len(value)
	due := s.unwritten > maxPending || time.Since(s.flushed) > flushAfter
	s.mu.Unlock()
	if due {
		s.flush(maxStore)
	}
}

// readRecord returns the value at a place, if the record there is whole.
func readRecord(f io.ReaderAt, n id, p place) ([]byte, bool) {
	data := make([]byte, headSize+p.size)
	if _, err := f.ReadAt(data, p.offset); err != nil {
		return nil, false
	}
	if binary.LittleEndian.Uint32(data) != crc32c.Checksum(data[4:]) || id(data[12:headSize]) != n {
		return nil, false
	}
	return data[headSize:], true
}

// appendRecord appends the record of a value.
func appendRecord(out []byte, n id, day uint32, value []byte) []byte {
	start := len(out)
	out = append(out, make([]byte, headSize)...)
	binary.LittleEndian.PutUint32(out[start+4:], uint32(len(value)))
	binary.LittleEndian.PutUint32(out[start+8:], day)
	copy(out[start+12:], n[:])
	out = append(out, value...)
	binary.LittleEndian.PutUint32(out[start:], crc32c.Checksum(out[start+4:]))
	return out
}

// scan calls found for each whole record of a file. It begins at the offset from, which is
// 0 or the result of an earlier scan. It returns the offset at which the whole records
// end, or 0 for a file of another format.
func scan(f io.ReaderAt, from int64, found func(id, place)) (end int64) {
	r := bufio.NewReaderSize(io.NewSectionReader(f, from, 1<<62), 1<<18)
	if end = from; end == 0 {
		line := make([]byte, len(formatLine))
		if _, err := io.ReadFull(r, line); err != nil || string(line) != formatLine {
			return 0
		}
		end = int64(len(line))
	}
	var head [headSize]byte
	for {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return end
		}
		p := place{end, int(binary.LittleEndian.Uint32(head[4:])), binary.LittleEndian.Uint32(head[8:])}
		if p.size > maxValue {
			return end
		}
		sum := crc32c.Checksum(head[4:])
		for left := p.size; left > 0; {
			part, err := r.Peek(min(left, r.Size()))
			if err != nil {
				return end
			}
			sum = crc32c.Update(sum, part)
			n, _ := r.Discard(len(part))
			left -= n
		}
		if sum != binary.LittleEndian.Uint32(head[:]) {
			return end
		}
		found(id(head[12:]), p)
		end = p.end()
	}
}

// flush appends the pending values, and compacts the file if it has more than limit bytes
// or too many superseded values. It fails silently.
func (s *store) flush(limit int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pending) == 0 {
		return
	}
	unlock, err := s.lock()
	if err != nil {
		return
	}
	defer unlock()
	if s.append() == nil {
		clear(s.pending)
		s.unwritten, s.flushed = 0, time.Now()
		s.compact(limit)
	}
}

// lock locks the cache's folder against other writers. It waits at most lockWait.
func (s *store) lock() (unlock func(), err error) {
	dir := filepath.Dir(s.name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(context.Background(), lockWait)
	defer stop()
	// If the file system has no locks, two writers may damage the end of the file. The
	// values after the damage are then lost.
	if err := filelock.Lock(ctx, f); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		_ = f.Close()
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}

// append writes the pending values after the last whole record. The caller holds the
// lock.
func (s *store) append() error {
	f, err := os.OpenFile(s.name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	// Another process may have appended records, or replaced the file.
	if s.file == nil || !sameFile(s.file, f) {
		s.places, s.end, s.held = map[id]place{}, 0, nil
	}
	s.close()
	s.file = f
	s.end = scan(f, s.end, func(n id, p place) { s.places[n] = p })
	if err := f.Truncate(s.end); err != nil {
		return err
	}
	w := bufio.NewWriterSize(io.NewOffsetWriter(f, s.end), 1<<18)
	end := s.end
	if end == 0 {
		n, _ := w.WriteString(formatLine)
		end = int64(n)
	}
	written := make(map[id]place, len(s.pending))
	var record []byte
	for n, value := range s.pending {
		p := place{end, len(value), today()}
		record = appendRecord(record[:0], n, p.day, value)
		_, _ = w.Write(record)
		written[n], end = p, p.end()
	}
	if err := w.Flush(); err != nil {
		return err
	}
	maps.Copy(s.places, written)
	s.end = end
	return nil
}

func sameFile(a, b *os.File) bool {
	x, err1 := a.Stat()
	y, err2 := b.Stat()
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// compact rewrites the file if it has more than limit bytes or too many superseded
// values. The caller holds the lock.
func (s *store) compact(limit int64) {
	var live int64
	keep := make([]id, 0, len(s.places))
	for n, p := range s.places {
		live += headSize + int64(p.size)
		keep = append(keep, n)
	}
	if garbage := s.end - live; s.end <= limit && (garbage <= minGarbage || garbage <= live) {
		return
	}
	// Keep the values that were written last, up to the limit.
	slices.SortFunc(keep, func(a, b id) int { return cmp.Compare(s.places[b].offset, s.places[a].offset) })
	var size int64
	day := today()
	for i, n := range keep {
		p := s.places[n]
		if size += headSize + int64(p.size); size > limit*3/4 || day-min(p.day, day) > unusedDays {
			keep = keep[:i]
			break
		}
	}
	slices.Reverse(keep)
	if s.rewrite(keep) == nil {
		s.load()
	}
}

// rewrite replaces the file with one that has only the given values.
func (s *store) rewrite(keep []id) error {
	f, err := durable.CreateFile(s.name, 0o600)
	if err != nil {
		return err
	}
	defer f.Abort()
	w := bufio.NewWriterSize(f, 1<<18)
	_, _ = w.WriteString(formatLine)
	var record []byte
	for _, n := range keep {
		p := s.places[n]
		if value, ok := readRecord(s.file, n, p); ok {
			record = appendRecord(record[:0], n, p.day, value)
			_, _ = w.Write(record)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	s.close() // some systems do not replace an open file
	return f.Commit()
}
