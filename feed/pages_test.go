package feed

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/show"
)

// paged returns a document with n episodes, the newest first, in pages of 3.
func paged(n int) *Document {
	d := minimal()
	d.Show.Feed.PageSize, d.Items = 3, nil
	for i := n; i > 0; i-- {
		date := time.Date(2027, 1, i, 0, 0, 0, 0, time.UTC)
		d.Items = append(d.Items, Item{
			Episode:   &show.Episode{Title: fmt.Sprintf("Number %d", i), GUID: fmt.Sprintf("guid-%d", i), Date: date, Type: show.Full},
			Enclosure: Enclosure{URL: fmt.Sprintf("%saudio/%d.mp3", d.Show.URL, i), Type: "audio/mpeg", Bytes: 1},
		})
	}
	return d
}

// pages renders a document and returns its files by path.
func pages(t *testing.T, d *Document) map[string]string {
	t.Helper()
	r, err := Render(d)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{d.Show.Feed.Path: string(r.Bytes())}
	for _, p := range r.Older() {
		files[p.Path] = string(p.Bytes)
	}
	for i, item := range d.Items {
		if !strings.Contains(string(r.Item(i)), ">"+item.Episode.GUID+"<") {
			t.Errorf("Item(%d) is not that of %s:\n%s", i, item.Episode.GUID, r.Item(i))
		}
	}
	return files
}

func TestPages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		episodes int
		want     map[string]int // items by path
	}{
		{0, map[string]int{"feed.xml": 0}},
		{5, map[string]int{"feed.xml": 5}},
		{6, map[string]int{"feed.xml": 3, "feed-1.xml": 3}},
		{10, map[string]int{"feed.xml": 4, "feed-1.xml": 3, "feed-2.xml": 3}},
	} {
		got := map[string]int{}
		for path, data := range pages(t, paged(tt.episodes)) {
			got[path] = strings.Count(data, "<item>")
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%d episodes (-want +got):\n%s", tt.episodes, diff)
		}
	}
}

func TestPagesLeadToAllEpisodes(t *testing.T) {
	t.Parallel()
	d := paged(11)
	files := pages(t, d)
	base := d.Show.URL
	link := func(rel, path string) string { return `<atom:link href="` + base + path + `" rel="` + rel + `"` }
	for path, links := range map[string][]string{
		"feed.xml":   {link("self", "feed.xml"), link("first", "feed.xml"), link("next", "feed-2.xml"), link("last", "feed-1.xml"), "guid-11<", "guid-7<"},
		"feed-2.xml": {link("self", "feed-2.xml"), link("first", "feed.xml"), link("next", "feed-1.xml"), link("last", "feed-1.xml"), "guid-6<", "guid-4<", "<lastBuildDate>Wed, 06 Jan 2027"},
		"feed-1.xml": {link("self", "feed-1.xml"), link("first", "feed.xml"), link("last", "feed-1.xml"), "guid-3<", "guid-1<"},
	} {
		for _, want := range links {
			if !strings.Contains(files[path], want) {
				t.Errorf("%s has no %s:\n%s", path, want, files[path])
			}
		}
	}
	if strings.Contains(files["feed-1.xml"], `rel="next"`) {
		t.Error("the last page has a next one")
	}
}

func TestNewEpisodeChangesFewPages(t *testing.T) {
	t.Parallel()
	before := pages(t, paged(1))
	for n := 2; n < 20; n++ {
		d := paged(n)
		d.Items[0].Episode.Type = show.Trailer
		after, changed := pages(t, d), []string{}
		for path, data := range after {
			if before[path] != data {
				changed = append(changed, path)
			}
		}
		if len(changed) > 2 {
			t.Errorf("episode %d changes %v", n, changed)
		}
		before = after
	}
}
