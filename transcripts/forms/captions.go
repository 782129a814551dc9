package forms

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// caption is a cue of WebVTT, SubRip or SubViewer as written.
type caption struct {
	at         int
	part       int // number of the file, if several are in a row
	start, end time.Duration
	timed      bool   // start can be read
	ended      bool   // end can be read
	plain      bool   // the lines are clean and have no markup
	name       string // number or identifier above the times
	speaker    string // name on a separate line; empty if unknown
	nameless   bool   // the file says that the speaker is unknown
	lines      []string
}

// split replaces the lines that parts divides. For other lines, parts returns nil.
func (c *caption) split(parts func(line string) []string) {
	for j := 0; j < len(c.lines); j++ {
		if lines := parts(c.lines[j]); lines != nil {
			c.lines = slices.Concat(c.lines[:j], lines, c.lines[j+1:])
			j += len(lines) - 1
		}
	}
}

// splitAt splits the lines of captions at a mark that means a line end.
func splitAt(captions []caption, mark string) {
	for i := range captions {
		captions[i].split(func(line string) []string {
			if !strings.Contains(line, mark) {
				return nil
			}
			return strings.Split(line, mark)
		})
	}
}

func looksVTT(head string) bool {
	const mark = "WEBVTT"
	n := len(mark)
	return len(head) >= n && strings.EqualFold(head[:n], mark) && (len(head) == n || head[n] == ' ' || head[n] == '\t' || head[n] == '\n') &&
		(head[:n] == mark || strings.Contains(head, "-->"))
}

// looksSRT reports whether one of the first lines has times.
func looksSRT(head string) bool {
	for range 8 {
		line, rest, _ := strings.Cut(head, "\n")
		line = strings.TrimSpace(line)
		if _, _, ok := parseTimes(line); ok {
			return true
		}
		if _, _, ok, _ := parseOddTimes(line); ok {
			return true
		}
		head = rest
	}
	return false
}

var sbvTimes = regexp.MustCompile(`^(\d{1,3}:\d{1,2}:\d{1,2}\.\d{1,3}),(\d{1,3}:\d{1,2}:\d{1,2}\.\d{1,3})$`)

func looksSBV(head string) bool {
	line, _, _ := strings.Cut(head, "\n")
	return sbvTimes.MatchString(strings.TrimSpace(line))
}

func parseSBVTimes(line string) (start, end time.Duration, ok, timing bool) {
	m := sbvTimes.FindStringSubmatch(line)
	if m == nil {
		return 0, 0, false, false
	}
	if start, ok = parseClock(m[1], true); ok {
		end, ok = parseClock(m[2], true)
	}
	return start, end, ok, true
}

// readVTT reads WebVTT (https://www.w3.org/TR/webvtt1/#file-parsing). The text may consist
// of several files, such as the segments of HLS.
func readVTT(s *source) ([]Speech, error) {
	if !looksVTT(strings.TrimLeft(s.text, " \t\n")) {
		return nil, s.problem(0, "is it another format?", "not WebVTT: the first line is not WEBVTT")
	}
	return s.readCaptions(captionLines{vtt: true})
}

// readSRT reads SubRip.
func readSRT(s *source) ([]Speech, error) { return s.readCaptions(captionLines{numbered: true}) }

// readSBV reads the SubViewer files of YouTube.
func readSBV(s *source) ([]Speech, error) { return s.readCaptions(captionLines{sbv: true}) }

// captionLines says how the lines of captions are read.
type captionLines struct{ vtt, numbered, sbv bool }

func (s *source) readCaptions(kind captionLines) ([]Speech, error) {
	captions, err := s.scanCaptions(kind)
	if err != nil {
		return nil, err
	}
	if len(captions) > 0 && !slices.ContainsFunc(captions, func(c caption) bool { return len(c.lines) > 0 }) {
		return nil, s.problem(captions[0].at, "did the speech recognizer find any speech?", "captions without words")
	}
	if kind.numbered && strings.Contains(s.text, `\N`) { // a line end in SubStation Alpha
		splitAt(captions, `\N`)
	}
	if kind.sbv && strings.Contains(s.text, "[br]") {
		splitAt(captions, "[br]")
	}
	if kind.vtt {
		captions = dropRepeatedCues(captions)
	}
	captions = slices.CompactFunc(captions, func(a, b caption) bool { // written twice
		return a.timed && a.ended && a.start == b.start && a.end == b.end && slices.Equal(a.lines, b.lines)
	})
	unroll(captions)
	spaceDashes(captions)
	nameByFirstLine(captions)
	nameByIdentifier(captions)
	tags := kind.vtt && !namesAsTags(captions) || strings.Contains(s.text, "<v ") // all tags are those of WebVTT
	v := s.noteCaptions(captions, tags)
	speeches := make([]Speech, 0, len(captions))
	for i := range captions {
		c := &captions[i]
		c.split(v.splitInside)
		from := len(speeches)
		speeches = v.caption(speeches, c, tags)
		said := speeches[from:]
		whole := len(said) > 1 && c.timed && c.ended
		if whole {
			share(said, c.start, c.end)
		}
		for j := range said {
			u := &said[j]
			u.At = c.at
			if u.Timed, u.Ended = whole, whole; !whole {
				u.Timed, u.Ended = c.timed && j == 0, c.ended && j == len(said)-1
				u.Start, u.End = c.start, c.end
			}
		}
	}
	return speeches, nil
}

// noteCaptions cleans the lines of captions, and finds out how they name speakers. tags means
// that all tags are those of WebVTT.
func (s *source) noteCaptions(captions []caption, tags bool) *voices {
	v := &voices{}
	voiced, voicedDash := 0, 0 // voice spans, and those before a dash
	for i := range captions {
		c := &captions[i]
		dashed := 0
		c.plain = true
		c.splitDialogue()
		for j, line := range c.lines {
			line = c.dropClock(line)
			plain := line
			if _, rest, ok := cutVoice(line); ok && tags {
				plain, c.plain = clean(rest), false
				if voiced++; opensWithSign(plain) && dash.MatchString(plain) {
					voicedDash++
				}
			} else if hasMarkup(line) {
				plain, c.plain = clean(withoutMarkup(line, tags)), false
			} else {
				plain = clean(line)
				c.lines[j] = plain
			}
			v.note(plain)
			if opensWithSign(plain) && dash.MatchString(plain) {
				dashed++
			}
		}
		v.dashes = v.dashes || dashed > 1 && dashed == len(c.lines)
	}
	v.decide(s)
	v.dashedVoices = voiced > 0 && voicedDash == voiced
	return v
}

// dropRepeatedCues keeps one of the cues that two files in a row share: HLS repeats a cue
// in each segment during which it is shown (RFC 8216, section 3.5).
func dropRepeatedCues(captions []caption) []caption {
	if n := len(captions); n == 0 || captions[n-1].part == captions[0].part {
		return captions
	}
	type cue struct {
		start, end time.Duration
		text       string
	}
	parts := map[cue]int{} // last file that has the cue
	return slices.DeleteFunc(captions, func(c caption) bool {
		key := cue{c.start, c.end, strings.Join(c.lines, "\n")}
		part, seen := parts[key]
		parts[key] = c.part
		return seen && part < c.part && c.timed
	})
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// unroll removes repeated lines from rolling captions, of which each starts with the last
// line of the caption before, as YouTube's speech recognizer writes them, and repeated words
// from growing ones, of which each starts with all words of the caption before, as live
// captions do. Equal captions do not count, because a phrase may be spoken twice.
func unroll(captions []caption) {
	const sample = 500 // captions
	rolled, pairs := 0, 0
	var last *caption
	for i := range captions[:min(len(captions), sample)] {
		c := &captions[i]
		if len(c.lines) == 0 {
			continue
		}
		if last != nil && !slices.Equal(c.lines, last.lines) {
			pairs++
			if c.rollsOn(last) || c.grown(last) != "" {
				rolled++
			}
		}
		last = c
	}
	if pairs < 3 || 2*rolled < pairs {
		return
	}
	const flash = 100 * time.Millisecond // YouTube shows the last line alone for 10 ms
	var before caption                   // as written
	shown := 0                           // index of the last caption that still has lines
	for i := range captions {
		c := &captions[i]
		if len(c.lines) == 0 {
			continue
		}
		written := *c
		apart := c.start-before.end > flash
		if len(before.lines) > 0 && c.rollsOn(&before) && !(apart && slices.Equal(c.lines, before.lines)) {
			c.lines = c.lines[1:]
		} else if len(before.lines) > 0 && !apart {
			if grown := c.grown(&before); grown != "" {
				c.lines = []string{grown}
			}
		}
		if last := &captions[shown]; len(c.lines) > 0 {
			shown = i
		} else if c.ended && last.ended && c.end-c.start > flash && len(before.lines) == 1 {
			last.end = max(last.end, c.end)
		}
		before = written
	}
}

// rollsOn reports whether a caption starts with the last line of another.
func (c *caption) rollsOn(before *caption) bool {
	return plainLine(c.lines[0]) == plainLine(before.lines[len(before.lines)-1])
}

// grown returns what a caption adds to the words of the one before, or "" if it does not
// start with all of them.
func (c *caption) grown(before *caption) string {
	words, ok := strings.CutPrefix(plainLine(strings.Join(c.lines, " ")), plainLine(strings.Join(before.lines, " "))+" ")
	if !ok {
		return ""
	}
	return words
}

func plainLine(line string) string { return clean(withoutMarkup(line, true)) }

// share divides the time of a caption among its speakers, in proportion to the length of
// their text.
func share(speeches []Speech, start, end time.Duration) {
	total, so := 0, 0
	for i := range speeches {
		total += utf8.RuneCountInString(speeches[i].Text)
	}
	for i := range speeches {
		u := &speeches[i]
		u.Start = start + part(end-start, so, total)
		so += utf8.RuneCountInString(u.Text)
		u.End = start + part(end-start, so, total)
		u.Words = nil
	}
}

// part returns d*n/total, rounded to milliseconds, or 0 if total is 0.
func part(d time.Duration, n, total int) time.Duration {
	if total == 0 {
		return 0
	}
	return (time.Duration(float64(d) * float64(n) / float64(total))).Round(time.Millisecond)
}

// captionScanner reads the structure that the formats of captions share: a line of times, an
// optional number or name above it, and text below it up to the next line of times. A line with
// an arrow but without times is text.
type captionScanner struct {
	s        *source
	kind     captionLines
	captions []caption
	text     []string // lines of the last caption
	kept     []string // lines of the captions before, in one array
	held     string   // line that may be the number or name of the next caption
	above    string   // previous line
	skipping bool     // inside a header or note
	part     int      // number of the file

	unreadable, firstBad int    // lines of times that cannot be read, and the offset of the first one
	skipped              string // first line above the captions
	skippedAt            int
}

func (s *source) scanCaptions(kind captionLines) ([]caption, error) {
	c := captionScanner{s: s, kind: kind, captions: make([]caption, 0, strings.Count(s.text, "-->")), skipping: kind.vtt}
	for at, line := range linesOf(s.text) {
		line = strings.TrimSpace(line)
		c.line(at, line)
		c.above = line
	}
	return c.finish()
}

// line reads a line at an offset of the text.
func (c *captionScanner) line(at int, line string) {
	start, end, ok, timing := c.times(line)
	switch {
	case line == "":
		c.skipping = false
		if c.held != "" && (len(c.captions) > 0 || !isNumber(c.held)) {
			c.text = append(c.text, c.held)
		}
		c.held = ""
	case timing:
		c.begin(caption{at: at, start: start, end: end, timed: ok, ended: ok, part: c.part}, line)
	case c.skipping:
	case c.kind.vtt && c.above == "" && (isBlock(line, "NOTE") || isBlock(line, "STYLE") || isBlock(line, "REGION") || looksVTT(line)),
		c.kind.vtt && strings.HasPrefix(line, "X-TIMESTAMP-MAP="):
		c.skipping = true
		if looksVTT(line) {
			c.part++
		}
	case c.above == "":
		c.held = line
	default:
		if c.held != "" {
			c.text = append(c.text, c.held)
			c.held = ""
		}
		c.text = append(c.text, line)
	}
	if len(c.captions) == 0 && len(c.text) > 0 {
		if c.skipped == "" {
			before := c.s.text[:min(at+len(line), len(c.s.text))]
			c.skipped, c.skippedAt = c.text[0], max(0, strings.LastIndex(before, c.text[0]))
		}
		c.text = c.text[:0]
	}
}

// times reads the times of a line. timing reports whether it is a line of times, even if the
// times cannot be read.
func (c *captionScanner) times(line string) (start, end time.Duration, ok, timing bool) {
	if line == "" {
		return 0, 0, false, false
	}
	if line[0] >= '0' && line[0] <= '9' || line[0] == '-' {
		start, end, ok, timing = c.kind.timesOf(line)
	}
	timing = timing || !c.kind.sbv && strings.Contains(line, "-->") && exactClock.MatchString(line) ||
		c.kind.numbered && isNumber(c.held) && c.above == c.held && exactStart.MatchString(line)
	return start, end, ok, timing
}

// begin begins a caption at its line of times.
func (c *captionScanner) begin(next caption, line string) {
	if n := len(c.text); c.kind.numbered && c.held == "" && n > 0 && isNumber(c.text[n-1]) {
		c.text = c.text[:n-1] // no blank line separates the captions
	}
	c.flush()
	next.name = c.held
	if !next.timed || next.start > maxTime || next.end > maxTime {
		next.start, next.timed, next.end, next.ended = eitherTime(line)
		fault := "cannot be read"
		if next.timed && next.ended {
			fault = "are unusual"
		}
		if _, end, _ := strings.Cut(line, "-->"); !next.timed || !next.ended && strings.ContainsAny(end, "0123456789") {
			if c.unreadable == 0 {
				c.firstBad = next.at
			}
			c.unreadable++
		}
		c.s.warn(ruleTime, next.at, "the times %.60q %s", line, fault)
	}
	if strings.HasSuffix(line, "]") {
		if open := strings.LastIndex(line, " ["); open > 0 && couldLabel(line[open+2:len(line)-1]) {
			next.speaker = clean(line[open+2 : len(line)-1])
		}
	}
	c.held, c.skipping = "", false
	c.captions = append(c.captions, next)
}

// flush gives the last caption its lines.
func (c *captionScanner) flush() {
	const usual = 1 << 10
	if n := len(c.captions); n > 0 && len(c.text) > 0 {
		if len(c.kept)+len(c.text) > cap(c.kept) {
			c.kept = make([]string, 0, max(usual, len(c.text)))
		}
		from := len(c.kept)
		c.kept = append(c.kept, c.text...)
		c.captions[n-1].lines = c.kept[from:len(c.kept):len(c.kept)]
	}
	c.text = c.text[:0]
}

// finish returns the captions, or an error if the text has none or most times cannot be read.
func (c *captionScanner) finish() ([]caption, error) {
	if c.skipped != "" && len(c.captions) > 0 {
		c.s.warn(ruleAbove, c.skippedAt, "text above the first caption is left out: %.60q", c.skipped)
	}
	if c.held != "" && len(c.captions) > 0 && !(c.kind.numbered && isNumber(c.held)) {
		c.text = append(c.text, c.held)
	}
	c.flush()
	if err := c.s.textBehindTimes(c.captions); err != nil {
		return nil, err
	}
	if len(c.captions) == 0 && strings.TrimSpace(c.s.text) != "" {
		return nil, c.s.problem(0, "did the speech recognizer find any speech? is it another format?", "no captions")
	}
	if 2*c.unreadable > len(c.captions) || c.unreadable > 0 && c.unreadable == len(c.captions) {
		return nil, c.s.problem(c.firstBad, "write 00:01:02.500 --> 00:01:04.000", "times that cannot be read")
	}
	return c.captions, nil
}

// timesOf reads the times of a line; see parseOddTimes.
func (k captionLines) timesOf(line string) (start, end time.Duration, ok, timing bool) {
	if k.sbv {
		return parseSBVTimes(line)
	}
	if start, end, ok = parseTimes(line); ok {
		return start, end, true, true
	}
	return parseOddTimes(line)
}

// textBehindTimes gives captions the text behind their times, if no caption has a text below
// its times.
func (s *source) textBehindTimes(captions []caption) error {
	if slices.ContainsFunc(captions, func(c caption) bool { return len(c.lines) > 0 }) {
		return nil
	}
	for i := range captions {
		c := &captions[i]
		line, _, _ := strings.Cut(s.text[c.at:], "\n")
		_, after, _ := strings.Cut(line, "-->")
		_, text, _ := strings.Cut(strings.TrimSpace(after), " ")
		if strings.Contains(text, "-->") {
			return s.problem(c.at, "export it again; its line ends were lost", "several captions on one line")
		}
		if text = strings.TrimSpace(text); text != "" && !isSettings(text) {
			c.lines = []string{text}
		}
	}
	return nil
}

// isSettings reports whether a text is the settings or coordinates of a caption.
func isSettings(text string) bool {
	for field := range strings.FieldsSeq(text) {
		if key, value, ok := strings.Cut(field, ":"); !ok || key == "" || value == "" {
			return false
		}
	}
	return true
}

func isBlock(line, name string) bool {
	rest, ok := strings.CutPrefix(line, name)
	return ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t')
}
