package transcripts

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
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
	for i := range cues {
		cue := &cues[i]
		segment = append(segment[:0], '{')
		if cue.Speaker != "" {
			segment = append(appendJSONString(append(segment, `"speaker":`...), cue.Speaker), ',')
		}
		segment = appendSeconds(append(segment, `"startTime":`...), cue.Start)
		segment = appendSeconds(append(segment, `,"endTime":`...), cue.End)
		segment = appendJSONString(append(segment, `,"body":`...), cue.Text)
		segment = append(segment, '}')
		if i+1 < len(cues) {
			segment = append(segment, ',')
		}
		b.Write(segment)
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
	quoted, _ := json.Marshal(s) // a string cannot fail
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
	return ascii || utf8.ValidString(s) && !strings.ContainsAny(s, "\u2028\u2029")
}

// unmarshal decodes the JSON of the source. Its errors have a position.
func unmarshal(s *source, v any) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var moment *badMoment
	switch err := json.Unmarshal([]byte(s.text), v); {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return s.problem(int(syntax.Offset)-1, "", "read JSON: %v", syntax)
	case errors.As(err, &kind):
		return s.problem(int(kind.Offset)-1, "is it another format?", "unexpected %s in %s", kind.Value, memberName(kind.Field))
	case errors.As(err, &moment):
		return s.problem(offsetOf(s.text, moment.raw), "", "not a valid time: %.40s", moment.raw)
	default:
		return s.problem(0, "", "read JSON: %v", err)
	}
}

// memberName returns the name of a field in JSON.
func memberName(field string) string {
	if field == "" {
		return "the file"
	}
	parts := strings.Split(field, ".")
	for i, part := range parts {
		if part != "" {
			parts[i] = strings.ToLower(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, ".")
}

// offsetOf returns the offset of the first value that is spelled as given.
func offsetOf(text, raw string) int {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return 0
		}
		spelled := ""
		switch t := token.(type) {
		case json.Number:
			spelled = t.String()
		case string:
			spelled = strconv.Quote(t)
		}
		if spelled == raw {
			return int(d.InputOffset()) - len(raw)
		}
	}
}

// badMoment reports a value that is not a valid time.
type badMoment struct{ raw string }

func (e *badMoment) Error() string { return "not a valid time: " + e.raw }

// inSeconds is a time in seconds: a number, or a string of one with or without an
// "s" after it.
type inSeconds struct {
	at  time.Duration
	set bool
}

// UnmarshalJSON reads a time.
func (t *inSeconds) UnmarshalJSON(raw []byte) (err error) {
	t.at, t.set, err = readMoment(raw, time.Second)
	return err
}

// inMilliseconds is a time that is a number of milliseconds.
type inMilliseconds struct {
	at  time.Duration
	set bool
}

// UnmarshalJSON reads a time.
func (t *inMilliseconds) UnmarshalJSON(raw []byte) (err error) {
	t.at, t.set, err = readMoment(raw, time.Millisecond)
	return err
}

// readMoment reads a time to the millisecond. A time slightly before 0 counts as
// 0, because some recognisers write such times.
func readMoment(raw []byte, unit time.Duration) (at time.Duration, set bool, err error) {
	const early = -time.Second
	s := string(raw)
	if s == "null" {
		return 0, false, nil
	}
	n, err := strconv.ParseFloat(strings.TrimSuffix(strings.Trim(s, `"`), "s"), 64)
	n *= float64(unit)
	if err != nil || !(n >= float64(early) && n <= float64(maxTime)) {
		return 0, false, &badMoment{s}
	}
	return max(0, time.Duration(math.Round(n/1e6))*time.Millisecond), true, nil
}

// speakerID is a speaker: a name, a letter, a number, or null.
type speakerID string

// UnmarshalJSON reads a string or a number.
func (id *speakerID) UnmarshalJSON(raw []byte) error {
	var name string
	switch {
	case string(raw) == "null":
	case raw[0] == '"':
		if err := json.Unmarshal(raw, &name); err != nil {
			return err
		}
	default:
		var number json.Number
		if err := json.Unmarshal(raw, &number); err != nil {
			return err
		}
		name = number.String()
	}
	*id = speakerID(clean([]byte(name)))
	return nil
}

// parsePodcasting reads JSON of Podcasting 2.0
// (https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md).
// A segment may be a single word. A segment without a speaker has the speaker of
// the segment before.
func parsePodcasting(s *source) ([]parsedCue, error) {
	var file struct {
		Segments []struct {
			Speaker            *speakerID
			StartTime, EndTime inSeconds
			Body               string
		}
	}
	if err := unmarshal(s, &file); err != nil {
		return nil, err
	}
	if file.Segments == nil {
		return nil, s.problem(0, "is it another format?", "no segments")
	}
	var parsed []parsedCue
	speaker := ""
	for _, segment := range file.Segments {
		if segment.Speaker != nil {
			speaker = string(*segment.Speaker)
		}
		if text := clean([]byte(segment.Body)); text != "" {
			parsed = append(parsed, parsedCue{start: segment.StartTime.at, end: segment.EndTime.at,
				timed: segment.StartTime.set, ended: segment.EndTime.set, speaker: speaker, text: text})
		}
	}
	return parsed, nil
}
