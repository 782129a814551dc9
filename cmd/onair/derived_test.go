package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/derive"
)

// TestCacheChangesNothing edits a show and its git repository at random. After some of
// the edits it runs check and build, or publish, with a cache and without one. Both
// runs must print and write the same. Some edits also truncate the files of the cache.
func TestCacheChangesNothing(t *testing.T) {
	defer derive.SetSettleTime(0)()
	root := t.TempDir()
	show, cache := filepath.Join(root, "show"), filepath.Join(root, "cache")
	t.Chdir(root)
	t.Setenv("HOME", root)
	audio := bytes.Repeat(append([]byte{0xff, 0xf3, 0x10, 0xc0}, make([]byte, 22)...), 400)
	restore := func(more string) {
		for _, name := range []string{"people.yaml", "transcripts.yaml", "onair.lock", "templates", "episodes", "../public", "../plain-public"} {
			_ = os.RemoveAll(filepath.Join(show, name))
		}
		for i := 1; i <= 3; i++ {
			dir := filepath.Join("episodes", fmt.Sprintf("%d-one", i))
			write(t, show, filepath.Join(dir, "episode.md"), fmt.Sprintf("---\ntitle: Number %d\nguid: guid-%d\ndate: 2026-0%d-01 06:00\nnumber: %d\n---\nNotes.\n", i, i, i, i))
			write(t, show, filepath.Join(dir, "transcript.md"), "**Ada:** \\[00:00\\] Hello.\n\n**Bob:** \\[00:05\\] Good morning.\n")
			write(t, show, filepath.Join(dir, "chapters.txt"), "0:00 Before\n0:05 After\n")
			write(t, show, filepath.Join(dir, "audio.mp3"), string(audio))
		}
		write(t, show, "show.yaml", "title: A show\ndescription: Of edits.\nauthor: Ada\nurl: http://localhost:8080/\nlanguage: en\ncategories: [Technology]\nexplicit: false\n"+more)
	}
	restore("credits: git\n")
	history := newHistory(t, show)
	now := time.Date(2026, 2, 15, 0, 0, 0, 0, time.UTC)
	outcome := func(cache, out string, publish bool) string {
		t.Setenv("XDG_CACHE_HOME", cache)
		t.Setenv("HOME", cache)
		t.Chdir(root)
		var text bytes.Buffer
		commands := [][]string{{"check", "-v"}, {"build", "-o", out}}
		if now.Day()%2 == 0 {
			commands[0] = []string{"check", "--format", "json"}
		}
		variables := map[string]string{}
		if publish {
			commands = [][]string{{"publish"}}
			variables = map[string]string{"ONAIR_STORAGE": "file:" + out, "ONAIR_URL": "http://localhost:8080/"}
		}
		for _, args := range commands {
			sys := &system{name: "onair", stdin: strings.NewReader(""), stdout: &text, stderr: &text,
				env: func(name string) (string, bool) { v, ok := variables[name]; return v, ok }, now: func() time.Time { return now }}
			t.Chdir(root)
			fmt.Fprintln(&text, run(context.Background(), sys, append([]string{"-C", show}, args...)))
		}
		lock, _ := os.ReadFile(filepath.Join(show, "onair.lock"))
		fmt.Fprintf(&text, "onair.lock %x\n", lock)
		_ = filepath.WalkDir(out, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && d.Name() == ".onair" {
				return fs.SkipDir // the record has a random number
			}
			if err == nil && d.Type().IsRegular() {
				data, _ := os.ReadFile(name)
				fmt.Fprintf(&text, "%s %x\n", strings.TrimPrefix(name, out), data)
			}
			return nil
		})
		// The compared runs write into different folders.
		return strings.ReplaceAll(text.String(), out, "OUT")
	}
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(texts ...string) string { return texts[random.IntN(len(texts))] }
	files := []string{"show.yaml", "people.yaml", "transcripts.yaml", "onair.lock", "templates/badge.html", "templates/static/custom.css", "templates/words/en.txt"}
	for i := 1; i <= 3; i++ {
		for _, name := range []string{"episode.md", "transcript.md", "chapters.txt", "audio.mp3", "transcript.es.md"} {
			files = append(files, fmt.Sprintf("episodes/%d-one/%s", i, name))
		}
	}
	edits := 500
	if testing.Short() {
		edits = 20
	}
	calm := 0 // rounds to come that edit only the repository, while the show has no errors
	for n := range edits {
		name, compare := pick(files...), random.IntN(8) == 0
		switch data, err := os.ReadFile(filepath.Join(show, name)); {
		case calm > 0:
			calm--
			name, compare = history.edit(random), true
		case random.IntN(16) == 0:
			name, compare, calm = "the whole show, which is as at first", true, random.IntN(5)
			restore(pick("", "credits: git\n", "credits: git\n"))
		case random.IntN(10) == 0:
			name = history.edit(random)
		case random.IntN(8) == 0:
			now = now.AddDate(0, random.IntN(4)-1, random.IntN(2))
		case err == nil && random.IntN(5) == 0:
			_ = os.Remove(filepath.Join(show, name))
		case err == nil && random.IntN(3) == 0:
			write(t, show, name, strings.Replace(string(data), pick("title: ", "Hello", "0:05", "e"), pick("title: x", "Hallo", "0:06", "a", ""), 1))
		default:
			write(t, show, name, pick("", "{}\n", string(data)+"\n", "title: A show\nurl: https://edits.example/\n", "**Ada:** Hi.\n", "---\ntitle: T\nguid: g\ndate: 2026-01-01\n---\n", "0:00 A\n0:03 B\n", "subscribe = Follow us\n", string(audio[:52])))
		}
		if random.IntN(10) == 0 {
			_ = filepath.WalkDir(cache, func(name string, d fs.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() {
					_ = os.Truncate(name, random.Int64N(2000))
				}
				return nil
			})
		}
		if !compare {
			continue // compare after several edits
		}
		if random.IntN(8) == 0 {
			plain, public := filepath.Join(root, "plain-public"), filepath.Join(root, "public")
			comparePublish(t, fmt.Sprintf("edit %d of %s", n, name), show, plain, public, func(out string) string {
				if out == public {
					return outcome(cache, out, true)
				}
				return outcome(filepath.Join(root, fmt.Sprint("none", n)), out, true)
			})
			continue
		}
		out := filepath.Join(root, "out")
		plain := filepath.Join(root, "plain")
		want := outcome(filepath.Join(root, fmt.Sprint("none", n)), plain, false)
		for range 2 {
			got := outcome(cache, out, false)
			if cutBuilt(got) != cutBuilt(want) {
				t.Fatalf("edit %d of %s: (-without the cache +with it)\n%.3000s", n, name, cmp.Diff(strings.Split(cutBuilt(want), "\n"), strings.Split(cutBuilt(got), "\n")))
			}
		}
	}
}

// comparePublish publishes several times into the folder plain, without a cache, and
// then into the folder cached, with one, from the same onair.lock. In both folders it
// deletes the feed before the last publish. A publish that learns from the cache that
// it has nothing to do prints less, but must leave the same files.
func comparePublish(t *testing.T, what, show, plain, cached string, publish func(out string) string) {
	t.Helper()
	name := filepath.Join(show, "onair.lock")
	lock, err := os.ReadFile(name)
	times := func(out string) (texts []string) {
		for range 3 {
			texts = append(texts, publish(out))
		}
		_ = os.Remove(filepath.Join(out, "feed.xml"))
		return append(texts, publish(out))
	}
	want := times(plain)
	if err == nil {
		write(t, show, "onair.lock", string(lock))
	} else {
		_ = os.Remove(name)
	}
	for i, got := range times(cached) {
		want := want[i]
		if strings.Contains(got, ", unchanged since ") {
			_, got, _ = strings.Cut(got, "Nothing to do: ")
			_, want, _ = strings.Cut(want, "Nothing to do: ")
		}
		if got != want {
			t.Fatalf("%s, publish %d: (-without the cache +with it)\n%.3000s", what, i+1, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		}
	}
}

// history is the git repository of a show.
type history struct {
	t   *testing.T
	dir string
}

// newHistory creates a git repository in a folder. If git is not installed, the methods
// of the result do nothing.
func newHistory(t *testing.T, dir string) *history {
	h := &history{t: t}
	if _, err := exec.LookPath("git"); err != nil {
		return h
	}
	h.dir = dir
	h.git("init", "-q")
	h.git("config", "gc.auto", "0")
	h.commit("Ada <ada@x.example>", "One")
	return h
}

func (h *history) git(args ...string) {
	h.t.Helper()
	if h.dir == "" {
		return
	}
	cmd := exec.Command("git", args...)
	cmd.Dir = h.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull, "GIT_AUTHOR_NAME=Crew", "GIT_AUTHOR_EMAIL=crew@x.example", "GIT_COMMITTER_NAME=Crew", "GIT_COMMITTER_EMAIL=crew@x.example")
	if out, err := cmd.CombinedOutput(); err != nil {
		h.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (h *history) commit(author, message string, flags ...string) {
	h.t.Helper()
	h.git("add", "-A")
	h.git(append([]string{"commit", "-q", "--allow-empty", "--author", author, "-m", message}, flags...)...)
}

// edit changes the repository at random and returns what it did.
func (h *history) edit(random *rand.Rand) string {
	h.t.Helper()
	if h.dir == "" {
		return "nothing"
	}
	people := []string{"Ada <ada@x.example>", "Bob <bob@x.example>", "B. <bob@old.example>", "helper[bot] <helper[bot]@x.example>"}
	author := people[random.IntN(len(people))]
	switch random.IntN(9) {
	case 0, 1:
		h.commit(author, "Edit", "--amend")
		return "the last commit"
	case 2:
		h.git("checkout", "-q", "--orphan", fmt.Sprint("other", random.Uint64()))
		h.commit(author, "Everything")
		return "the whole history"
	case 3:
		h.git("reset", "-q", "--soft", "HEAD@{1}")
		return "which commit is checked out"
	case 4, 8:
		n := random.IntN(3)
		write(h.t, h.dir, ".mailmap", fmt.Sprintf("Ada %d <ada@x.example>\nBob %d <bob@x.example>\nBob %d <bob@old.example>\n", n, n, n))
		return ".mailmap"
	case 5:
		h.addTurn(random)
		h.commit(author, "Edit\n\nCo-authored-by: "+people[random.IntN(len(people))])
		return "a commit of two people"
	}
	h.addTurn(random)
	h.commit(author, "Edit")
	return "a commit"
}

// addTurn adds a turn to a transcript.
func (h *history) addTurn(random *rand.Rand) {
	h.t.Helper()
	name := fmt.Sprintf("episodes/%d-one/transcript.md", 1+random.IntN(3))
	text, _ := os.ReadFile(filepath.Join(h.dir, name))
	write(h.t, h.dir, name, string(text)+"\n**Ada:** And so on.\n")
}

// cutBuilt removes the line with the numbers of files that a build wrote.
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
	_ = os.Remove(name) // a new inode shows the change even within one tick of the clock
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
