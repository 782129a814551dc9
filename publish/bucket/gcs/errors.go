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

// errLostSession reports that an upload in chunks was forgotten. Its status, 404 or
// 410, is also that of a missing bucket.
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

// temporary reports whether another try may succeed.
func temporary(err error) bool {
	if remote.Final(err) {
		return false
	}
	var token *auth.Error
	if errors.As(err, &token) {
		return token.Temporary()
	}
	if status(err) == http.StatusBadRequest {
		// The body was checked while it was sent, so a checksum that the server finds
		// wrong was damaged on the way.
		return strings.Contains(strings.ToLower(err.Error()), "crc32c")
	}
	return remote.TemporaryStatus(status(err))
}

// explain turns an error of the client into the sentinel that callers branch on,
// with one line of text. It keeps nothing that may contain a secret, such as the
// address of an upload session.
func explain(err error) error {
	if err := remote.Known(err); err != nil {
		return err
	}
	var token *auth.Error
	if errors.As(err, &token) {
		return fmt.Errorf("%w: get an access token: %s", bucket.ErrDenied, text(token))
	}
	return remote.StatusError(status(err), text(err))
}

// text returns an error of the client as one line of reasonable length.
func text(err error) string {
	var (
		s       string
		api     *googleapi.Error
		token   *auth.Error
		request *url.Error
	)
	switch {
	case errors.As(err, &api):
		// The body is left out, as it may be a page of HTML.
		if s = api.Message; s == "" {
			s = fmt.Sprintf("status %d %s", api.Code, strings.ToLower(http.StatusText(api.Code)))
		}
	case errors.As(err, &token):
		if token.Response != nil { // otherwise Error panics
			s = token.Error()
		}
		if s == "" || strings.Contains(s, "\n") { // with the whole response
			s = "the token server returned none"
		}
	case errors.As(err, &request):
		s = request.Err.Error()
	default:
		s = err.Error()
	}
	return remote.Line(s) // without the query of an upload's address, which is a secret
}
