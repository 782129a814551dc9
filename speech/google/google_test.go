package google

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"onair/audio"
	"onair/audio/mpeg/mpegtest"
	"onair/speech"
	"onair/transcripts/words"
)

const frameBytes = 24 // size of an MPEG frame of 24 ms at 8 kbit/s

// bucket is a Store in memory.
type bucket struct {
	mu       sync.Mutex
	sizes    map[string]int64 // by address
	payloads map[string]bool  // by SHA-256
	uploads  int
}

func (b *bucket) Payload(_ context.Context, sha256 string) (string, error) {
	if b.payloads[sha256] {
		return "gs://state/.onair/parts/" + sha256, nil
	}
	return "", nil
}

func (b *bucket) Upload(_ context.Context, name, path string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	stat, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	b.uploads++
	b.sizes["gs://state/"+name] = stat.Size()
	return "gs://state/" + name, nil
}

func (b *bucket) Remove(_ context.Context, name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.sizes, "gs://state/"+name)
	return nil
}

// service is Speech-to-Text for tests. It begins operations, lists them, and finishes
// each at its second poll.
type service struct {
	t      *testing.T
	bucket *bucket
	http   *httptest.Server

	mu       sync.Mutex
	ops      []*op
	requests int
	answer   func(*op) string // returns the response of an operation, or its error
	before   func(n int, path string) (status int)
	after    func(n int, path string)
}

type op struct {
	name    string
	request json.RawMessage
	uri     string
	length  time.Duration
	polls   int
}

func newService(t *testing.T, b *bucket) *service {
	s := &service{t: t, bucket: b}
	s.http = httptest.NewServer(s)
	t.Cleanup(s.http.Close)
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	if r.Header.Get("Authorization") != "Bearer token" {
		s.t.Error("a request without a token")
	}
	if s.before != nil {
		if status := s.before(s.requests, r.URL.Path); status != 0 {
			w.Header().Set("Retry-After", "9")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"error": {"code": %d, "message": "try later", "status": "UNAVAILABLE"}}`, status)
			return
		}
	}
	const parent = "/v2/projects/my-project/locations/us"
	switch path := r.URL.Path; {
	case r.Method == http.MethodPost && path == parent+"/recognizers/_:batchRecognize":
		var request batchRequest
		raw := new(bytes.Buffer)
		if _, err := raw.ReadFrom(r.Body); err != nil {
			s.t.Error(err)
		}
		if err := json.Unmarshal(raw.Bytes(), &request); err != nil || len(request.Files) != 1 {
			s.t.Error(err, raw)
			return
		}
		s.bucket.mu.Lock()
		o := &op{name: fmt.Sprintf("projects/my-project/locations/us/operations/%d", len(s.ops)), request: raw.Bytes(), uri: request.Files[0].URI,
			length: time.Duration(s.bucket.sizes[request.Files[0].URI]/frameBytes) * 24 * time.Millisecond}
		s.bucket.mu.Unlock()
		s.ops = append(s.ops, o)
		fmt.Fprintf(w, `{"name": %q, "metadata": {"@type": "type.googleapis.com/google.cloud.speech.v2.OperationMetadata", "batchRecognizeRequest": %s}}`, o.name, o.request)
	case path == parent+"/operations":
		var list []string
		for _, o := range s.ops {
			list = append(list, fmt.Sprintf(`{"name": %q, "metadata": {"batchRecognizeRequest": %s}}`, o.name, o.request))
		}
		fmt.Fprintf(w, `{"operations": [%s]}`, strings.Join(list, ","))
	default:
		found := false
		for _, o := range s.ops {
			if path == "/v2/"+o.name {
				found = true
				if o.polls++; o.polls < 2 {
					fmt.Fprintf(w, `{"name": %q, "metadata": {"progressPercent": 50}}`, o.name)
				} else {
					fmt.Fprintf(w, `{"name": %q, "done": true, %s}`, o.name, s.answer(o))
				}
			}
		}
		if !found {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error": {"code": 404, "message": "Requested entity was not found."}}`)
		}
	}
	if s.after != nil {
		s.after(s.requests, r.URL.Path)
	}
}

// response returns the response of an operation with the result for one file.
func response(uri, result string) string {
	return fmt.Sprintf(`"response": {"@type": "type.googleapis.com/google.cloud.speech.v2.BatchRecognizeResponse", "results": {%q: %s}, "totalBilledDuration": "9s"}`, uri, result)
}

// engine returns an engine that does not sleep.
func (s *service) engine(o Options, slept func(time.Duration)) *speech.Engine {
	o.Project, o.Store, o.Endpoint = "my-project", s.bucket, s.http.URL
	o.Token = func(context.Context) (string, error) { return "token", nil }
	o.Sleep = func(ctx context.Context, d time.Duration) error {
		slept(d)
		return ctx.Err()
	}
	e, err := New(context.Background(), &o)
	if err != nil {
		s.t.Fatal(err)
	}
	return e
}

func recording(t *testing.T, d time.Duration) *speech.Recording {
	t.Helper()
	data := bytes.Repeat(mpegtest.NewHeader(24000, 8, true).Frame(), int(d/(24*time.Millisecond)))
	path := filepath.Join(t.TempDir(), "audio.mp3")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := audio.Probe(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return &speech.Recording{Path: path, Info: info, Keeper: speech.Dir(t.TempDir()), Say: func(s string) { t.Log(s) }}
}

// everySecond answers with one word per second. The text of a word is its time in the
// recording. everySecond computes this time from the number of the piece, which is in the
// address. Each result of the service has ten words.
func everySecond(o *op) string {
	const step = 20*time.Minute - 15*time.Second + 24*time.Millisecond // pieces end at ends of MPEG frames
	var n int
	if _, err := fmt.Sscanf(o.uri[strings.LastIndexByte(o.uri, '-')+1:], "%d.mp3", &n); err != nil {
		return `"error": {"code": 3, "message": "bad address"}`
	}
	offset := time.Duration(n-1) * step
	var results []string
	var list []string
	for s := time.Duration(0); s-offset+time.Second <= o.length; s += time.Second {
		if at := s - offset; at >= 0 {
			list = append(list, fmt.Sprintf(`{"startOffset": "%.3fs", "endOffset": "%.3fs", "word": "at%d", "confidence": 0.9, "speakerLabel": "%d"}`,
				at.Seconds(), at.Seconds()+0.5, int(s.Seconds()), (int(s.Seconds())/10+n)%2+1))
		}
		if len(list) == 10 {
			results = append(results, fmt.Sprintf(`{"alternatives": [{"transcript": "…", "words": [%s]}], "resultEndOffset": "1s", "languageCode": "en-us"}`, strings.Join(list, ",")))
			list = nil
		}
	}
	results = append(results, fmt.Sprintf(`{"alternatives": [{"transcript": "…", "words": [%s]}]}`, strings.Join(list, ",")), `{"alternatives": [{}]}`)
	return response(o.uri, `{"inlineResult": {"transcript": {"results": [`+strings.Join(results, ",")+`]}}, "metadata": {"totalBilledDuration": "9s"}}`)
}

// TestKilled recognizes three hours of audio and is interrupted up to twenty times, before
// or after the service gets a request. It expects that no word is lost or doubled, and that
// no piece is paid for twice.
func TestKilled(t *testing.T) {
	t.Parallel()
	b := &bucket{sizes: map[string]int64{}}
	s := newService(t, b)
	s.answer = everySecond
	r := recording(t, 3*time.Hour)
	random := rand.New(rand.NewPCG(3, 20))
	var f *words.File
	var planned time.Duration
	kills := 0
	for run := 0; f == nil; run++ {
		if run > 100 {
			t.Fatal("no end")
		}
		// Close waits for requests of the last run, which would be sent again if they
		// reached the service later than those of this run.
		s.http.Close()
		s.http = httptest.NewServer(s)
		t.Cleanup(s.http.Close)
		r.Engine = s.engine(Options{}, func(time.Duration) {})
		ctx, kill := context.WithCancel(t.Context())
		s.mu.Lock()
		last := s.requests + 1 + random.IntN(3)
		late, mayEnd := random.IntN(2) == 0, kills < 20
		s.before = func(n int, _ string) int {
			if mayEnd && n == last && !late {
				kill()
				<-ctx.Done()
			}
			return 0
		}
		s.after = func(n int, _ string) {
			if mayEnd && n == last && late {
				kill()
			}
		}
		s.mu.Unlock()
		if err := r.Open(ctx, &speech.Request{Language: "en-gb"}); err != nil {
			t.Fatal(err)
		}
		if run == 0 {
			var err error
			if planned, err = r.Unsent(ctx); err != nil {
				t.Fatal(err)
			}
		}
		heard, err := r.Recognize(ctx)
		switch {
		case ctx.Err() != nil:
			kills++
		case err != nil:
			t.Fatal(err)
		default:
			f = heard
		}
		kill()
	}
	if kills == 0 {
		t.Error("it was not interrupted")
	}
	for i, w := range f.All() {
		if w.Text != fmt.Sprint("at", i) {
			t.Fatalf("word %d is %q", i, w.Text)
		}
	}
	if n := len(f.All()); n != 3*60*60 {
		t.Errorf("%d words", n)
	}
	for _, segment := range f.Segments {
		var at int
		if _, err := fmt.Sscanf(segment.Words[0].Text, "at%d", &at); err != nil || segment.Voice != fmt.Sprint((at/10+1)%2+1) && segment.Voice != fmt.Sprint((at/10)%2+1) || segment.Words[0].Confidence != 0.9 {
			t.Fatalf("%q by %s", segment.Words[0].Text, segment.Voice)
		}
	}
	var billed time.Duration
	for _, o := range s.ops {
		billed += o.length
	}
	if billed != planned {
		t.Errorf("%v are billed, and %v were said to be", billed, planned)
	}
	if len(b.sizes) > 0 {
		t.Errorf("%d pieces stay in the bucket", len(b.sizes))
	}
	t.Logf("%d pieces, %v billed, ended %d times", len(s.ops), billed, kills)
}

// TestPayload expects the request to name the payload that is already in the bucket, and
// nothing to be uploaded.
func TestPayload(t *testing.T) {
	t.Parallel()
	r := recording(t, time.Minute)
	b := &bucket{sizes: map[string]int64{}, payloads: map[string]bool{fmt.Sprintf("%x", r.Info.SHA256): true}}
	s := newService(t, b)
	s.answer = func(o *op) string {
		return response(o.uri, `{"inlineResult": {"transcript": {"results": [{"alternatives": [{"transcript": "Hello.", "words": [{"endOffset": "0.4s", "word": "Hello."}]}], "channelTag": 1}]}}}`)
	}
	r.Engine = s.engine(Options{}, func(time.Duration) {})
	if err := r.Open(t.Context(), &speech.Request{Language: "en", Hints: []string{"Vega"}, Options: speech.Options{Cheap: true, NoWait: true}}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Recognize(t.Context()); !errors.Is(err, speech.ErrStarted) {
		t.Fatal(err)
	}
	if d, err := r.Unsent(t.Context()); d != 0 || err != nil {
		t.Error(d, err)
	}
	f, err := r.Recognize(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if w := f.All(); len(w) != 1 || w[0].Start != 0 || w[0].End != 400*time.Millisecond || b.uploads != 0 || len(s.ops) != 1 {
		t.Errorf("%v, %d uploads, %d operations", w, b.uploads, len(s.ops))
	}
	want := `{"config":{"explicitDecodingConfig":{"encoding":"MP3","sampleRateHertz":24000,"audioChannelCount":1},"model":"chirp_3","languageCodes":["en-US"],` +
		`"features":{"enableWordTimeOffsets":true,"enableWordConfidence":true,"enableAutomaticPunctuation":true,"diarizationConfig":{}},` +
		`"adaptation":{"phraseSets":[{"inlinePhraseSet":{"phrases":[{"value":"Vega"}]}}]}},` +
		`"files":[{"uri":"gs://state/.onair/parts/` + fmt.Sprintf("%x", r.Info.SHA256) + `"}],"recognitionOutputConfig":{"inlineResponseConfig":{}},"processingStrategy":"DYNAMIC_BATCHING"}`
	if string(s.ops[0].request) != want {
		t.Errorf("got  %s\nwant %s", s.ops[0].request, want)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		answer func(*op) string
		before func(n int, path string) int
		want   string
		slept  time.Duration
	}{
		{"busy", everySecond, func(n int, _ string) int { return map[int]int{1: 429, 3: 503}[n] }, "", 9 * time.Second},
		{"no permission", func(*op) string {
			return `"error": {"code": 7, "message": "service-1@gcp-sa-speech.iam.gserviceaccount.com does not have storage.objects.get access to the Google Cloud Storage object."}`
		}, nil, "roles/storage.objectViewer", 0},
		{"an error of the file", func(o *op) string { return response(o.uri, `{"error": {"code": 3, "message": "audio is empty"}}`) }, nil, "audio is empty", 0},
		{"silence", func(o *op) string { return response(o.uri, `{"inlineResult": {"transcript": {}}}`) }, nil, "audio silent", 0},
		{"not JSON", func(*op) string { return "<html>" }, nil, "not whole JSON", 0},
		{"refused", nil, func(int, string) int { return 403 }, "try later", 0},
		{"past the end", func(o *op) string {
			return response(o.uri, `{"inlineResult": {"transcript": {"results": [{"alternatives": [{"transcript": "late", "words": [{"startOffset": "99s", "endOffset": "100s", "word": "late"}]}]}]}}}`)
		}, nil, "after the end", 0},
	} {
		s := newService(t, &bucket{sizes: map[string]int64{}})
		s.answer, s.before = test.answer, test.before
		r := recording(t, time.Minute)
		var longest time.Duration
		r.Engine = s.engine(Options{}, func(d time.Duration) { longest = max(longest, d) })
		if err := r.Open(t.Context(), &speech.Request{}); err != nil {
			t.Fatal(err)
		}
		_, err := r.Recognize(t.Context())
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
		// An operation whose state is unknown may still read the audio.
		if left := len(s.bucket.sizes); (left > 0) != (test.name == "not JSON") {
			t.Errorf("%s: %d pieces are left in the bucket", test.name, left)
		}
		if longest < test.slept {
			t.Errorf("%s: the longest pause is %v", test.name, longest)
		}
	}
}

// TestChannels expects each channel to be one voice, with the same number in all pieces.
func TestChannels(t *testing.T) {
	t.Parallel()
	s := newService(t, &bucket{sizes: map[string]int64{}})
	s.answer = func(o *op) string {
		return response(o.uri, `{"inlineResult": {"transcript": {"results": [
			{"alternatives": [{"transcript": "a", "words": [{"startOffset": "1s", "endOffset": "2s", "word": "one"}, {"startOffset": "5s", "endOffset": "6s", "word": "three"}]}], "channelTag": 1},
			{"alternatives": [{"transcript": "b", "words": [{"startOffset": "3s", "endOffset": "4s", "word": "two"}]}], "channelTag": 2}]}}}`)
	}
	r := recording(t, time.Minute)
	r.Engine = s.engine(Options{}, func(time.Duration) {})
	q := &speech.Request{Options: speech.Options{Channels: true}}
	if err := r.Open(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Recognize(t.Context()); err == nil || !strings.Contains(err.Error(), "two channels") {
		t.Errorf("one channel: %v", err)
	}
	r.Info.Channels = 2
	f, err := r.Recognize(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, segment := range f.Segments {
		got = append(got, segment.Voice+" "+segment.Words[0].Text)
	}
	if fmt.Sprint(got) != "[1 one 2 two 1 three]" || !bytes.Contains(s.ops[0].request, []byte(`"multiChannelMode":"SEPARATE_RECOGNITION_PER_CHANNEL"}`)) {
		t.Errorf("%v, %s", got, s.ops[0].request)
	}
	one, _ := r.Engine.Price(time.Hour, &speech.Options{}, 2)
	two, _ := r.Engine.Price(time.Hour, &q.Options, 2)
	if one != 0.96 || two != 2*one {
		t.Errorf("an hour costs $%f, with channels $%f", one, two)
	}
}

// TestFailedOperation expects the next run to begin a new operation after a failed one.
func TestFailedOperation(t *testing.T) {
	t.Parallel()
	s := newService(t, &bucket{sizes: map[string]int64{}})
	s.answer = func(*op) string { return `"error": {"code": 13, "message": "internal error"}` }
	r := recording(t, time.Minute)
	r.Engine = s.engine(Options{}, func(time.Duration) {})
	for n := range 2 {
		if err := r.Open(t.Context(), &speech.Request{}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Recognize(t.Context()); (err == nil) != (n == 1) {
			t.Error(err)
		}
		s.answer = everySecond
	}
	if len(s.ops) != 2 {
		t.Errorf("%d operations", len(s.ops))
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	token := func(context.Context) (string, error) { return "", nil }
	for _, test := range []struct {
		o    Options
		want string
	}{
		{Options{Project: "p", Token: token}, "chirp_3 us 20m0s"},
		{Options{Project: "p", Token: token, WordsOnly: true}, "chirp_2 us-central1 8h0m0s"},
		{Options{Project: "p", Token: token, Location: "eu"}, "chirp_3 eu 20m0s"},
		{Options{Project: "p", Token: token, Location: "eu", WordsOnly: true}, "chirp_3 eu 20m0s"},
		{Options{Project: "p", Token: token, Location: "europe-west4", WordsOnly: true}, "chirp_2 europe-west4 8h0m0s"},
		{Options{Project: "p", Token: token, Location: "us-central1"}, "chirp_3 is not in us-central1: want us, eu"},
		{Options{Project: "p", Token: token, Model: "chirp_9"}, "no model chirp_9"},
		{Options{Token: token}, "name no project"},
	} {
		e, err := New(t.Context(), &test.o)
		got := fmt.Sprint(err)
		if err == nil {
			got = fmt.Sprint(e.Model, " ", e.Place, " ", e.Longest)
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}

// TestQuotaProject expects the project that gcloud wrote into the credentials of a person to
// be billed, unless the options name another.
func TestQuotaProject(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials.json")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
	for _, test := range []struct{ member, option, want string }{
		{`, "quota_project_id": "podcasts-2027"`, "", "projects/podcasts-2027/locations/us"},
		{`, "quota_project_id": "podcasts-2027"`, "other", "projects/other/locations/us"},
		{"", "", "name no project"},
	} {
		if err := os.WriteFile(file, []byte(`{"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"`+test.member+`}`), 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := New(t.Context(), &Options{Project: test.option})
		got := fmt.Sprint(err)
		if err == nil {
			got = e.Recognizer.(*recognizer).parent
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}

func TestLanguageCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"": "auto", "en": "en-US", "en-gb": "en-GB", "es": "es-ES", "pt": "pt-BR", "zh": "cmn-Hans-CN", "zh-tw": "cmn-Hant-TW"} {
		if got := languageCode(code); got != want {
			t.Errorf("%q becomes %s, want %s", code, got, want)
		}
	}
}
