package credit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/derive"
)

// scratch is a git repository for a test.
type scratch struct {
	t   *testing.T
	dir string
}

func newScratch(t *testing.T) *scratch {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	s := &scratch{t, t.TempDir()}
	s.git("init", "-q", "-b", "main")
	return s
}

func (s *scratch) git(args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=Crew", "GIT_AUTHOR_EMAIL=crew@x.example", "GIT_COMMITTER_NAME=Crew", "GIT_COMMITTER_EMAIL=crew@x.example")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit writes a file and commits it.
func (s *scratch) commit(name, text, author, message string) {
	s.t.Helper()
	file := filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
	s.git("add", "-A")
	s.git("commit", "-q", "--author", author, "-m", message)
}

func TestContributors(t *testing.T) {
	t.Parallel()
	s := newScratch(t)
	long := strings.Repeat("**Vega:** words of a turn\n\n", 20)
	s.commit("show/old.md", long, "Vega Lyra <vega@x.example>", "Start")
	s.commit("show/old.md", long+"a\n", "rigel <rigel@old.example>", "Mend\n\nCo-authored-by: D. Cygni <deneb@x.example>\nCo-Authored-By: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>")
	s.git("mv", "show/old.md", "show/épisode 1.md")
	s.git("commit", "-q", "--author", "Rigel Orion <rigel@x.example>", "-m", "Move")
	s.commit("show/épisode 1.md", long+"b\n", "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>", "Format")
	s.commit("show/épisode 1.md", long+"c\n", "me@x.example <me@x.example>", "Mend")
	s.commit("show/épisode 1.md", long+"d\n", "Al\u202etair\x1b[31m <altair@x.example>", "Mend\n\nCo-authored-by: Vega Lyra <vega@x.example>")
	s.commit("show/other.md", "**Vega:** b\n", "Deneb <deneb@x.example>", "Another")
	s.commit(".mailmap", "Rigel Orion <rigel@x.example> <rigel@old.example>\nDeneb <deneb@x.example>\n", "Deneb <deneb@x.example>", "Mailmap")
	got, err := Contributors(context.Background(), nil, nil, filepath.Join(s.dir, "show"), []string{"épisode 1.md", "other.md", "nothing.md"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]Contributor{
		"épisode 1.md": {{"Vega Lyra", 2}, {"Rigel Orion", 2}, {"Deneb", 1}, {"Al tair [31m", 1}},
		"other.md":     {{"Deneb", 1}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Deneb"}, Names(got["other.md"])); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Helper{{"Deneb", 2}, {"Al tair [31m", 1}, {"Rigel Orion", 1}, {"Vega Lyra", 1}}, Total(got)); diff != "" {
		t.Errorf("total (-want +got):\n%s", diff)
	}
}

func TestShallowClone(t *testing.T) {
	t.Parallel()
	s := newScratch(t)
	s.commit("a.md", "a\n", "Vega <vega@x.example>", "One")
	s.commit("a.md", "b\n", "Vega <vega@x.example>", "Two")
	clone := t.TempDir()
	s.git("clone", "-q", "--depth=1", "file://"+s.dir, clone)
	if _, err := Contributors(context.Background(), nil, nil, clone, []string{"a.md"}); !errors.Is(err, ErrShallow) {
		t.Errorf("got %v", err)
	}
}

func TestWithoutHistory(t *testing.T) {
	t.Parallel()
	if _, err := Contributors(context.Background(), nil, nil, t.TempDir(), nil); !errors.Is(err, ErrNoRepository) {
		t.Errorf("no repository: %v", err)
	}
	s := newScratch(t)
	if got, err := Contributors(context.Background(), nil, nil, s.dir, []string{"a.md"}); err != nil || len(got) != 0 {
		t.Errorf("nothing committed: %v, %v", got, err)
	}
}

// TestCachedContributors changes everything that the contributors depend on. It compares
// the answer with a cache to the answer without, and expects a trace to notice each
// change.
func TestCachedContributors(t *testing.T) {
	t.Parallel()
	s := newScratch(t)
	cache := derive.Open(t.TempDir(), "build")
	defer cache.Close()
	file := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.commit("a.md", "a\n", "Vega <vega@x.example>", "One")
	previous, states := "", map[string]string{}
	for _, test := range []struct {
		what string
		edit func()
		same bool // the change does not matter
	}{
		{"a commit", func() {
			s.commit("a.md", "b\n", "Rigel <rigel@x.example>", "Two\n\nCo-authored-by: Deneb <deneb@x.example>")
		}, false},
		{"nothing", func() {}, true},
		{"a file that is not committed", func() { file("a.md", "c\n") }, true},
		{"another author", func() { s.git("commit", "-q", "--amend", "--author", "Altair <altair@x.example>", "-m", "Two") }, false},
		{"a mailmap", func() { file(".mailmap", "Atair <altair@x.example>\n") }, false},
		{"another mailmap", func() { file(".mailmap", "Alt'r <altair@x.example>\n") }, false},
		{"no mailmap", func() { os.Remove(filepath.Join(s.dir, ".mailmap")) }, false},
		{"a mailmap elsewhere", func() {
			file("names", "Atair <altair@x.example>\n")
			s.git("config", "mailmap.file", filepath.Join(s.dir, "names"))
		}, false},
		{"a change of it", func() { file("names", "Alt'r <altair@x.example>\n") }, false},
		{"another commit in place of one", func() {
			s.git("replace", "HEAD", s.git("commit-tree", "HEAD^{tree}", "-m", "Replaced"))
		}, false},
		{"the old one again", func() { s.git("replace", "-d", s.git("rev-parse", "HEAD")) }, false},
		{"a commit less", func() { s.git("reset", "-q", "--hard", "HEAD~1") }, false},
		{"a rewritten history", func() {
			s.git("checkout", "-q", "--orphan", "other")
			s.commit("a.md", "d\n", "Deneb <deneb@x.example>", "All")
		}, false},
		{"a shallow clone", func() {
			s.git("commit", "-q", "--allow-empty", "-m", "More")
			clone := t.TempDir()
			s.git("clone", "-q", "--depth=1", "file://"+s.dir, clone)
			s.dir = clone
		}, false},
		{"its whole history", func() { s.git("fetch", "-q", "--unshallow") }, false},
		{"no repository", func() { os.RemoveAll(filepath.Join(s.dir, ".git")) }, false},
	} {
		test.edit()
		want, wantErr := Contributors(t.Context(), nil, nil, s.dir, []string{"a.md"})
		for range 2 {
			got, err := Contributors(t.Context(), cache, &derive.Trace{}, s.dir, []string{"a.md"})
			if diff := cmp.Diff(want, got); diff != "" || !errors.Is(err, wantErr) {
				t.Errorf("%s: %v (-without the cache +with it)\n%s", test.what, err, diff)
			}
		}
		state := State(t.Context(), s.dir)
		if state == "" || test.same != (state == previous) {
			t.Errorf("%s: the state is %q after %q", test.what, state, previous)
		}
		answer := fmt.Sprint(want, wantErr)
		if was, ok := states[state]; ok && was != answer {
			t.Errorf("%s: one state has the answers %s and %s", test.what, was, answer)
		}
		previous, states[state] = state, answer
	}
	s.dir = t.TempDir()
	s.git("init", "-q")
	s.git("config", "mailmap.blob", "HEAD:names")
	if state := State(t.Context(), s.dir); state != "" {
		t.Errorf("with a mailmap in a blob, the state is %q", state)
	}
}

func FuzzRecords(f *testing.F) {
	f.Add("\x01Vega\x02v@x\x02Deneb <d@x>\x03x <y\x02\x00M\x00a.md\x00R100\x00b.md\x00a.md\x00")
	f.Fuzz(func(t *testing.T, log string) {
		r := &reader{wanted: map[string]string{"a.md": "a.md"}, counts: map[string]map[person]*Contributor{}, ids: map[string]person{}}
		if r.records(strings.NewReader(log)) != nil {
			return
		}
		for _, list := range r.result() {
			for _, name := range Names(list) {
				if name == "" || strings.Contains(name, "@") {
					t.Errorf("name %q", name)
				}
			}
		}
	})
}
