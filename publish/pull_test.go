package publish_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/publish"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/show"
	"onair/show/pins"
)

func TestPull(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New(), State: mem.New()}
	r := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, r, s), s)
	dir := t.TempDir()
	pull := func() (brought, left int) {
		t.Helper()
		err := publish.Pull(t.Context(), r.Show, s, dir, func(p publish.Pulled) {
			if p.Left == "" {
				brought++
			} else {
				left++
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return brought, left
	}
	if brought, left := pull(); brought != 6 || left != 0 { // lock, 4 live, 1 scheduled
		t.Errorf("brought %d files, left %d", brought, left)
	}
	for _, e := range r.Episodes {
		if e.Status == show.Draft {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, "episodes", e.Slug, "audio.mp3"))
		if err != nil {
			t.Error(err)
		} else if !bytes.Contains(files[e.Audio].Data, data) || int64(len(data)) != e.Pin.Payload.Bytes {
			t.Errorf("%s is not the master without its tags", e.Slug)
		}
	}
	lock, err := os.ReadFile(filepath.Join(dir, pins.File))
	if diff := cmp.Diff(string(files[pins.File].Data), string(lock)); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if brought, left := pull(); brought != 0 || left != 6 {
		t.Errorf("again: brought %d files, left %d", brought, left)
	}
}
