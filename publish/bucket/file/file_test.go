package file_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/derive"
	"onair/internal/durable"
	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/file"
)

func open(t *testing.T, dir string) *file.Bucket {
	t.Helper()
	b, err := file.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBucket(t *testing.T) {
	t.Parallel()
	buckettest.Run(t, func(t *testing.T) bucket.Bucket { return open(t, filepath.Join(t.TempDir(), "not", "there")) }, &buckettest.Options{
		Sibling: func(t *testing.T, _ bucket.Bucket) bucket.Bucket { return open(t, t.TempDir()) },
	})
}

func sumsCache(t *testing.T) *derive.Cache {
	t.Helper()
	c := derive.Open(t.TempDir(), "")
	t.Cleanup(c.Close)
	return c
}

func TestBucketWithSums(t *testing.T) {
	t.Parallel()
	buckettest.Run(t, func(t *testing.T) bucket.Bucket {
		b, err := file.Open(t.TempDir(), &file.Options{Sums: sumsCache(t)})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}, nil)
}

func openScratch(t *testing.T, dir string) *file.Bucket {
	t.Helper()
	b, err := file.Open(dir, &file.Options{Scratch: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func TestScratch(t *testing.T) {
	t.Parallel()
	buckettest.Run(t, func(t *testing.T) bucket.Bucket { return openScratch(t, filepath.Join(t.TempDir(), "not", "there")) }, nil)
}

// TestScratchSweeps checks that the temporary files of a killed build are removed, and
// that those of a running build stay.
func TestScratchSweeps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := openScratch(t, dir)
	plant(t, dir, "a/.onair-tmp-DEAD", "half")
	put(t, first, "a/1", "x")
	if temps := temps(t, dir); len(temps) != 0 {
		t.Errorf("left of a killed build: %q", temps)
	}
	plant(t, dir, "a/.onair-tmp-LIVE", "half")
	put(t, openScratch(t, dir), "a/2", "x")
	if temps := temps(t, dir); len(temps) != 1 {
		t.Errorf("temporary files of a build under way: %q", temps)
	}
	if err := first.Delete(t.Context(), "a/1", bucket.Condition{}); err != nil {
		t.Fatal(err)
	}
	put(t, first, "a/3", "x")
	if diff := cmp.Diff([]string{"a/2", "a/3"}, keys(t, first)); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

// keys lists a bucket.
func keys(t *testing.T, b bucket.Bucket) []string {
	t.Helper()
	keys := []string{}
	for a, err := range b.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, a.Key)
	}
	return keys
}

func put(t *testing.T, b bucket.Bucket, key, body string) {
	t.Helper()
	if _, err := b.Write(t.Context(), buckettest.Object(key, body), bucket.Condition{}); err != nil {
		t.Fatal(err)
	}
}

// plant writes a file below dir, not through a bucket.
func plant(t *testing.T, dir, name, body string) string {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestOpen(t *testing.T) {
	if _, err := file.Open("", nil); err == nil {
		t.Error("Open without a folder succeeds")
	}
	name := plant(t, t.TempDir(), "feed.xml", "x")
	if _, err := file.Open(name, nil); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("Open of a file: %v", err)
	}
	t.Chdir(t.TempDir())
	b := open(t, "public")
	if b.URL() != "file:public" {
		t.Errorf("URL() = %q, want it as configured", b.URL())
	}
	if keys(t, b); len(keys(t, b)) != 0 {
		t.Error("a folder that is not there has objects")
	}
	if _, err := os.Stat("public"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("listing made the folder: %v", err)
	}
	put(t, b, "a/b", "x")
	if got, err := os.ReadFile("public/a/b"); string(got) != "x" {
		t.Errorf("public/a/b holds %q, %v", got, err)
	}
}

func TestOnlyObjectsAreListed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := open(t, dir)
	put(t, b, "feed.xml", "x")
	plant(t, dir, "by-hand/index.html", "x")
	plant(t, dir, "by-hand/.onair-tmp-ABC", "half")
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("feed.xml", filepath.Join(dir, "link.xml")); err != nil {
		t.Skip(err)
	}
	if diff := cmp.Diff([]string{"by-hand/index.html", "feed.xml"}, keys(t, b)); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

func TestReservedKeys(t *testing.T) {
	t.Parallel()
	b := open(t, t.TempDir())
	put(t, b, ".onair/release.json", "{}")
	for _, key := range []string{".onair/lock", ".onair/LOCK", ".onair/lock/x", ".onair-tmp-A", "a/.onair-tmp-A/b"} {
		if _, err := b.Write(t.Context(), buckettest.Object(key, "x"), bucket.Condition{}); err == nil {
			t.Errorf("Write(%q) succeeds", key)
		}
		if err := b.Delete(t.Context(), key, bucket.Condition{}); err == nil {
			t.Errorf("Delete(%q) succeeds", key)
		}
	}
	if diff := cmp.Diff([]string{".onair/release.json"}, keys(t, b)); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

func TestKeyAndFolder(t *testing.T) {
	t.Parallel()
	b := open(t, t.TempDir())
	put(t, b, "a", "x")
	put(t, b, "b/c", "x")
	for key, want := range map[string]string{
		"a/b":   "a is not a folder",
		"a/b/c": "a is not a folder",
		"b":     "b is a folder",
	} {
		for _, cond := range []bucket.Condition{{}, {Absent: true}} {
			_, err := b.Write(t.Context(), buckettest.Object(key, "y"), cond)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Write(%q, %+v) = %v, want an error with %q", key, cond, err, want)
			}
		}
	}
	if diff := cmp.Diff([]string{"a", "b/c"}, keys(t, b)); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

func TestWriteReplacesEmptyFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := open(t, dir)
	if err := os.MkdirAll(filepath.Join(dir, "a"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Write(t.Context(), buckettest.Object("a", "x"), bucket.Condition{Absent: true}); err != nil {
		t.Error(err)
	}
}

func TestDeleteTidiesUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := open(t, dir)
	put(t, b, "a/b/c/d", "x")
	put(t, b, "a/e", "x")
	if err := b.Delete(t.Context(), "a/b/c/d", bucket.Condition{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a", "b")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("empty folder a/b is left: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a", "e")); err != nil {
		t.Error(err)
	}
}

func TestSymlinksLeadNowhere(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	secret := plant(t, outside, "secret", "secret")
	dir := t.TempDir()
	b := open(t, dir)
	put(t, b, "inside/file", "inside")
	for name, target := range map[string]string{
		"file-out": secret, "dir-out": outside, "dir-up": "..", "file-in": filepath.Join("inside", "file"), "dir-in": "inside", "dangling": filepath.Join(outside, "new"),
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	for _, key := range []string{"file-out", "dir-out/secret", "dir-out/new", "dir-up/new", "file-in", "dir-in/file", "dir-in/new", "dangling"} {
		if r, _, err := b.Open(t.Context(), key, 0, -1); err == nil {
			body, _ := io.ReadAll(r)
			r.Close()
			t.Errorf("Open(%q) reads %q", key, body)
		}
		if err := b.Delete(t.Context(), key, bucket.Condition{}); err == nil {
			t.Errorf("Delete(%q) succeeds", key)
		}
	}
	// A write to a symbolic link, or through one to a folder, is refused.
	for _, key := range []string{"dir-out/secret", "dir-out/new", "dir-up/new", "dir-in/file", "dir-in/new", "file-out", "file-in", "dangling"} {
		if _, err := b.Write(t.Context(), buckettest.Object(key, "written"), bucket.Condition{}); err == nil {
			t.Errorf("Write(%q) succeeds", key)
		}
	}
	if got, err := os.ReadFile(secret); string(got) != "secret" {
		t.Errorf("file outside of the folder now holds %q, %v", got, err)
	}
	if entries, _ := os.ReadDir(outside); len(entries) != 1 {
		t.Errorf("files outside of the folder: %v", entries)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "inside", "file")); string(got) != "inside" {
		t.Errorf("a write to a link went to its target: %q", got)
	}
	if diff := cmp.Diff([]string{"inside/file"}, keys(t, b)); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

func TestPlantedStateFolder(t *testing.T) {
	t.Parallel()
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, ".onair")); err != nil {
		t.Skip(err)
	}
	if _, err := open(t, dir).Write(t.Context(), buckettest.Object("feed.xml", "x"), bucket.Condition{}); err == nil {
		t.Error("Write succeeds although the lock would lie outside")
	}
	if entries, _ := os.ReadDir(outside); len(entries) != 0 {
		t.Errorf("files outside of the folder: %v", entries)
	}
}

// foldsCase reports whether the file system below dir ignores case.
func foldsCase(t *testing.T, dir string) bool {
	plant(t, dir, "case-probe", "x")
	_, err := os.Stat(filepath.Join(dir, "CASE-PROBE"))
	if err := os.Remove(filepath.Join(dir, "case-probe")); err != nil {
		t.Fatal(err)
	}
	return err == nil
}

func TestKeysThatDifferInCase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folds := foldsCase(t, dir)
	b := open(t, dir)
	put(t, b, "Episodes/One", "x")
	put(t, b, "Episodes/One", "y") // writing again under the same spelling is allowed
	for _, key := range []string{"Episodes/one", "episodes/One", "episodes/two"} {
		_, err := b.Write(t.Context(), buckettest.Object(key, "z"), bucket.Condition{})
		if folds && (err == nil || !strings.Contains(err.Error(), "another spelling")) {
			t.Errorf("Write(%q) = %v, want it refused where case is ignored", key, err)
		}
		if !folds && err != nil {
			t.Errorf("Write(%q): %v", key, err)
		}
	}
}

// TestHardLinkInOtherCase gives one file two names that differ in case, which looks
// like a file system that ignores case.
func TestHardLinkInOtherCase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if foldsCase(t, dir) {
		t.Skip("the file system ignores case")
	}
	name := plant(t, dir, "feed", "x")
	if err := os.Link(name, filepath.Join(dir, "FEED")); err != nil {
		t.Skip(err)
	}
	b := open(t, dir)
	put(t, b, "feed", "y")
	if diff := cmp.Diff([]string{"FEED", "feed"}, keys(t, b)); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

func TestChangedByHand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := open(t, dir)
	a, err := b.Write(t.Context(), buckettest.Object("feed.xml", "ours"), bucket.Condition{})
	if err != nil {
		t.Fatal(err)
	}
	plant(t, dir, "feed.xml", "edit")
	if _, err := b.Write(t.Context(), buckettest.Object("feed.xml", "next"), bucket.Condition{Version: a.Version}); !errors.Is(err, bucket.ErrPrecondition) {
		t.Errorf("write over an edited file: %v, want ErrPrecondition", err)
	}
	plant(t, dir, "feed.xml", "ours")
	if _, err := b.Write(t.Context(), buckettest.Object("feed.xml", "next"), bucket.Condition{Version: a.Version}); err != nil {
		t.Errorf("write over the content that was planned for: %v", err)
	}
}

// TestTwoBucketsOneFolder writes with two Buckets that share only the lock file, as
// two processes do.
func TestTwoBucketsOneFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	buckets := [2]*file.Bucket{open(t, dir), open(t, dir)}
	now := bucket.Condition{Absent: true}
	for round := range 50 {
		var attrs [2]bucket.Attrs
		var errs [2]error
		var both sync.WaitGroup
		for i, b := range buckets {
			both.Go(func() {
				o := buckettest.Object("release.json", fmt.Sprintf("round %d, publisher %d", round, i))
				attrs[i], errs[i] = b.Write(t.Context(), o, now)
			})
		}
		both.Wait()
		winner := 0
		if errs[0] != nil {
			winner = 1
		}
		if errs[winner] != nil || !errors.Is(errs[1-winner], bucket.ErrPrecondition) {
			t.Fatalf("round %d: %v and %v, want one to win and one to lose", round, errs[0], errs[1])
		}
		now = bucket.Condition{Version: attrs[winner].Version}
	}
}

func TestDenied(t *testing.T) {
	t.Parallel()
	if os.Getuid() <= 0 {
		t.Skip("needs a user whom permissions stop")
	}
	dir := filepath.Join(t.TempDir(), "locked")
	if err := os.Mkdir(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{dir, filepath.Join(dir, "below")} {
		_, err := open(t, dir).Write(t.Context(), buckettest.Object("feed.xml", "x"), bucket.Condition{})
		if !errors.Is(err, bucket.ErrDenied) {
			t.Errorf("write to %s: %v, want ErrDenied", dir, err)
		}
	}
}

func TestNoTemporaryFilesAreLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := open(t, dir)
	put(t, b, "feed.xml", "x")
	o := buckettest.Object("a/b", "x")
	o.CRC32C++
	if _, err := b.Write(t.Context(), o, bucket.Condition{}); err == nil {
		t.Fatal("wrong checksum is accepted")
	}
	if _, err := b.Write(t.Context(), buckettest.Object("feed.xml", "x"), bucket.Condition{Absent: true}); err == nil {
		t.Fatal("condition is ignored")
	}
	if temps := temps(t, dir); len(temps) != 0 {
		t.Errorf("left: %q", temps)
	}
}

func temps(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err == nil && durable.IsTemp(e.Name()) {
			found = append(found, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestKilledWriter kills a process during a write. The lock must end with the process,
// and the next writer removes the temporary file.
func TestKilledWriter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, open(t, dir), "feed.xml", "old")
	child := exec.Command(os.Args[0], "-test.run=^TestHelperWriteForever$")
	child.Env = append(os.Environ(), "ONAIR_TEST_WRITE_TO="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Process.Kill(); _ = child.Wait() })
	if _, err := io.ReadFull(out, make([]byte, len("writing"))); err != nil {
		t.Fatalf("wait for the other process: %v", err)
	}

	// While the process is alive, its temporary file stays and no other writer waits
	// for it.
	put(t, open(t, dir), "other", "x")
	if temps := temps(t, dir); len(temps) != 1 {
		t.Fatalf("temporary files during the write: %q", temps)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()

	put(t, open(t, dir), "other", "y")
	if temps := temps(t, dir); len(temps) != 0 {
		t.Errorf("left of a killed writer: %q", temps)
	}
	if diff := cmp.Diff([]string{"feed.xml", "other"}, keys(t, open(t, dir))); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

// TestHelperWriteForever is the process that TestKilledWriter kills.
func TestHelperWriteForever(t *testing.T) {
	dir := os.Getenv("ONAIR_TEST_WRITE_TO")
	if dir == "" {
		t.Skip("started by TestKilledWriter only")
	}
	o := buckettest.Object("audio/1.mp3", "half")
	o.Body = func() (io.ReadCloser, error) {
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(strings.NewReader("half"), stuck{}), io.NopCloser(nil)}, nil
	}
	_, err := open(t, dir).Write(t.Context(), o, bucket.Condition{})
	t.Fatal("write ended", err)
}

// stuck is a reader that never returns. It reports its call to the parent process.
type stuck struct{}

func (stuck) Read([]byte) (int, error) {
	fmt.Print("writing")
	time.Sleep(time.Hour)
	return 0, io.EOF
}

// TestUnchangedFilesAreNotRead lists a file with a cache that claims to know its checksum.
// It is not parallel, because it changes the settle time of all files.
func TestUnchangedFilesAreNotRead(t *testing.T) {
	defer derive.SetSettleTime(0)()
	dir, sums := t.TempDir(), sumsCache(t)
	plant(t, dir, "page.html", "text")
	b, err := file.Open(dir, &file.Options{Sums: sums})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "page.html")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	want := bucket.Attrs{Key: "page.html", Size: info.Size(), CRC32C: 1, Version: "cached", Updated: info.ModTime()}
	sumsOf := derive.Func{Name: "sums", Version: 3, AnyBuild: true}
	derive.Keep(sums, sumsOf, path, derive.KeyOf(derive.StateOf(info)), bucket.Sums{Size: want.Size, SHA256: want.Version, CRC32C: want.CRC32C})
	var got []bucket.Attrs
	for a, err := range b.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a)
	}
	if diff := cmp.Diff([]bucket.Attrs{want}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
