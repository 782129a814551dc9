package e2e

import (
	"bytes"
	"errors"
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

	"onair/show"
)

// importing returns a command that imports a host's feed.
func importing(t testing.TB, h *oldHost, dir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(onair, append([]string{"import", h.URL + "/feed.xml", dir, "--yes"}, args...)...)
	cmd.Env = cleanEnv(t.TempDir())
	return cmd
}

// wholeTree returns the files of a folder, including hidden ones, with their digests.
func wholeTree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if d.IsDir() {
			files[name+"/"] = ""
			return nil
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = sha256Hex(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// mustLoad fails the test unless the folder has no show yet, or a show without errors.
func mustLoad(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "show.yaml")); errors.Is(err, fs.ErrNotExist) {
		return
	}
	if s, found := show.Load(os.DirFS(dir), nil); s == nil || found.HasErrors() {
		t.Errorf("the show does not load: %v", found)
	}
}

// TestKillImport kills imports 50 times with SIGKILL: half of them at a random byte
// that the host sends, half after a random time. An import that ends before it is
// killed is started again in an empty folder. After each kill the folder must load. In
// the end it must be the same as after an import without kills, and one more import must
// change nothing.
func TestKillImport(t *testing.T) {
	t.Parallel()
	h := newOldHost(t, 6, true)
	whole := filepath.Join(t.TempDir(), "tea")
	start := time.Now()
	if _, err := output(importing(t, h, whole)); err != nil {
		t.Fatal(err)
	}
	k := &importKiller{host: h, random: rand.New(rand.NewPCG(13, 50)), bytes: h.total() / 2, time: time.Since(start)}
	want := wholeTree(t, whole)
	const each = 5
	folders := max(1, rounds(t, 50/each))
	for folder := range folders {
		dir := filepath.Join(t.TempDir(), "tea")
		for n := range each {
			for tries := 1; !k.kill(t, dir, n%2 == 0); tries++ {
				if tries == 50 {
					t.Fatalf("%d imports ended before they were killed", tries)
				}
				if err := os.RemoveAll(dir); err != nil {
					t.Fatal(err)
				}
			}
			mustLoad(t, dir)
		}
		for _, when := range []string{"after the kills", "imported once more"} {
			if _, err := output(importing(t, h, dir)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, wholeTree(t, dir)); diff != "" {
				t.Fatalf("folder %d, %s (-want +got):\n%s", folder, when, diff)
			}
		}
	}
}

// importKiller kills imports.
type importKiller struct {
	host   *oldHost
	random *rand.Rand
	bytes  int64         // half of the bytes that an import receives
	time   time.Duration // the longest time until a kill; it follows the speed of the machine
}

// kill starts an import and kills it at a random moment: if byBytes is set, when the
// host has sent a number of bytes, or else after some time. It returns false if the
// import ended before.
func (k *importKiller) kill(t *testing.T, dir string, byBytes bool) bool {
	t.Helper()
	cmd := importing(t, k.host, dir)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { _ = cmd.Process.Kill() }
	if byBytes {
		k.host.after(1+k.random.Int64N(k.bytes), kill)
		defer k.host.after(0, nil)
	} else {
		defer time.AfterFunc(time.Duration(k.random.Int64N(int64(k.time))), kill).Stop()
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() >= 0 {
		t.Fatalf("the import to be killed failed: %v\n%s", err, said.Bytes())
	}
	switch {
	case byBytes:
	case err == nil:
		k.time -= k.time / 8
	default:
		k.time += k.time / 16
	}
	return err != nil
}

// TestImportToFullDisk imports a show to a disk that is too small. The import must end
// with one line and a hint, lose no existing file, and continue when there is space.
func TestImportToFullDisk(t *testing.T) {
	t.Parallel()
	h := newOldHost(t, 6, true)
	whole := filepath.Join(t.TempDir(), "tea")
	if _, err := output(importing(t, h, whole)); err != nil {
		t.Fatal(err)
	}
	want := wholeTree(t, whole)
	for _, free := range []int{0, 1, 30, 60} { // blocks of 4 kB
		disk := disk(t, fmt.Sprintf("%dk", len(h.artwork)/1024+4*(free+12)))
		dir := filepath.Join(disk, "tea")
		said, code := ending(importing(t, h, dir))
		lines := strings.Split(strings.TrimSpace(string(said)), "\n")
		if last := lines[len(lines)-1]; code != 1 || !bytes.Contains(said, []byte("no space left on device")) || !strings.HasPrefix(last, "  ") || strings.Count(string(said), "no space") != 1 {
			t.Fatalf("exit code %d, and it says:\n%s", code, said)
		}
		mustLoad(t, dir)
		if out, err := exec.Command("mount", "-o", "remount,size=64m", disk).CombinedOutput(); err != nil {
			t.Fatalf("remount: %v %s", err, out)
		}
		if _, err := output(importing(t, h, dir)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, wholeTree(t, dir)); diff != "" {
			t.Fatalf("with room (-want +got):\n%s", diff)
		}
	}
}
