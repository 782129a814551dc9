// Package shorten shortens texts. The end of a shortened text is an ellipsis.
package shorten

import (
	"strings"
	"unicode"
)

const ellipsis = "…"

// Chars shortens a text to at most limit characters, without white space before the
// ellipsis.
func Chars(s string, limit int) string {
	chars, end := 0, 0
	for i := range s {
		switch chars {
		case limit - 1:
			end = i
		case limit:
			return strings.TrimRightFunc(s[:end], unicode.IsSpace) + ellipsis
		}
		chars++
	}
	return s
}

// Bytes shortens a text to at most limit bytes, between two characters.
func Bytes(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit-len(ellipsis)], "") + ellipsis
}

// Line turns a text from outside into one line of at most limit characters, without
// control characters.
func Line(s string, limit int) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	return Chars(strings.Join(words, " "), limit)
}
