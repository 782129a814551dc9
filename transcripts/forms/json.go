package forms

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

func looksJSON(head string) bool {
	if strings.HasPrefix(head, "[") {
		return isJSONArray(head)
	}
	rest, ok := strings.CutPrefix(head, "{")
	rest = strings.TrimLeft(rest, " \t\n")
	return ok && rest != "" && (rest[0] == '"' || rest[0] == '}')
}

// isJSONArray reports whether a text that opens with a bracket is JSON rather than text
// that starts with a time or a note.
func isJSONArray(head string) bool {
	rest := strings.TrimLeft(head[1:], " \t\n")
	return rest != "" && (rest[0] == '{' || rest[0] == '[' || rest[0] == ']')
}

// readJSON reads JSON in one of the forms of jsonTable.
func readJSON(s *source) ([]Speech, error) {
	t, err := parseJSON(s.text)
	var syntax *syntaxError
	if errors.As(err, &syntax) {
		return nil, s.problem(syntax.at, "is the file complete? export it again", "%s", syntax.msg)
	}
	r := jsonReader{s: s, t: t}
	if path := r.match(); path != nil {
		return r.read(path)
	}
	if t.kind(t.root()) == '{' { // a document that is a segment
		t.top = 0
		if path := r.match(); path != nil && !r.form.generic {
			return r.read(path)
		}
		t.top = none
	}
	for _, name := range []string{"output", "result", "response", "data", "transcription", "transcript"} { // of services that run recognizers
		if v := t.member(t.root(), name); v != none {
			t.top = v
			if path := r.match(); path != nil {
				return r.read(path)
			}
			t.top = none
		}
	}
	return r.unmatched()
}

// jsonReader reads a document in one of the forms of jsonTable.
type jsonReader struct {
	s    *source
	t    *tape
	form *jsonForm

	speeches []Speech
	last     time.Duration // end of the segments so far
	heading  string        // speaker that the last heading names
	people   map[string]string
	turns    []timedSpeaker
	joined   joiner

	channels     []string // names of the channels so far
	channelIndex map[string]int32
}

// timedSpeaker says who speaks from a time on.
type timedSpeaker struct {
	start   time.Duration
	speaker string
}

// lists calls yield with every array at the end of a path, until yield returns false. The
// channel of an array is the index of the element or member that lists took at the last []
// or * of the path. If the path has neither, the channel is the argument channel.
func (t *tape) lists(v ref, path []string, channel int, yield func(list ref, channel int) bool) bool {
	for i, name := range path {
		if name != "[]" && name != "*" {
			if v = t.member(v, name); v == none {
				return true
			}
			continue
		}
		n := 0
		switch t.kind(v) {
		case '[':
			for m, end := v+1, t.next(v); m < end; m, n = t.next(m), n+1 {
				if !t.lists(m, path[i+1:], n, yield) {
					return false
				}
			}
		case '{':
			for m, end := v+1, t.next(v); m < end; m, n = t.next(m+1), n+1 {
				if !t.lists(m+1, path[i+1:], n, yield) {
					return false
				}
			}
		}
		return true
	}
	if t.kind(v) != '[' {
		return true
	}
	return yield(v, channel)
}

// first returns the first value that exists and is not null, trying alternative paths in
// order.
func (t *tape) first(v ref, alternatives [][]string) ref {
	for _, path := range alternatives {
		if found := t.path(v, path); found != none && t.kind(found) != 'n' {
			return found
		}
	}
	return none
}

// read reads the segments at the given path.
func (r *jsonReader) read(path []string) ([]Speech, error) {
	t, f := r.t, r.form
	r.s.result.Service = f.title
	r.s.result.Numbered = !f.names
	r.s.unit = f.unit
	r.readPeople()
	r.readTurns()
	t.lists(t.root(), path, 0, func(list ref, number int) bool {
		from := len(r.speeches)
		if f.isWordList() {
			r.readWordList(list)
		} else {
			r.readSegments(list)
		}
		if f.channels {
			channel := r.channel(strconv.Itoa(number))
			for i := from; i < len(r.speeches); i++ {
				r.speeches[i].channel = channel
			}
		}
		return true
	})
	r.speeches = speakersInText(r.s, r.speeches)
	if n := len(r.speeches); n > 0 && slices.ContainsFunc(r.speeches, func(u Speech) bool { return u.channel != r.speeches[0].channel }) {
		r.nameChannels()
		slices.SortStableFunc(r.speeches, func(a, b Speech) int { return cmp.Compare(a.Start, b.Start) })
	}
	if r.areOffsets() {
		return nil, r.s.problem(0, "is it the right file?", "JSON whose starts and ends count the characters of a text")
	}
	if len(r.speeches) == 0 {
		return nil, r.s.problem(0, "did the speech recognizer find any speech?", "JSON of %s without words", f.title)
	}
	return r.speeches, nil
}

// readSegments reads a list of segments.
func (r *jsonReader) readSegments(list ref) {
	const least = 32 // bytes of a segment with words
	t, end := r.t, r.t.next(list)
	n := 0
	for v := list + 1; v < end; v = t.next(v) {
		n++
	}
	r.speeches = slices.Grow(r.speeches, min(n, len(t.text)/least)) // a growing slice takes twice the memory
	for v := list + 1; v < end; v = t.next(v) {
		from := len(r.speeches)
		r.readSegment(v)
		if r.form.channel != "" {
			channel := r.channel(t.string(t.first(v, r.form.compiled.channel)))
			for i := from; i < len(r.speeches); i++ {
				r.speeches[i].channel = channel
			}
		}
	}
	if r.form.repeats {
		r.dropRepeated()
	}
}

// channel returns the index of the channel with a name.
func (r *jsonReader) channel(name string) int32 {
	i, ok := r.channelIndex[name]
	if !ok {
		if r.channelIndex == nil {
			r.channelIndex = map[string]int32{}
		}
		i = int32(len(r.channels))
		r.channelIndex[name] = i
		r.channels = append(r.channels, name)
	}
	return i
}

// areOffsets reports whether the starts and ends of the speech are offsets in a text, as in
// annotations: each is about as long as its text has characters or bytes.
func (r *jsonReader) areOffsets() bool {
	const few = 4 // characters of a text that may take as many seconds by chance
	found, chars, exact := 0, 0, true
	for i := range r.speeches {
		u := &r.speeches[i]
		words := u.Words
		if len(words) == 0 {
			words = []Word{{To: len(u.Text), Start: u.Start, End: u.End}}
		}
		from := 0
		for _, w := range words {
			text := strings.TrimSpace(u.Text[from:w.To])
			n := utf8.RuneCountInString(text)
			d := w.End - w.Start
			if d < time.Duration(n-1)*r.form.unit || d > time.Duration(len(text)+1)*r.form.unit || d%r.form.unit != 0 { // the end may be the last character, or include a space
				return false
			}
			from, exact = w.To, exact && d == time.Duration(n)*r.form.unit
			found, chars = found+1, chars+n
		}
	}
	return found > 1 && (exact || chars > few*found)
}

// recognizerMarks replaces what recognizers write for silence or a change of speaker.
// recognizerTokens matches the tokens of Whisper, such as <|en|> and <|2.50|>.
var (
	recognizerMarks  = strings.NewReplacer("[BLANK_AUDIO]", "", "[SPEAKER_TURN]", "\n")
	recognizerTokens = regexp.MustCompile(`<\|[^|<>]{0,40}\|>`)
)

// cleanLines cleans the lines of a text. Lines without words are left out.
func cleanLines(text string) string {
	if strings.Contains(text, "[BLANK_AUDIO]") || strings.Contains(text, "[SPEAKER_TURN]") {
		text = recognizerMarks.Replace(text)
	}
	if strings.Contains(text, "<|") {
		text = recognizerTokens.ReplaceAllString(text, " ")
	}
	if !strings.Contains(text, "\n") {
		return clean(text)
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = clean(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// nameChannels uses channels to name speakers if the same speaker occurs in several
// channels: "Channel 1", or "Channel 1" and the speaker.
func (r *jsonReader) nameChannels() {
	heard := map[string]int32{}
	mixed := false
	for i := range r.speeches {
		u := &r.speeches[i]
		if channel, ok := heard[u.Speaker]; ok && channel != u.channel {
			mixed = true
		}
		heard[u.Speaker] = u.channel
	}
	if !mixed {
		return
	}
	for i := range r.speeches {
		u := &r.speeches[i]
		u.Speaker = strings.TrimSuffix(channelName(r.channels[u.channel])+" "+u.Speaker, " ")
	}
}

// channelName returns the name of a channel for people: "Channel 1" for 1, ch_1 and channel_1.
func channelName(channel string) string {
	return "Channel " + strings.TrimPrefix(strings.TrimPrefix(channel, "channel_"), "ch_")
}

// readPeople reads the names of the speakers. A speaker without an id has its place in the list
// as its id.
func (r *jsonReader) readPeople() {
	t := r.t
	for _, path := range r.form.compiled.people {
		list := t.path(t.root(), path)
		if t.kind(list) != '[' {
			continue
		}
		r.people = map[string]string{}
		for v, end, n := list+1, t.next(list), 0; v < end; v, n = t.next(v), n+1 {
			id := strconv.Itoa(n)
			if given := t.first(v, [][]string{{"id"}, {"spkid"}}); given != none {
				id = t.string(given)
			}
			if name := clean(t.string(t.member(v, "name"))); name != "" {
				r.people[id] = name
			}
		}
	}
}

// readTurns reads who speaks when, for forms whose words have no speaker.
func (r *jsonReader) readTurns() {
	t := r.t
	for _, path := range r.form.compiled.turns {
		t.lists(t.root(), path, 0, func(list ref, _ int) bool {
			for v, end := list+1, t.next(list); v < end; v = t.next(v) {
				start, set, ok := t.time(t.first(v, [][]string{{"start_time"}, {"from"}, {"start"}}), time.Second)
				if speaker := t.first(v, [][]string{{"speaker_label"}, {"speaker"}}); set && ok && speaker != none {
					r.turns = append(r.turns, timedSpeaker{start, clean(t.string(speaker))})
				}
			}
			return true
		})
	}
	slices.SortStableFunc(r.turns, func(a, b timedSpeaker) int { return cmp.Compare(a.start, b.start) })
}

// speaker returns the speaker of a segment or word. said reports whether the document has
// a value for the speaker, which may also be the label for unknown speakers.
func (r *jsonReader) speaker(v ref, paths [][]string) (name string, said bool) {
	found := r.t.first(v, paths)
	if found == none {
		return "", false
	}
	raw := r.t.string(found)
	if r.t.kind(found) == '{' {
		raw = r.t.string(r.t.first(found, [][]string{{"name"}, {"display_name"}, {"label"}, {"id"}}))
	}
	if r.form.nobody != "" && raw == r.form.nobody {
		return "", true
	}
	if name, ok := r.people[raw]; ok {
		return name, true
	}
	return clean(raw), true
}

// speakerAt returns who speaks at a time, according to the list of turns.
func (r *jsonReader) speakerAt(at time.Duration) string {
	i := sort.Search(len(r.turns), func(i int) bool { return r.turns[i].start > at })
	if i == 0 {
		return ""
	}
	return r.turns[i-1].speaker
}

// timeOf reads the time at one of the paths. It warns about a time that cannot be read.
func (r *jsonReader) timeOf(v ref, paths [][]string) (at time.Duration, set bool) {
	found := r.t.first(v, paths)
	if found == none {
		return 0, false
	}
	at, set, ok := r.t.time(found, r.form.unit)
	if !ok {
		raw := ""
		if k := r.t.kind(found); k != '{' && k != '[' {
			raw = r.t.raw(found)
		}
		r.s.warn(ruleTime, int(r.t.nodes[found].at), "the time %.40s cannot be read", raw)
	}
	if at < -roundingError {
		r.s.result.BadTime = fmt.Sprintf("the time %v is negative", at)
	}
	return at, set
}

// isLeftOut reports whether the form has only segments of another kind.
func (r *jsonReader) isLeftOut(v ref) bool {
	if r.form.only == "" {
		return false
	}
	_, want, _ := strings.Cut(r.form.only, "=")
	found := r.t.first(v, r.form.compiled.only)
	switch r.t.kind(found) {
	case '"':
		return r.t.string(found) != want
	case 't', 'f':
		return r.t.raw(found) != want
	}
	return true
}

// readSegment reads one segment.
func (r *jsonReader) readSegment(v ref) {
	t, f, c := r.t, r.form, &r.form.compiled
	if r.isLeftOut(v) {
		return
	}
	u := Speech{At: int(t.nodes[v].at)}
	u.Start, u.Timed = r.timeOf(v, c.start)
	u.End, u.Ended = r.timeOf(v, c.end)
	r.warnOfNull(v, c.start, u.Timed)
	r.warnOfNull(v, c.end, u.Ended)
	if !u.Ended {
		if length, ok := r.timeOf(v, c.length); ok && u.Timed {
			u.End, u.Ended = u.Start+length, true
		}
	}
	last := r.last
	r.last = max(last, u.End)
	var said bool
	if u.Speaker, said = r.speaker(v, c.speaker); !said && f.inherit && len(r.speeches) > 0 {
		u.Speaker = r.speeches[len(r.speeches)-1].Speaker
	}
	words := t.first(v, c.words)
	if t.kind(words) != '[' {
		words = none
	}
	u.Text = cleanLines(t.string(t.first(v, c.text)))
	if u.Timed && u.Ended {
		r.checkOrder(u.Text, u.Start, u.End)
	}
	if words != none {
		u.Text = strings.ReplaceAll(u.Text, "\n", " ")
	}
	if f.text == "" || u.Text == "" && words != none {
		r.readWords(&u, words)
		return
	}
	if u.Text == "" {
		if title := clean(t.string(t.first(v, c.heading))); machine.MatchString(title) {
			r.heading = title
		}
		return
	}
	if u.Speaker == "" {
		u.Speaker = r.heading
	}
	if f.repeats && !u.Timed { // Google gives times only to words and to the end of a segment
		if words != none && words+1 < t.next(words) {
			r.readWords(&u, words)
			return
		}
		u.Start, u.Timed = min(last, u.End), u.Ended
	}
	if words == none {
		r.speeches = append(r.speeches, u)
		return
	}
	if f.start == "" && !u.Timed || !u.Ended {
		r.timeByWords(&u, words)
	}
	r.alignWords(u, words)
}

// timeByWords sets the start of a segment without one to that of its first word, and its end to
// that of its last word.
func (r *jsonReader) timeByWords(u *Speech, words ref) {
	c := &r.form.compiled
	for v, end := words+1, r.t.next(words); v < end; v = r.t.next(v) {
		if start, ok := r.timeOf(v, c.wordStart); ok && !u.Timed {
			u.Start, u.Timed = start, true
		}
		if stop, ok := r.timeOf(v, c.wordEnd); ok {
			u.End, u.Ended = stop, true
		}
	}
}

// dropRepeated drops the speech before the last segment if the last segment repeats all
// words with their speakers.
func (r *jsonReader) dropRepeated() {
	for i := len(r.speeches) - 1; i > 0; i-- {
		u := &r.speeches[i]
		if u.Speaker == "" {
			return
		}
		if u.Start < r.speeches[i-1].End && r.speeches[i-1].Speaker == "" {
			r.speeches = r.speeches[i:]
			return
		}
	}
}
