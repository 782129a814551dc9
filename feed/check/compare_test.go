package check

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	source := good(t)
	item := source[strings.Index(source, "<item>"):strings.Index(source, "</item>")] + "</item>\n"
	added := strings.NewReplacer(">b<", ">c<", "<title>Two<", "<title>Three<", "/2.mp3", "/three.mp3").Replace(item)
	for _, tt := range []struct {
		name           string
		old, new       string
		want           []string
		byGUID, byFile int
	}{
		{"nothing", "x", "x", nil, 0, 0},
		{"GUID", `<guid isPermaLink="false">b<`, `<guid isPermaLink="false">b2<`, []string{`F090 21:1 the GUID of "Two" is "b2", and was "b"`}, 1, 0},
		{"GUID with title and file", "<title>Two</title>\n<link>https://good.example/2</link>\n<guid isPermaLink=\"false\">b<", "<title>2nd</title>\n<link>https://good.example/2</link>\n<guid isPermaLink=\"false\">b2<", []string{`F090 21:1 the GUID of "2nd" is "b2", and was "b"`}, 1, 0},
		{"episode gone", item, "", []string{`F091 0:0 episode "Two" of 26 Feb 2021 is gone, with the GUID "b"`}, 0, 0},
		{"enclosure", "2.mp3?x=1", "new/2.mp3", []string{`F092 21:1 the enclosure of "Two" is "https://good.example/new/2.mp3", and was "https://good.example/2.mp3?x=1"`}, 0, 1},
		{"podcast:guid", "917393e3-1b1e", "917393e4-1b1e", []string{`F093 0:0 podcast:guid is "917393e4-1b1e-5cef-ace4-edaa54e1f810", and was "917393e3-1b1e-5cef-ace4-edaa54e1f810"`}, 0, 0},
		{"date", "Fri, 26 Feb 2021 00:00:00 -0500", "Mon, 22 Feb 2021 00:00:00 -0500", []string{`F094 21:1 the date of "Two" is 22 Feb 2021, and was 26 Feb 2021`}, 0, 0},
		{"old news", "<item>", added + "<item>", []string{`F095 21:1 episode "Three" is new, and of 26 Feb 2021`}, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := Feed([]byte(source), nil)
			after := Feed([]byte(strings.Replace(source, tt.old, tt.new, 1)), nil)
			c := Compare(after, before, "feed.xml", now)
			if diff := cmp.Diff(tt.want, summary(c.Findings)); diff != "" {
				t.Errorf("Compare (-want +got):\n%s", diff)
			}
			if c.ByGUID != tt.byGUID || c.ByFile != tt.byFile {
				t.Errorf("downloads by GUID %d, by file %d", c.ByGUID, c.ByFile)
			}
		})
	}
}

func TestManyNewEpisodes(t *testing.T) {
	t.Parallel()
	var items strings.Builder
	for i := range 11 {
		items.WriteString("<item><title>" + strings.Repeat("x", i+1) + "</title><guid>" + strings.Repeat("y", i+1) + "</guid></item>")
	}
	before := Feed([]byte("<rss version='2.0'><channel></channel></rss>"), nil)
	after := Feed([]byte("<rss version='2.0'><channel>"+items.String()+"</channel></rss>"), nil)
	got := summary(Compare(after, before, "feed.xml", now).Findings)
	if diff := cmp.Diff([]string{"F095 0:0 11 episodes are new at once"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAddPage(t *testing.T) {
	t.Parallel()
	page := func(file string, items ...string) *Report {
		var b strings.Builder
		b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel>`)
		for _, guid := range items {
			fmt.Fprintf(&b, `<item><guid>%s</guid><enclosure url="https://e.example/%s.mp3" length="1" type="audio/mpeg"/></item>`, guid, strings.ToLower(guid))
		}
		b.WriteString(`</channel></rss>`)
		return Feed([]byte(b.String()), &Options{File: file})
	}
	r := page("1.xml", "a", "b")
	r.AddPage(page("2.xml", "b", "A", "c"))
	if r.Items != 5 || len(r.Episodes) != 5 {
		t.Errorf("%d items, %d episodes, want 5", r.Items, len(r.Episodes))
	}
	if n := r.Counts[ruleSameGUID.ID]; n != 1 {
		t.Errorf("%d GUIDs on both pages, want 1", n)
	}
	if n := r.Counts[ruleSameEnclosure.ID]; n != 1 {
		t.Errorf("%d enclosures on both pages, want 1", n)
	}
}
