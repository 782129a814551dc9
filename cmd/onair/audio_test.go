package main

import (
	"bytes"
	"strings"
	"testing"

	"onair/audio"
)

func TestProbeOmitsWhatM4ALacks(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := &app{system: &system{stdout: &out}}
	info := &audio.Info{MediaType: audio.M4A, Bitrate: 64, SampleRate: 44100, Channels: 1}
	if err := printProbe(a, info, nil); err != nil {
		t.Fatal(err)
	}
	if d := probeJSON(info, nil); d.BitrateMode != "" || d.MediaType != audio.M4A || !strings.Contains(out.String(), "64 kbit/s, 44100 Hz mono") {
		t.Errorf("%+v\n%s", d, out.String())
	}
}

func TestChannelsText(t *testing.T) {
	t.Parallel()
	for side, want := range map[float64]string{
		-77: "equal; mono sounds the same",
		-12: "differ; the difference is 12 dB quieter than the sum",
		3:   "differ; the difference is 3 dB louder than the sum",
	} {
		if got := channelsText(&audio.Loudness{Side: side}); got != want {
			t.Errorf("channelsText(%g) = %q, want %q", side, got, want)
		}
	}
}
