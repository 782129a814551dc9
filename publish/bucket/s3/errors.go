package s3

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// errLostUpload is a 404 that is about an upload in parts, not about an object.
var errLostUpload = errors.New("upload in parts is lost")

// status returns the HTTP status of an error, or 0.
func status(err error) int {
	var e *smithyhttp.ResponseError
	if errors.As(err, &e) && e.Response != nil {
		return e.HTTPStatusCode()
	}
	return 0
}

// header returns the headers of the answer that an error is about; nil if there
// is none.
func header(err error) http.Header {
	var e *smithyhttp.ResponseError
	if errors.As(err, &e) && e.Response != nil {
		return e.Response.Header
	}
	return nil
}

// code returns the S3 error code of an error, or nothing.
func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

// temporaryCodes are errors that pass although their status does not say so. A
// wrong sum was spoiled on its way: the body was checked while it was sent.
var temporaryCodes = []string{
	"RequestTimeout", "IncompleteBody", "BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", // 400
	"ConditionalRequestConflict", "OperationAborted", // 409: somebody else writes at this moment
	"InternalError", "SlowDown", "ServiceUnavailable", // also in the body of a 200
}

// temporary reports whether another try may go better.
func temporary(err error) bool {
	if remote.Final(err) || isIdentity(err) {
		return false
	}
	if slices.Contains(temporaryCodes, code(err)) {
		return true
	}
	switch code := status(err); code {
	case 0, http.StatusOK: // no answer, or half of one
		return true
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	default:
		return code >= 500 && code != http.StatusNotImplemented
	}
}

// isIdentity reports whether the credentials could not be refreshed.
func isIdentity(err error) bool {
	var e *smithy.OperationError
	return errors.As(err, &e) && status(err) == 0 && strings.HasPrefix(e.Err.Error(), "get identity:")
}

// unsupported reports whether a provider refuses a header that it does not know.
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

// deniedCodes are refusals that do not all have the status of one.
var deniedCodes = []string{"AccessDenied", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch", "AllAccessDisabled"}

// explain puts an error of the SDK into our words: the sentinel that callers
// branch on, and one line.
func explain(err error) error {
	if err := remote.Known(err); err != nil {
		return err
	}
	if isIdentity(err) {
		return noCredentials(err)
	}
	switch c := code(err); {
	case c == "NoSuchBucket":
		return bucket.ErrNoBucket
	case c == "NoSuchUpload":
		return errLostUpload
	case c == "PermanentRedirect" || c == "AuthorizationHeaderMalformed" || c == "IllegalLocationConstraintException":
		return fmt.Errorf("the bucket is in another region: add the option region: %s", text(err))
	case c == "RequestTimeTooSkewed":
		return fmt.Errorf("the clock of this machine is wrong: %s", text(err))
	case slices.Contains(deniedCodes, c):
		return fmt.Errorf("%w: %s", bucket.ErrDenied, text(err))
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
		api       smithy.APIError
		request   *url.Error
		response  *smithyhttp.ResponseError
		operation *smithy.OperationError
	)
	switch {
	case errors.As(err, &api) && api.ErrorMessage() != "" && !strings.HasPrefix(api.ErrorMessage(), "<"):
		return remote.Line(api.ErrorMessage())
	case errors.As(err, &response) && status(err) != 0:
		return fmt.Sprintf("status %d %s", status(err), strings.ToLower(http.StatusText(status(err))))
	case errors.As(err, &request):
		return remote.Line(request.Err.Error()) // without the address
	case errors.As(err, &operation):
		return remote.Line(operation.Err.Error())
	}
	return remote.Line(err.Error())
}
