package speech

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"unicode/utf8"
)

// Voice speaks text.
type Voice interface {
	// Speak returns an MP3 of a text.
	Speak(ctx context.Context, u *Utterance) ([]byte, error)
}

// Utterance is what is spoken.
type Utterance struct {
	Text     string
	Language string  // BCP 47
	Voice    string  // name that the engine knows
	Rate     float64 // 1 is as fast as usual
}

// Speaking is an engine with voices.
type Speaking struct {
	Voice
	Name, Model string
	Settings    any      // what else the answer depends on
	Voices      []string // names of voices for the language, for speakers that have none
	MaxBytes    int      // longest text of a request, in bytes
	Unpriced    bool     // onair does not know what it costs
}

// Price returns what it costs to speak texts, in US dollars.
func (e *Speaking) Price(texts []string) (dollars float64, known bool) {
	perMillion, known := prices().VoicePerMillion[e.Name+" "+e.Model]
	if e.Unpriced || !known {
		return 0, false
	}
	n := 0
	for _, text := range texts {
		n += utf8.RuneCountInString(text)
	}
	return perMillion * float64(n) / 1e6, true
}

// name identifies what is spoken, and how.
func (e *Speaking) name(u *Utterance) (string, error) {
	settings, err := json.Marshal([]any{"speak", e.Name, e.Model, e.Settings, u})
	sum := sha256.Sum256(settings)
	return hex.EncodeToString(sum[:16]), err
}

// Kept returns what was spoken before; nil if that is not kept.
func (e *Speaking) Kept(ctx context.Context, k Keeper, u *Utterance) ([]byte, error) {
	name, err := e.name(u)
	if err != nil || k == nil {
		return nil, err
	}
	data, err := k.Get(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// Say speaks a text, unless that is kept.
func (e *Speaking) Say(ctx context.Context, k Keeper, u *Utterance) ([]byte, error) {
	data, err := e.Kept(ctx, k, u)
	if err != nil || data != nil {
		return data, err
	}
	if data, err = e.Speak(ctx, u); err != nil || k == nil {
		return data, err
	}
	name, err := e.name(u)
	if err != nil {
		return nil, err
	}
	return data, k.Put(context.WithoutCancel(ctx), name, data)
}
