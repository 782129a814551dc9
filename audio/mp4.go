package audio

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"onair/internal/crc32c"
)

// Limits of what is read of an MP4 file. A real master has about fifty boxes.
const (
	maxBoxes = 4096
	maxESDS  = 256 // bytes of an esds box
)

// audioEntryBytes is the size of the fixed fields of an audio sample entry.
const audioEntryBytes = 36

func isMP4(head []byte) bool { return len(head) >= 8 && string(head[4:8]) == "ftyp" }

// An mp4Reader reads the boxes of an ISO base media file (ISO 14496-12): their
// headers, and the few fixed fields that are needed.
type mp4Reader struct {
	r     io.ReaderAt
	boxes int
	info  *Info
	movie time.Duration // from mvhd
	track struct {      // the present track
		handler    string
		play       time.Duration
		mpegFrames int
		codec      string
	}
	moov, mdat int64 // offsets of their content; 0 if not seen
}

// probeMP4 describes AAC in MP4. The file is published unchanged, so all of it is
// payload.
func probeMP4(r io.ReaderAt, size int64) (*Info, error) {
	m := &mp4Reader{r: r, info: &Info{MediaType: M4A, PayloadEnd: size}}
	if err := m.walkBoxes(0, size, m.readTop); err != nil {
		return nil, err
	}
	if m.moov == 0 {
		return nil, errors.New("this MP4 file has no index (moov box): it is truncated, or its recording was not finished")
	}
	if m.info.SampleRate == 0 {
		return nil, errors.New("this MP4 file has no audio track")
	}
	if m.info.Duration == 0 {
		m.info.Duration = m.movie
	}
	if m.info.Duration <= 0 {
		return nil, errors.New("this MP4 file does not say how long it is; rewrite it: ffmpeg -i IN -c copy -movflags +faststart OUT.m4a")
	}
	if m.mdat != 0 && m.mdat < m.moov {
		m.info.warn("the index comes after the audio, so that players must fetch the end first; rewrite it: ffmpeg -i IN -c copy -movflags +faststart OUT.m4a")
	}
	m.info.Bitrate = kbps(size, m.info.Duration)
	if err := m.info.hash(r); err != nil {
		return nil, err
	}
	return m.info, nil
}

// hash computes the checksums of a payload whose MPEG frames are not read.
func (i *Info) hash(r io.ReaderAt) error {
	sum := sha256.New()
	crc := crc32c.New()
	n, err := io.CopyBuffer(io.MultiWriter(sum, crc), io.NewSectionReader(r, i.PayloadStart, i.PayloadBytes()), make([]byte, blockBytes))
	if err == nil && n < i.PayloadBytes() {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("read at byte %d: %w", i.PayloadStart+n, err)
	}
	sum.Sum(i.SHA256[:0])
	i.CRC32C = crc.Sum32()
	return nil
}

// walkBoxes calls visit with the kind and the content of each box in [from, to).
func (m *mp4Reader) walkBoxes(from, to int64, visit func(kind string, from, to int64) error) error {
	for from+8 <= to {
		if m.boxes++; m.boxes > maxBoxes {
			return fmt.Errorf("byte %d: this MP4 file has more than %d boxes", from, maxBoxes)
		}
		b, err := readRange(m.r, from, min(from+16, to))
		if err != nil {
			return err
		}
		size, body := int64(binary.BigEndian.Uint32(b)), from+8
		switch {
		case size == 0: // the rest of the file
			size = to - from
		case size == 1 && len(b) == 16:
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
func (m *mp4Reader) readTop(kind string, from, to int64) error {
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
func (m *mp4Reader) readMovie(kind string, from, to int64) (err error) {
	switch kind {
	case "mvhd":
		m.movie, err = m.playtime(from, to)
	case "trak":
		m.track.handler, m.track.codec, m.track.play, m.track.mpegFrames = "", "", 0, 0
		if err := m.walkBoxes(from, to, m.readTrack); err != nil {
			return err
		}
		return m.endTrack(from)
	}
	return err
}

// readTrack reads a box inside trak, at any depth.
func (m *mp4Reader) readTrack(kind string, from, to int64) (err error) {
	switch kind {
	case "mdia", "minf", "stbl":
		return m.walkBoxes(from, to, m.readTrack)
	case "mdhd":
		m.track.play, err = m.playtime(from, to)
	case "hdlr":
		b, err := m.fixedFields(from, to, 12)
		if err != nil {
			return err
		}
		m.track.handler = string(b[8:12])
	case "stsd":
		return m.readSampleEntry(from, to)
	case "stsz":
		b, err := m.fixedFields(from, to, 12)
		if err != nil {
			return err
		}
		m.track.mpegFrames = int(binary.BigEndian.Uint32(b[8:]))
	}
	return err
}

// readSampleEntry reads codec, channels and sample rate from the first entry of a
// sample description. Many programs write two channels into every entry, so the
// number in the decoder configuration takes precedence.
func (m *mp4Reader) readSampleEntry(from, to int64) error {
	if m.track.handler != "soun" {
		return nil
	}
	const entry = 8 // after version, flags and the number of entries
	b, err := m.fixedFields(from, to, entry+audioEntryBytes)
	if err != nil {
		return err
	}
	b = b[entry:]
	m.track.codec = string(b[4:8])
	m.info.Channels = int(binary.BigEndian.Uint16(b[24:]))
	m.info.SampleRate = int(binary.BigEndian.Uint16(b[32:]))
	boxes := from + entry + audioEntryBytes
	if quickTime := binary.BigEndian.Uint16(b[16:]); quickTime == 1 {
		boxes += 16
	}
	return m.walkBoxes(boxes, min(to, from+entry+int64(binary.BigEndian.Uint32(b))), m.readDecoderConfig)
}

// readDecoderConfig reads a box inside a sample entry.
func (m *mp4Reader) readDecoderConfig(kind string, from, to int64) error {
	if kind != "esds" {
		return nil
	}
	b, err := readRange(m.r, from, min(to, from+maxESDS))
	if err != nil {
		return err
	}
	if n := parseChannels(b); n > 0 {
		m.info.Channels = n
	}
	return nil
}

// parseChannels returns the number of channels in the AudioSpecificConfig (ISO
// 14496-3, 1.6.2.1) of the nested descriptors of an esds box (ISO 14496-1, 7.2.6).
// It returns 0 if they do not give one.
func parseChannels(b []byte) int {
	const (
		stream        = 3 // then 3 bytes; files never set its flags, which add fields
		decoder       = 4 // then 13 bytes
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
			b = b[min(13, len(b)):]
		case decoderConfig:
			if len(b) < 2 || b[0]>>3 == 31 || b[0]&7<<1|b[1]>>7 == 15 {
				return 0 // an extended form, which is not read
			}
			n := int(b[1] >> 3 & 15)
			if n == 7 {
				n = 8
			}
			return n
		default:
			return 0
		}
	}
	return 0
}

// endTrack checks the track that ends, at the offset of its content, and takes
// over its facts if it is audio.
func (m *mp4Reader) endTrack(at int64) error {
	switch {
	case m.track.handler == "vide":
		return fmt.Errorf("byte %d: this MP4 file holds a video; take its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3", at)
	case m.track.handler != "soun":
		return nil
	case m.track.codec == "alac":
		return fmt.Errorf("byte %d: this is Apple Lossless; encode it: ffmpeg -i IN -b:a 128k OUT.mp3", at)
	case m.track.codec != "mp4a":
		return fmt.Errorf("byte %d: this MP4 file holds %q audio; podcast apps want AAC or MP3", at, m.track.codec)
	}
	m.info.Duration = m.track.play
	m.info.MPEGFrames = m.track.mpegFrames
	return nil
}

// playtime reads the time scale and the duration of an mvhd or mdhd box. Both
// begin with the same fields.
func (m *mp4Reader) playtime(from, to int64) (time.Duration, error) {
	b, err := m.fixedFields(from, to, 32)
	if err != nil {
		return 0, err
	}
	scale, ticks := binary.BigEndian.Uint32(b[12:]), uint64(binary.BigEndian.Uint32(b[16:]))
	if ticks == 1<<32-1 {
		ticks = 0 // unknown
	}
	if b[0] == 1 { // times of 64 bits
		scale, ticks = binary.BigEndian.Uint32(b[20:]), binary.BigEndian.Uint64(b[24:])
	}
	if scale == 0 || ticks/uint64(scale) > uint64(maxPlaytime/time.Second) {
		return 0, nil
	}
	return playtime(int64(ticks), int(scale)), nil
}

// fixedFields reads the first n bytes of a box's content. Bytes beyond the end of
// the box are zero: the length of a box depends on its version.
func (m *mp4Reader) fixedFields(from, to int64, n int) ([]byte, error) {
	b := make([]byte, n)
	have, err := readRange(m.r, from, min(from+int64(n), to))
	copy(b, have)
	return b, err
}
