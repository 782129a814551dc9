package forms

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

var (
	bareClock   = regexp.MustCompile(`^(` + rangePattern + `)\s+(?:[-–—|·]\s+)?(\S.*)$`)
	inlineClock = regexp.MustCompile(`\s*[\[(](\d{1,2}:\d{2}(?::\d{2})?(?:[.,:;]\d{1,3})?)[\])]:?\s*`)
	frontBlock  = regexp.MustCompile(`^(?i:summary keywords|keywords|speakers|attendees|participants|invited|关键词):?$`)
	address     = matcher(`^(?:https?://|www\.)\S+$`)
	gluedClock  = regexp.MustCompile(`^(\d{1,2}:\d\d(?::\d\d)?)(\p{L}.*)$`)
	dayClock    = matcher(`^(?i:[ap]\.?m\b|h\b|uhr)`)
	spokenTwice = regexp.MustCompile(`^\s*(?:\d+ (?:hours?|minutes?|seconds?),? ?){1,3}(\d{1,2}:\d\d(?::\d\d)?)\s*$`)
	rulers      = regexp.MustCompile(`(?m)^[ \t]*(?:[-–—=_*~#][ \t]*){3,}$`)
	spokenClock = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:(.{1,60}?) )??(?:\d+ hours? )?(?:\d+ minutes? )?\d+ seconds?$`)
	})
	frontField  = matcher(`^(?i:meeting \w+|episode|record(?:ed|ing)(?: on)?|title|date|published|duration|length|show|podcast|hosts|guests|speakers|participants|attendees|language|transcri(?:ber|bed by|ption by)|subject|topic|location|url|link|file|author)(?: #?\d+)?:\s`)
	chapterLine = regexp.MustCompile(`^(?i:chapter|kapitel|chapitre|capítulo|capitolo|hoofdstuk)\s+\d+\s*[:.–—-]\s*(\S.*)$`)
)

// boldHead matches a name and a clock in bold, such as **Vega (0:03):**, and listHead the mark
// of a list before a clock.
var (
	boldHead = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\*\*([^*]{0,80}\d:\d\d[^*]{0,80})\*\*(:?)\s*(.*)$`)
	})
	listHead = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-*•]\s+([\[(]?\d{1,2}:\d\d.*)$`) })
)

// plainHead removes the marks of Markdown around a name and a clock.
func plainHead(line string) string {
	line = strings.TrimSpace(line)
	if line == "" || line[0] != '*' && line[0] != '-' && !strings.HasPrefix(line, "•") {
		return line
	}
	if rest := strings.TrimLeft(line[1:], " "); strings.HasPrefix(rest, "**") && line[1] == ' ' {
		line = rest // an item of a list
	}
	if m := boldHead().FindStringSubmatch(line); m != nil {
		return strings.TrimSpace(m[1]) + m[2] + " " + m[3]
	}
	if m := listHead().FindStringSubmatch(line); m != nil {
		return m[1]
	}
	return line
}

// dropFrames matches a range of times whose frames are counted without some (drop-frame), as
// Premiere Pro writes them.
var dropFrames = matcher(`^\s*\d\d;\d\d;\d\d;\d\d\s*-\s*\d\d;\d\d;\d\d;\d\d\s*$`)

// withColons writes the times of dropFrames with colons.
func withColons(line string) string {
	if strings.IndexByte(line, ';') < 0 || !dropFrames(line) {
		return line
	}
	return strings.ReplaceAll(line, ";", ":")
}

// isRuler reports whether a line is only a rule, such as ---.
func isRuler(line string) bool { return rulers.MatchString(line) }

// withoutSpokenClock returns the clock of a line that has it twice, once for screen readers, as
// in "1 minute 3 seconds1:03" of Teams, and any other line as it is.
func withoutSpokenClock(line string) string {
	if !strings.Contains(line, "second") && !strings.Contains(line, "minute") && !strings.Contains(line, "hour") {
		return line
	}
	if m := spokenTwice.FindStringSubmatch(line); m != nil {
		return m[1]
	}
	return line
}

// isSpokenClock reports whether a line is a time as the web page of Teams tells screen
// readers, such as "Vega Lyrae 1 minute 3 seconds".
func isSpokenClock(line string) bool {
	if !strings.HasSuffix(line, " seconds") && !strings.HasSuffix(line, " second") {
		return false
	}
	m := spokenClock().FindStringSubmatch(line)
	return m != nil && (m[1] == "" || couldLabel(m[1]))
}

// checkLoose drops loose heads such as "And (00:25)" that are probably clocks in a
// sentence: those below a name and a clock, those whose name starts a phrase, and those
// whose name occurs once while most heads are not loose.
func (r *textReader) checkLoose() {
	counts := map[string]int{}
	heads, loose := 0, 0
	for i := range r.lines {
		l := &r.lines[i]
		if !l.fromClockHead {
			continue
		}
		heads++
		counts[l.name]++
		if l.loose {
			loose++
		}
	}
	named := false // the line before is a name and a clock, without words
	for i := range r.lines {
		l := &r.lines[i]
		if l.loose && (named || function[strings.ToLower(l.name)] || counts[l.name] == 1 && 2*loose < heads) {
			*l = textLine{at: l.at, text: l.text}
		}
		if l.text != "" {
			named = l.fromClockHead && l.name != "" && l.words == ""
		}
	}
}

// cutBare splits a line after a clock at its start. Some players copy no space behind the clock.
func cutBare(line string) (clock, words string, ok bool) {
	if line == "" || line[0] < '0' || line[0] > '9' {
		return "", "", false
	}
	m := bareClock.FindStringSubmatch(line)
	if m == nil {
		m = gluedClock.FindStringSubmatch(line)
	}
	if m == nil || dayClock(m[2]) {
		return "", "", false
	}
	return m[1], m[2], true
}

// readBare reads clocks with words behind them on the same line, if nearly every line from the
// first clock on is such a line.
func (r *textReader) readBare() {
	filled, bare := 0, 0
	isBare := func(l *textLine) bool {
		_, _, ok := cutBare(l.text)
		return ok && (!l.fromClockHead || l.name != "" && l.words == "")
	}
	for i := range r.lines {
		l := &r.lines[i]
		if isBare(l) {
			bare++
		}
		if bare > 0 && l.text != "" {
			filled++
		}
	}
	if bare < 2 || 4*bare < 3*filled {
		return
	}
	for i := range r.lines {
		l := &r.lines[i]
		if !isBare(l) {
			continue
		}
		clock, words, _ := cutBare(l.text)
		plain := textLine{at: l.at, text: l.text, words: words, fromClockHead: true}
		plain.badClock = !plain.setClock(clock)
		*l, r.bare = plain, true
	}
}

// splitInline cuts lines at clocks in brackets inside them. A clock that does not fit
// between its neighbours stays as words.
func (r *textReader) splitInline() {
	if !strings.Contains(r.s.text, ":") {
		return
	}
	next := make([]time.Duration, len(r.lines)) // next clock that starts a line
	following := time.Duration(maxTime)
	for i := len(r.lines) - 1; i >= 0; i-- {
		next[i] = following
		if l := &r.lines[i]; l.timed {
			following = l.start
		}
	}
	var last time.Duration
	var out []textLine
	for i, l := range r.lines {
		if l.timed {
			last = l.start
		}
		words := l.spoken()
		if !strings.ContainsAny(words, "[(") {
			out = append(out, l)
			continue
		}
		from := 0
		current := l
		for _, m := range inlineClock.FindAllStringSubmatchIndex(words, -1) {
			at, ok := parseTextClock(words[m[2]:m[3]])
			if !ok || at < last || at > next[i] || m[0] == 0 && !l.fromClockHead {
				continue
			}
			current.setSpoken(words[from:m[0]])
			out = append(out, current)
			current = textLine{at: l.at, text: words[m[1]:], words: words[m[1]:], start: at, timed: true, fromClockHead: true, inline: true}
			from, last = m[1], at
			r.inline++
		}
		out = append(out, current)
	}
	r.lines = out
}

// setSpoken sets the words of a line.
func (l *textLine) setSpoken(words string) {
	if l.fromClockHead {
		l.words = words
	} else {
		l.text = words
	}
}

// skipFront drops what tools write before a transcript: titles, dates, keywords and lists
// of speakers. If a line may be a sentence, and could be said before the first clock,
// all lines stay.
func (r *textReader) skipFront() {
	end := slices.IndexFunc(r.lines, func(l textLine) bool {
		if l.fromClockHead {
			return true
		}
		name, _, ok := cutName(l.text)
		return ok && couldLabel(name) && !isOrdinary(name) && !frontField(l.text) && !frontBlock.MatchString(l.text)
	})
	if end <= 0 {
		return
	}
	front := r.lines[:end]
	inBlock, chars, sentence := false, 0, false
	for i := range front {
		l := &front[i]
		inBlock = l.text != "" && (inBlock || frontBlock.MatchString(l.text))
		if inBlock {
			l.text = ""
		}
		if l.text == "" {
			continue
		}
		first, _ := utf8.DecodeRuneInString(l.text)
		chars += utf8.RuneCountInString(l.text)
		sentence = sentence || (script.EndsSentence(l.text) || unicode.IsLower(first)) && !address(l.text)
	}
	first := &r.lines[end]
	if sentence && !(first.timed && float64(chars) > fastest*first.start.Seconds()) {
		return
	}
	for i := range front {
		if l := &front[i]; !isCapitals(l.text) && !chapterLine.MatchString(l.text) && !sectionLine.MatchString(l.text) {
			l.text = ""
		}
	}
}

// isOrdinary reports whether words before a colon are not a name, such as "Question" or
// "Chapter 1".
func isOrdinary(name string) bool {
	first, rest, _ := strings.Cut(strings.ToLower(name), " ")
	return ordinary[first] && strings.Trim(rest, "0123456789 ") == ""
}

// isList reports whether the text is a list of times, such as the chapters of an episode
// or a timetable: most clocks have a few words beside or below them, which take far less
// time than there is up to the next clock.
func (r *textReader) isList() bool {
	const slow = 1 // characters a second
	heads, single, gaps, long := 0, 0, 0, 0
	var last *textLine // head with at most one line of words, without a speaker
	words := ""
	for i := range r.lines {
		l := r.lines[i]
		if m := bareClock.FindStringSubmatch(l.text); m != nil && !l.fromClockHead {
			l.fromClockHead, l.words = l.setClock(m[1]), m[2]
		}
		if !l.fromClockHead {
			switch {
			case l.text == "" || last == nil:
			case words != "" || isLabeled(l.text):
				last = nil
			default:
				words = l.text
			}
			continue
		}
		heads++
		if last != nil {
			gap := l.start - last.start
			if last.ended {
				gap = last.end - last.start
			}
			single++
			gaps++
			if float64(utf8.RuneCountInString(words)) < slow*gap.Seconds() {
				long++
			}
		}
		last, words = nil, l.name+l.words
		if !(l.name != "" && l.words != "") && !isLabeled(l.words) {
			last = &l
		}
	}
	return 2*single >= heads && 2*long > gaps
}

// isLabeled reports whether a line starts with a name and a colon.
func isLabeled(line string) bool {
	name, _, ok := cutName(line)
	return ok && couldLabel(name)
}

// nameBehindClocks takes the words behind clocks for names, as in "[0:03] Vega Lyrae", if
// nearly all of them look like names, and other words are below each.
func (r *textReader) nameBehindClocks() {
	var heads []*textLine
	names, filled := 0, 0
	counts := map[string]int{}
	var last *textLine // a head without words below it
	for i := range r.lines {
		l := &r.lines[i]
		switch {
		case l.fromClockHead && !l.inline && (l.name != "" || l.words == ""):
			return
		case l.fromClockHead && !l.inline:
			heads = append(heads, l)
			last = l
		case l.text != "" && last != nil:
			if filled++; isBareName(last.words) {
				names++
				counts[last.words]++
			}
			last = nil
		}
	}
	if names < 2 || 5*names < 4*len(heads) || filled < names || names == len(counts) && names > 2 {
		return
	}
	for _, l := range heads {
		if couldLabel(l.words) {
			l.name, l.words = l.words, ""
		}
	}
}

var (
	boldAlone  = regexp.MustCompile(`^(?:\*\*([^*:]{1,60})\*\*|#{1,6} ([^#*:]{1,60}))$`)
	turnLength = regexp.MustCompile(`\s*\[\d{1,5}(?:\.\d{1,3})?\s?s\]$`)
)

// addColons puts a colon behind each name that is alone on its line and that a recognizer
// gives, such as "Speaker 1". It does the same for names in bold or in headings, if nearly
// all such lines are names, some name occurs twice, and lists are rare.
func (r *textReader) addColons() {
	counts := map[string]int{}
	marked, names, items := 0, 0, 0
	for i := range r.lines {
		l := &r.lines[i]
		if l.text == "" || l.fromClockHead {
			continue
		}
		if machine.MatchString(l.text) {
			l.text += ":"
			continue
		}
		if isItem(l.text) {
			items++
		} else if m := boldAlone.FindStringSubmatch(l.text); m != nil {
			if marked++; couldLabel(m[1]+m[2]) && !isOrdinary(m[1]+m[2]) {
				names++
				counts[m[1]+m[2]]++
			}
		}
	}
	if names == len(counts) || 5*names < 4*marked || 2*items > names {
		return
	}
	for i := range r.lines {
		l := &r.lines[i]
		if m := boldAlone.FindStringSubmatch(l.text); m != nil && !l.fromClockHead && counts[m[1]+m[2]] > 0 {
			l.text = m[1] + m[2] + ":"
		}
	}
}

// isItem reports whether a line is an item of a list.
func isItem(line string) bool {
	return strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ") || strings.HasPrefix(line, "• ")
}

// dropNumbers drops the numbers of turns or captions: lines that count up from 0 or 1.
func (r *textReader) dropNumbers() {
	var numbered []int // lines
	others := 0
	for i := range r.lines {
		if !isNumber(r.lines[i].text) {
			continue
		}
		if n, _ := strconv.Atoi(r.lines[i].text); n == len(numbered) || len(numbered) == 0 && n == 1 || len(numbered) > 0 && n == len(numbered)+1 && r.lines[numbered[0]].text == "1" {
			numbered = append(numbered, i)
		} else {
			others++
		}
	}
	if len(numbered) < 2 || others > len(numbered) {
		return
	}
	for _, i := range numbered {
		r.lines[i].text = ""
	}
}

// dropLengths drops the length of a turn in seconds after its words, as in [5.0s] of Trint.
func (r *textReader) dropLengths() {
	found := 0
	for i := range r.lines {
		if turnLength.MatchString(r.lines[i].spoken()) {
			found++
		}
	}
	if found < 2 {
		return
	}
	for i := range r.lines {
		l := &r.lines[i]
		if words := l.spoken(); strings.HasSuffix(words, "]") {
			l.setSpoken(turnLength.ReplaceAllString(words, ""))
		}
	}
}

// findChapters takes a line for the title of a chapter if it is above a clock and below the
// words of another one, where nearly every other clock has one line of words, as in what is
// copied from YouTube.
func (r *textReader) findChapters() {
	var titles []*textLine
	clocks, below := 0, 0 // below is the number of lines since the last clock
	var last *textLine
	for i := range r.lines {
		l := &r.lines[i]
		switch {
		case l.text == "" && !l.fromClockHead:
		case !l.fromClockHead:
			below++
			last = l
		case l.name != "" || l.words != "":
			return
		default:
			if clocks++; clocks > 1 && below == 2 && isTitle(last.text) {
				titles = append(titles, last)
			} else if clocks > 1 && below != 1 {
				return
			}
			below = 0
		}
	}
	if 3*len(titles) > clocks {
		return
	}
	for _, l := range titles {
		l.heading = true
	}
}

// isTitle reports whether a line has letters, starts with a capital or a digit, and does not
// end like a sentence.
func isTitle(line string) bool {
	const longest = 100
	first, _ := utf8.DecodeRuneInString(line)
	return utf8.RuneCountInString(line) <= longest && strings.IndexFunc(line, unicode.IsLetter) >= 0 &&
		(unicode.IsLetter(first) && !unicode.IsLower(first) || unicode.IsDigit(first)) && strings.IndexByte(".,;:", line[len(line)-1]) < 0
}
