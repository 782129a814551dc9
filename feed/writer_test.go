package feed

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"
	"time"

	"onair/feed/check"
	"onair/internal/markdown"
	"onair/show"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "Hello", "Hello"},
		{"space around", " \t Hello \n", "Hello"},
		{"space within", "a  b\tc\nd", "a  b\tc\nd"},
		{"no-break space within", "Pourquoi\u00a0?", "Pourquoi\u00a0?"},
		{"line ends", "a\r\nb\rc\n", "a\nb\nc"},
		{"control characters", "a\x00b\x07c\x1bd\x7f", "abcd\x7f"},
		{"not UTF-8", "a\xff\xc3(b", "a(b"},
		{"lone surrogate", "a\xed\xa0\x80b", "ab"},
		{"replacement character", "a\uFFFDb", "a\uFFFDb"},
		{"non-characters", "a\uFFFE\uFFFFb", "ab"},
		{"emoji with joiners", "👩‍🚀🏳️‍🌈", "👩‍🚀🏳️‍🌈"},
		{"right to left", "\u202Eשלום\u202C", "\u202Eשלום\u202C"},
		{"space behind a control character", "a \x00", "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := clean(tt.in); got != tt.want {
				t.Errorf("clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestPrefixed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, prefix, url, want string }{
		{"none", "", "https://a.example/x.mp3", "https://a.example/x.mp3"},
		{"https", "https://op3.dev/e/", "https://a.example/x.mp3", "https://op3.dev/e/a.example/x.mp3"},
		{"http keeps its scheme", "https://op3.dev/e/", "http://a.example/x.mp3", "https://op3.dev/e/http://a.example/x.mp3"},
		{"no slash at the end", "https://op3.dev/e,pg=1", "https://a.example/x.mp3", "https://op3.dev/e,pg=1/a.example/x.mp3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := prefixed(tt.prefix, tt.url); got != tt.want {
				t.Errorf("prefixed = %q, want %q", got, tt.want)
			}
		})
	}
}

// node is any XML element.
type node struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []node     `xml:",any"`
}

// at follows a path of element names and returns the text of the last element. A last
// name that starts with @ names an attribute. at returns "" if there is no such element
// or attribute.
func (n *node) at(path string) string {
	name, rest, _ := strings.Cut(path, "/")
	if attr, ok := strings.CutPrefix(name, "@"); ok {
		i := slices.IndexFunc(n.Attrs, func(a xml.Attr) bool { return a.Name.Local == attr })
		if i < 0 {
			return ""
		}
		return n.Attrs[i].Value
	}
	if name == "" {
		return n.Text
	}
	i := slices.IndexFunc(n.Children, func(c node) bool {
		for prefix, uri := range namespaces {
			if c.XMLName.Space == uri {
				return prefix+":"+c.XMLName.Local == name
			}
		}
		return c.XMLName.Local == name
	})
	if i < 0 {
		return ""
	}
	return n.Children[i].at(rest)
}

// picture is a part of notes that only content:encoded has.
const picture = `<p><img src="a.png" alt=""></p>`

// filled returns a document in which every text and every URL is s, and the paths of
// these values in the feed. Notes and descriptions are not among the paths: they are
// HTML and may be in either of two elements.
func filled(s string) (d *Document, paths []string) {
	person := show.Credit{Person: &show.Person{Name: s, URL: s}, Role: s, Group: s}
	licence := show.License{ID: "a", URL: s}
	sh := &show.Show{
		Title: s, Description: s, URL: s, Language: s, Author: s, Copyright: s,
		Categories: []show.Category{{Name: s, Sub: s}}, License: licence, Owner: show.Owner{Name: s, Email: s},
		Medium: s, NewFeedURL: s, Locations: []show.Location{{Name: s, Rel: s, Geo: s, OSM: s, Country: s}},
		Funding: []show.Link{{URL: s, Text: s}}, Seasons: map[int]string{1: s},
		Frequency: show.Frequency{Text: s, RRule: s}, Txt: []show.Txt{{Purpose: s, Value: s}}, Hosts: []show.Credit{person},
	}
	ep := &show.Episode{
		Title: s, GUID: s, Season: 1, Number: 1, Summary: s, License: show.License{ID: "b", URL: s},
		Soundbites: []show.Soundbite{{Start: time.Second, Duration: time.Second, Title: s}},
		Social:     []show.Social{{Protocol: "x", URI: s, AccountID: s, AccountURL: s}},
	}
	d = &Document{
		Show: sh, SelfURL: s, GUID: s, ArtworkURL: s, PersonURL: func(*show.Person) string { return s },
		Items: []Item{{
			Episode: ep, PageURL: s, Enclosure: Enclosure{URL: s, Type: s}, Notes: picture + s, ArtworkURL: "x" + s, ChaptersURL: "x" + s,
			Transcripts: []Transcript{{URL: s, Type: s, Language: s}},
		}},
	}
	return d, []string{
		"title", "atom:link/@href", "link", "language", "copyright", "itunes:author", "itunes:category/@text",
		"itunes:category/itunes:category/@text", "itunes:image/@href", "itunes:owner/itunes:name", "itunes:owner/itunes:email",
		"podcast:guid", "podcast:locked/@owner", "podcast:funding", "podcast:funding/@url", "podcast:license/@url",
		"podcast:txt", "podcast:txt/@purpose", "podcast:updateFrequency", "podcast:updateFrequency/@rrule",
		"itunes:new-feed-url", "podcast:location", "podcast:location/@rel", "podcast:location/@geo",
		"podcast:location/@osm", "podcast:location/@country",
		"podcast:person", "item/title", "item/guid", "item/link", "item/enclosure/@url", "item/enclosure/@type",
		"item/podcast:season/@name", "item/podcast:transcript/@url",
		"item/podcast:transcript/@type", "item/podcast:transcript/@language", "item/podcast:person",
		"item/podcast:soundbite", "item/podcast:socialInteract/@uri", "item/podcast:socialInteract/@accountId",
		"item/podcast:socialInteract/@accountUrl", "item/podcast:license/@url",
	}
}

var hostile = []string{
	"plain",
	"",
	" \t\r\n ",
	"AT&T <b>&amp;</b> \"quoted\" 'single' &#0; &nope;",
	"a ]]> b ]]]]>> <![CDATA[ c",
	"NUL \x00 bell \x07 escape \x1b delete \x7f next line \u0085",
	"not UTF-8 \xff\xfe \xed\xa0\x80 \xc0\xaf",
	"non-characters \uFFFE \uFFFF \U0001FFFE",
	"emoji 👩‍🚀 🏳️‍🌈, combining e\u0301, astral \U00020BB7",
	"right to left \u202Eשלום\u202C \u2066mixed\u2069 مرحبا",
	"lines\r\nand\rmore\nlines\tand tabs",
	"--> <!-- comment --> <?pi?> <!DOCTYPE x>",
	"https://example.com/?a=1&b=2#\"><script>alert(1)</script>",
}

// checkRoundTrip renders a document filled with s, and checks that an XML parser reads
// each value as clean(s).
func checkRoundTrip(t *testing.T, s string) {
	t.Helper()
	d, paths := filled(s)
	out := render(t, d)
	var rss node
	if err := xml.Unmarshal(out, &rss); err != nil {
		t.Fatalf("not well-formed with %q: %v\n%s", s, err, out)
	}
	channel := rss.Children[0]
	for _, path := range paths {
		if got, want := channel.at(path), clean(s); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	if got, want := channel.at("item/content:encoded"), clean(picture+s); got != want {
		t.Errorf("notes = %q, want %q", got, want)
	}
	for _, f := range check.Feed(out, nil).Findings {
		if f.Rule == "F001" {
			t.Errorf("with %q: %v", s, f)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, s := range hostile {
		checkRoundTrip(t, s)
	}
}

func FuzzRender(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkRoundTrip(t, s) })
}

// FuzzNotes renders notes and descriptions from Markdown.
func FuzzNotes(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Add("# Links\n\n" + strings.Repeat("- [a & b](https://example.com/?a&b)\n", 200))
	f.Fuzz(func(t *testing.T, s string) {
		d := minimal()
		d.Show.Description = s
		d.Items[0].Notes = markdown.HTML(s, base)
		var rss node
		if err := xml.Unmarshal(render(t, d), &rss); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"description", "item/description"} {
			if got := rss.Children[0].at(path); len(got) > maxDescription {
				t.Errorf("%s has %d bytes", path, len(got))
			}
		}
	})
}

func TestNotesAreWrittenOnce(t *testing.T) {
	t.Parallel()
	long := "<p>" + strings.Repeat("word ", 500) + "</p>\n"
	for _, tt := range []struct {
		name, notes, summary string
		description, content bool
	}{
		{name: "simple", notes: "<p>Say &quot;hi&quot;</p>\n<ul>\n<li>one</li>\n</ul>\n", description: true},
		{name: "with a heading", notes: "<h2>Links</h2>\n<p>x</p>\n", description: true},
		{name: "with code", notes: "<p>Run <code>onair plan</code></p>\n", description: true},
		{name: "with a line break", notes: "<p>x<br>\ny</p>\n", description: true},
		{name: "with an image", notes: "<p>x</p>\n<p><img src=\"https://example.com/x.png\" alt=\"\"></p>\n", description: true, content: true},
		{name: "with a table", notes: "<table>\n<tr>\n<td>x</td>\n</tr>\n</table>\n", description: true, content: true},
		{name: "too long", notes: long + long, description: true, content: true},
		{name: "summary alone", summary: "Fish & <chips>", description: true},
		{name: "nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := minimal()
			d.Items[0].Notes, d.Items[0].Episode.Summary = tt.notes, tt.summary
			out := string(render(t, d))
			out = out[strings.Index(out, "<item>"):]
			if got := strings.Contains(out, "<description>"); got != tt.description {
				t.Errorf("description written: %v, want %v\n%s", got, tt.description, out)
			}
			if got := strings.Contains(out, "<content:encoded>"); got != tt.content {
				t.Errorf("content:encoded written: %v, want %v\n%s", got, tt.content, out)
			}
		})
	}
}

func BenchmarkRender(b *testing.B) {
	d := large(1000)
	var size int
	for b.Loop() {
		size = len(render(b, d))
	}
	b.ReportMetric(float64(size), "bytes/feed")
}

// large returns a document with n copies of an episode that has long notes.
func large(n int) *Document {
	d := rich()
	first := d.Items[0]
	notes := strings.Repeat("Vega and Rigel ask [Deneb](https://deneb.example/) where it goes.\n", 25)
	d.Items = make([]Item, n)
	for i := range d.Items {
		d.Items[i] = first
		d.Items[i].Notes = markdown.HTML(notes, base)
	}
	return d
}
