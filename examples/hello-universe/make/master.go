package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// loudness is the target loudness of a master, in LUFS (EBU R128). Mono at −19 sounds
// as loud as stereo at −16.
const loudness = -19.0

// ceiling is the level of the highest sample of a master, in dBFS. An encoder may
// exceed it a little.
const ceiling = -2.0

// master amplifies a recording to the target loudness. Limiting the peaks reduces the
// loudness a little, so the gain is set in two rounds.
func master(c clip) (clip, error) {
	top := math.Pow(10, ceiling/20)
	gain, out := 1.0, c
	for range 2 {
		measured, err := measure(out)
		if err != nil {
			return nil, err
		}
		gain *= math.Pow(10, (loudness-measured)/20)
		out = make(clip, len(c))
		for i, x := range c {
			out[i] = limit(x*gain, top)
		}
	}
	return out, nil
}

// limit compresses samples in the last quarter of the range so that none exceeds top.
func limit(x, top float64) float64 {
	knee := 0.75 * top
	if a := math.Abs(x); a > knee {
		return math.Copysign(knee+(top-knee)*math.Tanh((a-knee)/(top-knee)), x)
	}
	return x
}

var integrated = regexp.MustCompile(`Integrated loudness:\s+I:\s+(-?[\d.]+) LUFS`)

// measure returns the integrated loudness in LUFS, as ffmpeg measures it.
func measure(c clip) (float64, error) {
	report, err := run(encodeWAV(c), "ffmpeg", "-hide_banner", "-nostats", "-i", "-", "-af", "ebur128", "-f", "null", "-")
	if err != nil {
		return 0, err
	}
	m := integrated.FindSubmatch(report)
	if m == nil {
		return 0, fmt.Errorf("ffmpeg reports no loudness")
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

// encode makes the MP3: mono, without a tag, and with a constant bitrate, so that
// seeking is exact in every player. At this bitrate lame scales its input by 0.95; the
// --scale option reverts that.
func encode(c clip) (mp3 []byte, err error) {
	err = inFolder(func(dir string) error {
		out := filepath.Join(dir, "out.mp3") // a file, because lame seeks back to complete the first frame
		_, err := run(encodeWAV(c), "lame", "--quiet", "-m", "m", "--cbr", "-b", "64", "--resample", "44.1", "--noreplaygain", "--scale", "1.0526", "-", out)
		if err != nil {
			return err
		}
		mp3, err = os.ReadFile(out)
		return err
	})
	return mp3, err
}

// inFolder calls f with a temporary folder, which it removes afterwards.
func inFolder(f func(dir string) error) error {
	dir, err := os.MkdirTemp("", "hello-universe-")
	if err != nil {
		return err
	}
	return errors.Join(f(dir), os.RemoveAll(dir))
}

// run returns the standard output of a command. For ffmpeg it returns standard error,
// to which ffmpeg prints its reports.
func run(stdin []byte, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	var out, complaints bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &complaints
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("run %s: %w: %s", name, err, complaints.Bytes())
	}
	if name == "ffmpeg" {
		return complaints.Bytes(), nil
	}
	return out.Bytes(), nil
}

func decode(raw []byte) clip {
	c := make(clip, len(raw)/2)
	for i := range c {
		c[i] = float64(int16(binary.LittleEndian.Uint16(raw[2*i:]))) / 32768
	}
	return c
}

// encodeWAV encodes a clip as 16-bit mono.
func encodeWAV(c clip) []byte {
	size := uint32(2 * len(c))
	w := []byte("RIFF")
	w = binary.LittleEndian.AppendUint32(w, 36+size)
	w = append(w, "WAVEfmt "...)
	w = binary.LittleEndian.AppendUint32(w, 16)
	w = binary.LittleEndian.AppendUint16(w, 1)
	w = binary.LittleEndian.AppendUint16(w, 1)
	w = binary.LittleEndian.AppendUint32(w, rate)
	w = binary.LittleEndian.AppendUint32(w, 2*rate)
	w = binary.LittleEndian.AppendUint16(w, 2)
	w = binary.LittleEndian.AppendUint16(w, 16)
	w = append(w, "data"...)
	w = binary.LittleEndian.AppendUint32(w, size)
	for _, x := range c {
		w = binary.LittleEndian.AppendUint16(w, uint16(int16(math.Round(x*32767))))
	}
	return w
}
