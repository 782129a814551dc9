package audio

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/derive"
)

// pcm returns samples in the format that ffmpeg writes.
func pcm(samples ...int16) (b []byte) {
	for _, v := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}

func repeat(n int, samples ...int16) []byte { return bytes.Repeat(pcm(samples...), n) }

func TestSampleStats(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		channels int
		pcm      []byte
		want     Loudness
	}{
		{"nothing", 1, nil, Loudness{}},
		{"silence", 1, repeat(2000, 100), Loudness{SilentStart: 2 * time.Second, SilentEnd: 2 * time.Second}},
		{"silence at both ends", 1, join(repeat(500, -104), repeat(1000, 105), repeat(250, 0)), Loudness{SilentStart: 500 * time.Millisecond, SilentEnd: 250 * time.Millisecond}},
		{"sound on the second channel only", 2, join(repeat(500, 0, 0), repeat(500, 0, 105)), Loudness{SilentStart: 500 * time.Millisecond, Balance: -maxDecibels}},
		{"full scale, but shorter than a run", 1, join(repeat(2, 32767), repeat(1, 0), repeat(2, -32768)), Loudness{}},
		{"two runs", 1, join(repeat(9, 32767), repeat(1, 0), repeat(3, -32768)), Loudness{Clipped: 2}},
		{"runs of each channel", 2, repeat(3, 32767, -32767), Loudness{Clipped: 2, Side: maxDecibels}},
		{"two channels alike", 2, repeat(10, 5000, 5000), Loudness{Side: -maxDecibels}},
		{"opposite channels, one at half", 2, repeat(10, 5000, -2500), Loudness{Side: 9.542, Balance: 6.021}},
		{"left channel silent but for noise", 2, repeat(10, 100, 5000), Loudness{Side: -0.347, Balance: -33.979}},
		{"one channel at a tenth", 2, repeat(10, 5000, 4500), Loudness{Side: -25.575, Balance: 0.915}},
		{"one channel only", 2, repeat(10, 5000, 0), Loudness{Balance: maxDecibels}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			whole := newSampleStats(tt.channels)
			whole.add(tt.pcm)
			pieces := newSampleStats(tt.channels)
			if err := readSamples(bytes.NewReader(tt.pcm), sampleBytes*tt.channels, pieces.add, func(int64) {}); err != nil {
				t.Fatal(err)
			}
			for _, s := range []*sampleStats{whole, pieces} {
				got := s.loudness(1000)
				got.Side, got.Balance = math.Round(got.Side*1000)/1000, math.Round(got.Balance*1000)/1000
				if diff := cmp.Diff(&tt.want, got); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
			}
		})
	}
}

const ebur128Report = `[Parsed_ebur128_1 @ 0x55af81e2ca00] Summary:

  Integrated loudness:
    I:         -70.0 LUFS
    Threshold:   0.0 LUFS

  Loudness range:
    LRA:         0.0 LU

  True peak:
    Peak:       -inf dBFS
Stream mapping:
[Parsed_ebur128_1 @ 0x55af81e48f40] Summary:

  Integrated loudness:
    I:         -16.3 LUFS
    Threshold: -26.4 LUFS

  Loudness range:
    LRA:         5.2 LU
    Threshold: -36.1 LUFS
    LRA low:   -20.8 LUFS

  True peak:
    Peak:       -1.5 dBFS
`

func TestParseEBUR128(t *testing.T) {
	t.Parallel()
	var l Loudness
	if err := l.parseEBUR128(ebur128Report); err != nil {
		t.Fatal(err)
	}
	if want := (Loudness{Integrated: -16.3, Range: 5.2, TruePeak: -1.5}); l != want {
		t.Errorf("got %+v, want %+v", l, want)
	}
	silent, _, _ := strings.Cut(ebur128Report, "Stream mapping")
	if err := l.parseEBUR128(silent); err != nil || l.TruePeak != -maxDecibels {
		t.Errorf("silence has a true peak of %f, %v", l.TruePeak, err)
	}
	for name, report := range map[string]string{
		"nothing":              "",
		"no integrated":        strings.ReplaceAll(ebur128Report, "I: ", "J: "),
		"not a number":         strings.ReplaceAll(ebur128Report, "-16.3", "nan"),
		"no range":             strings.ReplaceAll(ebur128Report, "LRA: ", "LRB: "),
		"no peak":              strings.ReplaceAll(ebur128Report, "Peak:", "Peak"),
		"name without a value": "Integrated loudness:\nI:\n",
	} {
		if err := new(Loudness).parseEBUR128(report); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// encode makes a master from a filter graph, with ffmpeg's lavfi.
func encode(t testing.TB, name, graph string, args ...string) string {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("needs ffmpeg")
	}
	path := filepath.Join(t.TempDir(), name)
	all := append([]string{"-v", "error", "-f", "lavfi", "-i", graph}, args...)
	if out, err := exec.Command(ffmpeg, append(all, "file:"+path)...).CombinedOutput(); err != nil {
		t.Skipf("ffmpeg cannot make it: %v\n%s", err, out)
	}
	return path
}

func TestMeasureLoudness(t *testing.T) {
	t.Parallel()
	// A stereo sine of 1 kHz at -23 dBFS has -23 LUFS (EBU Tech 3341). An amplitude of
	// 1 in aevalsrc is 0 dBFS.
	tone := "aevalsrc=0.0707945*sin(2*PI*1000*t)|0.0707945*sin(2*PI*1000*t):d=10:s=48000"
	tests := []struct {
		name, file, graph string
		args              []string
		integrated, peak  float64
		check             func(*Loudness) bool
	}{
		{"stereo", "-i.mp3", tone, []string{"-b:a", "192k"}, -23, -23, func(l *Loudness) bool { return l.Side < -40 && l.SilentStart < time.Second }},
		{"mono", "a.mp3", strings.Replace(tone, "|0.0707945*sin(2*PI*1000*t)", "", 1), []string{"-b:a", "128k"}, -26, -23, func(l *Loudness) bool { return l.Side == 0 }},
		{"M4A", "a b.m4a", tone, []string{"-b:a", "192k"}, -23, -23, func(l *Loudness) bool { return l.Side < -40 }},
		{"silence at the end", "a.mp3", tone + ",apad=pad_dur=5", []string{"-b:a", "192k"}, -23, -23, func(l *Loudness) bool {
			return l.SilentEnd > 4900*time.Millisecond && l.SilentEnd < 5200*time.Millisecond
		}},
		{"clipped", "a.mp3", tone + ",volume=40dB", []string{"-b:a", "192k"}, 10, 17, func(l *Loudness) bool { return l.Clipped > 100 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := encode(t, tt.file, tt.graph, tt.args...)
			var heard time.Duration
			l, info, err := MeasureLoudness(t.Context(), nil, path, func(done, all time.Duration) { heard = done })
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(l.Integrated-tt.integrated) > 1 || math.Abs(l.TruePeak-tt.peak) > 1 || !tt.check(l) {
				t.Errorf("%+v", l)
			}
			if (heard - info.Duration).Abs() > 100*time.Millisecond {
				t.Errorf("progress ended at %s of %s", heard, info.Duration)
			}
		})
	}
}

func TestMeasurementsAreCached(t *testing.T) {
	path := encode(t, "a.mp3", "sine=d=3", "-b:a", "128k")
	cache := derive.Open(t.TempDir(), "")
	defer cache.Close()
	info, err := probePath(path)
	if err != nil {
		t.Fatal(err)
	}
	if l := KnownLoudness(cache, info); l != nil {
		t.Errorf("an empty cache knows %+v", l)
	}
	want, _, err := MeasureLoudness(t.Context(), cache, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	wave, _, err := MeasureWaveform(t.Context(), cache, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	// The same payload in another file with another tag must be found in the cache,
	// without ffmpeg.
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tag, err := fullTag(t).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "b.mp3")
	if err := os.WriteFile(other, join(tag, b[info.PayloadStart:]), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", "")
	if got, _, err := MeasureLoudness(t.Context(), cache, other, nil); err != nil || *got != *want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if got, _, err := MeasureWaveform(t.Context(), cache, other, nil); err != nil || !cmp.Equal(got, wave) {
		t.Errorf("the waveform differs, %v", err)
	}
	if got := KnownLoudness(cache, info); got == nil || *got != *want {
		t.Errorf("KnownLoudness = %+v", got)
	}
	if _, _, err := MeasureLoudness(t.Context(), nil, other, nil); !errors.Is(err, ErrNoFFmpeg) {
		t.Errorf("error %v", err)
	}
}

func TestMeasureCanceled(t *testing.T) {
	t.Parallel()
	path := encode(t, "a.mp3", "sine=d=30", "-b:a", "128k")
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := MeasureWaveform(ctx, nil, path, func(time.Duration, time.Duration) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// fakeFFmpeg puts a script called ffmpeg first in PATH.
func fakeFFmpeg(t *testing.T, script string) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ffmpeg"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestMeasureErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.mp3")
	if err := os.WriteFile(path, silence(mono128, 100), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ script, want string }{
		"ffmpeg fails":           {"echo one >&2; printf 'the \\033[31mlast\\n\\n' >&2; exit 1", "ffmpeg: exit status 1: the [31mlast"},
		"ffmpeg without ebur128": {"printf x", "ffmpeg reports no loudness; does it have the filter ebur128?"},
		"the file changes":       {"printf 'Integrated loudness:\\nI: 1\\nLRA: 1\\nPeak: 1\\n' >&2; head -c 3000 '" + path + "' >'" + path + ".new'; mv '" + path + ".new' '" + path + "'", "the file changed while it was measured"},
	} {
		t.Run(name, func(t *testing.T) {
			fakeFFmpeg(t, tt.script)
			if _, _, err := MeasureLoudness(t.Context(), nil, path, nil); errorText(err) != tt.want {
				t.Errorf("error %q, want %q", errorText(err), tt.want)
			}
		})
	}
}

// tail keeps only the end of ffmpeg's output.
func TestTail(t *testing.T) {
	t.Parallel()
	var tail tail
	for range 100_000 {
		tail.Write([]byte("0123456789 0123456789\n"))
	}
	tail.Write([]byte("end\n"))
	if len(tail.text) > 2*stderrBytes || tail.lastLine() != "end" {
		t.Errorf("%d bytes, last line %q", len(tail.text), tail.lastLine())
	}
}
