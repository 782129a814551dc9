package openai

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"onair/speech"
	"onair/speech/internal/call"
)

const (
	voiceModel = "gpt-4o-mini-tts"
	// maxInput is the longest text of a request, in bytes.
	maxInput = 4096
)

// voice implements [speech.Voice].
//
// Source: https://platform.openai.com/docs/api-reference/audio/createSpeech
type voice struct {
	client *call.Client
	url    string
	model  string
}

// NewVoice returns an engine that speaks. WordsOnly is ignored.
func NewVoice(o *Options) (*speech.Speaking, error) {
	base, own, err := o.base()
	if err != nil {
		return nil, err
	}
	v := &voice{o.client(), base + "/audio/speech", cmp.Or(o.Model, voiceModel)}
	return &speech.Speaking{
		Voice: v, Name: "openai", Model: v.model, Settings: base, Unpriced: own, MaxBytes: maxInput,
		Voices: []string{"alloy", "onyx", "nova", "echo", "shimmer", "fable"},
	}, nil
}

// Speak implements [speech.Voice].
func (v *voice) Speak(ctx context.Context, u *speech.Utterance) ([]byte, error) {
	body, err := json.Marshal(map[string]any{"model": v.model, "voice": u.Voice, "input": u.Text, "response_format": "mp3", "speed": u.Rate})
	if err != nil {
		return nil, err
	}
	return v.client.Do(ctx, &call.Request{Method: http.MethodPost, URL: v.url, Type: "application/json", Body: body})
}
