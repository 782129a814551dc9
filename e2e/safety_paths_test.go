package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hostile are names that point outside of a folder, or at special files.
var hostile = []string{
	"../outside", "../../outside/x", "/outside", "..", ".", "a/../../../outside", `..\outside`, `C:\outside`, ".git", ".onair", ".onair/release.json",
	"CON", "nul", "a.", "a ", "A", "a/b", "a\\x00b", "%2e%2e/outside", "",
}

// TestHostileNames uses hostile names wherever a show names something. No file may be
// created or changed outside the folders that onair may write to.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	places := map[string]func(w *workplace, name string) error{
		"slug":          frontMatter("slug: %q"),
		"redirect_from": frontMatter("redirect_from: [%q]"),
		"redirect path": func(w *workplace, name string) error {
			return frontMatter("redirect_from: [%q]")(w, "/"+name)
		},
		"topic":     frontMatter("topics: [%q]"),
		"guest":     frontMatter("guests: [%q]"),
		"guid":      frontMatter("guid: %q"),
		"audio":     frontMatter("audio: %q"),
		"artwork":   frontMatter("artwork: %q"),
		"feed path": inShow("feed: {path: %q}"),
		"language":  inShow("language: %q"),
		"person": func(w *workplace, name string) error {
			return os.WriteFile(filepath.Join(w.dir, "people.yaml"), fmt.Appendf(nil, "%q: {name: Nobody}\nvega: {name: Vega}\nrigel: {name: Rigel}\ndeneb: {name: Deneb}\n", name), 0o644)
		},
		"lock": func(w *workplace, name string) error {
			lock, err := os.ReadFile(filepath.Join(w.dir, "onair.lock"))
			if err != nil {
				return err
			}
			spoiled := strings.Replace(string(lock), "slug: 1-ghosts-in-the-tag", fmt.Sprintf("slug: %q", name), 1)
			return os.WriteFile(filepath.Join(w.dir, "onair.lock"), []byte(spoiled), 0o644)
		},
	}
	for place, put := range places {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			for _, name := range hostile {
				root := t.TempDir()
				w, err := makeWorkplace(root, "ONAIR_STORAGE=file:"+filepath.Join(root, "public"), "ONAIR_STATE=file:"+filepath.Join(root, "state"))
				if err != nil {
					t.Fatal(err)
				}
				if err := put(w, name); err != nil {
					t.Fatal(err)
				}
				before := outside(t, root, "public", "state", "build", "home", "show/onair.lock")
				for _, command := range [][]string{{"build", "-o", filepath.Join(root, "build")}, {"publish", "--yes"}, {"pull", filepath.Join(root, "state", "pulled")}} {
					said, code := ending(w.command(command...))
					if code < 0 || strings.Contains(string(said), "panic:") {
						t.Errorf("%q: %s crashes:\n%s", name, command[0], said)
					}
				}
				if diff := cmp.Diff(before, outside(t, root, "public", "state", "build", "home", "show/onair.lock")); diff != "" {
					t.Errorf("%q: files that are none of its business (-before +after):\n%s", name, diff)
				}
				if err := os.MkdirAll(filepath.Join(root, "public"), 0o755); err != nil { // onair does not create it for a refused show
					t.Fatal(err)
				}
				for _, key := range keysIn(t, filepath.Join(root, "public")) {
					if strings.HasPrefix(key, ".git") || strings.Contains(key, "..") {
						t.Errorf("%q is published as %s", name, key)
					}
				}
			}
		})
	}
}

// frontMatter returns a function that sets a line in the front matter of an episode.
// fmt.Sprintf makes the line from format and a hostile name.
func frontMatter(format string) func(*workplace, string) error {
	return func(w *workplace, name string) error {
		return replaceLine(filepath.Join(w.dir, "episodes", "1-ghosts-in-the-tag", "episode.md"), fmt.Sprintf(format, name), 1)
	}
}

// inShow returns a function that sets a line in show.yaml. fmt.Sprintf makes the line
// from format and a hostile name.
func inShow(format string) func(*workplace, string) error {
	return func(w *workplace, name string) error {
		return replaceLine(filepath.Join(w.dir, "show.yaml"), fmt.Sprintf(format, name), 0)
	}
}

// replaceLine replaces the line of a file that has the same key. If there is none, it
// inserts the line after the given number of lines.
func replaceLine(file, line string, after int) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	key, _, _ := strings.Cut(line, ":")
	lines := strings.Split(string(text), "\n")
	if i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, key+":") }); i >= 0 {
		lines[i] = line
	} else {
		lines = slices.Insert(lines, after, line)
	}
	return os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644)
}

// outside returns the digests of the files below a folder, except the allowed files and
// the files in allowed folders.
func outside(t testing.TB, root string, allowed ...string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		rel, relErr := filepath.Rel(root, name)
		switch {
		case err != nil || relErr != nil:
			return err
		case slices.Contains(allowed, filepath.ToSlash(rel)) && d.IsDir():
			return filepath.SkipDir
		case slices.Contains(allowed, filepath.ToSlash(rel)):
			return nil
		case d.Type().IsRegular():
			data, err := os.ReadFile(name)
			files[rel] = sha256Hex(data)
			return err
		}
		files[rel] = d.Type().String()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestLinksLeadNowhere publishes, builds and pulls into folders with symbolic links. Nothing may
// be written to their targets.
func TestLinksLeadNowhere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		link, to string // paths below the root; the test creates the folder of the link
		command  []string
	}{
		"folder of audio":    {"public/audio", "victim", []string{"publish", "--yes"}},
		"folder of pages":    {"public/episodes", "victim", []string{"publish", "--yes"}},
		"feed":               {"public/feed.xml", "victim/file", []string{"publish", "--yes"}},
		"page":               {"public/index.html", "victim/file", []string{"publish", "--yes"}},
		"records":            {"public/.onair", "victim", []string{"publish", "--yes"}},
		"record":             {"state/.onair/release.json", "victim/file", []string{"publish", "--yes"}},
		"parts":              {"state/.onair/parts", "victim", []string{"publish", "--yes"}},
		"lock of the folder": {"public/.onair/lock", "victim/file", []string{"publish", "--yes"}},
		"folder of a build":  {"build/assets", "victim", []string{"build", "-o", "build"}},
		"file of a build":    {"build/feed.xml", "victim/file", []string{"build", "-o", "build"}},
		"lock of the show":   {"show/onair.lock", "victim/file", []string{"publish", "--yes"}},
		"kept plan":          {"show/plan.json", "victim/file", []string{"plan", "-o", "show/plan.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			w, err := makeWorkplace(root, "ONAIR_STORAGE=file:"+filepath.Join(root, "public"), "ONAIR_STATE=file:"+filepath.Join(root, "state"))
			if err != nil {
				t.Fatal(err)
			}
			victim := filepath.Join(root, "victim")
			link := filepath.Join(root, filepath.FromSlash(test.link))
			for _, dir := range []string{victim, filepath.Dir(link)} {
				if err := os.MkdirAll(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(victim, "file"), []byte("mine"), 0o644); err != nil {
				t.Fatal(err)
			}
			_ = os.Remove(link) // a link may replace the lock of the example
			if err := os.Symlink(filepath.Join(root, filepath.FromSlash(test.to)), link); err != nil {
				t.Skip(err)
			}
			before := outside(t, victim)
			cmd := w.command(test.command...)
			cmd.Dir = root
			said, code := ending(cmd)
			if code < 0 || strings.Contains(string(said), "panic:") {
				t.Errorf("it crashes:\n%s", said)
			}
			if diff := cmp.Diff(before, outside(t, victim)); diff != "" {
				t.Errorf("written where a link leads, exit code %d (-before +after):\n%s%s", code, diff, said)
			}
		})
	}
}
