package mem_test

import (
	"errors"
	"testing"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/mem"
)

func TestBucket(t *testing.T) {
	t.Parallel()
	buckettest.Run(t, func(*testing.T) bucket.Bucket { return mem.New() }, &buckettest.Options{
		ManyKeys: 1100,
		Sibling:  func(*testing.T, bucket.Bucket) bucket.Bucket { return mem.New() },
	})
}

func TestHooks(t *testing.T) {
	t.Parallel()
	ctx, lost := t.Context(), errors.New("connection lost")
	b := mem.New()
	var seen []string
	b.Before = func(op, key string) error {
		seen = append(seen, op+" "+key)
		return nil
	}
	b.After = func(op, _ string) error {
		if op == mem.OpWrite {
			return lost
		}
		return nil
	}
	if _, err := b.Write(ctx, buckettest.Object("a", "x"), bucket.Condition{}); !errors.Is(err, lost) {
		t.Errorf("Write = %v, want the hook's error", err)
	}
	if r, _, err := b.Open(ctx, "a", 0, -1); err != nil {
		t.Errorf("an error of After undid the write: %v", err)
	} else {
		r.Close()
	}
	b.Before = func(string, string) error { return lost }
	if err := b.Delete(ctx, "a", bucket.Condition{}); !errors.Is(err, lost) {
		t.Errorf("Delete = %v, want the hook's error", err)
	}
	b.Before = nil
	n := 0
	for range b.List(ctx, "") {
		n++
	}
	if n != 1 {
		t.Errorf("%d objects listed, want 1: an error of Before must keep a call from having an effect", n)
	}
	if len(seen) != 2 || seen[0] != "write a" || seen[1] != "open a" {
		t.Errorf("hook saw %q", seen)
	}
	if b.Calls(mem.OpWrite) != 1 || b.Calls(mem.OpDelete) != 1 || b.Calls(mem.OpList) != 1 || b.Calls(mem.OpSetHeaders) != 0 {
		t.Error("calls are not counted")
	}
}
