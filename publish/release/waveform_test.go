package release_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"onair/publish/internal/showtest"
	"onair/publish/release"
	"onair/show"
)

// putFFmpeg puts a script in ffmpeg's place, or with "" takes ffmpeg away.
func putFFmpeg(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	dir := t.TempDir()
	if script == "" {
		t.Setenv("PATH", dir)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, "ffmpeg"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// loud is a script that writes what a decoder writes for ten seconds of sound at one
// level.
const loud = `head -c 882000 /dev/zero | tr '\0' '\20'`

// drawing returns the waveform of a release, and checks that the page shows it.
func drawing(t *testing.T, r *release.Release) (svg string) {
	t.Helper()
	find := func(is func(*release.Object) bool) int { return slices.IndexFunc(r.Objects, is) }
	p := find(func(o *release.Object) bool { return o.Key == "episodes/1-the-only-one/index.html" })
	if p < 0 {
		t.Fatal("the episode has no page")
	}
	page := string(showtest.Body(t, r.Objects[p]))
	i := find(func(o *release.Object) bool { return o.Role == release.RoleWaveform })
	if i < 0 {
		if strings.Contains(page, "waveform") {
			t.Error("the page shows a waveform that is not there")
		}
		return ""
	}
	if !strings.Contains(page, `="../../`+r.Objects[i].Key+`"`) {
		t.Errorf("the page does not show %s", r.Objects[i].Key)
	}
	return string(showtest.Body(t, r.Objects[i]))
}

// A waveform is measured once and then drawn from the lock: it has the same bytes
// without a decoder, with another one, and without the audio.
func TestWaveformIsPinned(t *testing.T) {
	dir := minimal(t, "waveform: true")
	putFFmpeg(t, loud)
	first, _ := releaseOf(t, dir)
	want := drawing(t, first)
	if !strings.HasPrefix(want, "<svg ") {
		t.Fatalf("drawn: %q", want)
	}
	if err := first.WriteLock(true); err != release.ErrLocked {
		t.Errorf("with --locked: %v", err)
	}
	if err := first.WriteLock(false); err != nil {
		t.Fatal(err)
	}
	for name, script := range map[string]string{"another decoder": `head -c 882000 /dev/urandom`, "no decoder": "", "no audio": ""} {
		t.Run(name, func(t *testing.T) {
			putFFmpeg(t, script)
			if name == "no audio" {
				audio := filepath.Join(dir, "episodes", "1-the-only-one", "audio.mp3")
				if err := os.Rename(audio, audio+".away"); err != nil {
					t.Fatal(err)
				}
				defer os.Rename(audio+".away", audio)
			}
			again, found := releaseOf(t, dir)
			if got := drawing(t, again); got != want {
				t.Errorf("drawn again: %.200s", got)
			}
			if again.LockChanges() || len(ofRule(found, "P018")) > 0 {
				t.Errorf("changes %v, findings %v", again.LockChanges(), found)
			}
		})
	}
}

// Without the setting nothing is decoded; an earlier pin stays.
func TestWaveformDisabled(t *testing.T) {
	dir := minimal(t, "waveform: false")
	putFFmpeg(t, loud)
	r, _ := releaseOf(t, dir)
	for guid, pin := range r.Lock.Episodes {
		if pin.Waveform != "" || drawing(t, r) != "" {
			t.Errorf("drawn although nobody asked: %s", guid)
		}
		pin.Waveform = strings.Repeat("00ff", 100)
	}
	if err := r.WriteLock(false); err != nil {
		t.Fatal(err)
	}
	if r, _ = releaseOf(t, dir); r.LockChanges() || drawing(t, r) != "" {
		t.Error("the pin was not kept in peace")
	}
}

// Other audio has another waveform.
func TestWaveformOfReplacedAudio(t *testing.T) {
	dir := minimal(t, "waveform: true")
	r, _ := releaseOf(t, dir)
	for _, pin := range r.Lock.Episodes {
		pin.Waveform, pin.Payload.SHA256 = strings.Repeat("00ff", 100), strings.Repeat("0", 64)
	}
	if err := r.WriteLock(false); err != nil {
		t.Fatal(err)
	}
	putFFmpeg(t, loud)
	s, _ := show.Load(os.DirFS(dir), &show.LoadOptions{Dir: dir})
	r, found, err := release.New(t.Context(), s, &release.Options{Now: showtest.Now, ReplaceAudio: []string{"1-the-only-one"}})
	if err != nil || found.HasErrors() {
		t.Fatal(err, found)
	}
	if _, pin := episode(t, r, "1-the-only-one"); pin.Waveform == "" || pin.Waveform == strings.Repeat("00ff", 100) {
		t.Errorf("the waveform is %q", pin.Waveform)
	}
}

// If no waveform can be drawn, the episode goes live without one, and the reason is
// reported once.
func TestNoWaveform(t *testing.T) {
	for name, tt := range map[string]struct{ script, want, file string }{
		"no decoder":      {"", "episodes without a waveform: 1; ffmpeg is not installed", "show.yaml"},
		"a broken one":    {"echo sorry >&2; exit 1", "no waveform can be drawn: ffmpeg: exit status 1: sorry", "episodes/1-the-only-one/audio.mp3"},
		"nothing to hear": {"", "episodes without a waveform: 1; their audio is not in the folder and onair.lock has no waveform", "show.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := minimal(t, "waveform: true")
			putFFmpeg(t, tt.script)
			if name == "nothing to hear" {
				r, _ := releaseOf(t, dir)
				if err := r.WriteLock(false); err != nil {
					t.Fatal(err)
				}
				if err := os.Remove(filepath.Join(dir, "episodes", "1-the-only-one", "audio.mp3")); err != nil {
					t.Fatal(err)
				}
			}
			r, found := releaseOf(t, dir)
			if found.HasErrors() || drawing(t, r) != "" {
				t.Error(found)
			}
			if found = ofRule(found, "P018"); len(found) != 1 || found[0].Message != tt.want || found[0].File != tt.file {
				t.Errorf("findings %v", found)
			}
		})
	}
}
