package audio

import (
	"fmt"
	"math"
	"slices"
	"time"

	"onair/internal/finding"
	"onair/show"
)

// What is asked of the sound. The loudness is what Apple, and most who publish
// numbers for speech, ask for; one channel is played by two loudspeakers, which
// makes up for the 3 LU.
const (
	stereoLoudness = -16.0 // LUFS
	monoLoudness   = -19.0
	nearLoudness   = 1.0  // LU to either side
	highestPeak    = -1.0 // dBTP
	longSilence    = 3 * time.Second
	muchClipping   = 10  // runs
	alike          = -40 // dB
)

// CheckLoudness judges how a master with so many channels measures by rules
// A030 to A034.
func CheckLoudness(m *Loudness, channels int, at finding.Position) finding.List {
	var l finding.List
	// Mixed down before it is measured: two channels that are alike are 3 LU louder.
	target, what, mix := monoLoudness, "mono", "aformat=channel_layouts=mono,"
	if channels > 1 {
		target, what, mix = stereoLoudness, "stereo", ""
	}
	if math.Abs(m.Integrated-target) > nearLoudness {
		l.Add(finding.Finding{Rule: "A030", Severity: finding.Warning, Position: at, Source: appleAudio,
			Message: fmt.Sprintf("the loudness is %.1f LUFS; %s sounds like other podcasts at %.0f ± %.0f", m.Integrated, what, target, nearLoudness),
			Hint:    fmt.Sprintf("ffmpeg -i IN.wav -af %sloudnorm=I=%.0f:TP=-1.5:LRA=11 -ar 44100 OUT.wav, then encode", mix, target)})
	}
	if m.TruePeak > highestPeak {
		l.Add(finding.Finding{Rule: "A031", Severity: finding.Warning, Position: at, Source: appleAudio, Hint: "export with a limiter at -1.5 dBTP",
			Message: fmt.Sprintf("the true peak is %.1f dBTP, above %.0f: players distort it", m.TruePeak, highestPeak)})
	}
	if channels == 2 && m.Side <= alike {
		l.Add(finding.Finding{Rule: "A032", Severity: finding.Info, Position: at, Hint: "export in mono, with half the bitrate",
			Message: "both channels are alike: mono sounds the same in half the bytes"})
	}
	for _, end := range []struct {
		silence time.Duration
		where   string
	}{{m.SilentStart, "starts"}, {m.SilentEnd, "ends"}} {
		if end.silence >= longSilence {
			l.Warnf("A033", at, "cut it off", "the audio %s with %.1f seconds of silence", end.where, end.silence.Seconds())
		}
	}
	if m.Clipped >= muchClipping {
		l.Warnf("A034", at, "record or mix at a lower level", "the sound is clipped in %d places", m.Clipped)
	}
	return l
}

// CheckOldTag compares the tag that a master came with to the one that is
// published, by rules A008 to A011. It never has to agree; where it does not,
// the master may be that of another episode, or chapters were forgotten.
func CheckOldTag(old, published *Tag, at finding.Position) finding.List {
	var l finding.List
	if old == nil {
		return nil
	}
	if old.GUID != "" && published.GUID != "" && old.GUID != published.GUID {
		l.Warnf("A008", at, "put the master of this episode here", "the tag of the master has the GUID of another episode, %q", old.GUID)
	}
	l = append(l, checkNames("tag of the master", [3]string{old.Title, old.Artist, old.Album}, published, at, func(a, b string) bool { return a == b })...)
	if chapters := played(old.Chapters); len(chapters) > 0 && !sameChapters(chapters, published.Chapters) {
		l.Warnf("A009", at, "onair audio chapters lists those of the master", "the tag of the master has %s", differentChapters(chapters, published.Chapters))
	}
	if len(published.Chapters) > 0 && countImages(published.Chapters) == 0 {
		l = append(l, leftImages(old.Chapters, at)...)
	}
	if old.Unlisted && len(published.Chapters) > 0 {
		l.Add(finding.Finding{Rule: "A011", Severity: finding.Info, Position: at,
			Message: "the chapters in the master's own tag have no table of contents (CTOC), without which several players ignore them; what is published has one"})
	}
	return l
}

// CheckTrailingTags compares what tags behind the audio of a master call the
// episode to the tag that is published, by rule A009.
func CheckTrailingTags(behind []TrailingTag, published *Tag, at finding.Position) finding.List {
	var l finding.List
	for _, t := range behind {
		l = append(l, checkNames(t.Kind+" tag behind the audio", [3]string{t.Title, t.Artist, t.Album}, published, at, t.says)...)
	}
	return l
}

// checkNames compares title, artist and album of an old tag, as far as it has
// them.
func checkNames(tag string, old [3]string, published *Tag, at finding.Position, same func(old, published string) bool) finding.List {
	var l finding.List
	names, now := [3]string{"title", "artist", "album"}, [3]string{published.Title, published.Artist, published.Album}
	for i, name := range names {
		if old[i] != "" && !same(old[i], now[i]) {
			l.Add(finding.Finding{Rule: "A009", Severity: finding.Info, Position: at,
				Message: fmt.Sprintf("the %s says %s %q; %q is published", tag, name, old[i], now[i])})
		}
	}
	return l
}

// sameChapters reports whether two lists begin alike, to a tenth of a second,
// and have the same titles.
func sameChapters(a, b []Chapter) bool {
	return slices.EqualFunc(a, b, func(a, b Chapter) bool {
		return a.Title == b.Title && (a.Start-b.Start).Abs() <= 100*time.Millisecond
	})
}

// differentChapters says what is different about the first that is.
func differentChapters(old, published []Chapter) string {
	if len(old) != len(published) {
		return fmt.Sprintf("%d chapters and the episode has %d", len(old), len(published))
	}
	for i, c := range old {
		if p := published[i]; !sameChapters(old[i:i+1], published[i:i+1]) {
			return fmt.Sprintf("%q at %s as chapter %d and the episode has %q at %s", c.Title, show.FormatTimestamp(c.Start), i+1, p.Title, show.FormatTimestamp(p.Start))
		}
	}
	return "other chapters"
}
