package forms

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// voices finds out who speaks in a line. Call note with every line of a file, then
// decide, then split.
type voices struct {
	s            *source
	openings     map[string]int // how often the words before the first colon of a line occur
	brackets     map[string]int // the same for words in brackets
	lines        int
	noted        int                       // lines that start with words in brackets
	named        int                       // lines that start with a name and a colon
	numbered     int                       // lines that start with a number of a speaker without a colon
	marked       map[string]map[string]int // for each of nameMarks, how often the names before it occur
	mark         string                    // mark other than a colon that stands between names and words; empty if there is none
	first        string                    // name that opens the first line; if set, the file probably has names
	dialogue     bool                      // most lines start with a name
	always       bool                      // nearly every line does, so that words that occur twice before a colon are a name
	dashes       bool                      // a dash means that the speaker changes, because in some caption every line starts with one
	frequent     map[string]bool           // whether words that occur often before a colon are a name
	dashedVoices bool                      // a dash follows every voice span
	speaker      string                    // speaker of the previous line
}

var (
	chevrons  = regexp.MustCompile(`^\s*>{2,3}\s*`)
	dash      = regexp.MustCompile(`^\s*[-–—]\s+`)
	bracketed = regexp.MustCompile(`^(?:[\[【［]([^\[\]【】［］]{1,60})[\]】］]|[(<（]([^()<>/（）]{1,60})[)>）])\s*[:：]?\s*(.*)$`)
	boldName  = regexp.MustCompile(`^\*\*([^*:]{1,60})(?::\*\*|\*\*:)\s*(.*)$`)
	phone     = regexp.MustCompile(`^\+?\d[\d *().-]{5,20}\d$`)
	machine   = regexp.MustCompile(`^(?i:speaker|spk|guest)[ _-]?[S#]?\d+$|^(?i:speaker)[ _-][A-Z]$`)
)

// note counts what a line starts with. The line is clean.
func (v *voices) note(line string) {
	if v.openings == nil {
		v.openings, v.brackets = map[string]int{}, map[string]int{}
	}
	if opensWithSign(line) {
		line = dash.ReplaceAllString(chevrons.ReplaceAllString(line, ""), "")
	}
	if line == "" {
		return
	}
	v.lines++
	v.noteMark(line)
	if name, _, ok := cutName(line); ok {
		v.openings[name]++
		if couldBeName(undecorated(name)) || phone.MatchString(name) {
			v.named++
			if v.lines == 1 {
				v.first = name
			}
		}
	} else if !opensBracketed(line) {
		if _, _, ok := cutNumbered(line); ok {
			v.numbered++
		}
		return
	} else if m := bracketed.FindStringSubmatch(line); m != nil && m[3] != "" {
		v.brackets[m[1]+m[2]]++
		v.noted++
	}
}

var numberedSpeaker = regexp.MustCompile(`^((?i:speaker) \d{1,2})\s+(?:[-–—|]\s+)?(\S.*)$`)

// cutNumbered splits a line after a number of a speaker that no colon follows, as in Speaker 1
// Yes.
func cutNumbered(line string) (name, rest string, ok bool) {
	if line[0]|0x20 != 's' {
		return "", "", false
	}
	m := numberedSpeaker.FindStringSubmatch(line)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// nameMarks are the marks that may stand between a name and words in place of a colon.
var nameMarks = []string{" - ", " – ", " — ", " | "}

// noteMark counts the name before one of nameMarks.
func (v *voices) noteMark(line string) {
	if v.lines > markSample {
		return
	}
	for _, mark := range nameMarks {
		if name, _, ok := cutMark(line, mark); ok {
			if v.marked == nil {
				v.marked = map[string]map[string]int{}
			}
			if v.marked[mark] == nil {
				v.marked[mark] = map[string]int{}
			}
			v.marked[mark][name]++
		}
	}
}

// markSample is the number of lines that decide whether a mark follows names.
const markSample = 500

// cutMark splits a line at a mark with a name before it.
func cutMark(line, mark string) (name, rest string, ok bool) {
	name, _, ok = strings.Cut(line[:min(len(line), 100)], mark)
	if !ok || !looksLikeName(undecorated(name), 1) || !IsName(name) {
		return "", "", false
	}
	return name, strings.TrimSpace(line[len(name)+len(mark):]), true
}

// decide sets dialogue, mark and dashes from the counts.
func (v *voices) decide(s *source) {
	v.s = s
	v.dialogue = 2*v.named > v.lines
	v.always = v.lines > 2 && 10*v.named >= 9*v.lines
	v.dashes = v.dashes && 20*v.named < v.lines
	for _, mark := range nameMarks { // nearly every line has it, and names repeat
		names := 0
		for _, n := range v.marked[mark] {
			names += n
		}
		if names > 2 && 5*names >= 4*min(v.lines, markSample) && len(v.marked[mark]) < names {
			v.mark = mark
		}
	}
}

// opensWithSign reports whether a line may open with a chevron or a dash.
func opensWithSign(line string) bool {
	for line != "" && line[0] <= ' ' {
		line = line[1:]
	}
	return line != "" && (line[0] == '>' || line[0] == '-' || strings.HasPrefix(line, "–") || strings.HasPrefix(line, "—"))
}

// cutName splits a line at its first colon. ok is false if there is no colon near the
// start, or if an ASCII colon is not followed by a space or the end of the line.
func cutName(line string) (name, rest string, ok bool) {
	switch {
	case strings.HasPrefix(line, "**"): // as in Markdown
		if m := boldName.FindStringSubmatch(line); m != nil {
			return strings.TrimSpace(m[1]), strings.TrimSpace(m[2]), true
		}
	case strings.HasPrefix(line, "SPEAKER_"): // a label of pyannote, which needs no colon
		if name, rest, ok := strings.Cut(line, " "); ok && machine.MatchString(name) {
			return name, strings.TrimSpace(rest), true
		}
	}
	head := line[:min(len(line), 200)]
	i, size := strings.IndexByte(head, ':'), len(":")
	if i < 0 {
		i = len(head)
	}
	if wide := strings.Index(head[:i], "："); wide >= 0 {
		i, size = wide, len("：")
	}
	if i == 0 || i == len(head) {
		return "", "", false
	}
	rest = line[i+size:]
	if size == 1 && rest != "" && rest[0] != ' ' {
		return "", "", false
	}
	return bareLabel(line[:i]), strings.TrimSpace(rest), true
}

// bareLabel removes spaces, marks of direction and brackets around a name, and a remark in
// square brackets behind it.
func bareLabel(name string) string {
	name = strings.Trim(name, " \u200e\u200f")
	if strings.HasSuffix(name, "]") {
		if open := strings.Index(name, " ["); open > 0 {
			name = strings.TrimSpace(name[:open])
		}
	}
	if n := len(name); n > 2 && (name[0] == '[' && name[n-1] == ']' && !strings.ContainsAny(name[1:n-1], "[]") ||
		name[0] == '(' && name[n-1] == ')' && !strings.ContainsAny(name[1:n-1], "[]()")) && !isNote(name[1:n-1]) {
		return strings.TrimSpace(name[1 : n-1])
	}
	return name
}

// split separates the speaker from a line. changed reports whether the line says that the
// speaker changes; the name may be empty even then. sure means that the previous line
// ended a sentence, so that a name is likely.
func (v *voices) split(line string, sure bool) (name, rest string, changed bool) {
	rest = line
	if opensWithSign(line) {
		if m := chevrons.FindString(line); m != "" {
			rest, changed, sure = line[len(m):], true, true
		} else if m := dash.FindString(line); m != "" && v.dashes {
			rest, changed, sure = line[len(m):], true, true
		} else if m != "" {
			if name, after, ok := v.cutAfterDash(line[len(m):]); ok {
				return name, after, true
			}
		}
	}
	if name, after, ok := cutName(rest); ok && (v.isSpeaker(name, sure) || changed && couldBeName(name)) {
		return name, after, true
	}
	if 2*v.numbered > v.lines && rest != "" {
		if name, after, ok := cutNumbered(rest); ok {
			return name, after, true
		}
	}
	if v.mark != "" {
		if name, after, ok := cutMark(rest, v.mark); ok {
			return name, after, true
		}
	}
	if name, after, ok := v.cutBracketed(rest); ok {
		return name, after, true
	}
	if name, after, ok := v.cutBracketedOnce(rest); ok && changed {
		return name, after, true
	}
	return "", rest, changed
}

// cutAfterDash splits the text behind a dash after the name that it opens with. It is for
// files in which a dash alone does not mean that the speaker changes.
func (v *voices) cutAfterDash(text string) (name, rest string, ok bool) {
	if name, rest, ok = cutName(text); ok && v.isSpeaker(name, true) {
		return name, rest, true
	}
	if name, rest, ok = v.cutBracketed(text); ok {
		return name, rest, true
	}
	return v.cutBracketedOnce(text)
}

// opensBracketed reports whether a line opens with a bracket, including those of Chinese and
// Japanese.
func opensBracketed(line string) bool {
	return line != "" && (line[0] == '[' || line[0] == '(' || line[0] == '<' ||
		line[0] >= utf8.RuneSelf && (strings.HasPrefix(line, "（") || strings.HasPrefix(line, "【") || strings.HasPrefix(line, "［")))
}

// cutBracketed splits a line after a name in brackets.
func (v *voices) cutBracketed(line string) (name, rest string, ok bool) {
	if !opensBracketed(line) {
		return "", "", false
	}
	m := bracketed.FindStringSubmatch(line)
	if m == nil || m[3] == "" {
		return "", "", false
	}
	name = m[1] + m[2]
	switch {
	case machine.MatchString(name), m[1] != "" && looksLikeName(name, 2) && !isNote(name),
		m[1] != "" && v.brackets[name] > 1 && looksLikeName(name, 1) && !isNote(name),
		m[2] != "" && (v.brackets[name] > 1 || 2*len(v.brackets) > v.lines) && looksLikeName(name, 2) && !isNote(name),
		m[2] != "" && v.noted > 2 && 2*v.noted > v.lines && looksLikeName(name, 1) && !isNote(name):
		return name, m[3], true
	}
	return "", "", false
}

// cutBracketedOnce is like cutBracketed for a line behind a dash or chevrons, where a name may
// occur once if most lines have one.
func (v *voices) cutBracketedOnce(line string) (name, rest string, ok bool) {
	if 2*v.noted <= v.lines || !opensBracketed(line) {
		return "", "", false
	}
	m := bracketed.FindStringSubmatch(line)
	if m == nil || m[3] == "" || !looksLikeName(m[1], 1) || isNote(m[1]) {
		return "", "", false
	}
	return m[1], m[3], true
}

// splitInside splits a line before a name and a colon that follow the end of a sentence, if
// the name also starts another line. It returns nil if there is no such place.
func (v *voices) splitInside(line string) (lines []string) {
	from := 0
	for at := strings.Index(line, ": "); at >= 0; {
		if end := from + strings.LastIndexAny(line[from:at], ".?!…”\""); end >= from {
			_, size := utf8.DecodeRuneInString(line[end:])
			end += size
			name := strings.TrimSpace(line[end:at])
			if v.openings[name] > 0 && script.EndsSentence(line[:end]) && v.isSpeaker(name, true) {
				lines = append(lines, line[from:end])
				from = at - len(name)
			}
		}
		next := strings.Index(line[at+1:], ": ")
		if next < 0 {
			break
		}
		at += 1 + next
	}
	if lines == nil {
		return nil
	}
	return append(lines, line[from:])
}

// often is the number of times from which words before a colon count as a name, even if
// they do not look like one.
const often = 3

// isSpeaker reports whether the words before a colon are a name.
func (v *voices) isSpeaker(name string, sure bool) bool {
	if v.openings[name] < often {
		return v.mayBeSpeaker(name, sure)
	}
	is, known := v.frequent[name]
	if !known {
		if v.frequent == nil {
			v.frequent = map[string]bool{}
		}
		is = v.mayBeSpeaker(name, sure)
		v.frequent[name] = is
	}
	return is
}

func (v *voices) mayBeSpeaker(name string, sure bool) bool {
	if _, ok := v.s.o.Speakers[name]; ok || machine.MatchString(name) || phone.MatchString(name) {
		return true
	}
	seen, first := v.openings[name], v.first == name
	name = undecorated(name)
	switch {
	case !couldBeName(name), name[0] == '(': // a sound
		return false
	case seen >= often, v.always && seen > 1 && !isOrdinary(name):
		return true
	case !sure:
		return seen > 1 || first
	case len(strings.Fields(name)) == 1:
		return !ordinary[strings.ToLower(name)] && (v.dialogue || seen > 1 || v.first != "" && looksLikeName(name, 1))
	}
	return looksLikeName(name, 2) && !isOrdinary(name)
}
