package publish_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/crc32c"
	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
)

func checksum(data []byte) uint32 { return crc32c.Checksum(data) }

// held is a body in memory.
func held(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

func TestBuildRemovesOnlyItsOwn(t *testing.T) {
	files := showtest.Example(t)
	b := mem.New()
	first := showtest.Release(t, files, nil)
	written, removed, err := publish.Build(t.Context(), first, b)
	if err != nil || written != len(first.Objects) || removed != 0 {
		t.Fatalf("first build: %d written, %d removed, %v", written, removed, err)
	}
	if written, removed, err := publish.Build(t.Context(), first, b); err != nil || written+removed != 0 {
		t.Errorf("again: %d written, %d removed, %v", written, removed, err)
	}
	foreign := first.Feed.Object
	foreign.Key = "CNAME"
	if _, err := b.Write(t.Context(), &foreign, bucket.Condition{}); err != nil {
		t.Fatal(err)
	}

	showtest.Edit(t, files, "show.yaml", "title: Hello, Universe", "title: Hello, Multiverse")
	second := showtest.Release(t, files, nil)
	if _, removed, err = publish.Build(t.Context(), second, b); err != nil || removed == 0 {
		t.Errorf("after a change: %d removed, %v", removed, err)
	}
	want := map[string]uint32{"CNAME": foreign.CRC32C}
	for _, o := range second.Objects {
		want[o.Key] = o.CRC32C
	}
	got := map[string]uint32{}
	for key, a := range contents(t, b) {
		got[key] = a.CRC32C
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBuildRefusesAPublishedBucket(t *testing.T) {
	b := mem.New()
	r := showtest.Release(t, showtest.Example(t), nil)
	apply(t, plan(t, r, b), b)
	if _, _, err := publish.Build(t.Context(), r, b); !errors.Is(err, publish.ErrRefused) {
		t.Errorf("got %v", err)
	}
}
