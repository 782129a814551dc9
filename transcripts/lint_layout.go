package transcripts

import (
	"bytes"
	"regexp"
	"slices"
	"unicode"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/transcripts/forms"
)

// lintParagraphs reports paragraphs that Markdown would show as a list or code,
// and those whose label has no name: "3:Yes." or ":** Yes."
func lintParagraphs(r *report) {
	for i := range r.blocks {
		b := &r.blocks[i]
		if b.kind != paragraph && b.kind != heading || !b.alone {
			continue
		}
		if r.nearLabel(b) || b.kind == heading {
			continue
		}
		s, from := r.line(int(b.line)), r.lines[b.line].from()
		text := bytes.TrimLeft(s, " \t")
		at := from + len(s) - len(text)
		if looksNumbered(text) {
			dot := at + listMark(text) - len(". ")
			r.add(ruleAccident.At(r.at(at), "paragraph starts like a list").WithHint(`escape the dot: "\."`).WithFix(r.edit(dot, dot, `\`)))
		}
		if indent := len(s) - len(bytes.TrimLeft(s, " ")); indent >= 4 || s[0] == '\t' {
			r.add(ruleAccident.At(r.at(from), "paragraph indented like code").WithHint("remove the spaces").WithFix(r.edit(from, at, "")))
		}
		digits := len(text) - len(bytes.TrimLeft(text, "0123456789"))
		next, _ := utf8.DecodeRune(text[min(len(text), digits+1):])
		lost := digits > 0 && digits <= 2 && digits < len(text) && text[digits] == ':' && unicode.IsLetter(next)
		if lost || bytes.HasPrefix(text, []byte(":**")) {
			r.add(ruleLabel.At(r.at(at), "malformed label"))
		}
	}
}

// nearLabels match lines whose start is probably meant as a label. Their groups are the
// name and the time, if there is one, in the order of the line.
var nearLabels = []struct {
	pattern *regexp.Regexp
	likely  bool // accept any name; otherwise the name has to look like one
}{
	{regexp.MustCompile(`^\\?\[\s*([\d:.]+)\s*\\?\]\s*\*\*([^*:\[\]]{1,60})(?::\*\*|\*\*\s?:)`), true},
	{regexp.MustCompile(`^\*\*([^*:\[\]]{1,60})\*\*:?\s*\(\\?\[?([\d:.]*:[\d:.]+)\\?\]?\)\s*:?`), true},
	{regexp.MustCompile(`^\*\*\[([^*:\[\]]{1,60})\]\([^()\s]+\):?\*\*\s?:?(?:\s|$)`), true},
	{regexp.MustCompile(`^__([^_*:\[\]]{1,60})(?::__|__\s?:)(?:\s|$)`), true},
	{regexp.MustCompile(`^\*([^*:\[\]]{1,60})(?::\*|\*:)(?:\s|$)`), false},
	{regexp.MustCompile(`^_([^_*:\[\]]{1,60})(?::_|_:)(?:\s|$)`), false},
	{regexp.MustCompile(`^#{1,6} ([^*:\[\]#]{1,60}):(?:\s|$)`), false},
	{regexp.MustCompile(`^\*\*([^*:\[\]]{1,60})\*\* `), false},
}

// continues matches a name in bold and a next word that shows that the name is part of a
// sentence rather than a label.
var continues = regexp.MustCompile(`^\*\*[^*]*\*\* (?:is|are|was|were|be|has|have|had|do|does|did|can|could|will|would|should|may|might|must|and|or|of|in|on|for|with|to|at|by|from|as|that|which|who|the|a|an|[^\pL]*)(?:\PL|$)`)

// nearLabel reports a block whose start is probably meant as a label.
func (r *report) nearLabel(b *blockNode) bool {
	s, from := r.line(int(b.line)), r.lines[b.line].from()
	text := bytes.TrimLeft(s, " \t")
	if len(text) == 0 || bytes.IndexByte([]byte(`[\*_#`), text[0]) < 0 {
		return false
	}
	for _, near := range nearLabels {
		m := near.pattern.FindSubmatch(text)
		if m == nil {
			continue
		}
		name, stamp := string(bytes.TrimSpace(m[1])), ""
		if len(m) > 2 {
			stamp = ` \[` + string(m[2]) + `\]`
			if text[0] == '[' || text[0] == '\\' {
				name, stamp = string(bytes.TrimSpace(m[2])), ` \[`+string(m[1])+`\]`
			}
		}
		if !near.likely && !forms.IsName(name) && !r.isSpeaker(name) || continues.Match(text) {
			continue
		}
		r.add(ruleLabel.At(r.at(from+len(s)-len(text)), "malformed label").WithHint("write **" + name + ":**" + stamp))
		return true
	}
	return false
}

// isSpeaker reports whether a name labels a turn of the file, or is in the registry.
func (r *report) isSpeaker(name string) bool {
	return slices.ContainsFunc(r.text.Turns, func(t Turn) bool { return t.Speaker == name }) ||
		slices.ContainsFunc(r.opts.People, func(p Person) bool { return p.Name == name })
}

// lintWraps reports lines that continue the paragraph above.
func lintWraps(r *report) {
	for i := range r.blocks {
		b := &r.blocks[i]
		if b.kind != paragraph {
			continue
		}
		line, _ := r.place(b.span.from())
		if r.isVerse(line, b) {
			continue
		}
		for ; line < len(r.lines) && r.lines[line].from() < b.span.to(); line++ {
			if bytes.HasSuffix(r.line(line-1), []byte(`\`)) {
				continue
			}
			from := r.lines[line].from()
			indent := len(r.line(line)) - len(bytes.TrimLeft(r.line(line), " \t"))
			r.add(ruleWrapped.At(r.at(from), "paragraph over several lines").
				WithSuggestion(r.edit(r.lines[line-1].to(), from+indent, " ")))
		}
	}
}

// isVerse reports whether the lines of a paragraph are broken on purpose: they are three or
// more short lines, two short lines that start with capitals, or inside a <pre>. The
// paragraph starts in the given line, counted from 1.
func (r *report) isVerse(line int, b *blockNode) bool {
	const short, several = 60, 3
	lines, capitals := 0, true
	for line--; line < len(r.lines) && r.lines[line].from() < b.span.to(); line++ {
		text := bytes.TrimSpace(r.src[max(b.span.from(), r.lines[line].from()):r.lines[line].to()])
		if bytes.HasPrefix(text, []byte("<pre")) {
			return true
		}
		if utf8.RuneCount(text) > short {
			return false
		}
		c, _ := utf8.DecodeRune(bytes.TrimLeft(text, "\"'“‘(*_—–- "))
		capitals = capitals && !unicode.IsLower(c)
		lines++
	}
	return lines >= several || lines > 1 && capitals
}

// verbatim has the spans of a source in which white space has a meaning, in order.
type verbatim []span

// findVerbatim returns the spans of a file that contain code or HTML, where white space has
// a meaning.
func findVerbatim(f *file) verbatim {
	var all verbatim
	for i := range f.blocks {
		if b := &f.blocks[i]; b.kind == fence || (b.kind != paragraph && b.kind != divider && holdsCode(f.src[b.span.from():b.span.to()])) {
			all = append(all, b.span)
		}
	}
	for i := range f.inlines {
		if n := &f.inlines[i]; n.kind == codeInline || n.kind == htmlInline {
			all = append(all, n.span)
		}
	}
	slices.SortFunc(all, func(a, b span) int { return a.from() - b.from() })
	return all
}

// holdsCode reports whether a list or quotation may contain code: a fence, or an
// indentation of four columns.
func holdsCode(text []byte) bool {
	for _, code := range []string{"```", "~~~", "    ", "\t"} {
		if bytes.Contains(text, []byte(code)) {
			return true
		}
	}
	return false
}

// has reports whether an offset lies in one of the spans. Offsets must not decrease from
// call to call.
func (v *verbatim) has(at int) bool {
	for len(*v) > 0 && (*v)[0].to() <= at {
		*v = (*v)[1:]
	}
	return len(*v) > 0 && (*v)[0].from() <= at
}

// lintLayout reports what is wrong between the blocks: blank lines, the ends of
// lines, the end of the file.
func lintLayout(r *report) {
	lintLineEnds(r)
	code := findVerbatim(r.file)
	last := r.body - 1
	for i := r.body; i < len(r.lines); i++ {
		if r.blank(i) {
			continue
		}
		if i-last > 1 {
			lintGap(r, &code, last, i)
		}
		lintSpaces(r, &code, i)
		last = i
	}
	lintEnd(r, last)
}

// lintLineEnds reports a byte order mark and line ends other than LF, once.
func lintLineEnds(r *report) {
	const hint = "save the file with LF line ends and without a byte order mark"
	if bytes.HasPrefix(r.src, []byte("\ufeff")) {
		r.add(ruleSpaces.At(r.at(0), "byte order mark").WithHint(hint).WithFix(r.edit(0, len("\ufeff"), "")))
	}
	if first := bytes.IndexByte(r.original, '\r'); first >= 0 {
		// Fix converts the line ends of a file before it makes edits.
		r.add(ruleSpaces.At(r.at(first), "line end that is not LF").WithHint(hint).WithFix())
	}
}

// lintGap reports the blank lines between two lines with text.
func lintGap(r *report, code *verbatim, last, line int) {
	if last < 0 {
		r.add(ruleSpaces.At(r.at(r.lines[0].from()), "blank lines at the top").WithHint("remove them").
			WithFix(r.edit(r.lines[0].from(), r.lines[line].from(), "")))
		return
	}
	from, to := r.lines[last].to(), r.lines[line].from()
	next := r.lines[last+1]
	switch {
	case code.has(from):
	case line-last > 2:
		r.add(ruleSpaces.At(r.at(r.lines[last+2].from()), "more than one blank line").WithHint("leave one").
			WithFix(r.edit(from, to, "\n\n")))
	case next.to() > next.from():
		r.add(ruleSpaces.At(r.at(next.from()), "spaces on a blank line").WithHint("remove them").
			WithFix(r.edit(from, to, "\n\n")))
	}
}

// lintSpaces reports spaces at the end of a line, and several spaces in a row.
func lintSpaces(r *report, code *verbatim, line int) {
	s := r.line(line)
	trimmed := bytes.TrimRight(s, " \t")
	end := r.lines[line].from() + len(trimmed)
	if code.has(r.lines[line].from()) && code.has(end) {
		return
	}
	// Markdown shows a space after a backslash, even at the end of a line.
	if len(trimmed) < len(s) && !code.has(end) && !bytes.HasSuffix(trimmed, []byte(`\`)) {
		r.add(ruleSpaces.At(r.at(end), "spaces at the end of the line").WithHint("remove them").
			WithFix(r.edit(end, r.lines[line].to(), "")))
	}
	text := bytes.TrimLeft(trimmed, " \t")
	at := bytes.Index(text, []byte("  "))
	if at > 0 && !bytes.HasSuffix(text[:at], []byte(":**")) && bytes.IndexByte(text, '`') < 0 {
		r.add(ruleSpaces.At(r.at(end-len(text)+at), "several spaces in a row").WithHint("one is enough"))
	}
}

// lintEnd reports problems after the last line with text.
func lintEnd(r *report, last int) {
	if last < 0 {
		if len(r.lines) > 0 {
			r.add(ruleSpaces.At(r.at(r.lines[0].from()), "blank lines and nothing else").WithHint("remove them").
				WithFix(r.edit(0, len(r.src), "")))
		}
		return
	}
	from := r.lines[last].to()
	var f finding.Finding
	switch {
	case from == len(r.src):
		f = ruleSpaces.At(r.at(from), "no line end at the end of the file").WithHint("end the last line")
	case last < len(r.lines)-1:
		f = ruleSpaces.At(r.at(r.lines[last+1].from()), "blank lines at the end").WithHint("remove them")
	default:
		return
	}
	r.add(f.WithFix(r.edit(from, len(r.src), "\n")))
}
