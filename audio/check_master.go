package audio

import (
	"fmt"
	"math"
	"path"
	"strings"
	"time"

	"onair/internal/finding"
)

// CheckMaster judges a master by rules A001 to A007. at is the master, whose
// extension is looked at.
func CheckMaster(info *Info, at finding.Position) finding.List {
	var l finding.List
	if ext := strings.ToLower(path.Ext(at.File)); ext == ".mp3" && info.MediaType != MP3 || ext == ".m4a" && info.MediaType != M4A {
		l.Warnf("A007", at, "rename it", "the master is called %q and its content is %s", path.Base(at.File), info.MediaType)
	}
	l = append(l, CheckIntegrity(info, at)...)
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
func CheckIntegrity(info *Info, at finding.Position) finding.List {
	var l finding.List
	if info.MissingMPEGFrames > 0 {
		l.Errorf("A001", at, "export or copy the file again", "%s", info.missingMPEGFrames())
	}
	hint := "export the file again, without editing the MP3 afterwards"
	if info.MediaType == M4A {
		hint = "" // what is said of one comes with the command that mends it
	}
	for _, w := range info.Warnings {
		if info.MissingMPEGFrames == 0 || w != info.missingMPEGFrames() {
			l.Warnf("A002", at, hint, "%s", w)
		}
	}
	return l
}

// What is asked of the sound. The loudness is what Apple, and most who publish
// numbers for speech, ask for; one channel is played by two loudspeakers, which
// makes up for the 3 LU.
const (
	stereoLoudness    = -16.0 // LUFS
	monoLoudness      = -19.0
	loudnessTolerance = 1.0  // LU to either side
	maxTruePeak       = -1.0 // dBTP
	maxSilence        = 3 * time.Second
	maxClipped        = 10  // runs
	identicalSide     = -40 // dB
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
	if math.Abs(m.Integrated-target) > loudnessTolerance {
		l.Add(finding.Finding{Rule: "A030", Severity: finding.Warning, Position: at, Source: appleAudio,
			Message: fmt.Sprintf("the loudness is %.1f LUFS; %s sounds like other podcasts at %.0f ± %.0f", m.Integrated, what, target, loudnessTolerance),
			Hint:    fmt.Sprintf("ffmpeg -i IN.wav -af %sloudnorm=I=%.0f:TP=-1.5:LRA=11 -ar 44100 OUT.wav, then encode", mix, target)})
	}
	if m.TruePeak > maxTruePeak {
		l.Add(finding.Finding{Rule: "A031", Severity: finding.Warning, Position: at, Source: appleAudio, Hint: "export with a limiter at -1.5 dBTP",
			Message: fmt.Sprintf("the true peak is %.1f dBTP, above %.0f: players distort it", m.TruePeak, maxTruePeak)})
	}
	if channels == 2 && m.Side <= identicalSide {
		l.Add(finding.Finding{Rule: "A032", Severity: finding.Info, Position: at, Hint: "export in mono, with half the bitrate",
			Message: "both channels are alike: mono sounds the same in half the bytes"})
	}
	for _, end := range []struct {
		silence time.Duration
		where   string
	}{{m.SilentStart, "starts"}, {m.SilentEnd, "ends"}} {
		if end.silence >= maxSilence {
			l.Warnf("A033", at, "cut it off", "the audio %s with %.1f seconds of silence", end.where, end.silence.Seconds())
		}
	}
	if m.Clipped >= maxClipped {
		l.Warnf("A034", at, "record or mix at a lower level", "the sound is clipped in %d places", m.Clipped)
	}
	return l
}
