package transcripts

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/transcripts/forms"
)

// maxName is the longest name of a label, in characters.
const maxName = 60

// label is the name of a speaker or a pause at the start of a line. Offsets count
// from the start of the source.
type label struct {
	name  string     // as written, escapes resolved
	named span       // where the name is, as written
	from  int32      // where its line starts
	at    int32      // where the label starts
	rest  int32      // where the text after the label starts
	end   int32      // where its line ends
	tail  uint8      // bytes after the text that close the label; usually 0
	fault labelFault // how it departs from the grammar
	bare  bool       // bold without a colon: a label only if the name is known
	lost  bool       // one of the two stars before the name is missing
	stamp int32      // offset of a stamp before the label, or between the bold name and its colon
}

// labelFault is a way in which a label departs from the grammar.
type labelFault uint8

const (
	noFault labelFault = iota
	unbolded
	indented
	asHeading
	oneStarOpens
	strayBefore
	innerSpaces
	threeStarsClose
	stampInBold
	colonOutside
	stampBeforeColon
	stampBeforeLabel
	colonMissing
	insideParagraph
	strayAfter
	noName
	colonFirst
	writtenTwice
)

// labelReader finds the labels of a file.
type labelReader struct {
	*file
	pauses []string
	known  map[string]string // names that may label a turn, and the speaker each stands for
	bold   []label           // the bold labels at the start of lines
	byLine []int32           // for each line, the index of its label in bold plus 1; 0 if it has none
}

// newLabelReader finds the bold labels of a file and the names of the registry, so that
// labels without bold can be distinguished from ordinary text. Text that looks like a name
// and starts three lines counts as a name too.
func newLabelReader(f *file, opts *Options) labelReader {
	const often = 3
	r := labelReader{file: f, pauses: pauseNames(opts), known: map[string]string{}, byLine: make([]int32, len(f.lines)), bold: make([]label, 0, min(bytes.Count(f.src, []byte("\n**"))+1, len(f.lines)))}
	counts, bold := map[string]int{}, map[string]int{}
	for i := f.body; i < len(f.lines); i++ {
		l, ok := r.scan(f.lines[i].from(), f.lines[i].to())
		if !ok {
			if name, rest, _, ok := r.splitUnbolded(i); ok && rest < f.lines[i].to() && looksLikeName(name) {
				if counts[string(name)]++; counts[string(name)] == often {
					r.known[string(name)] = string(name)
				}
			}
			continue
		}
		r.bold = append(r.bold, l)
		r.byLine[i] = int32(len(r.bold))
		if l.bare && !r.standsAlone(&l) && forms.IsName(l.name) {
			if counts[l.name]++; counts[l.name] == often {
				r.known[l.name] = l.name
			}
		}
		if !l.bare && !l.lost && l.name != "" {
			r.known[l.name] = l.name
			bold[l.name]++
		}
	}
	for i := range r.bold {
		if l := &r.bold[i]; l.fault == colonOutside && bold[l.name] == 1 && isPhrase(l.name) && !r.isPause(l.name) {
			l.bare = true // "**On Wednesday**: it rained" is not a label
			delete(r.known, l.name)
		}
	}
	if len(r.bold) == 0 {
		r.knowDialogue()
	}
	r.knowAlone()
	for _, person := range opts.People {
		for _, alias := range person.Aliases {
			r.known[alias] = clean([]byte(person.Name))
		}
	}
	for _, person := range opts.People { // a name takes precedence over an alias of another person
		r.known[person.Name] = clean([]byte(person.Name))
	}
	return r
}

// knowDialogue adds the names that start paragraphs, such as "Vega: Yes.", if most
// paragraphs start with one and two or more of the names repeat, and the names that start lines
// if the text is a dialogue with a turn in each line.
func (r *labelReader) knowDialogue() {
	counts, paragraphs, named := map[string]int{}, 0, 0
	for i := r.body; i < len(r.lines); i++ {
		if r.blank(i) || i > r.body && !r.blank(i-1) {
			continue
		}
		paragraphs++
		if name, rest, _, ok := r.splitUnbolded(i); ok && rest < r.lines[i].to() && forms.IsName(string(name)) {
			counts[string(name)]++
			named++
		}
	}
	repeated := 0
	for _, n := range counts {
		if n > 1 {
			repeated++
		}
	}
	if 2*named <= paragraphs || repeated < 2 {
		clear(counts)
		if named > 0 && named == paragraphs {
			for _, name := range forms.DialogueNames(r.src[r.lines[r.body].from():]) {
				counts[name]++
			}
		}
	}
	for name := range counts {
		r.known[name] = name
	}
}

// standsAlone reports whether a label has no text on its line.
func (r *labelReader) standsAlone(l *label) bool {
	return len(bytes.TrimSpace(r.src[l.rest:l.end])) == 0
}

// knowAlone adds the names in bold without a colon that stand alone on their lines, if some of
// them repeat. In a text with headings or lists below, they are headings too.
func (r *labelReader) knowAlone() {
	counts, labels := map[string]int{}, 0
	for i := r.body; i < len(r.lines); i++ {
		if n := r.byLine[i]; n > 0 && r.bold[n-1].bare && r.standsAlone(&r.bold[n-1]) {
			if !forms.IsName(r.bold[n-1].name) {
				return
			}
			counts[r.bold[n-1].name]++
			labels++
		} else if s := bytes.TrimLeft(r.line(i), " "); labels > 0 && len(s) > 0 && (s[0] == '#' || listMark(s) > 0) {
			return
		}
	}
	if labels == len(counts) {
		return
	}
	for name := range counts {
		r.known[name] = name
	}
}

// isPhrase reports whether words in bold are the start of a sentence rather than a
// name. A single word is one if it has letters only, as in "Note".
func isPhrase(name string) bool {
	isWord := strings.IndexFunc(name, func(c rune) bool { return !unicode.IsLetter(c) }) < 0
	return (isWord || strings.Contains(name, " ")) && strings.ToLower(name) != name && !forms.IsName(name)
}

// at returns the label that line i starts with. first means that no words come before
// the line.
func (r *labelReader) at(i int, first bool) (*label, bool) {
	if n := r.byLine[i]; n > 0 {
		l := &r.bold[n-1]
		if !l.bare || r.isKnown(l.name) || r.isPause(l.name) {
			return l, true
		}
	}
	l, ok := r.scanUnbolded(i, first)
	if !ok {
		return nil, false // without allocating a label
	}
	return &l, true
}

// isBold reports whether line i starts with a bold label that has a colon.
func (r *labelReader) isBold(i int) bool {
	n := r.byLine[i]
	return n > 0 && !r.bold[n-1].bare
}

// isKnown reports whether a name is that of a label in the file, or is in the registry.
func (r *labelReader) isKnown(name string) bool {
	_, ok := r.known[name]
	return ok
}

// isPause reports whether a label is the label of a pause.
func (r *labelReader) isPause(name string) bool { return isPause(r.pauses, name) }

// pauseNames returns the labels of pauses.
func pauseNames(opts *Options) []string {
	return append([]string{"Break", "Jingle", "Intro", "Outro"}, opts.Pauses...)
}

func isPause(pauses []string, name string) bool {
	return slices.ContainsFunc(pauses, func(pause string) bool { return strings.EqualFold(pause, name) })
}

// scan reads the bold label at the start of src[from:to].
func (r *labelReader) scan(from, to int) (l label, ok bool) {
	s := r.src[from:to]
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	lead := i // where a stamp before the label starts
	i += leadingStamp(s, i)
	stamped := i > lead
	open := i
	l.from = int32(from)
	if i > 0 {
		l.fault = indented
	}
	switch stars, fault := labelOpening(s[i:]); {
	case stars < 0:
		return l, false
	case fault != noFault:
		l.fault = fault
		open = i + stars
	}
	l.at, l.end = int32(from+i), int32(to)
	if l.lost = !bytes.HasPrefix(s[open:], []byte("**")); l.lost {
		open--
	}
	ok = r.scanName(&l, s, open+len("**"), from)
	if stamped {
		ok = ok && !l.bare && !l.lost && l.fault != stampBeforeColon && !r.isPause(l.name)
		l.fault, l.stamp, l.at = stampBeforeLabel, int32(from+lead), int32(from+lead)
	}
	if i := int(l.rest) - from; ok && !l.bare && l.fault == noFault && i < len(s) && s[i] == '\\' && (i+1 == len(s) || s[i+1] == ' ') {
		l.rest++
		l.fault = strayAfter
	}
	return l, ok && !(l.lost && l.bare)
}

// labelOpening finds the two stars that open a label after a heading mark or up to two
// stray characters. stars is the index of the first star, or -1 if there is no label. One
// of the two stars may be missing.
func labelOpening(s []byte) (stars int, fault labelFault) {
	if bytes.HasPrefix(s, []byte("**")) {
		return 0, noFault
	}
	if len(s) == 0 {
		return -1, noFault
	}
	switch s[0] {
	case '#':
		n := len(s) - len(bytes.TrimLeft(s, "#"))
		rest := bytes.TrimLeft(s[n:], " ")
		if n <= 6 && len(rest) < len(s)-n && bytes.HasPrefix(rest, []byte("**")) {
			return len(s) - len(rest), asHeading
		}
	case '*':
		if len(s) > 1 && s[1] != ' ' && s[1] != '*' {
			return 0, oneStarOpens
		}
		return -1, noFault
	case '>', '\\', '`', '[', '<':
		return -1, noFault
	}
	for n, i := 0, 0; n < 2 && i < len(s); n++ {
		c, size := utf8.DecodeRune(s[i:])
		if c == ' ' || c == '\t' || c == '*' || c == '\\' {
			return -1, noFault
		}
		if i += size; bytes.HasPrefix(s[i:], []byte("**")) {
			return i, strayBefore
		}
	}
	return -1, noFault
}

// scanName reads the name at s[i:] and the characters that close the label. The
// offset of s in the source is base.
func (r *labelReader) scanName(l *label, s []byte, i, base int) bool {
	j := i
	for j < len(s) && s[j] != '*' && s[j] != ':' && s[j] != '[' && s[j] != '\n' && j-i <= 4*maxName {
		j++
	}
	if j == len(s) {
		return false
	}
	name := bytes.TrimSpace(s[i:j])
	spaces := len(name) != j-i
	l.named.start = int32(base + i + bytes.Index(s[i:], name))
	closed := false
	switch s[j] {
	case ':':
		name, closed = l.closeAfterColon(s, name, j+1, base, spaces)
	case '*':
		closed = l.closeWithoutColon(s, name, j, base, spaces)
	}
	return closed && r.setName(l, name)
}

// closeAfterColon reads the end of a label whose colon is inside the bold, and returns the
// name of the label. ok is false if there is no label.
func (l *label) closeAfterColon(s, name []byte, i, base int, spaces bool) (_ []byte, ok bool) {
	rest := bytes.TrimLeft(s[i:], " ")
	k := len(s) - len(rest)
	switch {
	case bytes.HasPrefix(rest, []byte("**")):
		k += 2
		if k > i+2 || spaces {
			l.fault = innerSpaces
		}
		if len(name) == 0 {
			l.fault = noName
		}
		if k < len(s) && s[k] == '*' && !bytes.HasPrefix(s[k:], []byte("**")) {
			l.fault = threeStarsClose
			k++
		}
		l.rest = int32(base + k)
	case len(name) == 0: // **:Name**
		end := bytes.Index(rest, []byte("**"))
		if end <= 0 || end > 4*maxName {
			return nil, false
		}
		name = bytes.Trim(rest[:end], ": ")
		l.named.start = int32(base + k + bytes.Index(rest, name))
		if l.fault = colonFirst; len(name) == 0 {
			l.fault = noName
		}
		l.rest = int32(base + k + end + 2)
	case bytes.HasSuffix(bytes.TrimRight(s, " "), []byte("**")) && onlyStamps(bytes.TrimSuffix(bytes.TrimRight(rest, " "), []byte("**"))):
		l.fault = stampInBold
		l.rest = int32(base + i)
		l.end = int32(base + len(bytes.TrimRight(s, " ")) - len("**"))
		l.tail = uint8(len("**"))
	case bytes.HasPrefix(rest, name) && bytes.HasPrefix(rest[len(name):], []byte(":**")):
		l.fault = writtenTwice
		l.rest = int32(base + k + len(name) + len(":**"))
	default:
		return nil, false
	}
	return name, true
}

// closeWithoutColon reads the end of a label whose colon is outside the bold, or absent. It
// returns false if there is no label.
func (l *label) closeWithoutColon(s, name []byte, i, base int, spaces bool) bool {
	if !bytes.HasPrefix(s[i:], []byte("**")) || len(name) == 0 {
		return false
	}
	i += 2
	rest := bytes.TrimLeft(s[i:], " ")
	if bytes.HasPrefix(rest, []byte(":")) && len(s)-len(rest)-i <= 1 {
		l.fault = colonOutside
		l.rest = int32(base + len(s) - len(rest) + 1)
		return true
	}
	if _, ok := scanColonStamp(rest); ok {
		l.fault = stampBeforeColon
		l.rest, l.stamp = int32(base+i), int32(base+len(s)-len(rest))
		return true
	}
	if spaces {
		return false
	}
	l.bare = true
	l.fault = colonMissing
	l.rest = int32(base + i)
	return true
}

// setName gives the label its name, and returns false if that is too long. Names repeat,
// so equal ones share memory.
func (r *labelReader) setName(l *label, raw []byte) bool {
	if name, ok := r.known[string(raw)]; ok && name == string(raw) {
		l.name = name
	} else {
		l.name = plainText(raw)
	}
	l.named.end = l.named.start + int32(len(raw))
	return utf8.RuneCountInString(l.name) <= maxName
}

// scanUnbolded reads "Name: text" if the name is known, or if it is that of a pause and
// only stamps follow. Before the first label, any text that looks like a name counts as
// one, because every transcript starts with a label. A known name before a quotation is not
// a label: it says who is quoted.
func (r *labelReader) scanUnbolded(line int, first bool) (l label, ok bool) {
	name, rest, at, ok := r.splitUnbolded(line)
	if !ok {
		return l, false
	}
	trimmed := bytes.TrimSpace(r.src[rest:r.lines[line].to()])
	_, known := r.known[string(name)]
	switch {
	case r.isPause(string(name)):
		ok = len(trimmed) == 0 || onlyStamps(trimmed)
	case known:
		ok = len(trimmed) > 0 || !r.quoteFollows(line)
	default:
		ok = first && looksLikeName(name)
	}
	if !ok {
		return l, false
	}
	l = label{from: int32(r.lines[line].from()), at: int32(at), rest: int32(rest), end: int32(r.lines[line].to()), fault: unbolded}
	l.named.start = int32(at)
	return l, r.setName(&l, name)
}

// splitUnbolded splits a line at its first colon. The colon must be near the start. After
// it there must be a space or the end of the line, or words as in wordsFollow.
func (r *labelReader) splitUnbolded(line int) (name []byte, rest, at int, ok bool) {
	s := r.line(line)
	colon := bytes.IndexByte(s[:min(len(s), 4*maxName)], ':')
	if colon <= 0 || colon+1 < len(s) && s[colon+1] != ' ' && !r.wordsFollow(bytes.TrimSpace(s[:colon]), s[colon+1:]) {
		return nil, 0, 0, false
	}
	indent := len(s) - len(bytes.TrimLeft(s, " \t"))
	from := r.lines[line].from()
	return bytes.TrimSpace(s[:colon]), from + colon + 1, from + indent, true
}

// wordsFollow reports whether words touch the colon after a known name of several
// words, as in "Vega Lyrae:…which is".
func (r *labelReader) wordsFollow(name, rest []byte) bool {
	return r.isKnown(string(name)) && touchesWords(name, rest)
}

// touchesWords reports whether words directly follow a colon that several words precede.
func touchesWords(before, after []byte) bool {
	c, _ := utf8.DecodeRune(after)
	return bytes.IndexByte(before, ' ') > 0 && (unicode.IsLetter(c) || c == '…' || c == '"' || c == '“')
}

// looksLikeName reports whether the text before a colon is two to four capitalised words
// of letters, dots, hyphens and apostrophes.
func looksLikeName(s []byte) bool {
	words := 0
	for word := range bytes.FieldsSeq(s) {
		if first, _ := utf8.DecodeRune(word); !unicode.IsUpper(first) {
			return false
		}
		for _, c := range string(word) {
			if !unicode.IsLetter(c) && c != '.' && c != '-' && c != '\'' && c != '’' {
				return false
			}
		}
		words++
	}
	return words >= 2 && words <= 4
}

func (r *labelReader) quoteFollows(line int) bool {
	for line++; line < len(r.lines); line++ {
		if s := bytes.TrimLeft(r.line(line), " \t"); len(s) > 0 {
			return s[0] == '>'
		}
	}
	return false
}

// speaker returns the name that a label stands for.
func (r *labelReader) speaker(l *label) string {
	name, ok := r.known[l.name]
	if !ok && l.lost {
		// In "*nVega:**" the n took the place of the star.
		_, size := utf8.DecodeRuneInString(l.name)
		if name, ok = r.known[l.name[size:]]; ok {
			l.name = l.name[size:]
			l.named.start += int32(size)
		}
	}
	if !ok {
		return l.name
	}
	return name
}
