package transcripts

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// WriteJSON writes cues as JSON of Podcasting 2.0, a segment per cue, with times
// in seconds. See
// https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md.
func WriteJSON(w io.Writer, cues []Cue) error {
	b := bufio.NewWriter(w)
	b.WriteString(`{"version":"1.0.0","segments":[`)
	var segment []byte
	written := 0
	for i := range cues {
		cue := &cues[i]
		if cue.Text == "" { // sounds alone
			continue
		}
		segment = segment[:0]
		if written++; written > 1 {
			segment = append(segment, ',')
		}
		segment = append(segment, '{')
		if cue.Speaker != "" {
			segment = append(appendJSONString(append(segment, `"speaker":`...), cue.Speaker), ',')
		}
		segment = appendSeconds(append(segment, `"startTime":`...), cue.Start)
		segment = appendSeconds(append(segment, `,"endTime":`...), cue.End)
		segment = appendJSONString(append(segment, `,"body":`...), cue.Text)
		b.Write(append(segment, '}'))
	}
	b.WriteString("]}\n")
	return b.Flush()
}

// appendSeconds writes a time to the millisecond, without trailing zeros.
func appendSeconds(dst []byte, d time.Duration) []byte {
	ms := d.Milliseconds()
	dst = strconv.AppendInt(dst, ms/1000, 10)
	if ms %= 1000; ms > 0 {
		dst = appendPadded(append(dst, '.'), ms, 3)
		dst = bytes.TrimRight(dst, "0")
	}
	return dst
}

// appendJSONString writes a string as encoding/json does.
func appendJSONString(dst []byte, s string) []byte {
	if isPlainJSON(s) {
		return append(append(append(dst, '"'), s...), '"')
	}
	quoted, _ := json.Marshal(s) // a string can always be encoded
	return append(dst, quoted...)
}

// isPlainJSON reports whether a string needs no escapes.
func isPlainJSON(s string) bool {
	ascii := true
	for i := range len(s) {
		switch b := s[i]; {
		case b < ' ', b == '"', b == '\\', b == '<', b == '>', b == '&':
			return false
		case b >= utf8.RuneSelf:
			ascii = false
		}
	}
	return ascii || utf8.ValidString(s) && !strings.Contains(s, "\u2028") && !strings.Contains(s, "\u2029")
}
