package mpeg_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"onair/audio/mpeg"
	"onair/audio/mpeg/mpegtest"
)

func TestFrames(t *testing.T) {
	t.Parallel()
	h, slower := mpegtest.NewHeader(24000, 64, true), mpegtest.NewHeader(24000, 32, true)
	info := h.Frame()
	copy(info[mpeg.HeaderBytes+h.SideInfo():], "Info")
	payload := bytes.Join([][]byte{info, h.Frame(), slower.Frame(), []byte("junk\xff\xff"), h.Frame(), h.Frame()[:50]}, nil)
	var got []string
	for f, err := range mpeg.Frames(bytes.NewReader(payload)) {
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(f.Data, payload[f.Offset:f.Offset+int64(len(f.Data))]) || len(f.Data) != f.Header.Size() || f.End() != f.Start+24*time.Millisecond {
			t.Errorf("at %d: %d bytes, %v to %v", f.Offset, len(f.Data), f.Start, f.End())
		}
		got = append(got, fmt.Sprint(f.Offset, f.Start))
	}
	if want := "[192 0s 384 24ms 486 48ms]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		hz, kbps int
		mono     bool
		size     int
	}{{44100, 128, false, 417}, {24000, 64, true, 192}, {8000, 8, true, 72}} {
		h := mpegtest.NewHeader(test.hz, test.kbps, test.mono)
		if h.Size() != test.size || h.SampleRate() != test.hz || h.Mono() != test.mono || h.Bitrates()[h.Bitrate()] != test.kbps {
			t.Errorf("%+v: %d bytes, %d Hz", test, h.Size(), h.SampleRate())
		}
	}
}
