package audio

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"

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
func MeasureWaveform(ctx context.Context, cache *statcache.Cache, path string, progress Progress) (*Waveform, *Info, error) {
	return measureOnce(cache, waveformKind, path, func(info *Info) (*Waveform, error) {
		o := &waveformBuilder{channels: decodedChannels(info), Waveform: Waveform{Version: 2, Channels: 1, SampleRate: info.SampleRate, SamplesPerPixel: max(info.SampleRate/pixelsPerSecond, 1), Bits: 8, Data: []int8{}}}
		if _, err := decode(ctx, path, info, "[0:a:0]anull[pcm]", o.add, progress); err != nil {
			return nil, err
		}
		o.endPixel()
		return &o.Waveform, nil
	})
}

// KnownWaveform returns the outline that was drawn of a payload before, or nil.
func KnownWaveform(cache *statcache.Cache, info *Info) *Waveform {
	return cached[Waveform](cache, waveformKind, info)
}

// An outline is a waveform under way: lowest and highest sample of the pixel
// that is not full yet.
type waveformBuilder struct {
	Waveform
	channels  int // of the sound
	low, high int
	samples   int
}

// hear takes whole samples of all channels, and of these the mean.
func (o *waveformBuilder) add(pcm []byte) {
	for len(pcm) > 0 {
		v := 0
		for c := range o.channels {
			v += int(int16(uint16(pcm[2*c]) | uint16(pcm[2*c+1])<<8))
		}
		v /= o.channels
		pcm = pcm[sampleBytes*o.channels:]
		if o.samples == 0 {
			o.low, o.high = v, v
		}
		o.low, o.high = min(o.low, v), max(o.high, v)
		if o.samples++; o.samples == o.SamplesPerPixel {
			o.endPixel()
		}
	}
}

// end finishes a pixel, if one was begun.
func (o *waveformBuilder) endPixel() {
	if o.samples == 0 {
		return
	}
	o.Data = append(o.Data, int8(o.low/256), int8(o.high/256))
	o.Length++
	o.samples = 0
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

// peaks is in how many columns a page draws a waveform: on a phone they are two
// pixels wide.
const peakColumns = 200

// Peaks condenses the waveform to what a lock keeps: 200 columns from the start
// of the sound to its end, two hex digits each. A column is the mean of the peaks
// it covers, since the highest of twenty seconds says little, and ff is the
// highest column. Silence is 00 throughout, an empty waveform "".
func (w *Waveform) Peaks() string {
	if w.Length == 0 {
		return ""
	}
	var columns [peakColumns]int
	for x := range columns {
		from, to := x*w.Length/peakColumns, max((x+1)*w.Length/peakColumns, x*w.Length/peakColumns+1)
		sum := 0
		for i := from; i < to; i++ {
			sum += max(-int(w.Data[2*i]), int(w.Data[2*i+1]))
		}
		columns[x] = sum << 16 / (to - from)
	}
	highest := max(slices.Max(columns[:]), 1)
	out := make([]byte, peakColumns)
	for x, column := range columns {
		out[x] = byte(column * 255 / highest)
	}
	return hex.EncodeToString(out)
}

// DrawPeaks writes what Peaks returned as an SVG: a bar for each column, in the
// colour of the text around it. The same peaks give the same bytes.
func DrawPeaks(out io.Writer, peaks string) error {
	columns, err := hex.DecodeString(peaks)
	if err != nil {
		return fmt.Errorf("draw waveform: %w", err)
	}
	var path bytes.Buffer
	for x, column := range columns {
		height := max(int(column)&^1, 4) // silence is a line of dots
		fmt.Fprintf(&path, "M%d,%dh3v%dh-3z", 5*x+1, (svgHeight-height)/2, height)
	}
	_, err = fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" preserveAspectRatio="none"><path fill="currentColor" d="%s"/></svg>`+"\n",
		max(5*len(columns), 1), svgHeight, path.Bytes())
	return err
}
