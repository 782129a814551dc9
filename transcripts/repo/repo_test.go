package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
	"onair/transcripts"
)

func files(text map[string]string) fs.FS {
	root := fstest.MapFS{}
	for name, s := range text {
		root[name] = &fstest.MapFile{Data: []byte(s)}
	}
	return root
}

func TestLoad(t *testing.T) {
	t.Parallel()
	got, err := Load(files(map[string]string{
		SettingsFile: "timestamp_fraction: frames30\npauses: [Song]\nurl: \"https://x.example/{folder}/{number}/\"\ndisable:\n  T010: one line each\n",
		peopleFile:   "vega: {name: Vega Lyrae, aliases: [VEGA], url: \"https://vega.example/\"}\nrigel: {}\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := &Settings{
		Fraction: "frames30", Pauses: []string{"Song"}, URL: "https://x.example/{folder}/{number}/",
		Disabled: map[string]string{"T010": "one line each"},
		People:   []transcripts.Person{{Name: "rigel"}, {Name: "Vega Lyrae", Aliases: []string{"VEGA"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if o := got.Options("a.md"); o.Fraction != transcripts.Frames30 || o.File != "a.md" {
		t.Errorf("options %+v", o)
	}
	for name, page := range map[string]string{
		"go time/go-time-114.md": "https://x.example/go%20time/114/", "a/special.md": "", "gotime/x)(-1.md": "https://x.example/gotime/1/",
	} {
		if p := got.Page(name); p != page {
			t.Errorf("page of %s is %q", name, p)
		}
	}
	if got, err := Load(files(nil)); err != nil || got.Fraction != "" || got.People != nil {
		t.Errorf("an empty repository: %+v, %v", got, err)
	}
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ file, text, want string }{
		{SettingsFile, "a: 1\n", "transcripts.yaml:1:1"},
		{SettingsFile, "pauses: [\n", "transcripts.yaml:1"},
		{SettingsFile, "timestamp_fraction: thirds\n", `unknown timestamp fraction "thirds"`},
		{SettingsFile, "disable: {T010: \"\"}\n", "T010 has no reason"},
		{SettingsFile, "disable: {T099: x}\n", `no rule "T099"`},
		{SettingsFile, "url: javascript:x\n", "not a page on the web"},
		{SettingsFile, "url: \"https://x.example/#a\"\n", "not a page on the web"},
		{peopleFile, "- a\n", "people.yaml:1:1"},
		{peopleFile, strings.Repeat("#", maxSettings+1), "larger"},
		{peopleFile, manyPeople(12_000), "too many keys"},
	} {
		_, err := Load(files(map[string]string{test.file: test.text}))
		var f finding.Finding
		if !errors.As(err, &f) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.30q: %v, want %s", test.text, err, test.want)
		}
	}
}

// manyPeople returns a people.yaml with n people.
func manyPeople(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "p%d: {name: N}\n", i)
	}
	return b.String()
}

func FuzzLoad(f *testing.F) {
	f.Add("timestamp_fraction: frames30\ndisable: {T010: x}\n", "vega: {name: Vega, aliases: [V]}\n")
	f.Add("url: \"https://{folder}/{number}\"\n", "a: &a {name: *a}\n")
	f.Fuzz(func(t *testing.T, settings, people string) {
		s, err := Load(files(map[string]string{SettingsFile: settings, peopleFile: people}))
		if err == nil {
			s.Page("a/b-1.md")
			s.Options("a/b-1.md")
		}
	})
}

func TestFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a/b-1.md", "a/b-2.md", "README.md", "Contributing.md", ".github/x.md", "a/.b.md", "notes.txt", "c.MD"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "a", "link.md")); err != nil {
		t.Log("symbolic links are not supported")
	}
	for _, test := range []struct{ args, want []string }{
		{[]string{"."}, []string{"a/b-1.md", "a/b-2.md", "c.MD"}},
		{[]string{"a/b-2.md", "a"}, []string{"a/b-1.md", "a/b-2.md"}},
		{[]string{"README.md"}, []string{"README.md"}},
	} {
		got, _, err := Files(dir, test.args, IsTranscript)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i] = filepath.ToSlash(got[i])
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Error(diff)
		}
	}
	if _, _, err := Files(dir, []string{"nothing"}, IsTranscript); err == nil {
		t.Error("a missing file is found")
	}
	if IsTranscript(".github/a.md") || !IsTranscript("../a/b.md") {
		t.Error("IsTranscript confuses hidden folders with those above")
	}
}

func TestRoot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	deep := filepath.Join(dir, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a", SettingsFile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := Root(deep); err != nil || got != filepath.Join(dir, "a") {
		t.Errorf("%s, %v", got, err)
	}
}

// TestNames tests rule T028.
func TestNames(t *testing.T) {
	t.Parallel()
	series := []string{"gotime/go-time-1.md", "gotime/go-time-2.md", "gotime/go-time-3.md", "shipit/ship-it-1.md", "shipit/ship-it-2.md", "shipit/ship-it-3.md"}
	for _, test := range []struct {
		name  string
		known map[string]int
		want  string
	}{
		{name: "gotime/go-time-4.md"},
		{name: "gotime/go-time-2.es.md"},
		{name: "gotime/special.md"},
		{name: "backstage/backstage-2.md"},
		{name: "gotime/go-time-002.md", want: "gotime/go-time-2.md: second file for the episode of gotime/go-time-002.md"},
		{name: "gotime/Go-Time-2.md", want: "gotime/go-time-2.md: second file for the episode of gotime/Go-Time-2.md"},
		{name: "gotime/ship-it-9.md", want: "gotime/ship-it-9.md: file of another folder's series"},
		{name: "gotime/gotime-9.md", want: "gotime/gotime-9.md: name unlike those of the other episodes"},
		{name: "x.md", known: map[string]int{}, want: "x.md: no episode has this transcript"},
		{name: "x.md", known: map[string]int{"x.md": 2}, want: "x.md: 2 episodes have this transcript"},
		{name: "x.md", known: map[string]int{"x.md": 1}},
	} {
		names := append([]string{test.name}, series...)
		if test.known != nil {
			names = names[:1]
		}
		got := ""
		for _, f := range checkNames(names, test.known) {
			got += f.Error()
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// prose returns random words.
func prose(seed uint64, words int) string {
	random := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for range words {
		fmt.Fprintf(&b, "w%d ", random.IntN(500))
	}
	return b.String()
}

// TestAlike tests rule T029.
func TestAlike(t *testing.T) {
	t.Parallel()
	text := prose(1, 4000) + `\[01:10\] \[01:40\] \[03:15\] \[03:45\] \[05:00\]`
	for _, test := range []struct {
		name, other string
		want        bool
	}{
		{"the same", text, true},
		{"with corrected words", strings.ReplaceAll(text, "w7 ", "word "), true},
		{"another", prose(2, 4000), false},
		{"the same on purpose", "---\nsame: a repeat of a.md\n---\n\n" + text, false},
		{"the same on purpose, with CRLF", "\ufeff---\r\ntimeline: clips\r\nsame: a repeat of a.md\r\n---\r\n\r\n" + text, false},
		{"the same after front matter", "---\ntimeline: clips\n---\nsame: why not\n\n" + text, true},
		{"a repeat with a new introduction", strings.NewReplacer(`\[01:`, `\[02:`, `\[03:`, `\[04:`).Replace(text), false},
		{"the same with one more stamp", text + `\[59:59\]`, true},
		{"one that quotes a third of it", text[:len(text)/3] + prose(3, 2700), false},
		{"one that quotes most of it", text[:len(text)*6/10] + prose(3, 1600), false},
		{"nothing", "", false},
	} {
		l := alike([]named{{"a.md", sketchOf([]byte(text))}, {"b.md", sketchOf([]byte(test.other))}})
		if (len(l) == 2) != test.want {
			t.Errorf("%s: %v", test.name, l)
		}
	}
	if l := alike([]named{{"a.md", sketchOf([]byte("Yes."))}, {"b.md", sketchOf([]byte("Yes."))}}); l != nil {
		t.Errorf("two short files: %v", l)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	sources := map[string]string{}
	var names []string
	for i := range 40 {
		name := fmt.Sprintf("a-%02d.md", i)
		names = append(names, name)
		sources[name] = fmt.Sprintf("**Vega**: \\[00:00:10.%02d\\] \\[00:00:11.%02d\\] \\[00:00:12.00\\] %s\n", i%30, (i+1)%30, prose(uint64(i), 10))
	}
	read := func(name string) ([]byte, error) {
		if s, ok := sources[name]; ok {
			return []byte(s), nil
		}
		return nil, fs.ErrNotExist
	}
	l := &Linter{Settings: &Settings{Disabled: map[string]string{"T016": "x"}}, Workers: 4}
	var got []string
	across, err := l.Run(context.Background(), names, read, func(r *Result) error {
		got = append(got, r.Name)
		if len(r.Findings) == 0 || r.Findings[0].Rule != "T003" || string(r.Source) != sources[r.Name] {
			t.Errorf("%s: %v", r.Name, r.Findings)
		}
		return nil
	})
	if diff := cmp.Diff(names, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if len(across) != 1 || across[0].Hint != "timestamp_fraction: frames30" {
		t.Errorf("120 fractions below 30: %v", across)
	}
	stop := errors.New("stop")
	if _, err := l.Run(context.Background(), names, read, func(*Result) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a caller that stops gets %v", err)
	}
	if _, err := l.Run(context.Background(), []string{"a-00.md", "none.md"}, read, func(*Result) error { return nil }); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file is %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Run(ctx, names, read, func(*Result) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := os.WriteFile(filepath.Join(dir, "CONTRIBUTING.md"), []byte("existing"), 0o644); err != nil {
		t.Fatal(err)
	}
	o := &CreateOptions{Action: "vega/onair@v1", Branch: "master", URL: "https://x.example/{number}/", Show: "vega/show"}
	created, err := Create(root, o)
	if err != nil || len(created) != 5 {
		t.Fatalf("%v, %v", created, err)
	}
	for _, f := range created {
		if f.Exists != (f.Name == "CONTRIBUTING.md") {
			t.Errorf("%+v", f)
		}
		data, err := root.ReadFile(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, placeholder := range []string{"{REPOSITORY}", "{REF}", "{URL}", "{SHOW}", "{BRANCH}", "{HOME}"} {
			if strings.Contains(string(data), placeholder) {
				t.Errorf("%s still has %s", f.Name, placeholder)
			}
		}
	}
	if data, _ := root.ReadFile("CONTRIBUTING.md"); string(data) != "existing" {
		t.Error("an existing file has changed")
	}
	for _, bad := range []CreateOptions{
		{Action: "onair"}, {Action: "a/b@v1\nx: y"}, {Action: "a/b@v1", Branch: "a b"}, {Action: "a/b@v1", URL: "https://x.example/\"\nx"}, {Action: "a/b@v1", Show: "a"},
	} {
		if _, err := Create(root, &bad); err == nil {
			t.Errorf("no error for %+v", bad)
		}
	}
}

func TestUnknownSettingsAreReportedInOrder(t *testing.T) {
	t.Parallel()
	root := fstest.MapFS{SettingsFile: {Data: []byte("---\ntitle: T\nguid: g\ndate: 2026\n")}}
	for range 20 { // the YAML library reports an arbitrary one of them
		_, err := Load(root)
		if err == nil || err.Error() != SettingsFile+`:2:1: unknown field "title"` {
			t.Fatalf("got %v, want the first", err)
		}
	}
}
