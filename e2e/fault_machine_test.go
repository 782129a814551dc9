package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var (
	dateLine  = regexp.MustCompile(`(?m)^date: *"?\d{4}-`)
	dateLines = regexp.MustCompile(`(?m)^date:.*\n`)
)

// TestClock publishes a show, and then again with the clock ten years ahead or behind,
// in other time zones, with every file touched, and without a cache. The build must be
// the same, and onair may only list the bucket. No episode has a date at which it would
// go live in between.
func TestClock(t *testing.T) {
	t.Parallel()
	e := startEmulator(t)
	w := newWorkplace(t, e.privateEnv()...)
	clock, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	live := map[string]bool{}
	for _, e := range w.source(t).live() {
		live[e.slug] = true
	}
	for _, e := range w.source(t).episodes {
		edit(t, filepath.Join(w.dir, filepath.FromSlash(e.dir), "episode.md"), func(text string) string {
			if !live[e.slug] {
				return dateLines.ReplaceAllString(text, "") // without a date it is a draft
			}
			return dateLine.ReplaceAllString(text, "date: 1997-")
		})
	}
	w.run(t, "publish", "--yes")
	want := w.build(t)

	for name, change := range map[string]func(*workplace) *workplace{
		"as it was":          func(w *workplace) *workplace { return w },
		"ten years later":    at(clock.AddDate(10, 0, 0)),
		"ten years earlier":  at(clock.AddDate(-10, 0, 0)),
		"at the date line":   func(w *workplace) *workplace { return w.with("TZ=Pacific/Kiritimati") },
		"behind it":          func(w *workplace) *workplace { return w.with("TZ=Pacific/Niue") },
		"nowhere":            func(w *workplace) *workplace { return w.with("TZ=Nowhere/None") },
		"touched long ago":   touched(t, longAgo),
		"touched in future":  touched(t, time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC)),
		"touched now":        touched(t, time.Now()),
		"with another cache": func(w *workplace) *workplace { return w.with("XDG_CACHE_HOME=" + t.TempDir()) },
	} {
		changed := change(w)
		e.forget()
		changed.run(t, "publish", "--yes")
		if writes := e.writes(); len(writes) > 0 {
			t.Errorf("%s: something is written:\n%s", name, summarize(e.asked()))
		}
		sameFiles(t, name, want, changed.build(t))
	}
}

func at(clock time.Time) func(*workplace) *workplace {
	return func(w *workplace) *workplace { return w.with("ONAIR_NOW=" + clock.Format(time.RFC3339)) }
}

func touched(t *testing.T, from time.Time) func(*workplace) *workplace {
	return func(w *workplace) *workplace {
		t.Helper()
		touch(t, w.dir, from)
		return w
	}
}

// edit replaces the content of a text file with what change returns for it.
func edit(t testing.TB, file string, change func(string) string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(change(string(text))), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNoCache publishes without a usable cache, which must not change the result.
func TestNoCache(t *testing.T) {
	t.Parallel()
	for name, cache := range map[string]func(t *testing.T) string{
		"a file": func(t *testing.T) string {
			name := filepath.Join(t.TempDir(), "cache")
			if err := os.WriteFile(name, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			return name
		},
		"a full disk": func(t *testing.T) string {
			dir := disk(t, "256k")
			fill(t, dir)
			return dir
		},
		"a small disk": func(t *testing.T) string { return disk(t, "16k") },
		"a read-only disk": func(t *testing.T) string {
			dir := disk(t, "256k")
			remount(t, dir)
			return dir
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := startEmulator(t)
			w := newWorkplace(t, append(e.privateEnv(), "XDG_CACHE_HOME="+cache(t))...)
			for range 2 {
				w.run(t, "publish", "--yes")
				for _, wrong := range differences(e.objects(t), w.build(t)) {
					t.Error(wrong)
				}
				retitle(t, w, "Retitled, without a cache")
			}
			w.run(t, "publish", "--yes")
			e.forget()
			w.run(t, "publish", "--yes")
			if writes := e.writes(); len(writes) > 0 {
				t.Errorf("with nothing to do it writes %q", writes)
			}
		})
	}
}

// TestNoLock publishes a show whose onair.lock cannot be written. Nothing may be
// published, and the message must name the file and the reason.
func TestNoLock(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(t *testing.T, dir string)
		want  string
	}{
		"a full disk":      {fill, "no space left on device"},
		"a read-only disk": {remount, "read-only file system"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := startEmulator(t)
			dir := disk(t, "32m")
			w, err := makeWorkplace(dir, append(e.privateEnv(), "XDG_CACHE_HOME="+t.TempDir())...)
			if err != nil {
				t.Fatal(err)
			}
			lock := filepath.Join(w.dir, "onair.lock")
			if err := os.Remove(lock); err != nil {
				t.Fatal(err)
			}
			test.spoil(t, dir)
			said, code := ending(w.command("publish", "--yes"))
			if code != 1 || !strings.Contains(string(said), test.want) || !strings.Contains(string(said), "onair.lock") {
				t.Errorf("exit code %d, and it says:\n%s", code, said)
			}
			if writes := e.writes(); len(writes) > 0 {
				t.Errorf("published without a pin: %q", writes)
			}
			for _, left := range append(temporaries(t, dir), lock) {
				if info, err := os.Stat(left); err == nil {
					t.Errorf("%s is left, with %d bytes", left, info.Size())
				}
			}
		})
	}
}

// disk mounts a small in-memory disk. The test is skipped unless it runs as root.
func disk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("small disks take root on Linux: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	return dir
}

// remount remounts a disk read-only.
func remount(t *testing.T, dir string) {
	t.Helper()
	if out, err := exec.Command("mount", "-o", "remount,ro", dir).CombinedOutput(); err != nil {
		t.Fatalf("remount: %v %s", err, out)
	}
}

// fill writes to a disk until it is full.
func fill(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); ; {
		if _, err := f.Write(block); err != nil {
			return
		}
	}
}
