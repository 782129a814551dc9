package transcripts

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/transcripts/internal/script"
)

// lintEncoding reports the first byte that is not UTF-8. Unlike other invalid characters it
// is an error, because words may be read wrongly.
func lintEncoding(r *report) {
	if utf8.Valid(r.src) {
		return
	}
	for i := 0; i < len(r.src); {
		c, size := utf8.DecodeRune(r.src[i:])
		if c == utf8.RuneError && size == 1 {
			r.add(ruleHidden.At(r.at(i), "not UTF-8").WithHint("save the file as UTF-8").WithSeverity(finding.Error))
			return
		}
		i += size
	}
}

// lintGlue reports tags that touch a word.
func lintGlue(r *report) {
	for i := range r.inlines {
		if r.inlines[i].kind != markInline {
			continue
		}
		from, to := r.inlines[i].span.from(), r.inlines[i].span.to()
		before, _ := utf8.DecodeLastRune(r.src[:from])
		after, _ := utf8.DecodeRune(r.src[to:])
		var edits []finding.Edit
		if isWord(before) {
			edits = append(edits, r.edit(from, from, " "))
		}
		if isWord(after) {
			edits = append(edits, r.edit(to, to, " "))
		}
		if edits == nil {
			continue
		}
		side := "around"
		if !isWord(after) {
			side = "before"
		} else if !isWord(before) {
			side = "after"
		}
		r.add(ruleGlued.At(r.at(from), "tag glued to a word").WithHint("put a space " + side + " it").WithFix(edits...))
	}
}

func isWord(c rune) bool {
	return c != utf8.RuneError && (unicode.IsLetter(c) || unicode.IsDigit(c))
}

// lintCharacters reports the invisible and control characters of spoken text.
func lintCharacters(r *report) {
	for i := range r.blocks {
		b := &r.blocks[i]
		if !b.hidden {
			continue
		}
		for j := b.inlines.from(); j < b.inlines.to(); j++ {
			n := &r.inlines[j]
			switch n.kind {
			case textInline:
				lintHidden(r, n.span)
			case codeText:
				if bytes.ContainsFunc(r.src[n.span.from():n.span.to()], isUnseen) {
					r.add(ruleHidden.At(r.at(n.span.from()), "invisible or control character"))
				}
			}
		}
	}
}

// lintControlEntities reports character references to control characters.
func lintControlEntities(r *report) {
	for i := range r.inlines {
		n := &r.inlines[i]
		if n.kind != entityInline {
			continue
		}
		if text, _ := entity(r.src[n.span.from():n.span.to()]); hasControl(text) {
			r.add(ruleHidden.At(r.at(n.span.from()), "invisible or control character"))
		}
	}
}

// lintMarkCharacters reports the invisible and control characters of notes.
func lintMarkCharacters(r *report) {
	for i := range r.marks {
		m := &r.marks[i]
		lintHidden(r, newSpan(m.at, m.at+m.size))
	}
}

// lintHidden reports every invisible or control character in a span of the source.
func lintHidden(r *report, s span) {
	for i := s.from(); i < s.to(); {
		if b := r.src[i]; b >= ' ' && b < 0x7f {
			i++
			continue
		}
		c, size := utf8.DecodeRune(r.src[i:s.to()])
		if isUnseen(c) {
			f := ruleHidden.At(r.at(i), "invisible or control character")
			if c == '\u00a0' {
				f = f.WithFix(r.edit(i, i+size, " "))
			} else if c < 0xa0 || c == '\u00ad' { // some scripts need the other characters
				f = f.WithFix(r.edit(i, i+size, ""))
			}
			r.add(f)
		}
		i += size
	}
}

// isUnseen reports whether a character is a control character, invisible, or a no-break
// space.
func isUnseen(c rune) bool {
	return c == '\u00a0' || script.Hidden(c) && c != '\t' && c != '\n' && c != '\r'
}

func hasControl(text []byte) bool {
	return bytes.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f })
}

// lintEntities reports character references that can be replaced by the character itself.
// It accepts &lt; and &gt;, and also &amp; before text that would become a reference.
func lintEntities(r *report) {
	for i := range r.inlines {
		n := &r.inlines[i]
		if n.kind != entityInline {
			continue
		}
		reference := string(r.src[n.span.from():n.span.to()])
		text, _ := entity([]byte(reference))
		if reference == "&lt;" || reference == "&gt;" || hasControl(text) {
			continue
		}
		if reference == "&amp;" {
			rest := r.src[n.span.to():min(len(r.src), n.span.to()+40)]
			if _, n := entity(append([]byte("&"), rest...)); n > 0 {
				continue
			}
		}
		f := ruleEntity.At(r.at(n.span.from()), "entity outside code").WithHint("write " + string(bytes.TrimSpace(text)))
		switch reference {
		case "&#39;", "&quot;", "&amp;":
			f = f.WithFix(r.edit(n.span.from(), n.span.to(), string(text)))
		}
		r.add(f)
	}
}

// lintBrackets reports blocks whose escaped brackets do not match. Brackets of marks do
// not count.
func lintBrackets(r *report) {
	for i := range r.blocks {
		b := &r.blocks[i]
		open, last := 0, 0
		for j := b.inlines.from(); j < b.inlines.to(); j++ {
			n := &r.inlines[j]
			switch escapedBracket(r.src, n) {
			case '[':
				open, last = open+1, n.span.from()-1
			case ']':
				open, last = open-1, n.span.from()-1
			}
		}
		if open != 0 {
			r.add(ruleBrackets.At(r.at(last), "brackets do not match"))
		}
	}
}

// escapedBracket returns the bracket that a node escapes, or 0.
func escapedBracket(src []byte, n *inlineNode) byte {
	if n.kind == charInline {
		if b := src[n.span.from()]; b == '[' || b == ']' {
			return b
		}
	}
	return 0
}

// harmless has the tags that people use to mark up words. Like all tags they are
// removed.
var harmless = map[string]bool{
	"b": true, "strong": true, "i": true, "em": true, "u": true, "s": true, "strike": true, "del": true, "ins": true,
	"code": true, "kbd": true, "pre": true, "sub": true, "sup": true, "small": true, "mark": true, "q": true, "br": true,
}

// lintLinks reports links with a bad target, and HTML. A harmless tag without attributes
// gets severity Info, any other tag an error.
func lintLinks(r *report) {
	for i := range r.inlines {
		n := &r.inlines[i]
		switch n.kind {
		case linkInline:
			if l := &r.links[n.ref]; l.problem != "" {
				f := ruleLink.At(r.at(l.at), "%s", l.problem)
				if edits := fixTarget(r, l); edits != nil {
					f = f.WithFix(edits...)
				}
				r.add(f)
			}
		case autoLinkInline:
			if l := &r.links[n.ref]; l.problem != "" {
				r.add(ruleLink.At(r.at(l.at), "%s", l.problem).WithHint(""))
			}
		case brokenLink:
			r.add(ruleLink.At(r.at(n.span.from()), "link without a readable target").WithHint("write [text](https://…) without spaces"))
		case denseInline:
			r.add(ruleDense.At(r.at(n.span.from()), "too much markup in a paragraph, which is read as words"))
		case htmlInline:
			f := ruleHTML.At(r.at(n.span.from()), "HTML is removed")
			if name := strings.ToLower(strings.Trim(string(r.src[n.span.from():n.span.to()]), "</> ")); harmless[name] {
				f = f.WithHint("write Markdown instead").WithSeverity(finding.Info)
			}
			r.add(f)
		}
	}
}

// lintNestedLinks reports links around links: "[a [b](https://…) c](https://…)" is
// only a link from b.
func lintNestedLinks(r *report) {
	for i := range r.inlines {
		if r.inlines[i].kind != linkEnd {
			continue
		}
		for j := i + 1; j < len(r.inlines); j++ {
			n := &r.inlines[j]
			if n.kind != textInline && n.kind != charInline && n.kind != entityInline {
				break
			}
			text := r.src[n.span.from():n.span.to()]
			at := bytes.Index(text, []byte("](http"))
			if open := bytes.IndexByte(text, '['); open >= 0 && (at < 0 || open < at) {
				break
			}
			if at >= 0 {
				r.add(ruleLink.At(r.at(n.span.from()+at), "link around another link").WithHint("write one link after the other"))
				break
			}
		}
	}
}

// starRun is a run of stars in a text that marks up nothing.
type starRun struct {
	at, size     int
	opens, after bool // opens: a word follows the stars; after: a space precedes the stars
}

// lintStars reports emphasis with a space before its closing stars, as in "*the *".
// Markdown shows such stars as text.
func lintStars(r *report) {
	for i := range r.blocks {
		b := &r.blocks[i]
		var open starRun
		for j := b.inlines.from(); j < b.inlines.to(); j++ {
			n := &r.inlines[j]
			if n.kind == openInline || n.kind == codeInline || n.kind == linkInline {
				open = starRun{}
			}
			if n.kind != textInline {
				continue
			}
			for at := n.span.from(); at < n.span.to(); at++ {
				if r.src[at] != '*' {
					continue
				}
				s := r.starsAt(at, b)
				at += s.size - 1
				switch {
				case open.size == s.size && s.after && !s.opens:
					space := len(bytes.TrimRight(r.src[:s.at], " "))
					r.add(ruleStars.At(r.at(open.at), "space before the stars that end the emphasis").
						WithHint("write " + string(r.src[open.at:space]) + string(r.src[s.at:s.at+s.size])).WithFix(r.edit(space, s.at, "")))
					open = starRun{}
				case s.opens:
					open = s
				default:
					open = starRun{}
				}
			}
		}
	}
}

// starsAt reads the stars at an offset of a block.
func (r *report) starsAt(at int, b *blockNode) starRun {
	s := starRun{at: at}
	for at+s.size < b.span.to() && r.src[at+s.size] == '*' {
		s.size++
	}
	before, _ := utf8.DecodeLastRune(r.src[b.span.from():at])
	next, _ := utf8.DecodeRune(r.src[at+s.size : b.span.to()])
	s.after = before == ' '
	s.opens = (at == b.span.from() || before == ' ' || before == '(' || before == '"' || before == '“') &&
		(unicode.IsLetter(next) || unicode.IsDigit(next) || next == '"' || next == '“')
	return s
}

// fixTarget returns the edits that fix the target of a link, or nil if it is unclear what
// the target should be. It fixes a URL with too many parentheses, a URL without its
// scheme, and a URL that follows empty parentheses instead of being inside them.
func fixTarget(r *report, l *linkNode) []finding.Edit {
	const opening = "]("
	text := r.src[l.at:min(len(r.src), l.at+2*maxTarget)]
	n := bytes.Index(text, append([]byte(opening), l.target...))
	if n < 0 {
		return nil
	}
	from := l.at + n + len(opening)
	to := from + len(l.target)
	inner := bytes.Trim(l.target, "()")
	switch {
	case len(l.target) == 0:
		if url := urlAfter(r.src[to:]); len(url) > 0 {
			return r.changes(r.edit(from, to+len(")")+len(url), string(url)+")"))
		}
	case looksLikeHost(string(l.target)):
		return r.changes(r.edit(from, from, "https://"))
	case len(inner) < len(l.target) && bytes.HasPrefix(inner, []byte("http")) && bytes.IndexByte(inner, '(') < 0:
		return r.changes(r.edit(from, to, string(inner)))
	}
	return nil
}

// urlAfter returns the URL in ")https://… ", up to white space. Punctuation that ends a
// sentence is not part of it.
func urlAfter(s []byte) []byte {
	if !bytes.HasPrefix(s, []byte(")http://")) && !bytes.HasPrefix(s, []byte(")https://")) {
		return nil
	}
	s = s[1:min(len(s), maxTarget)]
	if end := bytes.IndexAny(s, " \t\r\n)(<>"); end >= 0 {
		s = s[:end]
	}
	return bytes.TrimRight(s, ".,;:!?'\"*_")
}

// lintMachine reports text of a speech recognizer or of a machine translation that nobody
// has reviewed.
func lintMachine(r *report) {
	if r.machine > 0 {
		r.add(ruleMachine.At(r.at(r.lines[r.machine].from()), "a machine wrote this transcript, and nobody has reviewed it"))
	}
}
