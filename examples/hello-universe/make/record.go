package main

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"time"
)

// rate is the sample rate of all sound except espeak-ng's output, in Hz.
const rate = 44100

// clip is mono sound: samples from −1 to 1, 44,100 a second.
type clip []float64

// voice is a set of options of espeak-ng.
type voice struct {
	name         string
	speed, pitch int     // speed in words a minute; pitch from 0 to 99
	gain         float64 // factor that makes the voices equally loud
}

var cast = map[string]voice{
	"Vega Lyræ":    {"en-gb-x-rp+f2", 188, 58, 0.8},
	"Rigel O'Rion": {"en-us+m3", 184, 34, 1.12},
	"Deneb":        {"en-gb-scotland+f5", 174, 30, 1},
}

// take is a recorded script.
type take struct {
	sound    clip
	stamps   []time.Duration // time of every stamp in the script, in order
	chapters []mark
}

type mark struct {
	start time.Duration
	title string
}

// record speaks a script. A stamped block starts at the next full second, and a chapter
// at the next half second, so that the times in the texts are exact.
func record(s script) (*take, error) {
	t := &take{}
	breath := 0.0
	for _, b := range s {
		switch b.kind {
		case chapter:
			t.chapters = append(t.chapters, mark{t.silence(breath, rate/2), b.title})
			breath = 0
			continue
		case pause:
			t.start(b, breath)
			t.sound = append(t.sound, music[b.speaker]()...)
			breath = 0.1
			continue
		case continuation:
			breath = 0.5
		}
		t.start(b, breath)
		if err := t.speak(b); err != nil {
			return nil, err
		}
		breath = 0.28
	}
	t.silence(0.4, 1)
	return t, nil
}

// start adds a short silence before a block. If the block is stamped, start records the
// time at which the block begins.
func (t *take) start(b block, breath float64) {
	if b.stamped {
		t.stamps = append(t.stamps, t.silence(breath, rate))
		return
	}
	t.silence(breath, 1)
}

// silence adds at least the given number of seconds of silence, until the sound is a
// multiple of grid samples long. It returns the length of the sound.
func (t *take) silence(seconds float64, grid int) time.Duration {
	n := len(t.sound) + int(seconds*rate)
	n = (n + grid - 1) / grid * grid
	t.sound = append(t.sound, make(clip, n-len(t.sound))...)
	return time.Duration(n) * time.Second / rate
}

func (t *take) speak(b block) error {
	v, ok := cast[b.speaker]
	if !ok {
		return fmt.Errorf("no voice for %q", b.speaker)
	}
	hurried := v
	hurried.speed *= 2
	for i, s := range b.parts {
		manner := v
		if s.manner == underNoise {
			manner = hurried
		}
		c, err := say(manner, s.text)
		if err != nil {
			return err
		}
		if i > 0 {
			t.silence(0.06, 1)
		}
		if s.manner == underNoise {
			t.stamps = append(t.stamps, t.silence(0, rate/100))
			c = bury(c)
		}
		t.sound = append(t.sound, c...)
	}
	return nil
}

// say speaks a text with espeak-ng, and converts the result to the common rate with
// sox.
func say(v voice, text string) (c clip, err error) {
	err = inFolder(func(dir string) error {
		wav := filepath.Join(dir, "say.wav")
		if _, err := run(nil, "espeak-ng", "-v", v.name, "-s", strconv.Itoa(v.speed), "-p", strconv.Itoa(v.pitch), "-w", wav, text); err != nil {
			return err
		}
		raw, err := run(nil, "sox", "-D", wav, "-t", "raw", "-e", "signed", "-b", "16", "-L", "-c", "1", "-", "gain", "-3", "rate", "-v", strconv.Itoa(rate))
		c = trim(decode(raw))
		return err
	})
	for i := range c {
		c[i] *= v.gain
	}
	return c, err
}

// trim removes the silence around speech, so that a turn begins with its first
// sound.
func trim(c clip) clip {
	const floor = 0.004
	heard := func(x float64) bool { return math.Abs(x) > floor }
	for len(c) > 0 && !heard(c[0]) {
		c = c[1:]
	}
	for len(c) > 0 && !heard(c[len(c)-1]) {
		c = c[:len(c)-1]
	}
	return c
}

// bury adds so much noise to words that they cannot be understood.
func bury(c clip) clip {
	noise := uint32(1996)
	out := make(clip, len(c))
	for i, x := range c {
		noise ^= noise << 13 // xorshift: the same static every time
		noise ^= noise >> 17
		noise ^= noise << 5
		edge := math.Min(1, float64(min(i, len(c)-i))/(0.03*rate))
		out[i] = 0.3*x + edge*0.16*(float64(noise)/math.MaxUint32-0.5)
	}
	return out
}
