package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"onair/internal/finding"
)

// excerptPrinter prints findings as a compiler does: the place and the message,
// the line, and below it a caret with the hint.
type excerptPrinter struct {
	*app
	explained bool // whether --fix has been mentioned
	lines     sourceLines
}

// print prints findings. source returns the content of the file that a finding is
// about; if it returns nil, no line is printed.
func (p *excerptPrinter) print(l finding.List, source func(finding.Finding) []byte) error {
	if p.format != "text" {
		return nil
	}
	var b bytes.Buffer
	for _, f := range p.actionable(l) {
		if p.quiet && f.Severity != finding.Error {
			continue
		}
		hint := f.Hint
		if f.Fixable && !p.explained {
			p.explained = true
			hint += "   (--fix does this)"
		}
		p.lines.use(source(f))
		printExcerpt(&b, p.ui(p.stdout), f, hint, &p.lines)
	}
	_, err := p.stdout.Write(b.Bytes())
	return err
}

func printExcerpt(w io.Writer, u *ui, f finding.Finding, hint string, src *sourceLines) {
	fmt.Fprintf(w, "%s: %s %s: %s\n", u.bold(neutralize(f.Position.String())), u.severity(f.Severity), f.Rule, clean(f.Message))
	text, caret := src.excerpt(f.Line, f.Column)
	hint = clean(hint)
	switch {
	case text != "":
		fmt.Fprintf(w, "    %s\n    %*s%s\n", neutralize(text), caret, "", u.dim("^ "+hint))
	case hint != "":
		fmt.Fprintf(w, "    %s\n", u.dim(hint))
	}
}

// The size of an excerpt, in characters: its width, and the part before the place of
// the finding.
const (
	excerptWidth  = 68
	excerptBefore = 24
)

// sourceLines finds the lines of a file. It computes their offsets once, because many
// lines of a file may have a finding.
type sourceLines struct {
	src    []byte
	starts []int // offset of each line
}

// use selects the file.
func (l *sourceLines) use(src []byte) {
	if len(src) == len(l.src) && (len(src) == 0 || &src[0] == &l.src[0]) {
		return
	}
	l.src, l.starts = src, l.starts[:0]
	for at := 0; at < len(src); {
		l.starts = append(l.starts, at)
		n := bytes.IndexByte(src[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
}

// line returns a line, counted from 1, without its line ending.
func (l *sourceLines) line(n int) []byte {
	if n < 1 || n > len(l.starts) {
		return nil
	}
	s := l.src[l.starts[n-1]:]
	if n < len(l.starts) {
		s = s[:l.starts[n]-l.starts[n-1]]
	}
	s = bytes.TrimSuffix(s, []byte("\n"))
	return bytes.TrimSuffix(s, []byte("\r"))
}

// excerpt returns the part of a line around a column, and the number of characters in
// that part before the column. It returns an empty text if there is no such line, or if
// column is 0.
func (l *sourceLines) excerpt(line, column int) (text string, before int) {
	s := l.line(line)
	if s == nil || column < 1 {
		return "", 0
	}
	at := min(column-1, len(s))
	from := windowStart(s, at)
	head := clean(string(s[from:at]))
	text = head + clean(string(firstRunes(s[at:], excerptWidth+1)))
	if r := []rune(text); len(r) > excerptWidth {
		text = strings.TrimRight(string(r[:excerptWidth]), " ")
	}
	return text, utf8.RuneCountInString(head)
}

// firstRunes returns the first n characters of a text.
func firstRunes(s []byte, n int) []byte {
	at := 0
	for ; n > 0 && at < len(s); n-- {
		_, size := utf8.DecodeRune(s[at:])
		at += size
	}
	return s[:at]
}

// windowStart returns the offset in s at which an excerpt around the given offset begins:
// at most excerptBefore characters before it and, if there is a space in these characters,
// at the start of a word.
func windowStart(s []byte, offset int) int {
	from := offset
	for n := 0; from > 0 && n < excerptBefore; n++ {
		_, size := utf8.DecodeLastRune(s[:from])
		from -= size
	}
	if from == 0 {
		return 0
	}
	if n := bytes.IndexByte(s[from:offset], ' '); n >= 0 {
		return from + n + 1
	}
	return from
}

// neutralize makes untrusted text safe to print in GitHub Actions, where a line that
// starts with two colons or contains ##[ is a command.
func neutralize(s string) string {
	s = clean(s)
	if strings.HasPrefix(strings.TrimLeft(s, " "), "::") {
		s = strings.Replace(s, "::", ":\u200b:", 1)
	}
	return strings.ReplaceAll(s, "##[", "##\u200b[")
}
