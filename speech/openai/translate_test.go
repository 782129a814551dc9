package openai

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/speech"
)

func TestTranslate(t *testing.T) {
	t.Parallel()
	content, status := "", 200
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct {
			Model    string
			Messages []message
		}
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil || r.URL.Path != "/v1/chat/completions" || request.Model != chatModel || len(request.Messages) != 2 ||
			request.Messages[1].Content != `{"turns":[{"id":1,"paragraphs":["Hello ⟦1⟧","Yes"]},{"id":2,"paragraphs":["No"]}]}` {
			t.Errorf("%s: %v %+v", r.URL, err, request)
		}
		text, _ := json.Marshal(content)
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"choices": [{"message": {"role": "assistant", "content": %s}, "finish_reason": "stop"}]}`, text)
	}))
	t.Cleanup(s.Close)
	e, err := NewTranslator(&Options{Base: s.URL + "/v1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		content string
		want    [][]string
	}{
		{`{"turns": [{"id": 2, "paragraphs": ["No"]}, {"id": 1, "paragraphs": ["Hola ⟦1⟧", "Sí"]}, {"id": 9, "paragraphs": []}]}`, [][]string{{"Hola ⟦1⟧", "Sí"}, {"No"}}},
		{"```json\n{\"turns\": [{\"id\": 2, \"paragraphs\": [\"No\"]}]}\n```", [][]string{nil, {"No"}}},
		{`{"turns": [{"id": 1, "paragr`, nil},
		{"I cannot do that.", nil},
	} {
		content = test.content
		got, err := e.Translate(t.Context(), &speech.Translation{Source: "en", Target: "es", Turns: [][]string{{"Hello ⟦1⟧", "Yes"}, {"No"}}})
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", test.content, err, diff)
		}
	}
	if status = 400; err == nil {
		if _, err := e.Translate(t.Context(), &speech.Translation{Turns: [][]string{{"Hello ⟦1⟧", "Yes"}, {"No"}}}); err == nil {
			t.Error("an error is accepted")
		}
	}
}
