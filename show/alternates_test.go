package show

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/show/alternate"
	"onair/show/pins"
)

func TestAlternates(t *testing.T) {
	t.Parallel()
	const dir = "episodes/4-cloudy/"
	lock := (&pins.Lock{Episodes: map[string]*pins.Pin{guid4: {
		Slug: "4-cloudy", Audio: pins.Audio{Payload: pins.Payload{SHA256: strings.Repeat("ab", 32), Bytes: 1}},
		Alternates: []pins.Alternate{
			{Language: "de", Audio: pins.Audio{Payload: pins.Payload{SHA256: strings.Repeat("cd", 32), Bytes: 1}}},
			{Language: "fr-CA", Audio: pins.Audio{Payload: pins.Payload{SHA256: strings.Repeat("ef", 32), Bytes: 1}}},
		},
	}}}).Format()
	listed := func(text string) edit { return change(ep, "number: 4 ", "number: 4\nalternates: "+text) }
	for _, tt := range []struct {
		name  string
		edits []edit
		want  []alternate.Audio
	}{
		{"files of the folder", []edit{put(dir+"audio.es.mp3", ""), put(dir+"audio.pt-br.mp3", "")},
			[]alternate.Audio{{Path: dir + "audio.es.mp3", Language: "es"}, {Path: dir + "audio.pt-br.mp3", Language: "pt-br"}}},
		{"other files", []edit{put(dir+"audio.mp3", ""), put(dir+"audio.raw.mp3", ""), put(dir+"audio.v2.mp3", ""), put(dir+"audio.ES.mp3", ""), put(dir+"audio.es.wav", ""), put(dir+"my.es.mp3", "")}, nil},
		{"language of three letters with a transcript", []edit{put(dir+"audio.fil.mp3", ""), put(dir+"transcript.fil.md", "")},
			[]alternate.Audio{{Path: dir + "audio.fil.mp3", Language: "fil"}}},
		{"languages of the lock", []edit{put("onair.lock", string(lock)), put(dir+"audio.de.mp3", ""), put(dir+"audio.es.mp3", "")},
			[]alternate.Audio{{Path: dir + "audio.de.mp3", Language: "de"}, {Path: dir + "audio.es.mp3", Language: "es"}, {Path: dir + "audio.fr-ca.mp3", Language: "fr-CA"}}},
		{"list", []edit{put("onair.lock", string(lock)), put(dir+"audio.es.mp3", ""), put(dir+"spoken.mp3", ""), listed(`[{audio: spoken.mp3, language: es-MX, title: "Español: México"}]`)},
			[]alternate.Audio{{Path: dir + "spoken.mp3", Language: "es-MX", Title: "Español: México"}}},
		{"empty list", []edit{put("onair.lock", string(lock)), put(dir+"audio.es.mp3", ""), listed("[]")}, []alternate.Audio{}},
		{"the audio of the episode", []edit{change(ep, "audio: audio.mp3", "audio: audio.es.mp3"), put(dir+"audio.es.mp3", "")}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := exampleShow()
			for _, edit := range tt.edits {
				edit(t, files)
			}
			s := load(t, files, nil)
			e, err := s.Find("4-cloudy")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, e.Alternates); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestListedOwnAudio expects every listed alternate that is the audio of the episode to be
// dropped.
func TestListedOwnAudio(t *testing.T) {
	t.Parallel()
	const dir = "episodes/4-cloudy/"
	files := exampleShow()
	put(dir+"audio.mp3", "")(t, files)
	put(dir+"zoë o'hara.mp3", "")(t, files)
	change(ep, "number: 4 ", "number: 4\n"+`alternates: [{audio: audio.mp3, language: de}, {audio: "zoë o'hara.mp3", language: es}, {audio: audio.mp3, language: fr}]`)(t, files)
	s, _ := Load(files, nil)
	e, err := s.Find("4-cloudy")
	if err != nil {
		t.Fatal(err)
	}
	if want := []alternate.Audio{{Path: dir + "zoë o'hara.mp3", Language: "es"}}; !slices.Equal(e.Alternates, want) {
		t.Errorf("got %v, want %v", e.Alternates, want)
	}
}
