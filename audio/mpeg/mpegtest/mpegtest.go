// Package mpegtest makes headers of MPEG frames, for tests.
package mpegtest

import (
	"fmt"

	"onair/audio/mpeg"
)

// NewHeader returns the header of a layer III MPEG frame. It panics if there is none with
// these values.
func NewHeader(hz, kbps int, mono bool) mpeg.Header {
	for _, version := range []mpeg.Header{3, 2, 0} { // MPEG 1, 2 and 2.5
		for rate := range mpeg.Header(3) {
			h := 0x7FF<<21 | version<<19 | mpeg.Layer3<<17 | 1<<16 | rate<<10
			if mono {
				h |= 3 << 6
			}
			for field, known := range h.Bitrates() {
				if h.SampleRate() == hz && known == kbps && kbps > 0 {
					return h | mpeg.Header(field<<12)
				}
			}
		}
	}
	panic(fmt.Sprintf("no MPEG frame with %d kbit/s and %d Hz", kbps, hz))
}
