package openai

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/audio"
	"onair/audio/mpeg/mpegtest"
	"onair/speech"
	"onair/transcripts/words"
)

// Answers of the API and of compatible servers, in different shapes.
const (
	diarized = `{"task": "transcribe", "duration": 9, "text": "Hello, universe. Yes.", "segments": [
{"type": "transcript.text.segment", "id": "seg_1", "start": 1.0, "end": 3.0, "speaker": "A", "text": "Hello, universe."},
{"type": "transcript.text.segment", "id": "seg_2", "start": 5.0, "end": 6.0, "speaker": "B", "text": "Yes."}], "usage": {"type": "duration", "seconds": 9}}`
	whisperWords = `{"task": "transcribe", "language": "english", "duration": 9.0, "text": "Hello, universe. Yes.",
"segments": [{"id": 0, "seek": 0, "start": 0.0, "end": 9.0, "text": " Hello, universe. Yes.", "tokens": [50364], "temperature": 0.0, "avg_logprob": -0.3, "compression_ratio": 1.1, "no_speech_prob": 0.01}],
"words": [{"word": "Hello", "start": 1.2, "end": 1.6}, {"word": "universe", "start": 1.7, "end": 2.4}, {"word": "Yes", "start": 5.1, "end": 5.5}]}`
	wordsInside = `{"task": "transcribe", "language": "en", "duration": "9.0", "text": "Hello, universe. Yes.", "words": null,
"segments": [{"id": 0, "start": 1.2, "end": 5.5, "text": " Hello, universe. Yes.", "words": [
{"word": " Hello,", "start": 1.2, "end": 1.6, "probability": 0.9}, {"word": " universe.", "start": 1.7, "end": 2.4, "probability": 0.8}, {"word": " Yes.", "start": 5.1, "end": 5.5, "probability": 0.7}]}]}`
	tokens = `{"task": "transcribe", "language": "english", "duration": 9, "text": " That's whisper.",
"segments": [{"id": 0, "text": " That's whisper.", "start": 1.0, "end": 3.0, "words": [
{"word": " That", "start": 1.0, "end": 1.3, "t_dtw": -1, "probability": 0.9}, {"word": "'s", "start": 1.3, "end": 1.4, "t_dtw": -1, "probability": 0.9},
{"word": " whis", "start": 1.5, "end": 1.8, "t_dtw": -1, "probability": 0.9}, {"word": "per", "start": 1.8, "end": 2.2, "t_dtw": -1, "probability": 0.9}, {"word": ".", "start": 2.2, "end": 2.3, "t_dtw": -1, "probability": 0.9}]}]}`
	noWords  = `{"text": "Hello, universe. Yes.", "segments": [{"start": 1.0, "end": 3.0, "text": "Hello, universe."}, {"start": 5.0, "end": 6.0, "text": "Yes."}], "words": null}`
	textOnly = `{"text": "Hello, universe. Yes."}`
)

// service is a server for tests. It records the form fields that it received.
type service struct {
	*httptest.Server
	answer func(path string, fields map[string][]string) (int, string)
	forms  []map[string][]string
	files  []string // name and length
	header http.Header
}

func newService(t *testing.T, answer func(path string, fields map[string][]string) (int, string)) *service {
	t.Helper()
	s := &service{answer: answer}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" || r.ParseMultipartForm(64<<20) != nil {
			http.Error(w, `{"error": {"message": "no form"}}`, http.StatusBadRequest)
			return
		}
		f, head, err := r.FormFile("file")
		if err != nil {
			http.Error(w, `{"error": {"message": "no file"}}`, http.StatusBadRequest)
			return
		}
		data, _ := io.ReadAll(f)
		s.files = append(s.files, fmt.Sprint(head.Filename, " ", len(data)))
		s.forms = append(s.forms, r.MultipartForm.Value)
		s.header = r.Header
		status, text := s.answer(r.URL.Path, r.MultipartForm.Value)
		if status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "7")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return s
}

// silence writes an MP3 of silence and returns its path.
func silence(t *testing.T, d time.Duration) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "episode one.MP3")
	data := strings.Repeat(string(mpegtest.NewHeader(24000, 32, true).Frame()), int(d/(24*time.Millisecond)))
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func recognize(t *testing.T, e *speech.Engine, d time.Duration, q *speech.Request) (f *words.File, said []string, err error) {
	t.Helper()
	r := &speech.Recording{Path: silence(t, d), Engine: e, Say: func(s string) { said = append(said, s) }, Keeper: speech.Dir(t.TempDir())}
	data, err := os.ReadFile(r.Path)
	if err != nil {
		t.Fatal(err)
	}
	if r.Info, err = audio.Probe(bytes.NewReader(data), int64(len(data))); err != nil {
		t.Fatal(err)
	}
	if err := r.Open(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	f, err = r.Recognize(t.Context())
	return f, said, err
}

func heard(f *words.File) (out []string) {
	for _, s := range f.Segments {
		for _, w := range s.Words {
			out = append(out, fmt.Sprintf("%s %s %.1f", s.Voice, w.Text, w.Start.Seconds()))
		}
	}
	return out
}

// TestShapes reads the answers of each kind of server.
func TestShapes(t *testing.T) {
	t.Parallel()
	exact := []string{" Hello, 1.2", " universe. 1.7", " Yes. 5.1"}
	for _, test := range []struct {
		name, model, path string
		answers           map[string]string // by response_format
		want              []string
		says              string
	}{
		{"OpenAI with voices", "gpt-4o-transcribe-diarize", "/v1/audio/transcriptions", map[string]string{"diarized_json": diarized, "verbose_json": whisperWords}, []string{"1 Hello, 1.2", "1 universe. 1.7", "2 Yes. 5.1"}, ""},
		{"OpenAI, text", "gpt-4o-transcribe", "/v1/audio/transcriptions", map[string]string{"json": textOnly, "verbose_json": whisperWords}, exact, ""},
		{"OpenAI, whisper", "whisper-1", "/v1/audio/transcriptions", map[string]string{"verbose_json": whisperWords}, exact, ""},
		{"words in segments, a duration that is text", "Systran/faster-whisper-small", "/v1/audio/transcriptions", map[string]string{"verbose_json": wordsInside}, exact, ""},
		{"no words", "whisper-1", "/v1/audio/transcriptions", map[string]string{"verbose_json": noWords}, []string{" Hello, 1.0", " universe. 1.9", " Yes. 5.0"}, "no times of words"},
		{"text, no words", "gpt-4o-transcribe", "/v1/audio/transcriptions", map[string]string{"json": textOnly, "verbose_json": noWords}, []string{" Hello, 1.0", " universe. 1.9", " Yes. 5.0"}, "no times of words"},
		{"tokens", "whisper-1", "/v1/audio/transcriptions", map[string]string{"verbose_json": tokens}, []string{" That's 1.0", " whisper. 1.5"}, ""},
	} {
		s := newService(t, func(path string, fields map[string][]string) (int, string) {
			if path != test.path {
				return 404, `{"error": {"message": "no such path"}}`
			}
			return 200, test.answers[fields["response_format"][0]]
		})
		e, err := New(&Options{Base: s.URL + "/v1/", Key: "sk-test", Model: test.model})
		if err != nil {
			t.Fatal(err)
		}
		f, said, err := recognize(t, e, 9*time.Second, &speech.Request{Language: "en-gb", Hints: []string{"Vega", "etcd"}})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.want, heard(f)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		if got := strings.Join(said, " "); test.says == "" && got != "" || !strings.Contains(got, test.says) {
			t.Errorf("%s: says %q", test.name, said)
		}
		if s.header.Get("Authorization") != "Bearer sk-test" || len(s.forms) != len(test.answers) {
			t.Errorf("%s: %d requests, %v", test.name, len(s.forms), s.header)
		}
		for _, form := range s.forms {
			diarizing := form["response_format"][0] == "diarized_json"
			if form["language"][0] != "en" || diarizing != (form["prompt"] == nil) || diarizing != slices.Equal(form["chunking_strategy"], []string{"auto"}) ||
				(form["response_format"][0] == "verbose_json") != slices.Contains(form["timestamp_granularities[]"], "word") {
				t.Errorf("%s: %v", test.name, form)
			}
		}
		if s.files[0] != "audio.mp3 36000" {
			t.Errorf("%s: %v", test.name, s.files)
		}
	}
}

// TestWhisperCPP expects requests to a whisper.cpp server to use its path and WAV.
func TestWhisperCPP(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("needs ffmpeg")
	}
	s := newService(t, func(path string, _ map[string][]string) (int, string) {
		if path != "/inference" {
			return 404, ""
		}
		return 200, tokens
	})
	e, err := New(&Options{Base: s.URL + "/inference"})
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := recognize(t, e, 3*time.Second, &speech.Request{})
	if err != nil || heard(f)[0] != " That's 1.0" || !strings.HasPrefix(s.files[0], "audio.wav 9") {
		t.Errorf("%v, %v, %v", err, heard(f), s.files)
	}
}

// TestKnownSpeakers expects the request for the second piece to have clips of the voices
// in the first piece.
func TestKnownSpeakers(t *testing.T) {
	t.Parallel()
	n := 0
	s := newService(t, func(_ string, fields map[string][]string) (int, string) {
		if fields["response_format"][0] == "verbose_json" {
			return 200, `{"text": "", "segments": [], "words": []}`
		}
		if n++; n == 1 {
			return 200, `{"text": "a b", "segments": [{"start": 10, "end": 15, "speaker": "A", "text": "a long clip of this voice"}, {"start": 20, "end": 23, "speaker": "B", "text": "and another one"}]}`
		}
		return 200, `{"text": "c d", "segments": [{"start": 20, "end": 21, "speaker": "voice_2", "text": "it is me"}, {"start": 30, "end": 31, "speaker": "A", "text": "and somebody new"}]}`
	})
	e, err := New(&Options{Base: s.URL, Model: diarizing})
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := recognize(t, e, 24*time.Minute, &speech.Request{})
	if err != nil {
		t.Fatal(err)
	}
	var voices []string
	for _, segment := range f.Segments {
		voices = append(voices, segment.Voice)
	}
	if !slices.Equal(voices, []string{"1", "2", "2", "3"}) {
		t.Errorf("voices %v", voices)
	}
	if len(s.forms) != 4 || !slices.Equal(s.forms[2]["known_speaker_names[]"], []string{"voice_1", "voice_2"}) {
		t.Fatalf("%d requests, %v", len(s.forms), s.forms)
	}
	clip, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s.forms[2]["known_speaker_references[]"][0], "data:audio/mpeg;base64,"))
	if err != nil || len(clip)/96 < 205 || len(clip)/96 > 209 { // frames of 24 ms in 5 s
		t.Errorf("a clip of %d bytes, %v", len(clip), err)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		statuses []int
		answer   string
		want     string
		requests int
	}{
		{"busy", []int{429, 503, 200}, whisperWords, "", 3},
		{"no money left", []int{429}, `{"error": {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota"}}`, "You exceeded your current quota", 1},
		{"a wrong key", []int{401}, `{"error": {"message": "Incorrect API key provided"}}`, "Incorrect API key provided", 1},
		{"cut off", []int{200}, whisperWords[:200], "not whole JSON", 1},
		{"a page", []int{200}, "<html>sign in</html>", "not whole JSON", 1},
		{"another service", []int{200}, `{"greeting": "hello"}`, "audio silent", 1},
		{"silence", []int{200}, `{"text": "", "segments": [], "words": []}`, "audio silent", 1},
		{"past the end", []int{200}, `{"text": "x", "segments": [{"start": 50, "end": 51, "text": "Late."}]}`, "after the end", 1},
	} {
		n := 0
		s := newService(t, func(string, map[string][]string) (int, string) {
			status := test.statuses[min(n, len(test.statuses)-1)]
			n++
			return status, test.answer
		})
		var slept time.Duration
		e, err := New(&Options{Base: s.URL, Key: "sk-secret", Model: whisper, Sleep: func(_ context.Context, d time.Duration) error {
			slept = max(slept, d)
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = recognize(t, e, 9*time.Second, &speech.Request{})
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "sk-secret")) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
		if n != test.requests || test.requests > 1 && slept != 7*time.Second {
			t.Errorf("%s: %d requests, a pause of %v", test.name, n, slept)
		}
	}
}

// TestTextIsKept expects the text not to be paid for again if the request for times
// fails.
func TestTextIsKept(t *testing.T) {
	t.Parallel()
	asked := map[string]int{}
	s := newService(t, func(_ string, fields map[string][]string) (int, string) {
		format := fields["response_format"][0]
		if asked[format]++; format == "verbose_json" && asked[format] == 1 {
			return 400, `{"error": {"message": "not now"}}`
		}
		return 200, map[string]string{"verbose_json": whisperWords, "diarized_json": diarized}[format]
	})
	e, err := New(&Options{Base: s.URL, Model: diarizing})
	if err != nil {
		t.Fatal(err)
	}
	keeper := speech.Dir(t.TempDir())
	info := &audio.Info{MediaType: audio.MP3, Duration: 9 * time.Second}
	r := &speech.Recording{Path: silence(t, 9*time.Second), Info: info, Engine: e, Keeper: keeper}
	for n := range 2 {
		if err := r.Open(t.Context(), &speech.Request{}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Recognize(t.Context()); (err == nil) != (n == 1) {
			t.Error(err)
		}
	}
	if asked["diarized_json"] != 1 || asked["verbose_json"] != 2 {
		t.Error(asked)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ base, key, want string }{
		{"", "", "OPENAI_API_KEY is not set"},
		{"http://speech.example/v1", "k", "plain http"},
		{"http://[::1]:8080/v1", "", ""},
		{"http://localhost:8080", "", ""},
		{"https://speech.example/v1", "", ""},
		{"https://user:secret@speech.example/v1", "", "is not an address"},
		{"ftp://speech.example", "", "is not an address"},
	} {
		_, err := New(&Options{Base: test.base, Key: test.key})
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %v, want %q", test.base, err, test.want)
		}
	}
	if e, err := New(&Options{Key: "k", WordsOnly: true}); err != nil || e.Model != whisper || e.Extra != nil {
		t.Error(e, err)
	}
}
