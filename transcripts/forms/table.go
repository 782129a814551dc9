package forms

import (
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// tableColumns are the names of columns of a table, in lower case and without underscores.
var tableColumns = map[string][]string{
	"start":   {"start", "start time", "starttime", "start ms", "timestamp in", "timecode in", "in", "timestamp", "timecode"},
	"end":     {"end", "end time", "endtime", "end ms", "timestamp out", "timecode out", "out"},
	"text":    {"text", "transcript", "transcription", "content", "words", "sentence"},
	"speaker": {"speaker", "speaker name", "speaker label", "name", "sprecher", "sprecherin"},
}

// looksTable reports whether the first line names the columns start and text of a table with
// tabs, commas or semicolons, and those for the end or the speaker.
func looksTable(head string) bool {
	var columns map[string]int
	for _, row := range tableRows(head) {
		if columns == nil {
			if columns = columnsOf(row); !hasColumns(columns, "start", "text") || !hasColumns(columns, "end") && !hasColumns(columns, "speaker") {
				return false
			}
			continue
		}
		at := columns["start"]
		return at < len(row) && strings.Trim(strings.TrimSpace(row[at]), "-0123456789:.,;") == "" && strings.Count(row[at], "-") < 2 // not a date
	}
	return columns != nil
}

func hasColumns(columns map[string]int, names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { _, ok := columns[name]; return !ok })
}

// columnsOf returns the indices of the known columns of a table.
func columnsOf(row []string) map[string]int {
	columns := map[string]int{}
	for i, cell := range row {
		cell = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(cell)), "_", " ")
		for name, titles := range tableColumns {
			if _, known := columns[name]; !known && slices.Contains(titles, cell) {
				columns[name] = i
			}
		}
	}
	return columns
}

// tableRows yields each row of a table with its offset. Cells may be quoted if commas or
// semicolons separate them.
func tableRows(text string) iter.Seq2[int, []string] {
	first, _, _ := strings.Cut(text, "\n")
	return func(yield func(int, []string) bool) {
		if strings.Contains(first, "\t") {
			for at, line := range linesOf(text) {
				if !yield(at, strings.Split(line, "\t")) {
					return
				}
			}
			return
		}
		r := csv.NewReader(strings.NewReader(text))
		if strings.Count(first, ";") > strings.Count(first, ",") {
			r.Comma = ';'
		}
		r.FieldsPerRecord, r.LazyQuotes = -1, true
		for {
			at := int(r.InputOffset())
			row, err := r.Read()
			if errors.Is(err, io.EOF) || !yield(at, row) {
				return
			}
		}
	}
}

// readTable reads a table of captions, such as the tab-separated values of Whisper. Times
// that are numbers are milliseconds. If they have fractions, or would be far too short for
// the text, they are seconds.
func readTable(s *source) ([]Speech, error) {
	s.unit = time.Millisecond
	speeches, fractions := s.speechRows()
	chars, spoken := 0, time.Duration(0)
	for i := range speeches {
		if u := &speeches[i]; u.Timed && u.Ended {
			chars += utf8.RuneCountInString(u.Text)
			spoken += u.End - u.Start
		}
	}
	if fractions || float64(chars) > fastest*spoken.Seconds() && spoken > 0 {
		s.unit, s.found = time.Second, nil
		speeches, _ = s.speechRows()
	}
	s.result.Numbered = !slices.ContainsFunc(speeches, func(u Speech) bool { return !isNumber(u.Speaker) })
	return speakersInText(s, speeches), nil
}

// speechRows reads the rows of a table whose times have the unit of the source. fractions
// reports whether some of them are not whole numbers.
func (s *source) speechRows() (speeches []Speech, fractions bool) {
	var columns map[string]int
	for at, row := range tableRows(s.text) {
		if columns == nil {
			columns = columnsOf(row)
			continue
		}
		cell := func(name string) string {
			if i, ok := columns[name]; ok && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		u := Speech{At: at, Text: clean(cell("text")), Speaker: clean(cell("speaker"))}
		if u.Text == "" {
			continue
		}
		read := func(name string) (at time.Duration, ok bool) {
			value := cell(name)
			if strings.Contains(value, ":") {
				at, ok = parseTextClock(value)
			} else {
				at, ok, _ = inUnit(value, s.unit)
				fractions = fractions || ok && strings.Contains(value, ".")
			}
			if !ok && value != "" {
				s.warn(ruleTime, u.At, "the time %.60q cannot be read", value)
			}
			return at, ok
		}
		u.Start, u.Timed = read("start")
		u.End, u.Ended = read("end")
		speeches = append(speeches, u)
	}
	return speeches, fractions
}
