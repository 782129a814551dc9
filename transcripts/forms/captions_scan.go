package forms

import (
	"slices"
	"strings"
	"time"
)

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
	for at, line := range Lines(s.text) {
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
		if _, end, _ := strings.Cut(line, "-->"); !next.timed || !next.ended && strings.ContainsAny(end, "0123456789") {
			if c.unreadable == 0 {
				c.firstBad = next.at
			}
			c.unreadable++
		}
		c.s.warn(ruleTime, next.at, "the times %.60q cannot be read", line)
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
	if len(c.captions) == 0 && strings.TrimSpace(c.s.text) != "" && !c.kind.vtt {
		return nil, c.s.problem(0, "is it another format?", "no captions")
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
