package audio

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWaveformBuilder(t *testing.T) {
	t.Parallel()
	o := &waveformBuilder{channels: 2, Waveform: Waveform{Version: 2, Channels: 1, SampleRate: 40, SamplesPerPixel: 4, Bits: 8}}
	o.add(pcm(0, 0, 512, 0, 256, 768, -300, -300))
	o.add(pcm(32767, 32767, 0, 100))
	o.add(pcm(-32768, -32768, 0, 0, -2000, 0))
	o.endPixel()
	o.endPixel()
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(&o.Waveform); err != nil {
		t.Fatal(err)
	}
	want := `{"version":2,"channels":1,"sample_rate":40,"samples_per_pixel":4,"bits":8,"length":3,"data":[-1,2,-128,127,-3,-3]}` + "\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	b.Reset()
	if err := o.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	want = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 256" preserveAspectRatio="none"><path fill="currentColor" d="M0,128 L0,126 L1,1 L2,128 L2,131 L1,256 L0,129 Z"/></svg>` + "\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestSVGOfAnyLength(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 999, 1000, 1001, 36_000} {
		w := Waveform{Length: n, Data: make([]int8, 2*n)}
		if n > 0 {
			w.Data[2*n-1] = 127
		}
		var b bytes.Buffer
		if err := w.WriteSVG(&b); err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Count(b.String(), "L"), 2*min(n, svgWidth); got != want {
			t.Errorf("%d pixels: %d points, want %d", n, got, want)
		}
		if n > 0 && !strings.Contains(b.String(), ",1 ") {
			t.Errorf("%d pixels: the last one is not drawn", n)
		}
	}
}

func TestMeasureWaveform(t *testing.T) {
	t.Parallel()
	// Two seconds of rising volume. The second channel is silent, which halves the mean.
	path := encode(t, "--help.mp3", "aevalsrc=t/2*sin(2*PI*440*t)|0:d=2:s=44100", "-b:a", "192k")
	w, _, err := MeasureWaveform(t.Context(), nil, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if w.SampleRate != 44100 || w.SamplesPerPixel != 4410 || w.Length < 20 || w.Length > 22 || len(w.Data) != 2*w.Length {
		b, _ := json.Marshal(w)
		t.Fatalf("%s", b)
	}
	for i := range 20 {
		want := 64 * float64(i+1) / 20
		if low, high := float64(w.Data[2*i]), float64(w.Data[2*i+1]); math.Abs(high-want) > 6 || math.Abs(low+want) > 6 {
			t.Errorf("pixel %d reaches from %.0f to %.0f, want %.0f", i, low, high, want)
		}
	}
}

func TestPeaks(t *testing.T) {
	t.Parallel()
	// A minute whose first half is loud and whose last quarter is silent.
	w := Waveform{Length: 600, Data: make([]int8, 1200)}
	for i := range 450 {
		w.Data[2*i], w.Data[2*i+1] = -50, 25
		if i < 300 {
			w.Data[2*i] = -100
		}
	}
	want := strings.Repeat("ff", 100) + strings.Repeat("7f", 50) + strings.Repeat("00", 50)
	if got := w.Peaks(); got != want {
		t.Errorf("peaks\n%s, want\n%s", got, want)
	}
	// A sound with fewer pixels than columns is spread over all columns.
	short := Waveform{Length: 2, Data: []int8{-128, 127, 0, 64}}
	if got, want := short.Peaks(), strings.Repeat("ff", 100)+strings.Repeat("7f", 100); got != want {
		t.Errorf("peaks of two pixels\n%s, want\n%s", got, want)
	}
	if got := (&Waveform{Length: 3, Data: make([]int8, 6)}).Peaks(); got != strings.Repeat("00", 200) {
		t.Errorf("peaks of silence: %s", got)
	}
	if got := new(Waveform).Peaks(); got != "" {
		t.Errorf("peaks of nothing: %s", got)
	}
}

func TestDrawPeaks(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := DrawPeaks(&b, "ff8000"); err != nil {
		t.Fatal(err)
	}
	want := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 15 256" preserveAspectRatio="none"><path fill="currentColor" d="M1,1h3v254h-3zM6,64h3v128h-3zM11,126h3v4h-3z"/></svg>` + "\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if err := DrawPeaks(&b, `"/><script>`); err == nil {
		t.Error("text was drawn")
	}
}
