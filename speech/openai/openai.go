// Package openai recognizes, translates and speaks with the API of OpenAI and with
// compatible servers, such as speaches, LocalAI and whisper.cpp.
//
// Source: https://platform.openai.com/docs/api-reference/audio/createTranscription
package openai

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onair/speech"
	"onair/speech/internal/call"
	"onair/speech/internal/program"
	"onair/transcripts/forms"
	"onair/transcripts/words"
)

const (
	defaultBase = "https://api.openai.com/v1"
	diarizing   = "gpt-4o-transcribe-diarize"
	whisper     = "whisper-1"

	// maxUpload is the largest file that fits into a request, in bytes. The limit of 25
	// MB includes the other fields.
	maxUpload = 25_000_000 - 100_000
	// longest is a little shorter than the 1,400 seconds that gpt-4o models accept.
	longest = 1390 * time.Second
	// maxPrompt limits the hints, in bytes. The model reads about 220 tokens.
	maxPrompt = 800
)

// Options configure New, NewTranslator and NewVoice.
type Options struct {
	Key   string // secret; may be empty for the user's own server
	Base  string // address of the API; empty means OpenAI's. An address that ends in /inference is that of a whisper.cpp server
	Model string // empty means the default

	WordsOnly bool
	Say       func(string)                               // shows the user a message about a long pause; may be nil
	Sleep     func(context.Context, time.Duration) error // waits between tries; nil is the system's clock
}

// recognizer implements [speech.Recognizer].
type recognizer struct {
	client *call.Client
	url    string
	model  string
	wav    bool // the server reads only WAV
}

// New returns an engine.
func New(o *Options) (*speech.Engine, error) {
	base, own, err := o.base()
	if err != nil {
		return nil, err
	}
	r := &recognizer{client: o.client(), url: base, model: o.Model, wav: strings.HasSuffix(base, "/inference")}
	if !r.wav {
		r.url += "/audio/transcriptions"
	}
	switch {
	case r.model != "":
	case own || o.WordsOnly:
		r.model = whisper
	default:
		r.model = diarizing
	}
	e := &speech.Engine{Recognizer: r, Name: "openai", Model: r.model, MaxBytes: maxUpload, Longest: longest, Clips: r.diarizes(), Settings: base}
	if own {
		e.Place, e.Unpriced = base, true
	}
	if r.textOnly() {
		e.Extra = []string{whisper}
	}
	if r.wav {
		e.MaxBytes, e.Longest = 0, 0
	}
	return e, nil
}

// base returns the address of the API. own reports whether the options set it.
func (o *Options) base() (base string, own bool, err error) {
	base = strings.TrimSuffix(o.Base, "/")
	if base == "" {
		if o.Key == "" {
			err = errors.New("OPENAI_API_KEY is not set")
		}
		return defaultBase, false, err
	}
	if err := call.CheckAddress(base); err != nil {
		return "", false, fmt.Errorf("OPENAI_BASE_URL %w", err)
	}
	return base, true, nil
}

func (o *Options) client() *call.Client {
	c := call.New()
	c.Sleep, c.Say = o.Sleep, o.Say
	if key := o.Key; key != "" {
		c.Authorize = func(_ context.Context, h http.Header) error {
			h.Set("Authorization", "Bearer "+key)
			return nil
		}
	}
	return c
}

func (r *recognizer) diarizes() bool { return strings.Contains(r.model, "diarize") }

// textOnly reports whether the model returns text without times of words. Recognize then
// sends the same audio to whisper-1 too, for the times.
func (r *recognizer) textOnly() bool { return strings.HasPrefix(r.model, "gpt-4o") }

// Recognize implements [speech.Recognizer].
func (r *recognizer) Recognize(ctx context.Context, q *speech.Request) ([]byte, error) {
	input, name, err := r.audio(ctx, q.Audio)
	if err != nil {
		return nil, err
	}
	// Both answers are kept, so that neither is paid for again.
	const noteText, noteTimes = "text", "times"
	ask := func(note string, fields []field) ([]byte, error) {
		answer, err := q.Job.Get(ctx, note)
		if err != nil || answer != "" {
			return []byte(answer), err
		}
		data, err := r.post(ctx, input, name, fields)
		if err != nil {
			return nil, err
		}
		return data, q.Job.Put(context.WithoutCancel(ctx), note, string(data))
	}
	model := r.model
	var said *words.File
	if r.textOnly() {
		model = whisper
		text, err := ask(noteText, r.untimed(q))
		if err != nil {
			return nil, err
		}
		if said, err = r.readText(text); err != nil {
			return nil, q.Job.Unusable(noteText, err)
		}
	}
	answer, err := ask(noteTimes, r.timed(q, model))
	if err != nil {
		return nil, err
	}
	f, err := readTimed(answer, q.Say)
	if err != nil {
		return nil, q.Job.Unusable(noteTimes, err)
	}
	if said != nil {
		f = words.Retime(said, f)
	}
	return f.Format(), nil
}

// audio returns the content of a file in a format that the server reads, and a file name.
func (r *recognizer) audio(ctx context.Context, path string) (data []byte, name string, err error) {
	if r.wav {
		dir, err := os.MkdirTemp("", "onair-speech-")
		if err != nil {
			return nil, "", err
		}
		defer os.RemoveAll(dir)
		wav := filepath.Join(dir, "audio.wav")
		if err := program.WriteWAV(ctx, path, wav); err != nil {
			return nil, "", err
		}
		path = wav
	}
	data, err = os.ReadFile(path)
	return data, "audio" + strings.ToLower(filepath.Ext(path)), err
}

// field is a field of a form.
type field struct{ name, value string }

// timed returns the form fields of a request for words with times.
func (r *recognizer) timed(q *speech.Request, model string) []field {
	fields := []field{{"model", model}, {"response_format", "verbose_json"}, {"timestamp_granularities[]", "word"}, {"timestamp_granularities[]", "segment"}}
	return append(fields, common(q, true)...)
}

// untimed returns the form fields of a request for text, with voices if the model tells
// them apart.
func (r *recognizer) untimed(q *speech.Request) []field {
	if !r.diarizes() {
		return append([]field{{"model", r.model}, {"response_format", "json"}}, common(q, true)...)
	}
	fields := []field{{"model", r.model}, {"response_format", "diarized_json"}, {"chunking_strategy", "auto"}}
	for _, v := range q.Known {
		fields = append(fields, field{"known_speaker_names[]", v.Label()},
			field{"known_speaker_references[]", "data:audio/mpeg;base64," + base64.StdEncoding.EncodeToString(v.Clip)})
	}
	return append(fields, common(q, false)...)
}

// common returns the form fields for the language and, if hints is set, for the hints.
func common(q *speech.Request, hints bool) (fields []field) {
	if language, _, _ := strings.Cut(q.Language, "-"); language != "" {
		fields = append(fields, field{"language", strings.ToLower(language)})
	}
	prompt := ""
	for _, h := range q.Hints {
		if len(prompt)+len(h) > maxPrompt {
			break
		}
		prompt = strings.TrimPrefix(prompt+", "+h, ", ")
	}
	if hints && prompt != "" {
		fields = append(fields, field{"prompt", prompt})
	}
	return fields
}

// post sends a form with a file.
func (r *recognizer) post(ctx context.Context, data []byte, name string, fields []field) ([]byte, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range fields {
		if err := form.WriteField(f.name, f.value); err != nil {
			return nil, err
		}
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		return nil, err
	}
	_, _ = part.Write(data) // writes to a buffer cannot fail
	_ = form.Close()
	answer, err := r.client.Do(ctx, &call.Request{Method: http.MethodPost, URL: r.url, Type: form.FormDataContentType(), Body: body.Bytes()})
	if err == nil && !json.Valid(answer) {
		err = fmt.Errorf("the answer of %s is not whole JSON: %.60q", r.url, answer)
	}
	return answer, err
}

// readText reads an answer without times of words.
func (r *recognizer) readText(answer []byte) (*words.File, error) {
	var a struct {
		Text     string
		Segments []json.RawMessage
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return nil, fmt.Errorf("the answer is not that of %s: %w", r.model, err)
	}
	if len(a.Segments) > 0 {
		return convert(answer)
	}
	var list []words.Word
	for _, w := range strings.Fields(a.Text) {
		list = append(list, words.Word{Text: w})
	}
	return &words.File{Segments: words.Segments(list, nil)}, nil
}

func convert(answer []byte) (*words.File, error) {
	return words.Convert(answer, &forms.Options{File: "the answer"})
}

// readTimed reads an answer with times. Servers write the words beside the segments, in
// the segments, or not at all.
func readTimed(answer []byte, say func(string)) (*words.File, error) {
	var a struct {
		Text     string
		Words    []json.RawMessage
		Segments []struct{ Words []json.RawMessage }
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return nil, fmt.Errorf("the answer is not that of a transcription: %w", err)
	}
	inside := false
	for _, s := range a.Segments {
		inside = inside || len(s.Words) > 0
	}
	switch {
	case len(a.Words) == 0 && len(a.Segments) == 0 && strings.TrimSpace(a.Text) == "":
		return &words.File{}, nil
	case len(a.Words) == 0:
		if !inside {
			say("the server gives no times of words; those of its segments are less exact")
		}
		return convert(answer)
	}
	list, err := json.Marshal(map[string]any{"words": a.Words})
	if err != nil {
		return nil, err
	}
	timed, err := convert(list)
	if err != nil || len(a.Segments) == 0 {
		return timed, err
	}
	said, err := convert(answer) // segments have punctuation, which the words lack
	if err != nil {
		return nil, err
	}
	return words.Retime(said, timed), nil
}
