package s3

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/smithy-go"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// errLostUpload reports that the server has forgotten an upload in parts. The server
// then answers with status 404, as for a missing object.
var errLostUpload = errors.New("upload in parts is lost")

// answerError is a response that reports an error, or whose body cannot be read.
type answerError struct {
	status        int // for a request that a policy forbids 403, whatever the server sent
	header        http.Header
	code, message string // code may be empty; message is one line
	skewed        bool   // the request was signed for a wrong time, and the next one will not be
	cause         error  // may be nil
}

func (e *answerError) Error() string { return e.message }

func (e *answerError) Unwrap() error { return e.cause }

// newAnswerError reads the body of a response that reports an error.
func newAnswerError(resp *http.Response, body io.Reader) *answerError {
	var in struct{ Code, Message string }
	// The body may be cut off, or not be XML. Use the fields that can be decoded.
	_ = xml.NewDecoder(io.LimitReader(body, maxFailure)).Decode(&in)
	e := &answerError{status: resp.StatusCode, header: resp.Header, code: in.Code, message: remote.Line(in.Message)}
	if remote.IsPolicy(e.status, e.message) {
		e.status = http.StatusForbidden
	}
	if e.message == "" || strings.HasPrefix(e.message, "<") {
		e.message = fmt.Sprintf("status %d %s", e.status, strings.ToLower(http.StatusText(e.status)))
	}
	return e
}

// malformedError is a response that no server of S3 sends, so that another try is of no
// use. It says what the response is like.
type malformedError string

func (e malformedError) Error() string { return "the answer of the server " + string(e) }

// status returns the HTTP status of an error, or 0.
func status(err error) int {
	var e *answerError
	if errors.As(err, &e) {
		return e.status
	}
	return 0
}

// header returns the headers of the response that caused an error; nil if there was no
// response.
func header(err error) http.Header {
	var e *answerError
	if errors.As(err, &e) {
		return e.header
	}
	return nil
}

// code returns the S3 error code of an error, or an empty string.
func code(err error) string {
	var e *answerError
	if errors.As(err, &e) {
		return e.code
	}
	return ""
}

// temporaryCodes are the codes of errors that may pass although their status does not
// say so. A wrong checksum means damage on the way, because the body was checked while
// it was sent.
var temporaryCodes = []string{
	"RequestTimeout", "IncompleteBody", "BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", // 400
	"ConditionalRequestConflict", "OperationAborted", // 409: another writer at the same moment
	"InternalError", "SlowDown", "ServiceUnavailable", // also in the body of a 200
}

// temporary reports whether another try may succeed.
func temporary(err error) bool {
	var identity *identityError
	var malformed malformedError
	if remote.Final(err) || errors.As(err, &identity) || errors.As(err, &malformed) {
		return false
	}
	var answer *answerError
	if errors.As(err, &answer) && answer.skewed {
		return true
	}
	switch c := code(err); {
	case slices.Contains(temporaryCodes, c):
		return true
	case slices.Contains(deniedCodes, c):
		return false
	}
	switch status(err) {
	case http.StatusOK: // the answer broke off
		return true
	case http.StatusNotImplemented:
		return false
	}
	return remote.TemporaryStatus(status(err))
}

// unsupported reports whether a provider refused a header that it does not know.
func unsupported(err error) bool {
	switch status(err) {
	case http.StatusNotImplemented:
		return true
	case http.StatusBadRequest:
		s := strings.ToLower(text(err))
		return code(err) == "NotImplemented" || strings.Contains(s, "unsupported header") ||
			strings.Contains(s, "checksum type") || strings.Contains(s, "checksum algorithm")
	}
	return false
}

// deniedCodes are the codes of missing permission. Some come with status 400.
var deniedCodes = []string{"AccessDenied", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch", "AllAccessDisabled"}

// expectedRegion matches the region in the message of AuthorizationHeaderMalformed.
var expectedRegion = regexp.MustCompile(`expecting '([a-z0-9-]+)'`)

// otherRegion reports whether an error says that the bucket is not in the region of the
// request, and returns the region of the bucket. If the error does not name that region,
// the result known is false.
func otherRegion(err error) (region string, other, known bool) {
	c := code(err)
	switch s := status(err); {
	case c == "PermanentRedirect", c == "AuthorizationHeaderMalformed", c == "IllegalLocationConstraintException":
	case s == http.StatusMovedPermanently, s == http.StatusTemporaryRedirect, s == http.StatusPermanentRedirect:
	case s == http.StatusBadRequest && header(err).Get(regionHeader) != "": // the answer to a HEAD, which has no body
	default:
		return "", false, false
	}
	region = header(err).Get(regionHeader)
	if found := expectedRegion.FindStringSubmatch(text(err)); region == "" && found != nil {
		region = found[1]
	}
	if !isRegion(region) {
		region = ""
	}
	return region, true, region != ""
}

// regionHeader has the region of a bucket.
const regionHeader = "X-Amz-Bucket-Region"

// explain turns the error of a request into an error with one line of text, which wraps the
// sentinel that callers branch on, if there is one.
func (l *location) explain(err error) error {
	if err := remote.Known(err); err != nil {
		return err
	}
	var identity *identityError
	if errors.As(err, &identity) {
		return noCredentials(identity.err)
	}
	switch region, other, known := otherRegion(err); {
	case known:
		return fmt.Errorf("the bucket is in the region %s: write %s", region, l.in(region))
	case other:
		return fmt.Errorf("the bucket is in another region, or at another endpoint: add the option region, as in %s: %s", l.in("eu-central-1"), text(err))
	}
	switch c := code(err); {
	case c == "NoSuchBucket":
		return bucket.ErrNoBucket
	case c == "NoSuchUpload":
		return errLostUpload
	case c == "RequestTimeTooSkewed":
		return fmt.Errorf("the clock of this machine is wrong: %s", text(err))
	case slices.Contains(deniedCodes, c):
		return fmt.Errorf("%w: %s", bucket.ErrDenied, text(err))
	}
	return remote.StatusError(status(err), text(err))
}

// text returns an error as one line of reasonable length.
func text(err error) string {
	var (
		answer    *answerError
		api       smithy.APIError
		request   *url.Error
		operation *smithy.OperationError
	)
	switch {
	case errors.As(err, &answer):
		return answer.message
	case errors.As(err, &api) && api.ErrorMessage() != "": // from a service that gives credentials
		return remote.Line(api.ErrorMessage())
	case errors.As(err, &request):
		return remote.Line(request.Err.Error()) // without the address
	case errors.As(err, &operation):
		return remote.Line(operation.Err.Error())
	}
	return remote.Line(err.Error())
}
