package feed

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/feed/check"
	"onair/show"
)

func TestRenderSaysWhereItemsAre(t *testing.T) {
	t.Parallel()
	d := rich()
	d.Items[1].Notes = "<pre>\n<item>\n</item>\n</pre>"
	r, err := Render(d)
	if err != nil {
		t.Fatal(err)
	}
	p := &r.pages[0]
	if len(p.spans) != len(d.Items) {
		t.Fatalf("%d spans for %d items", len(p.spans), len(d.Items))
	}
	lines := strings.SplitAfter(string(p.Bytes), "\n")
	for i, s := range p.spans {
		if got := lines[s.line-1]; got != "<item>\n" {
			t.Errorf("item %d is said to begin on line %d, which is %q", i, s.line, got)
		}
		if before, after := string(p.Bytes[:s.start]), string(p.Bytes[s.end:]); !strings.HasSuffix(before, "<item>") || !strings.HasPrefix(after, "</item>\n") {
			t.Errorf("item %d is between %q and %q", i, before[len(before)-20:], after[:20])
		}
		if item := string(r.Item(i)); !strings.Contains(item, d.Items[i].Episode.GUID) {
			t.Errorf("item %d is without its GUID:\n%s", i, item)
		}
	}
	first, second := p.spans[0].line, p.spans[1].line
	for line, want := range map[int]int{1: -1, first - 1: -1, first: 0, second - 1: 0, second: 1, second + 5: 1} {
		if got := p.itemAt(line); got != want {
			t.Errorf("itemAt(%d) = %d, want %d", line, got, want)
		}
	}
}

// otherFeed is the feed of another tool.
const otherFeed = `<?xml version="1.0"?><rss version="2.0"><channel><generator>other</generator></channel></rss>`

func TestRenderedFeedBreaksNoRule(t *testing.T) {
	t.Parallel()
	if got := check.Feed(render(t, rich()), nil).Findings; len(got) > 0 {
		t.Errorf("Feed finds %v", got)
	}
}

func TestHintsAreAboutTheFilesOfTheShow(t *testing.T) {
	t.Parallel()
	d := rich()
	d.Show.Author, d.Show.Description, d.Show.Language, d.Show.Type = "", "", "", show.Serial
	d.Show.Copyright = "© 2021 Fern"
	d.Show.Funding = []show.Link{{URL: "http://fern.example/", Text: strings.Repeat("fern ", 40)}}
	d.Show.Owner.Email = "fern"
	for i := range d.Items {
		item := &d.Items[i]
		item.Episode.Title = "1: &amp; <b>Fern</b> in " + d.Show.Title
		item.Episode.Number, item.Episode.Summary = 1, strings.Repeat("fern ", 60)
		item.Notes, item.Duration, item.PageURL = "", 0, ""
		item.Episode.Date = time.Date(1998, 1, 1, 0, 0, 0, 0, time.UTC)
		item.Enclosure = Enclosure{URL: "https://fern.example/a.ogg?Expires=1700000000", Type: "audio/mp3", Fixed: true}
	}
	d.Items[0].Episode.Number, d.Items[0].Episode.Summary = 0, ""
	r, err := Render(d)
	if err != nil {
		t.Fatal(err)
	}
	found := r.Check()
	if len(found) < 20 {
		t.Errorf("%d findings, want more", len(found))
	}
	for _, f := range found {
		if strings.Contains(f.Hint, ">") || strings.Contains(f.Hint, "itunes:") || strings.Contains(f.Hint, "podcast:") {
			t.Errorf("%s %s: hint %q is about the feed", f.Rule, f.Message, f.Hint)
		}
	}
}

func TestIsOwn(t *testing.T) {
	t.Parallel()
	if !IsOwn(render(t, rich())) {
		t.Error("a rendered feed is not recognized")
	}
	d := rich()
	d.Show.Extra = "<generator>my own</generator>"
	data := render(t, d)
	if !IsOwn(data) || bytes.Count(data, []byte("generator>")) != 2 {
		t.Errorf("a feed with another generator is not recognized, or has two:\n%s", data)
	}
	if found := check.Feed(data, nil).Findings; found.HasErrors() {
		t.Errorf("findings: %v", found)
	}
	if IsOwn([]byte(otherFeed)) {
		t.Error("a feed of another tool is recognized")
	}
}

func TestFindingsNameFilesOfTheShow(t *testing.T) {
	t.Parallel()
	d := rich()
	d.Show.Copyright = "© 2021 The good people"
	d.Items[1].Enclosure.Type = "audio/mp3"
	d.Items[1].Episode.Title = "" // reported by package show
	d.Items[0].Episode.GUID = d.Items[1].Episode.GUID
	r, err := Render(d)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Check() {
		got = append(got, fmt.Sprintf("%s %s", f.Rule, f.Position))
	}
	want := []string{"F036 show.yaml", "F044 episodes/trailer/episode.md"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Check (-want +got):\n%s", diff)
	}
}

func TestDirectoriesReadPublicFeedsOnly(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		edit func(*Document)
		want bool
	}{
		{"public", func(*Document) {}, true},
		{"private", func(d *Document) { d.Show.Private = true }, false},
		{"on this machine", func(d *Document) { d.Show.URL = "http://localhost:8080/" }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := rich()
			d.Show.Author = ""
			tt.edit(d)
			r, err := Render(d)
			if err != nil {
				t.Fatal(err)
			}
			var got bool
			for _, f := range r.Check() {
				got = got || f.Rule == "F032"
			}
			if got != tt.want {
				t.Errorf("no author is reported: %t, want %t", got, tt.want)
			}
		})
	}
}
