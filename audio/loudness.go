package audio

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"onair/audio/mpeg"
	"onair/internal/derive"
)

// Loudness has the measurements of a master's sound.
type Loudness struct {
	Integrated  float64       // LUFS (EBU R128, ITU-R BS.1770); -70 for silence
	Range       float64       // LU (EBU Tech 3342)
	TruePeak    float64       // dBTP; at least -120
	Clipped     int           // runs of three or more consecutive samples at full scale
	SilentStart time.Duration // time until the first sample above -50 dBFS; the whole duration if there is none
	SilentEnd   time.Duration // time after the last sample above -50 dBFS; the whole duration if there is none
	Side        float64       // dB: the difference of two channels relative to their sum; -120 to 120; 0 for mono
	Balance     float64       // dB: the left channel relative to the right one; -120 to 120; 0 for mono
}

// sameChannelsSide is the highest level of Side at which two channels sound the same.
const sameChannelsSide = -40 // dB

// SameChannels reports whether the two channels of stereo audio sound the same.
func (l *Loudness) SameChannels() bool { return l.Side <= sameChannelsSide }

const (
	// oppositeSide is the lowest level of Side at which two channels mostly cancel each
	// other when they are mixed to one. Music reaches 0 dB at times.
	oppositeSide = 6 // dB
	// silentChannel is the difference in level at and above which the quieter channel
	// counts as silent. Noise and crosstalk on a silent channel are seldom louder.
	silentChannel = 30 // dB
)

// OppositeChannels reports whether the two channels of stereo audio cancel each
// other on devices with one loudspeaker.
func (l *Loudness) OppositeChannels() bool { return l.Side >= oppositeSide }

// SilentChannel returns which channel of stereo audio is silent while the other is
// not: left, right, or an empty string.
func (l *Loudness) SilentChannel() string {
	switch {
	case l.Balance >= silentChannel:
		return "right"
	case l.Balance <= -silentChannel:
		return "left"
	}
	return ""
}

// loudnessFunc identifies loudness measurements in the cache. Its version is increased
// when the measurements change.
var loudnessFunc = derive.Func{Name: "audio-loudness", Version: 2, AnyBuild: true}

// loudnessGraph measures one copy of the sound and passes on the other. The option
// framelog=verbose keeps the filter from reporting every 100 ms.
const loudnessGraph = "[0:a:0]asplit[pcm][r];[r]ebur128=peak=true:framelog=verbose,anullsink"

const (
	silenceLevel = 104 // -50 dBFS; 32768 is 0 dBFS
	fullScale    = 32767
	clipRun      = 3   // samples
	maxDecibels  = 120 // dB; larger and smaller values are limited to ±maxDecibels
)

// MeasureLoudness decodes a master with ffmpeg and measures its loudness, which takes
// seconds for an hour of sound. The result is cached by payload; a nil cache disables
// caching. progress, if it is not nil, is called with the decoded and the total
// duration. The error is ErrNoFFmpeg if ffmpeg is not installed.
func MeasureLoudness(ctx context.Context, cache *derive.Cache, path string, progress func(done, all time.Duration)) (*Loudness, *Info, error) {
	return measureOnce(cache, loudnessFunc, path, func(info *Info) (*Loudness, error) {
		s := newSampleStats(decodedChannels(info))
		report, err := decode(ctx, path, info, loudnessGraph, s.add, progress)
		if err != nil {
			return nil, err
		}
		l := s.loudness(info.SampleRate)
		return l, l.parseEBUR128(report)
	})
}

// TraceLoudness records that a computation depends on which payloads have been
// measured.
func TraceLoudness(t *derive.Trace, cache *derive.Cache) { t.Values(cache, loudnessFunc) }

// KnownLoudness returns the measurements of a payload from the cache, or nil.
func KnownLoudness(cache *derive.Cache, info *Info) *Loudness {
	return cached[Loudness](cache, loudnessFunc, info)
}

// parseEBUR128 reads the summary that ffmpeg's filter ebur128 prints at the end. ffmpeg
// may configure the filter several times; only the last instance has measured the
// sound.
func (l *Loudness) parseEBUR128(report string) error {
	i := strings.LastIndex(report, "Integrated loudness:")
	if i < 0 {
		return errors.New("ffmpeg reports no loudness; does it have the filter ebur128?")
	}
	found := map[string]float64{}
	for field := range strings.Lines(report[i:]) {
		name, value, ok := strings.Cut(strings.TrimSpace(field), ":")
		words := strings.Fields(value)
		if _, known := found[name]; !ok || known || len(words) == 0 {
			continue
		}
		if n, err := strconv.ParseFloat(words[0], 64); err == nil && !math.IsNaN(n) {
			found[name] = min(max(n, -maxDecibels), maxDecibels)
		}
	}
	for name, field := range map[string]*float64{"I": &l.Integrated, "LRA": &l.Range, "Peak": &l.TruePeak} {
		n, ok := found[name]
		if !ok {
			return errors.New("ffmpeg reports loudness in an unknown format")
		}
		*field = n
	}
	return nil
}

// sampleStats accumulates the measurements that ffmpeg does not make.
type sampleStats struct {
	channels    int
	length      int64 // samples of each channel
	firstLoud   int64 // index of the first sample above silence; -1 if there is none
	lastLoud    int64 // index of the last sample above silence
	clipped     int
	runs        []int   // length of the current run at full scale, by channel
	mid, side   float64 // energy of the sum and the difference of two channels
	left, right float64 // energy of two channels
}

func newSampleStats(channels int) *sampleStats {
	return &sampleStats{channels: channels, firstLoud: -1, runs: make([]int, channels)}
}

// add adds whole samples of all channels.
func (s *sampleStats) add(pcm []byte) {
	for len(pcm) > 0 {
		var first, second float64
		loud := false
		for c := range s.channels {
			v := int16(uint16(pcm[2*c]) | uint16(pcm[2*c+1])<<8)
			loud = loud || v > silenceLevel || v < -silenceLevel
			if v == fullScale || v <= -fullScale {
				if s.runs[c]++; s.runs[c] == clipRun {
					s.clipped++
				}
			} else {
				s.runs[c] = 0
			}
			first, second = second, float64(v)
		}
		if s.channels == 2 {
			s.mid += (first + second) * (first + second)
			s.side += (first - second) * (first - second)
			s.left += first * first
			s.right += second * second
		}
		if loud {
			if s.firstLoud < 0 {
				s.firstLoud = s.length
			}
			s.lastLoud = s.length
		}
		s.length++
		pcm = pcm[sampleBytes*s.channels:]
	}
}

// loudness returns the measurements, for a sample rate in Hz.
func (s *sampleStats) loudness(rate int) *Loudness {
	l := &Loudness{Clipped: s.clipped}
	if s.firstLoud < 0 {
		l.SilentStart, l.SilentEnd = mpeg.Playtime(s.length, rate), mpeg.Playtime(s.length, rate)
	} else {
		l.SilentStart, l.SilentEnd = mpeg.Playtime(s.firstLoud, rate), mpeg.Playtime(s.length-1-s.lastLoud, rate)
	}
	if s.channels == 2 && s.mid+s.side > 0 {
		l.Side, l.Balance = decibels(s.side, s.mid), decibels(s.left, s.right)
	}
	return l
}

// decibels returns the ratio of two energies in dB, from -maxDecibels to maxDecibels.
// At most one of the energies may be zero.
func decibels(a, b float64) float64 {
	return min(max(10*math.Log10(a/b), -maxDecibels), maxDecibels)
}
