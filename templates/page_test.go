package templates_test

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/show"
	"onair/templates"
	"onair/transcripts"
)

var update = flag.Bool("update", false, "rewrite the golden pages")

func TestGoldenPages(t *testing.T) {
	t.Parallel()
	pages := render(t, sampleSite(t))
	root := filepath.Join("testdata", "golden")
	if *update {
		if err := os.RemoveAll(root); err != nil {
			t.Fatal(err)
		}
		for key, body := range pages {
			name := filepath.Join(root, filepath.FromSlash(key))
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(pages)) {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(key)))
		if err != nil {
			t.Fatal(err)
		}
		want[key] = string(data)
	}
	if diff := cmp.Diff(want, pages); diff != "" {
		t.Errorf("pages differ from testdata/golden (-want +got); go test -update accepts them:\n%s", diff)
	}
}

// BenchmarkPages renders a hundred episodes of three hundred turns each.
func BenchmarkPages(b *testing.B) {
	site := sampleSite(b)
	text := &transcripts.Transcript{}
	var starts []time.Duration
	for i := range 300 {
		text.Turns = append(text.Turns, transcripts.Turn{
			Speaker: "Vega",
			ID:      fmt.Sprint("t-", i),
			Blocks:  []transcripts.Block{{HTML: "<p>" + strings.Repeat("All the words of a turn. ", 12) + "</p>"}},
		})
		starts = append(starts, time.Duration(i)*12*time.Second)
	}
	site.Episodes = site.Episodes[:1]
	site.Episodes[0].RedirectFrom = nil
	site.Episodes[0].Transcripts = []templates.Transcript{{Language: "en", Read: words(text, starts)}}
	for i := range 99 {
		e := *site.Episodes[0].Episode
		e.Slug = fmt.Sprint("episode-", i)
		copied := *site.Episodes[0]
		copied.Episode = &e
		site.Episodes = append(site.Episodes, &copied)
	}
	theme, err := templates.Load(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := renderWith(theme, site); err != nil {
			b.Fatal(err)
		}
	}
}

// renderedSample returns the embedded theme and the sample site, rendered once so that
// the keys of its assets are set.
func renderedSample(t *testing.T) (*templates.Theme, *templates.Site) {
	t.Helper()
	theme, err := templates.Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	site := sampleSite(t)
	if _, err := renderWith(theme, site); err != nil {
		t.Fatal(err)
	}
	return theme, site
}

// TestArchiveIsLight checks that no page of the archive of 2,084 episodes of one season has
// more than 40 kB after compression, if their titles have nothing in common.
func TestArchiveIsLight(t *testing.T) {
	t.Parallel()
	theme, site := renderedSample(t)
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string { return strconv.FormatUint(r.Uint64N(1<<36), 36) } // 6 or 7 letters
	first := site.Episodes[0]
	first.RedirectFrom = nil
	site.Episodes = nil
	for i := range 2084 {
		copied, e := *first, *first.Episode
		copied.Episode = &e
		e.Title = strings.Join([]string{word(), word(), word(), word(), word(), word(), word()}, " ")
		e.Slug = strings.ReplaceAll(e.Title[:40], " ", "-") + "x"
		e.Date = e.Date.AddDate(0, 0, -i)
		site.Episodes = append(site.Episodes, &copied)
	}
	pages := 0
	for p, err := range theme.Pages(site) {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(p.Key, "archive/") {
			continue
		}
		pages++
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if err := p.Render(w); err != nil {
			t.Fatal(err)
		}
		w.Close()
		if packed.Len() > 40_000 {
			t.Errorf("%s has %d bytes, want at most 40,000", p.Key, packed.Len())
		}
	}
	if pages < 8 {
		t.Errorf("only %d pages", pages)
	}
}

func TestPagesComeInKeyOrder(t *testing.T) {
	t.Parallel()
	theme, site := renderedSample(t)
	var keys []string
	for p, err := range theme.Pages(site) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, p.Key)
	}
	want := []string{
		"2027/cloudy.html", "4/index.html", "404.html", "about/index.html",
		"archive/index.html", "archive/more/index.html", "archive/season-1/index.html",
		"episodes/4-cloudy/embed/index.html", "episodes/4-cloudy/embed/oembed.json", "episodes/4-cloudy/index.html", "episodes/4-cloudy/transcript-es/index.html",
		"episodes/extra/embed/index.html", "episodes/extra/embed/oembed.json", "episodes/extra/index.html",
		"episodes/trailer/embed/index.html", "episodes/trailer/embed/oembed.json", "episodes/trailer/index.html",
		"help/index.html", "index.html", "people/index.html", "people/rigel/index.html", "people/vega/index.html",
		"robots.txt", "search/index.html", "site.webmanifest", "sitemap.xml",
		"sponsors/acme/index.html", "sponsors/index.html",
		"topics/bird-song/index.html", "topics/caches/index.html", "topics/index.html",
	}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func TestSameSiteSameBytes(t *testing.T) {
	t.Parallel()
	first := render(t, sampleSite(t))
	for range 5 {
		if diff := cmp.Diff(first, render(t, sampleSite(t))); diff != "" {
			t.Fatalf("a second rendering differs:\n%s", diff)
		}
	}
}

// TestPagesRenderConcurrently checks that pages have the same bytes when they are
// rendered concurrently.
func TestPagesRenderConcurrently(t *testing.T) {
	t.Parallel()
	theme, err := templates.Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	site := sampleSite(t)
	want, err := renderWith(theme, site)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for p, err := range theme.Pages(site) {
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			group.Go(func() {
				var body strings.Builder
				if err := p.Render(&body); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(want[p.Key], body.String()); diff != "" {
					t.Errorf("%s rendered beside others (-alone +beside):\n%s", p.Key, diff)
				}
			})
		}
	}
	group.Wait()
}

func TestOneThemeForSeveralSites(t *testing.T) {
	t.Parallel()
	theme, err := templates.Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	titles := []string{"Alpha", "Beta", "Gamma"}
	pages := make([]map[string]string, len(titles))
	var wg sync.WaitGroup
	for i, title := range titles {
		site := sampleSite(t)
		site.Show.Title = title
		wg.Go(func() { pages[i], _ = renderWith(theme, site) })
	}
	wg.Wait()
	for i, title := range titles {
		if !strings.Contains(pages[i]["index.html"], "<h1>"+title+"</h1>") {
			t.Errorf("the site of %s has the page of another", title)
		}
	}
}

func TestEmptyShow(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	site.Episodes, site.ArtworkKey, site.Updated = nil, "", time.Time{}
	pages := render(t, site)
	if !strings.Contains(pages["index.html"], "first episode is on its way") {
		t.Error("the page does not say that there are no episodes yet")
	}
	if strings.Contains(pages["index.html"], "<ol") {
		t.Error("the page has an empty list")
	}
	if strings.Contains(pages["sitemap.xml"], "lastmod") {
		t.Error("the sitemap has a date although nothing has one")
	}
}

func TestPrivateShow(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	site.Show.Private = true
	pages := render(t, site)
	for key, body := range pages {
		if strings.HasSuffix(key, ".html") && !strings.Contains(body, `<meta name="robots" content="noindex, nofollow">`) {
			t.Errorf("%s may be indexed", key)
		}
	}
	if got, want := pages["robots.txt"], "User-agent: *\nDisallow: /\n"; got != want {
		t.Errorf("robots.txt = %q, want %q", got, want)
	}
	if _, ok := pages["sitemap.xml"]; ok {
		t.Error("a private show has a sitemap")
	}
}

func TestPublicPagesAreIndexed(t *testing.T) {
	t.Parallel()
	for key, body := range render(t, sampleSite(t)) {
		if got, want := strings.Contains(body, "noindex"), key == "404.html" || strings.HasSuffix(key, "/embed/index.html"); got != want {
			t.Errorf("%s: noindex is %t, want %t", key, got, want)
		}
	}
}

// TestHomeNamesTheArchive checks that the home page leads to all episodes if it lists only
// some of them.
func TestHomeNamesTheArchive(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	for home, want := range map[int]bool{len(site.Episodes): false, len(site.Episodes) - 1: true} {
		site.Show.Site.Home = home
		if got := strings.Contains(render(t, site)["index.html"], fmt.Sprintf("All %d episodes", len(site.Episodes))); got != want {
			t.Errorf("with %d episodes on the home page: a link to all %d: %t, want %t", home, len(site.Episodes), got, want)
		}
	}
}

func TestSerialShowListsOldestFirst(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	site.Show.Type = show.Serial
	second := *site.Episodes[0].Episode
	second.Slug, second.Title, second.Season, second.RedirectFrom = "second-season", "Begin again", 2, nil
	site.Episodes = slices.Insert(site.Episodes, 0, &templates.Episode{Episode: &second, AudioKey: "audio/b.mp3"})
	index := render(t, site)["index.html"]
	last := -1
	for _, text := range []string{"Coming soon", "Season 1: Boot sequence", "Bloopers", "Cloudy with", "Season 2", "Begin again"} {
		at := strings.LastIndex(index, text)
		if at <= last {
			t.Errorf("%q is at byte %d, want it after byte %d", text, at, last)
		}
		last = at
	}
	archive := render(t, site)["archive/index.html"]
	first, next := strings.LastIndex(archive, "Cloudy with"), strings.LastIndex(archive, "Begin again")
	if first < 0 || next < first {
		t.Errorf("the archive has the first season at byte %d, the second at %d", first, next)
	}
}

func TestTimesMustMatchTurns(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	tr := &site.Episodes[0].Transcripts[0]
	text, _, _ := tr.Read()
	tr.Read = words(text, []time.Duration{0})
	theme, err := templates.Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := renderWith(theme, site)
	want := "render episodes/4-cloudy/index.html: transcript en-gb: 1 times for 3 turns"
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
	if _, ok := pages["index.html"]; ok {
		t.Error("pages go on after the error")
	}
}

func TestContributorsAreNamed(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	if strings.Contains(render(t, site)["episodes/4-cloudy/index.html"], "Transcript by") {
		t.Error("contributors are credited although none is named")
	}
	site.Episodes[0].Transcripts[0].Contributors = []string{"Vega & Co", "مريم"}
	body := render(t, site)["episodes/4-cloudy/index.html"]
	if !strings.Contains(body, "<p>Transcript by  <bdi>Vega &amp; Co</bdi>, <bdi>مريم</bdi></p>") {
		t.Errorf("contributors are not named in\n%s", body)
	}
}

func TestUntimedTranscriptHasNoTimes(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	site.Episodes[0].Transcripts = []templates.Transcript{{
		Language: "en",
		Read: words(&transcripts.Transcript{Turns: []transcripts.Turn{
			{Speaker: "Vega", ID: "hello", Blocks: []transcripts.Block{{HTML: "<p>Hello.</p>"}}},
		}}, nil),
	}}
	body := render(t, site)["episodes/4-cloudy/index.html"]
	_, body, _ = strings.Cut(body, `class="turns"`)
	if !strings.Contains(body, `href="#hello"`) {
		t.Error("the turn has no deep link")
	}
	if strings.Contains(body, "data-seek") || strings.Contains(body, "<time") {
		t.Error("the turn has a time although none is known")
	}
}

func TestOpeningStampIsShownOnce(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	parsed := transcripts.Parse([]byte("**Vega:** \\[00:12\\] Now. \\[00:14\\] Then.\n\n\\[00:20\\] Later.\n"), nil)
	tr := &site.Episodes[0].Transcripts[0]
	tr.Read = words(parsed, parsed.Starts(time.Minute))
	_, timed, _ := strings.Cut(render(t, site)["episodes/4-cloudy/index.html"], `class="turns"`)
	for _, stamp := range []string{">0:12</", ">0:14</", ">0:20</"} {
		if n := strings.Count(timed, stamp); n != 1 {
			t.Errorf("%s occurs %d times, want once", stamp, n)
		}
	}
	tr.Read = words(parsed, nil)
	_, untimed, _ := strings.Cut(render(t, site)["episodes/4-cloudy/index.html"], `class="turns"`)
	if !strings.Contains(untimed, "<p><time datetime=\"PT12S\">0:12</time> Now.") {
		t.Error("a stamp is lost although no time is beside the speaker")
	}
	if strings.Contains(parsed.Turns[0].Blocks[0].HTML, "<p>Now") {
		t.Error("rendering changed the transcript")
	}
}

func TestHiddenChaptersAreNotListed(t *testing.T) {
	t.Parallel()
	body := render(t, sampleSite(t))["episodes/4-cloudy/index.html"]
	if strings.Contains(body, "Cold open") {
		t.Error("a hidden chapter is listed")
	}
	if !strings.Contains(body, "What is a CDN?") {
		t.Error("a chapter is missing")
	}
}

func TestTranslationsHavePages(t *testing.T) {
	t.Parallel()
	pages := render(t, sampleSite(t))
	original, spanish := pages["episodes/4-cloudy/index.html"], pages["episodes/4-cloudy/transcript-es/index.html"]
	for _, text := range []string{`<p class="words">Hola.</p>`, `id="transcript"`, `lang="es" dir="ltr"`} {
		if !strings.Contains(spanish, text) {
			t.Errorf("%s is not on the page of the translation", text)
		}
	}
	if strings.Contains(original, "Hola.") {
		t.Error("the translation is on the page of the episode too")
	}
	for _, text := range []string{`hreflang="en-gb" href="`, `hreflang="es" href="`} {
		if !strings.Contains(original, text) || !strings.Contains(spanish, text) {
			t.Errorf("a page has no %s", text)
		}
	}
}
