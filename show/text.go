package show

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"onair/internal/finding"
)

// cleanText checks the bytes of a text file and returns them with LF line ends
// and without a byte order mark. What is not UTF-8, holds a control character
// or is larger than limit is reported.
func cleanText(file string, data []byte, limit int, found *finding.List) (string, bool) {
	if len(data) > limit {
		found.Add(ruleBytes.At(Position{File: file}, "larger than %d bytes", limit))
		return "", false
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		found.Add(ruleBytes.At(Position{File: file, Line: 1, Column: 1}, "the file is UTF-16").WithHint("save the file as UTF-8"))
		return "", false
	}
	s := strings.ReplaceAll(string(data), "\r\n", "\n")
	line, start := 1, 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		at := Position{File: file, Line: line, Column: i - start + 1}
		switch {
		case r == utf8.RuneError && size == 1:
			found.Add(ruleBytes.At(at, "byte %#x is not UTF-8", s[i]).WithHint("save the file as UTF-8"))
			return "", false
		case isControl(r):
			found.Add(ruleBytes.At(at, "a control character (U+%04X)", r).WithHint("delete it"))
			return "", false
		case r == '\n':
			line, start = line+1, i+1
		}
		i += size
	}
	return s, true
}

// firstLine makes a foreign message fit for a finding.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return oneLine(short(s))
}

// oneLine makes a foreign text fit for a field of one line: everything that
// is no character of a line becomes a space, and what no field would hold is
// cut off.
func oneLine(s string) string {
	s = s[:min(len(s), maxTextBytes)]
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if isControl(r) || r == '\n' || r == '\t' || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s))
}

// splitFrontMatter cuts an episode.md in two: the YAML between a first line of
// three dashes and the next such line, and the Markdown behind it. bodyLine is
// the line on which the body starts.
func splitFrontMatter(file, s string, found *finding.List) (yaml, body string, bodyLine int, ok bool) {
	first, rest, _ := strings.Cut(s, "\n")
	if strings.TrimRight(first, " \t") != "---" {
		found.Add(ruleFrontMatter.At(Position{File: file, Line: 1, Column: 1}, "no front matter").WithHint("start the file with a line of ---, the fields, and another line of ---"))
		return "", "", 0, false
	}
	line := 2
	for at := 0; at < len(rest); line++ {
		l, _, more := strings.Cut(rest[at:], "\n")
		end := at + len(l)
		if more {
			end++
		}
		if strings.TrimRight(l, " \t") == "---" {
			body, bodyLine = rest[end:], line+1
			trimmed := strings.TrimLeft(body, "\n")
			return rest[:at], strings.TrimRight(trimmed, "\n \t"), bodyLine + len(body) - len(trimmed), true
		}
		at = end
	}
	found.Add(ruleFrontMatter.At(Position{File: file, Line: 1, Column: 1}, "the front matter has no end").WithHint("end the fields with a line of ---"))
	return "", "", 0, false
}
