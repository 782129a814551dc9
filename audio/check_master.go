package audio

import (
	"fmt"
	"math"
	"path"
	"strings"
	"time"

	"onair/internal/finding"
)

// CheckMaster checks a master by rules A001 to A007 and A012. at is the file of the
// master; rule A007 checks the extension of its name.
func CheckMaster(info *Info, at finding.Position) finding.List {
	var l finding.List
	if ext := strings.ToLower(path.Ext(at.File)); ext == ".mp3" && info.MediaType != MP3 || ext == ".m4a" && info.MediaType != M4A {
		l.Add(ruleMasterExtension.At(at, "the master is called %q and its content is %s", path.Base(at.File), info.MediaType))
	}
	l = append(l, CheckIntegrity(info, at)...)
	if info.SampleRate != 44100 && info.SampleRate != 48000 {
		l.Add(ruleSampleRate.At(at, "the sample rate is %d Hz", info.SampleRate))
	}
	if info.MediaType == M4A {
		l.Add(ruleM4A.At(at, "an M4A master is published as it is: no tag is written"))
		return l
	}
	if info.VBR {
		l.Add(ruleVBR.At(at, "the bitrate varies, which makes seeking inexact in several players"))
	}
	low, high, channels := 96, 128, "mono"
	if info.Channels > 1 {
		low, high, channels = 128, 256, "stereo"
	}
	if info.Bitrate < low || info.Bitrate > high {
		l.Add(ruleBitrate.At(at, "%d kbit/s %s; Apple recommends %d to %d", info.Bitrate, channels, low, high))
	}
	return l
}

// CheckIntegrity reports the damage that Probe found in a master, by rules A001,
// A002 and A012.
func CheckIntegrity(info *Info, at finding.Position) finding.List {
	var l finding.List
	cutOff := ""
	if info.MissingMPEGFrames > 0 {
		cutOff = info.missingMPEGFrames()
		l.Add(ruleCutOff.At(at, "%s", cutOff))
	}
	for _, warning := range info.Warnings {
		if warning == cutOff {
			continue
		}
		if warning == vbrWithoutLength {
			l.Add(ruleVBRLength.At(at, "%s", warning))
			continue
		}
		f := ruleDamaged.At(at, "%s", warning)
		if info.MediaType == M4A {
			f = f.WithHint("") // the warning has the command that fixes the file
		}
		l.Add(f)
	}
	return l
}

// Limits of rules A030 to A036. Apple asks for -16 LUFS, as do most others who publish
// a number for speech. A mono file comes out of two loudspeakers, which adds 3 LU.
const (
	stereoLoudness    = -16.0 // LUFS
	monoLoudness      = -19.0 // LUFS
	loudnessTolerance = 1.0   // LU to either side
	maxTruePeak       = -1.0  // dBTP
	minLongSilence    = 3 * time.Second
	minClipped        = 10 // runs of clipped samples
)

// CheckLoudness checks the measurements of a master with the given number of
// channels by rules A030 to A036.
func CheckLoudness(m *Loudness, channels int, at finding.Position) finding.List {
	var l finding.List
	// The filter for mono mixes the channels before it measures the loudness, because two
	// equal channels are 3 LU louder than their mix.
	target, layout, mix := monoLoudness, "mono", "aformat=channel_layouts=mono,"
	if channels > 1 {
		target, layout, mix = stereoLoudness, "stereo", ""
	}
	if math.Abs(m.Integrated-target) > loudnessTolerance {
		f := ruleLoudness.At(at, "the loudness is %.1f LUFS; %s sounds like other podcasts at %.0f ± %.0f", m.Integrated, layout, target, loudnessTolerance)
		l.Add(f.WithHint(fmt.Sprintf("ffmpeg -i IN.wav -af %sloudnorm=I=%.0f:TP=-1.5:LRA=11 -ar 44100 OUT.wav, then encode", mix, target)))
	}
	if m.TruePeak > maxTruePeak {
		l.Add(ruleTruePeak.At(at, "the true peak is %.1f dBTP, above %.0f: players distort it", m.TruePeak, maxTruePeak))
	}
	if channels == 2 {
		l = append(l, checkChannels(m, at)...)
	}
	if m.SilentStart >= minLongSilence {
		l.Add(ruleSilence.At(at, "the audio starts with %.1f seconds of silence", m.SilentStart.Seconds()))
	}
	if m.SilentEnd >= minLongSilence {
		l.Add(ruleSilence.At(at, "the audio ends with %.1f seconds of silence", m.SilentEnd.Seconds()))
	}
	if m.Clipped >= minClipped {
		l.Add(ruleClipping.At(at, "the sound is clipped in %d places", m.Clipped))
	}
	return l
}

// checkChannels checks the two channels of a master by rules A032, A035 and A036. It
// reports only the first that applies: a silent channel, opposite channels or equal
// channels.
func checkChannels(m *Loudness, at finding.Position) finding.List {
	var l finding.List
	switch silent := m.SilentChannel(); {
	case silent != "":
		other := map[string]string{"left": "right", "right": "left"}[silent]
		channel := map[string]string{"left": "c1", "right": "c0"}[silent]
		f := ruleSilentChannel.At(at, "the %s channel is silent: with headphones, the sound is in the %s ear only", silent, other)
		l.Add(f.WithHint("ffmpeg -i IN.wav -af 'pan=mono|c0=" + channel + "' OUT.wav, then encode in mono"))
	case m.OppositeChannels():
		l.Add(ruleOppositeChannels.At(at, "the channels are opposite: mixed to mono they cancel each other, so telephones and smart speakers play next to nothing"))
	case m.SameChannels():
		l.Add(ruleSameChannels.At(at, "both channels are alike: mono sounds the same in half the bytes"))
	}
	return l
}
