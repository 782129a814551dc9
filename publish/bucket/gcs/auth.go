package gcs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// detectTimeout limits the search for credentials, whose last step asks whether
// this machine is one of Google's.
const detectTimeout = 10 * time.Second

// httpClient returns a client that authenticates requests and cancels those that
// make no progress.
func httpClient(ctx context.Context, opts *Options) (*http.Client, error) {
	base := remote.Transport()
	hc := opts.HTTPClient
	switch {
	case hc != nil:
	case opts.Endpoint != "" || os.Getenv("STORAGE_EMULATOR_HOST") != "":
		hc = &http.Client{Transport: base}
	default:
		creds, err := detect(ctx)
		if err != nil {
			return nil, err
		}
		hc = &http.Client{Transport: authorized(creds, base)}
	}
	watched := *hc
	watched.Transport = remote.CancelStalled(cmp.Or[http.RoundTripper](hc.Transport, base))
	return &watched, nil
}

// authorized is a transport that adds an access token to each request, and the project to
// bill if the credentials have one.
func authorized(creds *google.Credentials, base http.RoundTripper) http.RoundTripper {
	transport := &oauth2.Transport{Source: creds.TokenSource, Base: base}
	var file struct {
		Project string `json:"quota_project_id"`
	}
	_ = json.Unmarshal(creds.JSON, &file) // there is no file on Google's own machines
	project := cmp.Or(os.Getenv("GOOGLE_CLOUD_QUOTA_PROJECT"), file.Project)
	if project == "" {
		return transport
	}
	return billed{transport, project}
}

// billed is a transport that says which project pays for requests.
type billed struct {
	http.RoundTripper
	project string
}

// RoundTrip implements http.RoundTripper.
func (b billed) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("X-Goog-User-Project", b.project)
	return b.RoundTripper.RoundTrip(req)
}

// detect finds Application Default Credentials.
func detect(ctx context.Context) (*google.Credentials, error) {
	type result struct {
		creds *google.Credentials
		err   error
	}
	found := make(chan result, 1)
	go func() {
		// This context is used to fetch tokens after this function has returned.
		ctx := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Timeout: time.Minute})
		creds, err := google.FindDefaultCredentials(ctx, scope)
		found <- result{creds, err}
	}()
	err := fmt.Errorf("no answer within %v", detectTimeout)
	select {
	case r := <-found:
		if r.err == nil {
			return r.creds, nil
		}
		err = r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(detectTimeout):
	}
	const hint = "run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS"
	if strings.Contains(err.Error(), "could not find default credentials") {
		return nil, fmt.Errorf("%w: no Google credentials: %s", bucket.ErrDenied, hint)
	}
	return nil, fmt.Errorf("%w: Google credentials: %s: %s", bucket.ErrDenied, text(err), hint)
}
