package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/derive"
)

// TestCacheChangesNothing edits a show at random and compares what check and build
// print and write with a cache to what they do without one. The cache is damaged
// now and then.
func TestCacheChangesNothing(t *testing.T) {
	defer derive.SetSettleTime(0)()
	root := t.TempDir()
	show, cache := filepath.Join(root, "show"), filepath.Join(root, "cache")
	t.Chdir(root)
	t.Setenv("HOME", root)
	audio := bytes.Repeat(append([]byte{0xff, 0xf3, 0x10, 0xc0}, make([]byte, 22)...), 400)
	for i := 1; i <= 3; i++ {
		dir := filepath.Join("episodes", fmt.Sprintf("%d-one", i))
		write(t, show, filepath.Join(dir, "episode.md"), fmt.Sprintf("---\ntitle: Number %d\nguid: guid-%d\ndate: 2026-0%d-01 06:00\nnumber: %d\n---\nNotes.\n", i, i, i, i))
		write(t, show, filepath.Join(dir, "transcript.md"), "**Ada:** \\[00:00\\] Hello.\n\n**Bob:** \\[00:05\\] Good morning.\n")
		write(t, show, filepath.Join(dir, "chapters.txt"), "0:00 Before\n0:05 After\n")
		write(t, show, filepath.Join(dir, "audio.mp3"), string(audio))
	}
	write(t, show, "show.yaml", "title: A show\ndescription: Of edits.\nauthor: Ada\nurl: https://edits.example/\nlanguage: en\ncategories: [Technology]\nexplicit: false\n")
	now := time.Date(2026, 2, 15, 0, 0, 0, 0, time.UTC)
	outcome := func(cache, out string) string {
		t.Setenv("XDG_CACHE_HOME", cache)
		t.Setenv("HOME", cache)
		t.Chdir(root)
		var text bytes.Buffer
		for _, args := range [][]string{{"check", "--format", "json"}, {"check", "-v"}, {"build", "-o", out}} {
			sys := &system{name: "onair", stdin: strings.NewReader(""), stdout: &text, stderr: &text,
				env: func(string) (string, bool) { return "", false }, now: func() time.Time { return now }}
			t.Chdir(root)
			fmt.Fprintln(&text, run(context.Background(), sys, append([]string{"-C", show}, args...)))
		}
		_ = filepath.WalkDir(out, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				data, _ := os.ReadFile(name)
				fmt.Fprintf(&text, "%s %x\n", strings.TrimPrefix(name, out), data)
			}
			return nil
		})
		// What a build wrote depends on the content of the folder before.
		return strings.ReplaceAll(text.String(), out, "OUT")
	}
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(texts ...string) string { return texts[random.IntN(len(texts))] }
	files := []string{"show.yaml", "people.yaml", "transcripts.yaml", "onair.lock", "templates/badge.html", "templates/static/custom.css"}
	for i := 1; i <= 3; i++ {
		for _, name := range []string{"episode.md", "transcript.md", "chapters.txt", "audio.mp3", "transcript.es.md"} {
			files = append(files, fmt.Sprintf("episodes/%d-one/%s", i, name))
		}
	}
	edits := 500
	if testing.Short() {
		edits = 20
	}
	for n := range edits {
		name := pick(files...)
		switch data, err := os.ReadFile(filepath.Join(show, name)); {
		case random.IntN(8) == 0:
			now = now.AddDate(0, random.IntN(4)-1, 0)
		case err == nil && random.IntN(5) == 0:
			_ = os.Remove(filepath.Join(show, name))
		case err == nil && random.IntN(3) == 0:
			write(t, show, name, strings.Replace(string(data), pick("title: ", "Hello", "0:05", "e"), pick("title: x", "Hallo", "0:06", "a", ""), 1))
		default:
			write(t, show, name, pick("", "{}\n", string(data)+"\n", "title: A show\nurl: https://edits.example/\n", "**Ada:** Hi.\n", "---\ntitle: T\nguid: g\ndate: 2026-01-01\n---\n", "0:00 A\n0:03 B\n", string(audio)))
		}
		if random.IntN(10) == 0 {
			_ = filepath.WalkDir(cache, func(name string, d fs.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() {
					_ = os.Truncate(name, random.Int64N(2000))
				}
				return nil
			})
		}
		out := filepath.Join(root, "out")
		plain := filepath.Join(root, "plain")
		want := outcome(filepath.Join(root, fmt.Sprint("none", n)), plain)
		for range 2 {
			got := outcome(cache, out)
			if cutBuilt(got) != cutBuilt(want) {
				t.Fatalf("edit %d of %s: (-without the cache +with it)\n%.3000s", n, name, cmp.Diff(strings.Split(cutBuilt(want), "\n"), strings.Split(cutBuilt(got), "\n")))
			}
		}
	}
}

// cutBuilt removes the line that counts what a build wrote.
func cutBuilt(s string) string {
	var kept []string
	for line := range strings.SplitSeq(s, "\n") {
		if !strings.HasPrefix(line, "OUT: ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(name) // another inode shows the change within one tick of the clock
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
