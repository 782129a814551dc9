package feed

import (
	"bytes"
	"testing"
	"time"

	"onair/show"
	"onair/show/chapters"
)

func TestWriteChapters(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	err := WriteChapters(&b, &ChaptersFile{
		Title:       "Cloudy & <dry>\x00",
		Author:      "The Hello Universe crew",
		PodcastName: "Hello, Universe",
		Chapters: []Chapter{
			{Chapter: chapters.Chapter{Title: "Cold open", Hidden: true}},
			{Chapter: chapters.Chapter{Start: 12 * time.Second, End: 48500 * time.Millisecond, Title: "What is a CDN?", URL: "https://cdn.example/?a=1&b=2"}, ImageURL: base + "assets/cdn-0123456789abcdef.png"},
			{Chapter: chapters.Chapter{Start: 48500400 * time.Microsecond, Title: "שלום 👩‍🚀"}, Location: &Location{Name: "Greenwich", Geo: "geo:51.4769,0", OSM: "N26745371"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "chapters.json", b.Bytes())
}

func TestWriteChaptersOfNone(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteChapters(&b, &ChaptersFile{}); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "{\n  \"version\": \"1.2.0\",\n  \"chapters\": []\n}\n"; got != want {
		t.Errorf("WriteChapters = %s, want %s", got, want)
	}
}

func TestCheckChapters(t *testing.T) {
	t.Parallel()
	hidden, shown := chapters.Chapter{Hidden: true}, chapters.Chapter{}
	for _, tt := range []struct {
		name     string
		chapters []chapters.Chapter
		want     int
	}{
		{"first hidden", []chapters.Chapter{hidden, shown}, 1},
		{"later one hidden", []chapters.Chapter{shown, hidden}, 0},
		{"none", nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := CheckChapters(&show.Episode{File: "episodes/x/episode.md", Chapters: tt.chapters})
			if len(got) != tt.want {
				t.Errorf("CheckChapters = %v, want %d findings", got, tt.want)
			}
		})
	}
}
