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
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// unsigned leaves a body out of the signature, so that the body can be streamed. The
// signature covers the checksum of the body instead.
var unsigned = s3.WithAPIOptions(v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware)

// maxWhole is the size up to which a body is sent in one request.
func (s *store) maxWhole() int64 { return 2 * s.partSize }

// Put implements remote.Store.
func (s *store) Put(ctx context.Context, name string, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error) {
	if o.Size > s.maxWhole() {
		return s.put(ctx, name, o, cond, s.sendParts)
	}
	return s.put(ctx, name, o, cond, s.sendWhole)
}

// sender is a function that makes one try to send an object.
type sender = func(context.Context, *target, *bucket.Object) (written, error)

// put stores an object by calling send, under the condition.
func (s *store) put(ctx context.Context, name string, o *bucket.Object, cond bucket.Condition, send sender) (bucket.Attrs, error) {
	t, err := s.target(ctx, name, cond)
	if err != nil {
		return bucket.Attrs{}, err
	}
	if t.check || cond != (bucket.Condition{}) && o.Size > s.maxWhole() { // a broken condition must show before a large body is sent
		if err := s.check(ctx, t); err != nil {
			return bucket.Attrs{}, err
		}
	}
	out, err := send(ctx, t, o)
	switch {
	case err == nil:
		return out.attrs(name, o), nil
	case t.isBroken(err):
		return bucket.Attrs{}, bucket.ErrPrecondition
	}
	return bucket.Attrs{}, err
}

// written is a provider's answer to a write.
type written struct {
	etag *string
	at   time.Time // by the provider's clock
}

func newWritten(etag *string, metadata middleware.Metadata) written {
	at, _ := awsmiddleware.GetServerTime(metadata)
	return written{etag, at}
}

// attrs describes the object that was written.
func (w written) attrs(name string, o *bucket.Object) bucket.Attrs {
	a := bucket.Attrs{Key: name, Headers: o.Headers, Size: o.Size, CRC32C: o.CRC32C, Version: version(w.etag), Updated: w.at}
	a.Metadata = remote.Lower(o.Metadata)
	return a
}

// target is the object that a write stores, with the condition of the write.
type target struct {
	name  string
	cond  bucket.Condition
	check bool // the provider does not decide the condition, so it is checked beforehand
}

// target prepares a write under a condition.
func (s *store) target(ctx context.Context, name string, cond bucket.Condition) (*target, error) {
	if strings.ContainsFunc(cond.Version, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' }) {
		return nil, fmt.Errorf("%w: version %q is not one of this bucket", bucket.ErrPrecondition, cond.Version)
	}
	t := &target{name: name, cond: cond}
	if cond == (bucket.Condition{}) {
		return t, nil
	}
	err := s.probe(ctx)
	if t.check = errors.Is(err, bucket.ErrNoPreconditions); t.check {
		err = nil
	}
	return t, err
}

// check checks a condition by the object's attributes.
func (s *store) check(ctx context.Context, t *target) error {
	now, err := s.Stat(ctx, t.name)
	if err != nil && !errors.Is(err, bucket.ErrNotExist) {
		return err
	}
	return t.cond.Check(now.Version)
}

// ifMatch returns the header If-Match; nil if the condition needs none.
func (t *target) ifMatch() *string {
	if t.check || t.cond.Version == "" {
		return nil
	}
	return etag(t.cond.Version)
}

// ifNoneMatch returns the header If-None-Match; nil if the condition needs none.
func (t *target) ifNoneMatch() *string {
	if t.check || !t.cond.Absent {
		return nil
	}
	return aws.String("*")
}

// isBroken reports whether an error says that the condition does not hold.
func (t *target) isBroken(err error) bool {
	return errors.Is(err, bucket.ErrPrecondition) || status(err) == http.StatusPreconditionFailed ||
		t.cond.Version != "" && code(err) == "NoSuchKey"
}

// sendWhole makes one try to store an object in one request.
func (s *store) sendWhole(ctx context.Context, t *target, o *bucket.Object) (out written, err error) {
	err = ask(&s.noCRC, func(crc bool) error {
		in := &s3.PutObjectInput{
			Bucket:             &s.at.name,
			Key:                &t.name,
			ContentLength:      &o.Size,
			ContentType:        optional(o.ContentType),
			CacheControl:       optional(o.CacheControl),
			ContentEncoding:    optional(o.ContentEncoding),
			ContentDisposition: optional(o.ContentDisposition),
			ContentLanguage:    optional(o.ContentLanguage),
			Metadata:           withSum(o.Metadata, o.Size, o.CRC32C),
			IfMatch:            t.ifMatch(),
			IfNoneMatch:        t.ifNoneMatch(),
		}
		if crc {
			in.ChecksumCRC32C = encodeSum(o.CRC32C)
		} else {
			// The checksum is sent before the body, so the body is read twice.
			sum := md5.New()
			if err := bucket.CopyBody(ctx, sum, o); err != nil {
				return err
			}
			in.ContentMD5 = aws.String(base64.StdEncoding.EncodeToString(sum.Sum(nil)))
		}
		answer, err := s.stream(ctx, in, o)
		if err == nil {
			out = newWritten(answer.ETag, answer.ResultMetadata)
		}
		return err
	})
	return out, err
}

// errAnswered stops the sending of a body when the server has answered.
var errAnswered = errors.New("the server answered before it had the body")

// stream sends an object's body while it is read. If the body is wrong, the request
// breaks off before its end, so that the server has nothing to store.
func (s *store) stream(ctx context.Context, in *s3.PutObjectInput, o *bucket.Object) (*s3.PutObjectOutput, error) {
	if o.Size == 0 {
		if err := bucket.CopyBody(ctx, io.Discard, o); err != nil {
			return nil, err
		}
		in.Body = bytes.NewReader(nil)
		return s.client.PutObject(ctx, in)
	}
	r, w := io.Pipe()
	sent := make(chan error, 1)
	go func() {
		err := remote.SendBody(ctx, w, o)
		w.CloseWithError(err)
		sent <- err
	}()
	in.Body = struct{ io.Reader }{r} // hides the io.PipeReader, which the SDK would send in chunks
	out, err := s.client.PutObject(ctx, in, unsigned)
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
