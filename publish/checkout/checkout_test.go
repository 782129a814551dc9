package checkout

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// repository is a git repository with a show.
type repository struct {
	t   *testing.T
	dir string
}

// git runs commands, each a list of arguments.
func (r *repository) git(commands ...[]string) {
	r.t.Helper()
	for _, args := range commands {
		cmd := exec.Command("git", append([]string{"-c", "user.name=Vega", "-c", "user.email=vega@show.example", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Dir = r.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			r.t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
}

func (r *repository) write(name, text string) {
	r.t.Helper()
	name = filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// commit writes a file and commits it.
func (r *repository) commit(name, text string, more ...string) {
	r.t.Helper()
	r.write(name, text)
	r.git([]string{"add", "--all"}, append([]string{"commit", "-qm", text}, more...))
}

// clone continues in a clone, which gets only the commits of the branch.
func (r *repository) clone(args ...string) {
	r.t.Helper()
	dir := r.t.TempDir()
	r.git(append(append([]string{"clone", "-q", "--no-local"}, args...), r.dir, dir))
	r.dir = dir
}

const notes = "episodes/1-one/episode.md"

// TestRewrittenHistory publishes a commit, changes the history, and asks whether the
// checkout contains what is live.
func TestRewrittenHistory(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	amend := []string{"commit", "-q", "--amend", "--all", "-m", "Said better"}
	for name, test := range map[string]struct {
		before   func(*repository) // after the commit, and before the publish
		after    func(*repository)
		descent  Descent
		hasFiles bool
		shallow  bool
	}{
		"nothing":           {after: func(*repository) {}, descent: Contained, hasFiles: true},
		"another commit":    {after: func(r *repository) { r.commit(notes, "Three") }, descent: Contained, hasFiles: true},
		"one commit behind": {after: func(r *repository) { r.git([]string{"checkout", "-q", "HEAD~1"}) }, descent: Older},
		"merged": {after: func(r *repository) {
			r.git([]string{"checkout", "-qb", "other", "HEAD~1"})
			r.commit("people.yaml", "vega: {name: Vega}")
			r.git([]string{"merge", "-q", "-m", "Merge", "main"})
		}, descent: Contained, hasFiles: true},
		"another message": {after: func(r *repository) { r.git(amend) }, descent: Diverged, hasFiles: true},
		"amended with another file": {after: func(r *repository) {
			r.write("episodes/2-two/episode.md", "New")
			r.git([]string{"add", "--all"}, amend)
		}, descent: Diverged, hasFiles: true},
		"amended with another text": {after: func(r *repository) {
			r.write(notes, "Two, but better")
			r.git(amend)
		}, descent: Diverged},
		"rebased": {after: func(r *repository) {
			r.git([]string{"checkout", "-qb", "other", "HEAD~1"})
			r.commit("README.md", "Read me")
			r.git([]string{"checkout", "-q", "main"}, []string{"rebase", "-q", "other"})
		}, descent: Diverged, hasFiles: true},
		"rebased, and continued": {after: func(r *repository) {
			r.git(amend)
			r.commit(notes, "Three")
			r.commit(notes, "Four")
		}, descent: Diverged, hasFiles: true},
		"squashed with what followed": {after: func(r *repository) {
			r.commit(notes, "Three")
			r.git([]string{"reset", "-q", "--soft", "HEAD~2"}, []string{"commit", "-qm", "Two and three"})
		}, descent: Diverged},
		"squashed, but the show stays as it is": {after: func(r *repository) {
			r.commit("README.md", "Read me")
			r.git([]string{"reset", "-q", "--soft", "HEAD~2"}, []string{"commit", "-qm", "Two and three"})
		}, descent: Diverged, hasFiles: true},
		"another history": {after: func(r *repository) {
			r.git([]string{"checkout", "-q", "--orphan", "new"}, []string{"commit", "-qm", "All of it"})
		}, descent: Diverged, hasFiles: true},
		"a file under another name": {after: func(r *repository) {
			r.git([]string{"mv", "episodes/1-one", "episodes/1-two"}, amend)
		}, descent: Diverged},
		"amended, in a new clone": {after: func(r *repository) {
			r.git(amend)
			r.clone()
		}, descent: Unknown, hasFiles: true},
		"in a clone without history": {after: func(r *repository) {
			r.commit(notes, "Three")
			r.clone("--depth=1")
		}, descent: Unknown, shallow: true},
		"published before it was committed": {
			before:  func(r *repository) { r.write(notes, "Two and a half") },
			after:   func(r *repository) { r.git(amend) },
			descent: Diverged, hasFiles: true,
		},
		"published, and never committed": {
			before:  func(r *repository) { r.write(notes, "Two and a half") },
			after:   func(r *repository) { r.git([]string{"checkout", "-q", notes}, amend) },
			descent: Diverged,
		},
		"in a folder of the repository": {
			before: func(r *repository) {
				r.commit("show/show.yaml", "title: In a folder")
				r.commit("show/episodes/1-one/episode.md", "One")
				r.dir = filepath.Join(r.dir, "show")
			},
			after: func(r *repository) {
				r.write("../"+notes, "Outside of the show")
				r.git(amend)
			},
			descent: Diverged, hasFiles: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &repository{t, t.TempDir()}
			r.git([]string{"init", "-qb", "main"})
			r.write("show.yaml", "title: Hello")
			r.commit(notes, "One")
			r.commit(notes, "Two")
			if test.before != nil {
				test.before(r)
			}
			live, err := Head(t.Context(), r.dir)
			files := Files(t.Context(), r.dir)
			if err != nil || live == "" || files == "" {
				t.Fatalf("commit %q with the files %q, %v", live, files, err)
			}
			test.after(r)
			descent, err := Descends(t.Context(), r.dir, live)
			if err != nil || descent != test.descent {
				t.Errorf("Descends = %d, %v; want %d", descent, err, test.descent)
			}
			if got := HasFiles(t.Context(), r.dir, files); got != test.hasFiles {
				t.Errorf("HasFiles = %v", got)
			}
			if got := IsShallow(t.Context(), r.dir); got != test.shallow {
				t.Errorf("IsShallow = %v", got)
			}
		})
	}
}
