package chapters

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/source"
)

const lineHint = "write a line as 0:12 What is a CDN?"

// readLines reads a time, white space and a title a line, as chapters.txt,
// mp4chaps, mp3chaps and descriptions of videos have it. mp4chaps puts the URL
// of a chapter in angle brackets behind its title.
func (r *reader) readLines() {
	r.lines(func(line string, at finding.Position) {
		line = strings.TrimRight(line, " \t")
		text := strings.TrimLeft(line, " \t")
		if text == "" || text[0] == '#' {
			return
		}
		at.Column += len(line) - len(text)
		stamp, title := text, ""
		if i := strings.IndexAny(text, " \t"); i >= 0 {
			stamp, title = text[:i], text[i+1:]
		}
		start, ok := source.ParseTimestamp(stamp)
		if !ok {
			r.reportf(ruleTime, at, lineHint, "%s is not a valid time", source.ShortQuote(stamp))
			return
		}
		title, url := cutURL(title)
		r.add(Chapter{Start: start, Title: cutDash(title), URL: url}, at)
	})
}

// cutDash cuts off the dash that descriptions of videos have between a time and
// its title.
func cutDash(title string) string {
	dash, rest, _ := strings.Cut(strings.TrimLeft(title, " \t"), " ")
	if strings.TrimSpace(rest) != "" && (dash == "-" || dash == "–" || dash == "—") {
		return rest
	}
	return title
}

// cutURL cuts the URL in angle brackets off the end of a title.
func cutURL(s string) (title, url string) {
	i := strings.LastIndexByte(s, '<')
	if i < 0 || !strings.HasSuffix(s, ">") || !strings.Contains(s[i:], "://") {
		return s, ""
	}
	return s[:i], s[i+1 : len(s)-1]
}

// isLabel recognises the first line of an exported label track of Audacity.
func isLabel(line string) bool {
	fields := strings.Split(line, "\t")
	if len(fields) < 2 {
		return false
	}
	_, start := source.ParseSeconds(fields[0])
	_, end := source.ParseSeconds(fields[1])
	return start && end
}

// readLabels reads a label track of Audacity: start, end and title, in seconds
// and separated by tabs. Lines that begin with a backslash hold frequencies.
func (r *reader) readLabels() {
	r.lines(func(line string, at finding.Position) {
		if strings.TrimSpace(line) == "" || line[0] == '\\' {
			return
		}
		fields := append(strings.SplitN(line, "\t", 3), "", "")
		start, ok := source.ParseSeconds(fields[0])
		end, endOK := source.ParseSeconds(fields[1])
		if !ok || !endOK {
			r.reportf(ruleTime, at, "export the labels again", "not a line of a label track, which has start, end and title between tabs")
			return
		}
		r.add(Chapter{Start: start, End: end, Title: fields[2]}, at)
	})
}

// Format writes chapters as chapters.txt: a line each with start, title
// and URL. The lines have no place for ends, images and hidden chapters, which
// are left out.
func Format(chapters []Chapter) []byte {
	var b bytes.Buffer
	for _, c := range chapters {
		if c.Hidden {
			continue
		}
		fmt.Fprintf(&b, "%s %s", source.FormatTimestamp(c.Start), source.OneLine(c.Title))
		if c.URL != "" {
			fmt.Fprintf(&b, " <%s>", c.URL)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// What YouTube asks of the chapters in a description: one at 0:00, three at
// least, ten seconds each.
const (
	youTubeChapters = 3
	youTubeShortest = 10 * time.Second
)

// FormatYouTube writes chapters for the description of a video, in whole
// seconds, and says why YouTube would ignore all of them, if it would. A
// duration of zero is one that is not known.
func FormatYouTube(chapters []Chapter, duration time.Duration) (text []byte, problems []string) {
	var b bytes.Buffer
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	listed := slices.DeleteFunc(slices.Clone(chapters), func(c Chapter) bool { return c.Hidden })
	for i := range listed { // what YouTube reads: the lines
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

// markerColumns splits the header of an exported list of markers. Adobe
// Audition separates by tabs, in spite of the name .csv; Reaper by commas.
func markerColumns(header string) []string {
	separator := ","
	if strings.Contains(header, "\t") {
		separator = "\t"
	}
	columns := strings.Split(strings.ToLower(header), separator)
	for i, c := range columns {
		columns[i] = strings.Trim(c, `" `)
	}
	return columns
}

func isMarkerHeader(line string) bool {
	name, start := false, false
	for _, c := range markerColumns(line) {
		name, start = name || c == "name", start || c == "start"
	}
	return name && start
}

// readMarkers reads the markers of Adobe Audition (Name, Start, Duration, Time
// Format, Type, Description) and of Reaper (#, Name, Start, End, Length). The
// header says which column is which.
func (r *reader) readMarkers() {
	var columns []string
	row := func(fields []string, at finding.Position) {
		if columns == nil {
			columns = fields
			return
		}
		named := map[string]string{}
		for i, field := range fields[:min(len(fields), len(columns))] {
			named[columns[i]] = strings.TrimSpace(field)
		}
		r.addMarker(named, at)
	}
	header, _, _ := strings.Cut(strings.TrimLeft(r.text, " \t\n"), "\n")
	if strings.Contains(header, "\t") {
		r.lines(func(line string, at finding.Position) {
			if columns == nil && isMarkerHeader(line) {
				columns = markerColumns(line)
			} else if strings.TrimSpace(line) != "" {
				row(strings.Split(line, "\t"), at)
			}
		})
		return
	}
	in := csv.NewReader(strings.NewReader(r.text))
	in.FieldsPerRecord, in.LazyQuotes = -1, true
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			r.reportf(ruleChapterFile, finding.Position{File: r.file}, "export the markers again", "read CSV: %v", err)
			return
		}
		if columns == nil {
			fields = markerColumns(header)
		}
		line, column := in.FieldPos(0)
		row(fields, finding.Position{File: r.file, Line: line, Column: column})
	}
}

// addMarker adds a chapter from the fields of a row.
func (r *reader) addMarker(row map[string]string, at finding.Position) {
	if f := row["time format"]; f != "" && f != "decimal" {
		r.reportf(ruleTime, at, "choose Decimal as the time display and export the markers again", "the times count in %s", source.ShortQuote(f))
		return
	}
	start, ok := source.ParseClock(row["start"])
	if !ok {
		r.reportf(ruleTime, at, "show the ruler in minutes and seconds, not in beats or frames, and export the markers again", "%s is not a valid time", source.ShortQuote(row["start"]))
		return
	}
	c := Chapter{Start: start, Title: row["name"]}
	if end, ok := source.ParseClock(row["end"]); ok {
		c.End = end
	}
	for _, length := range []string{row["duration"], row["length"]} {
		if d, ok := source.ParseClock(length); ok && c.End == 0 {
			c.End = start + d
		}
	}
	r.add(c, at)
}
