package transcripts

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// unmarshal decodes the JSON of the source. What is wrong with it is said with
// its place.
func (s *source) unmarshal(v any) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var moment *badMoment
	switch err := json.Unmarshal([]byte(s.text), v); {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return s.problem(int(syntax.Offset)-1, "", "read JSON: %v", syntax)
	case errors.As(err, &kind):
		return s.problem(int(kind.Offset)-1, "is it another format?", "unexpected %s in %s", kind.Value, memberName(kind.Field))
	case errors.As(err, &moment):
		return s.problem(s.offsetOf(moment.raw), "", "no such time: %.40s", moment.raw)
	default:
		return s.problem(0, "", "read JSON: %v", err)
	}
}

// memberName is the name of a field as JSON has it.
func memberName(field string) string {
	if field == "" {
		return "the file"
	}
	parts := strings.Split(field, ".")
	for i, part := range parts {
		if part != "" {
			parts[i] = strings.ToLower(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, ".")
}

// offsetOf finds the first value that is spelled so.
func (s *source) offsetOf(raw string) int {
	d := json.NewDecoder(strings.NewReader(s.text))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return 0
		}
		spelled := ""
		switch t := token.(type) {
		case json.Number:
			spelled = t.String()
		case string:
			spelled = strconv.Quote(t)
		}
		if spelled == raw {
			return int(d.InputOffset()) - len(raw)
		}
	}
}

// badMoment is a value that is no time.
type badMoment struct{ raw string }

func (e *badMoment) Error() string { return "no such time: " + e.raw }

// inSeconds is a time that is a number of seconds, or a string of one, with an
// "s" behind it or not.
type inSeconds struct {
	at  time.Duration
	set bool
}

// UnmarshalJSON reads a time.
func (t *inSeconds) UnmarshalJSON(raw []byte) (err error) {
	t.at, t.set, err = readMoment(raw, time.Second)
	return err
}

// inMilliseconds is a time that is a number of milliseconds.
type inMilliseconds struct {
	at  time.Duration
	set bool
}

// UnmarshalJSON reads a time.
func (t *inMilliseconds) UnmarshalJSON(raw []byte) (err error) {
	t.at, t.set, err = readMoment(raw, time.Millisecond)
	return err
}

// readMoment reads a time to the millisecond. Recognisers start a little before
// the beginning at times.
func readMoment(raw []byte, unit time.Duration) (at time.Duration, set bool, err error) {
	const early = -time.Second
	s := string(raw)
	if s == "null" {
		return 0, false, nil
	}
	n, err := strconv.ParseFloat(strings.TrimSuffix(strings.Trim(s, `"`), "s"), 64)
	n *= float64(unit)
	if err != nil || !(n >= float64(early) && n <= float64(maxTime)) {
		return 0, false, &badMoment{s}
	}
	return max(0, time.Duration(math.Round(n/1e6))*time.Millisecond), true, nil
}

// speakerID is who speaks: a name, a letter, a number, or null.
type speakerID string

// UnmarshalJSON reads a string or a number.
func (id *speakerID) UnmarshalJSON(raw []byte) error {
	var name string
	switch {
	case string(raw) == "null":
	case raw[0] == '"':
		if err := json.Unmarshal(raw, &name); err != nil {
			return err
		}
	default:
		var number json.Number
		if err := json.Unmarshal(raw, &number); err != nil {
			return err
		}
		name = number.String()
	}
	*id = speakerID(clean([]byte(name)))
	return nil
}

// podcasting reads JSON of Podcasting 2.0
// (https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md).
// A segment may be a word. One without a speaker goes on with the one before.
func (s *source) podcasting() ([]utterance, error) {
	var file struct {
		Segments []struct {
			Speaker            *speakerID
			StartTime, EndTime inSeconds
			Body               string
		}
	}
	if err := s.unmarshal(&file); err != nil {
		return nil, err
	}
	if file.Segments == nil {
		return nil, s.problem(0, "is it another format?", "no segments")
	}
	var said []utterance
	speaker := ""
	for _, segment := range file.Segments {
		if segment.Speaker != nil {
			speaker = string(*segment.Speaker)
		}
		if text := clean([]byte(segment.Body)); text != "" {
			said = append(said, utterance{start: segment.StartTime.at, end: segment.EndTime.at,
				timed: segment.StartTime.set, ended: segment.EndTime.set, speaker: speaker, text: text})
		}
	}
	return said, nil
}

// jsonWord is a word of a recogniser. Its text has one of two names, and who
// speaks one of three.
type jsonWord[T inSeconds | inMilliseconds] struct {
	Word       string
	Punctuated string `json:"punctuated_word"` // Deepgram
	Text       string // AssemblyAI
	Start, End T
	Speaker    speakerID
}

func (w *jsonWord[T]) text() string {
	for _, text := range []string{w.Punctuated, w.Word, w.Text} {
		if text != "" {
			return text
		}
	}
	return ""
}

// spokenWord is a word of any recogniser.
type spokenWord struct {
	text       string
	start, end time.Duration
	timed      bool
	speaker    string
}

// wordsOf makes all words alike. at tells a time of the format.
func wordsOf[T inSeconds | inMilliseconds](words []jsonWord[T]) []spokenWord {
	out := make([]spokenWord, len(words))
	for i := range words {
		w := &words[i]
		start, end := inSeconds(w.Start), inSeconds(w.End)
		out[i] = spokenWord{w.text(), start.at, end.at, start.set && end.set, string(w.Speaker)}
	}
	return out
}

// breath is the silence that ends an utterance put together from words.
const breath = 1500 * time.Millisecond

// joinWords puts words together to utterances: one per speaker, and a new one
// behind a breath.
func joinWords(words []spokenWord) []utterance {
	var said []utterance
	var text joiner
	for i := range words {
		w := &words[i]
		if w.text = clean([]byte(w.text)); w.text == "" {
			continue
		}
		n := len(said) - 1
		if n < 0 || said[n].speaker != w.speaker || w.timed && said[n].ended && w.start-said[n].end >= breath {
			if n >= 0 {
				said[n].text = text.take()
			}
			said = append(said, utterance{speaker: w.speaker})
			n++
		}
		text.add(w.text)
		if u := &said[n]; w.timed {
			if !u.timed {
				u.start, u.timed = w.start, true
			}
			u.end, u.ended = max(u.end, w.end), true
			u.words = append(u.words, timedWord{len(text.text), w.start, w.end})
		}
	}
	if len(said) > 0 {
		said[len(said)-1].text = text.take()
	}
	return said
}

// timeWords finds the words of an utterance in its text, so that it can be cut
// between any two at the right time. Where they are not the words of the text,
// it goes without.
func (u *utterance) timeWords(words []spokenWord) {
	at := 0
	for i := range words {
		text := clean([]byte(words[i].text))
		n := strings.Index(u.text[at:], text)
		if text == "" || n < 0 {
			continue
		}
		at += n + len(text)
		if words[i].timed {
			u.words = append(u.words, timedWord{at, words[i].start, words[i].end})
		}
	}
}

// joiner puts texts together, with a space between two unless both are of a
// script that has none between words.
type joiner struct{ text []byte }

func (j *joiner) add(text string) {
	before, _ := utf8.DecodeLastRune(j.text)
	after, _ := utf8.DecodeRuneInString(text)
	if len(j.text) > 0 && !(spaceless(before) && spaceless(after)) {
		j.text = append(j.text, ' ')
	}
	j.text = append(j.text, text...)
}

// take returns the text and starts another.
func (j *joiner) take() string {
	text := string(j.text)
	j.text = j.text[:0]
	return text
}
