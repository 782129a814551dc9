package audio

import (
	"fmt"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/show"
)

const (
	artworkMin   = 1400 // pixels a side
	artworkMax   = 3000
	pictureHeavy = 512_000 // bytes
	tagHeavy     = 1 << 20 // bytes
	longText     = 255     // characters

	// applePictures and appleAudio are where the numbers come from.
	applePictures = "PSP-1, itunes:image; Apple Podcasts for Creators, show artwork"
	appleAudio    = "Apple Podcasts for Creators, audio requirements (support/893)"
)

// CheckMaster judges a master by rules A001 to A007. at is the master, whose
// extension is looked at.
func CheckMaster(info *Info, at finding.Position) finding.List {
	var l finding.List
	if ext := strings.ToLower(path.Ext(at.File)); ext == ".mp3" && info.MediaType != MP3 || ext == ".m4a" && info.MediaType != M4A {
		l.Warnf("A007", at, "rename it", "the master is called %q and its content is %s", path.Base(at.File), info.MediaType)
	}
	l = append(l, CheckFrames(info, at)...)
	if info.SampleRate != 44100 && info.SampleRate != 48000 {
		l.Warnf("A003", at, "export with 44.1 or 48 kHz", "the sample rate is %d Hz", info.SampleRate)
	}
	if info.MediaType == M4A {
		l.Add(finding.Finding{Rule: "A006", Severity: finding.Info, Position: at, Hint: "export as MP3 to have chapters and artwork in the file",
			Message: "an M4A master is published as it is: no tag is written"})
		return l
	}
	if info.VBR {
		l.Warnf("A004", at, "export with a constant bitrate", "the bitrate varies, which makes seeking inexact in several players")
	}
	low, high, what := 96, 128, "mono"
	if info.Channels > 1 {
		low, high, what = 128, 256, "stereo"
	}
	if info.Bitrate < low || info.Bitrate > high {
		l.Add(finding.Finding{Rule: "A005", Severity: finding.Info, Position: at, Source: appleAudio, Hint: "speech sounds well in mono with 96 kbit/s, music in stereo with 160",
			Message: fmt.Sprintf("%d kbit/s %s; Apple recommends %d to %d", info.Bitrate, what, low, high)})
	}
	return l
}

// CheckFrames judges what the walk over a master stumbled over by rules A001 and
// A002.
func CheckFrames(info *Info, at finding.Position) finding.List {
	var l finding.List
	if info.MissingFrames > 0 {
		l.Errorf("A001", at, "export or copy the file again", "%s", info.missing())
	}
	hint := "export the file again, without editing the MP3 afterwards"
	if info.MediaType == M4A {
		hint = "" // what is said of one comes with the command that mends it
	}
	for _, w := range info.Warnings {
		if info.MissingFrames == 0 || w != info.missing() {
			l.Warnf("A002", at, hint, "%s", w)
		}
	}
	return l
}

// CheckArtwork judges the artwork of a show or an episode by rules A020 to
// A024. name is its path, whose extension listeners will see; at the place that
// names it.
func CheckArtwork(p *Picture, at finding.Position, name string) finding.List {
	l := checkPicture(p, at, name)
	if p.Width != p.Height {
		l.Add(finding.Finding{Rule: "A020", Severity: finding.Error, Position: at, Source: applePictures, Hint: "crop it to a square",
			Message: fmt.Sprintf("the artwork is %d × %d pixels, not square", p.Width, p.Height)})
	}
	if small, large := min(p.Width, p.Height), max(p.Width, p.Height); small < artworkMin || large > artworkMax {
		l.Add(finding.Finding{Rule: "A021", Severity: finding.Error, Position: at, Source: applePictures, Hint: "export it with 1400 to 3000 pixels a side",
			Message: fmt.Sprintf("the artwork is %d × %d pixels, not %d to %d a side", p.Width, p.Height, artworkMin, artworkMax)})
	}
	return l
}

// CheckChapterImage judges the image of a chapter by rules A021 to A024. It may
// have any shape, and be as small as it likes.
func CheckChapterImage(p *Picture, at finding.Position, name string) finding.List {
	l := checkPicture(p, at, name)
	if max(p.Width, p.Height) > artworkMax {
		l.Warnf("A021", at, "scale it down", "the image is %d × %d pixels; players show chapter images small", p.Width, p.Height)
	}
	return l
}

// checkPicture holds what is asked of every picture.
func checkPicture(p *Picture, at finding.Position, name string) finding.List {
	var l finding.List
	switch p.Color {
	case CMYK:
		l.Add(finding.Finding{Rule: "A022", Severity: finding.Error, Position: at, Source: applePictures, Hint: "export it in RGB",
			Message: "the image is in CMYK, the colours of print"})
	case Gray:
		l.Add(finding.Finding{Rule: "A022", Severity: finding.Warning, Position: at, Source: applePictures, Hint: "export it in RGB",
			Message: "the image is in greyscale; directories ask for RGB"})
	}
	if ext := strings.ToLower(path.Ext(name)); !extensionFits(ext, p.MediaType) {
		l.Add(finding.Finding{Rule: "A023", Severity: finding.Error, Position: at, Source: applePictures, Hint: "rename it",
			Message: fmt.Sprintf("the image is called %q and its content is %s", path.Base(name), p.MediaType)})
	}
	if len(p.Data) > pictureHeavy {
		l.Warnf("A024", at, "save it with stronger compression", "the image has %d kB; apps load it again and again, and 512 kB are enough", len(p.Data)/1000)
	}
	return l
}

func extensionFits(ext, mediaType string) bool {
	if mediaType == "image/png" {
		return ext == ".png"
	}
	return ext == ".jpg" || ext == ".jpeg"
}

// CheckTag judges a tag by rules A040 to A042. at is the episode.
func CheckTag(t *Tag, at finding.Position) finding.List {
	var l finding.List
	b, err := t.Bytes()
	if err != nil {
		l.Errorf("A040", at, "", "%v", err)
	}
	if len(b) > tagHeavy {
		l.Warnf("A041", at, "save artwork and chapter images smaller", "the ID3 tag has %d kB; every listener downloads it before the first sound", len(b)/1000)
	}
	if n := utf8.RuneCountInString(t.Title); n > longText {
		l.Warnf("A042", at, "shorten it", "the title has %d characters; apps cut it", n)
	}
	for i, c := range t.Chapters {
		if n := utf8.RuneCountInString(c.Title); n > longText {
			l.Warnf("A042", at, "shorten it", "the title of chapter %d has %d characters; apps cut it", i+1, n)
		}
	}
	return l
}

// lateEnd is how far behind the audio a chapter may end without a word: many
// write the ends of chapters in whole seconds.
const lateEnd = time.Second

// CheckTimes judges by rule A043 whether chapters are inside the audio, which
// lasts so long; zero: nobody knows. at is the place of each.
func CheckTimes(chapters []show.Chapter, duration time.Duration, at func(i int) finding.Position) finding.List {
	var l finding.List
	if duration <= 0 {
		return nil
	}
	end := timestamp(duration)
	for i, c := range chapters {
		switch {
		case c.Start >= duration:
			l.Errorf("A043", at(i), "move it, delete it, or check that this is the right audio", "chapter %d starts at %s and the audio ends at %s", i+1, timestamp(c.Start), end)
		case c.End > duration+lateEnd:
			l.Warnf("A043", at(i), "leave out where it ends, or check that this is the right audio", "chapter %d ends at %s and the audio ends at %s", i+1, timestamp(c.End), end)
		}
	}
	return l
}

// timestamp writes a time in the audio to the millisecond.
func timestamp(d time.Duration) string { return show.FormatTimestamp(d.Round(time.Millisecond)) }
