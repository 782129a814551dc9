package google

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"onair/speech"
	"onair/speech/internal/call"
)

const (
	voiceModel = "chirp3-hd"
	// maxInput is the longest text of a request, in bytes.
	maxInput = 5000
)

// voice implements [speech.Voice] with Cloud Text-to-Speech.
//
// Source: https://cloud.google.com/text-to-speech/docs/reference/rest/v1/text/synthesize
type voice struct {
	client *call.Client
	url    string
}

// NewVoice returns an engine that speaks a language. It uses Project, Model, Endpoint,
// Token and Sleep of the options.
func NewVoice(ctx context.Context, o *Options, language string) (*speech.Speaking, error) {
	client, _, err := newClient(ctx, o)
	if err != nil {
		return nil, err
	}
	if o.Model != "" && o.Model != voiceModel {
		return nil, fmt.Errorf("google has no model %s for voices: want %s", o.Model, voiceModel)
	}
	v := &voice{client, cmp.Or(o.Endpoint, "https://texttospeech.googleapis.com") + "/v1/text:synthesize"}
	e := &speech.Speaking{Voice: v, Name: "google", Model: voiceModel, MaxBytes: maxInput}
	for _, name := range []string{"Kore", "Charon", "Aoede", "Puck", "Leda", "Orus", "Zephyr", "Fenrir"} {
		e.Voices = append(e.Voices, languageCode(language)+"-Chirp3-HD-"+name)
	}
	return e, nil
}

// Speak implements [speech.Voice].
func (v *voice) Speak(ctx context.Context, u *speech.Utterance) ([]byte, error) {
	body, err := json.Marshal(map[string]any{
		"input":       map[string]string{"text": u.Text},
		"voice":       map[string]string{"languageCode": languageCode(u.Language), "name": u.Voice},
		"audioConfig": map[string]any{"audioEncoding": "MP3", "sampleRateHertz": 24000, "speakingRate": u.Rate},
	})
	if err != nil {
		return nil, err
	}
	answer, err := v.client.Do(ctx, &call.Request{Method: http.MethodPost, URL: v.url, Type: "application/json", Body: body})
	if err != nil {
		return nil, err
	}
	var a struct{ AudioContent []byte }
	if err := json.Unmarshal(answer, &a); err != nil || len(a.AudioContent) == 0 {
		return nil, fmt.Errorf("the answer of %s is not whole JSON with audio", v.url)
	}
	return a.AudioContent, nil
}
