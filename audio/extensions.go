package audio

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"onair/audio/mp4"
	"onair/internal/shell"
)

// masterExtensions are the extensions of masters. A file without an extension may also be
// one.
var masterExtensions = []string{"", ".mp3", ".m4a"}

// soundExtensions are the extensions of other files with sound.
var soundExtensions = []string{
	".aac", ".aif", ".aiff", ".caf", ".flac", ".mkv", ".mov", ".mp4", ".ogg", ".opus", ".w64", ".wav", ".webm", ".wma",
}

// HasSound reports whether the extension of a file is that of a format with sound.
func HasSound(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext != "" && slices.Contains(masterExtensions, ext) || slices.Contains(soundExtensions, ext)
}

// CheckName returns an error if the extension of a file is not that of a master. If it is
// that of another format with sound, the method Hint of the error returns the command that
// makes a master from the file.
func CheckName(name string) error {
	ext := filepath.Ext(name)
	if slices.Contains(masterExtensions, strings.ToLower(ext)) {
		return nil
	}
	if !HasSound(name) {
		return fmt.Errorf("%s is not an MP3 or M4A", name)
	}
	return &nameError{name, strings.TrimSuffix(name, ext)}
}

// A nameError reports a file with sound whose extension is not that of a master.
type nameError struct {
	name string
	base string // name without the extension
}

func (e *nameError) Error() string { return e.name + " is not an MP3 or M4A" }

// Hint returns the command that makes a master from the file.
func (e *nameError) Hint() string {
	in := shell.Quote(e.name)
	switch copiedType(e.name) {
	case MP3:
		return "its sound need not be encoded again: ffmpeg -i " + in + " -vn -c copy " + shell.Quote(e.base+".mp3")
	case M4A:
		return "its sound need not be encoded again: ffmpeg -i " + in + " -vn -c copy " + shell.Quote(e.base+".m4a")
	}
	return "encode speech with: ffmpeg -i " + in + " -af aformat=channel_layouts=mono,loudnorm=I=-19:TP=-1.5:LRA=11 -ar 44100 -b:a 96k " + shell.Quote(e.base+".mp3")
}

// copiedType returns the media type of a master into which the sound of a file can be
// copied without encoding it again; empty if there is none.
func copiedType(name string) string {
	info, err := probePath(name)
	var other *formatError
	switch {
	case err == nil:
		return info.MediaType
	case errors.As(err, &other):
		return other.copied
	case errors.Is(err, mp4.ErrHoldsMP3):
		return MP3
	case errors.Is(err, mp4.ErrHoldsVideo), errors.Is(err, mp4.ErrNoDuration):
		return M4A
	}
	return ""
}
