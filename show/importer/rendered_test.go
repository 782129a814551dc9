package importer_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/show/importer"
)

// importItem imports a feed with one item, of which inner is what follows the title, and
// returns the folder and the losses. The show has artwork and can be rendered.
func importItem(t *testing.T, inner string) (dir, losses string) {
	t.Helper()
	feed := `<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>
<title>Moss &amp; “Fern”</title><description>Wet &amp; green: https://moss.example/a_(b), &lt;3</description><language>en</language><itunes:category text="Technology"/><itunes:type>episodic</itunes:type><itunes:author>Moss &amp; Co.</itunes:author>
<podcast:medium>podcast</podcast:medium><podcast:license url="https://l.example/">Our Own Licence</podcast:license><podcast:location rel="subject" geo="geo:1,2">A bog</podcast:location>
<item><title>A cushion's life</title>` + inner + `</item></channel></rss>`
	return importFeed(t, feed)
}

func importFeed(t *testing.T, feed string) (dir, losses string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "feed.xml")
	dir = filepath.Join(t.TempDir(), "moss")
	if err := os.WriteFile(file, []byte(feed), 0o644); err != nil {
		t.Fatal(err)
	}
	losses = strings.Join(run(t, t.Context(), &importer.Options{Source: file, Dir: dir, NoAudio: true}), "\n")
	if err := os.WriteFile(filepath.Join(dir, "artwork.jpg"), picture(t), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, losses
}

// folder returns the text files of a folder, without where the show goes.
func folder(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) == ".jpg" {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		fmt.Fprintf(&all, "-- %s --\n%s", name, data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^(?:storage|url|# (?:storage|url)): .*\n`).ReplaceAllString(all.String(), "")
}

const moss1 = `<guid>1</guid><pubDate>Fri, 26 Feb 2021 00:00:00 GMT</pubDate><enclosure url="https://moss.example/1.mp3" length="1" type="audio/mpeg"/>`

// mossShow is a channel with everything that show.yaml has a field for.
const mossShow = `<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>Moss &amp; “Fern”</title><link>https://moss.example/show</link><atom:link rel="self" href="https://moss.example/feeds/moss.rss"/>
<description><![CDATA[<p>Wet<br>and <b>green:</b>x</p><p><a href="https://moss.example/x_(y)" title="t">y</a>, &lt;3</p>]]></description>
<language>en_GB</language><copyright>Moss</copyright><managingEditor>a@moss.example (A)</managingEditor><itunes:author>Moss &amp; Co.</itunes:author>
<itunes:category text="Society &amp; Culture"><itunes:category text="Documentary"/></itunes:category><itunes:category text="Technology"/>
<itunes:type>serial</itunes:type><itunes:explicit>yes</itunes:explicit><itunes:owner><itunes:name>Zoë</itunes:name><itunes:email>zoe@moss.example</itunes:email></itunes:owner>
<podcast:medium>podcast</podcast:medium><podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid><podcast:locked owner="zoe@moss.example">no</podcast:locked>
<podcast:license url="https://l.example/">Our Own Licence</podcast:license><podcast:location rel="subject" geo="geo:1,2">A bog</podcast:location>
<podcast:person href="https://h.example" img="https://h.example/i.png">Ann O’Hara</podcast:person><podcast:person role="guest">Chan Gast</podcast:person>
<podcast:funding url="https://f.example/">Give</podcast:funding><podcast:txt purpose="verify">abc</podcast:txt><podcast:updateFrequency rrule="FREQ=WEEKLY">Weekly</podcast:updateFrequency>
<podcast:trailer url="https://moss.example/2.mp3" pubdate="Thu, 25 Feb 2021 00:00:00 GMT" length="1" type="audio/mpeg">Trailer</podcast:trailer>
`

// mossEpisodes are items with everything that episode.md has a field for.
const mossEpisodes = `<item><title>A cushion's life</title><guid isPermaLink="true">https://moss.example/ep?1&amp;x</guid><pubDate>Fri, 26 Feb 2021 10:00:30 +0200</pubDate><link>https://moss.example/ep/1.html</link>
<enclosure url="https://moss.example/1.mp3?x=1&amp;y=2" length="123" type="audio/mpeg"/><itunes:duration>01:02:03</itunes:duration><description>In short: moss.</description>
<itunes:season>2</itunes:season><itunes:episode>7</itunes:episode><podcast:season name="Bog two">2</podcast:season><podcast:episode display="Ch. 7">7</podcast:episode>
<podcast:soundbite startTime="1.5" duration="30">A bite</podcast:soundbite><podcast:person role="guest" group="cast">Gus</podcast:person><podcast:person role="audio editor" group="audio post-production">Ed</podcast:person><podcast:person>Ann O’Hara</podcast:person>
<podcast:socialInteract protocol="activitypub" uri="https://s.example/1" priority="1"/><podcast:license>cc-by-4.0</podcast:license><podcast:location osm="R113314">Berlin</podcast:location>
<itunes:author>Other</itunes:author><itunes:explicit>clean</itunes:explicit><author>x@moss.example (X)</author><category>foo</category><media:rating>adult</media:rating></item>
<item><title>Trailer</title><guid>t</guid><pubDate>Thu, 25 Feb 2021 00:00:00 GMT</pubDate><enclosure url="https://moss.example/2.mp3" length="1" type="audio/mpeg"/><itunes:episodeType>trailer</itunes:episodeType><itunes:block>Yes</itunes:block></item>
<item><title>No notes</title><guid>n</guid><pubDate>Wed, 24 Feb 2021 00:00:00 GMT</pubDate><enclosure url="https://moss.example/3.mp4" length="1" type="video/mp4"/><podcast:episode>100.5</podcast:episode><link>https://other.example/n</link><itunes:summary>Only a summary</itunes:summary></item>`

// texts are what items may have for notes.
var texts = map[string]string{
	"two descriptions":       `<description>In short: moss.</description><content:encoded><![CDATA[<p>All of it.</p><table><tr><th>a</th></tr><tr><td>b</td></tr></table>]]></content:encoded>`,
	"lines of a summary":     `<description><![CDATA[<p>In short</p><p>moss.</p>]]></description><content:encoded><![CDATA[<p>All of it, and more of it.</p>]]></content:encoded>`,
	"long summary":           `<description>` + strings.Repeat("In short: moss. ", 20) + `</description><content:encoded>` + strings.Repeat("All of it, and more of it. ", 20) + `</content:encoded><itunes:summary>Something else.</itunes:summary>`,
	"three descriptions":     `<description>In short: moss.</description><content:encoded>Much longer than that.</content:encoded><itunes:summary>A third text.</itunes:summary>`,
	"subtitle":               `<description>Much longer than that.</description><itunes:subtitle>In short: moss.</itunes:subtitle>`,
	"addresses":              `<description><![CDATA[<p>See https://moss.example/x_y_(z), <a href="https://moss.example/a?b=1&amp;c=2">https://moss.example/a?b=1&amp;c=2</a> or <a href="mailto:m@moss.example">m@moss.example</a>. <a href="tel:+123">Call</a>!</p>]]></description>`,
	"addresses without http": `<description>m@moss.example, www.moss.example/a and www.moss.example.</description>`,
	"plain text":             `<description>Wet &amp; green: it's *not* 1 &lt; 2, see https://moss.example/wiki/Moss_(plant).</description>`,
	"lines":                  "<description>00:00 Moss\n01:30 Ferns &amp;amp; more\n\n* one\n* two\n</description>",
	"breaks":                 `<description><![CDATA[<p>a<br>b<br/>c</p><ul><li>d<br>e<ul><li>f</li></ul></li></ul>]]></description>`,
	"headings":               `<description><![CDATA[<h1>A <em>b</em></h1><p>c</p><h2>Links</h2><ul><li><h3>d</h3><p>e</p></li></ul><p><strong>Bold</strong></p>]]></description>`,
	"code":                   "<description><![CDATA[<p><code>ls</code></p><pre>a < b\n  c\n\nd</pre><pre><code class=\"language-go\">x := 1\n</code></pre>]]></description>",
	"rules":                  `<description><![CDATA[<p>a</p><hr><p>* * *</p><hr/><p>----</p>]]></description>`,
	"titles of links":        `<description><![CDATA[<p><a href="https://x.example/" title="A &quot;t&quot;">a</a> <a href="https://x.example/" title="it's">b</a></p>]]></description>`,
	"emphasis":               `<description><![CDATA[<p><strong>Guest:</strong>Ann <em>said.</em>Bob</p><p><strong>“Moss!”</strong>he said</p><p>中文<strong>「重要」</strong>です</p><p><b>a</b><i>b</i> <s>c</s></p>]]></description>`,
	"sub and sup":            `<description><![CDATA[<p>H<sub>2</sub>O, E = mc<sup>2</sup></p>]]></description>`,
	"tags as text":           `<description><![CDATA[<p>a <b>b</b> &lt;b&gt; &amp;amp; c</p>]]></description>`,
	"quotations and numbers": `<description><![CDATA[<blockquote><p>a</p><p>b<br>c</p></blockquote><ol start="3"><li>d</li></ol><ul><li>e</li></ul><ul><li>f</li></ul>]]></description>`,
	"image":                  `<description><![CDATA[<h2>a</h2><p>b<br>c <img src="https://x.example/a.png" alt="A"></p>]]></description>`,
	"long notes":             `<description><![CDATA[` + strings.Repeat("<h2>Links</h2><p>a<br>b</p><pre>c\nd</pre><hr>", 200) + `]]></description>`,
}

func TestSecondImportIsTheSameFolder(t *testing.T) {
	t.Parallel()
	var feed strings.Builder
	feed.WriteString(mossShow)
	feed.WriteString(mossEpisodes)
	for n, name := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(&feed, "<item><title>%s</title><guid>%[2]d</guid><pubDate>Tue, %[2]d Dec 2020 00:00:00 GMT</pubDate><enclosure url=\"https://moss.example/%[2]d/a.mp3\" length=\"1\" type=\"audio/mpeg\"/>%[3]s</item>\n", name, n+1, texts[name])
	}
	feed.WriteString("</channel></rss>")
	first, losses := importFeed(t, feed.String())
	if strings.Contains(losses, "formatting") {
		t.Errorf("losses:\n%s", losses)
	}
	again := bytes.ReplaceAll(rendered(t, first), []byte("https://new.example/assets/"), []byte("http://127.0.0.1:1/"))
	second, _ := importFeed(t, string(again))
	if diff := cmp.Diff(folder(t, first), folder(t, second)); diff != "" {
		t.Errorf("folder (-first +second):\n%s", diff)
	}
	for _, twice := range []string{"content:encoded", "itunes:summary"} {
		if got, want := bytes.Count(again, []byte("<"+twice+">")), map[string]int{"content:encoded": 3, "itunes:summary": 2}[twice]; got != want {
			t.Errorf("%d items have %s, want %d", got, twice, want)
		}
	}
}

// TestDefaultsAreTheSameInASecondImport imports feeds without elements that every feed of
// onair has.
func TestDefaultsAreTheSameInASecondImport(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ channel, author string }{
		{`<title>A *moss* &amp; more</title>`, "A *moss* & more"},
		{`<title>Moss</title><podcast:person>Ann O’Hara</podcast:person><podcast:person role="guest">Gus</podcast:person><podcast:person role="Host">Bo</podcast:person>`, "Ann O’Hara and Bo"},
	} {
		first, losses := importFeed(t, `<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>`+tt.channel+`<itunes:category text="Technology"/><podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid><item><title>One</title>`+moss1+`</item></channel></rss>`)
		second, _ := importFeed(t, string(rendered(t, first)))
		if diff := cmp.Diff(folder(t, first), folder(t, second)); diff != "" {
			t.Errorf("folder (-first +second):\n%s", diff)
		}
		if got := load(t, first).Author; got != tt.author {
			t.Errorf("author %q, want %q", got, tt.author)
		}
		for _, element := range []string{"description", "language", "itunes:author", "itunes:explicit"} {
			if !strings.Contains(losses, element) {
				t.Errorf("losses do not name %s:\n%s", element, losses)
			}
		}
	}
}

// TestSlugsAreTheSameInASecondImport imports episodes with the same title, which are not in
// the order of their dates.
func TestSlugsAreTheSameInASecondImport(t *testing.T) {
	t.Parallel()
	var items strings.Builder
	for n, date := range []string{"1 Mar 2021 00:00", "3 Mar 2021 00:00", "2 Mar 2021 00:00", "2 Mar 2021 00:00", ""} {
		fmt.Fprintf(&items, `</item><item><title>Moss</title><guid>m%d</guid><enclosure url="https://moss.example/m%[1]d.mp3" length="1" type="audio/mpeg"/>`, n)
		if date != "" {
			fmt.Fprintf(&items, "<pubDate>%s:00 GMT</pubDate>", date)
		}
	}
	first, _ := importItem(t, moss1+items.String())
	second, _ := importFeed(t, string(rendered(t, first)))
	slugs := func(dir string) map[string]string {
		found := map[string]string{}
		for _, e := range load(t, dir).Episodes {
			found[e.GUID] = e.Slug
		}
		return found
	}
	if diff := cmp.Diff(slugs(first), slugs(second)); diff != "" {
		t.Errorf("slugs (-first +second):\n%s", diff)
	}
}

func TestAddressesOfNotesAreKept(t *testing.T) {
	t.Parallel()
	var links strings.Builder
	addresses := []string{"tel:+49-30-1", "spotify:episode:1", "itms://podcasts.apple.com/x", "nostr:note1", "https://moss.example/(a)", "mailto:m@moss.example?subject=a"}
	for _, a := range addresses {
		fmt.Fprintf(&links, "<p><a href=\"%s\">here</a></p>", a)
	}
	dir, losses := importItem(t, moss1+"<description><![CDATA["+links.String()+`<p><a href="javascript:x()">there</a></p>]]></description>`)
	feed := string(rendered(t, dir))
	for _, a := range addresses {
		if !strings.Contains(feed, `href="`+a+`"`) {
			t.Errorf("the feed has no link to %s", a)
		}
	}
	if want := `the link to "javascript:x()" in its notes is left out`; !strings.Contains(losses, want) || strings.Contains(feed, "javascript") {
		t.Errorf("losses: %s", losses)
	}
}

func TestEnclosuresWithSpaces(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"https://moss.example/my moss 1.mp3": "https://moss.example/my%20moss%201.mp3",
		"https://moss.example/100%.mp3":      "https://moss.example/100%25.mp3",
		"https://moss.example/a%20b|c.mp3":   "https://moss.example/a%20b%7Cc.mp3",
	} {
		dir, losses := importItem(t, strings.Replace(moss1, "https://moss.example/1.mp3", written, 1))
		if got := load(t, dir).Episodes[0].Enclosure.URL; got != want || !strings.Contains(losses, want) {
			t.Errorf("enclosure of %q = %q, want %q; losses: %s", written, got, want, losses)
		}
	}
}

func TestRelativeEnclosures(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Moss</title><item><title>One</title>`+strings.Replace(moss1, "https://moss.example/1.mp3", "files/my 1.mp3", 1)+`</item></channel></rss>`)
	}))
	t.Cleanup(server.Close)
	dir := filepath.Join(t.TempDir(), "moss")
	run(t, t.Context(), &importer.Options{Source: server.URL + "/show/feed", Dir: dir, NoAudio: true})
	if got, want := load(t, dir).Episodes[0].Enclosure.URL, server.URL+"/show/files/my%201.mp3"; got != want {
		t.Errorf("enclosure %q, want %q", got, want)
	}
}

func TestFramesAreNamed(t *testing.T) {
	t.Parallel()
	_, losses := importItem(t, moss1+`<description><![CDATA[<p>See</p><div><iframe src="https://v.example/embed/1"></iframe></div>]]></description>`)
	if !strings.Contains(losses, `left out: "https://v.example/embed/1"`) {
		t.Errorf("losses: %s", losses)
	}
}

func TestPasswordsAreNotPrinted(t *testing.T) {
	t.Parallel()
	second := `</item><item><title>Two</title><enclosure url="https://fern:secret@moss.example/2.mp3" length="1" type="audio/mpeg"/><link>https://fern:secret@moss.example/</link>`
	_, losses := importItem(t, moss1+second)
	if strings.Contains(losses, "secret") || !strings.Contains(losses, "//…@moss.example/2.mp3") {
		t.Errorf("losses: %s", losses)
	}
}

func TestStylesOfNotesAreReported(t *testing.T) {
	t.Parallel()
	dir, losses := importItem(t, moss1+`<description><![CDATA[<p>Look at <u>moss</u>, <mark>ferns</mark> and <u>trees</u>, in <b>bold</b>.</p>]]></description>`)
	if feed := string(rendered(t, dir)); !strings.Contains(feed, "Look at moss, ferns and trees, in <strong>bold</strong>.") {
		t.Errorf("the feed: %s", feed)
	}
	if want := "formatting by <u>, <mark> in its notes is left out; the text is kept"; !strings.Contains(losses, want) {
		t.Errorf("losses: %s", losses)
	}
}
