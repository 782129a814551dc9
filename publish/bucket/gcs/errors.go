package gcs

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"cloud.google.com/go/auth"
	"google.golang.org/api/googleapi"

	"onair/internal/oauth"
	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// errLostSession reports that the server has forgotten an upload in chunks. The server
// then answers with status 404 or 410, as for a missing bucket.
var errLostSession = errors.New("upload session is lost")

// status returns the HTTP status of an error, or 0. For a request that a policy forbids
// it returns 403, whatever the server sent.
func status(err error) int {
	var e *googleapi.Error
	switch {
	case !errors.As(err, &e):
		return 0
	case remote.IsPolicy(e.Code, e.Message):
		return http.StatusForbidden
	}
	return e.Code
}

// header returns the headers of the response that caused an error; nil if there was no
// response.
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
	if refused := tokenError(err); refused != nil {
		return refused.Temporary()
	}
	if status(err) == http.StatusBadRequest {
		// The body was checked while it was sent. If the server finds a wrong checksum,
		// the body was damaged on the way.
		return strings.Contains(strings.ToLower(err.Error()), "crc32c")
	}
	return remote.TemporaryStatus(status(err))
}

// explain turns an error of the client into an error with one line of text, which wraps
// the sentinel that callers branch on, if there is one. It keeps nothing that may contain
// a secret, such as the address of an upload session.
func explain(err error) error {
	if err := remote.Known(err); err != nil {
		return err
	}
	if refused := tokenError(err); refused != nil {
		return fmt.Errorf("%w: get an access token: %w", bucket.ErrDenied, refused)
	}
	return remote.StatusError(status(err), text(err))
}

// tokenError returns the token server's error in err; nil if err is about something
// else.
func tokenError(err error) *oauth.Error {
	var token *auth.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &token):
		return oauth.Quoted(err.Error())
	case token.Response == nil:
		return oauth.New(0, token.Body)
	}
	return oauth.New(token.Response.StatusCode, token.Body)
}

// text returns an error of the client as one line of reasonable length.
func text(err error) string {
	var (
		s       string
		api     *googleapi.Error
		request *url.Error
	)
	if refused := tokenError(err); refused != nil {
		return refused.Error()
	}
	switch {
	case errors.As(err, &api):
		// The body is left out, as it may be a page of HTML.
		if s = api.Message; s == "" {
			s = fmt.Sprintf("status %d %s", api.Code, strings.ToLower(http.StatusText(api.Code)))
		}
	case errors.As(err, &request):
		s = request.Err.Error()
	default:
		s = err.Error()
	}
	return remote.Line(s) // without the query of an upload's address, which is a secret
}
