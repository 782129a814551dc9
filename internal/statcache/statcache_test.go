package statcache

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

type facts struct {
	Title string
	N     int
}

// plant writes a file and identifies it as if it had lain there for an hour.
func plant(t *testing.T, name, body string) FileID {
	t.Helper()
	if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
	id, err := Identify(name)
	if err != nil {
		t.Fatal(err)
	}
	id.seenAt = id.seenAt.Add(time.Hour)
	return id
}

func TestContent(t *testing.T) {
	c := Open(t.TempDir())
	c.Put("loudness", OfContent([]byte{1, 2}), facts{"x", 7})
	var got facts
	if !c.Get("loudness", OfContent([]byte{1, 2}), &got) || got.N != 7 {
		t.Errorf("Get = %+v", got)
	}
	if c.Get("loudness", OfContent([]byte{1, 3}), &got) {
		t.Error("other content is taken for the same")
	}
}

func TestCache(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there")
	name := filepath.Join(t.TempDir(), "audio.mp3")
	id := plant(t, name, "sound")
	c, want := Open(dir), facts{"a\nb", 7}
	var got facts
	if c.Get("probe", id, &got) {
		t.Fatal("an empty cache knows something")
	}
	c.Put("probe", id, want)
	// Another process, later: the time of looking is no part of what a file is.
	again, err := Identify(name)
	if err != nil {
		t.Fatal(err)
	}
	if !Open(dir).Get("probe", again, &got) || got != want {
		t.Errorf("Get = %+v, want %+v", got, want)
	}
	if c.Get("loudness", id, &got) {
		t.Error("what was put as one kind is got as another")
	}
	c.Put("probe", id, facts{"new", 8})
	if !c.Get("probe", id, &got) || got.N != 8 {
		t.Errorf("Get after a second Put = %+v", got)
	}
	var number int
	if c.Get("probe", id, &number) {
		t.Error("a value of another form is decoded")
	}
}

func TestChangedFiles(t *testing.T) {
	for name, change := range map[string]func(*FileID){
		"path":  func(id *FileID) { id.Path += "x" },
		"size":  func(id *FileID) { id.Size++ },
		"mtime": func(id *FileID) { id.MTime++ },
		"ctime": func(id *FileID) { id.CTime++ },
		"inode": func(id *FileID) { id.Inode++ },
	} {
		t.Run(name, func(t *testing.T) {
			c, id := Open(t.TempDir()), plant(t, filepath.Join(t.TempDir(), "f"), "x")
			c.Put("probe", id, 1)
			var got int
			if !c.Get("probe", id, &got) {
				t.Fatal("the unchanged file is not known")
			}
			change(&id)
			if c.Get("probe", id, &got) {
				t.Error("the changed file is taken for the old one")
			}
		})
	}
}

func TestReplacedFileIsAnother(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	old := plant(t, name, "one")
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	plant(t, name+"2", "two")
	if err := os.Chtimes(name+"2", info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+"2", name); err != nil {
		t.Fatal(err)
	}
	if id, err := Identify(name); err != nil || id.Inode != 0 && id.same(old) {
		t.Errorf("a file of equal size and mtime is taken for the one it replaced: %+v, %v", id, err)
	}
}

func TestTwoSeconds(t *testing.T) {
	now := time.Now()
	for _, test := range []struct {
		name         string
		mtime, ctime time.Duration // before it was looked at
		want         bool
	}{
		{"just written", 0, 0, false},
		{"almost two seconds", settled - 1, settled - 1, false},
		{"two seconds", settled, settled, true},
		{"mtime set back", time.Hour, settled - 1, false},
		{"system without ctime", settled, time.Duration(now.UnixNano()), true},
		{"mtime in the future", -time.Hour, settled, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := Open(t.TempDir())
			id := FileID{Path: "/f", MTime: now.Add(-test.mtime).UnixNano(), CTime: now.Add(-test.ctime).UnixNano(), seenAt: now}
			c.Put("probe", id, 1)
			var got int
			if c.Get("probe", id, &got) != test.want {
				t.Errorf("remembered: %v, want %v", !test.want, test.want)
			}
		})
	}
}

func TestDamagedEntries(t *testing.T) {
	id := plant(t, filepath.Join(t.TempDir(), "f"), "x")
	for name, damage := range map[string]func([]byte) []byte{
		"empty":        func([]byte) []byte { return nil },
		"cut":          func(b []byte) []byte { return b[:len(b)-1] },
		"zeros":        func(b []byte) []byte { return make([]byte, len(b)) },
		"flipped":      func(b []byte) []byte { return bytes.Replace(b, []byte("true value"), []byte("fake value"), 1) },
		"huge":         func(b []byte) []byte { return append(b, make([]byte, 2*maxEntry)...) },
		"no checksum":  func(b []byte) []byte { return b[9:] },
		"not JSON":     func([]byte) []byte { return []byte(checksum([]byte("?")) + "\n?") },
		"not an entry": func([]byte) []byte { return []byte(checksum([]byte("[]")) + "\n[]") },
	} {
		t.Run(name, func(t *testing.T) {
			c := Open(t.TempDir())
			c.Put("probe", id, "true value")
			data, err := os.ReadFile(c.name("probe", id.Path))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(c.name("probe", id.Path), damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			var got string
			if c.Get("probe", id, &got) {
				t.Errorf("a damaged entry gives %q", got)
			}
			c.Put("probe", id, "true value")
			if !c.Get("probe", id, &got) || got != "true value" {
				t.Error("the damaged entry is not replaced")
			}
		})
	}
}

func TestNothingIsRemembered(t *testing.T) {
	id := plant(t, filepath.Join(t.TempDir(), "f"), "x")
	blocked := filepath.Join(t.TempDir(), "a-file")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var none *Cache
	var got any
	for name, c := range map[string]*Cache{"nil": none, "no folder": Open(""), "folder cannot be made": Open(blocked)} {
		c.Put("probe", id, 1)
		if c.Get("probe", id, &got) {
			t.Errorf("%s: something is remembered", name)
		}
	}
	c := Open(t.TempDir())
	for name, v := range map[string]any{"not encodable": func() {}, "too large": strings.Repeat("x", maxEntry)} {
		c.Put("probe", id, v)
		if c.Get("probe", id, &got) {
			t.Errorf("%s: something is remembered", name)
		}
	}
}

func TestIdentify(t *testing.T) {
	if _, err := Identify(filepath.Join(t.TempDir(), "missing")); !os.IsNotExist(err) {
		t.Errorf("Identify of a missing file: %v", err)
	}
	t.Chdir(t.TempDir())
	id := plant(t, "f", "x")
	if !filepath.IsAbs(id.Path) {
		t.Errorf("path %q is not absolute", id.Path)
	}
}

func TestPrune(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	c, id := Open(dir), plant(t, filepath.Join(t.TempDir(), "f"), "x")
	age := func(kind string, d time.Duration) {
		c.Put(kind, id, 1)
		if err := os.Chtimes(c.name(kind, id.Path), now.Add(-d), now.Add(-d)); err != nil {
			t.Fatal(err)
		}
	}
	known := func(kind string) bool {
		_, err := os.Stat(c.name(kind, id.Path))
		return err == nil
	}
	age("old", unused+time.Hour)
	age("used", unused+time.Hour)
	age("young", unused-time.Hour)
	var got int
	c.Get("used", id, &got)
	Open(dir)
	if known("old") || !known("used") || !known("young") {
		t.Errorf("kept: old %v, used %v, young %v; want all but the old one", known("old"), known("used"), known("young"))
	}
	age("old", unused+time.Hour)
	if Open(dir); !known("old") {
		t.Error("pruned again within a day")
	}
	if c.prune(now.Add(25 * time.Hour)); known("old") {
		t.Error("not pruned after a day")
	}
}

func TestManyAtOnce(t *testing.T) {
	c, id := Open(t.TempDir()), plant(t, filepath.Join(t.TempDir(), "f"), "x")
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			want := fmt.Sprintf("%02d", i)
			c.Put(want, id, want)
			c.Put("shared", id, strings.Repeat(want, 1000))
			var got string
			if !c.Get(want, id, &got) || got != want {
				t.Errorf("Get(%s) = %q", want, got)
			}
			if c.Get("shared", id, &got) && strings.Trim(got, got[:2]) != "" {
				t.Error("an entry is torn while others write it")
			}
		})
	}
	all.Wait()
}
