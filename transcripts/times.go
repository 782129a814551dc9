package transcripts

import (
	"strconv"
	"time"
)

// appendTime writes a time of the audio as an HTML element: readable inside,
// exact in its attribute.
func appendTime(dst []byte, d time.Duration) []byte {
	dst = append(dst, `<time datetime="PT`...)
	ms := d.Milliseconds()
	dst = strconv.AppendInt(dst, ms/1000, 10)
	if ms%1000 != 0 {
		dst = append(dst, '.')
		dst = appendPadded(dst, ms%1000, 3)
	}
	dst = append(dst, `S">`...)
	dst = appendClock(dst, d)
	return append(dst, "</time>"...)
}

// appendClock writes m:ss, or h:mm:ss from an hour on.
func appendClock(dst []byte, d time.Duration) []byte {
	s := int64(d / time.Second)
	if s < 3600 {
		dst = strconv.AppendInt(dst, s/60, 10)
	} else {
		dst = strconv.AppendInt(dst, s/3600, 10)
		dst = append(dst, ':')
		dst = appendPadded(dst, s/60%60, 2)
	}
	dst = append(dst, ':')
	return appendPadded(dst, s%60, 2)
}

// appendStamp writes hh:mm:ss, the mark, and milliseconds: the time of captions.
func appendStamp(dst []byte, d time.Duration, mark byte) []byte {
	ms := d.Milliseconds()
	dst = appendPadded(dst, ms/3_600_000, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, ms/60_000%60, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, ms/1000%60, 2)
	dst = append(dst, mark)
	return appendPadded(dst, ms%1000, 3)
}

// appendPadded writes n with leading zeros up to width.
func appendPadded(dst []byte, n int64, width int) []byte {
	for limit := int64(10); width > 1; width-- {
		if n < limit {
			for range width - 1 {
				dst = append(dst, '0')
			}
			break
		}
		limit *= 10
	}
	return strconv.AppendInt(dst, n, 10)
}
