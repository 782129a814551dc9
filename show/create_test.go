package show

import (
	"bytes"
	"errors"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/durable"
	"onair/internal/finding"
	"onair/internal/placeholder"
	"onair/internal/source"
	"onair/internal/sourcefs"
	"onair/show/chapters"
	"onair/show/pins"
)

// read returns the content of a file below dir.
func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// reload loads a show from the disk. Errors among the findings fail the test.
func reload(t *testing.T, dir string) (*Show, finding.List) {
	t.Helper()
	s, found := Load(sources(t, dir), &LoadOptions{Dir: dir})
	if s == nil || found.HasErrors() {
		t.Fatalf("show %v, findings %v", s, found)
	}
	return s, found
}

// tree lists the files below dir.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// zeros is a source for GUIDs that are the same in every run.
var zeros zeroReader

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestCreate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "my-first_show")
	files, err := Create(dir, &CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{".gitignore", "artwork.jpg", "show.yaml"}; !slices.Equal(files, want) {
		t.Errorf("wrote %v; want %v", files, want)
	}
	if got := tree(t, dir); !slices.Equal(got, files) {
		t.Errorf("there is %v; wrote %v", got, files)
	}
	compareGolden(t, "testdata/new-show.yaml", read(t, dir, "show.yaml"))
	s, found := reload(t, dir)
	if s.Title != "My first show" || s.Artwork != "artwork.jpg" || s.Explicit || s.Storage != defaultStorage {
		t.Errorf("show %+v", s)
	}
	for _, f := range found {
		if f.Rule != ruleDefault.ID {
			t.Errorf("%s %v", f.Rule, f)
		}
	}
	artwork := []byte(read(t, dir, "artwork.jpg"))
	config, err := jpeg.DecodeConfig(bytes.NewReader(artwork))
	if err != nil || config.Width != 1400 || config.Height != 1400 {
		t.Errorf("artwork %+v, %v", config, err)
	}
	if !placeholder.Is(artwork) {
		t.Error("the placeholder is not known as one")
	}
	info, err := os.Stat(filepath.Join(dir, "episodes"))
	if err != nil || !info.IsDir() {
		t.Errorf("episodes: %v", err)
	}
}

// TestCreatedRemarksAreValid removes the comment signs of suggestions in a new show.yaml
// and expects it to load.
func TestCreatedRemarksAreValid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Create(dir, &CreateOptions{Title: "Hello"}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for l := range strings.SplitSeq(read(t, dir, "show.yaml"), "\n") {
		field, isRemark := strings.CutPrefix(l, "# ")
		key, _, _ := strings.Cut(field, ":")
		switch {
		case isRemark && (key == strings.ToLower(key) && strings.Contains(field, ":") && !strings.Contains(key, " ") || strings.HasPrefix(field, "  ")):
			lines = append(lines, field)
		case strings.HasPrefix(l, "storage: file:"): // the alternative follows in the next line
		default:
			lines = append(lines, l)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "show.yaml"), []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	s, found := reload(t, dir)
	if len(found) > 0 {
		t.Errorf("findings %v", found)
	}
	if s.Author != "Your name" || len(s.Categories) != 2 || s.URL != "https://podcast.example.com/" || s.Timezone.String() != "Europe/London" {
		t.Errorf("show %+v", s)
	}
}

func TestCreateKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{".gitignore": "mine", "artwork.jpg": "mine too"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := Create(dir, &CreateOptions{Title: "Hello"})
	if err != nil || !slices.Equal(files, []string{"show.yaml"}) {
		t.Errorf("wrote %v, %v", files, err)
	}
	if read(t, dir, ".gitignore") != "mine" || read(t, dir, "artwork.jpg") != "mine too" {
		t.Error("overwrote a file")
	}
	before := read(t, dir, "show.yaml")
	if _, err := Create(dir, &CreateOptions{Title: "Other"}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second show: %v", err)
	}
	if read(t, dir, "show.yaml") != before {
		t.Error("overwrote show.yaml")
	}
}

// titlesWithSyntax are titles that YAML, Markdown or a file system could misread.
var titlesWithSyntax = []string{
	"Go: the movie", "Episode #4", "- dash", "\"quoted\"", "it's", "@home", "*bold*", "&anchor", "!tag", "%directive", "`code`", "[list]", "{map}",
	"yes", "null", "~", "1984", "0x10", "🎙 emoji", "a\\nb", "# heading", "---", "שלום", "a, b: c", "| pipe", "> fold", "? question", "con", "...", "../..",
}

func TestTitlesWithSyntax(t *testing.T) {
	t.Parallel()
	for _, title := range titlesWithSyntax {
		t.Run(title, func(t *testing.T) {
			dir := t.TempDir()
			noArtwork(t, dir)
			if _, err := Create(dir, &CreateOptions{Title: title}); err != nil {
				t.Fatal(err)
			}
			s, _ := reload(t, dir)
			at, err := NewEpisode(s, &NewEpisodeOptions{Title: title, Rand: zeros})
			if err != nil {
				t.Fatal(err)
			}
			s, _ = reload(t, dir)
			if len(s.Episodes) != 1 || s.Title != title || s.Episodes[0].Title != title || s.Episodes[0].Dir != at {
				t.Errorf("show %q, episodes %+v", s.Title, s.Episodes)
			}
		})
	}
	for _, title := range []string{"", " ", "a\nb", "a\tb", "a\x00b", "\xff", " a", strings.Repeat("a", 256)} {
		if _, err := Create(t.TempDir(), &CreateOptions{Title: title}); err == nil && title != "" {
			t.Errorf("a show with the title %q", title)
		}
		if _, err := NewEpisode(&Show{Folder: Folder{Dir: t.TempDir()}}, &NewEpisodeOptions{Title: title}); err == nil {
			t.Errorf("an episode with the title %q", title)
		}
	}
}

// noArtwork writes an artwork, so that Create does not spend time on drawing one.
func noArtwork(t *testing.T, dir string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "artwork.jpg"), []byte("jpeg"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// newShow makes a show on the disk and a master beside it.
func newShow(t *testing.T) (dir, master string) {
	t.Helper()
	dir = t.TempDir()
	noArtwork(t, dir)
	if _, err := Create(dir, &CreateOptions{Title: "Hello"}); err != nil {
		t.Fatal(err)
	}
	master = filepath.Join(t.TempDir(), "Take 3.MP3")
	if err := os.WriteFile(master, []byte("mpeg"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, master
}

func TestNewEpisode(t *testing.T) {
	t.Parallel()
	dir, master := newShow(t)
	steps := []struct {
		name string
		opts NewEpisodeOptions
		want Episode
	}{
		{
			"draft", NewEpisodeOptions{Title: "Cloudy: a start"},
			Episode{Dir: "episodes/1-cloudy-a-start", Slug: "1-cloudy-a-start", Number: 1, Type: Full, Audio: "episodes/1-cloudy-a-start/audio.mp3"},
		}, {
			"with audio and date", NewEpisodeOptions{Title: "Ghosts", Audio: master, Date: time.Date(2027, 2, 4, 6, 0, 0, 0, time.UTC)},
			Episode{Dir: "episodes/2-ghosts", Slug: "2-ghosts", Number: 2, Type: Full, Audio: "episodes/2-ghosts/audio.mp3", Date: time.Date(2027, 2, 4, 6, 0, 0, 0, time.UTC)},
		}, {
			"trailer", NewEpisodeOptions{Title: "Trailer", Type: Trailer},
			Episode{Dir: "episodes/trailer", Slug: "trailer", Type: Trailer, Audio: "episodes/trailer/audio.mp3"},
		}, {
			"slug of one's own", NewEpisodeOptions{Title: "Third", Slug: "three"},
			Episode{Dir: "episodes/three", Slug: "three", Number: 3, Type: Full, Audio: "episodes/three/audio.mp3"},
		},
	}
	for _, tt := range steps {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := reload(t, dir)
			tt.opts.Rand = bytes.NewReader([]byte("0123456789abcdef"))
			at, err := NewEpisode(s, &tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, "testdata/new-"+tt.want.Slug+".md", read(t, dir, at+"/episode.md"))
			s, _ = reloadIgnoring(t, dir, ruleSameGUID.ID)
			tt.want.File, tt.want.Title = tt.want.Dir+"/episode.md", tt.opts.Title
			tt.want.GUID, tt.want.Language = "30313233-3435-4637-b839-616263646566", "en"
			got := s.bySlug(tt.want.Slug)
			if got == nil {
				t.Fatalf("no episode %s", tt.want.Slug)
			}
			got.NotesLine = 0
			if diff := cmp.Diff(&tt.want, got, compare); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			id := strings.ReplaceAll(read(t, dir, got.File), got.GUID, got.Slug) // replace the GUID, because the next episode gets the same one
			if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(got.File)), []byte(id), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
	if read(t, dir, "episodes/2-ghosts/audio.mp3") != "mpeg" || read(t, filepath.Dir(master), filepath.Base(master)) != "mpeg" {
		t.Error("the master was not copied whole")
	}
}

// reloadIgnoring loads a show that may have errors of one rule.
func reloadIgnoring(t *testing.T, dir, rule string) (*Show, finding.List) {
	t.Helper()
	s, found := Load(sources(t, dir), &LoadOptions{Dir: dir})
	for _, f := range found {
		if f.Severity == finding.Error && f.Rule != rule {
			t.Fatal(f)
		}
	}
	return s, found
}

func TestNewEpisodeWithChapters(t *testing.T) {
	t.Parallel()
	dir, _ := newShow(t)
	s, _ := reload(t, dir)
	want := []chapters.Chapter{{Title: "Intro"}, {Start: time.Hour + 2*time.Minute + 3250*time.Millisecond, Title: "End", URL: "https://end.example/"}}
	if _, err := NewEpisode(s, &NewEpisodeOptions{Title: "Marked", Slug: "marked", Chapters: want}); err != nil {
		t.Fatal(err)
	}
	s, _ = reload(t, dir)
	if diff := cmp.Diff(want, s.bySlug("marked").Chapters); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestNewEpisodeNumbersTheLatestSeason(t *testing.T) {
	t.Parallel()
	s := &Show{Episodes: []*Episode{
		{Season: 1, Number: 9, Type: Full}, {Season: 2, Number: 3, Type: Full}, {Season: 2, Number: 7, Type: Bonus},
	}}
	if season, number := s.nextNumber(); season != 2 || number != 4 {
		t.Errorf("season %d, number %d; want 2, 4", season, number)
	}
}

func TestNewEpisodeFailsWhole(t *testing.T) {
	t.Parallel()
	dir, master := newShow(t)
	s, _ := reload(t, dir)
	if _, err := NewEpisode(s, &NewEpisodeOptions{Title: "Taken", Slug: "taken", Rand: zeros}); err != nil {
		t.Fatal(err)
	}
	s, _ = reload(t, dir)
	before := tree(t, dir)
	tests := []struct {
		name string
		opts NewEpisodeOptions
		want string
	}{
		{"slug that is taken", NewEpisodeOptions{Title: "a", Slug: "taken"}, "slug taken"},
		{"slug that is none", NewEpisodeOptions{Title: "a", Slug: "../x"}, "slug"},
		{"unknown type", NewEpisodeOptions{Title: "a", Type: "pilot"}, "pilot"},
		{"no such master", NewEpisodeOptions{Title: "a", Audio: master + ".mp3"}, "Take 3.MP3.mp3"},
		{"master that is a folder", NewEpisodeOptions{Title: "a", Audio: filepath.Dir(master)}, "neither"},
		{"master of another kind", NewEpisodeOptions{Title: "a", Audio: filepath.Join(dir, "show.yaml")}, "neither"},
		{"no chance left", NewEpisodeOptions{Title: "a", Rand: strings.NewReader("short")}, "GUID"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.opts.Rand == nil {
				tt.opts.Rand = zeros
			}
			_, err := NewEpisode(s, &tt.opts)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v; want %s", err, tt.want)
			}
			if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
				t.Errorf("left behind: %s", diff)
			}
		})
	}
}

func TestNewEpisodeLeavesMasterOfPattern(t *testing.T) {
	t.Parallel()
	dir, _ := newShow(t)
	masters := t.TempDir()
	master := filepath.Join(masters, "1-cloudy.mp3")
	if err := os.WriteFile(master, []byte("mpeg"), 0o644); err != nil {
		t.Fatal(err)
	}
	show := read(t, dir, "show.yaml") + "audio: {path: " + source.Quote(filepath.ToSlash(masters)+"/{slug}.mp3") + "}\n"
	if err := durable.WriteFile(filepath.Join(dir, "show.yaml"), []byte(show), 0o644); err != nil {
		t.Fatal(err)
	}
	s, _ := reload(t, dir)
	at, err := NewEpisode(s, &NewEpisodeOptions{Title: "Cloudy", Audio: master, Rand: zeros})
	if err != nil {
		t.Fatal(err)
	}
	if got := tree(t, filepath.Join(dir, filepath.FromSlash(at))); !slices.Equal(got, []string{"episode.md"}) {
		t.Errorf("the folder has %v", got)
	}
	s, _ = reload(t, dir)
	if data, err := s.Folder.ReadFile(s.Episodes[0].Audio, 10); string(data) != "mpeg" || err != nil {
		t.Errorf("the master is %s: %q, %v", s.Episodes[0].Audio, data, err)
	}
}

func TestRename(t *testing.T) {
	t.Parallel()
	head := "---\r\ntitle: Cloudy # a remark\r\nguid: moon\r\ndate: 2027-02-04\r\n"
	tail := "---\r\nNotes with\t---\r\n---\r\nredirect_from: no\r\n"
	tests := []struct {
		name, dir      string
		fields, want   string
		wantDir        string
		old, new       string
		draft, notSeen bool
	}{
		{name: "nothing there", dir: "4-cloudy", wantDir: "clouds", want: "redirect_from: [\"/episodes/4-cloudy/\"]\r\n"},
		{name: "other redirects", dir: "4-cloudy", wantDir: "clouds", fields: "redirect_from: [/4] # old\r\nnumber: 4\r\n",
			want: "redirect_from: [\"/4\", \"/episodes/4-cloudy/\"]\r\nnumber: 4\r\n"},
		{name: "redirects on several lines", dir: "4-cloudy", wantDir: "clouds", fields: "redirect_from:\r\n  - /4\r\n\r\n  - /5\r\n\r\n# the number\r\nnumber: 4\r\n",
			want: "redirect_from: [\"/4\", \"/5\", \"/episodes/4-cloudy/\"]\r\n\r\n# the number\r\nnumber: 4\r\n"},
		{name: "slug line and folder", dir: "4-cloudy", wantDir: "clouds", fields: "slug: '4-cloudy' # why\r\n",
			want: "slug: 'clouds' # why\r\nredirect_from: [\"/episodes/4-cloudy/\"]\r\n"},
		{name: "slug line alone", dir: "old folder", wantDir: "old folder", fields: "slug: 4-cloudy\r\n",
			want: "slug: clouds\r\nredirect_from: [\"/episodes/4-cloudy/\"]\r\n"},
		{name: "back again", dir: "4-cloudy", wantDir: "clouds", fields: "redirect_from: [/episodes/clouds]\r\n",
			want: "redirect_from: [\"/episodes/4-cloudy/\"]\r\n"},
		{name: "draft that nobody saw", dir: "4-cloudy", wantDir: "clouds", fields: "draft: true\r\n", notSeen: true, want: "draft: true\r\n"},
		{name: "draft that was published", dir: "4-cloudy", wantDir: "clouds", fields: "draft: true\r\n",
			want: "draft: true\r\nredirect_from: [\"/episodes/4-cloudy/\"]\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			files := map[string]string{
				"show.yaml": "title: Hello\n", "episodes/" + tt.dir + "/episode.md": head + tt.fields + tail, "episodes/" + tt.dir + "/audio.mp3": "mpeg",
			}
			if !tt.notSeen {
				files[pins.File] = lockOf("moon", "4-cloudy")
			}
			for name, content := range files {
				name = filepath.Join(dir, filepath.FromSlash(name))
				if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(content), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			s, _ := reload(t, dir)
			changed, err := Rename(s, "4-cloudy", "clouds")
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, dir, "episodes/"+tt.wantDir+"/episode.md"); got != head+tt.want+tail {
				t.Errorf("episode.md is %q; want %q", got, head+tt.want+tail)
			}
			s, found := reload(t, dir)
			e := s.bySlug("clouds")
			if e == nil || len(s.Episodes) != 1 || read(t, dir, e.Audio) != "mpeg" {
				t.Fatalf("episodes %+v", s.Episodes)
			}
			for _, f := range found {
				if f.Rule == ruleMoved.ID || f.Rule == ruleRedirect.ID {
					t.Error(f)
				}
			}
			if !tt.notSeen && (s.Lock.Episodes["moon"].Slug != "clouds" || !slices.Contains(changed, pins.File)) {
				t.Errorf("the lock was not changed: %v", changed)
			}
		})
	}
}

func TestRenameRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, exampleShow()); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "episodes", "taken"), 0o755); err != nil {
		t.Fatal(err)
	}
	s, _ := reload(t, dir)
	before := tree(t, dir)
	for _, pair := range [][2]string{{"4-cloudy", "4-cloudy"}, {"4-cloudy", "taken"}, {"4-cloudy", "../x"}, {"4-cloudy", "Con"}, {"5-none", "five"}} {
		if changed, err := Rename(s, pair[0], pair[1]); err == nil || len(changed) > 0 {
			t.Errorf("%v: changed %v, %v", pair, changed, err)
		}
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" || read(t, dir, ep) != episodeMD {
		t.Errorf("something changed: %s", diff)
	}
}

// sources opens the folder of a show as the commands do.
func sources(t *testing.T, dir string) fs.FS {
	t.Helper()
	files, err := sourcefs.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestFolder(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "show")
	home := filepath.Join(base, "home")
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for name, content := range map[string]string{"show/a.txt": "inside", "b.md": "above", "home/c.md": "home"} {
		name = filepath.Join(base, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	onDisk := Folder{FS: sources(t, dir), Dir: dir}
	inMemory := Folder{FS: os.DirFS(dir)}
	abs := filepath.ToSlash(filepath.Join(base, "b.md"))
	for name, want := range map[string]string{"a.txt": "inside", "./x/../a.txt": "inside", "../b.md": "above", "x/../../b.md": "above", "~/c.md": "home", abs: "above"} {
		data, err := onDisk.ReadFile(name, 6)
		if string(data) != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", name, data, err, want)
		}
		if info, err := onDisk.Stat(name); err != nil || info.Size() != int64(len(want)) {
			t.Errorf("stat %s: %v", name, err)
		}
		if p, ok := onDisk.Path(name); !ok || !filepath.IsAbs(p) {
			t.Errorf("path of %s: %q", name, p)
		}
		_, err = inMemory.ReadFile(name, 6)
		if want != "inside" && !errors.Is(err, errOutside) || want == "inside" && err != nil {
			t.Errorf("%s without a folder: %v", name, err)
		}
		if _, ok := inMemory.Path(name); ok {
			t.Errorf("%s has a path without a folder", name)
		}
	}
	if _, err := onDisk.ReadFile("a.txt", 5); err == nil {
		t.Error("read more than allowed")
	}
	if _, err := onDisk.ReadFile("none", 5); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
}
