package release_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/audio"
	"onair/internal/finding"
	"onair/publish/internal/showtest"
	"onair/publish/release"
	"onair/show"
	"onair/show/chapters"
	"onair/show/pins"
)

const firstLight = "episodes/first-light/audio.mp3"

// tagMaster puts a tag with chapters in front of a master, as editors of audio
// export it.
func tagMaster(t *testing.T, files fstest.MapFS, chapters ...audio.Chapter) {
	t.Helper()
	tag, err := (&audio.Tag{Title: "First light", Chapters: chapters}).Parts()
	if err != nil {
		t.Fatal(err)
	}
	pieces := append(slices.Concat(tag...), files[firstLight].Data)
	files[firstLight] = &fstest.MapFile{Data: slices.Concat(pieces...)}
}

var marks = []audio.Chapter{
	{End: 5 * time.Second, Title: "Dawn", Hidden: true},
	{Start: 5 * time.Second, End: 9 * time.Second, Title: "Day", URL: "https://day.example/"},
	{Start: 10 * time.Second, End: time.Hour, Title: "Dusk"},
}

// publishable returns the example as if it was never published, with chapters in the tag
// of a master.
func publishable(t *testing.T, chapters ...audio.Chapter) fstest.MapFS {
	files := showtest.Example(t)
	delete(files, pins.File)
	tagMaster(t, files, chapters...)
	return files
}

// episode finds an episode of a release and its pin.
func episode(t *testing.T, r *release.Release, slug string) (*release.Episode, *pins.Pin) {
	t.Helper()
	for _, e := range r.Episodes {
		if e.Slug == slug {
			return e, r.Lock.Episodes[e.GUID]
		}
	}
	t.Fatalf("there is no episode %s", slug)
	return nil, nil
}

// keys returns the keys of a release's objects, in order.
func keys(r *release.Release) (all []string) {
	for _, o := range r.Objects {
		all = append(all, o.Key)
	}
	return all
}

// The chapters of a master's own tag become the episode's, are pinned, and stay the
// same on a machine without the master.
func TestChaptersOfTheMaster(t *testing.T) {
	t.Parallel()
	files := publishable(t, marks...)
	first := showtest.Release(t, files, nil)
	e, pin := episode(t, first, "first-light")
	want := []chapters.Chapter{
		{Title: "Dawn", Hidden: true},
		{Start: 5 * time.Second, End: 9 * time.Second, Title: "Day", URL: "https://day.example/"},
		{Start: 10 * time.Second, Title: "Dusk"},
	}
	if diff := cmp.Diff(want, e.Chapters); diff != "" {
		t.Errorf("the episode's chapters (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, pin.Chapters); diff != "" {
		t.Errorf("the pin's chapters (-want +got):\n%s", diff)
	}
	_, found, err := release.New(t.Context(), first.Show, &release.Options{Now: showtest.Now})
	if late := slices.IndexFunc(found, func(f finding.Finding) bool { return f.Rule == "A043" }); err != nil || late < 0 || found[late].Message != "chapter 3 ends at 1:00:00 and the audio ends at 1:00.839" {
		t.Errorf("%v: %v", err, found)
	}
	if e, err := first.Show.Find("first-light"); err != nil {
		t.Fatal(err)
	} else if got := e.Chapters; got != nil {
		t.Errorf("the show itself has chapters now: %v", got)
	}

	files[pins.File] = &fstest.MapFile{Data: first.Lock.Format()}
	again := showtest.Release(t, files, nil)
	delete(files, firstLight)
	elsewhere := showtest.Release(t, files, nil)
	for name, r := range map[string]*release.Release{"again": again, "without the master": elsewhere} {
		if diff := cmp.Diff(keys(first), keys(r)); diff != "" {
			t.Errorf("%s: other keys (-first +now):\n%s", name, diff)
		}
		if diff := cmp.Diff(string(first.Lock.Format()), string(r.Lock.Format())); diff != "" {
			t.Errorf("%s: another lock (-first +now):\n%s", name, diff)
		}
	}
}

func TestChaptersOfTheMasterAreNotTaken(t *testing.T) {
	t.Parallel()
	published := func(files fstest.MapFS) { // the sound stays the same, the tag changes
		pristine := showtest.Example(t)
		files[pins.File] = pristine[pins.File]
	}
	endless := []audio.Chapter{{End: 9 * time.Second, Title: strings.Repeat("Dawn ", 20_000)}}
	tests := []struct {
		name     string
		chapters []audio.Chapter
		change   func(fstest.MapFS)
		finding  string
	}{
		{"where the episode has none by intent", marks, func(files fstest.MapFS) {
			showtest.Edit(t, files, "episodes/first-light/episode.md", "title:", "chapters: []\ntitle:")
		}, "the tag of the master has 3 chapters and the episode has 0"},
		{"when the episode is published", marks, published, "the tag of the master has 3 chapters and the episode has 0"},
		{"when a title is too long", endless, func(fstest.MapFS) {}, "the chapters of the master's own tag are left out: a chapter with a text of 99999 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := publishable(t, tt.chapters...)
			tt.change(files)
			r, found := releaseAndFindings(t, files, &release.Options{})
			if found.HasErrors() {
				t.Fatal(found)
			}
			e, pin := episode(t, r, "first-light")
			if len(e.Chapters) > 0 || len(pin.Chapters) > 0 {
				t.Errorf("chapters %v, pinned %v", e.Chapters, pin.Chapters)
			}
			said := ""
			for _, f := range found {
				said += f.Message + "\n"
			}
			if !strings.Contains(said, tt.finding) {
				t.Errorf("no finding %q in\n%s", tt.finding, said)
			}
		})
	}
}

func TestChaptersOfTheMasterAreRepaired(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		chapters []audio.Chapter
		want     []chapters.Chapter
		finding  string
	}{
		{"overlap", []audio.Chapter{{End: 9 * time.Second, Title: "Dawn"}, {Start: 5 * time.Second, End: 10 * time.Second, Title: "Day"}},
			[]chapters.Chapter{{Title: "Dawn"}, {Start: 5 * time.Second, End: 10 * time.Second, Title: "Day"}},
			"A013 the end of the chapter at 0:00 is after the start of the next one; it is cut there"},
		{"two at one start", []audio.Chapter{{Title: "Part"}, {End: 5 * time.Second, Title: "Dawn"}, {Start: 5 * time.Second, End: time.Minute, Title: "Day"}},
			[]chapters.Chapter{{Title: "Dawn"}, {Start: 5 * time.Second, End: time.Minute, Title: "Day"}},
			`A013 2 chapters start at 0:00; "Dawn" is kept, "Part" left out`},
		{"start after the end", []audio.Chapter{{End: time.Hour, Title: "Dawn"}, {Start: time.Hour, End: 2 * time.Hour, Title: "Day"}},
			[]chapters.Chapter{{Title: "Dawn"}}, "A043 chapter 2 starts at 1:00:00 and the audio ends at 1:00.839; it is left out"},
		{"end after the end", []audio.Chapter{{End: 5 * time.Second, Title: "Dawn"}, {Start: 5 * time.Second, End: time.Hour, Title: "Day"}},
			[]chapters.Chapter{{Title: "Dawn"}, {Start: 5 * time.Second, Title: "Day"}}, "A043 chapter 2 ends at 1:00:00 and the audio ends at 1:00.839"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, found := releaseAndFindings(t, publishable(t, tt.chapters...), &release.Options{})
			if found.HasErrors() {
				t.Fatal(found)
			}
			e, pin := episode(t, r, "first-light")
			if diff := cmp.Diff([][]chapters.Chapter{tt.want, tt.want}, [][]chapters.Chapter{e.Chapters, pin.Chapters}); diff != "" {
				t.Errorf("chapters (-want +got):\n%s", diff)
			}
			var said []string
			for _, f := range found {
				if f.File == "episodes/first-light/audio.mp3" && (f.Rule == "A013" || f.Rule == "A043" || f.Rule == "A009" && strings.Contains(f.Message, "chapters")) {
					said = append(said, f.Rule+" "+f.Message)
				}
			}
			if diff := cmp.Diff([]string{tt.finding}, said); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOlderPins pins the audio that older versions of onair published for a master, and
// replaces that audio.
func TestOlderPins(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		pinned func(payload, behind []byte) []byte
		want   string
	}{
		{"without the first MPEG frame", func(payload, _ []byte) []byte { return payload[209:] },
			"an older version of onair published the audio without its first MPEG frame of 209 bytes, because the ID3 tag before it claims too much"},
		{"with a tag at the end", func(payload, behind []byte) []byte { return slices.Concat(payload, behind) },
			"an older version of onair published the audio with 128 bytes of an old tag at its end"},
		{"another audio", func(payload, _ []byte) []byte { return payload[:len(payload)-1] }, "the audio is not the one that was published"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := publishable(t)
			behind := append([]byte("TAGOld title"), make([]byte, 116)...)
			files[firstLight].Data = append(files[firstLight].Data, behind...)
			first := showtest.Release(t, files, nil)
			e, pin := episode(t, first, "first-light")
			info, err := audio.Probe(bytes.NewReader(files[firstLight].Data), int64(len(files[firstLight].Data)))
			if err != nil {
				t.Fatal(err)
			}
			whole := pin.Payload
			old := tt.pinned(files[firstLight].Data[info.PayloadStart:info.PayloadEnd:info.PayloadEnd], behind)
			pin.Payload = pins.Payload{SHA256: fmt.Sprintf("%x", sha256.Sum256(old)), Bytes: int64(len(old)), CRC32C: 1}
			files[pins.File] = &fstest.MapFile{Data: first.Lock.Format()}
			_, found := releaseAndFindings(t, files, &release.Options{})
			i := slices.IndexFunc(found, func(f finding.Finding) bool { return f.Rule == "P012" })
			if i < 0 || !strings.Contains(found[i].Message, tt.want) || !strings.Contains(found[i].Hint, "--replace-audio first-light") {
				t.Fatalf("no P012 %q in %v", tt.want, found)
			}
			r, found := releaseAndFindings(t, files, &release.Options{ReplaceAudio: []string{"first-light"}})
			if found.HasErrors() {
				t.Fatal(found)
			}
			if got := r.Lock.Episodes[e.GUID].Payload; got != whole {
				t.Errorf("pinned %+v, want %+v", got, whole)
			}
		})
	}
}

// The images of a master's chapters are left out. Every check reports that, even after
// the chapters are pinned.
func TestImagesOfTheMaster(t *testing.T) {
	t.Parallel()
	image := &audio.Picture{MediaType: "image/png", Data: []byte("\x89PNG")}
	files := publishable(t, audio.Chapter{End: time.Second, Title: "Dawn", Image: image}, audio.Chapter{Start: time.Second, End: 2 * time.Second, Title: "Day"})
	for range 2 {
		s, found := show.Load(files, nil)
		r, more, err := release.New(t.Context(), s, &release.Options{Now: showtest.Now})
		if err != nil {
			t.Fatal(err)
		}
		said := 0
		for _, f := range append(found, more...) {
			if f.Rule == "A010" {
				said++
			}
		}
		if said != 1 {
			t.Errorf("said %d times; want once", said)
		}
		files[pins.File] = &fstest.MapFile{Data: r.Lock.Format()}
	}
}

// Another master brings its own chapters.
func TestReplacedMasterBringsItsChapters(t *testing.T) {
	t.Parallel()
	files := publishable(t, marks...)
	files[pins.File] = &fstest.MapFile{Data: showtest.Release(t, files, nil).Lock.Format()}
	files[firstLight] = files["episodes/4-the-long-tail/audio.mp3"]
	tagMaster(t, files, audio.Chapter{End: time.Second, Title: "New"}, audio.Chapter{Start: time.Second, End: time.Hour, Title: "Day"})
	r := showtest.Release(t, files, &release.Options{Now: showtest.Now, ReplaceAudio: []string{"first-light"}})
	e, pin := episode(t, r, "first-light")
	if want := []chapters.Chapter{{Title: "New"}, {Start: time.Second, Title: "Day"}}; !cmp.Equal(want, e.Chapters) || !cmp.Equal(want, pin.Chapters) {
		t.Errorf("chapters %v, pinned %v", e.Chapters, pin.Chapters)
	}
}
