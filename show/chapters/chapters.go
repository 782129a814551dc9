// Package chapters reads, checks and writes lists of chapters.
//
// [Parse] knows a format by how the text begins:
//
//	chapters.txt     a line each: start, title, and optionally <URL>
//	JSON             Podcasting 2.0 chapters
//	Podlove          Podlove Simple Chapters, XML
//	WebVTT           a cue is a chapter
//	FFMETADATA       of ffmpeg
//	markers, labels  exports of editors of audio
package chapters

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/source"
)

// Chapter is a stretch of an episode. Start and End count from the start of the
// audio. One list of chapters feeds the ID3 tag, the chapters file and the page.
type Chapter struct {
	Start  time.Duration
	End    time.Duration // zero for the start of the next chapter, or the end of the audio
	Title  string
	URL    string
	Image  string // path below the show's folder
	Hidden bool   // toc: false; a chapter that players switch to but do not list
}

// Timed returns the chapters with every End filled in: its own, else the start
// of the next chapter, else the end of the audio, behind which no chapter ends
// where that is known, as a duration other than zero. A chapter that would end
// before it starts ends where it starts.
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

// Untimed is the inverse of Timed: it forgets every End that Timed would fill
// in. A duration of zero is one that is not known.
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

// Check reports chapters that are out of order or overlap. It does not check a
// chapter with a negative Start, which means that it could not be read, and sets its
// Start to 0.
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

// maxChapters is more than any episode has. An ID3 tag can list 255.
const maxChapters = 1000

// Parse reads a file of chapters in any format that the package comment
// lists; the content decides which one it is. name is the file in findings.
// Chapters that could be read come back also next to errors. An Image is as
// the file has it: a URL, or a path relative to the file.
func Parse(data []byte, name string) ([]Chapter, finding.List) {
	var found finding.List
	text, ok := source.Clean(name, data, source.MaxFile, &found)
	if !ok {
		return nil, found
	}
	list, _, found := ParsePlaces(text, name)
	return list, found
}

// Accept takes the chapters that another source has, such as the tag of
// a master, as far as a show can have them: with texts of one line, links to the
// web, and no End that the next chapter implies. What is wrong with them is
// reported at a place that stands for all of them.
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

// A chapterReader collects the chapters of one file and where each is.
type reader struct {
	*source.Decoder
	file     string
	text     string
	chapters []Chapter
	at       []finding.Position
	full     bool // more chapters than are read
}

// ParsePlaces is Parse for the text of a file as source.Clean returns it. It also
// returns the place of each chapter.
func ParsePlaces(text, name string) ([]Chapter, []finding.Position, finding.List) {
	var found finding.List
	r := &reader{Decoder: &source.Decoder{Found: &found}, file: name, text: text}
	r.format()()
	r.finish()
	found.Sort()
	return r.chapters, r.at, found
}

// finish trims and checks the chapters after all have been read.
func (r *reader) finish() {
	r.trim()
	r.chapters = Untimed(r.chapters, 0)
	Check(r.chapters, func(i int) finding.Position { return r.at[i] }, r.Found)
}

// rounding is how far a chapter may reach into the next one without a finding:
// programs round times to milliseconds, or to frames of audio or video.
const rounding = 50 * time.Millisecond

// trim ends chapters where the next one starts if only rounding lets them
// overlap.
func (r *reader) trim() {
	for i := range r.chapters[:max(0, len(r.chapters)-1)] {
		c, next := &r.chapters[i], r.chapters[i+1].Start
		if c.Start < next && c.End > next && c.End-next <= rounding {
			c.End = next
		}
	}
}

// order puts the chapters in order, for formats that promise none.
func (r *reader) order() {
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
	case isMarkerHeader(first):
		return r.readMarkers
	case isLabel(first):
		return r.readLabels
	}
	return r.readLines
}

// add takes a chapter that was read at a place; what is wrong with its texts is
// reported.
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
	if c.End == c.Start { // a point, as editors of audio write it
		c.End = 0
	}
	r.chapters = append(r.chapters, c)
	r.at = append(r.at, at)
}

// reportf reports a finding at a place of the file. An empty hint is the rule's.
func (r *reader) reportf(rule *finding.Rule, at finding.Position, hint, format string, args ...any) {
	r.Decoder.Value(&source.Node{Pos: at}, "").Reportf(rule, hint, format, args...)
}

// warnf is reportf for a milder case of a rule whose findings are errors.
func (r *reader) warnf(rule *finding.Rule, at finding.Position, hint, format string, args ...any) {
	r.Decoder.Value(&source.Node{Pos: at}, "").Warnf(rule, hint, format, args...)
}

// position is the place of a byte of the text.
func (r *reader) position(offset int) finding.Position {
	before := r.text[:offset]
	return finding.Position{File: r.file, Line: 1 + strings.Count(before, "\n"), Column: offset - strings.LastIndexByte(before, '\n')}
}

// lines calls f with every line of the text and its place.
func (r *reader) lines(f func(line string, at finding.Position)) {
	n := 0
	for line := range strings.SplitSeq(r.text, "\n") {
		n++
		f(line, finding.Position{File: r.file, Line: n, Column: 1})
	}
}
