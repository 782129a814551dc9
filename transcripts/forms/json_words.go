package forms

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// recognized is a word that a tool wrote.
type recognized struct {
	text, kind   string
	start, end   time.Duration
	timed, ended bool
	speaker      string
	channel      string
	attaches     string // "previous", "next", "both" or "none": where a mark belongs
	at           int
	sure         float64
}

// confidence returns how sure the recognizer is of a word; 0 if unknown.
func (r *jsonReader) confidence(v ref) float64 {
	f, err := strconv.ParseFloat(r.t.string(r.t.first(v, confidencePaths)), 64)
	if err != nil || !(f >= 0 && f <= 1) {
		return 0
	}
	return f
}

// confidencePaths are the paths at which tools write the confidence of a word.
var confidencePaths = [][]string{{"confidence"}, {"probability"}, {"score"}, {"p"}, {"alternatives", "0", "confidence"}}

// readWordList joins the words of a list to speech.
func (r *jsonReader) readWordList(list ref) {
	t, c := r.t, &r.form.compiled
	spaced := r.form.spaced || r.areSpaced(list)
	for v, end := list+1, t.next(list); v < end; v = t.next(v) {
		w := recognized{text: t.string(t.first(v, c.text)), kind: t.string(t.first(v, c.kind)), at: int(t.nodes[v].at), sure: r.confidence(v)}
		w.start, w.timed = r.timeOf(v, c.start)
		w.end, w.ended = r.timeOf(v, c.end)
		if length, ok := r.timeOf(v, c.length); ok && w.timed && !w.ended {
			w.end, w.ended = w.start+length, true
		}
		if w.timed && w.ended {
			r.checkOrder(w.text, w.start, w.end)
		}
		w.attaches = t.string(t.member(v, "attaches_to"))
		if w.channel = r.joined.channel; c.channel != nil {
			if channel := t.first(v, c.channel); channel != none {
				w.channel = t.string(channel)
			}
		}
		var said bool
		if w.speaker, said = r.speaker(v, c.speaker); !said && r.turns != nil && w.timed {
			w.speaker = r.speakerAt(w.start)
		} else if !said {
			w.speaker = r.joined.speaker
		}
		r.joined.add(r, &w, spaced)
	}
	r.joined.flush(r)
}

// areSpaced reports whether most words of a list start or end with a space.
func (r *jsonReader) areSpaced(list ref) bool {
	const sample = 100
	n, spaced := 0, 0
	for v, end := list+1, r.t.next(list); v < end && n < sample; v = r.t.next(v) {
		text := r.t.string(r.t.first(v, r.form.compiled.text))
		if strings.TrimSpace(text) == "" {
			continue
		}
		n++
		if text[0] == ' ' || text[len(text)-1] == ' ' {
			spaced++
		}
	}
	return n > 1 && 2*spaced > n
}

// joiner joins words of one speaker, without a pause between them, to a Speech.
type joiner struct {
	text    []byte
	speech  Speech
	speaker string
	channel string
	space   bool // the last word ended with a space
	open    bool // the last mark belongs to the next word
}

// breath is the silence that ends a Speech made of words.
const breath = 2 * time.Second

func (j *joiner) add(r *jsonReader, w *recognized, spaced bool) {
	lead, trail := false, false
	if spaced {
		lead = strings.HasPrefix(w.text, " ") || strings.HasPrefix(w.text, "\n")
		trail = strings.HasSuffix(w.text, " ") || strings.HasSuffix(w.text, "\n")
	}
	text := clean(w.text)
	sound := false
	glued := isMark(text) || w.kind == "punctuation" || w.kind == "punct"
	if w.attaches == "next" || w.attaches == "none" {
		glued = false
	}
	switch {
	case text == "" || w.kind == "spacing":
		j.space = j.space || spaced
		return
	case w.kind == "audio_event", (w.kind == "unknown" || w.kind == "text") && strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">"):
		text = "[" + strings.Trim(text, "()[]<> ") + "]"
		glued, sound = false, true
	}
	if len(j.text) > 0 && !glued && (w.speaker != j.speech.Speaker || w.channel != j.channel || w.timed && j.speech.Ended && w.start-j.speech.End >= breath) {
		j.flush(r)
	}
	if len(j.text) == 0 {
		j.speech, j.channel = Speech{Speaker: w.speaker, At: w.at}, w.channel
	} else {
		before, _ := utf8.DecodeLastRune(j.text)
		after, _ := utf8.DecodeRuneInString(text)
		space := !glued && !(script.Spaceless(before) && script.Spaceless(after))
		if spaced {
			space = j.space || lead
		}
		if space = space || sound && before != ' '; space && !opensBracket(before) && !j.open {
			j.text = append(j.text, ' ')
		}
	}
	j.text = append(j.text, text...)
	j.space, j.open = trail, w.attaches == "next" || w.attaches == "both"
	j.speaker = w.speaker
	if w.timed {
		u := &j.speech
		if !u.Timed {
			u.Start, u.Timed = w.start, true
		}
		if w.ended && w.end >= w.start {
			u.End, u.Ended = max(u.End, w.end), true
		} else {
			u.End, u.Ended = max(u.End, w.start), true
		}
		u.Words = append(u.Words, Word{len(j.text), w.start, max(w.start, w.end), w.sure})
	} else if n := len(j.speech.Words); n > 0 {
		j.speech.Words[n-1].To = len(j.text)
	}
}

func opensBracket(r rune) bool { return r == '(' || r == '[' || r == '¿' || r == '¡' }

// isMark reports whether a text is only punctuation that belongs to the previous word.
func isMark(text string) bool {
	for _, r := range text {
		if !unicode.IsPunct(r) || strings.ContainsRune("([{¿¡„«“‘-–—&@#/*", r) {
			return false
		}
	}
	return text != ""
}

// flush appends the joined words as a Speech.
func (j *joiner) flush(r *jsonReader) {
	if len(j.text) > 0 {
		j.speech.Text, j.speech.channel = string(j.text), r.channel(j.channel)
		r.speeches = append(r.speeches, j.speech)
	}
	j.text, j.speech, j.space, j.open = j.text[:0], Speech{}, false, false
}

// readWords makes speech of a segment's words, for a segment without text.
func (r *jsonReader) readWords(u *Speech, words ref) {
	if words == none {
		return
	}
	t, c := r.t, &r.form.compiled
	j := &r.joined
	j.flush(r)
	from := len(r.speeches)
	for v, end := words+1, t.next(words); v < end; v = t.next(v) {
		w := recognized{text: t.string(t.first(v, c.word)), kind: t.string(t.first(v, c.kind)), at: int(t.nodes[v].at), sure: r.confidence(v)}
		w.start, w.timed = r.timeOf(v, c.wordStart)
		w.end, w.ended = r.timeOf(v, c.wordEnd)
		if length, ok := r.timeOf(v, c.wordLength); ok && w.timed && !w.ended {
			w.end, w.ended = w.start+length, true
		}
		if r.form.repeats && !w.timed && w.ended {
			w.timed = true // Google omits a start of 0
		}
		if r.form.relative {
			if !w.timed {
				w.timed = u.Timed
			}
			w.start += u.Start
		} else if w.timed && w.ended {
			r.checkOrder(w.text, w.start, w.end)
		}
		w.speaker = u.Speaker
		if who, said := r.speaker(v, c.said); said {
			w.speaker = who
		}
		j.add(r, &w, r.form.spaced)
	}
	j.flush(r)
	if n := len(r.speeches); r.form.relative && n > from {
		last := &r.speeches[n-1]
		if u.Ended {
			last.End, last.Ended = max(u.End, last.Start), true
		}
		for i := from; i < n; i++ {
			next := r.speeches[i].Words
			for k := range next {
				if k+1 < len(next) {
					next[k].End = max(next[k].Start, next[k+1].Start)
				} else {
					next[k].End = max(next[k].Start, r.speeches[i].End)
				}
			}
		}
	}
}

// alignWords finds the words of a segment in its text, so that the text can be cut
// between any two at the right time. It cuts the text where the speaker changes, and
// skips words that are not in the text.
func (r *jsonReader) alignWords(u Speech, words ref) {
	t, c := r.t, &r.form.compiled
	a := aligner{r: r, whole: u}
	at := 0
	for v, end := words+1, t.next(words); v < end; v = t.next(v) {
		text := clean(t.string(t.first(v, c.word)))
		n := strings.Index(u.Text[at:], text)
		if text == "" || n < 0 {
			continue
		}
		if who, said := r.speaker(v, c.said); said && who != "" {
			if a.speaker != "" && who != a.speaker {
				a.cut(at + n)
			}
			a.speaker = who
		}
		at += n + len(text)
		if start, end, ok := r.wordTimes(v, text); ok {
			a.words = append(a.words, Word{at, start, end, r.confidence(v)})
		}
	}
	a.cut(len(u.Text))
}

// wordTimes returns the times of a word. ok is false if a time is not known, or the word ends
// before it starts.
func (r *jsonReader) wordTimes(v ref, text string) (start, end time.Duration, ok bool) {
	c := &r.form.compiled
	start, timed := r.timeOf(v, c.wordStart)
	end, ended := r.timeOf(v, c.wordEnd)
	if !ended {
		if length, ok := r.timeOf(v, c.wordLength); ok {
			end, ended = start+length, true
		}
	}
	if timed && ended {
		r.checkOrder(text, start, end)
	}
	return start, end, timed && ended && end >= start
}

// aligner cuts a segment where its speaker changes.
type aligner struct {
	r       *jsonReader // gets the parts
	whole   Speech
	from    int    // offset in the text of the whole after the parts
	speaker string // of the words after the parts; empty if unknown
	words   []Word // words after the parts, with offsets in the text of the whole
}

// cut ends a part at an offset in the text of the whole.
func (a *aligner) cut(to int) {
	text := a.whole.Text[a.from:to]
	p := a.whole
	p.Text, p.Words = strings.TrimSpace(text), a.words
	p.Speaker = cmp.Or(a.speaker, p.Speaker)
	from := a.from + len(text) - len(strings.TrimLeft(text, " "))
	for i := range p.Words {
		p.Words[i].To -= from
	}
	if n := len(p.Words); n > 0 {
		if a.from > 0 {
			p.Start = p.Words[0].Start
		}
		if to < len(a.whole.Text) {
			p.End, p.Ended = p.Words[n-1].End, true
		}
	}
	if p.Text != "" {
		a.r.speeches = append(a.r.speeches, p)
	}
	a.from, a.words = to, nil
}

// roundingError is how far before 0, or after its end, something may start, because
// recognizers round times.
const roundingError = 100 * time.Millisecond

// checkOrder notes a text that ends before it starts.
func (r *jsonReader) checkOrder(text string, start, end time.Duration) {
	if start-end > roundingError {
		r.s.result.BadTime = fmt.Sprintf("times run backwards: %.40q starts at %v and ends at %v", text, start, end)
	}
}

// warnOfNull warns if a time was not set because it is null.
func (r *jsonReader) warnOfNull(v ref, paths [][]string, set bool) {
	for _, path := range paths {
		if set {
			return
		}
		if found := r.t.path(v, path); r.t.kind(found) == 'n' {
			r.s.warn(ruleTime, int(r.t.nodes[found].at), "the time is null")
			return
		}
	}
}
