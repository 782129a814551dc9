package mpeg_test

import (
	"testing"

	"onair/audio/mpeg"
)

func TestSpokenText(t *testing.T) {
	t.Parallel()
	h := mpeg.ParseHeader([]byte{0xFF, 0xF3, 0x84, 0xC4}) // 64 kbit/s, 24 kHz, one channel
	const digest = "0123456789abcdef"
	own := mpeg.InfoFrame(h, 10, 1920, digest)
	for _, tt := range []struct {
		name   string
		head   []byte
		want   string
		wantIs bool
	}{
		{"digest", own, digest, true},
		{"digest and more MPEG frames", append(own, h.Frame()...), digest, true},
		{"no digest", mpeg.InfoFrame(h, 10, 1920, ""), "", true},
		{"another encoder", h.Frame(), "", false},
		{"the name behind the first MPEG frame", append(h.Frame(), own...), "", false},
		{"cut off", own[:40], "", true},
		{"cut off in the name", own[:36], "", false},
		{"nothing", nil, "", false},
	} {
		if got, is := mpeg.SpokenText(tt.head), mpeg.IsOwn(tt.head); got != tt.want || is != tt.wantIs {
			t.Errorf("%s: digest %q, own %t, want %q, %t", tt.name, got, is, tt.want, tt.wantIs)
		}
	}
}
