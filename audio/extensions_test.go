package audio

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckName checks which names are refused, and the command that the hint gives for
// the content of the file.
func TestCheckName(t *testing.T) {
	t.Parallel()
	m4a := join(box("ftyp", []byte("M4A ")), box("moov", box("mvhd", timing(1000, 1234)), track("soun", "mp4a", timing(44100, 44100), 43, 0x12, 0x08)), box("mdat", make([]byte, 20)))
	for name, tt := range map[string]struct {
		file, hint string // want no error if hint is empty, and no hint if it is "-"
		data       []byte
	}{
		"an MP3":            {"Zoë's mix.MP3", "", nil},
		"an M4A":            {"mix.m4a", "", nil},
		"no extension":      {"mix", "", nil},
		"text":              {"notes.txt", "-", nil},
		"no such file":      {"lost.wav", "-b:a 96k lost.mp3", nil},
		"a WAV file":        {"my mix.wav", "-b:a 96k 'my mix.mp3'", []byte("RIFF\x24\x00\x00\x00WAVEfmt ")},
		"an MP3 in WAV":     {"my mix.WAV", "ffmpeg -i 'my mix.WAV' -vn -c copy 'my mix.mp3'", []byte("RIFF\x40\x00\x00\x00WAVEfmt \x1e\x00\x00\x00\x55\x00\x01\x00")},
		"an MP3 as AAC":     {"mix.aac", "-c copy mix.mp3", silence(mono128, 100)},
		"AAC":               {"mix.aac", "-c copy mix.m4a", []byte{0xFF, 0xF1, 0x50, 0x80, 0x02, 0x1F}},
		"an M4A as MP4":     {"mix.mp4", "-c copy mix.m4a", m4a},
		"an M4A with a tag": {"mix.mp4", "-c copy mix.m4a", join(id3(4, 64), m4a)},
		"an MP3 in MP4":     {"mix.mp4", "-c copy mix.mp3", join(box("ftyp", []byte("isom")), box("moov", track("soun", ".mp3", timing(44100, 44100), 43)))},
		"a video":           {"mix.mov", "-c copy mix.m4a", join(box("ftyp", []byte("qt  ")), box("moov", track("vide", "avc1", timing(600, 600), 1), track("soun", "mp4a", timing(44100, 44100), 43, 0x12, 0x08)))},
		"no duration":       {"mix.mp4", "-c copy mix.m4a", join(box("ftyp", []byte("isom")), box("moov", track("soun", "mp4a", timing(44100, 0), 0, 0x12, 0x08)))},
		"old QuickTime":     {"mix.mov", "-c copy mix.m4a", []byte("\x00\x00\x00\x08wide\x00\x00\x00\x10mdat")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, tt.file)
			if tt.data != nil {
				if err := os.WriteFile(path, tt.data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			err := CheckName(path)
			var hinted interface{ Hint() string }
			hint := "-"
			if err == nil {
				hint = ""
			} else if errors.As(err, &hinted) {
				hint = strings.ReplaceAll(hinted.Hint(), dir+string(filepath.Separator), "")
			}
			if !strings.HasSuffix(hint, tt.hint) || (hint == "") != (tt.hint == "") || tt.hint == "-" && hint != "-" {
				t.Errorf("%v; hint %q, want %q", err, hint, tt.hint)
			}
		})
	}
}
