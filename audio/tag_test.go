package audio

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/crc32c"
	"onair/show"
	"onair/show/chapters"
)

func TestEpisodeTag(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	s := &show.Show{
		Title: "Hello, Universe", Author: "The crew", Copyright: "The crew", Language: "en-gb",
		Owner: show.Owner{Name: "Universe Ltd", Email: "show@example.com"}, Artwork: "artwork.jpg",
	}
	e := &show.Episode{
		Title: "Cloudy with\ta chance\x00of packets", GUID: "0b9f3c1e", Number: 4, Season: 1, Language: "de",
		Date:    time.Date(2027, 7, 4, 0, 30, 0, 0, london), // still 3 July in UTC
		Summary: "What happens.\r\nBetween.\n",
		Notes:   "never in a tag",
		Chapters: []chapters.Chapter{
			{Start: 0, Title: "Cold open", Hidden: true, Image: "art/a.png"},
			{Start: 12345678 * time.Microsecond, Title: "CDN", URL: "https://example.com/ü?a b", Image: "art/a.png"},
			{Start: 48 * time.Second, End: 50 * time.Second},
		},
	}
	var asked []string
	picture := func(path string) (*Picture, error) {
		asked = append(asked, path)
		return &Picture{MediaType: "image/png", Data: []byte(path)}, nil
	}
	got, err := EpisodeTag(s, e, 90*time.Second+1234567, picture)
	if err != nil {
		t.Fatal(err)
	}
	image := &Picture{MediaType: "image/png", Data: []byte("art/a.png")}
	want := &Tag{
		Title: "Cloudy with a chance of packets", Artist: "The crew", Album: "Hello, Universe", Track: 4, Season: 1,
		Date: time.Date(2027, 7, 4, 0, 0, 0, 0, time.UTC), Genre: "Podcast", Comment: "What happens.\nBetween.",
		Language: "deu", Copyright: "2027 The crew", Publisher: "Universe Ltd", GUID: "0b9f3c1e",
		Duration: 90001 * time.Millisecond,
		Artwork:  &Picture{MediaType: "image/png", Data: []byte("artwork.jpg")},
		Chapters: []Chapter{
			{End: 12345 * time.Millisecond, Title: "Cold open", Hidden: true, Image: image},
			{Start: 12345 * time.Millisecond, End: 48 * time.Second, Title: "CDN", URL: "https://example.com/%C3%BC?a%20b", Image: image},
			{Start: 48 * time.Second, End: 50 * time.Second},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("EpisodeTag (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"artwork.jpg", "art/a.png"}, asked); diff != "" {
		t.Errorf("images asked for (-want +got):\n%s", diff)
	}
}

func TestEpisodeTagImageErrors(t *testing.T) {
	t.Parallel()
	picture := func(path string) (*Picture, error) {
		if path == "artwork.jpg" {
			return &Picture{}, nil
		}
		return nil, errors.New("not there")
	}
	e := &show.Episode{Artwork: "artwork.jpg", Chapters: []chapters.Chapter{{}, {Image: "b.png"}}}
	_, err := EpisodeTag(&show.Show{}, e, time.Minute, picture)
	if want := "read image b.png of chapter 2: not there"; err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
	_, err = EpisodeTag(&show.Show{Artwork: "c.png"}, &show.Episode{}, time.Minute, picture)
	if want := "read artwork c.png: not there"; err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}

func TestEpisodeTagDraft(t *testing.T) {
	t.Parallel()
	got, err := EpisodeTag(&show.Show{Copyright: "The crew"}, &show.Episode{Title: "Soon"}, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&Tag{Title: "Soon", Genre: "Podcast", Copyright: "The crew"}, got); diff != "" {
		t.Errorf("EpisodeTag (-want +got):\n%s", diff)
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "Ghosts in the tag", "Ghosts in the tag"},
		{"line breaks and tabs", " a\r\n\tb\u2028c ", "a b c"},
		{"NUL and escape", "a\x00b\x1b[31m", "a b [31m"},
		{"C1 controls", "a\u0085b\u009bc", "a b c"},
		{"not UTF-8", "caf\xe9", "caf\uFFFD"},
		{"emoji with joiners", "👩‍🚀 اهلا", "👩‍🚀 اهلا"},
		{"byte order marks", "\uFEFFa\uFEFFb", "ab"},
		{"nothing but controls", "\x00\x01", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := line(tt.in); got != tt.want {
				t.Errorf("line(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "en": "eng", "en-gb": "eng", "EN_us": "eng", "de-AT": "deu", "zh-Hant-TW": "zho", "gsw": "gsw", "pl": "pol",
		"x-klingon": "", "und": "", "not a language": "",
	} {
		if got := Language(in); got != want {
			t.Errorf("Language(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTagged(t *testing.T) {
	t.Parallel()
	payload := silence(mono128, 20)
	master := join(id3(3, 300), payload, id3v1())
	info, err := Probe(bytes.NewReader(master), int64(len(master)))
	if err != nil {
		t.Fatal(err)
	}
	tag := []byte("the new tag")
	want := join(tag, payload)
	if err := iotest.TestReader(Tagged([]Part{{tag[:2], tag[2:4]}, {tag[4:]}}, bytes.NewReader(master), info), want); err != nil {
		t.Error(err)
	}
	if got := crc32c.Join(crc32c.Checksum(tag), info.CRC32C, info.PayloadBytes()); got != checksum(want) {
		t.Errorf("the joined CRC32C is %08x, want %08x", got, checksum(want))
	}
	_, err = io.ReadAll(Tagged([]Part{{tag}}, bytes.NewReader(master[:2000]), info))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error of a shorter master = %v, want %v", err, io.ErrUnexpectedEOF)
	}
}
