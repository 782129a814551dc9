package publish_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/file"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
)

// sparse is a bucket that lists as S3 does: keys, sizes and versions.
type sparse struct{ *mem.Bucket }

func (b sparse) List(ctx context.Context, prefix string) iter.Seq2[bucket.Attrs, error] {
	return func(yield func(bucket.Attrs, error) bool) {
		for a, err := range b.Bucket.List(ctx, prefix) {
			a.Headers, a.CRC32C = bucket.Headers{}, 0
			if !yield(a, err) {
				return
			}
		}
	}
}

func (b sparse) Stat(ctx context.Context, key string) (bucket.Attrs, error) {
	body, a, err := b.Open(ctx, key, 0, 0)
	if err == nil {
		body.Close()
	}
	return a, err
}

// Objects left by a publish that ended before its claim are pruned. Objects that
// onair did not write are kept.
func TestStraysArePruned(t *testing.T) {
	t.Parallel()
	folder, err := file.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, public := range map[string]bucket.Bucket{"memory": mem.New(), "sparse": sparse{mem.New()}, "folder": folder} {
		t.Run(name, func(t *testing.T) {
			files := showtest.Example(t)
			state := mem.New()
			clock := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
			state.Now = func() time.Time { return clock }
			s := record.Storage{Public: public, State: state}
			publishTo(t, files, s)
			foreign := []string{"assets/theirs-0123456789abcdef.png", "audio/theirs-0123456789abcdef.mp3", "episodes/theirs/index.html", "episodes/other/episodes/show/index.html", "notes.txt"}
			for _, key := range foreign {
				data := []byte("theirs")
				var copied bucket.Headers // for audio, another program has copied a file of onair with its headers
				if strings.HasPrefix(key, "audio/") {
					copied.Metadata = map[string]string{"onair-sha256": strings.Repeat("fedcba98", 8)}
				}
				if _, err := public.Write(t.Context(), &bucket.Object{Key: key, Headers: copied, Size: int64(len(data)), CRC32C: checksum(data), Body: inMemory(data)}, bucket.Condition{}); err != nil {
					t.Fatal(err)
				}
			}

			before := contents(t, public)
			showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: Again ")
			killed := errors.New("killed")
			state.Before = func(op, key string) error {
				if op == mem.OpWrite && strings.HasSuffix(key, "release.json") {
					return killed
				}
				return nil
			}
			if _, err := publish.Apply(t.Context(), planFor(t, showtest.Release(t, files, nil), s), s, nil); !errors.Is(err, killed) {
				t.Fatalf("got %v", err)
			}
			state.Before = nil
			var strays []string
			for key := range contents(t, public) {
				if _, there := before[key]; !there {
					strays = append(strays, key)
				}
			}
			if len(strays) < 2 || !slices.ContainsFunc(strays, func(key string) bool { return strings.HasPrefix(key, "audio/") }) {
				t.Fatalf("it left %v; want audio and chapters", strays)
			}

			showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: Again ", "title: ")
			showtest.Edit(t, files, "show.yaml", "title: Hello, Universe", "title: Hello, World")
			publishTo(t, files, s)
			clock = clock.Add(publish.PruneAfter + time.Minute)
			p, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s, &publish.PlanOptions{Prune: true, AskClock: true})
			if err != nil {
				t.Fatal(err)
			}
			applyTo(t, p, s)
			after := contents(t, public)
			for _, key := range strays {
				if _, there := after[key]; there {
					t.Errorf("%s is never pruned", key)
				}
			}
			for _, key := range foreign {
				if _, there := after[key]; !there {
					t.Errorf("%s is not onair's, and is gone", key)
				}
			}
		})
	}
}
