package main

import (
	"bytes"
	"strings"
	"testing"

	"onair/audio"
)

// What was not measured is not said.
func TestProbeOfM4A(t *testing.T) {
	var out bytes.Buffer
	g := &global{system: &system{stdout: &out}}
	info := &audio.Info{MediaType: audio.M4A, Bitrate: 64, SampleRate: 44100, Channels: 1}
	if err := g.printProbe(info, nil); err != nil {
		t.Fatal(err)
	}
	if d := probeJSON(info, nil); d.BitrateMode != "" || d.MediaType != audio.M4A || !strings.Contains(out.String(), "64 kbit/s, 44100 Hz mono") {
		t.Errorf("%+v\n%s", d, out.String())
	}
}

func TestSideText(t *testing.T) {
	for side, want := range map[float64]string{
		-77: "alike; mono sounds the same",
		-12: "differ; what differs is 12 dB quieter than what both have",
		3:   "differ; what differs is 3 dB louder than what both have",
	} {
		if got := sideText(side); got != want {
			t.Errorf("sideText(%g) = %q, want %q", side, got, want)
		}
	}
}
