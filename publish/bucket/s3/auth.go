package s3

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// detectTimeout limits the search for credentials, whose last step asks whether
// this machine is one of Amazon's.
const detectTimeout = 10 * time.Second

// newClient returns a client with the settings and credentials that the SDK finds.
func newClient(ctx context.Context, at location, opts *Options) (*client, error) {
	detect, cancel := context.WithTimeout(ctx, detectTimeout)
	defer cancel()
	cfg, err := config.LoadDefaultConfig(detect, config.WithRegion(at.region), config.WithLogger(logging.Nop{}))
	if err == nil {
		_, err = cfg.Credentials.Retrieve(detect)
	}
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, ctx.Err()
	default:
		return nil, noCredentials(err)
	}
	base, region, err := at.address(cfg)
	if err != nil {
		return nil, err
	}
	return &client{
		http:        httpClient(cfg, opts),
		credentials: cfg.Credentials,
		// S3 wants paths escaped once, other services twice.
		signer: v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }),
		region: region,
		base:   base,
	}, nil
}

// httpClient returns a client that cancels requests that make no progress.
func httpClient(cfg aws.Config, opts *Options) *http.Client {
	base := remote.Transport()
	if c, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok { // has the certificates of AWS_CA_BUNDLE
		base.TLSClientConfig = c.GetTransport().TLSClientConfig
	}
	hc := &http.Client{Transport: base}
	if opts.HTTPClient != nil {
		*hc = *opts.HTTPClient
		hc.Transport = cmp.Or[http.RoundTripper](hc.Transport, base)
	}
	hc.Transport = remote.CancelStalled(hc.Transport)
	// A redirect leads to another region, where the signature is not valid.
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return hc
}

// identityError reports that credentials could not be refreshed.
type identityError struct{ err error }

func (e *identityError) Error() string { return "get credentials: " + e.err.Error() }

func (e *identityError) Unwrap() error { return e.err }

// noCredentials returns the SDK's error about credentials as one line.
func noCredentials(err error) error {
	const hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
	if errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "IMDS") {
		return fmt.Errorf("%w: no S3 credentials: %s", bucket.ErrDenied, hint) // IMDS, the last source, has no credentials
	}
	return fmt.Errorf("%w: S3 credentials: %s: %s", bucket.ErrDenied, text(err), hint)
}
