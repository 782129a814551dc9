package forms

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"onair/transcripts/internal/script"
)

// Patterns for a clock in text, such as 0:03, 00:00:03.120 or 1:02:17, for a range from
// one clock to another, and for a number of seconds or a range of them, such as 5.2s.
const (
	clockPattern   = `-?\d{1,3}:(?:\d{1,2}:\d{1,2}|\d\d)(?:[.,:;]\d{1,3})?`
	rangePattern   = clockPattern + toPattern + clockPattern + `)?`
	namePattern    = `[^:：\[\]()<>*|]{1,60}?`
	secondsPattern = `\d{1,5}(?:\.\d{1,3})?\s?s`
	numberPattern  = `\d{1,5}\.\d{2,3}`
	toPattern      = `(?:\s*(?:-->|->|→|-|–|—|to|bis)\s*`
)

// textHead is a way to write speaker and time before the words or on a line above them.
// The groups of its pattern are named clock, name and words.
type textHead struct {
	pattern func() *regexp.Regexp // compiled when it is first used
	tools   string
	example string
	words   bool // words follow on the same line
	check   bool // the name must look like a name
	loose   bool // may also be a clock in a sentence
}

// textHeads are tried in this order.
var textHeads = []textHead{
	{pattern: head(`[\[(<]CLOCK[\])>]:?`), tools: "Google Meet, subtitle editors", example: "[00:00:03]"},
	{pattern: head(`\[SECONDS\]`), tools: "scripts around a recognizer", example: "[3.1s]"},
	{pattern: head(`\[SECONDS\]\s*WORDS`), tools: "faster-whisper", example: "[3.12s -> 5.96s] words", words: true},
	{pattern: head(`\[(?P<clock>` + numberPattern + toPattern + numberPattern + `))\]:?\s*WORDS`), tools: "scripts around a recognizer", example: "[3.12 - 5.96] words", words: true},
	{pattern: head(`NAME\s*[\[(]SECONDS[\])]:?`), tools: "scripts around a recognizer", example: "Vega Lyrae [3.1s]", check: true},
	{pattern: head(`CLOCK`), tools: "YouTube, Google Meet, Teams", example: "0:03"},
	{pattern: head(`(?i:timestamp|time):\s*[\[(]?CLOCK[\])]?`), tools: "language models", example: "Timestamp: 00:00:03"},
	{pattern: head(`\[CLOCK\]\s*[-–—]\s*NAME:?`), tools: "Happy Scribe", example: "[00:00:03.120] - Vega Lyrae", check: true},
	{pattern: head(`[\[(]CLOCK[\])]\s*[-–—]\s*NAME:\s*WORDS`), tools: "Happy Scribe", example: "[00:00:03] - Vega Lyrae: words", words: true, check: true},
	{pattern: head(`[\[(]CLOCK[\])]:?\s*WORDS`), tools: "whisper.cpp, Descript, Trint, Temi", example: "[00:00:03] Vega Lyrae: words", words: true},
	{pattern: head(`(?:\*\*)?\[?PERSON\]?(?:\*\*)?\s*[\[(*_]{1,2}CLOCK[\])*_]{1,2}\s*:?`), tools: "Rev, Riverside, Sonix", example: "Vega Lyrae (00:03):", check: true},
	{pattern: head(`PERSON(?:\s{2,}|\t|\s+[-–—|·•@]\s+|,\s*|\s)CLOCK:?`), tools: "Otter, Teams, Fathom", example: "Vega Lyrae  0:03", check: true},
	{pattern: head(`(?:\*\*)?\[?NAME\]?(?:\*\*)?:\s*[\[(]?CLOCK[\])]?`), tools: "Temi, bitcointranscripts", example: "Vega Lyrae: 00:00:03", check: true},
	{pattern: head(`@?CLOCK(?:\s{2,}|\t|\s+[-–—|·•]\s+|\s)NAME(?:\s+\([^()]{1,60}\))?:?`), tools: "Descript, Riverside, Trint, Fathom", example: "00:00:03 Vega Lyrae", check: true},
	{pattern: head(`(?:\*\*)?NAME(?:\*\*)?\s*[\[(]CLOCK[\])]\s*:\s*WORDS`), tools: "Rev, Descript", example: "Vega Lyrae (00:03): words", words: true, check: true},
	{pattern: head(`(?:\*\*)?NAME(?:\*\*)?\s*[\[(]CLOCK[\])]\s*WORDS`), tools: "Rev, Descript", example: "Vega Lyrae (00:03) words", words: true, check: true, loose: true},
	{pattern: head(`NAME:\s*[\[(]CLOCK[\])]\s*WORDS`), tools: "Descript", example: "Vega Lyrae: [00:00:03] words", words: true, check: true},
	{pattern: head(`NAME:\s+CLOCK(?:\t|\s+[-–—|]\s)\s*WORDS`), tools: "Temi", example: "Vega Lyrae:<tab>00:03<tab>words", words: true, check: true},
	{pattern: head(`NAME(?:\s{2,}|\t)CLOCK(?:\s{2,}|\t)\s*WORDS`), tools: "Rev AI", example: "Speaker 0    00:00:03    words", words: true, check: true},
	{pattern: head(`(?P<name>S\d{1,2}|(?i:speaker)\s\w{1,3})\s+CLOCK:?\s+WORDS`), tools: "TranscribeMe", example: "S1 00:03 words", words: true},
	{pattern: head(`CLOCK(?:\s+[-–—|]\s+|\s+)NAME:\s+WORDS`), tools: "Trint, hand-made", example: "00:03 Vega Lyrae: words", words: true, check: true},
	{pattern: head(`CLOCK\t\s*NAME\t\s*WORDS`), tools: "tables", example: "00:03<tab>Vega Lyrae<tab>words", words: true, check: true},
	{pattern: head(`CLOCK\t\s*WORDS`), tools: "tables, subtitle editors", example: "00:03<tab>words", words: true},
}

func head(pattern string) func() *regexp.Regexp {
	pattern = strings.ReplaceAll(pattern, "CLOCK", `(?P<clock>`+rangePattern+`)`)
	pattern = strings.ReplaceAll(pattern, "SECONDS", `(?P<clock>`+secondsPattern+toPattern+secondsPattern+`)?)`)
	pattern = strings.ReplaceAll(pattern, "PERSON", `(?P<name>`+namePattern+`(?:\s\([^()\d]{1,30}\))?)`) // perhaps a role
	pattern = strings.ReplaceAll(pattern, "NAME", `(?P<name>`+namePattern+`)`)
	pattern = strings.ReplaceAll(pattern, "WORDS", `(?P<words>\S.*)`)
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^` + pattern + `$`) })
}

// boilerplate matches lines that tools write around a transcript.
var boilerplate = matcher(`^(?i:(?:this )?transcript was (?:exported|generated|created) .*|.{1,60} (?:started|stopped) transcription|this editable transcript was computer generated.*|` +
	`search in video|audio file|文字记录:?|sonix (?:is the|has many) .*|action item: .* watch: https?://\S+|[^\s/]{1,80}\.(?:mp3|m4a|wav|mp4|mov|aac|flac|ogg|docx)|(?:whisper|ggml|gguf|output|load)_\w+: .*|main: .*|system_info: .*|` +
	`.{1,60} (?:hat die transkription (?:gestartet|beendet)|a (?:démarré|commencé|lancé|arrêté) la transcription|(?:inició|comenzó|detuvo|ha iniciado|ha detenido) la transcripción|` +
	`(?:iniciou|parou|interrompeu) a transcrição|ha (?:avviato|interrotto) la trascrizione|heeft de transcriptie (?:gestart|gestopt))|` +
	`[^.:]{0,60}(?:trans[ck]ri|trascri)[^.:]{0,60} \d{1,2}:\d\d:\d\d|` +
	`.{0,40}(?:trans[ck]ri|trascri).{0,60}(?:computer|ordinateur|ordenador|computador|automatisch|automatiquement|automáticamente|automaticamente).{0,40}(?:fehler|erreurs|errores|erros|errori|fouten)\b.*|` +
	`view recording - \d.*|\p{L}+ \(auto-generated\)|(?:transcription|meeting) ended after \d.*|\d+ (?:hours?|minutes?|seconds?)(?:, \d+ (?:minutes?|seconds?))*)$`)

// textLine is a line of a text, with the head at its start.
type textLine struct {
	at            int
	text          string // the cleaned line
	start, end    time.Duration
	timed, ended  bool
	name, words   string
	fromClockHead bool // the head has a clock
	badClock      bool // the clock cannot be read
	loose         bool // the head may be a clock in a sentence
	inline        bool // the clock was inside a line
	heading       bool // the line is the title of a chapter
}

// sectionLine matches a heading such as "[SPONSOR MESSAGE]".
var sectionLine = regexp.MustCompile(`^\[(\p{Lu}[\p{Lu}\d ,.'’&-]*)\]$`)

// textReader reads text in paragraphs.
type textReader struct {
	s     *source
	v     voices
	lines []textLine
	heads int // lines with a clock

	inline int  // clocks inside lines
	bare   bool // nearly every line is a clock and words

	speeches []Speech
	next     Speech
	text     script.Joiner // text of next
	speaker  string
	sections []string // headings before the next paragraph
}

// newTextReader cuts a text into lines and finds their clocks and names.
func newTextReader(s *source) *textReader {
	r := &textReader{s: s}
	for at, raw := range linesOf(s.text) {
		raw = plainHead(withColons(withoutSpokenClock(raw)))
		l := textLine{at: at, text: clean(raw)}
		if l.text != "" && !boilerplate(l.text) && !isRuler(l.text) && !isSpokenClock(l.text) {
			l.cut(raw)
		} else {
			l.text = ""
		}
		r.lines = append(r.lines, l)
	}
	r.dropNotices()
	r.checkLoose()
	r.readBare()
	r.splitInline()
	r.nameAroundClocks()
	r.nameBehindClocks()
	r.addColons()
	r.dropNumbers()
	r.dropLengths()
	r.dropDashes()
	r.findChapters()
	r.skipFront()
	for i := range r.lines {
		l := &r.lines[i]
		if l.fromClockHead && !l.inline {
			r.heads++
		}
		if l.text != "" {
			r.v.note(l.spoken())
		}
	}
	r.v.decide(s)
	return r
}

// spoken returns the words of a line.
func (l *textLine) spoken() string {
	if l.fromClockHead {
		return l.words
	}
	return l.text
}

// cut finds the head of a line in textHeads.
func (l *textLine) cut(raw string) {
	if m := speakerLine.FindStringSubmatch(l.text); m != nil {
		l.text = "Speaker " + m[1] + ":"
		return
	}
	if m := speakerField.FindStringSubmatch(l.text); m != nil && (machine.MatchString(m[1]) || looksLikeName(m[1], 2)) {
		l.text = m[1] + ":"
		return
	}
	if head := l.text[:min(len(l.text), 100)]; !strings.ContainsAny(head, "0123456789") ||
		strings.IndexByte(l.text, ':') < 0 && !strings.Contains(head, "s]") && !strings.Contains(head, "s)") && !(head[0] == '[' && len(head) > 1 && isNumber(head[1:2])) {
		return
	}
	raw = strings.TrimSpace(raw)
	for i := range textHeads {
		h := &textHeads[i]
		m := h.pattern().FindStringSubmatch(raw)
		if m == nil {
			continue
		}
		var clock, name, words string
		for k, group := range h.pattern().SubexpNames() {
			switch group {
			case "clock":
				clock = m[k]
			case "name":
				name = clean(m[k])
			case "words":
				words = clean(m[k])
			}
		}
		if h.check && !couldLabel(name) {
			continue
		}
		if !l.setClock(clock) {
			if h.words && name == "" && strings.Count(clock, ":") < 2 {
				continue // [10:99] is not a time
			}
			l.badClock = true
		}
		l.name, l.words, l.fromClockHead, l.loose = name, words, true, h.loose
		return
	}
}

var (
	anyClock     = `(` + clockPattern + `|` + secondsPattern + `|` + numberPattern + `)`
	clockRange   = regexp.MustCompile(`^` + anyClock + `(?:\s*\D+?\s*` + anyClock + `)?$`)
	speakerLine  = regexp.MustCompile(`^SPEAKER:? (\w{1,3}):?$`) // Speechmatics
	speakerField = regexp.MustCompile(`^(?i:speaker):\s+([^:]{1,60})$`)
)

func (l *textLine) setClock(clock string) bool {
	m := clockRange.FindStringSubmatch(clock)
	if m == nil {
		return false
	}
	var ok bool
	if l.start, ok = parseTextClock(m[1]); !ok {
		return false
	}
	l.timed = true
	if m[2] != "" {
		l.end, l.ended = parseTextClock(m[2])
	}
	return true
}

// parseTextClock is like parseClock, but also reads seconds such as 5.2s, allows minutes
// above 59, and drops the frames of hh:mm:ss:ff.
func parseTextClock(clock string) (time.Duration, bool) {
	if seconds, ok := strings.CutSuffix(clock, "s"); ok || strings.IndexByte(clock, ':') < 0 {
		d, _, ok := inUnit(strings.TrimSpace(seconds), time.Second)
		return d, ok
	}
	clock = strings.ReplaceAll(clock, ";", ":")
	if strings.Count(clock, ":") == 3 {
		clock = clock[:strings.LastIndexByte(clock, ':')]
	}
	d, ok := parseClock(clock, true)
	return d, ok && d <= maxTime
}

// couldLabel reports whether words could be the name next to a clock.
func couldLabel(name string) bool {
	if strings.Contains(name, ",") && strings.ContainsAny(name, "0123456789") {
		return false // a date
	}
	name = undecorated(name)
	return machine.MatchString(name) || looksLikeName(name, 1) && (!strings.HasSuffix(name, ".") || titleAfter.MatchString(name))
}

// titleAfter matches a name that ends with an abbreviation, such as Jr.
var titleAfter = regexp.MustCompile(` (?:Jr|Sr|Esq|[A-Z]\.[A-Z]|Ph\.?D)\.$`)

// isBareName reports whether words could be the name next to a clock and have no
// punctuation.
func isBareName(words string) bool {
	return couldLabel(words) && !strings.ContainsAny(words, ".,!?:")
}

// nameAroundClocks finds who speaks at clocks that stand alone on a line, if the name
// stands alone on the line above or below. Unless most such clocks have a name, it finds
// none.
func (r *textReader) nameAroundClocks() {
	around := func(i, step int) *textLine {
		for n := 0; n < 2; n++ {
			if i += step; i < 0 || i >= len(r.lines) {
				return nil
			}
			if r.lines[i].text != "" {
				return &r.lines[i]
			}
		}
		return nil
	}
	isName := func(l *textLine) bool {
		return l != nil && !l.fromClockHead && isBareName(l.text)
	}
	clocks, above, below := 0, 0, 0
	for i := range r.lines {
		if l := &r.lines[i]; l.fromClockHead && l.name == "" && l.words == "" {
			clocks++
			if isName(around(i, -1)) {
				above++
			}
			if next := around(i, 1); isName(next) && i+2 < len(r.lines) && r.lines[min(i+2, len(r.lines)-1)].text != "" {
				below++
			}
		}
	}
	if clocks == 0 || 5*max(above, below) < 4*clocks {
		return
	}
	for i := range r.lines {
		l := &r.lines[i]
		if !l.fromClockHead || l.name != "" || l.words != "" {
			continue
		}
		step := 1
		if above >= below {
			step = -1
		}
		if name := around(i, step); isName(name) {
			l.name, name.text = name.text, ""
		}
	}
}

// dropDashes drops the dash between a name with a clock and the words, if all such lines have
// one, as in "Vega (0:03) - Yes."
func (r *textReader) dropDashes() {
	heads, dashed := 0, 0
	for i := range r.lines {
		if l := &r.lines[i]; l.fromClockHead && l.name != "" && l.words != "" {
			heads++
			if dash.MatchString(l.words) {
				dashed++
			}
		}
	}
	if heads < 2 || dashed < heads {
		return
	}
	for i := range r.lines {
		if l := &r.lines[i]; l.fromClockHead && l.name != "" {
			l.words = dash.ReplaceAllString(l.words, "")
		}
	}
}

// readText reads text. Speaker and time are before the words or above them; see
// textHeads. A paragraph ends at a blank line, or before a line that names a speaker. A
// paragraph without a name belongs to the previous speaker. A line such as [SPONSOR
// MESSAGE] is a heading, and so is a line in capitals before the first name.
func readText(s *source) ([]Speech, error) {
	r := newTextReader(s)
	for i := range r.lines {
		r.line(&r.lines[i])
	}
	r.end()
	if len(r.sections) > 0 && len(r.speeches) > 0 {
		last := &r.speeches[len(r.speeches)-1]
		last.Text += " [" + strings.Join(r.sections, "] [") + "]"
	}
	if slices.ContainsFunc(r.speeches, func(u Speech) bool { return u.Timed }) {
		if first := &r.speeches[0]; !first.Timed {
			first.Timed, first.Estimated = true, true
		}
		r.timeParagraphs()
	}
	return r.speeches, nil
}

func (r *textReader) line(l *textLine) {
	if l.text == "" && !l.fromClockHead {
		if r.text.Len() > 0 { // a blank line between a name or clock and its text ends nothing
			r.end()
		}
		return
	}
	rest := l.text
	if l.fromClockHead {
		r.end()
		if l.badClock {
			r.s.warn(ruleTime, l.at, "the time of %.60q cannot be read", l.text)
		}
		r.next = Speech{Start: l.start, End: l.end, Timed: l.timed, Ended: l.ended, At: l.at}
		if l.name != "" {
			r.speaker = l.name
		}
		if rest = l.words; rest == "" {
			return
		}
	}
	if m := chapterLine.FindStringSubmatch(rest); m != nil && !l.fromClockHead && r.heads > 0 {
		r.end()
		r.sections = append(r.sections, m[1])
		return
	}
	if l.heading {
		r.end()
		r.sections = append(r.sections, l.text)
		return
	}
	if m := sectionLine.FindStringSubmatch(rest); m != nil && !machine.MatchString(m[1]) {
		r.end()
		r.sections = append(r.sections, m[1])
		return
	}
	sure := r.text.Len() == 0 || script.EndsSentence(r.text.Tail(8))
	name, words, changed := "", rest, false
	if label, after, ok := cutName(rest); ok && l.fromClockHead && l.name == "" && couldLabel(label) && !ordinary[strings.ToLower(label)] {
		name, words, changed = label, after, true
	} else if l.name == "" {
		name, words, changed = r.v.split(rest, sure)
	}
	switch {
	case changed:
		r.end()
		r.speaker = name
	case r.speaker == "" && r.text.Len() == 0 && len(r.speeches) == 0 && isCapitals(rest):
		r.sections = append(r.sections, rest)
		return
	}
	if words != "" {
		if r.text.Len() == 0 && !r.next.Timed {
			r.next.At = l.at
		}
		r.text.Add(words)
	}
}

// end finishes the paragraph. A clock or heading without words applies to the next
// paragraph.
func (r *textReader) end() {
	if r.text.Len() == 0 {
		return
	}
	r.next.Text, r.next.Speaker, r.next.Sections = r.text.Take(), r.speaker, r.sections
	r.speeches = append(r.speeches, r.next)
	r.next, r.sections = Speech{}, nil
}

// timeParagraphs estimates the times of paragraphs without a clock: they share the time
// up to the next clock.
func (r *textReader) timeParagraphs() {
	const slow = 10 // characters a second
	for i := 0; i < len(r.speeches); {
		next := i + 1
		chars := script.Weigh(r.speeches[i].Text)
		for next < len(r.speeches) && !r.speeches[next].Timed {
			chars += script.Weigh(r.speeches[next].Text)
			next++
		}
		u := &r.speeches[i]
		if !u.Ended {
			u.End, u.Ended = u.Start+time.Duration(chars)*time.Second/slow, true
			if next < len(r.speeches) && r.speeches[next].Start > u.Start {
				u.End = min(u.End, r.speeches[next].Start)
			}
		}
		if next > i+1 {
			for k := i + 1; k < next; k++ {
				r.speeches[k].Timed, r.speeches[k].Ended, r.speeches[k].Estimated = true, true, true
			}
			share(r.speeches[i:next], u.Start, u.End)
		}
		i = next
	}
}

// isCapitals reports whether a line is a title: short, and all in capitals.
func isCapitals(line string) bool {
	const longest = 60
	return len(line) <= longest && strings.ToUpper(line) == line && strings.IndexFunc(line, unicode.IsUpper) >= 0
}
