package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// tags are the contents of an MP3's tag as a reader reports them. The JSON names are
// the names that the programs in readers/ print.
type tags struct {
	Version   string    `json:"version"` // of ID3
	Title     string    `json:"title"`
	Artist    string    `json:"artist"`
	Album     string    `json:"album"`
	Track     string    `json:"track"`
	Season    string    `json:"season"`
	Date      string    `json:"date"` // 2006-01-02
	Genre     string    `json:"genre"`
	Language  string    `json:"language"` // ISO 639-2
	Length    string    `json:"length"`   // milliseconds, from the tag
	Copyright string    `json:"copyright"`
	Publisher string    `json:"publisher"`
	GUID      string    `json:"guid"`
	Comment   string    `json:"comment"`
	Artwork   []byte    `json:"artwork"`
	Chapters  []chapter `json:"chapters"`
	Seconds   float64   `json:"seconds"` // duration that the reader measured
}

type chapter struct {
	Start  float64 `json:"start"` // seconds
	End    float64 `json:"end"`
	Title  string  `json:"title"`
	URL    string  `json:"url"`
	Image  []byte  `json:"image"`
	Hidden bool    `json:"hidden"` // not in the table of contents
}

// reader is a component that reads tags.
type reader struct {
	name string
	read func(t testing.TB, files ...string) []*tags // returns one value for each file
	// limits removes from the expected tags the values that this reader does not
	// report; nil if it reports all.
	limits func(*tags)
}

// readers returns all readers. It skips the test if one of them is not installed.
func readers(t testing.TB) []reader {
	mutagen, taglib := need(t, "mutagen"), need(t, "taglib")
	ffprobe, ffmpeg := need(t, "ffprobe"), need(t, "ffmpeg")
	script := filepath.Join("readers", "tags.py")
	return []reader{
		{name: "mutagen", read: func(t testing.TB, files ...string) []*tags {
			return decode[[]*tags](t, tool(t, mutagen, append([]string{script}, files...)...))
		}},
		{name: "taglib", read: func(t testing.TB, files ...string) []*tags {
			return decode[[]*tags](t, tool(t, taglib, files...))
		}},
		{name: "ffprobe", limits: limitsOfFFmpeg, read: func(t testing.TB, files ...string) []*tags {
			all := make([]*tags, len(files))
			artwork := artworkOf(t, ffmpeg, files)
			for i, file := range files {
				all[i] = readFFprobe(t, ffprobe, file)
				all[i].Artwork = artwork[i]
			}
			return all
		}},
	}
}

// compare compares the tags that the reader found in a file with the expected tags. It
// ignores the duration of the audio, which TestDuration checks.
func (r *reader) compare(t testing.TB, file string, want, got *tags) {
	t.Helper()
	reportable := *want
	reportable.Seconds = got.Seconds
	if r.limits != nil {
		r.limits(&reportable)
	}
	if diff := cmp.Diff(&reportable, got, cmpopts.EquateApprox(0, 1e-6), cmp.Transformer("digest", digest)); diff != "" {
		t.Errorf("%s: %s reads (-source +tag):\n%s", file, r.name, diff)
	}
}

// limitsOfFFmpeg removes the values that ffmpeg does not report: the version of the
// tag, and everything in a chapter except its times and title. For a missing title
// ffmpeg shows the element ID.
func limitsOfFFmpeg(reportable *tags) {
	reportable.Version = ""
	all := make([]chapter, len(reportable.Chapters))
	for i, c := range reportable.Chapters {
		all[i] = chapter{Start: c.Start, End: c.End, Title: c.Title}
		if c.Title == "" {
			all[i].Title = fmt.Sprintf("chp%d", i)
		}
	}
	reportable.Chapters = all
}

// readFFprobe reads the tags that players built on ffmpeg see, except the artwork.
func readFFprobe(t testing.TB, ffprobe, file string) *tags {
	t.Helper()
	type frames struct {
		Title, Artist, Album, Track, Disc, Date, Genre, Language string
		TLEN, Copyright, Publisher, Comment                      string
		GUID                                                     string `json:"podcast:item:guid"`
	}
	out := decode[struct {
		Format struct {
			Duration float64 `json:",string"`
			Tags     frames
		}
		Chapters []struct {
			Start float64 `json:"start_time,string"`
			End   float64 `json:"end_time,string"`
			Tags  frames
		}
	}](t, tool(t, ffprobe, "-v", "error", "-of", "json", "-show_format", "-show_chapters", file))
	f := out.Format.Tags
	read := &tags{
		Title: f.Title, Artist: f.Artist, Album: f.Album, Track: f.Track, Season: f.Disc,
		Date: f.Date, Genre: f.Genre, Language: f.Language, Length: f.TLEN, Copyright: f.Copyright,
		Publisher: f.Publisher, GUID: f.GUID, Comment: f.Comment,
		Chapters: []chapter{},
		Seconds:  out.Format.Duration,
	}
	for _, c := range out.Chapters {
		read.Chapters = append(read.Chapters, chapter{Start: c.Start, End: c.End, Title: c.Tags.Title})
	}
	return read
}

// artworkOf returns, for each file, the picture that players built on ffmpeg show.
func artworkOf(t testing.TB, ffmpeg string, files []string) [][]byte {
	t.Helper()
	dir := t.TempDir()
	inputs, outputs := []string{"-v", "error"}, []string{}
	for i, file := range files {
		inputs = append(inputs, "-i", file)
		outputs = append(outputs, "-map", fmt.Sprintf("%d:v", i), "-c", "copy", "-f", "image2pipe", filepath.Join(dir, strconv.Itoa(i)))
	}
	tool(t, ffmpeg, append(inputs, outputs...)...)
	pictures := make([][]byte, len(files))
	for i := range pictures {
		var err error
		if pictures[i], err = os.ReadFile(filepath.Join(dir, strconv.Itoa(i))); err != nil {
			t.Fatal(err)
		}
	}
	return pictures
}

// TestTags reads every published MP3 with three readers, which must agree with
// each other and with the files of the show.
func TestTags(t *testing.T) {
	t.Parallel()
	site := published(t)
	all := readers(t)
	source := site.source(t)
	for _, e := range source.live() {
		t.Run(e.slug, func(t *testing.T) {
			file := site.audio(t, e)
			want := site.wantTags(t, source, e, site.probe(t, file).Duration)
			for _, r := range all {
				r.compare(t, e.slug, want, r.read(t, file)[0])
			}
		})
	}
}

// digest returns a short string that stands for an image in a comparison.
func digest(data []byte) string {
	if len(data) == 0 {
		return "none"
	}
	return fmt.Sprintf("%d bytes, SHA-256 %s", len(data), sha256Hex(data))
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// wantTags returns the tags that an episode's source files ask for. The last chapter
// ends at the duration, in seconds.
func (s *site) wantTags(t testing.TB, source *source, e *episodeSource, seconds float64) *tags {
	t.Helper()
	want := &tags{
		Version:   "2.3.0",
		Title:     e.Title,
		Artist:    source.Author,
		Album:     source.Title,
		Date:      e.date.Format(time.DateOnly),
		Genre:     "Podcast",
		Language:  map[string]string{"en-gb": "eng"}[source.Language],
		Length:    strconv.FormatInt(milliseconds(seconds), 10),
		Copyright: fmt.Sprintf("%d %s", e.date.Year(), source.Copyright),
		Publisher: source.Owner.Name,
		GUID:      e.GUID,
		Comment:   e.Summary,
		Artwork:   s.read(t, source.Artwork),
		Chapters:  []chapter{},
	}
	if e.Season > 0 {
		want.Season = strconv.Itoa(e.Season)
	}
	if e.Number > 0 {
		want.Track = strconv.Itoa(e.Number)
	}
	if e.Artwork != "" {
		want.Artwork = s.read(t, e.dir, e.Artwork)
	}
	for i, c := range e.Chapters {
		w := chapter{Start: c.start.Seconds(), Title: c.Title, URL: c.URL, Hidden: c.hidden(), End: float64(milliseconds(seconds)) / 1000}
		if i+1 < len(e.Chapters) {
			w.End = e.Chapters[i+1].start.Seconds()
		}
		switch {
		case c.Image != "" && c.Sponsor != "":
			w.Image = s.read(t, c.Image)
		case c.Image != "":
			w.Image = s.read(t, e.dir, c.Image)
		}
		want.Chapters = append(want.Chapters, w)
	}
	return want
}

// milliseconds returns the duration as in a tag: milliseconds, rounded down.
func milliseconds(seconds float64) int64 {
	return time.Duration(math.Round(seconds * float64(time.Second))).Milliseconds()
}

// read reads a file of the show.
func (w *workplace) read(t testing.TB, name ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(w.dir, filepath.FromSlash(strings.Join(name, "/"))))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// audio returns the path of the published MP3 of an episode.
func (s *site) audio(t testing.TB, e *episodeSource) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "audio", e.slug+"-????????????????.mp3"))
	if err != nil || len(files) != 1 {
		t.Fatalf("audio of %s: %q, %v", e.slug, files, err)
	}
	return files[0]
}

// probe is the output of onair audio probe.
type probe struct {
	Duration float64 `json:"duration_seconds"`
	Frames   int     `json:"frames"`
	Payload  string  `json:"payload_sha256"`
	Bytes    int     `json:"payload_bytes"`
}

func (w *workplace) probe(t testing.TB, file string) probe {
	t.Helper()
	return decode[probe](t, w.run(t, "audio", "probe", "--json", file))
}

// TestPayload compares the published audio with the masters, according to the parser in
// this package, mutagen and onair audio probe.
func TestPayload(t *testing.T) {
	t.Parallel()
	site := published(t)
	python := need(t, "mutagen")
	lock := string(site.read(t, "onair.lock"))
	for _, e := range site.source(t).live() {
		t.Run(e.slug, func(t *testing.T) {
			master := site.read(t, e.dir, "audio.mp3")
			_, payload := splitMP3(master)
			want := sha256Hex(payload)

			file := site.audio(t, e)
			live, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, payload = splitMP3(live)
			if got := sha256Hex(payload); got != want {
				t.Errorf("published payload %s, the master's is %s", got, want)
			}

			bare := filepath.Join(t.TempDir(), "bare.mp3")
			if err := os.WriteFile(bare, live, 0o644); err != nil {
				t.Fatal(err)
			}
			tool(t, python, "-c", "import sys, mutagen.id3; mutagen.id3.delete(sys.argv[1])", bare)
			stripped, err := os.ReadFile(bare)
			if err != nil {
				t.Fatal(err)
			}
			if got := sha256Hex(stripped); got != want {
				t.Errorf("payload after mutagen took the tag off: %s, the master's is %s", got, want)
			}

			if p := site.probe(t, file); p.Payload != want || p.Bytes != len(payload) {
				t.Errorf("onair audio probe: payload %s of %d bytes, want %s of %d", p.Payload, p.Bytes, want, len(payload))
			}
			if !strings.Contains(lock, want) {
				t.Errorf("onair.lock does not pin %s", want)
			}
		})
	}
}

// TestDuration compares the duration that onair counts from frames with the one that
// ffmpeg counts by reading every packet.
func TestDuration(t *testing.T) {
	t.Parallel()
	site := published(t)
	all := readers(t)
	ffprobe := need(t, "ffprobe")
	for _, e := range site.source(t).live() {
		file := site.audio(t, e)
		probe := site.probe(t, file)
		counted := decode[struct {
			Streams []struct {
				Packets int `json:"nb_read_packets,string"`
			}
		}](t, tool(t, ffprobe, "-v", "error", "-of", "json", "-count_packets", "-select_streams", "a",
			"-show_entries", "stream=nb_read_packets", file))
		if len(counted.Streams) != 1 || counted.Streams[0].Packets != probe.Frames {
			t.Errorf("%s: ffprobe reads %+v packets, onair %d frames", e.slug, counted.Streams, probe.Frames)
		}
		for _, r := range all {
			if got := r.read(t, file)[0].Seconds; math.Abs(got-probe.Duration) > 0.1 {
				t.Errorf("%s: onair says %.3f s, %s %.3f s", e.slug, probe.Duration, r.name, got)
			}
		}
	}
}

// TestMasters checks that a publish does not change the masters.
func TestMasters(t *testing.T) {
	t.Parallel()
	site := published(t)
	for _, e := range site.source(t).live() {
		original, err := os.ReadFile(filepath.Join("..", "examples", "hello-universe", filepath.FromSlash(e.dir), "audio.mp3"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(original, site.read(t, e.dir, "audio.mp3")) {
			t.Errorf("%s: the master changed", e.slug)
		}
	}
}
