package show

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
)

// maxChapters is more than any episode has. An ID3 tag can list 255.
const maxChapters = 1000

// ParseChapters reads a file of chapters in any format that the package comment
// lists; the content decides which one it is. name is the file in findings.
// Chapters that could be read come back also next to errors. An Image is as
// the file has it: a URL, or a path relative to the file.
func ParseChapters(data []byte, name string) ([]Chapter, finding.List) {
	var found finding.List
	text, ok := cleanText(name, data, maxYAML, &found)
	if !ok {
		return nil, found
	}
	r := readChapters(name, text, &found)
	found.Sort()
	return r.chapters, found
}

// AcceptChapters takes the chapters that another source has, such as the tag of
// a master, as far as a show can have them: with texts of one line, links to the
// web, and no End that the next chapter implies. What is wrong with them is
// reported at a place that stands for all of them.
func AcceptChapters(chapters []Chapter, at Position) ([]Chapter, finding.List) {
	var found finding.List
	r := &chapterReader{decoder: &decoder{found: &found}}
	for _, c := range chapters {
		r.add(c, at)
	}
	r.finish()
	found.Sort()
	return r.chapters, found
}

// A chapterReader collects the chapters of one file and where each is.
type chapterReader struct {
	*decoder
	file     string
	text     string
	chapters []Chapter
	at       []Position
	full     bool // more chapters than are read
}

// readChapters reads the cleaned text of a file.
func readChapters(file, text string, found *finding.List) *chapterReader {
	r := &chapterReader{decoder: &decoder{found: found}, file: file, text: text}
	r.format()()
	r.finish()
	return r
}

// finish looks at all chapters together.
func (r *chapterReader) finish() {
	r.trim()
	r.chapters = Untimed(r.chapters, 0)
	checkChapters(r.chapters, func(i int) Position { return r.at[i] }, r.found)
}

// rounding is how far a chapter may reach into the next one before somebody
// must have meant it: times are rounded to milliseconds, frames of audio and of
// video.
const rounding = 50 * time.Millisecond

// trim ends chapters where the next one starts if only rounding lets them
// overlap.
func (r *chapterReader) trim() {
	for i := range r.chapters[:max(0, len(r.chapters)-1)] {
		c, next := &r.chapters[i], r.chapters[i+1].Start
		if c.Start < next && c.End > next && c.End-next <= rounding {
			c.End = next
		}
	}
}

// order puts the chapters in order, for formats that promise none.
func (r *chapterReader) order() {
	places := make([]int, len(r.chapters))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(r.chapters[a].Start, r.chapters[b].Start) })
	chapters, at := r.chapters, r.at
	r.chapters, r.at = nil, nil
	for _, i := range places {
		r.chapters, r.at = append(r.chapters, chapters[i]), append(r.at, at[i])
	}
}

// format tells the formats apart by how they begin. Lines of times and titles
// are what is left.
func (r *chapterReader) format() func() {
	start := strings.TrimLeft(r.text, " \t\n")
	first, _, _ := strings.Cut(start, "\n")
	switch {
	case strings.HasPrefix(start, "{"):
		return r.readJSON
	case strings.HasPrefix(start, "<"):
		return r.readPSC
	case strings.HasPrefix(start, "WEBVTT"):
		return r.readVTT
	case strings.HasPrefix(start, ";FFMETADATA"):
		return r.readFFMetadata
	case isMarkerHeader(first):
		return r.readMarkers
	case isLabel(first):
		return r.readLabels
	}
	return r.readLines
}

// add takes a chapter that was read at a place; what is wrong with its texts is
// reported.
func (r *chapterReader) add(c Chapter, at Position) {
	if len(r.chapters) == maxChapters {
		if !r.full {
			r.reportf(ruleLength, at, "", "more than %d chapters; the rest is left out", maxChapters)
		}
		r.full = true
		return
	}
	if n := max(len(c.Title), len(c.URL), len(c.Image)); n > maxTextBytes {
		r.reportf(ruleLength, at, "", "a chapter with a text of %d bytes; at most %d make sense", n, maxTextBytes)
		return
	}
	if c.Start >= endOfTime {
		r.reportf(ruleTime, at, "", "a chapter at %s", FormatTimestamp(c.Start))
		return
	}
	c.Title, c.URL, c.Image = oneLine(c.Title), strings.TrimSpace(c.URL), strings.TrimSpace(c.Image)
	if c.Title == "" && !c.Hidden {
		r.reportf(ruleRequired, at, "name it, or delete it", "a chapter without a title")
	}
	if c.URL != "" {
		if err := checkURL(c.URL, "http", "https"); err != nil {
			r.warnf(ruleURL, at, urlHint(c.URL), "the link is left out: %v", err)
			c.URL = ""
		}
	}
	if c.End == c.Start { // a point, as editors of audio write it
		c.End = 0
	}
	r.chapters = append(r.chapters, c)
	r.at = append(r.at, at)
}

// reportf reports a finding at a place of the file. An empty hint is the rule's.
func (r *chapterReader) reportf(rule *finding.Rule, at Position, hint, format string, args ...any) {
	value{r.decoder, &node{pos: at}, ""}.reportf(rule, hint, format, args...)
}

// warnf is reportf for a milder case of a rule whose findings are errors.
func (r *chapterReader) warnf(rule *finding.Rule, at Position, hint, format string, args ...any) {
	value{r.decoder, &node{pos: at}, ""}.warnf(rule, hint, format, args...)
}

// position is the place of a byte of the text.
func (r *chapterReader) position(offset int) Position {
	before := r.text[:offset]
	return Position{File: r.file, Line: 1 + strings.Count(before, "\n"), Column: offset - strings.LastIndexByte(before, '\n')}
}

// ParseClock reads a time as most formats have it: seconds, or 1:02:03.5.
func ParseClock(s string) (time.Duration, bool) {
	if d, ok := parseSeconds(s); ok {
		return d, true
	}
	return parseTimestamp(s)
}

// lines calls f with every line of the text and its place.
func (r *chapterReader) lines(f func(line string, at Position)) {
	n := 0
	for line := range strings.SplitSeq(r.text, "\n") {
		n++
		f(line, Position{File: r.file, Line: n, Column: 1})
	}
}
