package forms

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// Speeds in characters a second.
const (
	reading    = 16  // speed at which captions without an end are shown
	unreadable = 30  // faster captions get more time
	fastest    = 40  // limit for a whole file
	slowest    = 0.1 // limit for a whole file
)

// finish leaves out notices, replaces times that cannot be true, and refuses a file whose
// times are wrong as a whole.
func (s *source) finish(r *Result) error {
	r.Speech = s.leaveOutNotices(r.Speech)
	nameMusic(r.Speech)
	if r.Captions && !slices.ContainsFunc(r.Speech, func(u Speech) bool { return u.Timed }) {
		r.Captions = false
	}
	if len(r.Speech) == 0 || !r.Captions && !r.Speech[0].Timed {
		return nil
	}
	s.fixTimes(r.Speech)
	s.dropLateEnds(r.Speech)
	if r.Captions {
		s.fixOrder(r.Speech)
	}
	if err := s.checkSpeed(r.Speech); err != nil {
		return err
	}
	if !r.Captions {
		return nil
	}
	r.Speech = mergeWords(r.Speech)
	r.Speech = cutAtSilence(r.Speech)
	fillTimes(r.Speech)
	r.Speech = untangle(r.Speech)
	if !s.o.Exact {
		stretch(r.Speech)
	}
	return nil
}

// fixTimes drops times that cannot be true.
func (s *source) fixTimes(speeches []Speech) {
	repeated := 1
	for i := range speeches {
		u := &speeches[i]
		if i > 0 && u.Text == speeches[i-1].Text && len(u.Text) > 1 {
			if repeated++; repeated == 5 {
				s.warn(ruleRepeat, u.At, "%.60q is repeated five times", u.Text)
			}
		} else {
			repeated = 1
		}
		if u.Timed && u.Start < 0 {
			if u.Start < -roundingError {
				s.warn(ruleTime, u.At, "the time is negative")
			}
			u.Start, u.Ended = 0, u.Ended && u.End >= 0
		}
		if u.Timed && u.Ended && u.End < u.Start {
			s.warn(ruleTime, u.At, "the caption ends before it starts")
			u.Ended = false
		}
		if d := s.o.Duration; d > 0 && u.Timed && u.Start >= d {
			s.warn(ruleTime, u.At, "the caption starts after the end of the audio")
		}
	}
}

// dropLateEnds drops the ends of captions that last far longer than their words, if most
// captions do not.
func (s *source) dropLateEnds(speeches []Speech) {
	isLate := func(u *Speech) bool {
		length := u.End - u.Start
		return u.Timed && u.Ended && length > 10*time.Minute && float64(utf8.RuneCountInString(u.Text)) < slowest*length.Seconds()
	}
	late := 0
	for i := range speeches {
		if isLate(&speeches[i]) {
			late++
		}
	}
	if late == 0 || 2*late > len(speeches) {
		return
	}
	for i := range speeches {
		if u := &speeches[i]; isLate(u) && len(speeches) > 1 {
			s.warn(ruleTime, u.At, "the caption lasts until %v, far longer than its words", u.End)
			u.Ended = false
		}
	}
}

// fixOrder drops the time of a caption that starts far before or far behind both
// neighbours. It also drops the time of a caption that goes back to a time at which the
// same speaker says something else, because the times of some recognizers start again. It
// reports other captions that start well before the caption above.
func (s *source) fixOrder(speeches []Speech) {
	const far, near = 10 * time.Second, 2 * time.Second
	if len(speeches) < 3 {
		return
	}
	before := time.Duration(0) // start of the caption above
	again := false             // the times went back
	for i := range speeches {
		u := &speeches[i]
		if !u.Timed {
			continue
		}
		late := false
		if i+1 < len(speeches) && speeches[i+1].Timed {
			after := speeches[i+1].Start
			late = after >= before && u.Start > after+far && (i > 0 || speeches[2].Start < u.Start)
		}
		switch back := before - u.Start; {
		case late, back > far && (i+1 == len(speeches) || !speeches[i+1].Timed || speeches[i+1].Start >= before):
			s.warn(ruleTime, u.At, "the caption starts at %v, far from those around it", u.Start)
			u.Timed, u.Ended = false, false
		case (back > near || again && back > 0) && saidTwice(speeches[:i], u):
			s.warn(ruleTime, u.At, "the times go back by %v", back)
			u.Timed, u.Ended, again = false, false, true
		case back > near:
			s.warn(ruleTime, u.At, "the caption starts %v before the one above; they are sorted by time", back)
			before = u.Start
		default:
			before, again = u.Start, false
		}
	}
}

// saidTwice reports whether a speaker says something else during the first half of a
// caption.
func saidTwice(speeches []Speech, u *Speech) bool {
	const most = 500 // captions
	middle := u.Start + max(u.End-u.Start, time.Second)/2
	return slices.ContainsFunc(speeches[max(0, len(speeches)-most):], func(v Speech) bool {
		return v.Timed && v.Ended && v.Speaker == u.Speaker && v.Start < middle && v.End > u.Start
	})
}

// checkSpeed returns an error if the text does not fit the times of the whole file.
func (s *source) checkSpeed(speeches []Speech) error {
	const short = 40 // number of characters that any time is enough for
	chars, timedChars := 0, 0
	long, absurd := 0, 0 // captions with a length, and those less than a tenth as long as their text needs
	var last, spoken time.Duration
	for i := range speeches {
		u := &speeches[i]
		n := utf8.RuneCountInString(u.Text)
		chars += n
		if u.Timed {
			last = max(last, u.Start+time.Second)
		}
		if u.Timed && u.Ended {
			last = max(last, u.End)
			spoken += u.End - u.Start
			timedChars += n
			if u.End > u.Start {
				if long++; float64(n) > 10*fastest*(u.End-u.Start).Seconds() {
					absurd++
				}
			}
		}
	}
	const hint = "if they are another unit, convert them: captions have hours, minutes and seconds"
	if absurd > 1 && absurd == long {
		return s.problem(0, hint, "%d characters in %.3f s are faster than any speech: %s", timedChars, spoken.Seconds(), s.units())
	}
	if seconds := last.Seconds(); chars > short && float64(chars-short) > fastest*seconds {
		return s.problem(0, hint, "%d characters in %.1f s are faster than any speech: %s", chars, seconds, s.units())
	}
	if seconds := spoken.Seconds(); timedChars > 0 && seconds > 60 && float64(timedChars) < slowest*seconds {
		return s.problem(0, hint+"; chapters go into chapters.txt", "%d characters in %.0f s are slower than any speech: %s", timedChars, seconds, s.units())
	}
	return nil
}

// units explains which units could have been confused.
func (s *source) units() string {
	switch s.unit {
	case time.Millisecond:
		return "the times were read as milliseconds and may be seconds"
	case time.Second:
		return "the times were read as seconds and may be milliseconds"
	}
	return "the times may be milliseconds read as seconds, or seconds read as milliseconds"
}

// mergeWords joins captions to speech without a pause, if most of them are single words.
func mergeWords(speeches []Speech) []Speech {
	const least = 5
	words, ended := 0, 0
	for i := range speeches {
		if text := speeches[i].Text; isWord(text) {
			words++
			if script.EndsSentence(text) && !isMark(text) {
				ended++
			}
		}
	}
	if len(speeches) < least || 5*words < 4*len(speeches) || 2*ended > words {
		return speeches
	}
	var j joiner
	r := jsonReader{}
	for i := range speeches {
		u := &speeches[i]
		j.add(&r, &recognized{text: u.Text, start: u.Start, end: u.End, timed: u.Timed, ended: u.Ended, speaker: u.Speaker, at: u.At}, false)
	}
	j.flush(&r)
	return r.speeches
}

// isWord reports whether a text is a single word. In a script without spaces, up to three
// characters count as a word.
func isWord(text string) bool {
	const mostWide = 3
	if strings.IndexByte(text, ' ') >= 0 {
		return false
	}
	first, _ := utf8.DecodeRuneInString(text)
	return !script.Spaceless(first) || utf8.RuneCountInString(text) <= mostWide
}

// cutAtSilence cuts speech between two words that are far apart.
func cutAtSilence(speeches []Speech) []Speech {
	gap := func(u *Speech) int {
		for k := 1; k < len(u.Words); k++ {
			between := strings.TrimLeft(u.Text[u.Words[k-1].To:u.Words[k].To], " ")
			if u.Words[k].Start-u.Words[k-1].End >= breath && strings.IndexByte(between, ' ') < 0 {
				return k // no word without a time is between the two
			}
		}
		return 0
	}
	if !slices.ContainsFunc(speeches, func(u Speech) bool { return gap(&u) > 0 }) {
		return speeches
	}
	var out []Speech
	for i := range speeches {
		u := speeches[i]
		for k := gap(&u); k > 0; k = gap(&u) {
			before, after := u.cut(u.Words[k-1].To)
			before.End, before.Ended = u.Words[k-1].End, true
			after.Start = u.Words[k].Start
			if before.Text != "" {
				out = append(out, before)
			}
			u = after
		}
		out = append(out, u)
	}
	return out
}

// cut cuts a speech at an offset of its text. Both parts keep the times of the whole.
func (u *Speech) cut(at int) (before, after Speech) {
	before, after = *u, *u
	before.Text, before.Words = strings.TrimRight(u.Text[:at], " "), nil
	after.Text, after.Words, after.Sections = strings.TrimLeft(u.Text[at:], " "), nil, nil
	skipped := len(u.Text) - len(after.Text)
	for _, w := range u.Words {
		if w.To <= at {
			w.To = min(w.To, len(before.Text))
			before.Words = append(before.Words, w)
		} else {
			w.To -= skipped
			after.Words = append(after.Words, w)
		}
	}
	return before, after
}

// fillTimes gives every speech a start and an end.
func fillTimes(speeches []Speech) {
	var last time.Duration
	for i := range speeches {
		u := &speeches[i]
		if !u.Timed {
			u.Start, u.Timed = last, true
			if u.Ended = u.Ended && u.End > last; u.Ended {
				u.Start = max(last, u.End-readingTime(u.Text))
			}
		}
		if !u.Ended {
			u.End = u.Start + readingTime(u.Text)
			for j := i + 1; j < len(speeches); j++ {
				if speeches[j].Timed {
					if speeches[j].Start > u.Start {
						u.End = min(u.End, speeches[j].Start)
					}
					break
				}
			}
			u.Ended = true
		}
		last = max(last, u.End)
	}
}

// readingTime returns how long a text is shown so that it can be read.
func readingTime(text string) time.Duration {
	return (time.Duration(script.Weigh(text))*time.Second/reading + 500*time.Millisecond).Round(time.Millisecond)
}

// maxTime is the largest time that is read: longer than any recording, and far less than a
// time.Duration can hold.
const maxTime = 10000 * time.Hour

// ParseClock reads [h:]mm:ss with an optional fraction after a dot, a comma, or a third
// colon. ok is false for other texts, and for a time that is longer than any recording.
func ParseClock(s string) (d time.Duration, ok bool) {
	d, ok = parseClock(s, false)
	return d, ok && d <= maxTime
}

// parseClock reads [h:]mm:ss with an optional fraction after a dot, a comma, or a
// third colon. If lenient is set, minutes and seconds may have one digit, and the time may
// be negative.
func parseClock(s string, lenient bool) (d time.Duration, ok bool) {
	negative := false
	if lenient && s != "" && s[0] == '-' {
		negative, s = true, s[1:]
	}
	const most = 1_000_000
	groups, digits, n := 0, 0, time.Duration(0)
	i := 0
	for ; i < len(s) && s[i] != '.' && s[i] != ','; i++ {
		b := s[i]
		if b >= '0' && b <= '9' {
			n = min(n*10+time.Duration(b-'0'), most)
			digits++
			continue
		}
		if b != ':' || digits == 0 || groups > 0 && (n > 59 || digits > 2 || digits < 2 && !lenient) {
			return 0, false
		}
		if groups == 2 { // hh:mm:ss:fff
			break
		}
		d, n, digits = d*60+n*time.Second, 0, 0
		groups++
	}
	if groups == 0 || n > 59 || digits > 2 || digits < 1 || digits < 2 && !lenient {
		return 0, false
	}
	d = d*60 + n*time.Second
	if i < len(s) {
		if fraction := len(s) - i - 1; s[i] == ':' && fraction != 3 {
			return 0, false // frames of an unknown rate
		}
		after, ok := parseFraction(s[i+1:])
		if !ok {
			return 0, false
		}
		d += after
	}
	if negative {
		d = -d
	}
	return d.Round(time.Millisecond), true
}

// parseFraction returns the time that the digits after the decimal point of a number of seconds
// stand for. ok is false if there are other characters.
func parseFraction(digits string) (d time.Duration, ok bool) {
	unit := time.Second
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return 0, false
		}
		unit /= 10
		d += time.Duration(digits[i]-'0') * unit
	}
	return d, true
}

// parseTimes reads the line of times of a caption, such as "00:00:01.000 -->
// 00:00:02.000". Settings may follow the times.
func parseTimes(line string) (start, end time.Duration, ok bool) {
	from, to, ok := strings.Cut(line, "-->")
	if !ok {
		return 0, 0, false
	}
	to = strings.TrimLeft(to, " \t")
	if n := strings.IndexAny(to, " \t"); n >= 0 {
		to = to[:n]
	}
	if start, ok = parseClock(strings.TrimSpace(from), true); ok {
		end, ok = parseClock(to, true)
	}
	return start, end, ok
}

// LooksLikeTimes reports whether a reader would take a line for the times of a caption.
func LooksLikeTimes(line string) bool {
	if _, _, ok := parseTimes(line); ok {
		return true
	}
	_, _, _, timing := parseOddTimes(line)
	return timing
}

// oddTimes matches a line of times with an arrow other than --> or with spaces inside the
// times.
var oddTimes = regexp.MustCompile(`^(-?[\d:., ]*\d)\s*((?:[-–—=~ ]|&gt;|[>›→⟶])+?)\s*(-?\d[\d:., ]*?)(?:\s+[a-zA-Z].*)?$`)

// exactClock matches a time with milliseconds, which is rare in spoken text.
var (
	exactClock = regexp.MustCompile(`\d:\d\d[.,]\d{3}\b`)
	exactStart = regexp.MustCompile(`^[\d:]*` + exactClock.String())
	arrow      = regexp.MustCompile(`-->|--&gt;|[>›→⟶]`)
)

// parseOddTimes reads a line that oddTimes matches. timing reports whether the line is one
// of times, even if the times cannot be read.
func parseOddTimes(line string) (start, end time.Duration, ok, timing bool) {
	if line == "" || line[0] != '-' && (line[0] < '0' || line[0] > '9') || strings.IndexByte(line, ':') < 0 {
		return 0, 0, false, false
	}
	m := oddTimes.FindStringSubmatch(line)
	if m == nil {
		return 0, 0, false, strings.Contains(line, "-->")
	}
	if !strings.Contains(m[1], ":") && !strings.Contains(m[3], ":") {
		return 0, 0, false, false
	}
	if !arrow.MatchString(m[2]) && !(exactClock.MatchString(m[1]) && exactClock.MatchString(m[3])) {
		return 0, 0, false, false // perhaps the hours of a shop
	}
	if number, clock, ok := strings.Cut(m[1], " "); ok && isNumber(number) && len(clock) > 3 && isNumber(clock[:2]) && strings.Contains(clock, ":") {
		m[1] = clock // the number of the caption precedes its times
	}
	if start, ok = parseClock(strings.ReplaceAll(m[1], " ", ""), true); ok {
		end, ok = parseClock(strings.ReplaceAll(m[3], " ", ""), true)
	}
	return start, end, ok, true
}

// eitherTime reads the start and the end in a line of times, of which one may be
// unreadable. In a line without an arrow, the first time is the start and the second the
// end.
func eitherTime(line string) (start time.Duration, timed bool, end time.Duration, ended bool) {
	read := func(s string) (time.Duration, bool) {
		s = strings.ReplaceAll(s, " ", "")
		at, ok := parseClock(s, true)
		if hours, rest, found := strings.Cut(s, ":"); !ok && found && strings.Trim(hours, "0") == "" {
			at, ok = parseClock(rest, true) // 00:75:01, of a tool that counts minutes beyond the hour
		}
		return at, ok && at <= maxTime
	}
	if at := arrow.FindStringIndex(line); at != nil {
		start, timed = read(line[:at[0]])
		first, _, _ := strings.Cut(strings.TrimSpace(line[at[1]:]), " ")
		end, ended = read(first)
		return start, timed, end, ended
	}
	fields := strings.Fields(line)
	start, timed = read(fields[0])
	for _, field := range fields[1:] {
		if end, ended = read(field); ended {
			break
		}
	}
	return start, timed, end, ended
}
