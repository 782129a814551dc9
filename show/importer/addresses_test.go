package importer_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/markdown"
)

// relativeNotes are notes with two relative links, a link without a scheme, a relative
// image and an absolute link.
const relativeNotes = `<description><![CDATA[<p>See <a href="/ferns/?a=1&amp;b=(2)">ferns</a>, <a href="#t=5:10">this place</a>, <a href="/50%/wet">half</a>, <a href="www.moor.example/a">the moor</a>,
<img src="../wet.png" alt="a bog"> and <a href="https://peat.example/a%28b%29?c=d&amp;e=f">peat</a>.</p>]]></description>`

// TestRelativeAddressesOfNotes imports notes with relative addresses. They must lead to
// where apps lead, each of them must be in the report, and another import must not change
// them.
func TestRelativeAddressesOfNotes(t *testing.T) {
	t.Parallel()
	const enclosure = `<guid>1</guid><pubDate>Fri, 26 Feb 2021 00:00:00 GMT</pubDate><enclosure url="https://old.example/1.mp3" length="9" type="audio/mpeg"/>`
	for name, tt := range map[string]struct{ inner, base, page string }{
		"page":     {`<link>https://moss.example/e/1/</link>`, "https://moss.example", "https://moss.example/e/1/"},
		"xml:base": {`<link>https://moss.example/e/1/</link>` + strings.Replace(relativeNotes, "<description>", `<description xml:base="https://base.example/x/y">`, 1), "https://base.example", "https://base.example/x/y"},
		"nowhere":  {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := tt.inner
			if !strings.Contains(inner, "<description") {
				inner += relativeNotes
			}
			dir, losses := importItem(t, inner+enclosure)
			want := []string{tt.base + "/ferns/?a=1&b=(2)", tt.page + "#t=5:10", tt.base + "/50%25/wet", "http://www.moor.example/a", tt.base + "/e/wet.png", "https://peat.example/a%28b%29?c=d&e=f"}
			switch name {
			case "xml:base":
				want[4] = "https://base.example/wet.png"
			case "nowhere":
				want[4] = "../wet.png"
			}
			if diff := cmp.Diff(want, addressesOf(load(t, dir).Episodes[0].Notes)); diff != "" {
				t.Errorf("addresses (-want +got):\n%s", diff)
			}
			for _, written := range []string{`link to "/ferns/?a=1&b=(2)"`, `link to "#t=5:10"`, `link to "/50%/wet"`, `link to "www.moor.example/a"`, `image "../wet.png"`} {
				if !strings.Contains(losses, written) {
					t.Errorf("%s is not in the report:\n%s", written, losses)
				}
			}
			if strings.Contains(losses, "peat") {
				t.Errorf("the report has an address that is the same:\n%s", losses)
			}
			if name == "nowhere" {
				return
			}
			again, losses := importFeed(t, string(rendered(t, dir)))
			if diff := cmp.Diff(want, addressesOf(load(t, again).Episodes[0].Notes)); diff != "" {
				t.Errorf("addresses after another import (-want +got):\n%s", diff)
			}
			if strings.Contains(losses, "relative") {
				t.Errorf("another import reports:\n%s", losses)
			}
		})
	}
}

var addressAttr = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// addressesOf returns the addresses of links and images in notes.
func addressesOf(notes string) (list []string) {
	for _, m := range addressAttr.FindAllStringSubmatch(markdown.HTML(notes, ""), -1) {
		list = append(list, strings.ReplaceAll(m[1], "&amp;", "&"))
	}
	return list
}

// TestRelativeAddressesOfFiles imports a feed whose files have relative addresses.
func TestRelativeAddressesOfFiles(t *testing.T) {
	t.Parallel()
	feed := `<rss version="2.0" xml:base="https://files.example/moss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>
<title>Moss</title><description>Wet</description><itunes:image href="cover art.jpg"/>
<item><title>A cushion's life</title><guid>1</guid><description>Green</description><enclosure url="1.mp3" length="9" type="audio/mpeg"/><itunes:image href="cover art.jpg"/>
<podcast:transcript url="/1.vtt" type="text/vtt"/><podcast:chapters url="1.json" type="application/json+chapters"/></item></channel></rss>`
	dir, losses := importFeed(t, feed)
	if e := load(t, dir).Episodes[0]; e.Enclosure.URL != "https://files.example/moss/1.mp3" {
		t.Errorf("enclosure: %+v", e.Enclosure)
	}
	for _, want := range []string{
		`"cover art.jpg" in itunes:image is not complete, or has characters that belong into %-escapes; it becomes https://files.example/moss/cover%20art.jpg`,
		"it becomes https://files.example/1.vtt", "it becomes https://files.example/moss/1.json", "no podcast:guid",
	} {
		if !strings.Contains(losses, want) {
			t.Errorf("%s is not in the report:\n%s", want, losses)
		}
	}
}

// TestGUIDWithoutAddress imports a feed without podcast:guid from a file: if it names its
// own address, two folders get the same podcast:guid; if not, or if that address leads to
// this machine, the report says that there is none.
func TestGUIDWithoutAddress(t *testing.T) {
	t.Parallel()
	const feed = `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Moss</title><description>Wet</description>SELF
<item><title>One</title><guid>1</guid><enclosure url="https://files.example/1.mp3" length="9" type="audio/mpeg"/></item></channel></rss>`
	for self, want := range map[string]string{"": "", `<atom:link rel="self" href="http://localhost:8080/feed.xml"/>`: "", `<atom:link rel="self" href="http://127.0.0.1/feed"/>`: "", `<atom:link rel="self" href="https://podnews.net/rss"/>`: "9b024349-ccf0-5f69-a609-6b82873eab3c"} {
		var guids []string
		for range 2 {
			dir, losses := importFeed(t, strings.Replace(feed, "SELF", self, 1))
			data, err := os.ReadFile(filepath.Join(dir, "onair.lock"))
			if err != nil {
				t.Fatal(err)
			}
			guids = append(guids, load(t, dir).Lock.PodcastGUID)
			if said := strings.Contains(losses, "there is no podcast:guid"); said != (want == "") {
				t.Errorf("%q: the report is %s, onair.lock is %s", self, losses, data)
			}
		}
		if !slices.Equal(guids, []string{want, want}) {
			t.Errorf("%q: podcast:guid is %q, want %q", self, guids, want)
		}
	}
}
