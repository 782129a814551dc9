package forms

import (
	"strings"
	"time"
	"unicode/utf8"
)

// looksTSV reports whether the first line names the columns start, end and text.
func looksTSV(head string) bool {
	line, _, _ := strings.Cut(head, "\n")
	columns := strings.Split(strings.ToLower(line), "\t")
	found := 0
	for _, column := range columns {
		switch strings.TrimSpace(column) {
		case "start", "end", "text":
			found++
		}
	}
	return found == 3
}

// readTSV reads the tab-separated values of Whisper: start and end in milliseconds,
// and text. If times have fractions, or would be far too short for the text, they are
// seconds.
func readTSV(s *source) ([]Speech, error) {
	s.unit = time.Millisecond
	speeches, fractions := s.tsvRows()
	chars, spoken := 0, time.Duration(0)
	for i := range speeches {
		if u := &speeches[i]; u.Timed && u.Ended {
			chars += utf8.RuneCountInString(u.Text)
			spoken += u.End - u.Start
		}
	}
	if fractions || float64(chars) > fastest*spoken.Seconds() && spoken > 0 {
		s.unit, s.found = time.Second, nil
		speeches, _ = s.tsvRows()
	}
	speeches, _ = speakersInText(s, speeches)
	return speeches, nil
}

// tsvRows reads the rows of a table whose times have the unit of the source. fractions
// reports whether some of them are not whole numbers.
func (s *source) tsvRows() (speeches []Speech, fractions bool) {
	columns := map[string]int{}
	for at, line := range Lines(s.text) {
		cells := strings.Split(line, "\t")
		if len(columns) == 0 {
			for i, cell := range cells {
				columns[strings.ToLower(strings.TrimSpace(cell))] = i
			}
			continue
		}
		cell := func(name string) string {
			if i, ok := columns[name]; ok && i < len(cells) {
				return strings.TrimSpace(cells[i])
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
				at, ok = parseClock(value, true)
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
