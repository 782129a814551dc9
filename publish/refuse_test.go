package publish_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show/pins"
)

func TestDroppedEpisodeMustBeNamed(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	b := mem.New()
	apply(t, plan(t, showtest.Release(t, files, nil), b), b)
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "---\n", "---\ndraft: true\n")
	r := showtest.Release(t, files, nil)
	_, err := publish.NewPlan(t.Context(), r, record.Storage{Public: b}, nil)
	var dropped *publish.DroppedError
	if !errors.As(err, &dropped) || dropped.Slug != showtest.GhostSlug {
		t.Errorf("got %v, want a refusal that names %s", err, showtest.GhostSlug)
	}
	if _, err := publish.NewPlan(t.Context(), r, record.Storage{Public: b}, &publish.PlanOptions{Drop: []string{showtest.GhostSlug}}); err != nil {
		t.Errorf("named: %v", err)
	}
}

// foreignFeed returns a feed of another tool with the episodes, alternately a GUID and a
// title, in XML.
func foreignFeed(episodes ...string) string {
	feed := `<?xml version="1.0"?><rss version="2.0"><channel><title>Old</title>`
	for i := 0; i < len(episodes); i += 2 {
		feed += fmt.Sprintf(`<item><title>%s</title><guid isPermaLink="false">%s</guid><enclosure url="https://old.example/%d.mp3" length="5" type="audio/mpeg"/></item>`, episodes[i+1], episodes[i], i)
	}
	return feed + "</channel></rss>"
}

// TestForeignObjects publishes to a bucket that has files of another tool.
func TestForeignObjects(t *testing.T) {
	t.Parallel()
	cache := newCache(t)
	const guid = "72b06c18-8627-47ea-8f87-d9cc8fa54265" // of the episode in the example
	website := map[string]string{"robots.txt": "User-agent: *", "index.html": "their page", "feed.xml": foreignFeed("tag:old.example,2019:one", "The  ONLY one", "urn:b", "Émile &amp; the bees")}
	for name, test := range map[string]struct {
		objects map[string]string
		options publish.PlanOptions
		want    string   // error; empty if the plan is allowed
		hint    []string // parts of the hint
		notHint string
	}{
		"nothing": {},
		"a page":  {objects: map[string]string{"index.html": "their page"}, want: "gs://hello-universe holds 1 object that onair did not write: index.html", hint: []string{"--adopt"}, notHint: "GUID"},
		"files beside the show's": {
			objects: map[string]string{"theirs.css": "a{}", "blog/index.html": "<p>", "audio/old.mp3": "mp3", "rss.xml": foreignFeed("urn:a", "A")},
		},
		"a website with its feed": {
			objects: website, want: "gs://hello-universe holds 3 objects that onair did not write: feed.xml, index.html, robots.txt",
			hint: []string{"feed.xml has 2 episodes, and the GUIDs of 2 are not in this show", `write guid: "tag:old.example,2019:one" in episodes/1-the-only-one/episode.md`, `GUID urn:b ("Émile & the bees") has no episode here; --remove urn:b lets it go`, "--adopt=KEY"},
		},
		"a feed with the show's GUID": {
			objects: map[string]string{"feed.xml": foreignFeed(guid, "Another title")}, want: "gs://hello-universe holds 1 object that onair did not write: feed.xml", hint: []string{"--adopt"}, notHint: "GUID",
		},
		"no feed at the feed's address": {
			objects: map[string]string{"feed.xml": "<html>moved</html>"}, want: "gs://hello-universe holds 1 object that onair did not write: feed.xml", notHint: "GUID",
		},
		"one of two adopted": {
			objects: map[string]string{"robots.txt": "x", "index.html": "y"}, options: publish.PlanOptions{AdoptKeys: []string{"index.html"}},
			want: "gs://hello-universe holds 1 object that onair did not write: robots.txt",
		},
		"all adopted, but not the GUIDs of the feed": {
			objects: website, options: publish.PlanOptions{Adopt: true},
			want: "the feed of another tool, feed.xml, has 2 GUIDs that this show does not have; every app would offer its episodes again, or lose them", notHint: "--adopt",
		},
		"all adopted, and the episodes let go": {objects: website, options: publish.PlanOptions{Adopt: true, Drop: []string{"tag:old.example,2019:one", "urn:b"}}},
		"keys adopted, and one episode let go": {
			objects: website, options: publish.PlanOptions{AdoptKeys: []string{"feed.xml", "robots.txt", "index.html"}, Drop: []string{"urn:b"}},
			want: "the feed of another tool, feed.xml, has 1 GUID that this show does not have; every app would offer its episodes again, or lose them",
		},
		"a GUID for the shell": {
			objects: map[string]string{"feed.xml": foreignFeed("it's, &quot;2&quot;", "Two")}, options: publish.PlanOptions{Adopt: true},
			want: "the feed of another tool, feed.xml, has 1 GUID that this show does not have; every app would offer its episodes again, or lose them",
			hint: []string{`--remove '"it'\''s, ""2"""' lets it go`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := mem.New()
			for key, text := range test.objects {
				put(t, b, key, text)
			}
			p, err := publish.NewPlan(t.Context(), showtest.Release(t, minimal(t), &release.Options{Now: showtest.Now, Cache: cache}), record.Storage{Public: b}, &test.options)
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				apply(t, p, b)
				for key, text := range test.objects {
					if now := string(read(t, b, key)); (now == text) == slices.Contains([]string{"feed.xml", "index.html", "robots.txt"}, key) {
						t.Errorf("%s is %.40q", key, now)
					}
				}
				return
			}
			var foreign *publish.ForeignError
			if !errors.As(err, &foreign) || !errors.Is(err, publish.ErrRefused) || err.Error() != test.want {
				t.Fatalf("error = %v, want %s", err, test.want)
			}
			for _, part := range test.hint {
				if !strings.Contains(foreign.Hint(), part) {
					t.Errorf("the hint does not say %q:\n%s", part, foreign.Hint())
				}
			}
			if test.notHint != "" && strings.Contains(foreign.Hint(), test.notHint) {
				t.Errorf("the hint says %q:\n%s", test.notHint, foreign.Hint())
			}
		})
	}
}

// Objects are recognized without release.json, because each has onair's mark.
func TestLostRecordIsWrittenAgain(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	b := mem.New()
	r := showtest.Release(t, files, nil)
	apply(t, plan(t, r, b), b)
	want := contents(t, b)
	if err := b.Delete(t.Context(), bucket.RecordsPrefix+"release.json", bucket.Condition{}); err != nil {
		t.Fatal(err)
	}
	showtest.Edit(t, files, "show.yaml", "title: Hello, Universe", "title: Hello, Multiverse")
	showtest.Edit(t, files, "show.yaml", "title: Hello, Multiverse", "title: Hello, Universe")
	p := plan(t, showtest.Release(t, files, nil), b)
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

func TestHeadersAreRestored(t *testing.T) {
	t.Parallel()
	b := mem.New()
	r := showtest.Release(t, showtest.Example(t), nil)
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
	t.Parallel()
	files := showtest.Example(t)
	b := mem.New()
	apply(t, plan(t, showtest.Release(t, files, nil), b), b)
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
	showtest.Edit(t, files, showtest.Cloudy+"transcript.md", "**Vega Lyræ:**", "**Rigel O'Rion:**")
	got := map[string]string{}
	for _, e := range plan(t, showtest.Release(t, files, nil), b).Episodes {
		if e.Action == publish.Update {
			got[e.Slug] = strings.Join(e.Reasons, "; ")
		}
	}
	want := map[string]string{
		showtest.GhostSlug:                  `title: "Ghosts in the tag" → "The Ghosts in the tag"; new audio URL, same GUID; chapters change; page changes`,
		"2-cloudy-with-a-chance-of-packets": "transcript changes; page changes",
	}
	maps.DeleteFunc(got, func(slug, reason string) bool { _, ok := want[slug]; return !ok && reason == "page changes" })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyTheNamedEpisodes(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New()}
	publishTo(t, files, s)
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
	r := showtest.Release(t, files, nil)
	if _, err := publish.NewPlan(t.Context(), r, s, &publish.PlanOptions{Only: []string{showtest.GhostSlug}}); err != nil {
		t.Errorf("named: %v", err)
	}
	_, err := publish.NewPlan(t.Context(), r, s, &publish.PlanOptions{Only: []string{"first-light"}})
	if !errors.Is(err, publish.ErrRefused) || !strings.Contains(err.Error(), showtest.GhostSlug) {
		t.Errorf("another one named: %v", err)
	}
	if _, err := publish.NewPlan(t.Context(), r, s, &publish.PlanOptions{Only: []string{"nobody"}}); !errors.Is(err, publish.ErrRefused) {
		t.Errorf("nobody: %v", err)
	}
	_, err = publish.NewPlan(t.Context(), showtest.Release(t, files, nil), record.Storage{Public: s.Public, State: mem.New()}, &publish.PlanOptions{Only: []string{showtest.GhostSlug}})
	if !errors.Is(err, publish.ErrRefused) || !strings.Contains(err.Error(), "4-the-long-tail") {
		t.Errorf("the audio of a scheduled episode is stored as well: %v", err)
	}
	delete(files, pins.File)
	_, err = publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s, &publish.PlanOptions{Only: []string{showtest.GhostSlug}})
	if !errors.Is(err, publish.ErrRefused) || !strings.Contains(err.Error(), "4-the-long-tail") {
		t.Errorf("a scheduled episode is pinned as well: %v", err)
	}
}

// A change of the notes counts as a change of the episode.
func TestOnlySeesChangedNotes(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New()}
	publishTo(t, files, s)
	showtest.Edit(t, files, showtest.GUID+"episode.md", "Rigel has five names", "Rigel has many names")
	_, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s, &publish.PlanOptions{Only: []string{showtest.GhostSlug}})
	if !errors.Is(err, publish.ErrRefused) || !strings.Contains(err.Error(), showtest.GUIDSlug) {
		t.Errorf("other notes were published as well: %v", err)
	}
}
