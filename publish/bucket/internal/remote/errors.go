package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"onair/internal/retry"
	"onair/publish/bucket"
)

// known are the errors that say all there is to say.
var known = []error{
	bucket.ErrBody, bucket.ErrPrecondition, bucket.ErrNotExist, bucket.ErrNoBucket, bucket.ErrDenied, errors.ErrUnsupported,
}

// Known returns an error that needs no explaining, or nil. One that is a
// sentinel of package bucket, or was explained by Do, stays as it is. One of a
// context or of a stalled request is stripped of what clients wrap around it,
// such as the address of the request.
func Known(err error) error {
	if isKnown(err) {
		return err
	}
	for _, bare := range []error{context.Canceled, context.DeadlineExceeded, ErrStalled} {
		if errors.Is(err, bare) {
			return bare
		}
	}
	return nil
}

func isKnown(err error) bool {
	return retry.IsPermanent(err) || slices.ContainsFunc(known, func(ours error) bool { return errors.Is(err, ours) })
}

// Final reports whether no other try can go better, whatever the provider.
func Final(err error) bool {
	var certificate *tls.CertificateVerificationError
	return isKnown(err) || errors.Is(err, context.Canceled) || errors.As(err, &certificate)
}

var queries = regexp.MustCompile(`(https?://[^\s"?]*)\?[^\s"]*`)

// Line makes one line of reasonable length of a message from outside. The query
// of an address may be a key to it: none is shown.
func Line(s string) string {
	s = queries.ReplaceAllString(s, "$1")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if runes := []rune(s); len(runes) > 300 {
		s = string(runes[:300]) + "…"
	}
	return s
}
