//go:build unix

package e2e

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// catalogue describes a synthetic show for benchmarks. Equal catalogues give equal
// shows.
type catalogue struct {
	episodes   int
	master     int64 // bytes of each MP3
	rate       rate
	transcript int      // approximate bytes of each transcript
	turns      int      // of each transcript; 0 is 20
	real       [][]byte // transcripts to use in turn; nil uses synthetic ones
	spanish    bool     // every episode also has a translated transcript
	covers     int      // bytes of each episode's own artwork; 0 uses the show's
	show       string   // additional lines of show.yaml
}

// rate describes the MPEG frames of a constant bitrate: their header, length in
// bytes and duration in milliseconds.
type rate struct {
	header [4]byte
	size   int64
	ms     float64
}

var (
	kbps128 = rate{[4]byte{0xff, 0xfb, 0x90, 0x00}, 417, 1152.0 / 44.1} // a minute is 960 kB
	kbps8   = rate{[4]byte{0xff, 0xf3, 0x10, 0xc0}, 26, 576.0 / 22.05}  // a minute is 60 kB
)

// newCatalogue writes the show into a folder with an environment of its own.
func newCatalogue(b testing.TB, c *catalogue, env ...string) *workplace {
	b.Helper()
	root := b.TempDir()
	w := &workplace{dir: filepath.Join(root, "show"), env: append(cleanEnv(filepath.Join(root, "home")), env...)}
	if err := c.write(w.dir); err != nil {
		b.Fatal(err)
	}
	return w
}

// startOver removes all files that a publish has written to the folder and the home.
func (w *workplace) startOver(b testing.TB) {
	b.Helper()
	for _, name := range []string{filepath.Join(w.dir, "onair.lock"), filepath.Join(w.dir, "..", "home")} {
		if err := os.RemoveAll(name); err != nil {
			b.Fatal(err)
		}
	}
}

// still publishes until a publish finds, from file times alone, that it has nothing to
// do. onair trusts file times only after no file has changed for some time.
func (w *workplace) still(b testing.TB) {
	b.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		out, err := w.command("publish", "--yes").CombinedOutput()
		switch {
		case err != nil:
			b.Fatalf("%v\n%s", err, out)
		case bytes.Contains(out, []byte(", unchanged since ")):
			return
		case time.Now().After(end):
			b.Fatalf("every publish looks at the whole show\n%s", out)
		}
	}
}

// touchNow sets the modification time of a file, or of every file below a folder, to
// the present, as in a fresh clone.
func touchNow(b testing.TB, dir string) {
	b.Helper()
	at := time.Now()
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			err = os.Chtimes(name, at, at)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

func (c *catalogue) write(dir string) error {
	const text = `title: A catalogue
description: A show that is made up to be measured.
author: The benchmarks
url: https://catalogue.example/
language: en
timezone: UTC
categories: [Technology]
explicit: false
artwork: artwork.jpg
targets:
  local: {storage: "file:public", url: "http://localhost:8080/"}
`
	artwork, err := os.ReadFile(filepath.Join("..", "examples", "hello-universe", "artwork.jpg"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := writeFiles(dir, map[string][]byte{"show.yaml": []byte(text + c.show), "artwork.jpg": artwork}); err != nil {
		return err
	}
	for n := 1; n <= c.episodes; n++ {
		if err := c.writeEpisode(filepath.Join(dir, "episodes", fmt.Sprintf("%d-of-many", n)), n, artwork); err != nil {
			return err
		}
	}
	return nil
}

func (c *catalogue) writeEpisode(dir string, n int, artwork []byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	first := time.Date(2020, 1, 1, 6, 0, 0, 0, time.UTC)
	front := fmt.Sprintf("title: Number %d of many\nguid: %08d-0000-4000-8000-000000000000\ndate: %s\nnumber: %d\nsummary: One of many.\n",
		n, n, first.Add(time.Duration(n)*24*time.Hour).Format("2006-01-02 15:04"), n)
	files := map[string][]byte{
		"chapters.txt":  fmt.Appendf(nil, "0:00 Before\n0:%02d After %d\n", 10, n),
		"transcript.md": c.talk(n, "word"),
	}
	if c.real != nil {
		files["transcript.md"] = c.realTalk(n)
	}
	if c.spanish {
		files["transcript.es.md"] = c.talk(n, "palabra")
	}
	if c.covers > 0 {
		front += "artwork: artwork.jpg\n"
		files["artwork.jpg"] = padJPEG(artwork, n, c.covers)
	}
	files["episode.md"] = fmt.Appendf(nil, "---\n%s---\nThe notes of *number %d*.\n", front, n)
	if err := writeFiles(dir, files); err != nil {
		return err
	}
	return c.writeMaster(filepath.Join(dir, "audio.mp3"), n)
}

func writeFiles(dir string, files map[string][]byte) error {
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// seconds is the duration of each episode.
func (c *catalogue) seconds() int { return int(float64(c.master/c.rate.size) * c.rate.ms / 1000) }

// talk returns a transcript whose turns are spread over the episode. If turns are
// shorter than a second they get no timestamps, because onair reports a finding about
// speech that fast.
func (c *catalogue) talk(n int, word string) []byte {
	turns := cmp.Or(c.turns, 20)
	var out bytes.Buffer
	for turn := range turns {
		fmt.Fprintf(&out, "**Voice %d:**", turn%2+1)
		if at := turn * c.seconds() / turns; c.seconds() >= turns {
			fmt.Fprintf(&out, " \\[%02d:%02d:%02d\\]", at/3600, at/60%60, at%60)
		}
		for end := (turn + 1) * c.transcript / turns; out.Len() < end; {
			fmt.Fprintf(&out, " %s %d and %d.", word, n, out.Len())
		}
		out.WriteString("\n\n")
	}
	return out.Bytes()
}

// writeMaster writes frames of silence followed by noise, so that masters differ
// and do not compress.
func (c *catalogue) writeMaster(name string, n int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], uint64(n))
	noise := rand.NewChaCha8(seed)
	frame := make([]byte, c.rate.size)
	copy(frame, c.rate.header[:])
	const sideInfo = 17 // bytes after the header that stay zero; the side information of kbps8 has 9 bytes
	for range c.master / c.rate.size {
		if tail := frame[min(4+sideInfo, len(frame)):]; len(tail) > 0 {
			_, _ = noise.Read(tail)
		}
		_, _ = out.Write(frame)
	}
	if err := out.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// padJPEG returns a different JPEG of the same picture and about the given size,
// by adding comments.
func padJPEG(data []byte, n, size int) []byte {
	out := bytes.Clone(data[:2])
	random := rand.New(rand.NewPCG(uint64(n), 0))
	for left := max(size-len(data), 16); left > 0; {
		comment := make([]byte, min(left, 60_000))
		for i := range comment {
			comment[i] = byte(random.UintN(256))
		}
		out = append(out, 0xff, 0xfe)
		out = binary.BigEndian.AppendUint16(out, uint16(len(comment)+2))
		out = append(out, comment...)
		left -= len(comment)
	}
	return append(out, data[2:]...)
}

// benchScale returns the fraction of the full work to do, from ONAIR_BENCH_SCALE. All
// of it is 3,300 files and 640 MB; the default is a tenth.
func benchScale(b testing.TB) float64 {
	b.Helper()
	text := os.Getenv("ONAIR_BENCH_SCALE")
	if text == "" {
		return 0.1
	}
	scale, err := strconv.ParseFloat(text, 64)
	if err != nil || scale <= 0 || scale > 10 {
		b.Fatalf("ONAIR_BENCH_SCALE: %q is not a number from 0 to 10", text)
	}
	return scale
}
