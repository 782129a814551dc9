// Package words reads and writes transcript.words.json: the words that a speech
// recognizer heard in the audio of an episode, with their times. The transcript that
// people correct stays beside it; package transcripts aligns the two.
//
// A file is JSON with one segment per line, so that git can merge two changes. An hour of
// speech takes up to 250 kB:
//
//	{"schema_version": 1, "audio": {"sha256": "…", "duration_seconds": 61.5},
//	"engine": "google", "model": "chirp_3", "language": "en", "speakers": {"1": "vega"},
//	"segments": [
//	[1200, "1", "Hello, universe.", [310, 640], [97, 92]]
//	]}
//
// A segment is what one voice says without a pause: the start in milliseconds, the voice,
// the words separated by spaces, the milliseconds from the start of each word to the
// start of the next (for the last word, to its end), and the recognizer's confidence in
// each word, in percent. A confidence of 0 is unknown, and the list may be left out.
//
// Long audio is recognized in pieces. A voice that was first heard in a later piece may
// be the same as an earlier voice. "since": {"3": 1185} says where that piece starts, in
// seconds.
package words

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"onair/internal/finding"
)

const (
	// FileName is the name of the file in the folder of an episode.
	FileName = "transcript.words.json"
	// MaxSize is the limit on the size of a file, in bytes.
	MaxSize = 16 << 20
	// schemaVersion is the version of the format that Format writes.
	schemaVersion = 1
	// pause is the silence after which Segments starts another segment.
	pause = 300 * time.Millisecond
	// longest is the limit on the number of words in a segment that Segments makes.
	longest = 40
	// end is the limit on times: a hundred hours.
	end = 100 * time.Hour
)

// File is the content of a transcript.words.json.
type File struct {
	SHA256   string        // digest of the audio's payload, in hex
	Duration time.Duration // length of the audio; 0 if unknown
	Engine   string        // what recognized the words, such as google
	Model    string
	Language string                   // BCP 47
	Speakers map[string]string        // ids of people or names, by voice
	Since    map[string]time.Duration // for a voice that may not be new, the start of the piece in which it was first heard
	Segments []Segment                // by start
}

// Segment is what one voice says without a pause.
type Segment struct {
	Voice string // empty if the recognizer does not tell voices apart
	Words []Word // by start; never empty
}

// Word is a word with its time.
type Word struct {
	Text       string // without spaces
	Start, End time.Duration
	Confidence float64 // between 0 and 1; 0 if unknown
}

// document is the JSON of a file.
type document struct {
	SchemaVersion int                `json:"schema_version"`
	Audio         audio              `json:"audio"`
	Engine        string             `json:"engine"`
	Model         string             `json:"model,omitempty"`
	Language      string             `json:"language,omitempty"`
	Speakers      map[string]string  `json:"speakers,omitempty"`
	Since         map[string]float64 `json:"since,omitempty"`
	Segments      []json.RawMessage  `json:"segments"`
}

type audio struct {
	SHA256   string  `json:"sha256,omitempty"`
	Duration float64 `json:"duration_seconds,omitempty"`
}

// Read reads a file that Format wrote and people may have changed. An error is a
// [finding.Finding] with its place in the file of the given name.
func Read(src []byte, file string) (*File, error) {
	fail := func(line int, format string, args ...any) error {
		return ruleUnreadable.At(finding.Position{File: file, Line: line}, format, args...)
	}
	if len(src) > MaxSize {
		return nil, fail(0, "the file has %d bytes; the limit is %d", len(src), MaxSize)
	}
	var d document
	if err := json.Unmarshal(src, &d); err != nil {
		line := 0
		if syntax, ok := err.(*json.SyntaxError); ok {
			line = 1 + bytes.Count(src[:min(int(syntax.Offset), len(src))], []byte("\n"))
		}
		return nil, fail(line, "not JSON of recognized words: %v", err)
	}
	if d.SchemaVersion != schemaVersion {
		return nil, fail(1, "schema_version is %d; this onair reads %d", d.SchemaVersion, schemaVersion)
	}
	f := &File{
		SHA256: d.Audio.SHA256, Duration: seconds(d.Audio.Duration),
		Engine: d.Engine, Model: d.Model, Language: d.Language, Speakers: d.Speakers,
	}
	for voice, from := range d.Since {
		if f.Since == nil {
			f.Since = map[string]time.Duration{}
		}
		f.Since[voice] = seconds(from)
	}
	for i, raw := range d.Segments {
		s, err := readSegment(raw)
		if err == nil && i > 0 && s.start() < f.Segments[i-1].start() {
			err = fmt.Errorf("it starts before the segment above")
		}
		if err != nil {
			return nil, fail(lineOf(src, raw), "segment %d: %v", i+1, err)
		}
		f.Segments = append(f.Segments, s)
	}
	return f, nil
}

// lineOf returns the line of a segment.
func lineOf(src []byte, raw json.RawMessage) int {
	return 1 + bytes.Count(src[:max(0, bytes.Index(src, raw))], []byte("\n"))
}

// readSegment reads a segment.
func readSegment(raw json.RawMessage) (Segment, error) {
	var start int64
	var s Segment
	var text string
	var steps []int64
	var sure []int
	fields := []any{&start, &s.Voice, &text, &steps, &sure}
	var values []json.RawMessage
	if err := json.Unmarshal(raw, &values); err != nil || len(values) < 4 || len(values) > len(fields) {
		return s, fmt.Errorf("want [start, voice, words, durations, confidences]")
	}
	for i, v := range values {
		if err := json.Unmarshal(v, fields[i]); err != nil {
			return s, fmt.Errorf("member %d: %v", i+1, err)
		}
	}
	words := strings.Fields(text)
	if len(words) == 0 || len(words) != len(steps) || sure != nil && len(sure) != len(words) {
		return s, fmt.Errorf("%d words have %d durations and %d confidences", len(words), len(steps), len(sure))
	}
	at := time.Duration(start) * time.Millisecond
	for i, w := range words {
		if start < 0 || steps[i] < 0 || steps[i] > end.Milliseconds() || start > end.Milliseconds() || at > end {
			return s, fmt.Errorf("the time of %q is negative or over %v", w, end)
		}
		next := at + time.Duration(steps[i])*time.Millisecond
		word := Word{Text: w, Start: at, End: next}
		if sure != nil {
			word.Confidence = float64(min(max(sure[i], 0), 100)) / 100
		}
		s.Words, at = append(s.Words, word), next
	}
	return s, nil
}

func (s *Segment) start() time.Duration { return s.Words[0].Start }

func seconds(s float64) time.Duration {
	if !(s > 0 && s <= end.Seconds()) {
		return 0
	}
	return time.Duration(math.Round(s*1000)) * time.Millisecond
}

// Format writes the file. The same words give the same bytes.
func (f *File) Format() []byte {
	var b bytes.Buffer
	d := document{
		SchemaVersion: schemaVersion, Audio: audio{f.SHA256, f.Duration.Seconds()},
		Engine: f.Engine, Model: f.Model, Language: f.Language, Speakers: f.Speakers,
	}
	for voice, from := range f.Since {
		if d.Since == nil {
			d.Since = map[string]float64{}
		}
		d.Since[voice] = from.Seconds()
	}
	head := encode(d)
	b.Write(bytes.TrimSuffix(head, []byte(`null}`)))
	b.WriteString("[")
	for i, s := range f.Segments {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(s.format())
	}
	b.WriteString("\n]}\n")
	return b.Bytes()
}

// encode returns JSON without the escapes of HTML. It panics on an error, which its
// values cannot cause.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("encode words: %v", err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// format writes a segment. A file has no time between two words of a segment, so a word
// ends where the next one starts.
func (s *Segment) format() []byte {
	var texts []string
	var steps []int64
	var sure []int
	known := false
	for i, w := range s.Words {
		until := w.End
		if i+1 < len(s.Words) {
			until = s.Words[i+1].Start
		}
		texts = append(texts, w.Text)
		steps = append(steps, until.Milliseconds()-w.Start.Milliseconds())
		percent := int(math.Round(w.Confidence * 100))
		if w.Confidence > 0 {
			percent = max(percent, 1) // 0 is unknown
		}
		sure = append(sure, percent)
		known = known || w.Confidence > 0
	}
	values := []any{s.start().Milliseconds(), s.Voice, strings.Join(texts, " "), steps}
	if known {
		values = append(values, sure)
	}
	return encode(values)
}

// Segments makes segments of words, which are in the order in which they were heard. A new
// segment starts at another voice, after a pause of 0.3 seconds and after 40 words. Times
// that run backwards, overlap or are negative are moved to the end of the word before.
// Words without visible characters are left out.
func Segments(words []Word, voices []string) []Segment {
	var segments []Segment
	var last time.Duration
	for i, w := range words {
		w.Text = strings.Join(strings.FieldsFunc(w.Text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), "")
		if w.Text == "" {
			continue
		}
		w.Start = min(max(w.Start, last), end).Truncate(time.Millisecond)
		w.End = min(max(w.End, w.Start), end).Truncate(time.Millisecond)
		voice := ""
		if i < len(voices) {
			voice = voices[i]
		}
		n := len(segments)
		if n == 0 || segments[n-1].Voice != voice || len(segments[n-1].Words) >= longest || w.Start-last >= pause {
			segments = append(segments, Segment{Voice: voice})
			n++
		} else if m := len(segments[n-1].Words); m > 0 {
			segments[n-1].Words[m-1].End = w.Start
		}
		segments[n-1].Words = append(segments[n-1].Words, w)
		last = max(last, w.End)
	}
	return segments
}

// All returns the words of all segments in order of time.
func (f *File) All() []Word {
	var all []Word
	for _, s := range f.Segments {
		all = append(all, s.Words...)
	}
	slices.SortStableFunc(all, func(a, b Word) int { return cmp.Compare(a.Start, b.Start) })
	return all
}

// BelongsTo reports whether the words were heard in the audio with the given SHA-256, in
// hex. If not, it also returns a finding about their file. If either digest is unknown,
// it returns true.
func (f *File) BelongsTo(sha256, file string) (finding.Finding, bool) {
	if f.SHA256 == "" || sha256 == "" || strings.EqualFold(f.SHA256, sha256) {
		return finding.Finding{}, true
	}
	return ruleOtherAudio.At(finding.Position{File: file, Line: 1}, "the words are those of other audio and are ignored"), false
}

// Shift moves the times of words after an edit of the audio. All words except those that
// begin before start move by delta. If delta is negative, the audio from start to
// start-delta was cut out, and Shift removes the words that begin in this part.
func (f *File) Shift(start, delta time.Duration) {
	delta = delta.Truncate(time.Millisecond)
	for i := range f.Segments {
		s := &f.Segments[i]
		var kept []Word
		for _, w := range s.Words {
			if w.Start >= start {
				w.Start, w.End = w.Start+delta, w.End+delta
				if w.Start < start {
					continue
				}
			}
			kept = append(kept, w)
		}
		s.Words = kept
	}
	f.Segments = slices.DeleteFunc(f.Segments, func(s Segment) bool { return len(s.Words) == 0 })
	f.split(start)
}

// split splits the segment that has words before and after the given time. Otherwise time
// that Shift inserts there would be a pause inside a segment.
func (f *File) split(at time.Duration) {
	for i := range f.Segments {
		s := f.Segments[i]
		k := slices.IndexFunc(s.Words, func(w Word) bool { return w.Start >= at })
		if k > 0 {
			f.Segments[i].Words = s.Words[:k:k]
			f.Segments = slices.Insert(f.Segments, i+1, Segment{s.Voice, s.Words[k:]})
			return
		}
	}
}
