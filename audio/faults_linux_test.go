package audio

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func init() {
	// limited FILE BYTES tags FILE while no file may grow beyond BYTES.
	children["limited"] = func(args []string) error {
		limit, err := strconv.ParseUint(args[1], 10, 64)
		if err != nil {
			return err
		}
		signal.Ignore(syscall.SIGXFSZ) // so that writing fails instead
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
		_, err = TagFile(args[0], retitle("New"), nil)
		return err
	}
	// nobody FILE tags FILE as the user "nobody".
	children["nobody"] = func(args []string) error {
		if err := syscall.Setgid(65534); err != nil {
			return err
		}
		if err := syscall.Setuid(65534); err != nil {
			return err
		}
		_, err := TagFile(args[0], retitle("New"), nil)
		return err
	}
}

// episode returns an MP3 whose tag has all fields, and its payload.
func episode(tb testing.TB, frames int) (file, payload []byte) {
	tb.Helper()
	tag, err := fullTag(tb).Bytes()
	if err != nil {
		tb.Fatal(err)
	}
	payload = silence(stereo128, frames)
	return join(tag, payload), payload
}

// TestTagFileKilled kills the process at random points. The file must be the old one
// or the new one, and the next run must remove temporary files.
func TestTagFileKilled(t *testing.T) {
	t.Parallel()
	rounds := 30
	if testing.Short() {
		rounds = 10
	}
	old, payload := episode(t, 2_000)
	name := writeFile(t, old)
	_, whole := killAfter(t, child(t, "retitle", name, "Title 0"), time.Hour)
	random := rand.New(rand.NewPCG(1, 2))
	died, leftovers := 0, 0
	for i := 0; died < rounds && i < 10*rounds; i++ {
		before := readFile(t, name)
		title := fmt.Sprintf("Title %d", i+1)
		killed, _ := killAfter(t, child(t, "retitle", name, title), time.Duration(random.Int64N(int64(whole))))
		if killed {
			died++
		}
		after := readFile(t, name)
		tag, err := ReadTag(bytes.NewReader(after), int64(len(after)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, after) && (tag.Title != title || !bytes.HasSuffix(after, payload)) {
			t.Fatalf("round %d: the file is neither the old one nor the new one", i)
		}
		if entries, err := os.ReadDir(filepath.Dir(name)); err == nil && len(entries) > 1 {
			leftovers++
		}
		if _, err := TagFile(name, retitle(title+", again"), nil); err != nil {
			t.Fatal(err)
		}
		checkAlone(t, name)
	}
	t.Logf("%d died at work, of which %d left a temporary file behind", died, leftovers)
}

// killAfter starts a process and kills it when d has passed since its first line of
// output. It reports whether the process was killed, and how long it worked after that
// line.
func killAfter(t *testing.T, c *exec.Cmd, d time.Duration) (killed bool, worked time.Duration) {
	t.Helper()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	timer := time.AfterFunc(d, func() { _ = c.Process.Kill() })
	defer timer.Stop()
	err = c.Wait()
	return err != nil, time.Since(start)
}

// TestTagFileFullDisk tags a file on a disk that has no space for the new one. It does
// not run beside the tests that start processes: between fork and exec, a child holds
// files of the disk open, which then cannot be made read-only.
func TestTagFileFullDisk(t *testing.T) {
	old, _ := episode(t, 500)
	dir := t.TempDir()
	mount(t, dir, fmt.Sprintf("size=%d", 2*len(old)-10_000))
	name := filepath.Join(dir, "episode.mp3")
	if err := os.WriteFile(name, old, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := TagFile(name, retitle("New"), nil)
	checkUnharmed(t, name, old, err, "no space left on device")

	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	_, err = TagFile(name, retitle("New"), nil)
	checkUnharmed(t, name, old, err, "read-only file system")
}

func mount(t *testing.T, dir, options string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skip("cannot mount a small file system:", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// checkUnharmed checks that err contains want, that the file did not change, and that
// no temporary file is left.
func checkUnharmed(t *testing.T, name string, old []byte, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
	if !bytes.Equal(readFile(t, name), old) {
		t.Error("the file changed")
	}
	checkAlone(t, name)
}

// TestTagFileShortWrites limits the size of files so that writing fails in the tag, at
// its end, in the payload and near its end.
func TestTagFileShortWrites(t *testing.T) {
	t.Parallel()
	old, payload := episode(t, 500)
	tag := len(old) - len(payload)
	for _, limit := range []int{0, 1, tag / 2, tag - 1, tag, len(old) / 2, len(old) - 200} {
		name := writeFile(t, old)
		out, err := child(t, "limited", name, strconv.Itoa(limit)).CombinedOutput()
		if err == nil {
			t.Errorf("limit %d: it succeeds", limit)
			continue
		}
		checkUnharmed(t, name, old, fmt.Errorf("%s", out), "file too large")
	}
}

// TestTagFileDenied tags files without the necessary permissions.
func TestTagFileDenied(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root, to be somebody else")
	}
	old, _ := episode(t, 500)
	for _, tt := range []struct {
		name         string
		folder, mode os.FileMode
		owner        int
		want         string
	}{
		{"folder", 0o755, 0o644, 65534, "permission denied"},
		{"file", 0o777, 0o444, 65534, "permission denied"},
		{"owner", 0o777, 0o666, 0, "keep the owner and mode of"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := writeFile(t, old)
			for _, err := range []error{
				os.Chown(name, tt.owner, tt.owner), os.Chmod(name, tt.mode),
				os.Chmod(filepath.Dir(name), tt.folder), os.Chmod(filepath.Dir(filepath.Dir(name)), 0o755),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			out, err := child(t, "nobody", name).CombinedOutput()
			if err == nil {
				t.Error("it succeeds")
			}
			checkUnharmed(t, name, old, fmt.Errorf("%s", out), tt.want)
		})
	}
}

// TestTagFaults tests that TagFile does not have six faults that other programs are
// known to have.
func TestTagFaults(t *testing.T) {
	old, payload := episode(t, 500)
	t.Run("a stale and larger temporary file", func(t *testing.T) {
		name := writeFile(t, old)
		for _, stale := range []string{".onair-tmp-STALE", "episode.mp3-id3v2"} {
			if err := os.WriteFile(filepath.Join(filepath.Dir(name), stale), make([]byte, 3*len(old)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		retitleAndCheck(t, name, payload)
		if err := os.Remove(name + "-id3v2"); err != nil {
			t.Error("another program's file is gone:", err)
		}
		checkAlone(t, name)
	})
	t.Run("a link planted where the temporary file goes", func(t *testing.T) {
		name, victim := writeFile(t, old), writeFile(t, []byte("precious"))
		for _, planted := range []string{".onair-tmp-PLANTED", "episode.mp3-id3v2"} {
			if err := os.Symlink(victim, filepath.Join(filepath.Dir(name), planted)); err != nil {
				t.Fatal(err)
			}
		}
		retitleAndCheck(t, name, payload)
		if got := readFile(t, victim); string(got) != "precious" {
			t.Errorf("what the link points to became %q", got)
		}
	})
	t.Run("a tag longer than the file", func(t *testing.T) {
		lying := join([]byte("ID3\x03\x00\x00\x2f\x00\x00\x00"), payload)
		name := writeFile(t, lying)
		_, err := TagFile(name, retitle("New"), nil)
		checkUnharmed(t, name, lying, err, "byte 0: the ID3 tag claims 98566154 bytes")
	})
	t.Run("different bytes from run to run", func(t *testing.T) {
		var first []byte
		for range 10 {
			name := writeFile(t, old)
			retitleAndCheck(t, name, payload)
			got := readFile(t, name)
			if first == nil {
				first = got
			} else if !bytes.Equal(first, got) {
				t.Fatal("the same edit gave two files")
			}
		}
	})
	t.Run("an episode that is a link", func(t *testing.T) {
		name := writeFile(t, old)
		link := filepath.Join(t.TempDir(), "episode.mp3")
		if err := os.Symlink(name, link); err != nil {
			t.Fatal(err)
		}
		retitleAndCheck(t, link, payload)
		if to, err := os.Readlink(link); err != nil || to != name {
			t.Errorf("the link points to %q, %v", to, err)
		}
		checkAlone(t, name)
		checkAlone(t, link)
	})
	t.Run("a mode that the umask narrows", func(t *testing.T) {
		defer syscall.Umask(syscall.Umask(0o077))
		name := writeFile(t, old)
		if err := os.Chmod(name, 0o664); err != nil {
			t.Fatal(err)
		}
		retitleAndCheck(t, name, payload)
		if info, err := os.Stat(name); err != nil || info.Mode() != 0o664 {
			t.Errorf("mode %v, %v; want 0664", info.Mode(), err)
		}
	})
}

func retitleAndCheck(t *testing.T, name string, payload []byte) {
	t.Helper()
	if _, err := TagFile(name, retitle("New"), nil); err != nil {
		t.Fatal(err)
	}
	file := readFile(t, name)
	tagOf(t, file, payload)
	tag, err := ReadTag(bytes.NewReader(file), int64(len(file)))
	if err != nil || tag.Title != "New" {
		t.Errorf("title %q, %v", tag.Title, err)
	}
}
