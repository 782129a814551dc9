package mp4

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"onair/internal/plural"
)

// Limits of the chapters to read.
const (
	maxChapters    = 10_000
	maxSampleBytes = 4096 // bytes of a chapter's text
	maxNeroBytes   = 1 << 20
)

// readChapters sets the chapters of the movie: those in the text track that the audio
// refers to, or else those in Nero's list. Chapters that cannot be read are a problem
// and not an error, because the sound can be published without them.
func (m *reader) readChapters(movie *Movie, audio *track) {
	problem := func(format string, args ...any) {
		movie.Problems = append(movie.Problems, fmt.Sprintf(format, args...))
	}
	nero, counted, err := m.neroChapters()
	if err != nil {
		problem("the list of chapters (chpl) cannot be read: %v", err)
	}
	if counted != len(nero) {
		problem("the list of chapters (chpl) counts %s and has %d", plural.Count(counted, "chapter"), len(nero))
	}
	var text []Chapter
	for _, t := range m.tracks {
		if !refersTo(audio.chapters, t.id) {
			continue
		}
		switch t.handler {
		case "text", "sbtl":
			if len(text) > 0 {
				continue
			}
			if text, err = m.textChapters(t); err != nil {
				problem("the track of chapters cannot be read to its end: %v", err)
			}
		case "vide":
			movie.Images += t.samples
		}
	}
	switch {
	case len(text) == 0:
		movie.Chapters = nero
	case len(nero) > 0 && len(nero) != len(text):
		problem("the track of chapters has %d and the list (chpl) %d; those of the track are used", len(text), len(nero))
		fallthrough
	default:
		movie.Chapters = text
	}
}

func refersTo(ids []uint32, id uint32) bool {
	for _, other := range ids {
		if other == id {
			return true
		}
	}
	return false
}

// neroChapters reads the list of Nero: times in units of 100 ns, and titles of at most
// 255 bytes. counted is the number of entries that the box gives, in one byte. It may
// be wrong, so the list is read to the end of the box.
func (m *reader) neroChapters() (list []Chapter, counted int, err error) {
	if m.nero.from == 0 {
		return nil, 0, nil
	}
	n := m.nero.to - m.nero.from
	if n > maxNeroBytes {
		return nil, 0, fmt.Errorf("it has %d bytes", n)
	}
	b, err := m.read(m.nero, int(n))
	if err != nil {
		return nil, 0, err
	}
	const entries = 9 // offset of the entries, after version, flags, a reserved word and the count
	if len(b) < entries {
		return nil, 0, nil
	}
	counted = int(b[entries-1])
	rest := b[entries:]
	if b[0] == 0 && !neroFits(rest, counted) && neroFits(b[5:], int(b[4])) { // a file without the reserved word
		counted, rest = int(b[4]), b[5:]
	}
	for len(rest) >= 9 && len(list) < maxChapters {
		start, length := binary.BigEndian.Uint64(rest), int(rest[8])
		if length > len(rest)-9 {
			break
		}
		if start > uint64(maxPlaytime/100) {
			return list, counted, fmt.Errorf("a chapter starts after %d × 100 ns", start)
		}
		list = append(list, Chapter{Start: time.Duration(start) * 100, Title: text(rest[9 : 9+length])})
		rest = rest[9+length:]
	}
	return list, counted, nil
}

// neroFits reports whether b is exactly n entries of Nero's list.
func neroFits(b []byte, n int) bool {
	for ; n > 0; n-- {
		if len(b) < 9 || len(b) < 9+int(b[8]) {
			return false
		}
		b = b[9+int(b[8]):]
	}
	return len(b) == 0
}

// textChapters reads the samples of a text track. A sample without text is a gap
// between chapters.
func (m *reader) textChapters(t *track) (list []Chapter, err error) {
	samples, err := m.samples(t)
	for _, s := range samples {
		b, readErr := m.read(span{s.offset, s.offset + int64(s.size)}, int(min(s.size, maxSampleBytes)))
		if readErr != nil {
			return list, readErr
		}
		title, url := parseTextSample(b)
		if title != "" || url != "" {
			list = append(list, Chapter{Start: s.start, End: s.end, Title: title, URL: url})
		}
	}
	return list, err
}

// parseTextSample parses a sample of a text track: the length of the text, the text,
// and boxes. The box href has a link (QuickTime File Format, text media).
func parseTextSample(b []byte) (title, url string) {
	if len(b) < 2 {
		return "", ""
	}
	n := min(int(binary.BigEndian.Uint16(b)), len(b)-2)
	title, b = text(b[2:2+n]), b[2+n:]
	for len(b) >= 8 {
		size := int(min(binary.BigEndian.Uint32(b), maxSampleBytes))
		if size < 8 || size > len(b) {
			break
		}
		const link = 8 + 5 // offset of the address, behind two offsets in the text and a length
		if string(b[4:8]) == "href" && size >= link {
			url = text(b[link:min(size, link+int(b[link-1]))])
		}
		b = b[size:]
	}
	return title, url
}

// text decodes UTF-8, or UTF-16 that begins with a byte order mark.
func text(b []byte) string {
	s := string(b)
	if len(b) >= 2 && (s[:2] == "\xfe\xff" || s[:2] == "\xff\xfe") {
		order := binary.ByteOrder(binary.BigEndian)
		if b[0] == 0xFF {
			order = binary.LittleEndian
		}
		var units []uint16
		for b = b[2:]; len(b) >= 2; b = b[2:] {
			units = append(units, order.Uint16(b))
		}
		s = string(utf16.Decode(units))
	}
	return strings.TrimRight(strings.ToValidUTF8(s, "\uFFFD"), "\x00")
}

// A sample is the place of a track's sample in the file, and the time when it plays.
type sample struct {
	offset     int64
	size       uint32
	start, end time.Duration
}

// A sampleTable has the tables of times, sizes and chunks of a track's samples (ISO
// 14496-12, 8.6 and 8.7).
type sampleTable struct {
	times   [][]byte // runs of samples that play equally long
	chunks  [][]byte // runs of chunks that have equally many samples
	offsets [][]byte // offset of each chunk
	sizes   []byte   // the box, with the size of all samples or of each sample
}

func (m *reader) sampleTable(t *track, n int) (s sampleTable, err error) {
	if s.times, err = m.table(t.times, 8, n); err != nil {
		return s, err
	}
	if s.chunks, err = m.table(t.chunks, 12, n); err != nil {
		return s, err
	}
	offsetBytes := 4
	if t.wideOffsets {
		offsetBytes = 8
	}
	if s.offsets, err = m.table(t.offsets, offsetBytes, n); err != nil {
		return s, err
	}
	s.sizes, err = m.read(t.sizes, 12+4*n)
	return s, err
}

// samples returns the first maxChapters samples of a track.
func (m *reader) samples(t *track) ([]sample, error) {
	n := min(t.samples, maxChapters)
	if n == 0 || t.scale == 0 {
		return nil, nil
	}
	tables, err := m.sampleTable(t, n)
	if err != nil {
		return nil, err
	}
	list := make([]sample, 0, n)
	var clock uint64
	for chunk := 0; chunk < len(tables.offsets) && len(list) < n; chunk++ {
		perChunk, ok := tables.samplesOf(chunk)
		if !ok {
			return list, fmt.Errorf("no chunk of it has samples")
		}
		offset := tables.offset(chunk)
		for ; perChunk > 0 && len(list) < n; perChunk-- {
			s := sample{offset: offset, size: tables.size(len(list))}
			if s.offset < 0 || s.offset > m.size || int64(s.size) > m.size-s.offset {
				return list, fmt.Errorf("sample %d is at byte %d and the file has %d", len(list)+1, s.offset, m.size)
			}
			s.start = ticks(clock, t.scale)
			clock += tables.nextTime()
			s.end = ticks(clock, t.scale)
			list = append(list, s)
			offset += int64(s.size)
		}
	}
	if len(list) < n {
		return list, fmt.Errorf("it has %d of %d samples", len(list), n)
	}
	return list, nil
}

// samplesOf returns the number of samples in a chunk. It must be called for the chunks in
// order. ok is false if the table has no chunks.
func (s *sampleTable) samplesOf(chunk int) (n uint32, ok bool) {
	for len(s.chunks) > 1 && binary.BigEndian.Uint32(s.chunks[1]) <= uint32(chunk+1) {
		s.chunks = s.chunks[1:]
	}
	if len(s.chunks) == 0 {
		return 0, false
	}
	return binary.BigEndian.Uint32(s.chunks[0][4:]), true
}

// offset returns the offset of a chunk in the file.
func (s *sampleTable) offset(chunk int) int64 {
	if b := s.offsets[chunk]; len(b) == 8 {
		return int64(binary.BigEndian.Uint64(b))
	}
	return int64(binary.BigEndian.Uint32(s.offsets[chunk]))
}

// size returns the size of a sample in bytes.
func (s *sampleTable) size(i int) uint32 {
	if all := binary.BigEndian.Uint32(s.sizes[4:]); all != 0 {
		return all
	}
	return binary.BigEndian.Uint32(s.sizes[12+4*i:])
}

// nextTime returns how long the next sample plays, in units of the track; 0 if the table
// has ended.
func (s *sampleTable) nextTime() uint64 {
	for len(s.times) > 0 && binary.BigEndian.Uint32(s.times[0]) == 0 {
		s.times = s.times[1:]
	}
	if len(s.times) == 0 {
		return 0
	}
	run := s.times[0]
	binary.BigEndian.PutUint32(run, binary.BigEndian.Uint32(run)-1)
	return uint64(binary.BigEndian.Uint32(run[4:]))
}

// table reads at most n entries of a table, a box with version, flags, the number of
// entries and the entries. Each entry has size bytes.
func (m *reader) table(box span, size, n int) ([][]byte, error) {
	b, err := m.read(box, 8)
	if err != nil {
		return nil, err
	}
	n = min(n, int(min(binary.BigEndian.Uint32(b[4:]), uint32(n))), int((box.to-box.from-8)/int64(size)))
	if n <= 0 {
		return nil, nil
	}
	if b, err = m.read(span{box.from + 8, box.to}, n*size); err != nil {
		return nil, err
	}
	entries := make([][]byte, n)
	for i := range entries {
		entries[i] = b[i*size : (i+1)*size]
	}
	return entries, nil
}
