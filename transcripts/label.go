package transcripts

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// writtenTwice is the problem of a label such as "**Vega: Vega:**".
const writtenTwice = "name written twice"

// maxName is the longest name of a label, in characters.
const maxName = 60

// label is a speaker's name, or a pause's, at the start of a line. Offsets
// count from the start of the source.
type label struct {
	name      string // as written, escapes resolved
	from, at  int    // where it starts, with what stands before it and without
	named     span   // the name as written
	rest, end int    // the text behind it
	tail      int    // bytes behind the text that close the label; usually 0
	rule      string // T002, T003, T006 or T007 where it departs from the grammar
	problem   string
	bare      bool // bold without a colon: a label only where the name is known
	lost      bool // a star is missing in front
}

// scanLabel reads the bold label at the start of src[from:to].
func (p *parser) scanLabel(from, to int) (l label, ok bool) {
	s := p.src[from:to]
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	open := i
	l.from = from
	if i > 0 {
		l.odd("T003", "the label starts the line")
	}
	switch stars, why := labelOpening(s[i:]); {
	case stars < 0:
		return l, false
	case why != "":
		l.odd("T003", why)
		open = i + stars
	}
	l.at, l.end = from+i, to
	if l.lost = !bytes.HasPrefix(s[open:], []byte("**")); l.lost {
		open--
	}
	ok = l.scanName(p, s, open+len("**"), from)
	return l, ok && !(l.lost && l.bare)
}

// labelOpening finds the two stars that open a label behind a heading mark or
// up to two stray characters, and says what is odd about it. The result is -1
// where no label starts, and points at a lone star where one star was lost.
func labelOpening(s []byte) (stars int, why string) {
	if bytes.HasPrefix(s, []byte("**")) {
		return 0, ""
	}
	if len(s) == 0 {
		return -1, ""
	}
	switch s[0] {
	case '#':
		n := len(s) - len(bytes.TrimLeft(s, "#"))
		rest := bytes.TrimLeft(s[n:], " ")
		if n <= 6 && len(rest) < len(s)-n && bytes.HasPrefix(rest, []byte("**")) {
			return len(s) - len(rest), "a label is no heading"
		}
	case '*':
		if len(s) > 1 && s[1] != ' ' && s[1] != '*' {
			return 0, "two stars open the label"
		}
		return -1, ""
	case '>', '\\', '`', '[', '<':
		return -1, ""
	}
	for n, i := 0, 0; n < 2 && i < len(s); n++ {
		r, size := utf8.DecodeRune(s[i:])
		if r == ' ' || r == '\t' || r == '*' || r == '\\' {
			return -1, ""
		}
		if i += size; bytes.HasPrefix(s[i:], []byte("**")) {
			return i, "nothing stands before the label"
		}
	}
	return -1, ""
}

// scanName reads the name at s[i:] and what closes the label.
func (l *label) scanName(p *parser, s []byte, i, base int) bool {
	j := i
	for j < len(s) && s[j] != '*' && s[j] != ':' && s[j] != '[' && s[j] != '\n' && j-i <= 4*maxName {
		j++
	}
	if j == len(s) {
		return false
	}
	name := bytes.TrimSpace(s[i:j])
	inner := len(name) != j-i
	l.named.from = base + i + bytes.Index(s[i:], name)
	switch s[j] {
	case ':':
		return l.closeAfterColon(p, s, name, j+1, base, inner)
	case '*':
		return l.closeWithoutColon(p, s, name, j, base, inner)
	}
	return false
}

// closeAfterColon closes a label whose colon is inside of the bold.
func (l *label) closeAfterColon(p *parser, s, name []byte, i, base int, inner bool) bool {
	rest := bytes.TrimLeft(s[i:], " ")
	k := len(s) - len(rest)
	switch {
	case bytes.HasPrefix(rest, []byte("**")):
		k += 2
		if k > i+2 || inner {
			l.odd("T003", "no spaces inside the bold")
		}
		if len(name) == 0 {
			l.odd("T007", "label without a name")
		}
		if k < len(s) && s[k] == '*' && !bytes.HasPrefix(s[k:], []byte("**")) {
			l.odd("T003", "two stars close the label")
			k++
		}
		l.rest = base + k
	case len(name) == 0: // **:Name**
		end := bytes.Index(rest, []byte("**"))
		if end <= 0 || end > 4*maxName {
			return false
		}
		name = bytes.TrimSpace(rest[:end])
		l.named.from = base + k + bytes.Index(rest, name)
		l.odd("T007", "colon before the name")
		l.rest = base + k + end + 2
	case bytes.HasSuffix(bytes.TrimRight(s, " "), []byte("**")) && onlyStamps(bytes.TrimSuffix(bytes.TrimRight(rest, " "), []byte("**"))):
		l.odd("T003", "the stamp goes behind the label")
		l.rest = base + i
		l.end = base + len(bytes.TrimRight(s, " ")) - len("**")
		l.tail = len("**")
	case bytes.HasPrefix(rest, append(name[:len(name):len(name)], ":**"...)):
		l.odd("T007", writtenTwice)
		l.rest = base + k + len(name) + 3
	default:
		return false
	}
	return l.setName(p, name)
}

// closeWithoutColon closes a label whose colon is outside of the bold, or absent.
func (l *label) closeWithoutColon(p *parser, s, name []byte, i, base int, inner bool) bool {
	if !bytes.HasPrefix(s[i:], []byte("**")) || len(name) == 0 {
		return false
	}
	i += 2
	rest := bytes.TrimLeft(s[i:], " ")
	if bytes.HasPrefix(rest, []byte(":")) && len(s)-len(rest)-i <= 1 {
		l.odd("T003", "the colon goes inside")
		l.rest = base + len(s) - len(rest) + 1
	} else {
		if inner {
			return false
		}
		l.bare = true
		l.odd("T003", "the colon is missing")
		l.rest = base + i
	}
	return l.setName(p, name)
}

func (l *label) odd(rule, problem string) { l.rule, l.problem = rule, problem }

func (l *label) setName(p *parser, raw []byte) bool {
	l.name = p.name(raw)
	l.named.to = l.named.from + len(raw)
	return utf8.RuneCountInString(l.name) <= maxName
}

// onlyStamps reports whether s holds one stamp, or two with a word or dash
// between, and nothing else.
func onlyStamps(s []byte) bool {
	var stamps [2]rawMark
	n, rest := scanRange(s, &stamps)
	return n > 0 && len(bytes.TrimSpace(s[rest:])) == 0
}

// scanRange reads "stamp" or "stamp to stamp", bold or not, and returns how
// many stamps there were and where they end.
func scanRange(s []byte, stamps *[2]rawMark) (n, end int) {
	i := 0
	for n < 2 {
		for i < len(s) && (s[i] == ' ' || s[i] == '*') {
			i++
		}
		if n == 1 {
			i += rangeWord(s[i:])
		}
		if i >= len(s) || s[i] != '\\' && s[i] != '[' {
			break
		}
		m, ok := scanMark(s, i)
		if !ok || len(m.words) > 0 || !m.timed {
			break
		}
		stamps[n] = m
		n++
		i += m.size
		end = i
		for end < len(s) && s[end] == '*' {
			end++
		}
	}
	return n, end
}

// rangeWord returns the length of what stands between the two stamps of a range.
func rangeWord(s []byte) int {
	for _, word := range []string{"to ", "- ", "-- ", "– ", "— "} {
		if bytes.HasPrefix(s, []byte(word)) {
			return len(word)
		}
	}
	return 0
}

// scanUnbolded reads "Name: text" where the name is known: labelled in bold
// elsewhere in the file, in the registry, or a pause followed by stamps only.
// What looks like a name is one where no label came before, since every
// transcript starts with one. A known name alone before a quotation is an
// attribution, not a label.
func (p *parser) scanUnbolded(line int) (l label, ok bool) {
	name, rest, at, ok := p.splitUnbolded(line)
	if !ok {
		return l, false
	}
	trimmed := bytes.TrimSpace(p.src[rest:p.lines[line].to])
	_, known := p.known[string(name)]
	switch {
	case p.isPause(string(name)):
		ok = len(trimmed) == 0 || onlyStamps(trimmed)
	case known:
		ok = len(trimmed) > 0 || !p.quoteFollows(line)
	default:
		ok = len(p.t.Turns) == 0 && looksLikeName(name)
	}
	if !ok {
		return l, false
	}
	l = label{from: p.lines[line].from, at: at, rest: rest, end: p.lines[line].to}
	l.named.from = at
	l.odd("T002", "label without bold")
	return l, l.setName(p, name)
}

// splitUnbolded splits a line at its first colon, if it is near enough and a
// space or the line's end follows.
func (p *parser) splitUnbolded(line int) (name []byte, rest, at int, ok bool) {
	s := p.line(line)
	colon := bytes.IndexByte(s[:min(len(s), 4*maxName)], ':')
	if colon <= 0 || colon+1 < len(s) && s[colon+1] != ' ' {
		return nil, 0, 0, false
	}
	indent := len(s) - len(bytes.TrimLeft(s, " \t"))
	from := p.lines[line].from
	return bytes.TrimSpace(s[:colon]), from + colon + 1, from + indent, true
}

// looksLikeName reports whether words before a colon are two to four, all
// capitalised, and nothing but letters.
func looksLikeName(s []byte) bool {
	words := bytes.Fields(s)
	for _, word := range words {
		if first, _ := utf8.DecodeRune(word); !unicode.IsUpper(first) {
			return false
		}
		for _, r := range string(word) {
			if !unicode.IsLetter(r) && r != '.' && r != '-' && r != '\'' && r != '’' {
				return false
			}
		}
	}
	return len(words) >= 2 && len(words) <= 4
}

func (p *parser) quoteFollows(line int) bool {
	for line++; line < len(p.lines); line++ {
		if s := bytes.TrimLeft(p.line(line), " \t"); len(s) > 0 {
			return s[0] == '>'
		}
	}
	return false
}

// isPause reports whether a label is a pause's.
func (p *parser) isPause(name string) bool {
	return slices.ContainsFunc(p.pauses, func(pause string) bool { return strings.EqualFold(pause, name) })
}

// speaker resolves a label in the registry.
func (p *parser) speaker(l *label) string {
	name, ok := p.known[l.name]
	if !ok && l.lost {
		// In "*nVega:**" the n took the place of the star.
		_, size := utf8.DecodeRuneInString(l.name)
		if name, ok = p.known[l.name[size:]]; ok {
			l.name = l.name[size:]
			l.named.from += size
		}
	}
	if !ok {
		return l.name
	}
	return name
}

// reportLabel says how a label departs from the grammar.
func (p *parser) reportLabel(l *label) {
	want := "**" + l.name + ":**"
	switch l.rule {
	case "":
		return
	case "T003":
		p.report(l.rule, l.at, l.problem+": "+want, "malformed label")
	case "T006":
		p.report(l.rule, l.at, "start a paragraph with it (onair transcripts fmt does it)", "%s", l.problem)
	default:
		p.report(l.rule, l.at, "write "+want, "%s", l.problem)
	}
	if l.rule == "T007" && l.problem != writtenTwice {
		return
	}
	if l.rule == "T006" {
		p.mend(l.from-trailingSpace(p.src[:l.from]), l.from, "\n\n")
	}
	p.mend(l.from, l.named.from, "**")
	p.mend(l.named.to, l.rest, ":**")
	p.mend(l.end, l.end+l.tail, "")
}

// trailingSpace counts the bytes of white space that end s.
func trailingSpace(s []byte) int { return len(s) - len(bytes.TrimRight(s, " \t\n\r")) }
