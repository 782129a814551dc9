package release_test

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/searchindex"
	"onair/internal/sourcefs"
	"onair/publish/internal/showtest"
	"onair/publish/release"
	"onair/show"
	"onair/show/pins"
)

// TestReadsAreNoted builds a release of every kind of file that a show can have, and
// checks that the trace has each. If the trace lacked a file and the file changed, a
// publish would find nothing to do.
func TestReadsAreNoted(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	showtest.Edit(t, files, "show.yaml", "keep_masters: true", "keep_masters: true\naudio: {path: \"../masters/{slug}.mp3\"}")
	files["templates/static/extra.css"] = &fstest.MapFile{Data: []byte("p { color: red }\n")}
	files["transcripts.yaml"] = &fstest.MapFile{Data: []byte("timestamp_fraction: decimal\n")}
	root := t.TempDir()
	dir := filepath.Join(root, "show")
	var want []string
	for name, f := range files {
		if name == ".gitignore" || name == "README.md" || strings.HasPrefix(name, "make/") {
			continue
		}
		at := filepath.Join(dir, filepath.FromSlash(name))
		if filepath.Base(at) == "audio.mp3" {
			at = filepath.Join(root, "masters", filepath.Base(filepath.Dir(at))+".mp3")
		}
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		want = append(want, at)
	}
	trace := &derive.Trace{}
	sources, err := sourcefs.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	s, found := show.Load(trace.FS(sources, dir), &show.LoadOptions{Dir: dir})
	if found.HasErrors() {
		t.Fatal(found)
	}
	if _, found, err := release.New(t.Context(), s, &release.Options{Now: showtest.Now, Trace: trace}); err != nil || found.HasErrors() {
		t.Fatal(err, found)
	}
	got := trace.Paths()
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("%s was not noted", name)
		}
	}
	for _, name := range []string{"episodes/first-light/", "episodes/"} { // listed, so that a new file in them is noticed
		if !slices.ContainsFunc(got, func(at string) bool { return filepath.ToSlash(at) == filepath.ToSlash(dir)+"/"+name }) {
			t.Errorf("the files in %s were not noted", name)
		}
	}
}

// releaseAndFindings returns the release of a show and the findings of its build.
func releaseAndFindings(t *testing.T, files fstest.MapFS, o *release.Options) (*release.Release, finding.List) {
	t.Helper()
	s, l := show.Load(files, nil)
	if s == nil {
		t.Fatalf("load: %v", l)
	}
	o.Now = showtest.Now
	r, l, err := release.New(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r, l
}

func TestOtherSoundWhereAudioIsMissing(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	delete(files, pins.File)
	delete(files, showtest.Ghosts+"audio.mp3")
	files[showtest.Ghosts+"final mix.WAV"] = &fstest.MapFile{Data: []byte("RIFF")}
	_, l := releaseAndFindings(t, files, &release.Options{})
	missing := ofRule(l, "P011")
	if len(missing) != 1 || !strings.Contains(missing[0].Hint, "onair audio probe '"+showtest.Ghosts+"final mix.WAV'") {
		t.Errorf("%+v", missing)
	}
}

// errorRules returns the rules of a list's errors.
func errorRules(l finding.List) (rules []string) {
	for _, f := range l {
		if f.Severity == finding.Error {
			rules = append(rules, f.Rule)
		}
	}
	return rules
}

func TestErrorsOfARelease(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(fstest.MapFS)
		want   []string
	}{
		"as it is":                         {func(fstest.MapFS) {}, nil},
		"audio that is text":               {func(f fstest.MapFS) { f[showtest.Ghosts+"audio.mp3"] = &fstest.MapFile{Data: []byte("no audio\n")} }, []string{"P010"}},
		"audio of 0 bytes":                 {func(f fstest.MapFS) { f[showtest.Ghosts+"audio.mp3"] = &fstest.MapFile{} }, []string{"P010"}},
		"another audio":                    {func(f fstest.MapFS) { f[showtest.Ghosts+"audio.mp3"] = f[showtest.Cloudy+"audio.mp3"] }, []string{"P012"}},
		"no audio and no lock":             {func(f fstest.MapFS) { delete(f, pins.File); delete(f, showtest.Ghosts+"audio.mp3") }, []string{"P011"}},
		"a scheduled one may come without": {func(f fstest.MapFS) { delete(f, pins.File); delete(f, "episodes/4-the-long-tail/audio.mp3") }, nil},
		"artwork that is text":             {func(f fstest.MapFS) { f["artwork.jpg"] = &fstest.MapFile{Data: []byte("no image\n")} }, []string{"P020"}},
		"a template that fails":            {func(f fstest.MapFS) { f["templates/show.html"] = &fstest.MapFile{Data: []byte("{{.Nope}")} }, []string{"W001"}},
		"a template that fails on a page": {func(f fstest.MapFS) {
			f["templates/badge.html"] = &fstest.MapFile{Data: []byte("{{index .Topics 99}}")}
			f["templates/player.html"] = &fstest.MapFile{Data: []byte("{{with .Episode}}{{template \"badge.html\" .}}{{end}}")}
		}, []string{"W001"}},
	} {
		t.Run(name, func(t *testing.T) {
			files := showtest.Example(t)
			test.change(files)
			_, l := releaseAndFindings(t, files, &release.Options{})
			if diff := cmp.Diff(test.want, errorRules(l)); diff != "" {
				t.Errorf("%s\n%v", diff, l)
			}
			if _, without := releaseAndFindings(t, files, &release.Options{WithoutPages: true}); !cmp.Equal(l, without) {
				t.Errorf("without pages: %v\nwith pages: %v", without, l)
			}
			for _, f := range l {
				if f.Severity == finding.Error && f.File == "" {
					t.Errorf("%s has no place", f.Message)
				}
			}
		})
	}
}

func TestStorageMayNotBeTheShow(t *testing.T) {
	t.Parallel()
	for storage, want := range map[string][]string{
		"file:public":        nil,
		"file:../elsewhere":  nil,
		"gs://bucket/prefix": nil,
		"file:.":             {"P001"},
		"file:..":            {"P001"},
		"file:./episodes":    {"P001"},
		"file:a/../episodes": {"P001"},
	} {
		files := showtest.Example(t)
		showtest.Edit(t, files, "show.yaml", "storage: gs://hello-universe\n", "storage: "+storage+"\n")
		_, l := releaseAndFindings(t, files, &release.Options{})
		if diff := cmp.Diff(want, errorRules(l)); diff != "" {
			t.Errorf("%s: %s", storage, diff)
		}
	}
}

func TestStateMayNotLieInStorage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		storage, state string
		want           []string
	}{
		{"file:public", "file:private", nil},
		{"file:public", "gs://bucket", nil},
		{"file:public", "file:public/.onair", []string{"P001"}},
		{"file:public", "file:x/../public/hidden", []string{"P001"}},
		{"gs://bucket", "gs://bucket-private", nil},
		{"gs://bucket/site", "gs://bucket/private", nil},
		{"gs://bucket", "gs://bucket", []string{"P001"}},
		{"gs://bucket/", "gs://bucket/private", []string{"P001"}},
		{"gs://bucket/site", "gs://bucket/site/private/", []string{"P001"}},
		{"s3://bucket?region=a", "s3://bucket/private", []string{"P001"}},
		{"s3://bucket?endpoint=https://a.example", "s3://bucket?endpoint=https://b.example", nil},
	} {
		files := showtest.Example(t)
		showtest.Edit(t, files, "show.yaml", "storage: gs://hello-universe\n", "storage: \""+test.storage+"\"\n")
		showtest.Edit(t, files, "show.yaml", "state: gs://hello-universe-private ", "state: \""+test.state+"\" ")
		_, l := releaseAndFindings(t, files, &release.Options{})
		if diff := cmp.Diff(test.want, errorRules(l)); diff != "" {
			t.Errorf("%s in %s: %s", test.state, test.storage, diff)
		}
	}
}

func TestReplaceAudio(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	files[showtest.Ghosts+"audio.mp3"] = files[showtest.Cloudy+"audio.mp3"]
	delete(files, showtest.Ghosts+"transcript.md") // its timestamps are for the longer audio
	r, l := releaseAndFindings(t, files, &release.Options{ReplaceAudio: []string{showtest.GhostSlug}})
	if rules := errorRules(l); rules != nil {
		t.Fatalf("got %v", l)
	}
	if slugs, _ := r.PinnedBy(); len(slugs) != 1 || slugs[0] != showtest.GhostSlug {
		t.Errorf("the lock changes for %v, want %s alone", slugs, showtest.GhostSlug)
	}
}

func TestDraftAudioMayChange(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "---\n", "---\ndraft: true\n")
	files[showtest.Ghosts+"audio.mp3"] = files[showtest.Cloudy+"audio.mp3"]
	delete(files, showtest.Ghosts+"transcript.md") // its timestamps are for the longer audio
	if _, l := releaseAndFindings(t, files, &release.Options{}); errorRules(l) != nil {
		t.Errorf("got %v", l)
	}
}

func TestLockPinsOnceEpisodesAreDated(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	want := found1(t, files).Lock
	delete(files, pins.File)
	r := found1(t, files)
	slugs, ofShow := r.PinnedBy()
	if len(slugs) != 5 || !ofShow {
		t.Errorf("pins %v and the show: %v; want the 4 live and the scheduled episode, and the show", slugs, ofShow)
	}
	for _, pin := range want.Episodes {
		pin.Waveform = "" // it depends on the decoder
	}
	if diff := cmp.Diff(string(want.Format()), string(r.Lock.Format())); diff != "" {
		t.Errorf("the example's lock is not what publish would write: %s", diff)
	}
}

func found1(t *testing.T, files fstest.MapFS) *release.Release {
	t.Helper()
	r, l := releaseAndFindings(t, files, &release.Options{})
	if l.HasErrors() {
		t.Fatal(l)
	}
	return r
}

func TestPrivateTargetPinsNothing(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	delete(files, pins.File)
	s, _ := show.Load(files, &show.LoadOptions{Target: "staging"})
	r, l, err := release.New(t.Context(), s, &release.Options{Now: showtest.Now})
	if err != nil || l.HasErrors() {
		t.Fatal(err, l)
	}
	if r.LockChanges() || len(r.Lock.Episodes) > 0 || r.Lock.PodcastGUID != "" {
		t.Errorf("a private target pins %d episodes, guid %q", len(r.Lock.Episodes), r.Lock.PodcastGUID)
	}
}

// TestSearchFiles checks the addresses of pages in the texts of the search index, and
// that a site without a search has neither index, script nor stylesheet.
func TestSearchFiles(t *testing.T) {
	t.Parallel()
	const page = "episodes/" + showtest.GhostSlug + "/"
	for site, want := range map[string]string{
		"{}":                `"page":"` + page + `"`,
		"{page_urls: html}": `"page":"` + page + `index.html"`,
		"{search: false}":   "",
	} {
		files := showtest.Example(t)
		showtest.Edit(t, files, "show.yaml", "site: {cards: false}", "site: "+site)
		r := showtest.Release(t, files, nil)
		var texts, others string
		for _, o := range r.Objects {
			switch {
			case strings.HasPrefix(o.Key, page+"search-"):
				first, err := io.ReadAll(flate.NewReader(bytes.NewReader(showtest.Body(t, o))))
				if err != nil {
					t.Fatal(err)
				}
				texts = string(first)
			case strings.HasPrefix(o.Key, "assets/search"):
				others += o.Key + "\n"
			}
		}
		if want == "" && texts+others != "" || !strings.Contains(texts, want) {
			t.Errorf("site: %s: search files %q, texts %.200q, want %s", site, others, texts, want)
		}
		if want != "" && (!strings.Contains(others, ".js\n") || !strings.Contains(others, ".css\n")) {
			t.Errorf("site: %s: search files %q", site, others)
		}
	}
}

// TestSearchTexts checks that the search index has topics and dates as the pages show them,
// the date in the timezone of the show, for an episode of a last evening of the year.
func TestSearchTexts(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	showtest.Edit(t, files, "show.yaml", "timezone: Europe/London", "timezone: America/Los_Angeles")
	showtest.Edit(t, files, "show.yaml", "language: en-gb", "language: fr")
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "date: 2026-09-24 06:00", "date: 2026-01-01T03:00:00Z")
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "topics: [id3, mp3]", "topics: [open-source]")
	for _, o := range showtest.Release(t, files, nil).Objects {
		if !strings.HasPrefix(o.Key, "episodes/"+showtest.GhostSlug+"/search-") {
			continue
		}
		first, err := io.ReadAll(flate.NewReader(bytes.NewReader(showtest.Body(t, o))))
		if err != nil || !bytes.Contains(first, []byte(`"date":"31 décembre 2025"`)) || !bytes.Contains(first, []byte(" · open source")) {
			t.Errorf("texts %.400q, %v", first, err)
		}
		return
	}
	t.Error("the index has no texts of the episode")
}

// TestWithoutPages checks that a release without pages renders none.
func TestWithoutPages(t *testing.T) {
	t.Parallel()
	pages := func(o *release.Options) int32 {
		var n atomic.Int32
		o.Rendered = func(o *release.Object, _ []byte) {
			if o.Role == release.RolePage {
				n.Add(1)
			}
		}
		releaseAndFindings(t, showtest.Example(t), o)
		return n.Load()
	}
	if n := pages(&release.Options{WithoutPages: true}); n > 0 {
		t.Errorf("rendered %d pages", n)
	}
	if pages(&release.Options{}) == 0 {
		t.Error("a whole release rendered no pages")
	}
}

// TestCardsShowNumbers checks that the card of an episode changes with its number and
// season, and keeps its key otherwise.
func TestCardsShowNumbers(t *testing.T) {
	t.Parallel()
	card := func(change string) string {
		files := showtest.Example(t)
		showtest.WithCards(t, files)
		showtest.Edit(t, files, showtest.Ghosts+"episode.md", "number: 1", change)
		for _, o := range found1(t, files).Objects {
			if strings.HasPrefix(o.Key, showtest.Ghosts+"card-") {
				return o.Key
			}
		}
		t.Fatal("there is no card")
		return ""
	}
	first := card("number: 1")
	if again := card("number: 1 # as before"); again != first {
		t.Errorf("the card changes from %s to %s without a reason", first, again)
	}
	if other := card("number: 31"); other == first {
		t.Error("the card does not show the number")
	}
}

// TestCardsWithoutGlyphs checks the finding about texts of cards that the embedded font
// cannot draw.
func TestCardsWithoutGlyphs(t *testing.T) {
	t.Parallel()
	const ghosts = showtest.Ghosts + "episode.md"
	for name, test := range map[string]struct{ file, old, new, want string }{
		"title":  {ghosts, "title: Ghosts in the tag", "title: タグの中の幽霊", ghosts + ": the font of the cards has no glyph for 'タ' (Katakana), so this card has no title"},
		"person": {"people.yaml", "name: Deneb", "name: 星野", showtest.Cloudy + "episode.md: the font of the cards has no glyph for '星' (Han), so this card has no names of people"},
		"show":   {"show.yaml", "title: Hello, Universe", "title: 宇宙さん、こんにちは", "show.yaml: the font of the cards has no glyph for '宇' (Han), so this card and 3 others have no name of the show"},
	} {
		t.Run(name, func(t *testing.T) {
			files := showtest.Example(t)
			showtest.WithCards(t, files)
			showtest.Edit(t, files, test.file, test.old, test.new)
			_, l := releaseAndFindings(t, files, &release.Options{})
			var got string
			for _, f := range l {
				if f.Rule == "W003" {
					got += f.File + ": " + f.Message + "\n"
				}
			}
			if got != test.want+"\n" {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// header returns the beginning of a PNG of a size in pixels.
func header(t *testing.T, width, height uint32) *fstest.MapFile {
	t.Helper()
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	chunk = append(binary.BigEndian.AppendUint32(chunk, height), 8, 2, 0, 0, 0)
	png := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1A\n"), 13)
	png = append(png, chunk...)
	return &fstest.MapFile{Data: binary.BigEndian.AppendUint32(png, crc32.ChecksumIEEE(chunk))}
}

// TestPicturesThatCannotBeUsed checks that each is reported once, at the place that names
// it, and that the release goes on.
func TestPicturesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	text := &fstest.MapFile{Data: []byte("no image\n")}
	const ghosts = showtest.Ghosts + "episode.md"
	for name, test := range map[string]struct {
		change func(t *testing.T, f fstest.MapFS)
		want   string
	}{
		"portrait that is text": {func(_ *testing.T, f fstest.MapFS) { f["people/vega.png"] = text },
			`error P020 people.yaml:4: people/vega.png: not a JPEG or PNG image; it begins with "no image\n"`},
		"huge portrait": {func(t *testing.T, f fstest.MapFS) { f["people/vega.png"] = header(t, 10_000, 10_000) },
			"error P020 people.yaml:4: people/vega.png: the image is 10000 × 10000 pixels; at most 8192 a side are read"},
		"half a portrait": {func(t *testing.T, f fstest.MapFS) { f["people/vega.png"] = header(t, 900, 900) },
			"warning P020 people.yaml:4: people/vega.png: read image: unexpected EOF; the site has no smaller versions of it"},
		"portrait named inline": {func(t *testing.T, f fstest.MapFS) {
			showtest.Edit(t, f, ghosts, "number: 1\n", "number: 1\nguests: [{name: Søren, image: soren.png}]\n")
			f[showtest.Ghosts+"soren.png"] = text
		}, `error P020 ` + ghosts + `:7: ` + showtest.Ghosts + `soren.png: not a JPEG or PNG image; it begins with "no image\n"`},
		"logo of a sponsor": {func(_ *testing.T, f fstest.MapFS) { f["sponsors/acme.png"] = text },
			`error P020 sponsors.yaml:4: sponsors/acme.png: not a JPEG or PNG image; it begins with "no image\n"`},
		"logo of the show": {func(t *testing.T, f fstest.MapFS) {
			showtest.Edit(t, f, "show.yaml", "explicit: false", "theme: {logo: logo.png}\nexplicit: false")
			f["logo.png"] = text
		}, `error P020 show.yaml:17: logo.png: not a JPEG or PNG image; it begins with "no image\n"`},
		"font": {func(t *testing.T, f fstest.MapFS) {
			showtest.Edit(t, f, "show.yaml", "explicit: false", "theme: {font: heads.woff2}\nexplicit: false")
			f["heads.woff2"] = text
		}, `error W006 show.yaml:17: heads.woff2: it is not a WOFF2 font; it begins with "no i"`},
		"huge image in the notes": {func(t *testing.T, f fstest.MapFS) {
			f[ghosts] = &fstest.MapFile{Data: append(slices.Clone(f[ghosts].Data), "\n\n![A map](map.png)\n"...)}
			f[showtest.Ghosts+"map.png"] = header(t, 60_000, 60_000)
		}, "warning P026 " + ghosts + ":LAST: " + showtest.Ghosts + "map.png: the image has more than 64 megapixels"},
	} {
		t.Run(name, func(t *testing.T) {
			files := showtest.Example(t)
			test.change(t, files)
			last := strings.Count(string(files[ghosts].Data), "\n")
			_, l := releaseAndFindings(t, files, &release.Options{})
			var got []string
			for _, f := range l {
				if f.Rule == "P020" || f.Rule == "P026" || f.Rule == "W006" {
					got = append(got, fmt.Sprintf("%s %s %s:%d: %s", f.Severity, f.Rule, f.File, f.Line, f.Message))
				}
			}
			want := []string{strings.ReplaceAll(test.want, "LAST", strconv.Itoa(last))}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSearchIndexAfterAnEdit changes one transcript of a show whose search index has two
// blocks. With the cache, which keeps the other block, the release has the same objects as
// without it.
func TestSearchIndexAfterAnEdit(t *testing.T) {
	t.Parallel()
	dir := minimal(t, "url: https://many.example/")
	put := func(n int, said string) {
		folder := filepath.Join(dir, "episodes", fmt.Sprintf("%d-more", n))
		text := fmt.Sprintf("---\ntitle: Number %d\nguid: guid-%d\ndate: 2024-01-%02d\nenclosure: {url: \"https://old.example/%d.mp3\", length: 1000, type: audio/mpeg}\n---\nNotes.\n", n, n, 1+n/3, n)
		for name, text := range map[string]string{"episode.md": text, "transcript.md": "**Zoë O'Neil:** " + said + fmt.Sprintf(" in number %d.\n", n)} {
			if err := errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := range searchindex.BlockSize + 6 {
		put(n, "We say the same")
	}
	objects := func(cache *derive.Cache) (all []string) {
		s, _ := show.Load(os.DirFS(dir), &show.LoadOptions{Dir: dir})
		r, found, err := release.New(t.Context(), s, &release.Options{Now: showtest.Now, Cache: cache})
		if err != nil || len(r.Live()) < searchindex.BlockSize+6 {
			t.Fatal(err, found)
		}
		for _, o := range r.Objects {
			all = append(all, fmt.Sprintf("%s %x", o.Key, sha256.Sum256(showtest.Body(t, o))))
		}
		return all
	}
	cache := derive.Open(t.TempDir(), "build")
	t.Cleanup(cache.Close)
	before := objects(cache)
	for _, n := range []int{3, searchindex.BlockSize + 4} {
		put(n, "Nobody says anything else")
		with, without := objects(cache), objects(nil)
		if diff := cmp.Diff(without, with); diff != "" {
			t.Errorf("edit of %d (-without the cache +with it):\n%s", n, diff)
		}
		if slices.Equal(before, with) {
			t.Error("the edit changes nothing")
		}
		before = with
	}
}

// TestCopiesOfArtwork checks that artwork of which an episode has a copy is offered once in
// each width.
func TestCopiesOfArtwork(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "number: 1\n", "number: 1\nartwork: artwork.jpg\n")
	files[showtest.Ghosts+"artwork.jpg"] = files["artwork.jpg"]
	all := 0
	for _, o := range found1(t, files).Objects {
		if o.Key != "index.html" {
			continue
		}
		for _, sources := range strings.Split(string(showtest.Body(t, o)), ` srcset="`)[1:] {
			sources, _, _ = strings.Cut(sources, `"`)
			if n := strings.Count(sources, " 160w"); n > 1 {
				t.Errorf("%d versions of one width: %s", n, sources)
			}
			all++
		}
	}
	if all == 0 {
		t.Error("the first page has no versions of artwork")
	}
}
