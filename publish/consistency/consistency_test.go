package consistency

import (
	"slices"
	"testing"
	"time"

	"onair/audio"
	"onair/internal/finding/findingtest"
	"onair/publish/bucket"
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

func TestAlternates(t *testing.T) {
	t.Parallel()
	const key = "audio/4-cloudy.es-0123456789abcdef.mp3"
	p := &prover{items: map[string]*item{"a": {alternates: map[string]string{"https://op3.dev/e/a.example/" + key: "7"}}}}
	e := &release.Episode{Episode: &show.Episode{GUID: "a"}}
	for size, want := range map[int64][]string{7: nil, 8: {`audio in es: the feed has the length "7", want "8"`}} {
		spoken := &release.Episode{Episode: &show.Episode{Language: "es"}, Enclosure: &release.Object{Object: bucket.Object{Key: key, Size: size}}}
		e.Alternates = []*release.Alternate{{Episode: spoken}}
		if got := p.alternates(e); !slices.Equal(got, want) {
			t.Errorf("%d bytes: %q, want %q", size, got, want)
		}
	}
	p.items["a"].alternates = nil
	if got := p.alternates(e); len(got) != 1 {
		t.Errorf("without an alternate enclosure: %q", got)
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
