package derive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
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

var (
	testFunc  = Func{Name: "test", Version: 1}
	otherFunc = Func{Name: "other", Version: 1}
)

// compute returns v and counts its calls.
func compute[T any](v T, calls *int) func() (T, error) {
	return func() (T, error) {
		*calls++
		return v, nil
	}
}

func TestValueIsComputedOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "not", "there")
	want, calls := facts{"a\nb", 7}, 0
	c := Open(dir, "build")
	for range 2 {
		got, err := Value(c, testFunc, "name", KeyOf("in"), compute(want, &calls))
		if err != nil || got != want || calls != 1 {
			t.Fatalf("Value = %v, %v after %d calls", got, err, calls)
		}
	}
	c.Close()
	later := Open(dir, "build")
	defer later.Close()
	if got, _ := Value(later, testFunc, "name", KeyOf("in"), compute(want, &calls)); got != want || calls != 1 {
		t.Errorf("another process: Value = %v after %d calls", got, calls)
	}
}

func TestChangedInputsAreComputedAgain(t *testing.T) {
	t.Parallel()
	for what, test := range map[string]struct {
		f     Func
		name  string
		key   Key
		build string
	}{
		"another input":    {testFunc, "name", KeyOf("in", 1), "build"},
		"another name":     {testFunc, "other name", KeyOf("in"), "build"},
		"another function": {otherFunc, "name", KeyOf("in"), "build"},
		"another version":  {Func{Name: "test", Version: 2}, "name", KeyOf("in"), "build"},
		"another build":    {testFunc, "name", KeyOf("in"), "other build"},
		"an unknown build": {testFunc, "name", KeyOf("in"), ""},
	} {
		dir, calls := t.TempDir(), 0
		c := Open(dir, "build")
		Keep(c, testFunc, "name", KeyOf("in"), 1)
		c.Close()
		c = Open(dir, test.build)
		if got, _ := Value(c, test.f, test.name, test.key, compute(2, &calls)); got != 2 || calls != 1 {
			t.Errorf("%s: Value = %d after %d calls", what, got, calls)
		}
		c.Close()
	}
}

func TestAnyBuild(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := Func{Name: "test", Version: 1, AnyBuild: true}
	c := Open(dir, "build")
	Keep(c, f, "name", Key{}, 1)
	c.Close()
	c = Open(dir, "")
	defer c.Close()
	if got, ok := Known[int](c, f, "name", Key{}); !ok || got != 1 {
		t.Errorf("Known = %d, %v", got, ok)
	}
}

func TestErrorsAreNotRemembered(t *testing.T) {
	t.Parallel()
	c := Open(t.TempDir(), "build")
	defer c.Close()
	_, err := Value(c, testFunc, "name", Key{}, func() (int, error) { return 0, io.ErrUnexpectedEOF })
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	if _, ok := Known[int](c, testFunc, "name", Key{}); ok {
		t.Error("an error is remembered as a value")
	}
}

func TestNilCache(t *testing.T) {
	t.Parallel()
	var c *Cache
	calls := 0
	for range 2 {
		if got, err := Value(c, testFunc, "name", Key{}, compute(7, &calls)); got != 7 || err != nil {
			t.Fatal(got, err)
		}
	}
	c.Flush()
	c.Close()
	if calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
	if Open("", "build") != nil {
		t.Error("a cache without a folder")
	}
}

func TestBytes(t *testing.T) {
	t.Parallel()
	c := Open(t.TempDir(), "build")
	defer c.Close()
	for _, want := range [][]byte{nil, {0}, bytes.Repeat([]byte("x"), 1<<20)} {
		Keep(c, testFunc, "name", Key{}, want)
		c.Flush()
		if got, ok := Known[[]byte](c, testFunc, "name", Key{}); !ok || !bytes.Equal(got, want) {
			t.Errorf("%d bytes, %v; want %d", len(got), ok, len(want))
		}
	}
}

// TestDamagedFile truncates the file of a cache at every byte, and changes every
// byte of it. Values may be lost but never wrong, and the next value repairs the
// file.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	values := map[string]string{"a": "first", "b": "second", "c": strings.Repeat("third", 10)}
	c := Open(dir, "build")
	for _, name := range []string{"a", "b", "c"} {
		Keep(c, testFunc, name, Key{}, []byte(values[name]))
		c.Flush()
	}
	c.Close()
	whole, err := os.ReadFile(filepath.Join(dir, "test"))
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, "test"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		c := Open(dir, "build")
		for name, want := range values {
			if got, ok := Known[[]byte](c, testFunc, name, Key{}); ok && string(got) != want {
				t.Fatalf("%s: %s is %q", what, name, got)
			}
			Keep(c, testFunc, name, Key{}, []byte(want))
		}
		c.Close()
		c = Open(dir, "build")
		defer c.Close()
		for name, want := range values {
			if got, ok := Known[[]byte](c, testFunc, name, Key{}); !ok || string(got) != want {
				t.Fatalf("%s, written again: %s is %q, %v", what, name, got, ok)
			}
		}
	}
	for n := range whole {
		check(fmt.Sprintf("cut at %d", n), whole[:n])
		changed := bytes.Clone(whole)
		changed[n] ^= 0x10
		check(fmt.Sprintf("changed at %d", n), changed)
	}
	check("foreign", []byte("#!/bin/sh\n"))
}

// TestTwoProcesses interleaves two caches of one folder.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var group sync.WaitGroup
	for process := range 2 {
		group.Go(func() {
			c := Open(dir, "build")
			defer c.Close()
			for n := range 50 {
				name := fmt.Sprint(process, n)
				Keep(c, testFunc, name, Key{}, name)
				Keep(c, testFunc, "shared", Key{}, "shared")
				c.Flush()
			}
		})
	}
	group.Wait()
	c := Open(dir, "build")
	defer c.Close()
	for process := range 2 {
		for n := range 50 {
			name := fmt.Sprint(process, n)
			if got, ok := Known[string](c, testFunc, name, Key{}); !ok || got != name {
				t.Fatalf("%s: %q, %v", name, got, ok)
			}
		}
	}
}

func TestSupersededValuesAreDropped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := Open(dir, "build")
	defer c.Close()
	big := bytes.Repeat([]byte("x"), 300_000)
	for n := range 30 {
		Keep(c, testFunc, "name", KeyOf(n), big)
		c.Flush()
	}
	if size := fileSize(t, filepath.Join(dir, "test")); size > 5*int64(len(big)) {
		t.Errorf("the file has %d bytes", size)
	}
	if _, ok := Known[[]byte](c, testFunc, "name", KeyOf(29)); !ok {
		t.Error("the last value is lost")
	}
}

func TestOldestValuesAreDropped(t *testing.T) {
	t.Parallel()
	const limit = 100_000
	s := openStore(filepath.Join(t.TempDir(), "test"))
	defer s.close()
	for n := range 200 {
		s.put(idOf(fmt.Sprint(n)), bytes.Repeat([]byte("x"), 1000))
		s.flush(limit)
	}
	if s.end > limit+2000 {
		t.Errorf("the file has %d bytes", s.end)
	}
	if _, ok := s.get(idOf("199")); !ok {
		t.Error("the newest value is lost")
	}
	if _, ok := s.get(idOf("0")); ok {
		t.Error("the oldest value is kept")
	}
}

func fileSize(t *testing.T, name string) int64 {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// FuzzScan reads any bytes as a file of values.
func FuzzScan(f *testing.F) {
	f.Add([]byte(formatLine))
	f.Add(appendRecord([]byte(formatLine), idOf("a"), 20000, []byte("value")))
	f.Add(appendRecord(appendRecord([]byte(formatLine), idOf("a"), 1, nil), idOf("a"), 2, []byte("x")))
	f.Add(append([]byte(formatLine), bytes.Repeat([]byte{0xff}, 100)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := bytes.NewReader(data)
		places := map[id]place{}
		end := scan(file, 0, func(n id, p place) { places[n] = p })
		if end > int64(len(data)) {
			t.Fatalf("ends at %d of %d", end, len(data))
		}
		again := int64(0)
		if end > 0 { // the records before it must be kept
			again = scan(bytes.NewReader(data[:end]), 0, func(id, place) {})
		}
		if again != end {
			t.Fatalf("ends at %d, then at %d", end, again)
		}
		for n, p := range places {
			if value, ok := readRecord(file, n, p); !ok || len(value) != p.size {
				t.Fatalf("a record of %d bytes cannot be read again", p.size)
			}
		}
	})
}

func plant(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestValueOfFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	plant(t, name, "text")
	c := Open(filepath.Join(dir, "cache"), "build")
	defer c.Close()
	reads := 0
	key := func(age time.Duration) Key {
		state, err := Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		state.seen = state.seen.Add(age)
		text, err := ValueOf(c, testFunc, name, state, func() ([]byte, error) {
			reads++
			return os.ReadFile(name)
		})
		if err != nil {
			t.Fatal(err)
		}
		return KeyOf(text)
	}
	first := key(0)
	if key(0); reads != 2 {
		t.Errorf("a file that has just changed was read %d times, want 2", reads)
	}
	key(time.Hour)
	if key(time.Hour) != first || reads != 3 {
		t.Errorf("an old file was read %d times, want 3", reads)
	}
	plant(t, name, "longer")
	if key(time.Hour) == first || reads != 4 {
		t.Errorf("a changed file was read %d times, want 4", reads)
	}
	plant(t, name, "text")
	if key(time.Hour) != first {
		t.Error("the same content has another key")
	}
}

func TestMissingFileHasNoValue(t *testing.T) {
	t.Parallel()
	if _, err := Stat(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	c := Open(t.TempDir(), "build")
	defer c.Close()
	if _, err := ValueOf(c, testFunc, "x", State{}, func() ([]byte, error) { return nil, fs.ErrPermission }); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}

func TestKeysDiffer(t *testing.T) {
	t.Parallel()
	keys := map[Key]string{}
	for what, key := range map[string]Key{
		"nothing":   KeyOf(),
		"empty":     KeyOf(""),
		"two":       KeyOf("a", "b"),
		"joined":    KeyOf("ab"),
		"shifted":   KeyOf("ab", ""),
		"a number":  KeyOf(1),
		"a struct":  KeyOf(facts{"a", 1}),
		"b struct":  KeyOf(facts{"a", 2}),
		"a key":     KeyOf(KeyOf("a")),
		"the bytes": KeyOf([]byte("b")),
	} {
		if other, ok := keys[key]; ok {
			t.Errorf("%s and %s have one key", what, other)
		}
		keys[key] = what
	}
	if KeyOf(map[string]int{"a": 1, "b": 2}) != KeyOf(maps.Clone(map[string]int{"b": 2, "a": 1})) {
		t.Error("a map has two keys")
	}
}

func TestBuildIsStable(t *testing.T) {
	t.Parallel()
	first := Build()
	if first == "" {
		t.Skip("the system does not tell which file is running")
	}
	if again := Build(); again != first {
		t.Errorf("Build is %q and then %q", first, again)
	}
}

func TestValueOfContent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	c := Open(filepath.Join(dir, "cache"), "build")
	defer c.Close()
	reads, calls := 0, 0
	check := func(what, text string, age time.Duration, input string, wantReads, wantCalls int) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		state := State{Size: int64(len(text)), MTime: 1, seen: time.Unix(0, 1).Add(age)}
		read := func() ([]byte, error) { reads++; return os.ReadFile(name) }
		got, _, err := ValueOfContent(c, testFunc, name, state, KeyOf(input), read, func(data []byte) (string, error) {
			calls++
			return string(data) + input, nil
		})
		if err != nil || got != text+input || reads != wantReads || calls != wantCalls {
			t.Errorf("%s: %q, %v after %d reads and %d calls; want %d and %d", what, got, err, reads, calls, wantReads, wantCalls)
		}
	}
	check("first", "one", 0, "in", 1, 1)
	check("unsettled", "one", 0, "in", 2, 1)
	check("settled", "one", time.Hour, "in", 3, 1)
	check("known by its state", "one", time.Hour, "in", 3, 1)
	check("another input", "one", time.Hour, "other", 4, 2)
	check("another content", "three", time.Hour, "other", 5, 3)
}
