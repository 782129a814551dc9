//go:build unix

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"onair/e2e/internal/synthetic"
)

// newCatalogue writes the show into a folder with an environment of its own.
func newCatalogue(b testing.TB, c *synthetic.Catalogue, env ...string) *workplace {
	b.Helper()
	root := b.TempDir()
	w := &workplace{dir: filepath.Join(root, "show"), env: append(cleanEnv(filepath.Join(root, "home")), env...)}
	if err := c.Write(w.dir); err != nil {
		b.Fatal(err)
	}
	return w
}

// startOver removes all files that a publish has written to the folder and the home.
func (w *workplace) startOver(b testing.TB) {
	b.Helper()
	for _, name := range []string{filepath.Join(w.dir, "onair.lock"), filepath.Join(w.dir, "..", "home")} {
		if err := os.RemoveAll(name); err != nil {
			b.Fatal(err)
		}
	}
}

// still publishes until a publish finds, from file times alone, that it has nothing to
// do. onair trusts file times only after no file has changed for some time.
func (w *workplace) still(b testing.TB) {
	b.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		out, err := w.command("publish", "--yes").CombinedOutput()
		switch {
		case err != nil:
			b.Fatalf("%v\n%s", err, out)
		case bytes.Contains(out, []byte(", unchanged since ")):
			return
		case time.Now().After(end):
			b.Fatalf("every publish looks at the whole show\n%s", out)
		}
	}
}

// touchNow sets the modification time of a file, or of every file below a folder, to
// the present, as in a fresh clone.
func touchNow(b testing.TB, dir string) {
	b.Helper()
	at := time.Now()
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			err = os.Chtimes(name, at, at)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// benchScale returns the fraction of the full work to do, from ONAIR_BENCH_SCALE. All
// of it is 3,300 files and 640 MB; the default is a tenth.
func benchScale(b testing.TB) float64 {
	b.Helper()
	text := os.Getenv("ONAIR_BENCH_SCALE")
	if text == "" {
		return 0.1
	}
	scale, err := strconv.ParseFloat(text, 64)
	if err != nil || scale <= 0 || scale > 10 {
		b.Fatalf("ONAIR_BENCH_SCALE: %q is not a number from 0 to 10", text)
	}
	return scale
}
