// Package speech turns the audio of an episode into words with times. A package below
// it calls each kind of speech recognizer; package draft makes a transcript of the
// words.
package speech

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"onair/transcripts/forms"
	"onair/transcripts/words"
)

// Recognizer is a speech recognizer.
type Recognizer interface {
	// Recognize returns what it heard, in a form that words.Convert reads. It is called
	// once for each audio file, and its answer is kept, because it may cost money.
	Recognize(ctx context.Context, r *Request) ([]byte, error)
}

// Request is what is recognized.
type Request struct {
	Audio    string   // path of a file
	Language string   // BCP 47; empty if unknown
	Hints    []string // words that may be spoken, most important first
}

// pastEnd is how long after the end of the audio a word may start: lengths are rounded.
const pastEnd = time.Second

// Read reads the answer of a recognizer about audio of the duration.
func Read(answer []byte, duration time.Duration) (*words.File, error) {
	f, err := words.Convert(answer, &forms.Options{File: "the answer"})
	if err != nil {
		return nil, err
	}
	all := f.All()
	if len(all) == 0 {
		return nil, errors.New("nothing was recognized: is the audio silent?")
	}
	if last := all[len(all)-1]; last.Start > duration+pastEnd {
		return nil, fmt.Errorf("the word %q is at %v, after the end of the audio at %v", last.Text, last.Start, duration.Round(time.Millisecond))
	}
	numberVoices(f)
	return f, nil
}

// machineVoice matches what recognizers call a voice that they cannot name.
var machineVoice = regexp.MustCompile(`^(?i:(?:speaker|spk|voice|channel|s)?[ _-]*[0-9]{1,3}|[A-Z])$`)

// numberVoices numbers the voices from 1 in the order in which they are heard. Voices
// that have names keep them.
func numberVoices(f *words.File) {
	numbers := map[string]string{"": ""}
	for i := range f.Segments {
		voice := f.Segments[i].Voice
		n, known := numbers[voice]
		if !known {
			n = strconv.Itoa(len(numbers))
			numbers[voice] = n
			if !machineVoice.MatchString(voice) {
				if f.Speakers == nil {
					f.Speakers = map[string]string{}
				}
				f.Speakers[n] = voice
			}
		}
		f.Segments[i].Voice = n
	}
}
