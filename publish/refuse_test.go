package publish_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
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

func TestForeignObjectsAreNotOverwritten(t *testing.T) {
	t.Parallel()
	b := mem.New()
	data := []byte("somebody's own page")
	if _, err := b.Write(t.Context(), &bucket.Object{
		Key: "index.html", Size: int64(len(data)), CRC32C: checksum(data),
		Body: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}, bucket.Condition{}); err != nil {
		t.Fatal(err)
	}
	r := showtest.Release(t, showtest.Example(t), nil)
	_, err := publish.NewPlan(t.Context(), r, record.Storage{Public: b}, nil)
	var foreign *publish.ForeignError
	if !errors.As(err, &foreign) || len(foreign.Keys) != 1 || foreign.Keys[0] != "index.html" {
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
