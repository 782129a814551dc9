package publish_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

const (
	cloudy    = "episodes/2-cloudy-with-a-chance-of-packets/"
	ghosts    = "episodes/1-ghosts-in-the-tag/"
	ghostSlug = "1-ghosts-in-the-tag"
	guid      = "episodes/3-a-guid-by-any-other-name/"
	guidSlug  = "3-a-guid-by-any-other-name"
)

// found is what NewRelease reports about a show.
func found(t *testing.T, files fstest.MapFS, o *release.Options) (*release.Release, finding.List) {
	t.Helper()
	s, l := show.Load(files, nil)
	if s == nil {
		t.Fatalf("load: %v", l)
	}
	o.Now = now
	r, l, err := release.New(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r, l
}

// errorRules are the rules of a list's errors.
func errorRules(l finding.List) (rules []string) {
	for _, f := range l {
		if f.Severity == finding.Error {
			rules = append(rules, f.Rule)
		}
	}
	return rules
}

func TestErrorsOfARelease(t *testing.T) {
	for name, test := range map[string]struct {
		change func(fstest.MapFS)
		want   []string
	}{
		"as it is":                         {func(fstest.MapFS) {}, nil},
		"audio that is text":               {func(f fstest.MapFS) { f[ghosts+"audio.mp3"] = &fstest.MapFile{Data: []byte("no audio\n")} }, []string{"P010"}},
		"audio of 0 bytes":                 {func(f fstest.MapFS) { f[ghosts+"audio.mp3"] = &fstest.MapFile{} }, []string{"P010"}},
		"another audio":                    {func(f fstest.MapFS) { f[ghosts+"audio.mp3"] = f[cloudy+"audio.mp3"] }, []string{"P012"}},
		"no audio and no lock":             {func(f fstest.MapFS) { delete(f, show.LockFile); delete(f, ghosts+"audio.mp3") }, []string{"P011"}},
		"a scheduled one may come without": {func(f fstest.MapFS) { delete(f, show.LockFile); delete(f, "episodes/4-the-long-tail/audio.mp3") }, nil},
		"artwork that is text":             {func(f fstest.MapFS) { f["artwork.jpg"] = &fstest.MapFile{Data: []byte("no image\n")} }, []string{"P020"}},
		"a template that fails":            {func(f fstest.MapFS) { f["templates/show.html"] = &fstest.MapFile{Data: []byte("{{.Nope}")} }, []string{"W001"}},
	} {
		t.Run(name, func(t *testing.T) {
			files := example(t)
			test.change(files)
			_, l := found(t, files, &release.Options{})
			if diff := cmp.Diff(test.want, errorRules(l)); diff != "" {
				t.Errorf("%s\n%v", diff, l)
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
	for storage, want := range map[string][]string{
		"file:public":        nil,
		"file:../elsewhere":  nil,
		"gs://bucket/prefix": nil,
		"file:.":             {"P001"},
		"file:..":            {"P001"},
		"file:./episodes":    {"P001"},
		"file:a/../episodes": {"P001"},
	} {
		files := example(t)
		edit(t, files, "show.yaml", "storage: gs://hello-universe\n", "storage: "+storage+"\n")
		_, l := found(t, files, &release.Options{})
		if diff := cmp.Diff(want, errorRules(l)); diff != "" {
			t.Errorf("%s: %s", storage, diff)
		}
	}
}

func TestStateMayNotLieInStorage(t *testing.T) {
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
		files := example(t)
		edit(t, files, "show.yaml", "storage: gs://hello-universe\n", "storage: \""+test.storage+"\"\n")
		edit(t, files, "show.yaml", "state: gs://hello-universe-private ", "state: \""+test.state+"\" ")
		_, l := found(t, files, &release.Options{})
		if diff := cmp.Diff(test.want, errorRules(l)); diff != "" {
			t.Errorf("%s in %s: %s", test.state, test.storage, diff)
		}
	}
}

func TestReplaceAudioIsNamed(t *testing.T) {
	files := example(t)
	files[ghosts+"audio.mp3"] = files[cloudy+"audio.mp3"]
	r, l := found(t, files, &release.Options{ReplaceAudio: []string{ghostSlug}})
	if rules := errorRules(l); rules != nil {
		t.Fatalf("got %v", l)
	}
	if slugs, _ := r.PinnedBy(); len(slugs) != 1 || slugs[0] != ghostSlug {
		t.Errorf("the lock changes for %v, want %s alone", slugs, ghostSlug)
	}
}

func TestADraftMayExportAnew(t *testing.T) {
	files := example(t)
	edit(t, files, ghosts+"episode.md", "---\n", "---\ndraft: true\n")
	files[ghosts+"audio.mp3"] = files[cloudy+"audio.mp3"]
	if _, l := found(t, files, &release.Options{}); errorRules(l) != nil {
		t.Errorf("got %v", l)
	}
}

func TestLockPinsOnceEpisodesAreDated(t *testing.T) {
	files := example(t)
	want := found1(t, files).Lock
	delete(files, show.LockFile)
	r := found1(t, files)
	slugs, ofShow := r.PinnedBy()
	if len(slugs) != 5 || !ofShow {
		t.Errorf("pins %v and the show: %v; want the 4 live and the scheduled episode, and the show", slugs, ofShow)
	}
	for _, pin := range want.Episodes {
		pin.Waveform = "" // a decoder's, not ours
	}
	if diff := cmp.Diff(string(want.Format()), string(r.Lock.Format())); diff != "" {
		t.Errorf("the example's lock is not what publish would write: %s", diff)
	}
}

func found1(t *testing.T, files fstest.MapFS) *release.Release {
	t.Helper()
	r, l := found(t, files, &release.Options{})
	if l.HasErrors() {
		t.Fatal(l)
	}
	return r
}

func TestPrivateTargetPinsNothing(t *testing.T) {
	files := example(t)
	delete(files, show.LockFile)
	s, _ := show.Load(files, &show.LoadOptions{Target: "staging"})
	r, l, err := release.New(t.Context(), s, &release.Options{Now: now})
	if err != nil || l.HasErrors() {
		t.Fatal(err, l)
	}
	if r.LockChanges() || len(r.Lock.Episodes) > 0 || r.Lock.PodcastGUID != "" {
		t.Errorf("a private target pins %d episodes, guid %q", len(r.Lock.Episodes), r.Lock.PodcastGUID)
	}
}

func TestEpisodesDoNotLeaveTheFeedUnnamed(t *testing.T) {
	files := example(t)
	b := mem.New()
	apply(t, plan(t, newRelease(t, files, nil), b), b)
	edit(t, files, ghosts+"episode.md", "---\n", "---\ndraft: true\n")
	r := newRelease(t, files, nil)
	_, err := publish.NewPlan(t.Context(), r, record.Storage{Public: b}, nil)
	var dropped *publish.DroppedError
	if !errors.As(err, &dropped) || dropped.Slug != ghostSlug {
		t.Errorf("got %v, want a refusal that names %s", err, ghostSlug)
	}
	if _, err := publish.NewPlan(t.Context(), r, record.Storage{Public: b}, &publish.PlanOptions{Drop: []string{ghostSlug}}); err != nil {
		t.Errorf("named: %v", err)
	}
}

func TestForeignObjectsAreNotOverwritten(t *testing.T) {
	b := mem.New()
	data := []byte("somebody's own page")
	if _, err := b.Write(t.Context(), &bucket.Object{
		Key: "index.html", Size: int64(len(data)), CRC32C: checksum(data),
		Body: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}, bucket.Condition{}); err != nil {
		t.Fatal(err)
	}
	r := newRelease(t, example(t), nil)
	_, err := publish.NewPlan(t.Context(), r, record.Storage{Public: b}, nil)
	var foreign *publish.ForeignError
	if !errors.As(err, &foreign) || foreign.Key != "index.html" {
		t.Errorf("got %v", err)
	}
	p, err := publish.NewPlan(t.Context(), r, record.Storage{Public: b}, &publish.PlanOptions{Adopt: true})
	if err != nil {
		t.Fatal(err)
	}
	apply(t, p, b)
	if strings.Contains(string(read(t, b, "index.html")), "somebody") {
		t.Error("adopted, and not overwritten")
	}
}

// Without release.json nothing is lost: objects say themselves whose they are.
func TestLostRecordIsWrittenAgain(t *testing.T) {
	files := example(t)
	b := mem.New()
	r := newRelease(t, files, nil)
	apply(t, plan(t, r, b), b)
	want := contents(t, b)
	if err := b.Delete(t.Context(), bucket.RecordsPrefix+"release.json", bucket.Condition{}); err != nil {
		t.Fatal(err)
	}
	edit(t, files, "show.yaml", "title: Hello, Universe", "title: Hello, Multiverse")
	edit(t, files, "show.yaml", "title: Hello, Multiverse", "title: Hello, Universe")
	p := plan(t, newRelease(t, files, nil), b)
	if tot := p.Totals(); tot.Add+tot.Update != 0 || p.Empty() {
		t.Errorf("want nothing to send and a record to write, got %+v, empty: %v", tot, p.Empty())
	}
	apply(t, p, b)
	if diff := cmp.Diff(want, contents(t, b)); diff != "" {
		t.Error(diff)
	}
	if p := plan(t, r, b); !p.Empty() {
		t.Error("the record was not written")
	}
}

func TestHeadersAreBroughtIntoStep(t *testing.T) {
	b := mem.New()
	r := newRelease(t, example(t), nil)
	apply(t, plan(t, r, b), b)
	if _, err := b.SetHeaders(t.Context(), "feed.xml", bucket.Headers{ContentType: "text/plain"}, bucket.Condition{}); err != nil {
		t.Fatal(err)
	}
	p := plan(t, r, b)
	if tot := p.Totals(); tot.Update != 1 || tot.Upload != 0 {
		t.Errorf("want one object updated without its bytes, got %+v", tot)
	}
	apply(t, p, b)
	if got := contents(t, b)["feed.xml"].ContentType; got != "application/rss+xml; charset=utf-8" {
		t.Errorf("Content-Type is %s", got)
	}
}

func TestReasons(t *testing.T) {
	files := example(t)
	b := mem.New()
	apply(t, plan(t, newRelease(t, files, nil), b), b)
	edit(t, files, ghosts+"episode.md", "title: ", "title: The ")
	edit(t, files, cloudy+"transcript.md", "**Vega:**", "**Rigel:**")
	got := map[string]string{}
	for _, e := range plan(t, newRelease(t, files, nil), b).Episodes {
		if e.Action == publish.Update {
			got[e.Slug] = strings.Join(e.Reasons, "; ")
		}
	}
	want := map[string]string{
		ghostSlug:                           `title: "Ghosts in the tag" → "The Ghosts in the tag"; new audio URL, same GUID; chapters change; page changes`,
		"2-cloudy-with-a-chance-of-packets": "transcript changes; page changes",
	}
	maps.DeleteFunc(got, func(slug, reason string) bool { _, ok := want[slug]; return !ok && reason == "page changes" })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
