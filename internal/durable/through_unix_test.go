//go:build unix

package durable_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"onair/internal/durable"
)

// special makes a pipe, a socket, a folder, and symbolic links to a device, a pipe, a
// file and nothing. It returns the folder that contains them.
func special(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "through") // short, for the socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	for link, target := range map[string]string{"to device": "/dev/null", "to pipe": "pipe", "to file": "file", "to nothing": "nothing"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// modes returns the types of the files of a folder, by name.
func modes(t *testing.T, dir string) map[string]os.FileMode {
	t.Helper()
	list := map[string]os.FileMode{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list[e.Name()] = e.Type()
	}
	return list
}

// TestWriteOntoSpecialFiles checks that WriteFile and WriteOutput replace only regular
// files, and do not wait for the reader of a pipe.
func TestWriteOntoSpecialFiles(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(string, []byte, os.FileMode) error{"WriteFile": durable.WriteFile, "WriteOutput": durable.WriteOutput} {
		dir := special(t)
		before := modes(t, dir)
		for _, file := range []string{"pipe", "socket", "folder", "to pipe", "to file", "to device", "to nothing"} {
			err := write(filepath.Join(dir, file), []byte("new"), 0o644)
			if err == nil || !strings.Contains(err.Error(), "it is a") {
				t.Errorf("%s to %s: %v", name, file, err)
			}
		}
		for file, mode := range modes(t, dir) {
			if before[file] != mode {
				t.Errorf("%s made %s of %s, which was %s", name, mode, file, before[file])
			}
		}
		if data, _ := os.ReadFile(filepath.Join(dir, "file")); string(data) != "old" {
			t.Errorf("%s changed the target of a link to %q", name, data)
		}
	}
}

func TestWriteOutputIntoADevice(t *testing.T) {
	t.Parallel()
	if err := durable.WriteOutput("/dev/null", []byte("new"), 0o644); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat("/dev/null"); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		t.Errorf("/dev/null is %v, %v", info.Mode(), err)
	}
}

func TestWriteOutputIntoAPipe(t *testing.T) {
	t.Parallel()
	name := filepath.Join(special(t), "pipe")
	read := make(chan string)
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	go func() {
		var all []byte
		buffer := make([]byte, 1<<16)
		for len(all) < 300_000 {
			n, err := f.Read(buffer)
			if err != nil && err != io.EOF {
				break
			}
			all = append(all, buffer[:n]...)
		}
		read <- string(all)
	}()
	data := strings.Repeat("abc", 100_000)
	if err := durable.WriteOutput(name, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != data {
		t.Errorf("%d bytes arrived, want %d", len(got), len(data))
	}
}
