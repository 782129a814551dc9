package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// unsigned lets a body out of the signature, so that it can be streamed: its
// checksum is signed.
var unsigned = s3.WithAPIOptions(v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware)

// Write stores an object.
func (b *Bucket) Write(ctx context.Context, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error) {
	send := b.sendWhole
	if o.Size > b.maxWhole() {
		send = b.sendParts
	}
	attrs, err := b.write(ctx, o, cond, send)
	if err != nil {
		return bucket.Attrs{}, b.wrap("write", o.Key, err)
	}
	return attrs, nil
}

// stored is what a provider says of a write.
type stored struct {
	etag *string
	at   time.Time // by its clock
}

// answered is what a provider says in answer to a write.
func answered(etag *string, metadata middleware.Metadata) stored {
	at, _ := awsmiddleware.GetServerTime(metadata)
	return stored{etag, at}
}

// target is where a write goes.
type target struct {
	name string
	cond bucket.Condition
	look bool // the provider does not decide the condition
}

// ifMatch and ifNoneMatch are the condition as headers.
func (t *target) ifMatch() *string {
	if t.look || t.cond.Version == "" {
		return nil
	}
	return aws.String(`"` + t.cond.Version + `"`)
}

func (t *target) ifNoneMatch() *string {
	if t.look || !t.cond.Absent {
		return nil
	}
	return aws.String("*")
}

// write stores an object by send, which is one try.
func (b *Bucket) write(ctx context.Context, o *bucket.Object, cond bucket.Condition, send func(context.Context, *target, *bucket.Object) (stored, error)) (bucket.Attrs, error) {
	t, err := b.target(ctx, o.Key, cond)
	if err != nil {
		return bucket.Attrs{}, err
	}
	var attrs bucket.Attrs
	err = b.retry(ctx, o.Size, func(ctx context.Context, n int) (err error) {
		var out stored
		// What is large does not travel in vain.
		if t.look || cond != (bucket.Condition{}) && o.Size > b.maxWhole() {
			err = b.look(ctx, o.Key, t)
		}
		if err == nil {
			out, err = send(ctx, t, o)
		}
		switch {
		case err == nil:
			attrs = written(o, out)
		case t.broken(err) && n > 1:
			attrs, err = b.lookForOurs(ctx, o, t)
		case t.broken(err):
			err = bucket.ErrPrecondition
		}
		return err
	})
	return attrs, err
}

// target prepares a write under a condition.
func (b *Bucket) target(ctx context.Context, key string, cond bucket.Condition) (*target, error) {
	name, err := b.name(key)
	if err != nil {
		return nil, err
	}
	if strings.ContainsFunc(cond.Version, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' }) {
		return nil, fmt.Errorf("%w: version %q is not one of this bucket", bucket.ErrPrecondition, cond.Version)
	}
	t := &target{name: name, cond: cond}
	if cond == (bucket.Condition{}) {
		return t, nil
	}
	err = b.Probe(ctx)
	if t.look = errors.Is(err, bucket.ErrNoPreconditions); t.look {
		err = nil
	}
	return t, err
}

// broken reports whether an error says that the condition does not hold.
func (t *target) broken(err error) bool {
	return errors.Is(err, bucket.ErrPrecondition) || status(err) == http.StatusPreconditionFailed ||
		t.cond.Version != "" && code(err) == "NoSuchKey"
}

// look checks a condition by looking at the object.
func (b *Bucket) look(ctx context.Context, key string, t *target) error {
	a, err := b.stat(ctx, key, t.name)
	if err != nil && !errors.Is(err, bucket.ErrNotExist) {
		return err
	}
	return t.cond.Check(a.Version)
}

// lookForOurs is asked when a repeated write finds its precondition broken. The
// first may have done it, its answer lost: then the object has our bytes and
// headers.
func (b *Bucket) lookForOurs(ctx context.Context, o *bucket.Object, t *target) (bucket.Attrs, error) {
	a, err := b.stat(ctx, o.Key, t.name)
	if errors.Is(err, bucket.ErrNotExist) {
		return bucket.Attrs{}, fmt.Errorf("%w: it is gone", bucket.ErrPrecondition)
	} else if err != nil {
		return bucket.Attrs{}, err
	}
	if a.Size == o.Size && a.CRC32C == o.CRC32C && remote.SameHeaders(a.Headers, o.Headers) {
		return a, nil
	}
	return bucket.Attrs{}, bucket.ErrPrecondition
}

// written describes an object that was just stored.
func written(o *bucket.Object, out stored) bucket.Attrs {
	a := bucket.Attrs{Key: o.Key, Headers: o.Headers, Size: o.Size, CRC32C: o.CRC32C, Version: version(out.etag), Updated: out.at}
	a.Metadata = remote.Lower(o.Metadata)
	return a
}

// ask makes a call with a header that some providers refuse, and without it once
// this one has.
func ask(refused *atomic.Bool, call func(with bool) error) error {
	if !refused.Load() {
		err := call(true)
		if !unsupported(err) {
			return err
		}
		refused.Store(true)
	}
	return call(false)
}

// optional is a header's value, or nothing if it is empty.
func optional(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

// sendWhole is one try to store an object in one request.
func (b *Bucket) sendWhole(ctx context.Context, t *target, o *bucket.Object) (out stored, err error) {
	err = ask(&b.noCRC, func(crc bool) error {
		in := &s3.PutObjectInput{
			Bucket:        &b.at.name,
			Key:           &t.name,
			ContentLength: &o.Size,
			ContentType:   optional(o.ContentType),
			CacheControl:  optional(o.CacheControl),
			Metadata:      withSum(o.Metadata, o.Size, o.CRC32C),
			IfMatch:       t.ifMatch(),
			IfNoneMatch:   t.ifNoneMatch(),
		}
		if crc {
			in.ChecksumCRC32C = encodeSum(o.CRC32C)
		} else {
			// The sum goes before the body, so the body is read twice.
			sum := md5.New()
			if err := bucket.CopyBody(ctx, sum, o); err != nil {
				return err
			}
			in.ContentMD5 = aws.String(base64.StdEncoding.EncodeToString(sum.Sum(nil)))
		}
		answer, err := b.stream(ctx, in, o)
		if err == nil {
			out = answered(answer.ETag, answer.ResultMetadata)
		}
		return err
	})
	return out, err
}

// errAnswered ends the sending of a body that nobody reads any more.
var errAnswered = errors.New("the server answered before it had the body")

// stream sends an object's body as it is read. If anything is wrong with it, the
// request is cut off before its end, so that there is nothing to store.
func (b *Bucket) stream(ctx context.Context, in *s3.PutObjectInput, o *bucket.Object) (*s3.PutObjectOutput, error) {
	if o.Size == 0 {
		if err := bucket.CopyBody(ctx, io.Discard, o); err != nil {
			return nil, err
		}
		in.Body = bytes.NewReader(nil)
		return b.client.PutObject(ctx, in)
	}
	r, w := io.Pipe()
	sent := make(chan error, 1)
	go func() {
		err := remote.SendBody(ctx, w, o)
		w.CloseWithError(err)
		sent <- err
	}()
	in.Body = struct{ io.Reader }{r} // the SDK sends an io.PipeReader in chunks
	out, err := b.client.PutObject(ctx, in, unsigned)
	r.CloseWithError(errAnswered)
	bodyErr := <-sent
	switch {
	case errors.Is(bodyErr, errAnswered) && err != nil:
		return nil, err
	case bodyErr != nil:
		return nil, bodyErr
	}
	return out, err
}
