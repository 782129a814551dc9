package markdown

import "strings"

// Limits of Markdown, which is untrusted. They apply to markup for which the parser's time
// grows with the square of the length.
const (
	maxMarkers  = 100      // markers of quotations and list items at the start of a line
	maxBrackets = 64 << 20 // opening brackets times bytes, summed over all paragraphs
	maxEmphasis = 64 << 20 // squares of the numbers of runs of *, _ or ~, summed over all paragraphs
)

// TooComplex reports whether Markdown has so much markup of one kind that it is not
// rendered. what is the kind, or empty, and offset is the offset in bytes of the line
// that exceeds the limit. TooComplex itself takes time in proportion to the length of
// the source.
func TooComplex(source string) (what string, offset int) {
	var brackets, emphasis, opened, delimiters int64 // the first two are work so far
	start := 0
	for at := 0; at < len(source); {
		line, _, _ := strings.Cut(source[at:], "\n")
		if markers(line) > maxMarkers {
			return "nested quotations and lists", at
		}
		if strings.TrimSpace(line) == "" {
			start, opened, delimiters = at+len(line)+1, 0, 0
			at += len(line) + 1
			continue
		}
		brackets -= opened * int64(at-start)
		emphasis -= delimiters * delimiters
		opened += int64(strings.Count(line, "["))
		for i := range len(line) {
			if c := line[i]; (c == '*' || c == '_' || c == '~') && (i == 0 || line[i-1] != c) {
				delimiters++
			}
		}
		brackets += opened * int64(at+len(line)-start)
		emphasis += delimiters * delimiters
		switch {
		case brackets > maxBrackets:
			return "brackets", at
		case emphasis > maxEmphasis:
			return "signs of emphasis", at
		}
		at += len(line) + 1
	}
	return "", 0
}

// markers counts the markers of quotations and list items at the start of a line.
func markers(line string) (n int) {
	digits := false
	for i := range len(line) {
		next := i+1 == len(line) || line[i+1] == ' ' || line[i+1] == '\t'
		switch c := line[i]; {
		case c == '>':
			n++
		case c == '-' || c == '*' || c == '+' || digits && (c == '.' || c == ')'):
			if !next {
				return n
			}
			n++
		case c != ' ' && c != '\t' && (c < '0' || c > '9'):
			return n
		}
		digits = line[i] >= '0' && line[i] <= '9'
	}
	return n
}
