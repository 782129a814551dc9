package speech

import (
	"bytes"
	"context"

	"onair/audio/mpeg"
)

// Voice turns text into speech.
type Voice interface {
	// Speak returns text as speech in an MP3.
	Speak(ctx context.Context, u *Utterance) ([]byte, error)
}

// Utterance is a text to speak.
type Utterance struct {
	Text     string
	Language string  // BCP 47
	Voice    string  // name of a voice of the engine
	Rate     float64 // relative speed; 1 is the usual one
}

// Speaking is an engine with voices, its limits and prices.
type Speaking struct {
	Voice
	Name, Model string
	Settings    any      // further settings that the answer depends on
	Voices      []string // voices of the language, for speakers to whom no voice is assigned
	MaxBytes    int      // longest text of a request, in bytes
	Unpriced    bool     // onair does not know its prices
}

// Price returns the cost of speaking texts, in US dollars.
func (e *Speaking) Price(texts []string) (dollars float64, known bool) {
	perMillion, known := prices().VoicePerMillion[e.Name+" "+e.Model]
	if e.Unpriced || !known {
		return 0, false
	}
	return perMillion * float64(Chars([][]string{texts})) / 1e6, true
}

// name returns the name under which the speech for an utterance is kept.
func (e *Speaking) name(u *Utterance) (string, error) {
	return nameOf(16, "speak", e.Name, e.Model, e.Settings, u)
}

// Kept returns the kept speech for an utterance, or nil if there is none.
func (e *Speaking) Kept(ctx context.Context, k Keeper, u *Utterance) ([]byte, error) {
	name, err := e.name(u)
	if err != nil {
		return nil, err
	}
	return kept(ctx, k, name)
}

// Say returns the kept speech for an utterance if there is one. Otherwise it calls the
// voice and keeps the speech. An answer that is not an MP3 is not kept.
func (e *Speaking) Say(ctx context.Context, k Keeper, u *Utterance) ([]byte, error) {
	name, err := e.name(u)
	if err != nil {
		return nil, err
	}
	data, err := kept(ctx, k, name)
	if err != nil || data != nil {
		return data, err
	}
	if data, err = e.Speak(ctx, u); err != nil || k == nil || !isMP3(data) {
		return data, err
	}
	return data, k.Put(context.WithoutCancel(ctx), name, data)
}

// isMP3 reports whether data starts with a readable MPEG frame, perhaps after a tag.
func isMP3(data []byte) bool {
	for _, err := range mpeg.Frames(bytes.NewReader(data)) {
		return err == nil
	}
	return false
}
