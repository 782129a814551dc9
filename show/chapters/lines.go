package chapters

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/source"
)

const lineHint = "write a line as 0:12 What is a CDN?"

// A chapterLine is a line of a list of chapters, divided into fields.
type chapterLine struct {
	start, end  time.Duration // end is zero if absent, and negative if it is 0:00
	second      time.Duration // a second time, separated from the first by a space; zero if absent
	afterSecond string        // the text after second
	title, url  string
	at          finding.Position
}

const timePattern = `\d{1,4}:\d\d(?::\d\d)?(?:\.\d+)?`

// linePattern matches a bullet or number, a time or a range of times, which may be in
// brackets, and the text after them.
var linePattern = regexp.MustCompile(`^(?:(?:[-*+•·‣▪–—]|\d{1,4}[.)])[ \t]+)?([(\[]?)(` + timePattern + `)(?:(?:[)\]]?[ \t]*(?:-{1,2}>|→|\.{2,3}|…|[-‐‑‒–—―−~〜])[ \t]*[(\[]?|[ \t]+to[ \t]+|\t+)(` + timePattern + `))?([)\]]?)(.*)$`)

// secondTime matches a time at the start of a text.
var secondTime = regexp.MustCompile(`^(` + timePattern + `)[ \t]+(.*)$`)

// readLines reads a list with a time, white space and a title in each line, as in
// chapters.txt, descriptions of videos, and exports of mp4chaps and mp3chaps. A range of
// times has the start and the end. mp4chaps puts the URL of a chapter in angle brackets
// after the title.
func (r *reader) readLines() {
	var lines []chapterLine
	var bad []finding.Position
	var words []string // first words of the bad lines
	r.lines(func(line string, at finding.Position) {
		line = strings.TrimRight(line, " \t")
		text := strings.TrimLeft(line, " \t")
		if text == "" || text[0] == '#' {
			return
		}
		at.Column += len(line) - len(text)
		if c, ok := parseLine(text); ok {
			c.at = at
			lines = append(lines, c)
		} else if len(bad) <= source.MaxFindings {
			bad, words = append(bad, at), append(words, strings.Fields(text)[0])
		}
	})
	if len(lines) == 0 && len(bad) > 1 {
		r.reportf(ruleChapterFile, bad[0], lineHint, "no line begins with a time, which lists of chapters have; the first begins with %s", source.ShortQuote(words[0]))
		return
	}
	for i, at := range bad {
		r.reportf(ruleTime, at, lineHint, "%s is not a valid time", source.ShortQuote(words[i]))
	}
	ranges := areRanges(lines)
	for _, c := range lines {
		if ranges {
			c.end = c.second
			c.setTitle(c.afterSecond)
		}
		r.add(Chapter{Start: c.start, End: c.end, Title: c.title, URL: c.url}, c.at)
	}
}

// parseLine parses a line without white space at its ends.
func parseLine(text string) (c chapterLine, ok bool) {
	m := linePattern.FindStringSubmatch(text)
	if m == nil {
		return c, false
	}
	open, start, end, closed, rest := m[1], m[2], m[3], m[4], m[5]
	if open+closed != "" && open+closed != "()" && open+closed != "[]" {
		return c, false
	}
	if c.start, ok = source.ParseTimestamp(start); !ok {
		return c, false
	}
	if end != "" {
		if c.end, ok = source.ParseTimestamp(end); !ok {
			return c, false
		}
		if c.end == 0 && c.start > 0 {
			c.end = -1 // an end that cannot be used, not an absent one
		}
	}
	if closed == "" && rest != "" && !strings.ContainsAny(rest[:1], " \t:|") {
		return c, false
	}
	rest = strings.TrimLeft(strings.TrimPrefix(rest, ":"), " \t")
	if title, ok := strings.CutPrefix(rest, titleMark); ok {
		c.title, c.url = cutURL(title)
		return c, true
	}
	c.setTitle(rest)
	if m := secondTime.FindStringSubmatch(rest); m != nil && end == "" {
		c.second, _ = source.ParseTimestamp(m[1])
		c.afterSecond = m[2]
	}
	return c, true
}

// setTitle sets title and link from the text after the times.
func (c *chapterLine) setTitle(text string) {
	c.title, c.url = cutURL(text)
	c.title = cutDash(c.title)
}

// areRanges reports whether the two times at the start of every line, with only white
// space between them, are the start and the end of a chapter. A title may begin with a
// time, but it is unlikely that every title begins with a possible end of its chapter.
func areRanges(lines []chapterLine) bool {
	for i, c := range lines {
		if c.second <= c.start || i+1 < len(lines) && c.second > lines[i+1].start {
			return false
		}
	}
	return len(lines) > 1
}

// cutDash removes the dash that descriptions of videos put before a title.
func cutDash(title string) string {
	dash, rest, _ := strings.Cut(strings.TrimLeft(title, " \t"), " ")
	if strings.TrimSpace(rest) != "" && (dash == "-" || dash == "–" || dash == "—") {
		return rest
	}
	return title
}

// cutURL splits a URL in angle brackets from the end of a title.
func cutURL(s string) (title, url string) {
	i := strings.LastIndexByte(s, '<')
	if i < 0 || !strings.HasSuffix(s, ">") || !strings.Contains(s[i:], "://") {
		return s, ""
	}
	return s[:i], s[i+1 : len(s)-1]
}

// titleMark may precede a title. Format writes it before a title that would otherwise be
// misread.
const titleMark = "| "

// Format writes chapters as chapters.txt: one line each with start, title and URL. It
// leaves out ends, images and hidden chapters, because the lines cannot hold them.
func Format(chapters []Chapter) []byte {
	var b bytes.Buffer
	for _, c := range chapters {
		if c.Hidden {
			continue
		}
		start, text := source.FormatTimestamp(c.Start), source.OneLine(c.Title)
		if c.URL != "" {
			text += " <" + c.URL + ">"
		}
		if read, _ := parseLine(start + " " + text); read.end != 0 || read.second != 0 || source.OneLine(read.title) != source.OneLine(c.Title) {
			text = titleMark + text
		}
		fmt.Fprintf(&b, "%s %s\n", start, text)
	}
	return b.Bytes()
}

// YouTube accepts chapters in a description if the first is at 0:00, there are at least
// three, and each lasts at least ten seconds.
const (
	youTubeChapters = 3
	youTubeShortest = 10 * time.Second
)

// FormatYouTube writes chapters for the description of a video, in whole seconds.
// problems are the reasons for which YouTube would ignore the chapters. A duration of
// zero means that the length of the video is unknown.
func FormatYouTube(chapters []Chapter, duration time.Duration) (text []byte, problems []string) {
	var b bytes.Buffer
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	listed := slices.DeleteFunc(slices.Clone(chapters), func(c Chapter) bool { return c.Hidden })
	for i := range listed { // YouTube reads the starts in the lines, which have no fractions
		listed[i].Start, listed[i].End = listed[i].Start.Truncate(time.Second), 0
	}
	for i, c := range Timed(listed, duration) {
		if i == 0 && c.Start != 0 {
			problem("the first chapter starts at %s, not at 0:00", source.FormatTimestamp(c.Start))
		}
		if last := i+1 == len(listed); c.End-c.Start < youTubeShortest && (!last || duration > 0) {
			problem("the chapter at %s is shorter than ten seconds", source.FormatTimestamp(c.Start))
		}
		fmt.Fprintf(&b, "%s %s\n", source.FormatTimestamp(c.Start), source.OneLine(c.Title))
	}
	if n := len(listed); n < youTubeChapters {
		problem("%d of at least three chapters", n)
	}
	return b.Bytes(), problems
}

// cueIndex matches the start of a track in a cue sheet.
var cueIndex = regexp.MustCompile(`(?mi)^[ \t]*INDEX[ \t]+\d+[ \t]+\d+:\d+:\d+`)

// isCueSheet reports whether a text is a cue sheet of a CD.
func isCueSheet(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	switch strings.ToUpper(word) {
	case "REM", "FILE", "TRACK", "TITLE", "PERFORMER", "SONGWRITER", "CATALOG", "CDTEXTFILE":
		return cueIndex.MatchString(text)
	}
	return false
}

// refuseCueSheet reports that a file is a cue sheet, which is not supported.
func (r *reader) refuseCueSheet() {
	r.reportf(ruleChapterFile, r.position(0), "write a line such as 4:12 Title for each INDEX 01 4:12:37; the last number counts frames of 1/75 second",
		"this is a cue sheet, which is not read")
}
