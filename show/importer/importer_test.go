package importer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/audio"
	"onair/publish/release"
	"onair/show"
	"onair/show/chapters"
	"onair/show/importer"
)

var now = time.Date(2027, 2, 4, 6, 0, 0, 0, time.UTC)

// mp3 returns audio of n MPEG frames. seed changes the bytes.
func mp3(n int, seed byte) []byte {
	frame := make([]byte, 417) // 128 kbit/s, 44.1 kHz
	copy(frame, []byte{0xFF, 0xFB, 0x90, 0x64})
	frame[100] = seed
	return bytes.Repeat(frame, n)
}

func picture(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewRGBA(image.Rect(0, 0, 1400, 1400)), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// oldHost is a server that behaves like real podcast hosts.
type oldHost struct {
	*httptest.Server
	t *testing.T

	mu     sync.Mutex
	asked  map[string]int // number of requests, by path
	ranges int            // number of requests for the rest of a file
}

const feedHead = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:acast="https://schema.acast.com/1.0/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:psc="http://podlove.org/simple-chapters">
<channel><title>Tea &amp; “Biscuits”</title><link>HOST/</link><description>All about <![CDATA[<b>tea</b>]]></description><language>en_US</language>
<itunes:author>Zoë O’Hara</itunes:author><itunes:explicit>clean</itunes:explicit><itunes:type>episodic</itunes:type><itunes:image href="HOST/art.jpg"/>
<itunes:category text="Technology"><itunes:category text="Podcasting"/></itunes:category><itunes:category text="News"><itunes:category text="Tech News"/></itunes:category>
<podcast:locked>yes</podcast:locked><podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</podcast:guid><podcast:funding url="https://pay.example/">Pay</podcast:funding><podcast:person>Zoë O’Hara</podcast:person>
<acast:showId>1</acast:showId><media:rating>adult</media:rating><managingEditor>zoe@tea.example (Zoë)</managingEditor><atom:link rel="next" href="HOST/page2"/>
`

const newest = `<item><title>Green tea: the “movie”</title><guid isPermaLink="true">HOST/e/3?x=1</guid><pubDate>Fri, 26 Feb 2021 00:00:00 EST</pubDate><link>HOST/e/3</link>
<description>Short</description><content:encoded><![CDATA[<h2>Links</h2><p>See <a href="https://a.example/x_(y)?a=1&amp;b=2">this (here)</a>.<br>And <b>bold!</b>glued. 1 < 2</p><ul><li>One</li></ul><script>x()</script>]]></content:encoded>
<enclosure url="HOST/go/3.mp3?token=1" length="7" type="audio/mp3"/><itunes:duration>1:02</itunes:duration><itunes:season>1</itunes:season><podcast:season name="Leaves">1</podcast:season><itunes:episode>3</itunes:episode>
<podcast:transcript url="HOST/3.srt" type="application/x-subrip"/><podcast:transcript url="HOST/3.vtt" type="text/vtt"/><podcast:transcript url="HOST/3.de.vtt" type="text/vtt" language="de"/>
<podcast:chapters url="HOST/3.json" type="application/json+chapters"/><podcast:person>Zoë O’Hara</podcast:person><podcast:person role="guest" href="https://ada.example/">Ada Byron</podcast:person>
<podcast:soundbite startTime="1.5" duration="15">Bite</podcast:soundbite><podcast:alternateEnclosure type="audio/opus" length="9"><podcast:source uri="HOST/3.opus"/></podcast:alternateEnclosure><itunes:image href="HOST/3.jpg"/></item>
`

const older = `<item><title>Green tea: the “movie”</title><guid>2</guid><pubDate>not a date</pubDate><description>Plain &amp;amp; text
second *line* https://b.example/a_b_c.</description><enclosure url="HOST/2.mp3" length="0" type="audio/mpeg"/><podcast:episode display="Ch. 2½">2.5</podcast:episode></item>
<item><title></title><enclosure url="HOST/1.mp3" length="1" type="audio/mpeg"/><pubDate>Wed, 06 janv. 2021 10:00:00 +0100</pubDate></item>
<item><title>No audio</title><guid>0</guid></item>
</channel></rss>
`

func newOldHost(t *testing.T) *oldHost {
	t.Helper()
	h := &oldHost{t: t, asked: map[string]int{}}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	return h
}

func (h *oldHost) text(s string) []byte { return []byte(strings.ReplaceAll(s, "HOST", h.URL)) }

func (h *oldHost) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked[r.URL.Path]++
	n := h.asked[r.URL.Path]
	if r.Header.Get("Range") != "" && r.URL.Path == "/3.mp3" {
		h.ranges++
	}
	h.mu.Unlock()
	switch r.URL.Path {
	case "/feed":
		http.Redirect(w, r, "/feed2", http.StatusFound)
	case "/feed2":
		if n == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		_, _ = z.Write(h.text(feedHead + newest + "</channel></rss>"))
	case "/page2":
		_, _ = w.Write(h.text(strings.ReplaceAll(feedHead, `<atom:link rel="next" href="HOST/page2"/>`, "") + older))
	case "/login":
		if user, password, _ := r.BasicAuth(); user != "zoe" || password != "secret" {
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write(h.text(feedHead + newest + older))
	case "/go/3.mp3":
		http.Redirect(w, r, "/3.mp3", http.StatusFound)
	case "/3.mp3", "/2.mp3", "/1.mp3":
		data := mp3(200, r.URL.Path[1])
		w.Header().Set("ETag", `"`+r.URL.Path+`"`)
		w.Header().Set("Content-Type", "audio/mpeg")
		if n == 1 && r.URL.Path == "/3.mp3" { // cut off the connection
			w.Header().Set("Content-Length", fmt.Sprint(len(data)))
			_, _ = w.Write(data[:len(data)/2])
			panic(http.ErrAbortHandler)
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	case "/art.jpg", "/3.jpg":
		_, _ = w.Write(picture(h.t))
	case "/3.vtt", "/3.de.vtt":
		_, _ = w.Write([]byte("WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ada Byron>Hello there.\n"))
	case "/3.json":
		_, _ = w.Write(h.text(`{"version":"1.2.0","chapters":[{"startTime":0,"title":"Intro"},{"startTime":1.5,"title":"Leaves","img":"HOST/3.jpg"}]}`))
	default:
		http.NotFound(w, r)
	}
}

// run imports a feed and returns all losses.
func run(t *testing.T, ctx context.Context, o *importer.Options) []string {
	t.Helper()
	o.Now = now
	p, err := importer.Read(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	losses, err := p.Write(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, l := range append(p.Losses, losses...) {
		all = append(all, l.String())
	}
	return all
}

// load loads the show in a folder. The show must not have errors.
func load(t *testing.T, dir string) *show.Show {
	t.Helper()
	s, found := show.Load(os.DirFS(dir), nil)
	if s == nil || found.HasErrors() {
		t.Fatalf("the show does not load: %+v", found)
	}
	return s
}

// tree returns the files of a folder with their hashes.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestImport(t *testing.T) {
	t.Parallel()
	h := newOldHost(t)
	dir := filepath.Join(t.TempDir(), "tea")
	losses := run(t, t.Context(), &importer.Options{Source: h.URL + "/feed", Dir: dir})
	s := load(t, dir)
	want := []string{
		".gitignore", "artwork.jpg",
		"episodes/1/audio.mp3", "episodes/1/episode.md",
		"episodes/3-green-tea-the-movie/audio.mp3", "episodes/3-green-tea-the-movie/chapter-2.jpg", "episodes/3-green-tea-the-movie/chapters.json",
		"episodes/3-green-tea-the-movie/episode.md", "episodes/3-green-tea-the-movie/transcript.de.md", "episodes/3-green-tea-the-movie/transcript.md",
		"episodes/green-tea-the-movie/audio.mp3", "episodes/green-tea-the-movie/episode.md",
		"onair.lock", "people.yaml", "show.yaml",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(tree(t, dir)))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if h.ranges != 1 {
		t.Errorf("%d downloads were continued, want 1", h.ranges)
	}
	data, err := os.ReadFile(filepath.Join(dir, "episodes/3-green-tea-the-movie/episode.md"))
	if err != nil {
		t.Fatal(err)
	}
	wantFile := strings.ReplaceAll(`---
title: "Green tea: the “movie”"
guid: "HOST/e/3?x=1"
date: 2021-02-26T00:00:00-05:00
season: 1
number: 3
summary: "Short"
guests: ["ada-byron"]
soundbites:
  - {start: "0:01.5", duration: 15, title: "Bite"}
redirect_from: ["/e/3"]
extra: "<podcast:alternateEnclosure type=\"audio/opus\" length=\"9\"><podcast:source uri=\"HOST/3.opus\"></podcast:source></podcast:alternateEnclosure>"
---
`, "HOST", h.URL)
	if front, _, _ := strings.Cut(string(data), "\n\n"); front+"\n" != wantFile {
		t.Errorf("episode.md (-want +got):\n%s", cmp.Diff(wantFile, front+"\n"))
	}
	if !strings.Contains(string(data), "x_(y)") || !strings.Contains(string(data), "glued") {
		t.Errorf("notes:\n%s", data)
	}
	if s.Title != "Tea & “Biscuits”" || s.Language != "en-us" || s.Seasons[1] != "Leaves" || s.Lock.PodcastGUID != "917393e3-1b1e-5cef-ace4-edaa54e1f810" {
		t.Errorf("show: %q, %q, %v, %s", s.Title, s.Language, s.Seasons, s.Lock.PodcastGUID)
	}
	byGUID := map[string]*show.Episode{}
	for _, e := range s.Episodes {
		byGUID[e.GUID] = e
	}
	if e := byGUID["2"]; e == nil || e.Decimal != "2.5" || e.Display != "Ch. 2½" || !strings.Contains(e.Notes, `second \*line* <https://b.example/a_b_c>.`) {
		t.Errorf("episode 2: %+v", e)
	}
	if byGUID[h.URL+"/1.mp3"] == nil {
		t.Error("the episode without a GUID does not have the address of its file")
	}
	for _, want := range []string{
		"the category Technology > Podcasting becomes Technology", "acast:showId is dropped", "No audio", "cannot be read", "it has no date", "scripts",
	} {
		if !slices.ContainsFunc(losses, func(l string) bool { return strings.Contains(l, want) }) {
			t.Errorf("%q is not among the losses:\n%s", want, strings.Join(losses, "\n"))
		}
	}
}

func TestSecondImportChangesNothing(t *testing.T) {
	t.Parallel()
	h := newOldHost(t)
	dir := filepath.Join(t.TempDir(), "tea")
	o := &importer.Options{Source: h.URL + "/feed", Dir: dir}
	run(t, t.Context(), o)
	file := filepath.Join(dir, "episodes/1/episode.md")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(data, "My own words.\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "episodes/3-green-tea-the-movie")); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	run(t, t.Context(), o)
	after := tree(t, dir)
	for name, sum := range before {
		if after[name] != sum {
			t.Errorf("%s has changed", name)
		}
	}
	if after["episodes/3-green-tea-the-movie/episode.md"] == "" {
		t.Error("the missing episode was not added")
	}
}

// TestNewEpisodesFitTheShow imports an episode into the show of an earlier import. The
// episode has a person, a season and a namespace that the show lacks, and a person whose
// id was edited. The show must still load, and its files must stay unchanged.
func TestNewEpisodesFitTheShow(t *testing.T) {
	t.Parallel()
	const oldest = `<item><title>One</title><guid>1</guid><enclosure url="https://old.example/1.mp3" length="9" type="audio/mpeg"/><podcast:person role="guest" img="https://old.example/a.jpg">Ada Byron</podcast:person></item>`
	const added = `<item><title>Two</title><guid>2</guid><enclosure url="https://old.example/2.mp3" length="9" type="audio/mpeg"/><podcast:season name="Leaves">2</podcast:season><dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">x</dc:creator>` +
		`<podcast:person role="guest" img="https://old.example/b.jpg">Ada Byron</podcast:person><podcast:person role="guest" href="https://b.example/">Charles “Babbage”</podcast:person></item>`
	head := strings.ReplaceAll(strings.ReplaceAll(feedHead, `<atom:link rel="next" href="HOST/page2"/>`, ""), "HOST/art.jpg", "")
	dir, file := filepath.Join(t.TempDir(), "tea"), filepath.Join(t.TempDir(), "feed.xml")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(file, head+oldest+"</channel></rss>")
	o := &importer.Options{Source: file, Dir: dir, NoAudio: true}
	run(t, t.Context(), o)
	for _, name := range []string{"people.yaml", "episodes/one/episode.md"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		write(filepath.Join(dir, name), strings.ReplaceAll(strings.ReplaceAll(string(data), "ada-byron", "ada"), "https://old.example/a.jpg", "https://new.example/a.jpg"))
	}
	before := tree(t, dir)
	write(file, head+added+oldest+"</channel></rss>")
	losses := strings.Join(run(t, t.Context(), o), "\n")
	for name, sum := range tree(t, dir) {
		if old, ok := before[name]; ok && old != sum {
			t.Errorf("%s has changed", name)
		}
	}
	var got []string
	for _, e := range load(t, dir).Episodes {
		for _, g := range e.Guests {
			got = append(got, e.GUID+" "+g.Person.ID+" "+g.Person.Name+" "+g.Person.URL+" "+g.Person.Image)
		}
	}
	slices.Sort(got)
	want := []string{"1 ada Ada Byron  https://new.example/a.jpg", "2  Ada Byron  https://old.example/b.jpg", "2  Charles “Babbage” https://b.example/ "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("guests (-want +got):\n%s", diff)
	}
	for _, want := range []string{`season 2 has the name "Leaves"`, `namespaces: {dc: "http://purl.org/dc/elements/1.1/"}`} {
		if !strings.Contains(losses, want) {
			t.Errorf("%q is not among the losses:\n%s", want, losses)
		}
	}
}

func TestInterruptedImportContinues(t *testing.T) {
	t.Parallel()
	h := newOldHost(t)
	whole := filepath.Join(t.TempDir(), "tea")
	run(t, t.Context(), &importer.Options{Source: h.URL + "/feed", Dir: whole})
	want := tree(t, whole)
	for _, after := range []int64{0, 1, 50_000, 100_000, 200_000} {
		dir := filepath.Join(t.TempDir(), "tea")
		ctx, cancel := context.WithCancel(t.Context())
		o := &importer.Options{Source: h.URL + "/feed", Dir: dir, Now: now, Progress: func(p importer.Progress) {
			if p.Bytes > after {
				cancel()
			}
		}}
		p, err := importer.Read(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("after %d bytes: %v", after, err)
		}
		load(t, dir)
		o.Progress = nil
		run(t, t.Context(), o)
		if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
			t.Errorf("after %d bytes (-want +got):\n%s", after, diff)
		}
	}
}

// An import that is killed at its start may not leave a folder that the next one refuses.
func TestImportMarksTheFolderFirst(t *testing.T) {
	t.Parallel()
	h := newOldHost(t)
	o := &importer.Options{Source: h.URL + "/feed", Dir: filepath.Join(t.TempDir(), "tea"), Now: now}
	p, err := importer.Read(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(o.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	obstacle := filepath.Join(o.Dir, "episodes")
	if err := os.WriteFile(obstacle, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write(t.Context()); err == nil {
		t.Fatal("a file in the place of a folder is no error")
	}
	if _, err := importer.Read(t.Context(), o); err != nil {
		t.Errorf("the next import does not continue: %v", err)
	}
}

// rendered renders the feed of a show in a folder, with another address.
func rendered(t *testing.T, dir string) []byte {
	t.Helper()
	env := map[string]string{"ONAIR_URL": "https://new.example/"}
	s, found := show.Load(os.DirFS(dir), &show.LoadOptions{Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	if s == nil || found.HasErrors() {
		t.Fatalf("the show does not load: %+v", found)
	}
	r, found, err := release.New(t.Context(), s, &release.Options{Now: now})
	if err != nil || found.HasErrors() {
		t.Fatalf("no release: %v %v", err, found)
	}
	body, err := r.Feed.Body()
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(body); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestImportOfARenderedFeedIsTheSameShow(t *testing.T) {
	t.Parallel()
	h := newOldHost(t)
	first, second := filepath.Join(t.TempDir(), "tea"), filepath.Join(t.TempDir(), "tea")
	run(t, t.Context(), &importer.Options{Source: h.URL + "/feed", Dir: first, NoAudio: true})
	// The new host does not have these files, so the second show will lack them.
	for _, name := range []string{"artwork.jpg", "episodes/3-green-tea-the-movie/transcript.md", "episodes/3-green-tea-the-movie/transcript.de.md", "episodes/3-green-tea-the-movie/chapters.json"} {
		if err := os.Remove(filepath.Join(first, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(first, "artwork.jpg"), picture(t), 0o644); err != nil {
		t.Fatal(err)
	}
	feed := rendered(t, first)
	file := filepath.Join(t.TempDir(), "feed.xml")
	if err := os.WriteFile(file, bytes.ReplaceAll(feed, []byte("https://new.example/assets/"), []byte("http://127.0.0.1:1/")), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, t.Context(), &importer.Options{Source: file, Dir: second, NoAudio: true})
	if err := os.WriteFile(filepath.Join(second, "artwork.jpg"), picture(t), 0o644); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(feed), string(rendered(t, second))); diff != "" {
		t.Errorf("feed (-first +second):\n%s", diff)
	}
}

// TestOrderOfPeople imports feeds that name the same people in another order, as feeds of
// onair do, which name hosts first.
func TestOrderOfPeople(t *testing.T) {
	t.Parallel()
	var files []string
	for _, people := range []string{
		`<podcast:person role="guest">Vera Yew</podcast:person><podcast:person>Olm Ash</podcast:person>`,
		`<podcast:person>Olm Ash</podcast:person><podcast:person role="guest">Vera Yew</podcast:person>`,
	} {
		file, dir := filepath.Join(t.TempDir(), "feed.xml"), filepath.Join(t.TempDir(), "trees")
		feed := `<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Trees</title><item><title>One</title><guid>1</guid><enclosure url="https://trees.example/1.mp3" length="1" type="audio/mpeg"/>` + people + `</item></channel></rss>`
		if err := os.WriteFile(file, []byte(feed), 0o644); err != nil {
			t.Fatal(err)
		}
		run(t, t.Context(), &importer.Options{Source: file, Dir: dir, NoAudio: true})
		data, err := os.ReadFile(filepath.Join(dir, "people.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, string(data))
	}
	if diff := cmp.Diff(files[0], files[1]); diff != "" || !strings.Contains(files[0], "Vera Yew") {
		t.Errorf("people.yaml (-guest first +host first):\n%s", diff)
	}
}

// TestChaptersOfTheTag imports audio whose tag has chapters, from a server and from a
// folder, with a feed that names no chapters.
func TestChaptersOfTheTag(t *testing.T) {
	t.Parallel()
	cover, err := audio.ReadPicture(picture(t))
	if err != nil {
		t.Fatal(err)
	}
	tag := &audio.Tag{Title: "One", Chapters: []audio.Chapter{
		{End: time.Second, Title: "Intro: “rain”", Image: cover},
		{Start: time.Second, End: 3 * time.Second, Title: "Zoë & the moss", URL: "https://moss.example/?a=1&b=2"},
		{Start: 3 * time.Second, End: 5 * time.Second, Title: "End", Image: cover},
	}}
	parts, err := tag.Parts()
	if err != nil {
		t.Fatal(err)
	}
	data := slices.Concat(append(slices.Concat(parts...), mp3(200, 1))...)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/feed.xml" {
			fmt.Fprintf(w, `<rss version="2.0"><channel><title>Moss</title><item><title>One</title><guid>1</guid><enclosure url="http://%s/One%%20%%26.mp3" length="1" type="audio/mpeg"/></item></channel></rss>`, r.Host)
			return
		}
		_, _ = w.Write(data)
	}))
	defer server.Close()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "One &.mp3"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	want := []chapters.Chapter{
		{Title: "Intro: “rain”", Image: "episodes/one/chapter-1.jpg"},
		{Start: time.Second, Title: "Zoë & the moss", URL: "https://moss.example/?a=1&b=2"},
		{Start: 3 * time.Second, End: 5 * time.Second, Title: "End", Image: "episodes/one/chapter-1.jpg"},
	}
	for _, from := range []string{"", folder} {
		dir := filepath.Join(t.TempDir(), "moss")
		losses := run(t, t.Context(), &importer.Options{Source: server.URL + "/feed.xml", Dir: dir, AudioFrom: from})
		got := chapters.Untimed(load(t, dir).Episodes[0].Chapters, 0)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("chapters with audio from %q (-want +got):\n%s\n%s", from, diff, losses)
		}
	}
}

// TestCutDescriptionsAreNotSummaries imports a feed that onair rendered from notes whose
// description is flattened or cut.
func TestCutDescriptionsAreNotSummaries(t *testing.T) {
	t.Parallel()
	for name, notes := range map[string]string{
		"table":     "Hops:\n\n| a | b |\n|---|---|\n| 1 | [2](https://a.example/(2)) |\n\nand ![a *leaf*](https://a.example/leaf.png) too",
		"list":      strings.Repeat("- one more “item” & [its link](https://a.example/x?y=[1])\n", 200),
		"paragraph": strings.Repeat("A word — **and** another. ", 400),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, again, file := filepath.Join(t.TempDir(), "moss"), filepath.Join(t.TempDir(), "moss"), filepath.Join(t.TempDir(), "feed.xml")
			feed := `<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>Moss</title><description>x</description><link>https://moss.example/</link><language>en</language><itunes:category text="Technology"/>
<item><title>One</title><guid>1</guid><pubDate>Fri, 26 Feb 2021 00:00:00 GMT</pubDate><enclosure url="https://moss.example/1.mp3" length="1" type="audio/mpeg"/><description>notes</description></item></channel></rss>`
			if err := os.WriteFile(file, []byte(feed), 0o644); err != nil {
				t.Fatal(err)
			}
			run(t, t.Context(), &importer.Options{Source: file, Dir: dir, NoAudio: true})
			page := filepath.Join(dir, "episodes/one/episode.md")
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			want := bytes.Replace(text, []byte("\nnotes\n"), []byte("\n"+strings.TrimSpace(notes)+"\n"), 1)
			if err := os.WriteFile(page, want, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "artwork.jpg"), picture(t), 0o644); err != nil {
				t.Fatal(err)
			}
			first := rendered(t, dir)
			if err := os.WriteFile(file, first, 0o644); err != nil {
				t.Fatal(err)
			}
			run(t, t.Context(), &importer.Options{Source: file, Dir: again, NoAudio: true})
			if got := load(t, again).Episodes[0].Summary; got != "" {
				t.Errorf("summary = %q", got)
			}
			if err := os.WriteFile(filepath.Join(again, "artwork.jpg"), picture(t), 0o644); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(first), string(rendered(t, again))); diff != "" {
				t.Errorf("feed (-first +second):\n%s", diff)
			}
		})
	}
}

func TestImagesLinksAndAltTexts(t *testing.T) {
	t.Parallel()
	file, dir := filepath.Join(t.TempDir(), "feed.xml"), filepath.Join(t.TempDir(), "moss")
	feed := `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Moss</title><link>https://moss.example/</link>
<atom:link rel="payment" href="https://pay.example/moss"/><atom:link rel="self" href="https://old.example/self"/>
<itunes:image href="https://moss.example/a.jpg"/><image><url>https://moss.example/small.jpg</url><title>Moss</title><link>https://moss.example/</link></image>
<item><title>One</title><guid>1</guid><enclosure url="https://moss.example/1.mp3" length="1" type="audio/mpeg"/><description>Look: a very green cushion here.</description>
<content:encoded><![CDATA[<p>Look: <img src="https://moss.example/i.png" alt="a very green cushion"> here.</p>]]></content:encoded></item></channel></rss>`
	if err := os.WriteFile(file, []byte(feed), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := importer.Read(t.Context(), &importer.Options{Source: file, Dir: dir, NoAudio: true, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	losses := fmt.Sprint(p.Losses)
	if !strings.Contains(losses, "url of image is dropped: \"https://moss.example/small.jpg\"") || strings.Contains(losses, "title of image") {
		t.Errorf("losses: %s", losses)
	}
	if _, err := p.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := load(t, dir)
	if !strings.Contains(s.Extra, "https://pay.example/moss") || strings.Contains(s.Extra, "old.example") {
		t.Errorf("extra: %s", s.Extra)
	}
	if e := s.Episodes[0]; e.Summary != "" || !strings.Contains(e.Notes, "![a very green cushion](https://moss.example/i.png)") {
		t.Errorf("summary %q, notes:\n%s", e.Summary, e.Notes)
	}
}

// TestLossesInNotes imports notes with attributes and images that Markdown does not have.
func TestLossesInNotes(t *testing.T) {
	t.Parallel()
	file, dir := filepath.Join(t.TempDir(), "feed.xml"), filepath.Join(t.TempDir(), "fern")
	feed := `<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>Fern</title><link>https://fern.example/</link><itunes:keywords/>
<item><title>One</title><guid>1</guid><enclosure url="https://fern.example/1.mp3" length="1" type="audio/mpeg"/><itunes:keywords></itunes:keywords><itunes:subtitle> </itunes:subtitle>
<description><![CDATA[<p>Leaf <img src="https://fern.example/a.png" width="40" height="30" title="Frond" alt="a frond"> and
<img src="data:image/gif;base64,R0lGODlh" alt="a spore"> by <abbr title="Royal Fern Society">RFS</abbr>, <a href="https://fern.example/b" title="More">more</a></p>]]></description></item></channel></rss>`
	if err := os.WriteFile(file, []byte(feed), 0o644); err != nil {
		t.Fatal(err)
	}
	losses := strings.Join(run(t, t.Context(), &importer.Options{Source: file, Dir: dir, NoAudio: true}), "\n")
	for _, want := range []string{
		`the title in its notes is left out: <abbr title="Royal Fern Society">`,
		`the size of an image in its notes is left out: <img width="40">, <img height="30">`,
		`the image "data:image/gif;base64,R0lGODlh" in its notes is left out; its alternative text is kept`,
	} {
		if !strings.Contains(losses, want) {
			t.Errorf("no loss %s in:\n%s", want, losses)
		}
	}
	s := load(t, dir)
	want := `Leaf ![a frond](https://fern.example/a.png "Frond") and a spore by RFS, [more](https://fern.example/b "More")`
	if e := s.Episodes[0]; strings.TrimSpace(e.Notes) != want || s.Extra+e.Extra != "" {
		t.Errorf("notes %q, extra %q", e.Notes, s.Extra+e.Extra)
	}
}

func TestTooManyPagesAreALoss(t *testing.T) {
	t.Parallel()
	for last, want := range map[int]string{200: "", 250: "episodes on pages beyond the first 200 are left out; the next page is URL/201"} {
		var address string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.URL.Path[1:])
			next := ""
			if n < last {
				next = fmt.Sprintf(`<atom:link rel="next" href="/%d"/>`, n+1)
			}
			fmt.Fprintf(w, `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Moss</title>%s<item><title>Moss %d</title><guid>%d</guid><enclosure url="%s/a%d.mp3" length="1" type="audio/mpeg"/></item></channel></rss>`, next, n, n, address, n)
		}))
		t.Cleanup(server.Close)
		address = server.URL
		p, err := importer.Read(t.Context(), &importer.Options{Source: address + "/1", Dir: filepath.Join(t.TempDir(), "moss"), NoAudio: true, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, l := range p.Losses {
			if strings.Contains(l.String(), "pages") {
				got += strings.ReplaceAll(l.String(), address, "URL")
			}
		}
		if got != want {
			t.Errorf("%d pages: losses %q, want %q", last, got, want)
		}
	}
}

// TestUnreachablePage imports a feed whose second page is gone. The import is refused, and
// says how to import the episodes of the first page.
func TestUnreachablePage(t *testing.T) {
	t.Parallel()
	var address string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/feed" {
			http.Error(w, "gone", http.StatusGone)
			return
		}
		fmt.Fprint(w, `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Moss</title><atom:link rel="next" href="/older"/>`)
		for n := range 3 {
			fmt.Fprintf(w, `<item><title>Moss %d</title><guid>%[1]d</guid><enclosure url="%s/a%[1]d.mp3" length="1" type="audio/mpeg"/></item>`, n, address)
		}
		fmt.Fprint(w, `</channel></rss>`)
	}))
	t.Cleanup(server.Close)
	address = server.URL
	read := func(limit int) (*importer.Plan, error) {
		return importer.Read(t.Context(), &importer.Options{Source: address + "/feed", Dir: filepath.Join(t.TempDir(), "moss"), NoAudio: true, Now: now, Limit: limit})
	}
	for _, limit := range []int{0, 4} {
		_, err := read(limit)
		var hinted interface{ Hint() string }
		if err == nil || !strings.Contains(err.Error(), "page 2 of the feed") || !errors.As(err, &hinted) || !strings.Contains(hinted.Hint(), "--limit 3") {
			t.Errorf("with limit %d the error is %v", limit, err)
		}
	}
	for _, limit := range []int{2, 3} {
		p, err := read(limit)
		if err != nil || p.Episodes != limit || !slices.ContainsFunc(p.Losses, func(l importer.Loss) bool { return strings.Contains(l.What, "further pages") }) {
			t.Errorf("with limit %d: %+v, %v", limit, p, err)
		}
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	h := newOldHost(t)
	other := http.NewServeMux()
	serve := func(path, body string) {
		other.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
	}
	serve("/page", "<!doctype html><html><title>Log in</title></html>")
	serve("/cut", feedHead+"<item><title>A")
	serve("/none", `<rss version="2.0"><channel><title>A</title></channel></rss>`)
	serve("/empty", "")
	serve("/json", `{"version": "https://jsonfeed.org/version/1.1"}`)
	other.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	other.HandleFunc("/private", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.2:1/", http.StatusFound)
	})
	other.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		for range 40 {
			_, _ = z.Write(make([]byte, 1<<20))
		}
		_ = z.Close()
	})
	server := httptest.NewServer(other)
	t.Cleanup(server.Close)
	secure := httptest.NewTLSServer(other)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(secure.Close)
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "notes.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, source, dir, want string }{
		{"closed port", "http://127.0.0.1:1/feed", "", "refused"},
		{"certificate of nobody", secure.URL + "/page", "", "certificate"},
		{"log-in", h.URL + "/login", "", "401"},
		{"missing", h.URL + "/nothing", "", "404"},
		{"web page", server.URL + "/page", "", "web page"},
		{"cut off", server.URL + "/cut", "", "cut off"},
		{"no episodes", server.URL + "/none", "", "no episodes"},
		{"empty", server.URL + "/empty", "", "empty"},
		{"JSON", server.URL + "/json", "", "JSON"},
		{"redirect loop", server.URL + "/loop", "", "more than 5"},
		{"private address", server.URL + "/private", "", "not an address of the public internet"},
		{"bomb", server.URL + "/bomb", "", "too large"},
		{"folder with files", h.URL + "/feed", full, "not empty"},
		{"password in the address", "http://a:b@127.0.0.1/", "", "user name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := tt.dir
			if dir == "" {
				dir = filepath.Join(t.TempDir(), "show")
			}
			_, err := importer.Read(t.Context(), &importer.Options{Source: tt.source, Dir: dir, Now: now})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("error is %v, want one line with %q", err, tt.want)
			}
			var hinted interface{ Hint() string }
			if !errors.As(err, &hinted) || hinted.Hint() == "" {
				t.Errorf("%v has no hint", err)
			}
			if _, err := os.Stat(filepath.Join(dir, "show.yaml")); err == nil {
				t.Error("there is a show")
			}
		})
	}
}

func TestLogIn(t *testing.T) {
	t.Parallel()
	h := newOldHost(t)
	p, err := importer.Read(t.Context(), &importer.Options{Source: h.URL + "/login", Dir: filepath.Join(t.TempDir(), "tea"), User: "zoe", Password: "secret", Now: now})
	if err != nil || p.Episodes != 3 {
		t.Errorf("%+v, %v", p, err)
	}
}
