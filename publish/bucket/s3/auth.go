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
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// detectTimeout limits the search for credentials, whose last step asks whether
// this machine is one of Amazon's.
const detectTimeout = 10 * time.Second

// newClient returns a client with the settings and credentials that the SDK finds.
func newClient(ctx context.Context, at location, opts *Options) (*s3.Client, error) {
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
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.HTTPClient = httpClient(cfg, opts)
		o.Retryer = aws.NopRetryer{} // package remote repeats calls as a whole
		o.APIOptions = append(o.APIOptions, unsignedEncoding)
		// Requests contain checksums that are known beforehand. Many providers do not
		// understand the checksums that the SDK would add while it sends.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		if at.endpoint != "" {
			o.BaseEndpoint = aws.String(at.endpoint)
		}
		// Endpoints other than Amazon's, including those from the environment, seldom have a
		// host name for each bucket, and seldom need a region.
		o.UsePathStyle = o.BaseEndpoint != nil
		if at.given {
			o.UsePathStyle = at.pathStyle
		}
		if o.BaseEndpoint != nil {
			o.Region = cmp.Or(o.Region, "us-east-1")
		}
	})
	if client.Options().Region == "" {
		return nil, errors.New("no region: add ?region=eu-central-1, or whichever the bucket is in, or set AWS_REGION")
	}
	return client, nil
}

// unsignedEncoding leaves Accept-Encoding out of the signature: proxies before a
// server rewrite that header, and the signature would no longer be valid. The header
// itself is sent, because without it net/http would ask for compressed bodies.
func unsignedEncoding(stack *middleware.Stack) error {
	const name, signing = "Accept-Encoding", "Signing"
	header := func(in middleware.FinalizeInput) http.Header {
		if r, ok := in.Request.(*smithyhttp.Request); ok {
			return r.Header
		}
		return http.Header{}
	}
	remove := middleware.FinalizeMiddlewareFunc("onair:remove-accept-encoding", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		header(in).Del(name)
		return next.HandleFinalize(ctx, in)
	})
	restore := middleware.FinalizeMiddlewareFunc("onair:restore-accept-encoding", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		header(in).Set(name, "identity")
		return next.HandleFinalize(ctx, in)
	})
	if err := stack.Finalize.Insert(remove, signing, middleware.Before); err != nil {
		return err
	}
	return stack.Finalize.Insert(restore, signing, middleware.After)
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

// noCredentials returns the SDK's error about credentials as one line.
func noCredentials(err error) error {
	const hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
	if errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "IMDS") {
		return fmt.Errorf("%w: no S3 credentials: %s", bucket.ErrDenied, hint) // IMDS, the last source, has no credentials
	}
	return fmt.Errorf("%w: S3 credentials: %s: %s", bucket.ErrDenied, text(err), hint)
}
