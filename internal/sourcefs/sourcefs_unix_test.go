//go:build unix

package sourcefs_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"onair/internal/sourcefs"
)

const secret = "AUTHORIZATION: basic c2VjcmV0"

// newShow makes the folder of a show inside a workspace, with secrets, symbolic links
// and pipes. It returns both folders.
func newShow(t *testing.T) (workspace, dir string) {
	t.Helper()
	workspace = t.TempDir()
	dir = filepath.Join(workspace, "show")
	for name, text := range map[string]string{
		"show/notes.md": "notes", "show/.git/config": secret, "show/.env": secret, "show/templates/page.html": "page",
		"masters/1.mp3": "audio", "masters/1.txt": secret, ".git/config.md": secret,
	} {
		name = filepath.Join(workspace, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"show/link.md": ".git/config", "show/good-link.md": "notes.md", "show/folder-link": "templates", "show/git": ".git",
		"masters/link.mp3": "../.git/config.md", "git": ".git", "others": "masters",
	} {
		if err := os.Symlink(target, filepath.Join(workspace, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"show/pipe.md", "masters/pipe.mp3"} {
		if err := syscall.Mkfifo(filepath.Join(workspace, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return workspace, dir
}

func TestInside(t *testing.T) {
	t.Parallel()
	_, dir := newShow(t)
	fsys, err := sourcefs.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"notes.md", "templates/page.html"} {
		if data, err := fs.ReadFile(fsys, name); err != nil || len(data) == 0 {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	for name, want := range map[string]string{
		"link.md":               "a symbolic link",
		"good-link.md":          "a symbolic link",
		"folder-link/page.html": "in folder-link, which is a symbolic link",
		"git/config":            "in git, which is a symbolic link",
		".git/config":           "hidden",
		".env":                  "hidden",
		"pipe.md":               "a named pipe",
	} {
		_, openErr := fsys.Open(name)
		_, statErr := fs.Stat(fsys, name)
		for _, err := range []error{openErr, statErr} {
			if reason, ok := sourcefs.Refused(err); !ok || !strings.HasPrefix(reason, want) {
				t.Errorf("%s: %v, want a refusal: %s", name, err, want)
			}
		}
	}
	if _, err := fs.ReadDir(fsys, ".git"); err == nil {
		t.Error("a hidden folder was listed")
	}
	if _, err := fs.ReadDir(fsys, "git"); err == nil {
		t.Error("a linked folder was listed")
	}
}

func TestOutside(t *testing.T) {
	t.Parallel()
	workspace, dir := newShow(t)
	elsewhere := filepath.Join(t.TempDir(), "2.mp3")
	if err := os.WriteFile(elsewhere, []byte("audio"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(workspace, name) }
	for name, test := range map[string]struct{ workspace, want string }{
		at("masters/1.mp3"):                  {"", ""},
		at("others/1.mp3"):                   {"", ""},
		elsewhere:                            {"", ""},
		at("show/../masters/1.mp3"):          {workspace, ""},
		filepath.Dir(elsewhere) + "/./2.mp3": {workspace, "outside the workspace"},
		at("masters/1.txt"):                  {"", "outside the show's folder, where only"},
		at("masters/link.mp3"):               {"", "a symbolic link"},
		at("masters/pipe.mp3"):               {"", "a named pipe"},
		at(".git/config.md"):                 {"", "hidden"},
		at("git/config.md"):                  {"", "hidden"},
		"/proc/self/environ":                 {"", "outside the show's folder, where only"},
		"/proc/self/root/etc/motd.md":        {"", "a file of the operating system"},
		"/dev/fd/0.md":                       {"", "a file of the operating system"},
		"/sys/kernel/../kernel/x.mp3":        {"", "a file of the operating system"},
		"/tmp/../proc/self/environ.md":       {"", "a file of the operating system"},
	} {
		fsys, err := sourcefs.Open(dir, test.workspace)
		if err != nil {
			t.Fatal(err)
		}
		f, err := fsys.OpenPath(name)
		if f != nil {
			f.Close()
		}
		reason, refused := sourcefs.Refused(err)
		if refused != (test.want != "") || !strings.HasPrefix(reason, test.want) || !refused && err != nil {
			t.Errorf("OpenPath(%s) = %v, want %q", name, err, test.want)
		}
	}
}

func TestNamed(t *testing.T) {
	t.Parallel()
	_, dir := newShow(t)
	if err := os.Symlink("pipe.md", filepath.Join(dir, "to-pipe.md")); err != nil {
		t.Fatal(err)
	}
	fsys := sourcefs.Named(dir)
	for _, name := range []string{"pipe.md", "to-pipe.md"} {
		if _, err := fsys.Open(name); err == nil || err.Error() != name+" is a named pipe, not a regular file" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if data, err := fs.ReadFile(fsys, "good-link.md"); string(data) != "notes" {
		t.Errorf("a link: got %q, %v", data, err)
	}
	if _, err := fsys.Open("missing.md"); !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), dir) {
		t.Errorf("a missing file: got %v", err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.WriteString("piped"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	f, err := sourcefs.OpenNamed(fmt.Sprintf("/dev/fd/%d", r.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if data, err := io.ReadAll(f); string(data) != "piped" {
		t.Errorf("a pipe of the shell: got %q, %v", data, err)
	}
}
