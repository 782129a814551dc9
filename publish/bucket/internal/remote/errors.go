package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"onair/internal/retry"
	"onair/internal/shorten"
	"onair/publish/bucket"
)

// known are the errors that callers branch on.
var known = []error{
	bucket.ErrBody, bucket.ErrPrecondition, bucket.ErrNotExist, bucket.ErrNoBucket, bucket.ErrDenied, errors.ErrUnsupported,
}

// Known returns the error to report for err if err needs no explanation by the
// provider, and nil otherwise. A sentinel of package bucket and an error that Do has
// explained stay as they are. From the error of a context or of a stalled request,
// Known removes what clients wrap around it, such as the address of the request.
func Known(err error) error {
	if isKnown(err) {
		return err
	}
	for _, bare := range []error{context.Canceled, context.DeadlineExceeded, errStalled} {
		if errors.Is(err, bare) {
			return bare
		}
	}
	return nil
}

func isKnown(err error) bool {
	return retry.IsPermanent(err) || slices.ContainsFunc(known, func(ours error) bool { return errors.Is(err, ours) })
}

// Final reports whether an error means, with every provider, that another try cannot
// succeed.
func Final(err error) bool {
	var certificate *tls.CertificateVerificationError
	return isKnown(err) || errors.Is(err, context.Canceled) || errors.As(err, &certificate)
}

// TemporaryStatus reports whether another request may succeed after a response with
// this HTTP status. 0 stands for no answer.
func TemporaryStatus(status int) bool {
	return status == 0 || retry.TemporaryStatus(status)
}

// StatusError returns the error for an HTTP status: ErrDenied with the provider's
// message, ErrPrecondition or ErrNotExist without it, and for any other status an error
// that is only the message.
func StatusError(status int, message string) error {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%w: %s", bucket.ErrDenied, message)
	case http.StatusPreconditionFailed:
		return bucket.ErrPrecondition
	case http.StatusNotFound:
		return bucket.ErrNotExist
	}
	return errors.New(message)
}

// policyWords are words in the message of a policy that forbids a request. Google
// answers such a request with status 412, as for a broken precondition.
var policyWords = regexp.MustCompile(`(?i)constraint|polic(y|ies)\b|violat|retention`)

// IsPolicy reports whether a response with status 412 is about a policy of the
// organisation or the bucket, and not about another writer.
func IsPolicy(status int, message string) bool {
	return status == http.StatusPreconditionFailed && policyWords.MatchString(message)
}

var queries = regexp.MustCompile(`(https?://[^\s"?]*)\?[^\s"]*`)

// Line shortens a message from outside to one line of at most 300 characters. It removes
// the queries of addresses, which may contain secrets.
func Line(s string) string {
	return shorten.Line(queries.ReplaceAllString(s, "$1"), 300)
}
