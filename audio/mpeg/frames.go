package mpeg

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"time"
)

// Frame is an MPEG frame of a payload.
type Frame struct {
	Header Header
	Offset int64         // offset of the first byte
	Start  time.Duration // time at which the samples start
	Data   []byte        // the whole MPEG frame; valid until the next one
}

// End returns when the samples of the MPEG frame end.
func (f *Frame) End() time.Duration {
	return f.Start + Playtime(int64(f.Header.Samples()), f.Header.SampleRate())
}

// Frames yields the MPEG frames of a payload from its start, except an info header. It
// skips bytes that are not an MPEG frame, and a last frame that was cut off.
func Frames(r io.Reader) iter.Seq2[Frame, error] {
	return func(yield func(Frame, error) bool) {
		in := bufio.NewReaderSize(r, 1<<18)
		var f Frame
		var at int64
		var played time.Duration // duration of the streams before the current one
		var stream Header
		var samples int64
		first := true
		for {
			head, err := in.Peek(HeaderBytes)
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(Frame{}, err)
				}
				return
			}
			h := ParseHeader(head)
			data, err := in.Peek(h.Size())
			if h.Size() == 0 || err != nil || !first && !h.SameStream(stream) && !followed(in, h) {
				_, _ = in.Discard(1) // cannot fail: HeaderBytes were peeked
				at++
				continue
			}
			if info := first && ParseInfo(data) != nil; !info {
				if samples > 0 && !h.SameStream(stream) {
					played += Playtime(samples, stream.SampleRate())
					samples = 0
				}
				f = Frame{h, at, played + Playtime(samples, h.SampleRate()), data}
				if !yield(f, nil) {
					return
				}
				samples += int64(h.Samples())
			}
			first, stream = false, h
			at += int64(h.Size())
			_, _ = in.Discard(h.Size())
		}
	}
}

// followed reports whether another MPEG frame of the same stream comes after the unread
// MPEG frame with header h.
func followed(in *bufio.Reader, h Header) bool {
	b, err := in.Peek(h.Size() + HeaderBytes)
	return err == nil && ParseHeader(b[h.Size():]).SameStream(h) && ParseHeader(b[h.Size():]).Size() > 0
}
