package google

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"onair/speech"
)

func TestSpeak(t *testing.T) {
	t.Parallel()
	answer := fmt.Sprintf(`{"audioContent": %q}`, base64.StdEncoding.EncodeToString([]byte("an MP3")))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var got any
		if err := json.Unmarshal(body, &got); err != nil || r.URL.Path != "/v1/text:synthesize" {
			t.Error(err, r.URL)
		}
		want := map[string]any{
			"input": map[string]any{"text": "¡Hola!"}, "voice": map[string]any{"languageCode": "es-ES", "name": "es-ES-Chirp3-HD-Kore"},
			"audioConfig": map[string]any{"audioEncoding": "MP3", "sampleRateHertz": 24000.0, "speakingRate": 1.1},
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(s.Close)
	e, err := NewVoice(t.Context(), &Options{Project: "p", Endpoint: s.URL, Token: func(context.Context) (string, error) { return "token", nil }}, "es")
	if err != nil {
		t.Fatal(err)
	}
	u := &speech.Utterance{Text: "¡Hola!", Language: "es", Voice: e.Voices[0], Rate: 1.1}
	if data, err := e.Speak(t.Context(), u); err != nil || string(data) != "an MP3" {
		t.Errorf("%q, %v", data, err)
	}
	for _, answer = range []string{`{}`, `{"audioContent": "!"}`, "<html>"} {
		if _, err := e.Speak(t.Context(), u); err == nil {
			t.Errorf("%s is accepted", answer)
		}
	}
}

func TestVoiceModel(t *testing.T) {
	t.Parallel()
	o := &Options{Project: "p", Model: "wavenet", Token: func(context.Context) (string, error) { return "token", nil }}
	if _, err := NewVoice(t.Context(), o, "es"); err == nil || err.Error() != "google has no model wavenet for voices: want chirp3-hd" {
		t.Error(err)
	}
}
