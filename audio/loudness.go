package audio

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"onair/internal/statcache"
)

// Loudness is how the sound of a master measures.
type Loudness struct {
	Integrated  float64       // LUFS (EBU R128, ITU-R BS.1770); -70: silence
	Range       float64       // LU (EBU Tech 3342)
	TruePeak    float64       // dBTP; -120 or more
	Clipped     int           // how often three or more samples in a row are at full scale
	SilentStart time.Duration // quieter than -50 dBFS
	SilentEnd   time.Duration // likewise; all of it where nothing is louder
	Side        float64       // dB: what differs between two channels against what they share; -120 to 120; 0: mono
}

// loudnessKind names measurements in the cache; it changes when they do.
const loudnessKind = "audio-loudness-1"

// loudnessGraph measures one copy of the sound and passes on the other. The
// filter would report every frame, but for the level of its log.
const loudnessGraph = "[0:a:0]asplit[pcm][r];[r]ebur128=peak=true:framelog=verbose,anullsink"

const (
	silenceLevel = 104 // of 32768: -50 dBFS
	fullScale    = 32767
	clipRun      = 3   // samples
	maxDecibels  = 120 // dB: what counts as nothing at all
)

// MeasureLoudness decodes a master with ffmpeg and measures it; an hour takes
// seconds. The result is kept in cache, which may be nil, for the payload.
// Without ffmpeg the error is ErrNoFFmpeg.
func MeasureLoudness(ctx context.Context, cache *statcache.Cache, path string, progress Progress) (*Loudness, *Info, error) {
	return measureOnce(cache, loudnessKind, path, func(info *Info) (*Loudness, error) {
		s := newSampleStats(decodedChannels(info))
		report, err := decode(ctx, path, info, loudnessGraph, s.add, progress)
		if err != nil {
			return nil, err
		}
		l := s.loudness(info.SampleRate)
		return l, l.parseEBUR128(report)
	})
}

// KnownLoudness returns what was measured of a payload before, or nil.
func KnownLoudness(cache *statcache.Cache, info *Info) *Loudness {
	return cached[Loudness](cache, loudnessKind, info)
}

// parseReport reads the summary of ffmpeg's ebur128 filter. Filters are set up
// more than once, and each says goodbye: the last one has heard the sound.
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
			return errors.New("ffmpeg reports loudness in a form that is not known here")
		}
		*field = n
	}
	return nil
}

// A sound collects what samples say besides their loudness.
type sampleStats struct {
	channels  int
	length    int64 // samples of each channel
	firstLoud int64 // the first loud one; -1: none yet
	lastLoud  int64 // the last loud one
	clipped   int
	runs      []int // samples at full scale so far, of each channel
	mid, side float64
}

func newSampleStats(channels int) *sampleStats {
	return &sampleStats{channels: channels, firstLoud: -1, runs: make([]int, channels)}
}

// hear takes whole samples of all channels.
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

// loudness is what was heard at a sample rate, in Hz.
func (s *sampleStats) loudness(rate int) *Loudness {
	l := &Loudness{Clipped: s.clipped}
	if s.firstLoud < 0 {
		l.SilentStart, l.SilentEnd = playtime(s.length, rate), playtime(s.length, rate)
	} else {
		l.SilentStart, l.SilentEnd = playtime(s.firstLoud, rate), playtime(s.length-1-s.lastLoud, rate)
	}
	if s.channels == 2 && s.mid+s.side > 0 {
		l.Side = min(max(10*math.Log10(s.side/s.mid), -maxDecibels), maxDecibels)
	}
	return l
}
