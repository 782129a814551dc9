package transcripts

import (
	"slices"
	"strings"
	"time"

	"onair/transcripts/internal/script"
)

// Limits of a cue and of a line in SRT, in columns. A cue of 65 columns is as long as two
// full lines and the space between them.
const (
	maxCue  = 65
	maxLine = 32
)

// Cue is spoken text of one speaker. Times are whole milliseconds from the start of the
// audio. Unless a word or a name is too long, a cue has at most 65 columns, and fits into
// two lines of 32 columns, including the speaker's name where WriteSRT writes it.
type Cue struct {
	Start, End time.Duration
	Speaker    string
	Text       string // empty if the turn has only sounds
	Turn       int    // index in Transcript.Turns
	Sounds     []Sound
}

// Sound is a sound in a cue, such as laughter. It is not part of the text: WriteVTT and
// WriteSRT write it in brackets, and the limits of a cue include it.
type Sound struct {
	Offset int // offset in Cue.Text of the byte after the sound
	Name   string
}

// shown returns the text of the cue with its sounds in brackets.
func (c *Cue) shown() string {
	if len(c.Sounds) == 0 {
		return c.Text
	}
	var b strings.Builder
	at := 0
	add := func(text string) {
		if at == 0 && text != "" && b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	for _, s := range c.Sounds {
		add(c.Text[at:s.Offset])
		at = s.Offset
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("[" + s.Name + "]")
	}
	add(c.Text[at:])
	return b.String()
}

// WithoutSounds returns the cues without their sounds, and without the cues of sounds alone.
func WithoutSounds(cues []Cue) []Cue {
	cues = slices.DeleteFunc(slices.Clone(cues), func(c Cue) bool { return c.Text == "" })
	for i := range cues {
		cues[i].Sounds = nil
	}
	return cues
}

// Cues cuts the spoken text into cues. Their times come from the captions that were read,
// or else from Align, the stamps and the duration of the audio, which is 0 if unknown. The
// cues contain every word once, in order. A turn of sounds alone has a cue without text if
// there is time for it. Each cue ends after it starts, and no two overlap. Cues returns nil
// if the text cannot be timed: if it has no stamps and no duration, or does not fit into the
// duration. The caller must not change the cues.
func (t *Transcript) Cues(duration time.Duration) []Cue {
	if t.captionTimes != nil {
		return t.captionTimes.fitting(duration)
	}
	tl := t.timeline(duration)
	if tl == nil {
		return nil
	}
	var c cutter
	t.cut(&c)
	for i := range c.cues {
		cue := &c.cues[i]
		cue.Start = tl.start(c.places[i].from())
		cue.End = tl.end(c.places[i].to())
	}
	return t.withSoundTurns(c.cues, duration)
}

// Starts returns when each turn starts, consistent with Cues, or nil if the text cannot be
// timed. A turn without words starts with its cue, or else with the next word. A pause
// starts at its stamp, or else after the word before it.
func (t *Transcript) Starts(duration time.Duration) []time.Duration {
	if t.captionTimes != nil {
		if cues := t.captionTimes.fitting(duration); cues != nil {
			starts := make([]time.Duration, len(t.Turns))
			for i := range starts {
				starts[i] = t.captionTimes.start(i, 0)
			}
			for i := range cues {
				starts[cues[i].Turn] = min(starts[cues[i].Turn], cues[i].Start)
			}
			return starts
		}
	}
	tl := t.timeline(duration)
	if tl == nil {
		return nil
	}
	starts := make([]time.Duration, len(t.Turns))
	pos := 0
	for i := range t.Turns {
		turn := &t.Turns[i]
		starts[i] = tl.start(pos)
		if turn.Pause {
			starts[i] = tl.end(pos)
			if at, ok := tl.pauses[i]; ok {
				starts[i] = at.Round(time.Millisecond)
			}
		}
		if i > 0 { // the stamp of a pause after the last words may be later than tl.start(pos)
			starts[i] = max(starts[i], starts[i-1])
		}
		for j := range turn.Blocks {
			if text := turn.Blocks[j].Text; text != "" {
				pos += script.Weigh(text) + 1
			}
		}
	}
	if slices.ContainsFunc(t.Turns, func(turn Turn) bool { return len(turn.soundsAlone()) > 0 }) {
		for _, cue := range t.Cues(duration) {
			if i := cue.Turn; cue.Text == "" && (i == 0 || cue.Start >= starts[i-1]) {
				starts[i] = cue.Start
			}
		}
	}
	return starts
}
