// Package mp4 reads an MPEG-4 or QuickTime file with sound: the format of its audio
// track, how long it plays, and its chapters. It does not read the samples of the
// audio.
//
// Chapters are in a text track that the audio track refers to (QuickTime File Format,
// track references), or in a list that Nero introduced (moov/udta/chpl).
package mp4

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// Limits of how much is read. A real file has about fifty boxes.
const (
	maxBoxes    = 4096
	maxEdits    = 4096
	maxESDS     = 256 // bytes of an esds box
	maxPlaytime = 1 << 32 * time.Millisecond
)

// audioEntryBytes is the size of the fixed fields of an audio sample entry.
const audioEntryBytes = 36

// A Movie describes an MPEG-4 file with one audio track.
type Movie struct {
	Duration   time.Duration // duration of the audio track, with its edit list applied
	Frames     int           // AAC frames of the audio track
	SampleRate int           // Hz
	Channels   int
	IndexLast  bool // whether the index comes after the audio

	Chapters []Chapter // chapters in the order of the file
	Images   int       // pictures in a track of chapter images
	Problems []string  // problems of the chapters, one line each
}

// A Chapter is a stretch of the audio.
type Chapter struct {
	Start, End time.Duration // End is zero if it is not given
	Title, URL string
}

// Errors about files whose AAC or MP3 can be copied into another file without encoding it
// again. Each says how.
var (
	ErrNoDuration = errors.New("this MP4 file does not say how long it is; rewrite it: ffmpeg -i IN -c copy -movflags +faststart OUT.m4a")
	ErrHoldsMP3   = errors.New("this MP4 file holds an MP3; take it out, without encoding it again: ffmpeg -i IN -vn -c copy OUT.mp3")
	ErrHoldsVideo = errors.New("this MP4 file holds a video; take its sound, without encoding it again: ffmpeg -i IN -vn -c copy -movflags +faststart OUT.m4a")
)

// IsMP4 reports whether a file that begins with head is an MPEG-4 or QuickTime file.
func IsMP4(head []byte) bool { return len(head) >= 8 && string(head[4:8]) == "ftyp" }

// Read reads the boxes of a file of the given size in bytes (ISO 14496-12). If the
// sound is not AAC, the error says what it is and what to do.
func Read(r io.ReaderAt, size int64) (*Movie, error) {
	m := &reader{r: r, size: size}
	if err := m.walkBoxes(0, size, m.readTop); err != nil {
		return nil, err
	}
	if m.moov == 0 {
		return nil, errors.New("this MP4 file has no index (moov box): it is truncated, or its recording was not finished")
	}
	audio, err := m.audioTrack()
	if err != nil {
		return nil, err
	}
	movie := &Movie{
		Duration: audio.playtime(m.scale), Frames: audio.samples, SampleRate: audio.sampleRate, Channels: audio.channels,
		IndexLast: m.mdat != 0 && m.mdat < m.moov,
	}
	if movie.Duration == 0 {
		movie.Duration = m.duration
	}
	if movie.Duration <= 0 {
		return nil, ErrNoDuration
	}
	m.readChapters(movie, audio)
	return movie, nil
}

// A reader reads the boxes: their headers, and the few fixed fields that onair needs.
type reader struct {
	r          io.ReaderAt
	size       int64
	boxes      int
	scale      uint32        // ticks per second of mvhd
	duration   time.Duration // duration in mvhd
	tracks     []*track
	nero       span  // content of chpl
	moov, mdat int64 // offsets of the content of the two boxes; 0 if not seen
}

// A span is the content of a box.
type span struct{ from, to int64 }

// A track has the facts of a trak box.
type track struct {
	at         int64 // offset of the content of trak
	id         uint32
	handler    string // soun, vide, text, …
	scale      uint32 // ticks per second of mdhd
	duration   time.Duration
	edits      []edit
	samples    int
	codec      string
	object     byte // object type of the codec (ISO 14496-1, 7.2.6.6); 0 if not known
	sampleRate int
	channels   int
	chapters   []uint32 // IDs of the tracks with its chapters

	times, sizes, chunks, offsets span // content of stts, stsz, stsc, and stco or co64
	wideOffsets                   bool // co64
}

// An edit is an entry of an edit list.
type edit struct {
	duration uint64 // in ticks of mvhd
	start    int64  // in ticks of mdhd; negative for silence
}

// walkBoxes calls visit with the kind and the content of each box in [from, to).
func (m *reader) walkBoxes(from, to int64, visit func(kind string, from, to int64) error) error {
	for from+8 <= to {
		if m.boxes++; m.boxes > maxBoxes {
			return fmt.Errorf("byte %d: this MP4 file has more than %d boxes", from, maxBoxes)
		}
		b, err := m.read(span{from, min(from+16, to)}, 16)
		if err != nil {
			return err
		}
		size, body := int64(binary.BigEndian.Uint32(b)), from+8
		switch {
		case size == 0: // the rest of the file
			size = to - from
		case size == 1 && to-from >= 16:
			size, body = int64(binary.BigEndian.Uint64(b[8:])), from+16
		}
		if size < body-from || size > to-from {
			return fmt.Errorf("byte %d: the MP4 box %q claims %d bytes and %d are left: the file is truncated", from, b[4:8], size, to-from)
		}
		if err := visit(string(b[4:8]), body, from+size); err != nil {
			return err
		}
		from += size
	}
	return nil
}

// readTop reads a box at the top level.
func (m *reader) readTop(kind string, from, to int64) error {
	switch kind {
	case "mdat":
		m.mdat = from
	case "moov":
		m.moov = from
		return m.walkBoxes(from, to, m.readMovie)
	}
	return nil
}

// readMovie reads a box inside moov.
func (m *reader) readMovie(kind string, from, to int64) (err error) {
	switch kind {
	case "mvhd":
		m.scale, m.duration, err = m.readTiming(from, to)
	case "udta": // the rest of its content need not consist of boxes
		_ = m.walkBoxes(from, to, func(kind string, from, to int64) error {
			if kind == "chpl" {
				m.nero = span{from, to}
			}
			return nil
		})
	case "trak":
		t := &track{at: from}
		m.tracks = append(m.tracks, t)
		return m.walkBoxes(from, to, func(kind string, from, to int64) error { return m.readTrack(t, kind, from, to) })
	}
	return err
}

// readTrack reads a box inside trak, at any depth.
func (m *reader) readTrack(t *track, kind string, from, to int64) (err error) {
	inside := func(kind string, from, to int64) error { return m.readTrack(t, kind, from, to) }
	box := span{from, to}
	switch kind {
	case "mdia", "minf", "stbl":
		return m.walkBoxes(from, to, inside)
	case "edts", "tref": // the sound can be played without them
		_ = m.walkBoxes(from, to, inside)
	case "tkhd":
		b, err := m.read(box, 24)
		if err != nil {
			return err
		}
		t.id = binary.BigEndian.Uint32(b[12:])
		if b[0] == 1 {
			t.id = binary.BigEndian.Uint32(b[20:])
		}
	case "mdhd":
		t.scale, t.duration, err = m.readTiming(from, to)
	case "hdlr":
		b, err := m.read(box, 12)
		if err != nil {
			return err
		}
		if string(b[4:8]) != "dhlr" { // in QuickTime a second hdlr box says where the data is
			t.handler = string(b[8:12])
		}
	case "elst":
		return m.readEdits(t, box)
	case "chap":
		b, err := m.read(box, int(min(to-from, 4*maxBoxes)))
		for ; len(b) >= 4; b = b[4:] {
			t.chapters = append(t.chapters, binary.BigEndian.Uint32(b))
		}
		return err
	case "stsd":
		return m.readSampleEntry(t, from, to)
	case "stts":
		t.times = box
	case "stsc":
		t.chunks = box
	case "stco", "co64":
		t.offsets, t.wideOffsets = box, kind == "co64"
	case "stsz":
		t.sizes = box
		b, err := m.read(box, 12)
		if err != nil {
			return err
		}
		t.samples = int(binary.BigEndian.Uint32(b[8:]))
	}
	return err
}

// readEdits reads an edit list (ISO 14496-12, 8.6.6).
func (m *reader) readEdits(t *track, box span) error {
	b, err := m.read(box, int(min(box.to-box.from, 8+20*maxEdits)))
	if err != nil || len(b) < 8 {
		return err
	}
	wide, count := b[0] == 1, binary.BigEndian.Uint32(b[4:])
	b = b[8:]
	for ; count > 0; count-- {
		switch {
		case wide && len(b) >= 20:
			t.edits = append(t.edits, edit{binary.BigEndian.Uint64(b), int64(binary.BigEndian.Uint64(b[8:]))})
			b = b[20:]
		case !wide && len(b) >= 12:
			t.edits = append(t.edits, edit{uint64(binary.BigEndian.Uint32(b)), int64(int32(binary.BigEndian.Uint32(b[4:])))})
			b = b[12:]
		default:
			return nil
		}
	}
	return nil
}

// primingAndPadding is how much the lengths of the samples and of the edit list may
// differ if the edit list only hides samples that the encoder added.
const primingAndPadding = 100 * time.Millisecond

// playtime returns how long the track plays: the length of the edit list, or the length
// of the samples if there is no edit list or it only hides samples that the encoder
// added. scale is the ticks per second of the edit list.
func (t *track) playtime(scale uint32) time.Duration {
	var sum time.Duration
	for _, e := range t.edits {
		d := ticks(e.duration, scale)
		if e.start >= 0 {
			d = min(d, max(0, t.duration-ticks(uint64(e.start), t.scale)))
		}
		if sum += d; sum > maxPlaytime {
			return t.duration
		}
	}
	if sum == 0 || (sum-t.duration).Abs() <= primingAndPadding {
		return t.duration
	}
	return sum
}

// ticks converts a number of ticks to a time. It returns zero if scale is zero or the
// time exceeds maxPlaytime.
func ticks(n uint64, scale uint32) time.Duration {
	if scale == 0 || n/uint64(scale) > uint64(maxPlaytime/time.Second) {
		return 0
	}
	seconds, rest := n/uint64(scale), n%uint64(scale)
	return time.Duration(seconds)*time.Second + time.Duration(rest)*time.Second/time.Duration(scale)
}

// readTiming reads the time scale and the duration of an mvhd or mdhd box. Both
// begin with the same fields.
func (m *reader) readTiming(from, to int64) (uint32, time.Duration, error) {
	b, err := m.read(span{from, to}, 32)
	if err != nil {
		return 0, 0, err
	}
	scale, n := binary.BigEndian.Uint32(b[12:]), uint64(binary.BigEndian.Uint32(b[16:]))
	if n == 1<<32-1 {
		n = 0 // unknown
	}
	if b[0] == 1 { // times of 64 bits
		scale, n = binary.BigEndian.Uint32(b[20:]), binary.BigEndian.Uint64(b[24:])
	}
	return scale, ticks(n, scale), nil
}

// readSampleEntry reads codec, channels and sample rate from the first entry of a
// sample description. Many programs write two channels into every entry, so the number
// of channels in the decoder configuration takes precedence.
func (m *reader) readSampleEntry(t *track, from, to int64) error {
	if t.handler != "soun" {
		return nil
	}
	const entry = 8 // offset of the first entry, after version, flags and the number of entries
	b, err := m.read(span{from, to}, entry+audioEntryBytes)
	if err != nil {
		return err
	}
	b = b[entry:]
	t.codec = string(b[4:8])
	t.channels = int(binary.BigEndian.Uint16(b[24:]))
	t.sampleRate = int(binary.BigEndian.Uint16(b[32:]))
	boxes := from + entry + audioEntryBytes
	if quickTime := binary.BigEndian.Uint16(b[16:]); quickTime == 1 {
		boxes += 16
	}
	return m.walkBoxes(boxes, min(to, from+entry+int64(binary.BigEndian.Uint32(b))), func(kind string, from, to int64) error {
		if kind != "esds" {
			return nil
		}
		b, err := m.read(span{from, to}, int(min(to-from, maxESDS)))
		if err != nil {
			return err
		}
		object, channels := parseESDS(b)
		t.object = object
		if channels > 0 {
			t.channels = channels
		}
		return nil
	})
}

// parseESDS reads the nested descriptors of an esds box (ISO 14496-1, 7.2.6). It
// returns the object type and the number of channels in the AudioSpecificConfig (ISO
// 14496-3, 1.6.2.1), each 0 if the box does not give it.
func parseESDS(b []byte) (object byte, channels int) {
	const (
		stream        = 3 // followed by 3 bytes; no known file sets the flags that announce more
		decoder       = 4 // followed by 13 bytes
		decoderConfig = 5
	)
	b = b[min(4, len(b)):] // version and flags
	for len(b) > 0 {
		tag := b[0]
		b = b[1:]
		for len(b) > 0 && b[0]&0x80 != 0 { // size, seven bits a byte
			b = b[1:]
		}
		b = b[min(1, len(b)):]
		switch tag {
		case stream:
			b = b[min(3, len(b)):]
		case decoder:
			if len(b) > 0 {
				object = b[0]
			}
			b = b[min(13, len(b)):]
		case decoderConfig:
			if len(b) < 2 || b[0]>>3 == 31 || b[0]&7<<1|b[1]>>7 == 15 {
				return object, 0 // an extended form, not supported here
			}
			n := int(b[1] >> 3 & 15)
			if n == 7 {
				n = 8
			}
			return object, n
		default:
			return object, 0
		}
	}
	return object, 0
}

// Object types of MPEG audio of layers I to III (ISO 14496-1, table 5).
const (
	objectMPEG2Audio = 0x69
	objectMPEG1Audio = 0x6B
)

// audioTrack returns the first audio track. It is an error if the file has a video, or
// if its sound is not AAC. A video that a track refers to holds chapter images and is
// allowed.
func (m *reader) audioTrack() (*track, error) {
	images := map[uint32]bool{}
	for _, t := range m.tracks {
		for _, id := range t.chapters {
			images[id] = true
		}
	}
	var audio, video *track
	for _, t := range m.tracks {
		switch {
		case t.handler == "vide" && !images[t.id]:
			video = t
		case t.handler == "soun" && audio == nil:
			audio = t
		}
	}
	switch {
	case audio != nil && (audio.codec == ".mp3" || audio.codec == "ms\x00U" || audio.object == objectMPEG1Audio || audio.object == objectMPEG2Audio):
		return nil, fmt.Errorf("byte %d: %w", audio.at, ErrHoldsMP3)
	case video != nil && audio != nil && audio.codec == "mp4a":
		return nil, fmt.Errorf("byte %d: %w", video.at, ErrHoldsVideo)
	case video != nil:
		return nil, fmt.Errorf("byte %d: this MP4 file holds a video; take its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3", video.at)
	case audio != nil && audio.codec == "alac":
		return nil, fmt.Errorf("byte %d: this is Apple Lossless; encode it: ffmpeg -i IN -b:a 128k OUT.mp3", audio.at)
	case audio != nil && audio.codec != "mp4a":
		return nil, fmt.Errorf("byte %d: this MP4 file holds %q audio; podcast apps want AAC or MP3", audio.at, audio.codec)
	}
	if audio == nil || audio.sampleRate == 0 {
		return nil, errors.New("this MP4 file has no audio track")
	}
	return audio, nil
}

// read reads the first n bytes of a box's content. Bytes beyond the end of the box are
// zero, because the length of a box depends on its version.
func (m *reader) read(box span, n int) ([]byte, error) {
	b := make([]byte, n)
	have := b[:max(0, min(int64(n), box.to-box.from))]
	if got, err := m.r.ReadAt(have, box.from); got < len(have) {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("read at byte %d: %w", box.from+int64(got), err)
	}
	return b, nil
}
