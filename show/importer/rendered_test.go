package importer_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
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

// written returns show.yaml and episode.md, without what is about the address of the show.
func written(t *testing.T, dir string) string {
	t.Helper()
	var all []byte
	for _, name := range []string{"show.yaml", "episodes/a-cushions-life/episode.md"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return string(regexp.MustCompile(`(?m)^(?:links|feed): .*\n`).ReplaceAll(all, nil))
}

const moss1 = `<guid>1</guid><pubDate>Fri, 26 Feb 2021 00:00:00 GMT</pubDate><enclosure url="https://moss.example/1.mp3" length="1" type="audio/mpeg"/>`

func TestSecondImportIsTheSameFolder(t *testing.T) {
	t.Parallel()
	for name, inner := range map[string]string{
		"two descriptions":   `<description>In short: moss.</description><content:encoded><![CDATA[<p>All of it.</p><table><tr><th>a</th></tr><tr><td>b</td></tr></table>]]></content:encoded>`,
		"lines of a summary": `<description><![CDATA[<p>In short</p><p>moss.</p>]]></description><content:encoded><![CDATA[<p>All of it, and more of it.</p>]]></content:encoded>`,
		"three descriptions": `<description>In short: moss.</description><content:encoded>Much longer than that.</content:encoded><itunes:summary>A third text.</itunes:summary>`,
		"subtitle":           `<description>Much longer than that.</description><itunes:subtitle>In short: moss.</itunes:subtitle>`,
		"addresses":          `<description><![CDATA[<p>See https://moss.example/x_y_(z), <a href="https://moss.example/a?b=1&amp;c=2">https://moss.example/a?b=1&amp;c=2</a> or <a href="mailto:m@moss.example">m@moss.example</a>. <a href="tel:+123">Call</a>!</p>]]></description>`,
		"plain text":         `<description>Wet &amp; green: it's *not* 1 &lt; 2, see https://moss.example/wiki/Moss_(plant).</description>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, _ := importItem(t, moss1+inner)
			feed := bytes.ReplaceAll(rendered(t, first), []byte("https://new.example/assets/"), []byte("http://127.0.0.1:1/"))
			second, _ := importFeed(t, string(feed))
			if diff := cmp.Diff(written(t, first), written(t, second)); diff != "" {
				t.Errorf("folder (-first +second):\n%s", diff)
			}
		})
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
