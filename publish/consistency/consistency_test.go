package consistency

import (
	"slices"
	"testing"
	"time"

	"onair/audio"
	"onair/internal/finding/findingtest"
	"onair/publish/release"
	"onair/show"
	"onair/show/chapters"
)

func TestEpisode(t *testing.T) {
	t.Parallel()
	p := &prover{items: map[string]*item{"a": {title: "Hello  there", number: "1"}, "b": {title: "Other", number: "2", season: "3"}}}
	for _, tt := range []struct {
		episode show.Episode
		want    []string
	}{
		{show.Episode{GUID: "a", Title: "Hello there", Number: 1}, nil},
		{show.Episode{GUID: "b", Title: "Hello", Number: 4, Season: 3}, []string{
			`the feed has the title "Other", and episode.md "Hello"`, `the feed has the number "2", and episode.md "4"`,
		}},
		{show.Episode{GUID: "b", Title: "Replaced", Extra: "<title>Other</title>"}, nil},
		{show.Episode{GUID: "c"}, []string{"the feed has no item with its GUID"}},
	} {
		if got := p.episode(&release.Episode{Episode: &tt.episode}); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.episode.GUID, got, tt.want)
		}
	}
}

func TestChapters(t *testing.T) {
	t.Parallel()
	e := &release.Episode{Episode: &show.Episode{Slug: "a", Chapters: []chapters.Chapter{{Title: "One"}, {Start: time.Second, Title: "Two"}}}}
	e.Pin.Duration = 2 * time.Second
	tag := &audio.Tag{Chapters: []audio.Chapter{{Title: "One"}, {Start: 900 * time.Millisecond, Title: "Two"}}}
	want := []string{"the chapters file has 0 chapters, and the source 2", `chapter 2 of the tag is "Two" at 900ms, and in the source "Two" at 1s`}
	if got := (&prover{release: &release.Release{Show: &show.Show{}}}).chapters(e, &item{}, tag); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	findingtest.Complete(t, Rules())
}
