package gcs

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"cloud.google.com/go/auth"
	"google.golang.org/api/googleapi"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// errLostSession is a 404 or 410 that is about an upload, not about a bucket.
var errLostSession = errors.New("upload session is lost")

// status returns the HTTP status of an error, or 0.
func status(err error) int {
	var e *googleapi.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// header returns the headers of the answer that an error is about; nil if there
// is none.
func header(err error) http.Header {
	var e *googleapi.Error
	if errors.As(err, &e) {
		return e.Header
	}
	return nil
}

// temporary reports whether another try may go better.
func temporary(err error) bool {
	if remote.Final(err) {
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
	if err := remote.Known(err); err != nil {
		return err
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
	return remote.Line(s) // without the address of an upload, which is a key to it
}
