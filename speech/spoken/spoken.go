// Package spoken makes an MP3 of a transcript, spoken by machine voices, with the timing
// of the original recording. It needs no encoder: the MP3 consists of the MPEG frames of
// the engine's answers, and of silent frames between them.
package spoken

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"onair/audio/mpeg"
	"onair/speech"
)

const (
	// fastest limits how much faster than usual a turn is spoken.
	fastest = 1.25
	// step is the difference between neighbouring rates. It is large, so that a small
	// change of a text seldom changes the rate.
	step = 0.05
)

// ErrMixed reports answers of an engine in different formats.
var ErrMixed = errors.New("the engine has to answer in one format")

// Turn is what one person says without interruption.
type Turn struct {
	Start time.Duration // time in the original
	Voice string
	Text  string
}

// Placed is a turn with its place in the MP3.
type Placed struct {
	Turn
	Begin, End time.Duration
	Rate       float64
	Over       time.Duration // how long after the intended start of the next turn, or the end of the original, this turn ends
}

// Speaker turns the text of turns into an MP3.
type Speaker struct {
	Engine   *speech.Speaking
	Keeper   speech.Keeper // nil keeps nothing
	Language string
	Duration time.Duration // length of the original; silence fills the MP3 up to it
	Digest   string        // digest of the transcript, 16 hex digits; written to the MP3

	header mpeg.Header // header of all MPEG frames; 0 before the first
}

// Texts returns the texts that the engine has to speak at the usual rate, because their
// speech is not kept.
func (s *Speaker) Texts(ctx context.Context, turns []Turn) (texts []string, err error) {
	for _, t := range turns {
		for _, text := range split(t.Text, s.Engine.MaxBytes) {
			kept, err := s.Engine.Kept(ctx, s.Keeper, s.utterance(&t, text, 1))
			if err != nil {
				return nil, err
			}
			if kept == nil {
				texts = append(texts, text)
			}
		}
	}
	return texts, nil
}

func (s *Speaker) utterance(t *Turn, text string, rate float64) *speech.Utterance {
	return &speech.Utterance{Text: text, Language: s.Language, Voice: t.Voice, Rate: rate}
}

// Speak returns the MP3 and the places of its turns. A turn starts when it does in the
// original. A turn that takes too long is spoken up to a quarter faster. If that is not
// enough, the next turn starts late, and the delay shrinks in the next pauses.
func (s *Speaker) Speak(ctx context.Context, turns []Turn) ([]byte, []Placed, error) {
	var out bytes.Buffer
	var placed []Placed
	count := 0
	for i := range turns {
		frames, rate, err := s.fit(ctx, turns, i, s.time(count))
		if err != nil {
			return nil, nil, fmt.Errorf("turn at %v: %w", turns[i].Start.Round(time.Second), err)
		}
		for s.time(count+1) <= turns[i].Start {
			out.Write(s.header.Frame())
			count++
		}
		p := Placed{Turn: turns[i], Begin: s.time(count), Rate: rate}
		for _, f := range frames {
			out.Write(f)
		}
		count += len(frames)
		p.End = s.time(count)
		p.Over = max(0, p.End-s.until(turns, i))
		placed = append(placed, p)
	}
	if count == 0 {
		return nil, nil, errors.New("there is nothing to speak")
	}
	for s.time(count+1) <= s.Duration {
		out.Write(s.header.Frame())
		count++
	}
	return append(mpeg.InfoFrame(s.header, count, int64(out.Len()), s.Digest), out.Bytes()...), placed, nil
}

// time returns when MPEG frame n starts.
func (s *Speaker) time(n int) time.Duration {
	if s.header == 0 {
		return 0
	}
	return mpeg.Playtime(int64(n)*int64(s.header.Samples()), s.header.SampleRate())
}

// until returns when turn i should end: at the intended start of the next turn, or at the
// end of the original.
func (s *Speaker) until(turns []Turn, i int) time.Duration {
	switch {
	case i+1 < len(turns):
		return turns[i+1].Start
	case s.Duration > 0:
		return s.Duration
	}
	return math.MaxInt64 // the length of the original is unknown
}

// fit returns the MPEG frames of turn i, which cannot start before earliest. It speaks the
// turn faster if the turn would otherwise end after the time that until returns.
func (s *Speaker) fit(ctx context.Context, turns []Turn, i int, earliest time.Duration) (frames [][]byte, rate float64, err error) {
	t := &turns[i]
	if frames, err = s.say(ctx, t, 1); err != nil {
		return nil, 1, err
	}
	length, room := s.time(len(frames)), s.until(turns, i)-max(earliest, t.Start)
	if length <= room {
		return frames, 1, nil
	}
	rate = fastest
	if room > 0 {
		rate = min(fastest, math.Ceil(length.Seconds()/room.Seconds()/step)*step)
	}
	rate = math.Round(rate*100) / 100
	faster, err := s.say(ctx, t, rate)
	if err != nil || len(faster) >= len(frames) {
		return frames, 1, err
	}
	return faster, rate, nil
}

// say returns the MPEG frames of a turn.
func (s *Speaker) say(ctx context.Context, t *Turn, rate float64) (frames [][]byte, err error) {
	for _, text := range split(t.Text, s.Engine.MaxBytes) {
		data, err := s.Engine.Say(ctx, s.Keeper, s.utterance(t, text, rate))
		if err != nil {
			return nil, err
		}
		some, err := s.read(data)
		if err != nil {
			return nil, err
		}
		frames = append(frames, some...)
	}
	return frames, nil
}

// read returns the MPEG frames of an answer. All answers must have the same format.
func (s *Speaker) read(data []byte) (frames [][]byte, err error) {
	for f, err := range mpeg.Frames(bytes.NewReader(data)) {
		if err != nil {
			return nil, err
		}
		if s.header == 0 {
			s.header = f.Header &^ (1 << 9) // without padding
		}
		if !f.Header.SameStream(s.header) || f.Header.Mono() != s.header.Mono() {
			return nil, fmt.Errorf("an answer has %s, and the first one %s: %w", kind(f.Header), kind(s.header), ErrMixed)
		}
		frames = append(frames, bytes.Clone(f.Data))
	}
	if len(frames) == 0 {
		return nil, errors.New("the answer of the engine is not an MP3")
	}
	return frames, nil
}

func kind(h mpeg.Header) string {
	channels := "two channels"
	if h.Mono() {
		channels = "one channel"
	}
	return fmt.Sprintf("%d Hz and %s", h.SampleRate(), channels)
}

// Worst returns the turns that most need to be shortened, because they run longest into
// the time of the next turn: the worst first, at most n.
func Worst(placed []Placed, n int) []Placed {
	worst := slices.Clone(placed)
	worst = slices.DeleteFunc(worst, func(p Placed) bool { return p.Over <= 0 })
	slices.SortStableFunc(worst, func(a, b Placed) int { return int(b.Over - a.Over) })
	return worst[:min(n, len(worst))]
}

// split divides a text into parts of at most limit bytes; 0 sets no limit.
func split(text string, limit int) (parts []string) {
	for _, part := range speech.Divide(strings.Join(strings.Fields(text), " "), limit) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
