package google

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/speech"
)

func TestTranslate(t *testing.T) {
	t.Parallel()
	var got string
	answer := `{"translations": [{"translatedText": "Hola &amp; &lt;b&gt; <span translate=\"no\">⟦1⟧</span> &#39;universo&#39;"}, {"translatedText": "Sí"}, {"translatedText": "No"}]}`
	status := http.StatusOK
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = r.URL.Path + " " + r.Header.Get("Authorization") + " " + string(body)
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(s.Close)
	e, err := NewTranslator(t.Context(), &Options{Project: "my-project", Endpoint: s.URL, Token: func(context.Context) (string, error) { return "token", nil }})
	if err != nil {
		t.Fatal(err)
	}
	q := &speech.Translation{Source: "en-gb", Target: "es", Turns: [][]string{{"Hello & <b> ⟦1⟧ 'universe'", "Yes"}, {"No"}}}
	turns, err := e.Translate(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"Hola & <b> ⟦1⟧ 'universo'", "Sí"}, {"No"}}, turns); diff != "" {
		t.Error(diff)
	}
	var body struct {
		Contents                                                []string
		MimeType, SourceLanguageCode, TargetLanguageCode, Model string
	}
	path, raw, _ := strings.Cut(got, " Bearer token ")
	if err := json.Unmarshal([]byte(raw), &body); err != nil {
		t.Fatal(err)
	}
	if path != "/v3/projects/my-project/locations/global:translateText" || body.MimeType != "text/html" || body.SourceLanguageCode != "en" || body.TargetLanguageCode != "es" ||
		body.Contents[0] != `Hello &amp; &lt;b&gt; <span translate="no">⟦1⟧</span> &#39;universe&#39;` {
		t.Errorf("%s %+v", path, body)
	}
	if price, known := e.Price(q.Turns); !known || price < 0.0006 || price > 0.0007 {
		t.Errorf("$%f, %v", price, known)
	}
	for _, answer = range []string{`{"translations": []}`, `{"transl`, "<html>"} {
		if _, err := e.Translate(t.Context(), q); err == nil {
			t.Errorf("%s is accepted", answer)
		}
	}
	answer, status = `{"error": {"code": 403, "message": "Cloud IAM permission 'cloudtranslate.generalModels.predict' denied."}}`, http.StatusForbidden
	if _, err := e.Translate(t.Context(), q); err == nil || !strings.Contains(err.Error(), "roles/cloudtranslate.user") {
		t.Errorf("without permission: %v", err)
	}
	if _, err := NewTranslator(t.Context(), &Options{Project: "p", Model: "llm", Token: func(context.Context) (string, error) { return "", nil }}); err == nil {
		t.Error("an unknown model is accepted")
	}
}
