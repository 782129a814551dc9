package google

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"onair/audio"
	"onair/internal/retry"
	"onair/speech"
	"onair/speech/internal/call"
	"onair/transcripts/words"
)

const (
	// The time between polls grows from firstPoll to lastPoll.
	firstPoll, lastPoll = 5 * time.Second, time.Minute
	// maxPages limits the pages of the list of operations that find reads.
	maxPages = 50
)

// batchRequest is the body of batchRecognize.
type batchRequest struct {
	Config   recognitionConfig `json:"config"`
	Files    []batchFile       `json:"files"`
	Output   outputConfig      `json:"recognitionOutputConfig"`
	Strategy string            `json:"processingStrategy,omitempty"`
}

type batchFile struct {
	URI string `json:"uri"`
}

type outputConfig struct {
	Inline struct{} `json:"inlineResponseConfig"`
}

type recognitionConfig struct {
	Auto       *struct{}       `json:"autoDecodingConfig,omitempty"`
	Explicit   *explicitConfig `json:"explicitDecodingConfig,omitempty"`
	Model      string          `json:"model"`
	Languages  []string        `json:"languageCodes"`
	Features   features        `json:"features"`
	Adaptation *adaptation     `json:"adaptation,omitempty"`
}

type explicitConfig struct {
	Encoding   string `json:"encoding"`
	SampleRate int    `json:"sampleRateHertz"`
	Channels   int    `json:"audioChannelCount"`
}

type features struct {
	WordTimes   bool      `json:"enableWordTimeOffsets"`
	Confidence  bool      `json:"enableWordConfidence"`
	Punctuation bool      `json:"enableAutomaticPunctuation"`
	Channels    string    `json:"multiChannelMode,omitempty"`
	Diarization *struct{} `json:"diarizationConfig,omitempty"`
}

type adaptation struct {
	PhraseSets []phraseSet `json:"phraseSets"`
}

type phraseSet struct {
	Inline struct {
		Phrases []phrase `json:"phrases"`
	} `json:"inlinePhraseSet"`
}

type phrase struct {
	Value string `json:"value"`
}

func (r *recognizer) request(q *speech.Request, uri string) *batchRequest {
	b := &batchRequest{Files: []batchFile{{uri}}}
	b.Config.Model = r.model
	b.Config.Languages = []string{languageCode(q.Language)}
	if q.Info.MediaType == audio.MP3 {
		b.Config.Explicit = &explicitConfig{"MP3", q.Info.SampleRate, q.Info.Channels}
	} else {
		b.Config.Auto = &struct{}{}
	}
	f := &b.Config.Features
	f.WordTimes, f.Confidence, f.Punctuation = true, true, true
	switch {
	case q.Channels:
		f.Channels = "SEPARATE_RECOGNITION_PER_CHANNEL"
	case !q.WordsOnly && r.model == withVoices:
		f.Diarization = &struct{}{}
	}
	if len(q.Hints) > 0 {
		var set phraseSet
		for _, h := range q.Hints {
			set.Inline.Phrases = append(set.Inline.Phrases, phrase{h})
		}
		b.Config.Adaptation = &adaptation{[]phraseSet{set}}
	}
	if q.Cheap {
		b.Strategy = "DYNAMIC_BATCHING"
	}
	return b
}

// languageCode returns the service's code for a language. The code has a region. For
// Chinese it is cmn, a script and a region. For an empty language it is auto.
func languageCode(code string) string {
	if code == "" {
		return "auto"
	}
	tag := language.Make(code)
	base, _ := tag.Base()
	region, _ := tag.Region()
	if base.String() == "zh" {
		script, _ := tag.Script()
		return "cmn-" + script.String() + "-" + region.String()
	}
	return base.String() + "-" + region.String()
}

// operation is a long-running operation.
type operation struct {
	Name     string
	Done     bool
	Error    *status
	Metadata struct {
		Request *batchRequest `json:"batchRecognizeRequest"`
	}
	Response struct {
		Results map[string]*fileResult
	}
}

type status struct {
	Code    int
	Message string
}

type fileResult struct {
	Error  *status
	Inline struct {
		Transcript transcript
	} `json:"inlineResult"`
	Transcript transcript // the form of older servers
}

type transcript struct{ Results []result }

// result is a part of a transcript.
type result struct {
	Alternatives []struct{ Words []word }
	Channel      int `json:"channelTag"`
}

type word struct {
	Start      string `json:"startOffset"`
	End        string `json:"endOffset"`
	Word       string
	Confidence float64
	Speaker    string `json:"speakerLabel"`
}

// failure is the error of an operation that failed.
type failure struct{ message string }

// failure returns a failure with the message of s, to which explain may add a hint.
func (s *status) failure() *failure { return &failure{strings.TrimSuffix(s.Message, ".")} }

func (f *failure) Error() string { return f.message }

// start sends the request that begins a recognition, and returns the name of the
// operation.
func (r *recognizer) start(ctx context.Context, b *batchRequest) (string, error) {
	body, err := json.Marshal(b)
	if err != nil {
		return "", err
	}
	var op operation
	err = r.do(ctx, &call.Request{Method: http.MethodPost, URL: r.endpoint + "/v2/" + r.parent + "/recognizers/_:batchRecognize", Type: "application/json", Body: body, Once: true}, &op)
	return op.Name, err
}

// do calls the service and reads its answer.
func (r *recognizer) do(ctx context.Context, q *call.Request, answer any) error {
	data, err := r.client.Do(ctx, q)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, answer); err != nil {
		return fmt.Errorf("the answer of %s is not whole JSON: %w", r.endpoint, err)
	}
	return nil
}

// find returns the name of an operation that an equal request began and that has not
// failed, or an empty string if there is none.
func (r *recognizer) find(ctx context.Context, b *batchRequest) (string, error) {
	page := ""
	for range maxPages {
		var list struct {
			Operations    []operation
			NextPageToken string
		}
		address := r.endpoint + "/v2/" + r.parent + "/operations?pageSize=100&pageToken=" + url.QueryEscape(page)
		if err := r.do(ctx, &call.Request{URL: address}, &list); err != nil {
			return "", err
		}
		for i := range list.Operations {
			if op := &list.Operations[i]; op.Error == nil && sameRequest(op.Metadata.Request, b) {
				return op.Name, nil
			}
		}
		if page = list.NextPageToken; page == "" {
			break
		}
	}
	return "", nil
}

// sameRequest reports whether two requests have the same files, model, languages and
// settings for channels and voices.
func sameRequest(a, b *batchRequest) bool {
	return a != nil && slices.Equal(a.Files, b.Files) && a.Config.Model == b.Config.Model &&
		slices.Equal(a.Config.Languages, b.Config.Languages) && a.Config.Features.Channels == b.Config.Features.Channels &&
		(a.Config.Features.Diarization == nil) == (b.Config.Features.Diarization == nil)
}

// wait waits until an operation is done. If noWait is set and the operation is not done,
// wait returns speech.ErrStarted.
func (r *recognizer) wait(ctx context.Context, name string, noWait bool) (*operation, error) {
	for pause := firstPoll; ; pause = min(pause*3/2, lastPoll) {
		var op operation
		err := r.do(ctx, &call.Request{URL: r.endpoint + "/v2/" + name}, &op)
		var answer *call.Error
		switch {
		case errors.As(err, &answer) && answer.Status == http.StatusNotFound:
			return nil, &failure{"google no longer has the answer, which it keeps for some days: run the command again to recognize again"}
		case err != nil:
			return nil, err
		case op.Done && op.Error != nil:
			return nil, explain(op.Error.failure(), "")
		case op.Done:
			return &op, nil
		case noWait:
			return nil, speech.ErrStarted
		}
		if err := r.pause(ctx, pause); err != nil {
			return nil, err
		}
	}
}

func (r *recognizer) pause(ctx context.Context, d time.Duration) error {
	if r.sleep != nil {
		return r.sleep(ctx, d)
	}
	return retry.Sleep(ctx, d)
}

// words returns the recognized words as JSON in the form of package words.
func (op *operation) words(channels bool) ([]byte, error) {
	if len(op.Response.Results) != 1 {
		return nil, &failure{fmt.Sprintf("google answered about %d files instead of one", len(op.Response.Results))}
	}
	var list []words.Word
	var voices []string
	for uri, result := range op.Response.Results {
		if result.Error != nil && result.Error.Code != 0 {
			return nil, explain(result.Error.failure(), uri)
		}
		for _, r := range append(result.Inline.Transcript.Results, result.Transcript.Results...) {
			for _, w := range r.words() {
				start, err := offset(w.Start)
				if err != nil {
					return nil, err
				}
				end, err := offset(w.End)
				if err != nil {
					return nil, err
				}
				list = append(list, words.Word{Text: w.Word, Start: start, End: end, Confidence: w.Confidence})
				voice := w.Speaker
				if channels {
					voice = fmt.Sprint("Channel ", r.Channel)
				}
				voices = append(voices, voice)
			}
		}
	}
	order := make([]int, len(list)) // channels are listed one after the other
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(list[a].Start, list[b].Start) })
	sorted, said := make([]words.Word, len(list)), make([]string, len(list))
	for i, k := range order {
		sorted[i], said[i] = list[k], voices[k]
	}
	return (&words.File{Segments: words.Segments(sorted, said)}).Format(), nil
}

// offset parses a time such as 1.200s. An absent time is 0.
func offset(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("google answered with the time %.20q", s)
	}
	return d, nil
}

// words returns the words of the most probable alternative.
func (r *result) words() []word {
	if len(r.Alternatives) == 0 {
		return nil
	}
	return r.Alternatives[0].Words
}

// explain adds a hint to an error about a missing permission.
func explain(err error, uri string) error {
	message := err.Error()
	switch {
	case strings.Contains(message, "storage.objects.get") || uri != "" && strings.Contains(strings.ToLower(message), "permission") && strings.Contains(message, "gs://"):
		return fmt.Errorf("%w: give the identity that runs onair, and Google's service agent for Speech-to-Text, the role roles/storage.objectViewer on the bucket", err)
	case strings.Contains(message, "speech.recognizers"):
		return fmt.Errorf("%w: give the identity that runs onair the role roles/speech.client", err)
	case strings.Contains(message, "cloudtranslate."):
		return fmt.Errorf("%w: give the identity that runs onair the role roles/cloudtranslate.user", err)
	}
	return err
}
