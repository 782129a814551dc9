// Package synthetic writes made-up shows of any size.
package synthetic

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Catalogue describes a made-up show. Equal catalogues give equal shows.
type Catalogue struct {
	Episodes   int
	Master     int64 // bytes of each MP3
	Rate       Rate
	Transcript int      // approximate bytes of each transcript
	Turns      int      // number of turns of each transcript; 0 means 20
	Real       [][]byte // transcripts to use in turn; nil means synthetic ones
	Languages  []string // languages of the episodes in turn: en, es, ar or ja; nil means en
	Spanish    bool     // every episode also has a translated transcript
	Covers     int      // bytes of each episode's own artwork; 0 means the show's artwork
	Show       string   // additional lines of show.yaml
}

// Rate describes the MPEG frames of a constant bitrate.
type Rate struct {
	Header [4]byte // header of a frame
	Size   int64   // size of a frame, in bytes
	MS     float64 // duration of a frame, in milliseconds
}

// The bitrates of masters.
var (
	Kbps128 = Rate{[4]byte{0xff, 0xfb, 0x90, 0x00}, 417, 1152.0 / 44.1} // a minute is 960 kB
	Kbps8   = Rate{[4]byte{0xff, 0xf3, 0x10, 0xc0}, 26, 576.0 / 22.05}  // a minute is 60 kB
)

// words maps a language to the formats of a title and of a sentence.
var words = map[string]struct{ title, sentence string }{
	"en": {"Number %d of many", " word %d and %d."},
	"es": {"Número %d de muchos", " palabra %d y %d."},
	"ar": {"الحلقة %d من كثير", " كلمة %d و %d."},
	"ja": {"たくさんの中の第%d回", " 言葉%dと%d。"},
}

// Write writes the show into a folder. The show has the artwork of
// ../examples/hello-universe, so the current folder must be that of the end-to-end
// tests.
func (c *Catalogue) Write(dir string) error {
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
	if err := WriteFiles(dir, map[string][]byte{"show.yaml": []byte(text + c.Show), "artwork.jpg": artwork}); err != nil {
		return err
	}
	for n := 1; n <= c.Episodes; n++ {
		if err := c.writeEpisode(filepath.Join(dir, "episodes", fmt.Sprintf("%d-of-many", n)), n, artwork); err != nil {
			return err
		}
	}
	return nil
}

func (c *Catalogue) writeEpisode(dir string, n int, artwork []byte) error {
	first := time.Date(2020, 1, 1, 6, 0, 0, 0, time.UTC)
	language := "en"
	if len(c.Languages) > 0 {
		language = c.Languages[(n-1)%len(c.Languages)]
	}
	front := fmt.Sprintf("title: "+words[language].title+"\nlanguage: "+language+"\nguid: %08d-0000-4000-8000-000000000000\ndate: %s\nnumber: %d\nsummary: One of many.\n",
		n, n, first.Add(time.Duration(n)*24*time.Hour).Format("2006-01-02 15:04"), n)
	files := map[string][]byte{
		"chapters.txt":  fmt.Appendf(nil, "0:00 Before\n0:%02d After %d\n", 10, n),
		"transcript.md": c.talk(n, language),
	}
	if c.Real != nil {
		files["transcript.md"] = c.realTalk(n)
	}
	if c.Spanish {
		files["transcript.es.md"] = c.talk(n, "es")
	}
	if c.Covers > 0 {
		front += "artwork: artwork.jpg\n"
		files["artwork.jpg"] = PadJPEG(artwork, n, c.Covers)
	}
	files["episode.md"] = fmt.Appendf(nil, "---\n%s---\nThe notes of *number %d*.\n", front, n)
	if err := WriteFiles(dir, files); err != nil {
		return err
	}
	return c.WriteMaster(filepath.Join(dir, "audio.mp3"), n)
}

// WriteFiles writes files, by their paths below a folder, and creates their folders.
func WriteFiles(dir string, files map[string][]byte) error {
	for name, data := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// seconds is the duration of each episode.
func (c *Catalogue) seconds() int { return int(float64(c.Master/c.Rate.Size) * c.Rate.MS / 1000) }

// talk returns a transcript whose turns are spread over the episode. If turns are
// shorter than a second they get no timestamps, because onair reports a finding about
// speech that fast.
func (c *Catalogue) talk(n int, language string) []byte {
	turns := cmp.Or(c.Turns, 20)
	var out bytes.Buffer
	for turn := range turns {
		fmt.Fprintf(&out, "**Voice %d:**", turn%2+1)
		if at := turn * c.seconds() / turns; c.seconds() >= turns {
			fmt.Fprintf(&out, " \\[%02d:%02d:%02d\\]", at/3600, at/60%60, at%60)
		}
		for end := (turn + 1) * c.Transcript / turns; out.Len() < end; {
			fmt.Fprintf(&out, words[language].sentence, n, out.Len())
		}
		out.WriteString("\n\n")
	}
	return out.Bytes()
}

// WriteMaster writes an MP3 of silence for episode n. Noise fills the unused bytes of
// its MPEG frames, so that masters differ and do not compress.
func (c *Catalogue) WriteMaster(name string, n int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], uint64(n))
	noise := rand.NewChaCha8(seed)
	frame := make([]byte, c.Rate.Size)
	copy(frame, c.Rate.Header[:])
	const sideInfo = 17 // bytes after the header that stay zero; the side information of Kbps8 has 9 bytes
	for range c.Master / c.Rate.Size {
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

// PadJPEG returns a different JPEG of the same picture and about the given size,
// by adding comments.
func PadJPEG(data []byte, n, size int) []byte {
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

// stamp matches a time in a transcript of the corpus: alone in brackets, or after what is
// noted there, as in \[unintelligible 00:12:34.00\]. The submatch is what remains.
var stamp = regexp.MustCompile(`\\?\[[\\\d:. *]+\] ?| ?\d+:[\d:. *]+(\\*\])`)

// realTalk returns the transcript of an episode from the corpus, without its times, most
// of which are after the end of the audio. Its last turn differs between episodes, so that
// no two files are equal.
func (c *Catalogue) realTalk(n int) []byte {
	var out bytes.Buffer
	out.Write(stamp.ReplaceAll(bytes.TrimRight(c.Real[(n-1)%len(c.Real)], "\n"), []byte("$1")))
	fmt.Fprintf(&out, "\n\n**Voice 1:** This was number %d.\n", n)
	return out.Bytes()
}

// Corpus reads the transcripts in the folder ONAIR_CORPUS. It returns nil if the
// variable is not set.
func Corpus() (all [][]byte, err error) {
	root := os.Getenv("ONAIR_CORPUS")
	if root == "" {
		return nil, nil
	}
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".md" || d.Name() == "README.md" {
			return err
		}
		data, err := os.ReadFile(name)
		all = append(all, data)
		return err
	})
	if err == nil && len(all) == 0 {
		err = errors.New("no transcripts")
	}
	if err != nil {
		return nil, fmt.Errorf("ONAIR_CORPUS=%s: %w", root, err)
	}
	return all, nil
}
