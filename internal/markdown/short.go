package markdown

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Simplify reduces HTML that the function HTML returned to the elements that podcast
// apps show in a description: p, ol, ul, li, a (with href only), b, i, strong and
// em (PSP-1, item description). Headings become bold paragraphs, table rows
// paragraphs with "|" between the cells, and images their alternative text. Of
// other elements the text remains.
func Simplify(source string) string {
	b := make(simplified, 0, len(source))
	table, cells := false, 0
	for rest := source; rest != ""; {
		t := scan(rest)
		rest = rest[len(t.raw):]
		switch t.name {
		case "table":
			table = !t.end
		case "tr":
			cells = 0
			b.paragraph(t, "<p>", "</p>\n")
		case "th", "td":
			if !t.end && cells > 0 {
				b.write(" | ")
			}
			cells++
		case "":
			if !table || strings.TrimSpace(t.raw) != "" {
				b.text(t.raw)
			}
		default:
			b.tag(t)
		}
	}
	return strings.TrimSpace(string(b))
}

// simplified is a buffer for simplified HTML.
type simplified []byte

func (b *simplified) write(s string) { *b = append(*b, s...) }

func (b *simplified) tag(t token) {
	switch t.name {
	case "p", "pre":
		b.paragraph(t, "<p>", "</p>")
	case "h1", "h2", "h3", "h4", "h5", "h6":
		b.paragraph(t, "<p><strong>", "</strong></p>")
	case "ol", "ul", "li", "b", "i", "strong", "em":
		if t.end {
			b.write("</" + t.name + ">")
		} else {
			b.write("<" + t.name + ">")
		}
	case "a":
		if t.end {
			b.write("</a>")
		} else {
			b.write(`<a href="` + t.attr("href") + `">`)
		}
	case "img":
		b.write(t.attr("alt"))
	}
}

// paragraph starts or ends a paragraph. A paragraph without content is removed.
func (b *simplified) paragraph(t token, start, end string) {
	if !t.end {
		b.write(start)
		return
	}
	*b = bytes.TrimRight(*b, " \n")
	if bytes.HasSuffix(*b, []byte(start)) {
		*b = (*b)[:len(*b)-len(start)]
		return
	}
	b.write(end)
}

// text writes text, except for line ends after a line end.
func (b *simplified) text(s string) {
	if strings.TrimSpace(s) == "" && (len(*b) == 0 || (*b)[len(*b)-1] == '\n') {
		return
	}
	b.write(s)
}

// Truncate cuts HTML that the function HTML or Simplify returned to at most max
// bytes, and closes the elements that are open there. It cuts after the last
// top-level block that fits. If the first one does not fit, it cuts after the last
// item or paragraph in it that fits, else after a word, with an ellipsis.
func Truncate(source string, max int) string {
	if whole := wholeBlocks(source, max); whole != "" {
		return whole
	}
	return withinBlock(source, max)
}

func wholeBlocks(source string, max int) string {
	open := make(nesting, 0, 8)
	end, offset := 0, 0
	for offset < len(source) {
		t := scan(source[offset:])
		offset += len(t.raw)
		if offset > max || !open.follow(t) {
			break
		}
		if len(open) == 0 {
			end = offset
		}
	}
	return strings.TrimSpace(source[:end])
}

const ellipsis = "…"

func withinBlock(source string, max int) string {
	var open nesting
	items, words := "", ""
	for offset := 0; offset < len(source) && offset <= max; {
		t := scan(source[offset:])
		if t.name == "" && len(open) > 0 {
			end := ellipsis + open.endTags()
			if text := cutWords(t.raw, max-offset-len(end)); text != "" {
				words = source[:offset] + text + end
			}
		}
		offset += len(t.raw)
		if !open.follow(t) {
			break
		}
		if t.raw == "</li>" || t.raw == "</p>" {
			if end := open.endTags(); offset+len(end) <= max {
				items = source[:offset] + end
			}
		}
	}
	if items != "" {
		return items
	}
	return words
}

// cutWords cuts escaped text to at most limit bytes: after a word if there is one,
// else after a character, never within an entity.
func cutWords(text string, limit int) string {
	if limit <= 0 {
		return ""
	}
	if len(text) <= limit {
		return strings.TrimRight(text, " \n")
	}
	if i := strings.LastIndexAny(text[:limit+1], " \n"); i > 0 {
		return strings.TrimRight(text[:i], " \n")
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	text = text[:limit]
	if i := strings.LastIndexByte(text, '&'); i >= 0 && !strings.Contains(text[i:], ";") {
		text = text[:i]
	}
	return text
}
