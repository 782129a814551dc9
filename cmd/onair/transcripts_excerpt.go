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
	explained bool // --fix has been mentioned
}

// print prints findings. Source returns the file of a finding; without one, no line
// is printed.
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
		printExcerpt(&b, p.ui(p.stdout), f, hint, source(f))
	}
	_, err := p.stdout.Write(b.Bytes())
	return err
}

func printExcerpt(w io.Writer, u *ui, f finding.Finding, hint string, src []byte) {
	fmt.Fprintf(w, "%s: %s %s: %s\n", u.bold(neutralize(f.Position.String())), u.severity(f.Severity), f.Rule, clean(f.Message))
	text, caret := excerpt(src, f.Line, f.Column)
	hint = clean(hint)
	switch {
	case text != "":
		fmt.Fprintf(w, "    %s\n    %*s%s\n", neutralize(text), caret, "", u.dim("^ "+hint))
	case hint != "":
		fmt.Fprintf(w, "    %s\n", u.dim(hint))
	}
}

// The size of an excerpt, in characters: its width, and how much of it precedes the
// place of the finding.
const (
	excerptWidth  = 68
	excerptBefore = 24
)

// excerpt returns the part of a line of src around a column, and how many of its
// characters precede that column. It is empty if there is no such line.
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

// windowStart returns the start of a word at most excerptBefore characters before
// at.
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

// neutralize makes untrusted text safe to print in GitHub Actions, where a line that
// starts with two colons or contains ##[ is a command.
func neutralize(s string) string {
	s = clean(s)
	if strings.HasPrefix(strings.TrimLeft(s, " "), "::") {
		s = strings.Replace(s, "::", ":\u200b:", 1)
	}
	return strings.ReplaceAll(s, "##[", "##\u200b[")
}
