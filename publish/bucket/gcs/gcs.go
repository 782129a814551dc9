// Package gcs implements a bucket in Google Cloud Storage. Only this package uses
// Google's storage client.
//
// An object's version is its generation, in decimal. Headers change without a
// new generation.
//
// The client's own retries are off, except for the chunks of a large upload.
// Package remote repeats a call as a whole after errors that may pass: a lost
// connection, a request without progress, status 408, 429 and 5xx. Preconditions
// make that safe. If a repeated write finds its precondition broken, the first try
// may have succeeded with its answer lost. So the object is checked: if it has the
// bytes and headers of the write, the write has succeeded.
//
// A try is cancelled after a minute without progress. A call with all its tries and
// pauses takes at most five minutes, plus the time for its body at 32 KiB a second.
package gcs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"cloud.google.com/go/storage"
	"google.golang.org/api/option"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// Options are optional.
type Options struct {
	// HTTPClient sends the requests and authenticates them, if that is needed. nil
	// uses Application Default Credentials, but no credentials if Endpoint or
	// STORAGE_EMULATOR_HOST is set.
	HTTPClient *http.Client

	// Endpoint is the address of the JSON API, such as
	// http://127.0.0.1:4443/storage/v1/. Empty means the emulator that
	// STORAGE_EMULATOR_HOST names, or Google if that is not set.
	Endpoint string
}

// Bucket is a bucket, or the part of it below one prefix.
type Bucket struct {
	bucket.Bucket // the same as calls; the interface hides the other methods of calls
	calls         *remote.Bucket
	store         *store
	large         chan struct{} // holds a value for each large body that is being sent
}

// largeAtOnce is how many large bodies are sent at once, each with a chunk in
// memory.
const largeAtOnce = 4

// Open returns the bucket of a URL, gs://bucket or gs://bucket/prefix. It finds
// credentials and makes no request to the bucket. The error is ErrDenied if there are
// no credentials.
func Open(ctx context.Context, rawURL string, opts *Options) (*Bucket, error) {
	if opts == nil {
		opts = &Options{}
	}
	name, prefix, err := parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", rawURL, err)
	}
	hc, err := httpClient(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", rawURL, err)
	}
	// Reads over the XML API, still the client's default, are routed by host name,
	// which fails with an emulator behind a proxy.
	options := []option.ClientOption{
		option.WithHTTPClient(hc), option.WithoutAuthentication(), storage.WithJSONReads(), storage.WithDisabledClientMetrics(),
	}
	if opts.Endpoint != "" {
		options = append(options, option.WithEndpoint(opts.Endpoint))
	}
	client, err := storage.NewClient(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("open %s: %s", rawURL, text(err))
	}
	client.SetRetry(storage.WithPolicy(storage.RetryNever))
	s := &store{objects: client.Bucket(name), prefix: prefix}
	address := strings.TrimSuffix(rawURL, "/")
	calls := &remote.Bucket{Store: s, Policy: remote.NewPolicy(temporary, explain, header), Address: address, Place: address + "/", Prefix: prefix}
	return &Bucket{Bucket: calls, calls: calls, store: s, large: make(chan struct{}, largeAtOnce)}, nil
}

// Write stores an object. A large object may have to wait until others are sent.
func (b *Bucket) Write(ctx context.Context, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error) {
	if o.Size > chunkSize {
		select {
		case b.large <- struct{}{}:
			defer func() { <-b.large }()
		case <-ctx.Done():
			return bucket.Attrs{}, b.calls.Wrap("write", o.Key, ctx.Err())
		}
	}
	return b.calls.Write(ctx, o, cond)
}

// parse splits a bucket URL. Names in the URL are not escaped.
func parse(rawURL string) (name, prefix string, err error) {
	rest, ok := strings.CutPrefix(rawURL, "gs://")
	if !ok {
		return "", "", errors.New("want gs://bucket or gs://bucket/prefix")
	}
	name, prefix, _ = strings.Cut(rest, "/")
	if i := strings.IndexFunc(name, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-_.", r)
	}); i >= 0 || len(name) < 3 {
		return "", "", fmt.Errorf("%q is not the name of a bucket", name)
	}
	if prefix = strings.TrimSuffix(prefix, "/"); prefix == "" {
		return name, "", nil
	}
	if strings.ContainsAny(prefix, "?#") {
		return "", "", fmt.Errorf("prefix %q: a gs:// URL has no options", prefix)
	}
	if err := bucket.ValidKey(prefix); err != nil {
		return "", "", fmt.Errorf("prefix: %w", err)
	}
	return name, prefix + "/", nil
}
