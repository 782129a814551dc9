package words

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"onair/transcripts/forms"
)

// mostBackwards is how much earlier than the previous word a word of the same speech may
// start, because times are rounded.
const mostBackwards = time.Second

// Convert reads words from a file that Format wrote, or from one in a form of package
// forms, such as the JSON of a speech recognizer. If only captions have times, the words of
// a caption share its time in proportion to their length. Negative times, words that end
// before they start, and times that run backwards by more than a second within a speech
// are errors.
func Convert(src []byte, o *forms.Options) (*File, error) {
	if bytes.HasPrefix(src, []byte(`{"schema_version":`)) {
		return Read(src, o.File)
	}
	exact := *o
	exact.Exact = true // what is too fast was not said, and a draft marks it
	result, err := forms.Read(src, "", &exact)
	if err != nil {
		return nil, err
	}
	if result.BadTime != "" {
		return nil, errors.New(result.BadTime)
	}
	var list []Word
	var voices []string
	timed := false
	var now time.Duration
	for i := range result.Speech {
		s := &result.Speech[i]
		timed = timed || s.Timed && !s.Estimated
		for n, w := range wordsOf(s) {
			if n > 0 && now-w.Start > mostBackwards {
				return nil, fmt.Errorf("times run backwards: the word %q is at %v, after one at %v", w.Text, w.Start, now)
			}
			now = w.Start
			list = append(list, w)
			voices = append(voices, s.Speaker)
		}
	}
	if len(list) > 0 && !timed {
		return nil, errors.New("the words have no times")
	}
	return &File{Segments: Segments(list, voices)}, nil
}

// piece is a part of a text with its time.
type piece struct {
	from, to   int // bytes
	start, end time.Duration
	confidence float64
}

// at returns the time of an offset.
func (p *piece) at(offset int) time.Duration {
	if p.to <= p.from {
		return p.start
	}
	offset = min(max(offset, p.from), p.to)
	return p.start + (p.end-p.start)*time.Duration(offset-p.from)/time.Duration(p.to-p.from)
}

// pieces returns the pieces of a speech. They cover its text except for spaces.
func pieces(s *forms.Speech) []piece {
	var list []piece
	at, now := 0, s.Start
	for _, w := range s.Words {
		to := min(w.To, len(s.Text))
		if to <= at {
			continue
		}
		from := at + len(s.Text[at:to]) - len(strings.TrimLeft(s.Text[at:to], " "))
		list = append(list, piece{from, to, w.Start, w.End, w.Confidence})
		at, now = to, w.End
	}
	if strings.TrimSpace(s.Text[at:]) != "" {
		list = append(list, piece{at, len(s.Text), now, max(now, s.End), 0})
	}
	return list
}

// wordsOf returns the words of a speech. A recognizer may cut a word into pieces, and may
// give several words the same time.
func wordsOf(s *forms.Speech) (list []Word) {
	parts := pieces(s)
	for from := 0; from < len(s.Text); {
		if s.Text[from] == ' ' {
			from++
			continue
		}
		to := from + len(s.Text[from:])
		if n := strings.IndexByte(s.Text[from:], ' '); n >= 0 {
			to = from + n
		}
		for len(parts) > 1 && parts[0].to <= from {
			parts = parts[1:]
		}
		w := Word{Text: s.Text[from:to], Start: parts[0].at(from), Confidence: parts[0].confidence}
		last := &parts[0]
		for i := range parts {
			if parts[i].from < to {
				last = &parts[i]
				w.Confidence = min(w.Confidence, last.confidence)
			}
		}
		w.End = last.at(to)
		if utf8.RuneCountInString(w.Text) > 0 {
			list = append(list, w)
		}
		from = to
	}
	return list
}
