package repo

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkLintRepository lints 2,000 files of 120 MB in total, made from files of the
// corpus, on all cores. It reports the peak of memory in use.
func BenchmarkLintRepository(b *testing.B) {
	sources := corpus(b)
	const files, size = 2000, 60_000
	names := make([]string, files)
	first := map[string]int{}
	for i := range names {
		names[i] = fmt.Sprintf("show/show-%d.md", i)
		first[names[i]] = i
	}
	read := func(name string) ([]byte, error) {
		src := make([]byte, 0, 2*size)
		for i := first[name]; len(src) < size; i++ {
			src = append(append(src, sources[i%len(sources)]...), '\n')
		}
		return src[:size], nil
	}
	l := &Linter{Settings: &Settings{Fraction: "frames30", Disabled: map[string]string{"T029": "the files repeat themselves"}}, Workers: runtime.GOMAXPROCS(0)}
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var peak atomic.Uint64
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				if used := now.HeapInuse + now.StackInuse; used > before.HeapInuse && used-before.HeapInuse > peak.Load() {
					peak.Store(used - before.HeapInuse)
				}
			}
		}
	}()
	b.SetBytes(files * size)
	for b.Loop() {
		if _, err := l.Run(context.Background(), names, read, func(*Result) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	close(done)
	b.ReportMetric(float64(peak.Load())/1e6, "MB-in-use")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/repository")
}

// corpus returns real transcripts, which are not part of the project.
func corpus(tb testing.TB) (all [][]byte) {
	tb.Helper()
	root := os.Getenv("ONAIR_CORPUS")
	if root == "" {
		tb.Skip("ONAIR_CORPUS does not name a folder of transcripts")
	}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".md") || entry.Name() == "README.md" {
			return err
		}
		src, err := os.ReadFile(path)
		all = append(all, src)
		return err
	})
	if err != nil || len(all) == 0 {
		tb.Skipf("no corpus of transcripts: %v", err)
	}
	return all
}
