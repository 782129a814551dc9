package gcs

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/auth/httptransport"
	"cloud.google.com/go/storage"

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
		hc, err = httptransport.NewClient(&httptransport.Options{Credentials: creds, BaseRoundTripper: base, DisableTelemetry: true})
		if err != nil {
			return nil, err
		}
	}
	watched := *hc
	watched.Transport = remote.CancelStalled(cmp.Or[http.RoundTripper](hc.Transport, base))
	return &watched, nil
}

// detect finds Application Default Credentials.
func detect(ctx context.Context) (*auth.Credentials, error) {
	type result struct {
		creds *auth.Credentials
		err   error
	}
	found := make(chan result, 1)
	go func() {
		// Setting an object's headers needs this scope: write access is not enough.
		creds, err := credentials.DetectDefault(&credentials.DetectOptions{Scopes: []string{storage.ScopeFullControl}})
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
