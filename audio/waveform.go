package audio

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"onair/internal/statcache"
)

// A Waveform is the outline of a sound, mixed to one channel, in the shape of
// audiowaveform's JSON (version 2): for every pixel the lowest and the highest
// sample.
type Waveform struct {
	Version         int    `json:"version"`
	Channels        int    `json:"channels"`
	SampleRate      int    `json:"sample_rate"` // Hz
	SamplesPerPixel int    `json:"samples_per_pixel"`
	Bits            int    `json:"bits"`
	Length          int    `json:"length"` // pixels
	Data            []int8 `json:"data"`   // lowest, highest, lowest, …; -128 to 127
}

const (
	waveformKind    = "audio-waveform-1"
	pixelsPerSecond = 10
)

// MeasureWaveform decodes a master with ffmpeg and draws its outline with ten
// pixels a second. The result is kept in cache, which may be nil, for the
// payload. Without ffmpeg the error is ErrNoFFmpeg.
func MeasureWaveform(ctx context.Context, cache *statcache.Cache, path string, progress Progress) (*Waveform, error) {
	w, _, err := onceOf(cache, waveformKind, path, func(info *Info) (*Waveform, error) {
		o := &outline{channels: heardChannels(info), Waveform: Waveform{Version: 2, Channels: 1, SampleRate: info.SampleRate, SamplesPerPixel: max(info.SampleRate/pixelsPerSecond, 1), Bits: 8, Data: []int8{}}}
		if _, err := decode(ctx, path, info, "[0:a:0]anull[pcm]", o.hear, progress); err != nil {
			return nil, err
		}
		o.end()
		return &o.Waveform, nil
	})
	return w, err
}

// An outline is a waveform under way: lowest and highest sample of the pixel
// that is not full yet.
type outline struct {
	Waveform
	channels  int // of the sound
	low, high int
	heard     int
}

// hear takes whole samples of all channels, and of these the mean.
func (o *outline) hear(pcm []byte) {
	for len(pcm) > 0 {
		v := 0
		for c := range o.channels {
			v += int(int16(uint16(pcm[2*c]) | uint16(pcm[2*c+1])<<8))
		}
		v /= o.channels
		pcm = pcm[sampleBytes*o.channels:]
		if o.heard == 0 {
			o.low, o.high = v, v
		}
		o.low, o.high = min(o.low, v), max(o.high, v)
		if o.heard++; o.heard == o.SamplesPerPixel {
			o.end()
		}
	}
}

// end finishes a pixel, if one was begun.
func (o *outline) end() {
	if o.heard == 0 {
		return
	}
	o.Data = append(o.Data, int8(o.low/256), int8(o.high/256))
	o.Length++
	o.heard = 0
}

// WriteJSON writes the waveform as audiowaveform does.
func (w *Waveform) WriteJSON(out io.Writer) error {
	if err := json.NewEncoder(out).Encode(w); err != nil {
		return fmt.Errorf("write waveform: %w", err)
	}
	return nil
}

// The size of a drawing, in its own units; whoever shows it stretches it.
const (
	svgWidth  = 1000
	svgHeight = 256
)

// WriteSVG writes the waveform as a drawing of one shape in the colour of the
// text around it.
func (w *Waveform) WriteSVG(out io.Writer) error {
	width := min(svgWidth, w.Length)
	var top, bottom bytes.Buffer
	for x := range width {
		_, high := w.column(x, width)
		fmt.Fprintf(&top, "L%d,%d ", x, svgHeight/2-high)
		back := width - 1 - x // the lower edge is drawn from right to left
		low, _ := w.column(back, width)
		fmt.Fprintf(&bottom, "L%d,%d ", back, svgHeight/2-low)
	}
	_, err := fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" preserveAspectRatio="none"><path fill="currentColor" d="M0,%d %s%sZ"/></svg>`+"\n",
		max(width, 1), svgHeight, svgHeight/2, top.Bytes(), bottom.Bytes())
	return err
}

// column is the lowest and the highest sample of the pixels that column x of so
// many covers.
func (w *Waveform) column(x, columns int) (low, high int) {
	from, to := x*w.Length/columns, (x+1)*w.Length/columns
	for i := from; i < to; i++ {
		low, high = min(low, int(w.Data[2*i])), max(high, int(w.Data[2*i+1]))
	}
	return low, high
}
