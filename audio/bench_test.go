package audio

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/tcolgate/mp3"

	"onair/audio/mpeg/mpegtest"
	"onair/internal/crc32c"
)

// hour writes an hour of VBR to a file: 137,812 MPEG frames, about 56 MB.
func hour(b *testing.B) (*os.File, int64) {
	b.Helper()
	var all []byte
	for _, kbps := range []int{96, 112, 128, 160} {
		all = append(all, silence(mpegtest.NewHeader(44100, kbps, false), 137_814/4)...)
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

// BenchmarkProbe compares ways to count the MPEG frames of an hour: reading only,
// walkMPEG, tcolgate/mp3, ffprobe -count_packets if it is installed, and Probe, which
// also computes the checksums. It reports ratios of medians. ffprobe starts a process,
// so the time in which it prints its version is subtracted.
func BenchmarkProbe(b *testing.B) {
	f, size := hour(b)
	whole := func() io.Reader { return io.NewSectionReader(f, 0, size) }
	buf := make([]byte, blockBytes)
	all := []competitor{
		{"read", func() error {
			_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, whole(), buf)
			return err
		}},
		{"sums", func() error {
			_, err := io.CopyBuffer(io.MultiWriter(sha256.New(), crc32c.New()), whole(), buf)
			return err
		}},
		{"walk", func() error {
			w, err := walkMPEG(f, 0, size, 0, io.Discard)
			if err == nil && w.mpegFrames != 137_812 {
				err = fmt.Errorf("%d frames", w.mpegFrames)
			}
			return err
		}},
		{"Probe", func() error {
			_, err := Probe(f, size)
			return err
		}},
		{"tcolgate", func() error {
			d := mp3.NewDecoder(bufio.NewReaderSize(whole(), blockBytes))
			var frame mp3.Frame
			var skipped int
			for {
				if err := d.Decode(&frame, &skipped); err == io.EOF {
					return nil
				} else if err != nil {
					return err
				}
			}
		}},
	}
	if ffprobe, err := exec.LookPath("ffprobe"); err == nil {
		all = append(all,
			competitor{"ffprobe", func() error {
				return exec.Command(ffprobe, "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", f.Name()).Run()
			}},
			competitor{"ffprobe start", func() error { return exec.Command(ffprobe, "-version").Run() }})
	}
	took := race(b, all)
	ratio := func(a, of time.Duration, name string) { b.ReportMetric(float64(a)/float64(of), name) }
	ratio(took["walk"], took["read"], "walk-x-read")
	ratio(took["walk"], took["tcolgate"], "walk-x-tcolgate")
	ratio(took["Probe"], took["sums"], "Probe-x-sums")
	if full := took["ffprobe"] - took["ffprobe start"]; full > 0 {
		ratio(took["walk"], full, "walk-x-ffprobe")
		ratio(took["Probe"], full, "Probe-x-ffprobe")
	}
}

// A competitor is work that race times.
type competitor struct {
	name string
	run  func() error
}

// race runs the competitors in turn, so that other load affects them alike, and
// returns the median of each.
func race(b *testing.B, all []competitor) map[string]time.Duration {
	times := map[string][]time.Duration{}
	for b.Loop() {
		for _, c := range all {
			start := time.Now()
			if err := c.run(); err != nil {
				b.Fatalf("%s: %v", c.name, err)
			}
			times[c.name] = append(times[c.name], time.Since(start))
		}
	}
	medians := map[string]time.Duration{}
	for name, t := range times {
		medians[name] = median(t)
	}
	return medians
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
