package transcripts

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/internal/finding"
)

// Style is the preferred spelling of words in a show, such as JavaScript, GitHub
// or open source.
type Style struct {
	byFirst map[string][]spelling // by the first word, in lower case
}

type spelling struct {
	written string // the words to replace
	fold    bool   // in any case
	want    string
}

// ReadStyle reads a list of spellings, one per line:
//
//	# what is written: how it is spelled
//	javascript: JavaScript
//	open-source: open source
//
// A left side in lower case matches any case; one with a capital matches only itself. The
// format is a subset of YAML.
func ReadStyle(r io.Reader) (*Style, error) {
	s := &Style{byFirst: map[string][]spelling{}}
	scanner := bufio.NewScanner(r)
	for n := 1; scanner.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(scanner.Text(), "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		written, want, ok := strings.Cut(line, ":")
		written, want = unquote(written), unquote(want)
		first := firstWord(written)
		if !ok || want == "" || first == "" {
			return nil, fmt.Errorf("read style: line %d: want \"written: spelling\"", n)
		}
		if strings.ContainsAny(want, "*_`[]<>&\\") {
			return nil, fmt.Errorf("read style: line %d: Markdown in a spelling", n)
		}
		fold := written == strings.ToLower(written)
		s.byFirst[strings.ToLower(first)] = append(s.byFirst[strings.ToLower(first)], spelling{written, fold, want})
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

// firstWord returns the letters and digits that s starts with.
func firstWord(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool { return !isWord(r) })
	if end < 0 {
		return s
	}
	return s[:end]
}

// Apply replaces words of a transcript with their spelling in the style. Only
// spoken words change, not names, links, URLs, file names, code or HTML.
func (s *Style) Apply(src []byte, opts *Options) []byte {
	if opts == nil {
		opts = &Options{}
	}
	f := parse(src, opts)
	var edits editList
	for i := range f.inlines {
		if n := &f.inlines[i]; n.kind == textInline {
			s.respell(f, n.span, &edits)
		}
	}
	return edits.apply(src)
}

// respell adds an edit of the original source for every word in a stretch of text that has
// another spelling in the style.
func (s *Style) respell(f *file, text span, edits *editList) {
	src := f.src
	for i := text.from(); i < text.to(); {
		c, size := utf8.DecodeRune(src[i:text.to()])
		if !isWord(c) {
			i += size
			continue
		}
		end := i + size
		for end < text.to() {
			if c, size := utf8.DecodeRune(src[end:text.to()]); isWord(c) {
				end += size
			} else {
				break
			}
		}
		for _, w := range s.byFirst[string(bytes.ToLower(src[i:end]))] {
			stop := i + len(w.written)
			if stop <= text.to() && w.matches(string(src[i:stop])) && standsAlone(src, i, stop) {
				edits.add(finding.Edit{Start: f.inOriginal(i), End: f.inOriginal(stop), Text: w.want})
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
func standsAlone(src []byte, from, to int) bool {
	before, _ := utf8.DecodeLastRune(src[:from])
	after, size := utf8.DecodeRune(src[to:])
	if isWord(before) || isWord(after) || strings.ContainsRune(`/.@_-#:\&=~$+`, before) || strings.ContainsRune(`/@_-=\`, after) {
		return false
	}
	if strings.ContainsRune(".:?&#+", after) {
		next, _ := utf8.DecodeRune(src[to+size:])
		return unicode.IsSpace(next) || unicode.IsPunct(next) && next != '/' || next == utf8.RuneError
	}
	return true
}
