package transcripts

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"onair/internal/finding"
)

// span is the half-open range of offsets [from, to).
type span struct{ from, to int }

// splitLines finds the lines without their ends: LF, CRLF or CR.
func (p *parser) splitLines() {
	p.lines = make([]span, 0, bytes.Count(p.src, []byte("\n"))+1)
	from := len(p.src) - len(bytes.TrimPrefix(p.src, []byte("\ufeff")))
	for from < len(p.src) {
		n := bytes.IndexAny(p.src[from:], "\n\r")
		if n < 0 {
			p.lines = append(p.lines, span{from, len(p.src)})
			return
		}
		p.lines = append(p.lines, span{from, from + n})
		from += n + 1
		if p.src[from-1] == '\r' && from < len(p.src) && p.src[from] == '\n' {
			from++
		}
	}
}

// checkEncoding reports the first byte that is not UTF-8. Words are read wrong
// then, so unlike other characters of its kind this is an error.
func (p *parser) checkEncoding() {
	if utf8.Valid(p.src) {
		return
	}
	for i := 0; i < len(p.src); {
		r, size := utf8.DecodeRune(p.src[i:])
		if r == utf8.RuneError && size == 1 {
			line, column := p.place(i)
			p.t.Findings.Errorf("T025", p.position(line, column), "save the file as UTF-8", "not UTF-8")
			return
		}
		i += size
	}
}

// line returns the bytes of line i, counted from 0.
func (p *parser) line(i int) []byte { return p.src[p.lines[i].from:p.lines[i].to] }

func (p *parser) blank(i int) bool { return len(bytes.TrimSpace(p.line(i))) == 0 }

// frontMatter reads the settings between two lines of "---" at the top and
// returns the first line behind them. Only "timeline: clips" means anything.
func (p *parser) frontMatter() int {
	const maxLines = 40
	if len(p.lines) == 0 || string(bytes.TrimRight(p.line(0), " \t")) != "---" {
		return 0
	}
	clips := false
	for i := 1; i < min(len(p.lines), maxLines); i++ {
		s := bytes.TrimRight(p.line(i), " \t")
		if string(s) == "---" {
			p.t.Clips = clips
			return i + 1
		}
		if !isSetting(s) {
			return 0 // a divider, and then text
		}
		key, value, _ := bytes.Cut(s, []byte(":"))
		clips = clips || string(key) == "timeline" && string(bytes.Trim(value, ` "'`)) == "clips"
	}
	return 0
}

// isSetting reports whether a line may be one of YAML: blank, a comment,
// indented, an item, or a key in small letters.
func isSetting(s []byte) bool {
	if len(s) == 0 || s[0] == '#' || s[0] == ' ' || bytes.HasPrefix(s, []byte("- ")) {
		return true
	}
	key, _, ok := bytes.Cut(s, []byte(":"))
	return ok && len(key) > 0 && len(bytes.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_-")) == 0
}

// report adds a finding at an offset of the source.
func (p *parser) report(rule string, at int, hint, format string, args ...any) {
	line, column := p.place(at)
	add(&p.t.Findings, rule, p.position(line, column), hint, format, args...)
}

func (p *parser) position(line, column int) finding.Position {
	return finding.Position{File: p.opts.File, Line: line, Column: column}
}

// place turns an offset into line and column, both from 1.
func (p *parser) place(at int) (line, column int) {
	line = sort.Search(len(p.lines), func(i int) bool { return p.lines[i].from > at })
	if line == 0 {
		return 1, 1
	}
	return line, at - p.lines[line-1].from + 1
}
