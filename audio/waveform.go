package audio

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"

	"onair/internal/derive"
)

// A Waveform has the lowest and the highest sample of each pixel of a sound that was
// mixed to one channel. A pixel is a fixed number of samples. The JSON has the format
// of audiowaveform, version 2.
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
	pixelsPerSecond = 10
)

// waveformFunc identifies waveforms in the cache. Its version is increased when the
// waveforms change.
var waveformFunc = derive.Func{Name: "audio-waveform", Version: 1, AnyBuild: true}

// MeasureWaveform decodes a master with ffmpeg and returns its waveform, with ten
// pixels a second. The result is cached by payload; a nil cache disables caching.
// progress is as in MeasureLoudness. The error is ErrNoFFmpeg if ffmpeg is not
// installed.
func MeasureWaveform(ctx context.Context, cache *derive.Cache, path string, progress func(done, all time.Duration)) (*Waveform, *Info, error) {
	return measureOnce(cache, waveformFunc, path, func(info *Info) (*Waveform, error) {
		b := &waveformBuilder{channels: decodedChannels(info), Waveform: Waveform{Version: 2, Channels: 1, SampleRate: info.SampleRate, SamplesPerPixel: max(info.SampleRate/pixelsPerSecond, 1), Bits: 8, Data: []int8{}}}
		if _, err := decode(ctx, path, info, "[0:a:0]anull[pcm]", b.add, progress); err != nil {
			return nil, err
		}
		b.endPixel()
		return &b.Waveform, nil
	})
}

// KnownWaveform returns the waveform of a payload from the cache, or nil.
func KnownWaveform(cache *derive.Cache, info *Info) *Waveform {
	return cached[Waveform](cache, waveformFunc, info)
}

// A waveformBuilder makes a waveform from samples.
type waveformBuilder struct {
	Waveform
	channels  int // channels of the sound
	low, high int // lowest and highest sample in the current pixel
	samples   int // number of samples in the current pixel
}

// add adds whole samples of all channels. The waveform has the mean of the channels.
func (b *waveformBuilder) add(pcm []byte) {
	for len(pcm) > 0 {
		v := 0
		for c := range b.channels {
			v += int(int16(uint16(pcm[2*c]) | uint16(pcm[2*c+1])<<8))
		}
		v /= b.channels
		pcm = pcm[sampleBytes*b.channels:]
		if b.samples == 0 {
			b.low, b.high = v, v
		}
		b.low, b.high = min(b.low, v), max(b.high, v)
		if b.samples++; b.samples == b.SamplesPerPixel {
			b.endPixel()
		}
	}
}

// endPixel finishes the current pixel, if it has samples.
func (b *waveformBuilder) endPixel() {
	if b.samples == 0 {
		return
	}
	b.Data = append(b.Data, int8(b.low/256), int8(b.high/256))
	b.Length++
	b.samples = 0
}

// Largest width and the height of a drawing, in SVG units. Pages stretch the drawing.
const (
	svgWidth  = 1000
	svgHeight = 256
)

// WriteSVG writes the waveform as a drawing of one shape, in the colour of the
// surrounding text.
func (w *Waveform) WriteSVG(out io.Writer) error {
	width := min(svgWidth, w.Length)
	var top, bottom bytes.Buffer
	for x := range width {
		_, high := w.column(x, width)
		fmt.Fprintf(&top, "L%d,%d ", x, svgHeight/2-high)
		back := width - 1 - x // the lower edge goes from right to left
		low, _ := w.column(back, width)
		fmt.Fprintf(&bottom, "L%d,%d ", back, svgHeight/2-low)
	}
	_, err := fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" preserveAspectRatio="none"><path fill="currentColor" d="M0,%d %s%sZ"/></svg>`+"\n",
		max(width, 1), svgHeight, svgHeight/2, top.Bytes(), bottom.Bytes())
	return err
}

// column returns the lowest and the highest sample of column x in a drawing of the
// waveform with the given number of columns.
func (w *Waveform) column(x, columns int) (low, high int) {
	from, to := x*w.Length/columns, (x+1)*w.Length/columns
	for i := from; i < to; i++ {
		low, high = min(low, int(w.Data[2*i])), max(high, int(w.Data[2*i+1]))
	}
	return low, high
}

// peakColumns is the number of columns of a waveform on a page. On a phone a column is
// two pixels wide.
const peakColumns = 200

// Peaks condenses the waveform for onair.lock: 200 columns from the start of the sound
// to its end, with two hex digits each. A column is the mean of its peaks, because in
// speech the highest peak of many seconds is nearly the same everywhere. The highest
// column is ff. Silence is all 00, and an empty waveform is an empty string.
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

// DrawPeaks writes the columns that Peaks returned as an SVG with one bar for each
// column, in the colour of the surrounding text. The same peaks give the same bytes.
func DrawPeaks(out io.Writer, peaks string) error {
	columns, err := hex.DecodeString(peaks)
	if err != nil {
		return fmt.Errorf("draw waveform: %w", err)
	}
	var path bytes.Buffer
	for x, column := range columns {
		height := max(int(column)&^1, 4) // even, and a dot for silence
		fmt.Fprintf(&path, "M%d,%dh3v%dh-3z", 5*x+1, (svgHeight-height)/2, height)
	}
	_, err = fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" preserveAspectRatio="none"><path fill="currentColor" d="%s"/></svg>`+"\n",
		max(5*len(columns), 1), svgHeight, path.Bytes())
	return err
}
