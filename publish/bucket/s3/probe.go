package s3

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"onair/publish/bucket"
)

// probeKey is the object that preconditions are tried out on. It stays, so that
// a later process needs two requests, neither of which has an effect.
const probeKey = ".onair/precondition-probe"

// Probe tries preconditions out unless that has been done.
func (b *Bucket) Probe(ctx context.Context) error {
	b.probing.Lock()
	defer b.probing.Unlock()
	if !b.probed {
		err := b.retry(ctx, 0, func(ctx context.Context, _ int) (err error) {
			b.holds, err = b.tryPreconditions(ctx)
			return err
		})
		if err != nil {
			return b.wrap("try preconditions on", probeKey, err)
		}
		b.probed = true
	}
	if !b.holds {
		return fmt.Errorf("%w: %s", bucket.ErrNoPreconditions, b.at)
	}
	return nil
}

// tryPreconditions makes writes that must not happen.
func (b *Bucket) tryPreconditions(ctx context.Context) (holds bool, err error) {
	in := func() *s3.PutObjectInput {
		return &s3.PutObjectInput{Bucket: &b.at.name, Key: aws.String(b.at.prefix + probeKey), ContentLength: aws.Int64(0)}
	}
	never := in()
	never.IfMatch = aws.String(`"00000000000000000000000000000000"`)
	if refused, err := refuses(b.client.PutObject(ctx, never)); err != nil || !refused {
		return false, err
	}
	once := in()
	once.IfNoneMatch = aws.String("*")
	// The first may be the one that makes the object; the second never is.
	for range 2 {
		if refused, err := refuses(b.client.PutObject(ctx, once)); err != nil || refused {
			return refused, err
		}
	}
	return false, nil
}

// refuses tells a precondition that was found broken from one that was ignored,
// or is not known at all, and both from other errors.
func refuses(_ *s3.PutObjectOutput, err error) (bool, error) {
	switch {
	case err == nil || unsupported(err):
		return false, nil
	case status(err) == http.StatusPreconditionFailed:
		return true, nil
	case status(err) == http.StatusNotFound && code(err) != "NoSuchBucket":
		return true, nil // NoSuchKey, though the code may have been lost on its way
	}
	return false, err
}
