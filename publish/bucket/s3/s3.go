// Package s3 implements a bucket in Amazon S3 or a service with the same protocol:
// Cloudflare R2, Backblaze B2, MinIO, versitygw. Only this package uses Amazon's
// SDK, and only to find settings and credentials and to sign: the requests are its own
// (client), because the SDK's client for S3 would be a tenth of the program.
//
// An object's version is its ETag without quotes: the MD5 of a body that was sent
// in one request, and opaque otherwise. Bodies above 16 MiB are sent in parts of
// 8 MiB, all but the last of the same size, as R2 requires. Headers are set by
// copying an object onto itself.
//
// A listing has neither checksums nor headers (bucket.Sparse). onair stores the CRC32C
// of its objects as metadata, "onair-crc32c", which callers do not see. The CRC32C of
// other programs' objects is unknown.
//
// Every body is sent with its checksum: CRC32C, or MD5 for providers that refuse
// CRC32C. Package remote repeats a call as a whole, and each part of a large body is
// repeated alone. If a repeated write finds its precondition broken, the first try may
// have succeeded with its answer lost. So the object is checked: if it has the bytes and
// headers of the write, the write has succeeded.
//
// If the clock of this machine is wrong, a refused request is signed again with the time
// of the server.
//
// # Preconditions
//
// Conditional writes are sent with If-None-Match or If-Match, which Amazon S3, R2,
// MinIO and versitygw obey. B2 refuses them and other providers ignore them. So the first
// call with a condition tries them (Probe) on the object .onair/precondition-probe,
// a key that is reserved and never listed. If they have no effect, every call with
// a condition checks the object before it changes it. A delete and a change of
// headers always check first and send the condition too: some providers obey it for
// writes only.
package s3

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// Options are optional.
type Options struct {
	// HTTPClient sends the requests. nil uses one that obeys AWS_CA_BUNDLE and the
	// usual proxy variables.
	HTTPClient *http.Client

	// Patience is how long a call is tried, besides the time that its body takes. 0
	// means five minutes.
	Patience time.Duration
}

// Bucket is a bucket, or the part of it below one prefix.
type Bucket struct {
	bucket.Bucket // the same as calls; the interface hides the other methods of calls
	calls         *remote.Bucket
	store         *store
}

var (
	_ bucket.Sparse = (*Bucket)(nil)
	_ bucket.Prober = (*Bucket)(nil)
)

// Open returns the bucket of a URL,
// s3://bucket/prefix?endpoint=https://host&region=name&path_style=true. Only the bucket
// is required. The endpoint is Amazon's by default, and the region comes from Amazon's
// own settings. path_style puts the bucket into the path instead of the host name; it
// is true by default if the URL has an endpoint. Open finds the credentials of Amazon's
// usual chain and makes no request to the bucket. The error is ErrDenied if there are no
// credentials.
func Open(ctx context.Context, rawURL string, opts *Options) (*Bucket, error) {
	if opts == nil {
		opts = &Options{}
	}
	at, err := parse(rawURL)
	if err != nil {
		// The URL is left out: it may contain a secret by mistake.
		return nil, fmt.Errorf("open s3 bucket: %w", err)
	}
	client, err := newClient(ctx, at, opts)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", at, err)
	}
	policy := remote.NewPolicy(temporary, at.explain, header)
	policy.Patience = cmp.Or(opts.Patience, policy.Patience)
	s := &store{client: client, at: at, policy: policy, partSize: defaultPartSize, buffers: newBuffers()}
	calls := &remote.Bucket{Store: s, Policy: policy, Address: rawURL, Place: at.String(), Prefix: at.prefix, Reserved: probeKey}
	return &Bucket{Bucket: calls, calls: calls, store: s}, nil
}

// Stat returns all known attributes of an object. The CRC32C is known if onair wrote the
// object.
func (b *Bucket) Stat(ctx context.Context, key string) (bucket.Attrs, error) {
	return b.calls.Stat(ctx, key)
}

// Probe tries preconditions unless their effect is known.
func (b *Bucket) Probe(ctx context.Context) error { return b.store.probe(ctx) }
