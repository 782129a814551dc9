// Package google recognizes, translates and speaks with the services of Google Cloud. For
// recognition it uses Speech-to-Text, version 2, which reads audio from a bucket of Google
// Cloud Storage. A recognition takes minutes, and the service keeps its answer for some
// days.
//
// Source: https://cloud.google.com/speech-to-text/docs/reference/rest/v2/projects.locations.recognizers/batchRecognize
package google

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"onair/audio"
	"onair/speech"
	"onair/speech/internal/call"
)

// Store is a bucket of Google Cloud Storage from which the service reads.
type Store interface {
	// Payload returns the gs:// address of the stored MP3 whose payload has the given
	// SHA-256, in hex. It returns an empty string if there is none.
	Payload(ctx context.Context, sha256 string) (uri string, err error)
	// Upload stores a file under a name and returns its gs:// address.
	Upload(ctx context.Context, name, path string) (uri string, err error)
	// Remove removes a file that Upload stored.
	Remove(ctx context.Context, name string) error
}

// Options configure New, NewTranslator and NewVoice.
type Options struct {
	Project   string // empty means the project of the credentials
	Location  string // empty means the default of the model
	Model     string // empty means the default model
	WordsOnly bool
	Store     Store
	Say       func(string) // shows the user a message about a long pause; may be nil

	// Endpoint is the address of the service, for tests. Empty means Google's.
	Endpoint string
	// Token returns an access token. If it is nil, Application Default Credentials are
	// used.
	Token func(context.Context) (string, error)
	// Sleep waits between tries and polls. If it is nil, the system's clock is used.
	Sleep func(context.Context, time.Duration) error
}

const (
	withVoices = "chirp_3"
	wordsOnly  = "chirp_2"
)

// models has the locations of each model, the default first, and the length of the longest
// audio for which the model returns times of words.
var models = map[string]struct {
	locations []string
	longest   time.Duration
}{
	withVoices: {[]string{"us", "eu", "asia-northeast1", "asia-southeast1"}, 20 * time.Minute},
	wordsOnly:  {[]string{"us-central1", "europe-west4", "asia-southeast1"}, 8 * time.Hour},
}

// recognizer implements [speech.Recognizer].
type recognizer struct {
	client   *call.Client
	endpoint string
	parent   string // projects/P/locations/L
	model    string
	store    Store
	sleep    func(context.Context, time.Duration) error
}

// New returns an engine.
func New(ctx context.Context, o *Options) (*speech.Engine, error) {
	model := cmp.Or(o.Model, withVoices)
	if o.Model == "" && o.WordsOnly && (o.Location == "" || slices.Contains(models[wordsOnly].locations, o.Location)) {
		model = wordsOnly
	}
	known, ok := models[model]
	location := o.Location
	switch {
	case !ok:
		return nil, fmt.Errorf("google has no model %s for words with times: want %s or %s", model, withVoices, wordsOnly)
	case location == "":
		location = known.locations[0]
	case !slices.Contains(known.locations, location):
		return nil, fmt.Errorf("%s is not in %s: want %s", model, location, strings.Join(known.locations, ", "))
	}
	client, project, err := newClient(ctx, o)
	if err != nil {
		return nil, err
	}
	r := &recognizer{
		client:   client,
		endpoint: cmp.Or(o.Endpoint, "https://"+location+"-speech.googleapis.com"),
		parent:   "projects/" + project + "/locations/" + location,
		model:    model, store: o.Store, sleep: o.Sleep,
	}
	return &speech.Engine{Recognizer: r, Name: "google", Model: model, Place: location, Settings: o.WordsOnly, Longest: known.longest}, nil
}

// newClient returns a client with credentials, and the project to bill.
func newClient(ctx context.Context, o *Options) (*call.Client, string, error) {
	project, token := o.Project, o.Token
	if token == nil {
		creds, err := findCredentials(ctx)
		if err != nil {
			return nil, "", err
		}
		project, token = cmp.Or(project, creds.project), creds.token
	}
	if project == "" {
		return nil, "", errors.New("the credentials name no project: add project: to speech: in show.yaml")
	}
	client := call.New()
	client.Sleep, client.Say = o.Sleep, o.Say
	client.Authorize = func(ctx context.Context, h http.Header) error {
		t, err := token(ctx)
		h.Set("Authorization", "Bearer "+t)
		h.Set("X-Goog-User-Project", project) // needed if the credentials are those of a person
		return err
	}
	return client, project, nil
}

// Recognize implements [speech.Recognizer]. If an earlier call for the same piece began an
// operation, Recognize continues it.
func (r *recognizer) Recognize(ctx context.Context, q *speech.Request) ([]byte, error) {
	name, err := q.Job.Get(ctx, speech.Begun)
	if err != nil {
		return nil, err
	}
	if name == "" {
		if name, err = r.begin(ctx, q); err != nil {
			return nil, err
		}
		if err := q.Job.Put(context.WithoutCancel(ctx), speech.Begun, name); err != nil {
			return nil, err
		}
	}
	op, err := r.wait(ctx, name, q.NoWait)
	if err == nil {
		var answer []byte
		if answer, err = op.words(q.Channels); err == nil {
			r.remove(ctx, q)
			return answer, nil
		}
	}
	// Failed operations are not billed. The next run begins a new operation.
	if failed := (*failure)(nil); errors.As(err, &failed) {
		r.remove(ctx, q)
		if noted := q.Job.Put(ctx, speech.Begun, ""); noted != nil {
			return nil, noted
		}
	}
	return nil, err
}

// remove removes an uploaded piece from the bucket.
func (r *recognizer) remove(ctx context.Context, q *speech.Request) {
	uploaded, err := q.Job.Get(ctx, noteUploaded)
	if err == nil && uploaded != "" {
		if err = r.store.Remove(ctx, q.Job.Name()+".mp3"); err == nil {
			err = q.Job.Put(ctx, noteUploaded, "")
		}
	}
	if err != nil {
		q.Say(fmt.Sprintf("a piece of the audio stays in the bucket: %v", err))
	}
}

const (
	// noteUploaded is the note with the address of a piece in the bucket.
	noteUploaded = "uploaded"
	// noteSending is the note that is written before a request to recognize audio is sent,
	// and emptied when the name of the operation is known. It has the address of the audio.
	noteSending = "sending"

	// maxLost limits how often a request is repeated because its answer was lost.
	maxLost = 5
)

// source returns the address of the audio in the bucket. If the audio is not there, source
// uploads it first.
func (r *recognizer) source(ctx context.Context, q *speech.Request) (string, error) {
	if q.Whole && q.Info.MediaType == audio.MP3 {
		uri, err := r.store.Payload(ctx, fmt.Sprintf("%x", q.Info.SHA256))
		if err != nil || uri != "" {
			return uri, err
		}
	}
	uri, err := q.Job.Get(ctx, noteUploaded)
	if err != nil || uri != "" {
		return uri, err
	}
	if uri, err = r.store.Upload(ctx, q.Job.Name()+".mp3", q.Audio); err != nil {
		return "", err
	}
	return uri, q.Job.Put(ctx, noteUploaded, uri)
}

// begin starts the recognition of a piece and returns the name of the operation. If an
// earlier request for the piece may have reached the service, begin first looks for the
// operation of that request.
func (r *recognizer) begin(ctx context.Context, q *speech.Request) (name string, err error) {
	if q.Channels && q.Info.Channels != 2 {
		return "", errors.New("--channels needs audio with two channels, one for each voice")
	}
	uri, err := r.source(ctx, q)
	if err != nil {
		return "", err
	}
	sent, err := q.Job.Get(ctx, noteSending)
	if err != nil {
		return "", err
	}
	request := r.request(q, uri)
	if sent == uri {
		name, err = r.find(ctx, request)
	} else {
		err = q.Job.Put(ctx, noteSending, uri)
	}
	for n := 0; name == "" && err == nil; n++ {
		if name, err = r.start(ctx, request); call.Lost(err) && ctx.Err() == nil && n < maxLost {
			name, err = r.find(ctx, request)
		}
	}
	if err != nil {
		if !call.Lost(err) {
			r.remove(ctx, q)
		}
		return "", explain(err, uri)
	}
	return name, q.Job.Put(context.WithoutCancel(ctx), noteSending, "")
}
