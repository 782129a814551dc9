package s3

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/encoding/httpbinding"

	"onair/publish/bucket/internal/remote"
)

const (
	// maxAnswer limits the XML of a response, in bytes. A page of a listing has 1,000 names
	// of up to 1,024 bytes, each of which may be escaped as three.
	maxAnswer = 16 << 20

	// maxFailure limits the part of an error's body that is read, in bytes.
	maxFailure = 64 << 10

	// minExpect is the size of a body, in bytes, before which the server is asked whether it
	// wants the body at all.
	minExpect = 2 << 20

	// maxSkew is how far the clocks of the server and of this machine may be apart before
	// requests are signed with the server's time. S3 accepts 15 minutes.
	maxSkew = 4 * time.Minute
)

// client sends signed requests to one bucket. A method makes one try.
type client struct {
	http        *http.Client
	credentials aws.CredentialsProvider
	signer      *v4.Signer
	region      string       // the region in signatures
	base        *url.URL     // address of the bucket, without a slash at its end
	ahead       atomic.Int64 // how far the server's clock is ahead, in nanoseconds; 0 if by at most maxSkew
}

// request is a request to the bucket or to one of its objects.
type request struct {
	method string
	name   string // of the object; empty for the bucket itself
	query  url.Values
	header http.Header
	body   io.Reader // nil for none
	size   int64     // of the body, in bytes
	sum    string    // SHA-256 of the body, in hex, to be signed; empty leaves the body out of the signature
}

// emptySum is the SHA-256 of no bytes.
var emptySum = hexSum(nil)

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// fields returns the headers of a request, from names and values in turn. It leaves out
// empty values.
func fields(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			h.Set(pairs[i], pairs[i+1])
		}
	}
	return h
}

// send sends a request. A response with another status than 2xx is returned as an
// answerError. The caller closes the body of the response.
func (c *client) send(ctx context.Context, r *request) (*http.Response, error) {
	credentials, err := c.credentials.Retrieve(ctx)
	if err != nil {
		return nil, &identityError{err}
	}
	req, err := c.newRequest(ctx, r)
	if err != nil {
		return nil, err
	}
	sum := emptySum
	if r.body != nil {
		sum = cmp.Or(r.sum, "UNSIGNED-PAYLOAD")
	}
	req.Header.Set("X-Amz-Content-Sha256", sum)
	ahead := time.Duration(c.ahead.Load())
	if err := c.signer.SignHTTP(ctx, credentials, req, sum, "s3", c.region, time.Now().Add(ahead)); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	// Proxies before a server rewrite Accept-Encoding, so the signature does not cover it.
	// Without it net/http would ask for compressed bodies.
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	skewed := c.learnTime(resp.Header, ahead)
	if resp.StatusCode/100 == 2 {
		return resp, nil
	}
	defer resp.Body.Close()
	failure := newAnswerError(resp, resp.Body)
	failure.skewed = skewed && failure.status == http.StatusForbidden
	return nil, failure
}

// newRequest returns a request that is ready to be signed. Its address is escaped as the
// signature requires.
func (c *client) newRequest(ctx context.Context, r *request) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, c.base.String(), r.body)
	if err != nil {
		return nil, err
	}
	if r.name != "" || req.URL.Path == "" {
		req.URL.Path += "/" + r.name
	}
	req.URL.RawPath = httpbinding.EscapePath(req.URL.Path, false)
	req.URL.RawQuery = r.query.Encode()
	if r.header != nil {
		req.Header = r.header.Clone()
	}
	req.Header.Set("User-Agent", "onair")
	if r.body != nil {
		req.ContentLength = r.size
	}
	if r.size >= minExpect {
		req.Header.Set("Expect", "100-continue")
	}
	return req, nil
}

// learnTime sets c.ahead from the headers of a response. signed is the value of c.ahead
// with which the request was signed; wrong reports whether it was more than maxSkew off.
func (c *client) learnTime(h http.Header, signed time.Duration) (wrong bool) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil || h.Get("Age") != "" { // a cache sends an old date
		return false
	}
	ahead := time.Until(date)
	wrong = (ahead - signed).Abs() > maxSkew
	if ahead.Abs() <= maxSkew {
		ahead = 0
	}
	c.ahead.Store(int64(ahead))
	return wrong
}

// call sends a request, parses the XML of the response into result, and returns the
// headers. If result is nil, the body is ignored, even if it cannot be read.
func (c *client) call(ctx context.Context, r *request, result any) (http.Header, error) {
	resp, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if result == nil {
		_, _ = io.CopyN(io.Discard, resp.Body, maxFailure) // the connection can be used again
		return resp.Header, nil
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case len(data) > maxAnswer:
		return nil, malformedError(fmt.Sprintf("is longer than %d MiB", maxAnswer>>20))
	case err == nil:
		err = parseAnswer(resp, data, result)
	}
	var failure *answerError
	if err != nil && !errors.As(err, &failure) {
		err = &answerError{status: resp.StatusCode, header: resp.Header, message: remote.Line(fmt.Sprintf("read the answer of the server: %v", err)), cause: err}
	}
	return resp.Header, err
}

// parseAnswer parses the XML of a response with status 200, whatever the name of its root
// is. If that is an error, which S3 can find after it has sent the status, parseAnswer
// returns it with status 500.
func parseAnswer(resp *http.Response, data []byte, result any) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		root, ok := token.(xml.StartElement)
		switch {
		case !ok:
			continue
		case strings.EqualFold(root.Name.Local, "Error"):
			failure := newAnswerError(resp, bytes.NewReader(data))
			failure.status = http.StatusInternalServerError
			return failure
		}
		return d.DecodeElement(result, &root)
	}
}

// serverTime returns the time of a response by the server's clock; zero if it is
// unknown.
func serverTime(h http.Header) time.Time {
	t, _ := http.ParseTime(h.Get("Date"))
	return t
}

// wireTime is a time in an answer. One that is missing or malformed is zero.
type wireTime struct{ time.Time }

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *wireTime) UnmarshalText(text []byte) error {
	var err error
	if t.Time, err = time.Parse(time.RFC3339, string(text)); err != nil {
		t.Time, _ = time.Parse(time.RFC3339, string(text)+"Z") // some providers leave out the zone
	}
	return nil
}
