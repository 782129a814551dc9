package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
)

// speechServer is a server like that of OpenAI. It hears the same in all audio, and counts
// the requests in the model that it answers with.
func speechServer() http.Handler {
	var requests atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/audio/transcriptions", func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if r.FormValue("model") == "busy" {
			http.Error(w, `{"error": {"message": "you have no money left", "code": "insufficient_quota"}}`, http.StatusTooManyRequests)
			return
		}
		fmt.Fprint(w, `{"task": "transcribe", "duration": 9, "text": "Hello there. Bye.",
"segments": [{"id": 0, "start": 0, "end": 3, "text": " Hello there. Bye."}],
"words": [{"word": "Hello", "start": 0.5, "end": 0.9}, {"word": "there", "start": 1.0, "end": 1.4}, {"word": "Bye", "start": 2.1, "end": 2.5}]}`)
	})
	mux.HandleFunc("GET /requests", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, requests.Load()) })
	return mux
}
