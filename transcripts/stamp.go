package transcripts

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/transcripts/forms"
)

// stamp is a time in the recording, as written.
type stamp struct {
	fraction []byte // digits; empty if there is none
	seconds  int    // whole seconds, without the fraction
	groups   uint8  // 2: mm:ss, 3: h:mm:ss
	frames   bool   // the fraction came after a colon
	faults   markFault
}

// splitStamp splits a note into its words and the time at its end.
func splitStamp(content []byte) (words []byte, s stamp, ok bool) {
	from := len(content)
	for from > 0 && isStampByte(content[from-1]) {
		from--
	}
	for from < len(content) && (content[from] < '0' || content[from] > '9') {
		from++
	}
	if bytes.IndexByte(content[from:], ':') < 0 {
		return content, stamp{}, false
	}
	s, ok = parseStamp(content[from:])
	if !ok {
		if from > 0 {
			return content, stamp{}, false
		}
		return content, stamp{faults: impossibleTime}, false
	}
	words = bytes.TrimRight(content[:from], " ")
	if len(words) == from && from > 0 {
		s.faults |= malformedStamp // it touches the word before it
	}
	return words, s, true
}

func isStampByte(b byte) bool {
	return '0' <= b && b <= '9' || b == ':' || b == '.' || b == ' ' || b == '*'
}

// parseStamp reads mm:ss and h:mm:ss, with an optional fraction after a dot. It also
// reads the malformed stamps of real files: spaces and bold marks inside, frames after a
// colon, minutes beyond 60.
func parseStamp(text []byte) (stamp, bool) {
	var s stamp
	var value, digits [4]int
	g := 0
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b >= '0' && b <= '9':
			if digits[g]++; digits[g] > 4 {
				return s, false
			}
			value[g] = value[g]*10 + int(b-'0')
		case b == ':' && g < 3 && digits[g] > 0:
			g++
		case b == '.' && g > 0 && digits[g] > 0:
			s.fraction = text[i+1:]
			i = len(text)
		case b == ' ' || b == '*':
			s.faults |= malformedStamp
		default:
			return s, false
		}
	}
	if g == 0 || digits[g] == 0 {
		return s, false
	}
	if g == 3 { // frames after a colon
		s.fraction, s.frames = text[bytes.LastIndexByte(text, ':')+1:], true
		s.faults |= malformedStamp
		g = 2
	}
	if !s.trimFraction() {
		return s, false
	}
	s.groups = uint8(g + 1)
	return s.total(value, digits)
}

// trimFraction drops spaces and bold marks around the digits of the fraction.
func (s *stamp) trimFraction() bool {
	trimmed := bytes.Trim(s.fraction, " *")
	if len(trimmed) != len(s.fraction) {
		s.faults |= malformedStamp
	}
	s.fraction = trimmed
	for _, b := range s.fraction {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}

// total adds up the groups of digits.
func (s stamp) total(value, digits [4]int) (stamp, bool) {
	if s.groups == 2 {
		if value[1] > 59 || digits[1] != 2 {
			return s, false
		}
		if digits[0] < 2 {
			s.faults |= malformedStamp
		}
		if value[0] >= 60 {
			s.faults |= longMinutes
		}
		s.seconds = value[0]*60 + value[1]
		return s, true
	}
	if value[1] > 59 || value[2] > 59 || digits[2] != 2 {
		return s, false
	}
	if digits[1] != 2 {
		s.faults |= malformedStamp
	}
	s.seconds = (value[0]*60+value[1])*60 + value[2]
	return s, true
}

// duration returns the time from the start of the audio. ok is false if fractions count
// frames and the fraction of this stamp is 30 or more.
func (s *stamp) duration(f Fraction) (d time.Duration, ok bool) {
	d = time.Duration(s.seconds) * time.Second
	digits := s.fraction[:min(len(s.fraction), 9)]
	n, unit := 0, time.Second
	for _, b := range digits {
		n = n*10 + int(b-'0')
		unit /= 10
	}
	if len(digits) == 2 && (f == Frames30 || s.frames) {
		if n < 30 {
			return d + (time.Duration(n) * time.Second / 30).Round(time.Millisecond), true
		}
		return d + time.Duration(n)*unit, false
	}
	return d + time.Duration(n)*unit, true
}

// decimals returns the digits to write after the dot. They are the fraction as it was read,
// but frames after a colon become milliseconds if the fractions of the show are decimal.
func (s *stamp) decimals(f Fraction) string {
	if d, ok := s.duration(f); ok && s.frames && f == Decimal && len(s.fraction) == 2 {
		return string(appendPadded(nil, d.Milliseconds()%1000, 3))
	}
	return string(s.fraction)
}

// appendTo writes the stamp in its canonical form. Hours are written if hours is
// set, if the time is an hour or more, and before a fraction.
func (s *stamp) appendTo(dst []byte, hours bool, f Fraction) []byte {
	seconds := int64(s.seconds)
	if seconds >= 3600 || hours || len(s.fraction) > 0 {
		dst = append(appendPadded(dst, seconds/3600, 2), ':')
	}
	dst = append(appendPadded(dst, seconds/60%60, 2), ':')
	dst = appendPadded(dst, seconds%60, 2)
	if len(s.fraction) > 0 {
		dst = append(append(dst, '.'), s.decimals(f)...)
	}
	return dst
}

// set changes the time, and keeps the number of digits after the dot.
func (s *stamp) set(d time.Duration, f Fraction) {
	digits := len(s.decimals(f))
	if s.frames || digits == 2 && f == Frames30 {
		const frame = time.Second / 30
		frames := int64((d + frame/2) * 30 / time.Second)
		s.seconds = int(frames / 30)
		s.fraction = appendPadded(nil, frames%30, 2)
		return
	}
	unit := time.Second
	for range min(digits, 9) {
		unit /= 10
	}
	d = d.Round(unit)
	s.seconds = int(d / time.Second)
	s.fraction = nil
	if digits > 0 {
		s.fraction = appendPadded(nil, int64(d%time.Second/unit), min(digits, 9))
	}
}

// ParseTime reads a time in a recording: mm:ss or h:mm:ss, with an optional fraction.
func ParseTime(s string) (time.Duration, error) {
	d, ok := forms.ParseClock(strings.TrimSpace(s))
	if !ok {
		return 0, errors.New("want a time such as 12:00 or 1:02:03.5")
	}
	return d, nil
}

// appendTime writes a time of the audio as an HTML element: the content is readable, the
// attribute exact.
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

// appendCaptionTime writes hh:mm:ss, the given mark, and milliseconds.
func appendCaptionTime(dst []byte, d time.Duration, mark byte) []byte {
	ms := d.Milliseconds()
	seconds := ms / 1000
	dst = appendTwo(dst, seconds/3600)
	dst = appendTwo(append(dst, ':'), seconds/60%60)
	dst = appendTwo(append(dst, ':'), seconds%60)
	ms %= 1000
	return append(dst, mark, byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
}

// appendTwo writes n with at least two digits.
func appendTwo(dst []byte, n int64) []byte {
	if n > 99 {
		return strconv.AppendInt(dst, n, 10)
	}
	return append(dst, byte('0'+n/10), byte('0'+n%10))
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

// Shift moves the stamps of a transcript after an edit of its audio. All times except those
// before start, also the times in tags, move by delta. Nothing else changes. Stamps keep
// their precision: whole seconds are rounded, and frames stay frames. If delta is negative,
// the audio from start to start-delta was cut out. Stamps in this part get the time start;
// cut has these marks as they were before, without their Offset.
//
// Shift fails if the stamps belong to other recordings (timeline: clips).
func Shift(src []byte, o *Options, start, delta time.Duration) (out []byte, cut []Mark, err error) {
	if o == nil {
		o = &Options{}
	}
	f := parse(src, o)
	if f.clips {
		return nil, nil, errors.New("its stamps belong to other recordings (timeline: clips)")
	}
	var edits editList
	for i := range f.marks {
		m := &f.marks[i]
		if !m.timed {
			continue
		}
		mark := f.mark(m, o.Fraction)
		if mark.Time < start {
			continue
		}
		to := mark.Time + delta
		if to < start {
			cut = append(cut, mark)
			to = start
		}
		if delta != 0 {
			first, last := stampSpan(f.src, m)
			s := m.stamp
			s.set(max(0, to), o.Fraction)
			text := string(s.appendTo(nil, len(m.words) > 0, o.Fraction))
			edits.add(finding.Edit{Start: f.inOriginal(first), End: f.inOriginal(last), Text: text})
		}
	}
	return edits.apply(src), cut, nil
}

// stampSpan returns where the time of a mark stands in the source.
func stampSpan(src []byte, m *markNode) (from, to int) {
	isDigit := func(b byte) bool { return b >= '0' && b <= '9' }
	to = m.at + m.size
	for !isDigit(src[to-1]) {
		to--
	}
	for from = to; isStampByte(src[from-1]); {
		from--
	}
	for !isDigit(src[from]) {
		from++
	}
	return from, to
}

// onlyStamps reports whether s contains one stamp, or two with a word or dash
// between them, and nothing else.
func onlyStamps(s []byte) bool {
	var stamps [2]markNode
	n, rest := scanRange(s, &stamps)
	return n > 0 && len(bytes.TrimSpace(s[rest:])) == 0
}

// scanRange reads "stamp" or "stamp to stamp", bold or not, and returns how
// many stamps there were and where they end.
func scanRange(s []byte, stamps *[2]markNode) (n, end int) {
	i := 0
	for n < 2 {
		for i < len(s) && (s[i] == ' ' || s[i] == '*') {
			i++
		}
		if n == 1 {
			i += rangeWord(s[i:])
		}
		if i >= len(s) || s[i] != '\\' && s[i] != '[' {
			break
		}
		m, ok := scanMark(s, i)
		if !ok || len(m.words) > 0 || !m.timed {
			break
		}
		stamps[n] = m
		n++
		i += m.size
		end = i
		for end < len(s) && s[end] == '*' {
			end++
		}
	}
	return n, end
}

// rangeWord returns the length of the word or dash between the two stamps of a
// range.
func rangeWord(s []byte) int {
	for _, word := range []string{"to ", "- ", "-- ", "– ", "— "} {
		if bytes.HasPrefix(s, []byte(word)) {
			return len(word)
		}
	}
	return 0
}

// leadingStamp returns the length of the stamp at s[i] and the spaces after it, if two
// stars follow. Otherwise it returns 0.
func leadingStamp(s []byte, i int) int {
	if i == len(s) || s[i] != '[' && s[i] != '\\' {
		return 0
	}
	m, ok := scanMark(s, i)
	if !ok || !m.timed || len(m.words) > 0 {
		return 0
	}
	rest := bytes.TrimLeft(s[i+m.size:], " ")
	if !bytes.HasPrefix(rest, []byte("**")) {
		return 0
	}
	return len(s) - len(rest) - i
}
