package chapters

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"onair/internal/finding"
	"onair/internal/source"
)

// isLabel reports whether line is the first line of a label track exported by
// Audacity.
func isLabel(line string) bool {
	fields := strings.Split(line, "\t")
	if len(fields) < 2 {
		return false
	}
	_, start := source.ParseSeconds(fields[0])
	_, end := source.ParseSeconds(fields[1])
	return start && end
}

// readLabels reads a label track of Audacity: start, end and title, in seconds and
// separated by tabs. Lines that begin with a backslash have frequencies and are skipped.
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

// markerColumns splits the header of an exported list of markers. Adobe Audition
// separates columns by tabs, although it names the file .csv; Reaper uses commas.
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

// isMarkerHeader reports whether line is the first line of a list of markers.
func isMarkerHeader(line string) bool {
	name, start := false, false
	for _, c := range markerColumns(line) {
		name, start = name || c == "name", start || c == "start"
	}
	return name && start
}

// readMarkers reads the markers of Adobe Audition (Name, Start, Duration, Time Format,
// Type, Description) and of Reaper (#, Name, Start, End, Length). The header gives the
// order of the columns.
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
