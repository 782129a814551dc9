package transcripts

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Style is how a house spells words: JavaScript, GitHub, open source.
type Style struct {
	byFirst map[string][]spelling // by the first word, in small letters
}

type spelling struct {
	written string // what to look for
	fold    bool   // whatever its capitals
	house   string
}

// ReadStyle reads a list of spellings, one a line:
//
//	# what is written: how the house spells it
//	javascript: JavaScript
//	open-source: open source
//
// The left side in small letters stands for any capitals; with a capital in it,
// for itself. The format is a subset of YAML.
func ReadStyle(r io.Reader) (*Style, error) {
	s := &Style{byFirst: map[string][]spelling{}}
	scanner := bufio.NewScanner(r)
	for n := 1; scanner.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(scanner.Text(), "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		written, house, ok := strings.Cut(line, ":")
		written, house = unquote(written), unquote(house)
		first := firstWord(written)
		if !ok || house == "" || first == "" {
			return nil, fmt.Errorf("read style: line %d: want \"written: spelling\"", n)
		}
		if strings.ContainsAny(house, "*_`[]<>&\\") {
			return nil, fmt.Errorf("read style: line %d: Markdown in a spelling", n)
		}
		fold := written == strings.ToLower(written)
		s.byFirst[strings.ToLower(first)] = append(s.byFirst[strings.ToLower(first)], spelling{written, fold, house})
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("read style: %w", err)
	}
	return s, nil
}

func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		s = s[1 : len(s)-1]
	}
	return s
}

// firstWord is the letters and digits that s starts with.
func firstWord(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool { return !isWord(r) })
	if end < 0 {
		return s
	}
	return s[:end]
}

// Apply spells the words of a transcript as the house does. Only what is spoken
// changes: no name, link, URL, file name, code or HTML.
func (s *Style) Apply(src []byte, opts *Options) []byte {
	p := newParser(src, opts)
	p.editing, p.style = true, s
	p.read()
	return apply(src, p.edits, func(rule string) bool { return rule == styleRule })
}

// styleRule marks the edits of a style among others.
const styleRule = "style"

// respell notes the words of src[from:to], which is text, that the house spells
// otherwise.
func (p *parser) respell(from, to int) {
	for i := from; i < to; {
		r, size := utf8.DecodeRune(p.src[i:to])
		if !isWord(r) {
			i += size
			continue
		}
		end := i + size
		for end < to {
			if r, size := utf8.DecodeRune(p.src[end:to]); isWord(r) {
				end += size
			} else {
				break
			}
		}
		for _, w := range p.style.byFirst[string(bytes.ToLower(p.src[i:end]))] {
			stop := i + len(w.written)
			if stop <= to && w.matches(string(p.src[i:stop])) && p.standsAlone(i, stop) {
				p.edit(styleRule, i, stop, w.house)
				end = stop
				break
			}
		}
		i = end
	}
}

func (w *spelling) matches(s string) bool {
	return s == w.written || w.fold && strings.EqualFold(s, w.written)
}

// standsAlone reports whether src[from:to] is a word of a sentence, and not a
// part of an address, a path, a file name or an identifier.
func (p *parser) standsAlone(from, to int) bool {
	before, _ := utf8.DecodeLastRune(p.src[:from])
	after, size := utf8.DecodeRune(p.src[to:])
	if isWord(before) || isWord(after) || strings.ContainsRune(`/.@_-#:\&=~$+`, before) || strings.ContainsRune(`/@_-=\`, after) {
		return false
	}
	if strings.ContainsRune(".:?&#+", after) {
		next, _ := utf8.DecodeRune(p.src[to+size:])
		return unicode.IsSpace(next) || unicode.IsPunct(next) && next != '/' || next == utf8.RuneError
	}
	return true
}
