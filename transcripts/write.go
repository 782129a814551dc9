package transcripts

import (
	"bytes"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// WriteMarkdown writes a transcript as the grammar spells it: speakers, words,
// stamps and notes. Format leaves the result as it is, and Parse reads the same from
// it. Emphasis, links and lists are not written: for what was read from Markdown
// there is Format.
func WriteMarkdown(w io.Writer, t *Transcript) error {
	_, err := w.Write(Format(appendMarkdown(nil, t.Turns), nil))
	return err
}

// appendMarkdown writes turns.
func appendMarkdown(dst []byte, turns []Turn) []byte {
	for i := range turns {
		t := &turns[i]
		if len(dst) > 0 {
			dst = append(dst, '\n')
		}
		label := len(dst)
		if t.Speaker != "" || t.Pause {
			dst = append(appendEscapes(append(dst, "**"...), t.Speaker), ":**"...)
			label = len(dst)
		}
		if t.Pause {
			dst = appendPauseRange(dst, t)
		}
		for j := range t.Blocks {
			for line := range strings.SplitSeq(t.Blocks[j].markdown(), "\n") {
				switch {
				case line == "":
					continue
				case len(dst) > label:
					dst = append(dst, '\n')
					dst = appendParagraph(dst, line)
				case label > 0 && dst[label-1] == '*':
					dst = append(append(dst, ' '), line...)
				default:
					dst = appendParagraph(dst, line)
				}
				dst = append(dst, '\n')
			}
		}
		if len(dst) == label && label > 0 && dst[label-1] != '\n' {
			dst = append(dst, '\n')
		}
	}
	return dst
}

func appendPauseRange(dst []byte, t *Turn) []byte {
	if t.Stamp != nil {
		dst = appendMark(append(dst, ' '), t.Stamp)
	}
	if t.Stamp != nil && t.Until != nil {
		dst = appendMark(append(dst, " to "...), t.Until)
	}
	return append(dst, '\n')
}

// appendMark writes a stamp or note. A fraction has three digits, which mean
// the same whatever two would count.
func appendMark(dst []byte, m *Mark) []byte {
	dst = append(append(dst, `\[`...), m.Note...)
	if m.Timed {
		d := m.Time.Round(time.Millisecond)
		if m.Note != "" {
			dst = append(dst, ' ')
		}
		switch {
		case d%time.Second != 0:
			dst = appendStamp(dst, d, '.')
		case d < time.Hour && m.Note == "":
			dst = appendPadded(dst, int64(d/time.Minute), 2)
			dst = appendPadded(append(dst, ':'), int64(d/time.Second%60), 2)
		default:
			dst = appendStamp(dst, d, '.')
			dst = dst[:len(dst)-len(".000")]
		}
	}
	return append(dst, `\]`...)
}

// markdown is the text of a block with its marks, and a line for every part.
func (b *Block) markdown() string {
	var out []byte
	at, parts := 0, b.parts
	copyTo := func(to int) {
		for ; len(parts) > 0 && parts[0] <= to; parts = parts[1:] {
			out = append(appendEscapes(out, b.Text[at:parts[0]-1]), '\n')
			at = parts[0]
		}
		out = appendEscapes(out, b.Text[at:to])
		at = to
	}
	for i := range b.Marks {
		m := &b.Marks[i]
		copyTo(m.Offset)
		if n := len(out); n > 0 && out[n-1] != ' ' && out[n-1] != '\n' && (i > 0 && b.Marks[i-1].Offset == m.Offset || !opensWord([]byte(b.Text[:at]))) {
			out = append(out, ' ')
		}
		out = appendMark(out, m)
		if at < len(b.Text) && (at == 0 || b.Text[at-1] == ' ') {
			out = append(out, ' ')
		}
	}
	copyTo(len(b.Text))
	return string(bytes.TrimSpace(out))
}

// appendEscapes writes words so that Markdown finds nothing else in them.
// Brackets become those of a note.
func appendEscapes(dst []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\\', '`', '*', '<', '[', ']':
			dst = append(dst, '\\')
		case '_':
			before, _ := utf8.DecodeLastRuneInString(text[:i])
			after, _ := utf8.DecodeRuneInString(text[i+1:])
			if !isWord(before) || !isWord(after) {
				dst = append(dst, '\\')
			}
		case '&':
			if _, n := entity([]byte(text[i:min(len(text), i+40)])); n > 0 {
				dst = append(dst, '\\')
			}
		}
		dst = append(dst, text[i])
	}
	return dst
}

// appendParagraph writes a line that starts a paragraph so that it starts
// nothing else: no list, no quotation, and no label without bold.
func appendParagraph(dst []byte, line string) []byte {
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	switch {
	case strings.IndexByte("#>-+~=", line[0]) >= 0:
		dst = append(dst, '\\')
	case digits > 0 && digits+1 < len(line) && (line[digits] == ':' || (line[digits] == '.' || line[digits] == ')') && line[digits+1] == ' '):
		dst = append(append(dst, line[:digits]...), '\\')
		line = line[digits:]
	}
	colon := strings.IndexByte(line[:min(len(line), 4*maxName)], ':')
	if colon > 0 && (colon+1 == len(line) || unicode.IsSpace(rune(line[colon+1]))) && line[colon-1] != '\\' {
		dst = append(append(dst, line[:colon]...), '\\')
		line = line[colon:]
	}
	return append(dst, line...)
}
