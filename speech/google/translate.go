package google

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"

	"onair/speech"
	"onair/speech/internal/call"
)

// translator implements [speech.Translator] with Cloud Translation, version 3.
//
// Source: https://cloud.google.com/translate/docs/reference/rest/v3/projects/translateText
type translator struct {
	client *call.Client
	url    string
}

const (
	// The limits of a request: code points and texts.
	maxCodePoints, maxContents = 30_000, 1024
)

// NewTranslator returns a translator. It uses Project, Endpoint, Token and Sleep of the
// options.
func NewTranslator(ctx context.Context, o *Options) (*speech.Translating, error) {
	client, project, err := newClient(ctx, o)
	if err != nil {
		return nil, err
	}
	if o.Model != "" && o.Model != "nmt" {
		return nil, fmt.Errorf("google has no model %s for translations: want nmt", o.Model)
	}
	t := &translator{client, cmp.Or(o.Endpoint, "https://translation.googleapis.com") + "/v3/projects/" + project + "/locations/global:translateText"}
	return &speech.Translating{Translator: t, Name: "google", Model: "nmt", MaxChars: maxCodePoints / 2, MaxTexts: maxContents}, nil
}

var (
	tokens = regexp.MustCompile(`⟦\d+⟧`)
	spans  = regexp.MustCompile(`(?i)</?span[^>]*>`)
)

// Translate implements [speech.Translator].
func (t *translator) Translate(ctx context.Context, q *speech.Translation) ([][]string, error) {
	var contents []string
	for _, turn := range q.Turns {
		for _, text := range turn {
			contents = append(contents, tokens.ReplaceAllString(html.EscapeString(text), `<span translate="no">$0</span>`))
		}
	}
	body, err := json.Marshal(map[string]any{
		"contents": contents, "mimeType": "text/html", "sourceLanguageCode": withoutRegion(q.Source), "targetLanguageCode": q.Target,
	})
	if err != nil {
		return nil, err
	}
	answer, err := t.client.Do(ctx, &call.Request{Method: http.MethodPost, URL: t.url, Type: "application/json", Body: body})
	if err != nil {
		return nil, explain(err, "")
	}
	var a struct {
		Translations []struct{ TranslatedText string }
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return nil, fmt.Errorf("the answer of %s is not whole JSON: %w", t.url, err)
	}
	if len(a.Translations) != len(contents) {
		return nil, errors.New("google answered with another number of texts")
	}
	var turns [][]string
	for _, turn := range q.Turns {
		var texts []string
		for range turn {
			texts = append(texts, html.UnescapeString(spans.ReplaceAllString(a.Translations[0].TranslatedText, "")))
			a.Translations = a.Translations[1:]
		}
		turns = append(turns, texts)
	}
	return turns, nil
}

// withoutRegion removes the region of a source language, except for Chinese, whose
// regions have different scripts.
func withoutRegion(code string) string {
	base, _, _ := strings.Cut(code, "-")
	if base == "zh" {
		return code
	}
	return base
}
