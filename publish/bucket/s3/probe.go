package s3

import (
	"context"
	"fmt"
	"net/http"

	"onair/publish/bucket"
)

// probeKey is the key of the object that preconditions are tried on. The object remains,
// so that the probe of a later process makes two requests that change nothing.
const probeKey = ".onair/precondition-probe"

// probe tries preconditions unless their effect is known.
func (s *store) probe(ctx context.Context) error {
	s.probing.Lock()
	defer s.probing.Unlock()
	if !s.probed {
		err := s.policy.Do(ctx, 0, func(ctx context.Context, _ int) (err error) {
			s.honours, err = s.tryPreconditions(ctx)
			return err
		})
		if err != nil {
			return fmt.Errorf("try preconditions on %s%s: %w", s.at, probeKey, err)
		}
		s.probed = true
	}
	if !s.honours {
		return fmt.Errorf("%w: %s", bucket.ErrNoPreconditions, s.at)
	}
	return nil
}

// tryPreconditions reports whether the provider refuses writes whose preconditions do
// not hold.
func (s *store) tryPreconditions(ctx context.Context) (honours bool, err error) {
	write := func(condition http.Header) (refused bool, err error) {
		_, err = s.client.call(ctx, &request{method: http.MethodPut, name: s.at.prefix + probeKey, header: condition}, nil)
		return refuses(err)
	}
	never := fields("If-Match", etag("00000000000000000000000000000000"))
	if refused, err := write(never); err != nil || !refused {
		return false, err
	}
	// The first write may create the object; the second one cannot.
	for range 2 {
		if refused, err := write(fields("If-None-Match", "*")); err != nil || refused {
			return refused, err
		}
	}
	return false, nil
}

// refuses reports whether the provider refused a write because its precondition does not
// hold. If the provider refused it because it does not know preconditions, the result is
// false. Any other error is returned.
func refuses(err error) (bool, error) {
	switch {
	case err == nil || unsupported(err):
		return false, nil
	case status(err) == http.StatusPreconditionFailed:
		return true, nil
	case status(err) == http.StatusNotFound && code(err) != "NoSuchBucket":
		return true, nil // NoSuchKey, even if the code was lost on the way
	}
	return false, err
}
