package audio

import (
	"crypto/sha256"
	"fmt"
	"io"

	"onair/audio/mp4"
	"onair/internal/crc32c"
	"onair/internal/plural"
	"onair/show/chapters"
)

// probeM4A describes AAC in MP4. The file is published unchanged, so all of it is
// payload.
func probeM4A(r io.ReaderAt, size int64) (*Info, error) {
	movie, err := mp4.Read(r, size)
	if err != nil {
		return nil, err
	}
	info := &Info{
		MediaType: M4A, Duration: movie.Duration, MPEGFrames: movie.Frames, Bitrate: kbps(size, movie.Duration),
		SampleRate: movie.SampleRate, Channels: movie.Channels, PayloadEnd: size,
	}
	if movie.IndexLast {
		info.warn("the index comes after the audio, so that players must fetch the end first; rewrite it: ffmpeg -i IN -c copy -movflags +faststart OUT.m4a")
	}
	return info, info.hash(r)
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

// readMP4Tag returns a tag with only the chapters of an MP4 file, and the number of
// chapters in the file. The tag is nil if the file has neither chapters nor problems
// with them.
func readMP4Tag(r io.ReaderAt, size int64) (*Tag, int, error) {
	movie, err := mp4.Read(r, size)
	if err != nil || len(movie.Chapters) == 0 && len(movie.Problems) == 0 {
		return nil, 0, err
	}
	var parsed []chapters.Chapter
	for _, c := range movie.Chapters {
		parsed = append(parsed, chapters.Chapter{Start: c.Start, End: c.End, Title: line(c.Title), URL: ascii(c.URL)})
	}
	arranged, _, repairs := chapters.Arrange(parsed)
	t := &Tag{Duration: movie.Duration, Problems: movie.Problems}
	for _, r := range repairs {
		t.Problems = append(t.Problems, r.Message)
	}
	if movie.Images > 0 {
		t.Problems = append(t.Problems, plural.Count(movie.Images, "chapter image")+" in the MP4 file cannot be read")
	}
	for _, c := range chapters.Timed(arranged, movie.Duration) {
		t.Chapters = append(t.Chapters, Chapter{Start: c.Start, End: c.End, Title: c.Title, URL: c.URL})
	}
	return t, len(parsed), nil
}
