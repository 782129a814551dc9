// Package speech turns the audio of an episode into words with times, translates
// transcripts, and speaks text. The packages command, google and openai call programs and
// services for this. Package transcripts/draft makes a transcript of the words.
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
	// once for each piece of the audio. Its answer is kept, because it may have cost
	// money.
	Recognize(ctx context.Context, r *Request) ([]byte, error)
}

// ErrStarted reports that a service has begun to recognize speech. The same request will
// return the answer later.
var ErrStarted = errors.New("the recognition has begun")

// Request is a piece of audio to be recognized.
type Request struct {
	Audio    string // path of a file
	Info     *audio.Info
	Language string   // BCP 47; empty if unknown
	Hints    []string // words that may be spoken, most important first
	Options

	Whole bool         // the file is the whole recording, not a piece of it
	Known []KnownVoice // voices of earlier pieces, for an engine with Clips
	Job   *Job         // the recognizer's notes about this piece
	Say   func(string) // shows the user a message about the answer
}

// Options set how audio is recognized.
type Options struct {
	WordsOnly bool // do not tell voices apart
	Channels  bool // each channel is one voice
	Cheap     bool // slower and cheaper
	NoWait    bool // return ErrStarted instead of waiting for an answer
}

// KnownVoice is a voice that was heard before.
type KnownVoice struct {
	Number string
	Clip   []byte // MP3 of at most ten seconds
}

// Label returns the label of the voice in an answer.
func (v *KnownVoice) Label() string { return "voice_" + v.Number }

// AnswerError reports that a kept answer cannot be used.
type AnswerError struct {
	Name string // name under which the answer is kept
	Err  error
}

func (e *AnswerError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *AnswerError) Unwrap() error { return e.Err }

// Engine is a recognizer with its limits and prices.
type Engine struct {
	Recognizer
	Name, Model string
	Place       string   // location or address of the service, such as us; empty if unknown
	Extra       []string // further models that are called for the same audio
	Settings    any      // further settings that the answer depends on

	Longest  time.Duration // longest piece; 0 sets no limit
	MaxBytes int64         // largest piece; 0 sets no limit
	Clips    bool          // the engine recognizes known voices by their clips
	Unpriced bool          // onair does not know its prices
}

// pastEnd is how long after the end of the audio a word may end, because lengths are
// rounded.
const pastEnd = time.Second

// errSilent reports that nothing was recognized.
var errSilent = errors.New("nothing was recognized: is the audio silent?")

// pastEndOf returns a word that ends more than pastEnd after the end of the audio, and
// true if there is one.
func pastEndOf(f *words.File, duration time.Duration) (words.Word, bool) {
	for _, w := range f.All() {
		if w.End > duration+pastEnd {
			return w, true
		}
	}
	return words.Word{}, false
}
