package gcs

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"cloud.google.com/go/auth"
	"google.golang.org/api/googleapi"

	"onair/publish/bucket"
)

// errLostSession is a 404 or 410 that is about an upload, not about a bucket.
var errLostSession = errors.New("upload session is lost")

// wrap says which step on which object failed.
func (b *Bucket) wrap(op, key string, err error) error {
	return fmt.Errorf("%s %s/%s: %w", op, b.url, key, err)
}

// status returns the HTTP status of an error, or 0.
func status(err error) int {
	var e *googleapi.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// temporary reports whether another try may go better.
func temporary(err error) bool {
	for _, final := range []error{
		bucket.ErrBody, bucket.ErrPrecondition, bucket.ErrNotExist, bucket.ErrNoBucket, bucket.ErrDenied, context.Canceled,
	} {
		if errors.Is(err, final) {
			return false
		}
	}
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) {
		return false
	}
	var token *auth.Error
	if errors.As(err, &token) {
		return token.Temporary()
	}
	switch code := status(err); {
	case code == 0: // no answer, or half of one
		return true
	case code == http.StatusBadRequest:
		// The sum of the body was checked while it was sent, so a sum that the
		// server finds wrong was spoiled on its way.
		return strings.Contains(strings.ToLower(err.Error()), "crc32c")
	default:
		return code == http.StatusRequestTimeout || code == http.StatusTooManyRequests || code >= 500
	}
}

// explain puts an error of the client into our words: the sentinel that callers
// branch on, and one line. Nothing of the client's own error is kept that could
// carry a secret, such as the address of an upload session.
func explain(err error) error {
	for _, ours := range []error{bucket.ErrBody, bucket.ErrPrecondition, bucket.ErrNotExist, bucket.ErrNoBucket, bucket.ErrDenied} {
		if errors.Is(err, ours) {
			return err
		}
	}
	for _, bare := range []error{context.Canceled, context.DeadlineExceeded, errStalled} {
		if errors.Is(err, bare) {
			return bare // the client wraps it in the address of the request
		}
	}
	var token *auth.Error
	if errors.As(err, &token) {
		return fmt.Errorf("%w: get an access token: %s", bucket.ErrDenied, text(token))
	}
	switch status(err) {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%w: %s", bucket.ErrDenied, text(err))
	case http.StatusPreconditionFailed:
		return bucket.ErrPrecondition
	case http.StatusNotFound:
		return bucket.ErrNotExist
	}
	return errors.New(text(err))
}

var queries = regexp.MustCompile(`(https?://[^\s"?]*)\?[^\s"]*`)

// text is one line, of reasonable length, for an error from outside.
func text(err error) string {
	var (
		s       string
		api     *googleapi.Error
		token   *auth.Error
		request *url.Error
	)
	switch {
	case errors.As(err, &api):
		// Not the body: that may be a page of HTML.
		if s = api.Message; s == "" {
			s = fmt.Sprintf("status %d %s", api.Code, strings.ToLower(http.StatusText(api.Code)))
		}
	case errors.As(err, &token):
		if token.Response != nil { // or Error panics
			s = token.Error()
		}
		if s == "" || strings.Contains(s, "\n") { // with the whole response
			s = "the token server gives none"
		}
	case errors.As(err, &request):
		s = request.Err.Error()
	default:
		s = err.Error()
	}
	// An upload's address is a key to it: no query of an address is shown.
	s = queries.ReplaceAllString(s, "$1")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if runes := []rune(s); len(runes) > 300 {
		s = string(runes[:300]) + "…"
	}
	return s
}
