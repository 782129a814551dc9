package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"onair/audio/mpeg/mpegtest"
)

// speechServer imitates the server of OpenAI. It recognizes the same words in any
// audio, translates two words, and speaks silence.
func speechServer() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/audio/transcriptions", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("model") == "busy" {
			http.Error(w, `{"error": {"message": "you have no money left", "code": "insufficient_quota"}}`, http.StatusTooManyRequests)
			return
		}
		fmt.Fprint(w, `{"task": "transcribe", "duration": 9, "text": "Hello there. Bye.",
"segments": [{"id": 0, "start": 0, "end": 3, "text": " Hello there. Bye."}],
"words": [{"word": "Hello", "start": 0.5, "end": 0.9}, {"word": "there", "start": 1.0, "end": 1.4}, {"word": "Bye", "start": 2.1, "end": 2.5}]}`)
	})
	mux.HandleFunc("POST /v1/audio/speech", func(w http.ResponseWriter, r *http.Request) {
		var u struct{ Input, Voice string }
		if err := json.NewDecoder(r.Body).Decode(&u); err != nil || u.Voice == "nobody" {
			http.Error(w, `{"error": {"message": "there is no such voice"}}`, http.StatusBadRequest)
			return
		}
		_, _ = w.Write(bytes.Repeat(mpegtest.NewHeader(24000, 64, true).Frame(), 12*len(u.Input)))
	})
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		var chat struct{ Messages []struct{ Content string } }
		if err := json.NewDecoder(r.Body).Decode(&chat); err != nil || len(chat.Messages) != 2 {
			http.Error(w, `{"error": {"message": "no chat"}}`, http.StatusBadRequest)
			return
		}
		content := strings.NewReplacer("Hello", "Hola", "Bye", "Adiós").Replace(chat.Messages[1].Content)
		answer, err := json.Marshal(content)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(w, `{"choices": [{"index": 0, "message": {"role": "assistant", "content": %s}, "finish_reason": "stop"}], "usage": {"total_tokens": 9}}`, answer)
	})
	return mux
}
