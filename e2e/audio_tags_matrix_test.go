package e2e

import (
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A cell describes one file of the matrix.
type cell struct {
	name   string // such as polish-300-large
	script script
	title  string    // of the episode and of the chapters
	images [2]string // files of the first two chapters
}

// A script is a few words in one writing system.
type script struct {
	name, words    string
	language, code string // value of --language, and the code in the tag
}

// TestTagMatrix tags a master with empty, short and 300-character titles, in four
// scripts, with no, small and large chapter images. Every reader must return the
// requested value of every field.
func TestTagMatrix(t *testing.T) {
	t.Parallel()
	all := readers(t)
	w := newWorkplace(t)
	master := filepath.Join(w.dir, "episodes", "first-light", "audio.mp3")
	seconds := w.probe(t, master).Duration

	var files []string
	var want []*tags
	for _, c := range tagMatrix(t, w) {
		asked := c.tags(t, w, seconds)
		files = append(files, w.tag(t, &c, asked, master))
		want = append(want, asked)
	}
	for _, r := range all {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			got := r.read(t, files...)
			for i, file := range files {
				r.compare(t, filepath.Base(file), want[i], got[i])
			}
		})
	}
}

// tagMatrix returns all cells. It writes their images into the show's folder.
func tagMatrix(t testing.TB, w *workplace) (all []cell) {
	images := []struct {
		size  string
		files [2]string
	}{
		{size: "none"},
		{"small", [2]string{w.noise(t, "small.png", 8), w.noise(t, "small.jpg", 8)}},
		// onair stores images of more than 64 KiB as separate parts.
		{"large", [2]string{w.noise(t, "large.png", 300), w.noise(t, "large.jpg", 500)}},
	}
	for _, s := range []script{
		{"latin1", "Zoë à la façade ", "fr-CH", "fra"},
		{"polish", "Zażółć gęślą jaźń ", "pl", "pol"},
		{"japanese", "曇りのち晴れ、雷", "ja", "jpn"},
		{"emoji", "👩‍🚀🚀 🛰️📻🏴󠁧󠁢󠁳󠁣󠁴󠁿 ", "eng", "eng"},
	} {
		words := []rune(s.words)
		for _, length := range []int{0, len(words) - 1, 300} {
			title := string(slices.Repeat(words, 300)[:length])
			for _, i := range images {
				all = append(all, cell{fmt.Sprintf("%s-%d-%s", s.name, length, i.size), s, title, i.files})
			}
		}
	}
	return all
}

// noise writes an image that does not compress, and returns its name.
func (w *workplace) noise(t testing.TB, name string, side int) string {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, side, side))
	rand.NewChaCha8([32]byte{byte(side)}).Read(m.Pix)
	f, err := os.Create(filepath.Join(w.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if filepath.Ext(name) == ".png" {
		err = png.Encode(f, m)
	} else {
		err = jpeg.Encode(f, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// tags returns the tags of the cell. Every text except the titles ends with a unique
// number, so that the test notices two swapped texts.
func (c *cell) tags(t testing.TB, w *workplace, seconds float64) *tags {
	words := func(n int) string { return c.script.words + strconv.Itoa(n) }
	asked := &tags{
		Version:   "2.3.0",
		Title:     c.title,
		Artist:    words(1),
		Album:     words(2),
		Track:     "4",
		Season:    "2",
		Date:      "2027-02-14",
		Genre:     words(3),
		Language:  c.script.code,
		Length:    strconv.FormatInt(milliseconds(seconds), 10),
		Copyright: "2027 " + words(4),
		Publisher: words(5),
		GUID:      words(6),
		Comment:   words(7) + "\n\n" + words(8),
		Artwork:   w.read(t, "artwork.jpg"),
		Chapters: []chapter{
			{Start: 0, End: 1.234, Title: c.title, URL: "https://hello-universe.example/" + url.PathEscape(strings.ReplaceAll(c.script.words, " ", "-"))},
			{Start: 2.25, End: 10.001, Title: c.title, URL: "https://hello-universe.example/?a=1&b=2", Hidden: true},
			{Start: 10.001, End: float64(milliseconds(seconds)) / 1000, Title: words(10)},
		},
	}
	// A listed chapter must have a title, and at least one chapter must be listed.
	asked.Chapters[0].Hidden = c.title == ""
	for i, name := range c.images {
		if name != "" {
			asked.Chapters[i].Image = w.read(t, name)
		}
	}
	return asked
}

// tag tags a copy of the master with the tags of the cell and returns the new file.
func (w *workplace) tag(t testing.TB, c *cell, asked *tags, master string) string {
	t.Helper()
	out := filepath.Join(w.dir, c.name+".mp3")
	w.run(t, "audio", "tag", "-o", out,
		"--title", asked.Title, "--artist", asked.Artist, "--album", asked.Album,
		"--track", asked.Track, "--season", asked.Season, "--date", asked.Date, "--genre", asked.Genre,
		"--language", c.script.language, "--copyright", asked.Copyright, "--publisher", asked.Publisher,
		"--guid", asked.GUID, "--comment", asked.Comment, "--cover", filepath.Join(w.dir, "artwork.jpg"),
		"--chapters", w.chapterFile(t, c, asked.Chapters), master)
	return out
}

// chapterFile writes the chapters as Podcasting 2.0 JSON. Its URLs are not escaped, and
// its last chapter has no end, which means the end of the audio.
func (w *workplace) chapterFile(t testing.TB, c *cell, chapters []chapter) string {
	t.Helper()
	type object map[string]any
	var list []object
	for i, ch := range chapters {
		link, err := url.PathUnescape(ch.URL)
		if err != nil {
			t.Fatal(err)
		}
		o := object{"startTime": ch.Start, "title": ch.Title, "url": link, "toc": !ch.Hidden}
		if i < len(c.images) {
			o["img"] = c.images[i]
		}
		if i+1 < len(chapters) {
			o["endTime"] = ch.End
		}
		list = append(list, o)
	}
	data, err := json.Marshal(object{"version": "1.2.0", "chapters": list})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(w.dir, c.name+".json")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}
