// Package chapters reads, checks and writes lists of chapters.
//
// [Parse] recognizes the format of a text by its beginning:
//
//	chapters.txt     a line each: start, title, and optionally <URL>
//	JSON             Podcasting 2.0 chapters
//	Podlove          Podlove Simple Chapters, XML
//	WebVTT           a cue is a chapter
//	FFMETADATA       metadata of ffmpeg
//	markers, labels  exports of audio editors
//
// Programs write lists that contradict themselves, with ends before starts,
// overlaps or two chapters at one start. [Arrange] repairs such lists, relying on the
// starts, and describes each kind of repair.
package chapters

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/source"
)

// A Chapter is a part of an episode. Start and End count from the start of the audio. The
// ID3 tag, the chapters file and the page are made from the same list of chapters.
type Chapter struct {
	Start  time.Duration
	End    time.Duration // zero means the start of the next chapter, or the end of the audio
	Title  string
	URL    string
	Image  string // path below the show's folder
	Hidden bool   // toc: false; players show its link and image but do not list the chapter
}

// Timed returns the chapters with every End set. A chapter without an End lasts until the
// next one starts, or until the end of the audio. A duration of zero means that the
// length of the audio is unknown; otherwise every chapter ends by the end of the audio.
// No chapter ends before it starts.
func Timed(chapters []Chapter, duration time.Duration) []Chapter {
	timed := make([]Chapter, len(chapters))
	for i, c := range chapters {
		if c.End == 0 {
			c.End = duration
			if i+1 < len(chapters) {
				c.End = chapters[i+1].Start
			}
		}
		if duration > 0 {
			c.End = min(c.End, duration)
		}
		c.End = max(c.End, c.Start)
		timed[i] = c
	}
	return timed
}

// Untimed is the inverse of Timed: it removes every End that Timed would set to the same
// time. A duration of zero means that the length of the audio is unknown.
func Untimed(chapters []Chapter, duration time.Duration) []Chapter {
	untimed := slices.Clone(chapters)
	for i, c := range untimed {
		last := i+1 == len(untimed)
		if last && duration > 0 && c.End >= duration || !last && c.End == untimed[i+1].Start {
			untimed[i].End = 0
		}
	}
	return untimed
}

// Check reports chapters written by hand that are out of order or overlap. A negative
// Start means that the time could not be read: Check does not check the chapter, and sets
// its Start to 0.
func Check(chapters []Chapter, at func(i int) finding.Position, found *finding.List) {
	for i, c := range chapters {
		if c.Start < 0 {
			chapters[i].Start = 0
			continue
		}
		if c.End != 0 && c.End <= c.Start {
			found.Add(ruleChapters.At(at(i), "the chapter ends at %s, before it starts", source.FormatTimestamp(c.End)))
		}
		if i == 0 {
			continue
		}
		before := chapters[i-1]
		switch {
		case c.Start == before.Start:
			found.Add(ruleChapters.At(at(i), "two chapters start at %s", source.FormatTimestamp(c.Start)))
		case c.Start < before.Start:
			found.Add(ruleChapters.At(at(i), "the chapter at %s comes after the one at %s", source.FormatTimestamp(c.Start), source.FormatTimestamp(before.Start)).WithHint("put the chapters in order"))
		case before.End > c.Start:
			found.Add(ruleChapters.At(at(i), "the chapter overlaps the one before, which ends at %s", source.FormatTimestamp(before.End)))
		}
	}
}

// maxChapters limits the number of chapters that are read. No episode has as many.
const maxChapters = 10_000

// Parse reads a file of chapters in one of the formats listed in the package comment. It
// detects the format from the content. name is the name of the file for findings. Parse
// returns chapters even if there are errors. An Image is the text in the file: a URL, or
// a path relative to the file.
func Parse(data []byte, name string) ([]Chapter, finding.List) {
	var found finding.List
	text, ok := source.Clean(name, data, source.MaxFile, &found)
	if !ok {
		return nil, found
	}
	list, _, found := ParsePlaces(text, name)
	return list, found
}

// Accept converts chapters that do not come from a file of chapters, such as those in the
// tag of a master, into chapters that a show can have: arranged, with titles of one line
// and with links to the web. at is the position of all findings.
func Accept(chapters []Chapter, at finding.Position) ([]Chapter, finding.List) {
	var found finding.List
	r := &reader{Decoder: &source.Decoder{Found: &found}}
	for _, c := range chapters {
		r.add(c, at)
	}
	r.finish()
	found.Sort()
	return r.chapters, found
}

// A reader collects the chapters of a file and the place of each.
type reader struct {
	*source.Decoder
	file     string
	text     string
	chapters []Chapter
	at       []finding.Position
	full     bool // there are more than maxChapters chapters
	known    place
}

// A place is an offset in the text of a file, and the line that contains it.
type place struct {
	offset    int
	line      int // number of lines before this one
	lineStart int // offset of the start of the line
}

// ParsePlaces is like Parse, but takes text as source.Clean returns it. It also returns
// the place of each chapter.
func ParsePlaces(text, name string) ([]Chapter, []finding.Position, finding.List) {
	var found finding.List
	r := &reader{Decoder: &source.Decoder{Found: &found}, file: name, text: text}
	r.format()()
	r.finish()
	found.Sort()
	return r.chapters, r.at, found
}

// finish arranges the chapters after all have been read, and reports the repairs.
func (r *reader) finish() {
	arranged, order, repairs := Arrange(r.chapters)
	for _, repair := range repairs {
		r.warnf(ruleChapters, r.at[repair.Index], "", "%s", repair.Message)
	}
	at := make([]finding.Position, len(order))
	for i, index := range order {
		at[i] = r.at[index]
	}
	r.chapters, r.at = arranged, at
}

// sort orders the chapters by start, for formats that need not be in order.
func (r *reader) sort() {
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

// format returns the function that reads the file, depending on how the text begins. The
// default is a list of lines with times and titles.
func (r *reader) format() func() {
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
	case isCueSheet(start):
		return r.refuseCueSheet
	case isMarkerHeader(first):
		return r.readMarkers
	case isLabel(first):
		return r.readLabels
	}
	return r.readLines
}

// add adds a chapter that was read at the given place, and reports problems with its
// texts.
func (r *reader) add(c Chapter, at finding.Position) {
	if len(r.chapters) == maxChapters {
		if !r.full {
			r.reportf(ruleLength, at, "", "more than %d chapters; the rest is left out", maxChapters)
		}
		r.full = true
		return
	}
	if n := max(len(c.Title), len(c.URL), len(c.Image)); n > source.MaxText {
		r.reportf(ruleLength, at, "", "a chapter with a text of %d bytes; at most %d are allowed", n, source.MaxText)
		return
	}
	if c.Start >= source.EndOfTime {
		r.reportf(ruleTime, at, "", "a chapter at %s", source.FormatTimestamp(c.Start))
		return
	}
	c.Title, c.URL, c.Image = source.OneLine(c.Title), strings.TrimSpace(c.URL), strings.TrimSpace(c.Image)
	if c.Title == "" && !c.Hidden {
		r.reportf(ruleRequired, at, "name it, or delete it", "a chapter without a title")
	}
	if c.URL != "" {
		if err := source.CheckURL(c.URL, "http", "https"); err != nil {
			r.warnf(ruleURL, at, source.URLHint(c.URL), "the link is left out: %v", err)
			c.URL = ""
		}
	}
	r.chapters = append(r.chapters, c)
	r.at = append(r.at, at)
}

// reportf reports a finding at a place in the file. If hint is empty, the finding has the
// hint of the rule.
func (r *reader) reportf(rule *finding.Rule, at finding.Position, hint, format string, args ...any) {
	r.Decoder.Value(&source.Node{Pos: at}, "").Reportf(rule, hint, format, args...)
}

// warnf reports a finding as a warning, although the rule's other findings are errors.
func (r *reader) warnf(rule *finding.Rule, at finding.Position, hint, format string, args ...any) {
	r.Decoder.Value(&source.Node{Pos: at}, "").Warnf(rule, hint, format, args...)
}

// position returns the place of an offset in the text. Calls with ascending offsets
// together take time in proportion to the text.
func (r *reader) position(offset int) finding.Position {
	if offset < r.known.offset {
		r.known = place{}
	}
	between := r.text[r.known.offset:offset]
	if i := strings.LastIndexByte(between, '\n'); i >= 0 {
		r.known.line += strings.Count(between, "\n")
		r.known.lineStart = r.known.offset + i + 1
	}
	r.known.offset = offset
	return finding.Position{File: r.file, Line: 1 + r.known.line, Column: 1 + offset - r.known.lineStart}
}

// lines calls f with every line of the text and its place.
func (r *reader) lines(f func(line string, at finding.Position)) {
	n := 0
	for line := range strings.SplitSeq(r.text, "\n") {
		n++
		f(line, finding.Position{File: r.file, Line: n, Column: 1})
	}
}
