package release_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/publish/internal/showtest"
	"onair/publish/release"
	"onair/show"
	"onair/transcripts/translate"
)

// minimal makes a copy of the minimal example with one more line in show.yaml.
func minimal(t *testing.T, line string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/minimal")); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "show.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString("\n" + line + "\n")
	}
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	return dir
}

// creditedShow makes a copy of the minimal example that credits contributors.
func creditedShow(t *testing.T) (dir string, git func(args ...string)) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	dir = minimal(t, "credits: git")
	git = func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=Vega Lyra", "-c", "user.email=vega@x.example"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return dir, git
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	episodes, err := filepath.Glob(filepath.Join(dir, "episodes", "*"))
	if err != nil || len(episodes) != 1 {
		t.Fatalf("%v, %v", episodes, err)
	}
	if err := os.WriteFile(filepath.Join(episodes[0], name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func releaseOf(t *testing.T, dir string) (*release.Release, finding.List) {
	t.Helper()
	s, found := show.Load(os.DirFS(dir), &show.LoadOptions{Dir: dir})
	r, more, err := release.New(t.Context(), s, &release.Options{Now: showtest.Now})
	if err != nil {
		t.Fatal(err)
	}
	return r, append(found, more...)
}

func ofRule(l finding.List, rule string) (found finding.List) {
	for _, f := range l {
		if f.Rule == rule {
			found = append(found, f)
		}
	}
	return found
}

// The settings in transcripts.yaml apply to the transcripts of a show as well.
func TestTranscriptSettings(t *testing.T) {
	t.Parallel()
	dir, _ := creditedShow(t)
	set := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir, "transcript.md", "**Vega**: \\[00:00\\] Hello.\n\n**Song:** \\[00:02 - 00:04\\]\n\n**Vega:** Bye.\n")
	before, found := releaseOf(t, dir)
	if f := ofRule(found, "T003"); len(f) != 1 {
		t.Errorf("a malformed label: %v", found)
	}

	set("transcripts.yaml", "pauses: [Song]\ndisable: {T003: an old habit}\n")
	after, found := releaseOf(t, dir)
	for _, rule := range []string{"T003", "P007"} {
		if f := ofRule(found, rule); f != nil {
			t.Errorf("with transcripts.yaml: %v", f)
		}
	}
	if html(t, before) == html(t, after) {
		t.Errorf("a pause is shown like a speaker: %s", html(t, after))
	}
	for _, wrong := range []string{"pausen: [Song]\n", "disable: {T999: no}\n", "timestamp_fraction: frames30\n"} {
		set("transcripts.yaml", wrong)
		_, found = releaseOf(t, dir)
		if f := ofRule(found, "P007"); len(f) != 1 || f[0].File != "transcripts.yaml" {
			t.Errorf("%q: %v", wrong, found)
		}
	}
}

// html returns the transcript of the only episode as HTML.
func html(t *testing.T, r *release.Release) string {
	t.Helper()
	return transcriptIn(t, r, ".html")
}

// transcriptIn returns the transcript of the only episode in one format.
func transcriptIn(t *testing.T, r *release.Release, extension string) string {
	t.Helper()
	for _, o := range r.Objects {
		if o.Role != release.RoleTranscript || !strings.HasSuffix(o.Key, extension) {
			continue
		}
		body, err := o.Body()
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		data, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	t.Fatal("no transcript")
	return ""
}

// The contributors to a transcript are named on its page. A shallow clone, whose history
// may lack some of them, is refused.
func TestContributors(t *testing.T) {
	t.Parallel()
	dir, git := creditedShow(t)
	write(t, dir, "transcript.md", "**Vega:** \\[00:00\\] Hello.\n")
	_, found := releaseOf(t, dir)
	if f := ofRule(found, "P006"); len(f) != 1 || f[0].Severity != finding.Info {
		t.Errorf("no repository: %v", f)
	}
	git("init", "-q")
	git("add", ".")
	git("commit", "-qm", "One\n\nCo-authored-by: <b>Deneb</b> <deneb@x.example>\nCo-authored-by: Rigel <rigel@x.example>")
	r, found := releaseOf(t, dir)
	if f := ofRule(found, "P006"); f != nil {
		t.Error(f)
	}
	pages := 0
	for _, o := range r.Objects {
		if o.Role != release.RolePage || !strings.HasPrefix(o.Key, "episodes/") {
			continue
		}
		body, err := o.Body()
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(body)
		if err := body.Close(); err != nil {
			t.Error(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(page), "<bdi>Vega Lyra</bdi>, <bdi>Rigel</bdi>") {
			pages++
		}
		if strings.Contains(string(page), "@x.example") || strings.Contains(string(page), "<b>Deneb") {
			t.Errorf("%s shows more than names", o.Key)
		}
	}
	if pages != 1 {
		t.Errorf("%d pages name the contributors, want 1", pages)
	}
	git("commit", "--allow-empty", "-qm", "Two")
	clone := t.TempDir()
	git("clone", "-q", "--depth=1", "file://"+dir, clone)
	_, found = releaseOf(t, clone)
	if f := ofRule(found, "P006"); len(f) != 1 || f[0].Severity != finding.Error || !strings.Contains(f[0].Hint, "fetch-depth: 0") {
		t.Errorf("shallow: %v", f)
	}
}

// A translation that does not match the original is reported as a warning.
func TestTranslation(t *testing.T) {
	t.Parallel()
	dir, _ := creditedShow(t)
	write(t, dir, "transcript.md", "**Vega:** \\[00:00\\] Hello.\n\n**Rigel:** Hi.\n")
	write(t, dir, "transcript.es.md", "**Vega:** \\[00:00\\] Hola.\n\n**Rigel:** Hola.\n")
	r, found := releaseOf(t, dir)
	if f := ofRule(found, "T032"); f != nil {
		t.Error(f)
	}
	captions := 0
	for _, o := range r.Objects {
		if strings.Contains(o.Key, "/transcript.es-") {
			captions++
		}
	}
	if captions != 5 {
		t.Errorf("%d files of the translation, want 5", captions)
	}
	write(t, dir, "transcript.es.md", "**Vega:** \\[00:00\\] Hola.\n")
	_, found = releaseOf(t, dir)
	if f := ofRule(found, "T032"); len(f) != 1 || f[0].Severity != finding.Warning || !strings.HasSuffix(f[0].File, "transcript.es.md") {
		t.Errorf("a turn is missing: %v", f)
	}
}

// TestEditedTranslation changes the original of a turn whose translation people edited.
func TestEditedTranslation(t *testing.T) {
	t.Parallel()
	dir, _ := creditedShow(t)
	const original = "**Vega:** \\[00:00\\] Hello.\n\n**Rigel:** Hi.\n"
	plan, err := translate.New([]byte(original), nil, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	translated, record := plan.Finish([][]string{{"Hola."}, {"Buenas."}}, "test", "")
	edited := strings.Replace(string(translated), "Buenas.", "Muy buenas.", 1)
	write(t, dir, "transcript.md", original)
	write(t, dir, "transcript.es.md", edited)
	write(t, dir, "transcript.es.source.json", string(record.Format()))
	if _, found := releaseOf(t, dir); ofRule(found, "T051") != nil {
		t.Error(found)
	}
	write(t, dir, "transcript.md", strings.Replace(original, "Hi.", "Good morning.", 1))
	_, found := releaseOf(t, dir)
	if f := ofRule(found, "T051"); len(f) != 1 || !strings.HasSuffix(f[0].File, "transcript.es.md") || f[0].Line == 0 {
		t.Errorf("the original changed: %v", found)
	}
}

// TestWords gives a transcript the times of recognized words, which are ignored if they
// belong to other audio, and read again when they change.
func TestWords(t *testing.T) {
	t.Parallel()
	dir := minimal(t, "")
	write(t, dir, "transcript.md", "**Vega:** \\[00:00\\] Hello there, universe.\n\n**Rigel:** Nothing answers us today.\n")
	cache := derive.Open(t.TempDir(), "test")
	captions := func() (string, finding.List) {
		t.Helper()
		s, _ := show.Load(os.DirFS(dir), &show.LoadOptions{Dir: dir})
		r, found, err := release.New(t.Context(), s, &release.Options{Now: showtest.Now, Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		return transcriptIn(t, r, ".vtt"), found
	}
	estimated, _ := captions()
	const heard = `{"schema_version": 1, "audio": {"sha256": "SHA"}, "segments": [
[250, "1", "hello their universe", [300, 200, 500]],
[2345, "2", "nothing answers us today", [300, 200, 200, 400]]
]}`
	write(t, dir, "transcript.words.json", strings.ReplaceAll(heard, "SHA", ""))
	exact, found := captions()
	if !strings.Contains(exact, "00:00:00.250 --> ") || !strings.Contains(exact, "00:00:02.345 --> ") || exact == estimated {
		t.Errorf("captions do not have the times of the words: %s", exact)
	}
	if len(ofRule(found, "T040")) > 0 || len(ofRule(found, "T042")) > 0 {
		t.Errorf("unexpected findings: %v", found)
	}
	for _, test := range []struct{ name, text, rule string }{
		{"other audio", strings.ReplaceAll(heard, "SHA", strings.Repeat("0a", 32)), "T040"},
		{"cut off", heard[:100], "T042"},
	} {
		write(t, dir, "transcript.words.json", test.text)
		got, found := captions()
		if got != estimated {
			t.Errorf("%s: captions differ from those without words: %s", test.name, got)
		}
		if l := ofRule(found, test.rule); len(l) != 1 || !strings.HasSuffix(l[0].File, "transcript.words.json") {
			t.Errorf("%s: %v", test.name, found)
		}
	}
	write(t, dir, "transcript.words.json", strings.NewReplacer("SHA", "", "2345", "3456").Replace(heard))
	if got, _ := captions(); !strings.Contains(got, "00:00:03.456 --> ") {
		t.Errorf("another time of a word does not change the captions: %s", got)
	}
}
