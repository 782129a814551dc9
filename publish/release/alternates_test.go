package release_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"onair/audio"
	"onair/audio/mpeg"
	"onair/publish/internal/showtest"
)

// spokenMP3 returns three seconds of silence that look as if machine voices spoke a text
// with the digest.
func spokenMP3(digest string) []byte {
	h := mpeg.ParseHeader([]byte{0xFF, 0xF3, 0x84, 0xC4}) // 64 kbit/s, 24 kHz, one channel
	const n = 125
	frames := bytes.Repeat(h.Frame(), n)
	return append(mpeg.InfoFrame(h, n, int64(len(frames)), digest), frames...)
}

// TestAlternates checks the key, the tag and the label of audio in another language. A
// release without that audio on this machine must have the same key and feed.
func TestAlternates(t *testing.T) {
	t.Parallel()
	const dir = "episodes/" + showtest.GhostSlug + "/"
	before := showtest.Release(t, showtest.Example(t), nil)
	for _, test := range []struct {
		line, file, digest string
		label              string
	}{
		{"", "audio.es.mp3", "0123456789abcdef", "español (machine voices)"},
		{"", "audio.es.mp3", "", "español"},
		{"", "audio.pt-br.mp3", "0123456789abcdef", "português (machine voices)"},
		{`alternates: [{audio: spoken.mp3, language: es, title: "Más: ¡hola!"}]`, "spoken.mp3", "0123456789abcdef", "Más: ¡hola! (machine voices)"},
		{`alternates: [{audio: spoken.mp3, language: es, title: "Doblado con mucho esmero"}]`, "spoken.mp3", "0123456789abcdef", "Doblado con mucho esmero"},
	} {
		files := showtest.Example(t)
		showtest.Edit(t, files, dir+"episode.md", "season: 1", "season: 1\n"+test.line)
		files[dir+test.file] = &fstest.MapFile{Data: spokenMP3(test.digest)}
		r := showtest.Release(t, files, nil)
		e, _ := episode(t, r, showtest.GhostSlug)
		if len(e.Alternates) != 1 || e.Alternates[0].Label != test.label || e.Alternates[0].Spoken != test.digest {
			t.Errorf("%s: %+v, want %q", test.file, e.Alternates, test.label)
			continue
		}
		a := e.Alternates[0]
		if want := "audio/" + showtest.GhostSlug + "." + strings.ToLower(a.Language) + "-"; !strings.HasPrefix(a.AudioKey(), want) {
			t.Errorf("key %s, want %s…", a.AudioKey(), want)
		}
		if main, _ := episode(t, before, showtest.GhostSlug); main.AudioKey() != e.AudioKey() {
			t.Errorf("the episode's own audio changes from %s to %s", main.AudioKey(), e.AudioKey())
		}
		body := showtest.Body(t, a.Enclosure)
		tag, err := audio.ReadTag(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			t.Fatal(err)
		}
		if want := e.Title + " · " + test.label; tag.Title != want || tag.Language != audio.Language(a.Language) || tag.GUID != e.GUID {
			t.Errorf("tag %q in %s of %s, want %q", tag.Title, tag.Language, tag.GUID, want)
		}

		// Another checkout has the lock and not the audio.
		files["onair.lock"] = &fstest.MapFile{Data: r.Lock.Format()}
		delete(files, dir+test.file)
		again := showtest.Release(t, files, nil)
		other, _ := episode(t, again, showtest.GhostSlug)
		if got := other.Alternates[0]; got.AudioKey() != a.AudioKey() || got.AudioBytes() != a.AudioBytes() || got.HasMaster() {
			t.Errorf("without the audio: %s of %d bytes, want %s of %d", got.AudioKey(), got.AudioBytes(), a.AudioKey(), a.AudioBytes())
		}
		if again.LockChanges() || !bytes.Equal(showtest.Body(t, again.Feed), showtest.Body(t, r.Feed)) {
			t.Error("without the audio the lock or the feed changes")
		}
	}
}
