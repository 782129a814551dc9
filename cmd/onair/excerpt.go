package main

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Of a long line, what surrounds the place of a finding is shown.
const (
	excerptWidth  = 68
	excerptBefore = 24
)

// excerpt is the part of a line of src around a column, and how many characters
// of it stand before that column. It is empty where there is no such line.
func excerpt(src []byte, line, column int) (text string, before int) {
	if line < 1 || column < 1 {
		return "", 0
	}
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	for ; line > 1; line-- {
		_, rest, ok := bytes.Cut(src, []byte("\n"))
		if !ok {
			return "", 0
		}
		src = rest
	}
	s, _, _ := bytes.Cut(src, []byte("\n"))
	at := min(column-1, len(s))
	from := windowStart(s, at)
	head := clean(string(s[from:at]))
	text = head + clean(string(s[at:]))
	if r := []rune(text); len(r) > excerptWidth {
		text = strings.TrimRight(string(r[:excerptWidth]), " ")
	}
	return text, utf8.RuneCountInString(head)
}

// windowStart is the start of a word, not too far before at.
func windowStart(s []byte, at int) int {
	from := at
	for n := 0; from > 0 && n < excerptBefore; n++ {
		_, size := utf8.DecodeLastRune(s[:from])
		from -= size
	}
	if from == 0 {
		return 0
	}
	if n := bytes.IndexByte(s[from:at], ' '); n >= 0 {
		return from + n + 1
	}
	return from
}

// harmless keeps a stranger's line from being a command to a runner of GitHub
// Actions, which obeys what starts with two colons or holds ##[.
func harmless(s string) string {
	s = clean(s)
	if strings.HasPrefix(strings.TrimLeft(s, " "), "::") {
		s = strings.Replace(s, "::", ":\u200b:", 1)
	}
	return strings.ReplaceAll(s, "##[", "##\u200b[")
}
