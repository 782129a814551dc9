// Package speech turns the audio of an episode into words with times. A package below
// it calls each kind of speech recognizer; package draft makes a transcript of the
// words.
package speech

import (
	"context"
	"errors"
	"time"

	"onair/audio"
	"onair/transcripts/words"
)

// Recognizer is a speech recognizer.
type Recognizer interface {
	// Recognize returns what it heard, in a form that words.Convert reads. It is called
	// once for each piece of the audio, and its answer is kept, because it may cost
	// money.
	Recognize(ctx context.Context, r *Request) ([]byte, error)
}

// ErrStarted reports that a service has begun to recognize speech. Its answer can be
// had later, with the same request.
var ErrStarted = errors.New("the recognition has begun")

// Request is what is recognized.
type Request struct {
	Audio    string // path of a file
	Info     *audio.Info
	Language string   // BCP 47; empty if unknown
	Hints    []string // words that may be spoken, most important first
	Options

	Whole bool         // the file is the whole recording, not a piece of it
	Known []KnownVoice // voices of pieces before, for an engine with Clips
	Job   *Job         // what a recognizer notes about this piece
	Say   func(string) // tells the user something about the answer
}

// Options change how audio is recognized.
type Options struct {
	WordsOnly bool // do not tell voices apart
	Channels  bool // every channel is one voice
	Cheap     bool // slower, for less money
	NoWait    bool // return ErrStarted instead of waiting for an answer
}

// KnownVoice is a voice that was heard before.
type KnownVoice struct {
	Number string
	Clip   []byte // MP3 of at most ten seconds
}

// Label returns the label that the voice has in an answer.
func (v *KnownVoice) Label() string { return "voice_" + v.Number }

// AnswerError reports that an answer, which is kept, cannot be used.
type AnswerError struct {
	Name string // under which the answer is kept
	Err  error
}

func (e *AnswerError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *AnswerError) Unwrap() error { return e.Err }

// Engine is a recognizer with its limits and what it costs.
type Engine struct {
	Recognizer
	Name, Model string
	Place       string   // where the audio goes, such as us; empty if unknown
	Extra       []string // models that are called for the same audio as well
	Settings    any      // what else the answer depends on

	Longest  time.Duration // longest piece; 0 sets no limit
	MaxBytes int64         // largest piece; 0 sets no limit
	Clips    bool          // it knows voices again by clips of them
	Unpriced bool          // onair does not know what it costs
}

// pastEnd is how long after the end of the audio a word may start: lengths are rounded.
const pastEnd = time.Second

// errSilent reports that nothing was recognized.
var errSilent = errors.New("nothing was recognized: is the audio silent?")

// pastEndOf returns the last word if it starts after the end of the audio.
func pastEndOf(f *words.File, duration time.Duration) (words.Word, bool) {
	all := f.All()
	if n := len(all); n > 0 && all[n-1].Start > duration+pastEnd {
		return all[n-1], true
	}
	return words.Word{}, false
}
