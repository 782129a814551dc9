package publish_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"onair/publish"
	"onair/publish/bucket/mem"
	"onair/publish/checkout"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

// A publish from a checkout that does not contain the live commit is refused.
func TestStaleCheckout(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=V", "-c", "user.email=v@example.org"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	if err := os.CopyFS(dir, os.DirFS("../examples/minimal")); err != nil {
		t.Fatal(err)
	}
	git("init", "-q")
	git("add", ".")
	git("commit", "-qm", "one")
	s := record.Storage{Public: mem.New()}
	publishIt := func() error {
		sh, found := show.Load(os.DirFS(dir), &show.LoadOptions{Dir: dir})
		if found.HasErrors() {
			t.Fatal(found)
		}
		r, found, err := release.New(t.Context(), sh, &release.Options{Now: showtest.Now})
		if err != nil || found.HasErrors() {
			t.Fatal(err, found)
		}
		p, err := publish.NewPlan(t.Context(), r, s, nil)
		if err != nil {
			return err
		}
		commit, err := checkout.Head(t.Context(), dir)
		if err != nil {
			return err
		}
		_, err = publish.Apply(t.Context(), p, s, &publish.ApplyOptions{Commit: commit})
		return err
	}
	change := func(text string) {
		t.Helper()
		f, err := os.OpenFile(filepath.Join(dir, "episodes/1-the-only-one/episode.md"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		fmt.Fprintf(f, "\n%s\n", text)
	}
	change("two")
	git("commit", "-qam", "two")
	if err := publishIt(); err != nil {
		t.Fatal(err)
	}
	git("checkout", "-q", "HEAD~1")
	err := publishIt()
	if !errors.Is(err, publish.ErrConflict) || !strings.Contains(err.Error(), "which is not part of this checkout") {
		t.Errorf("one commit behind: %v", err)
	}
	git("checkout", "-q", "-")
	change("three")
	if err := publishIt(); err != nil {
		t.Errorf("ahead: %v", err)
	}
	if err := os.RemoveAll(filepath.Join(dir, ".git")); err != nil {
		t.Fatal(err)
	}
	change("four")
	git("init", "-q")
	git("add", ".")
	git("commit", "-qm", "another history")
	if err := publishIt(); !errors.Is(err, publish.ErrConflict) || !strings.Contains(err.Error(), "which this clone does not have") {
		t.Errorf("another clone: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".git/config"), []byte("[unreadable"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := publishIt(); !errors.Is(err, publish.ErrConflict) || !strings.Contains(err.Error(), "bad config") {
		t.Errorf("git cannot tell: %v", err)
	}
	if _, err := checkout.Head(t.Context(), dir); err == nil {
		t.Error("git cannot tell which commit it is, and nobody says so")
	}
	if err := os.RemoveAll(filepath.Join(dir, ".git")); err != nil {
		t.Fatal(err)
	}
	if err := publishIt(); err != nil {
		t.Errorf("no repository: %v", err)
	}
}
