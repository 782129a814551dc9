package audio

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/tcolgate/mp3"
)

// hour writes an hour of VBR to a file: 137,814 frames, about 55 MB.
func hour(b *testing.B) (*os.File, int64) {
	b.Helper()
	var all []byte
	for _, kbps := range []int{96, 112, 128, 160} {
		all = append(all, silence(newHeader(mpeg1, kbps, 44100, false), 137_814/4)...)
	}
	path := filepath.Join(b.TempDir(), "hour.mp3")
	if err := os.WriteFile(path, all, 0o644); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	return f, int64(len(all))
}

// BenchmarkMaster compares, in one run: the least that reading takes, what the
// checksums take, the walk alone, all of Probe, and the walk of tcolgate/mp3.
func BenchmarkMaster(b *testing.B) {
	f, size := hour(b)
	whole := func() io.Reader { return io.NewSectionReader(f, 0, size) }
	b.Run("read", func(b *testing.B) {
		buf := make([]byte, blockBytes)
		for b.Loop() {
			if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, whole(), buf); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read and sum", func(b *testing.B) {
		buf := make([]byte, blockBytes)
		for b.Loop() {
			if _, err := io.CopyBuffer(io.MultiWriter(sha256.New(), crc32.New(castagnoli)), whole(), buf); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("walk", func(b *testing.B) {
		for b.Loop() {
			if w, err := walkFrames(f, 0, size, 0, io.Discard); err != nil || w.frames != 137_812 {
				b.Fatal(w, err)
			}
		}
	})
	b.Run("Probe", func(b *testing.B) {
		for b.Loop() {
			if _, err := Probe(f, size); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("tcolgate", func(b *testing.B) {
		for b.Loop() {
			d := mp3.NewDecoder(bufio.NewReaderSize(whole(), blockBytes))
			var frame mp3.Frame
			var skipped int
			for {
				if err := d.Decode(&frame, &skipped); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

func BenchmarkTag(b *testing.B) {
	tag := fullTag(b)
	tag.Artwork = testPicture(b, "jpeg", 64, 1_200_000)
	tag.Chapters = append(tag.Chapters, manyChapters(12)...)
	encoded, err := tag.Bytes()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("Parts", func(b *testing.B) {
		for b.Loop() {
			if _, err := tag.Parts(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ReadTag", func(b *testing.B) {
		for b.Loop() {
			if _, err := ReadTag(bytes.NewReader(encoded), int64(len(encoded))); err != nil {
				b.Fatal(err)
			}
		}
	})
}
