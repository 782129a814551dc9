package s3

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

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
	version string
	at      time.Time // by the provider's clock
}

// attrs describes the object that was written.
func (w written) attrs(name string, o *bucket.Object) bucket.Attrs {
	a := bucket.Attrs{Key: name, Headers: o.Headers, Size: o.Size, CRC32C: o.CRC32C, Version: w.version, Updated: w.at}
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

// require adds the condition to the headers of a write.
func (t *target) require(h http.Header) {
	switch {
	case t.check:
	case t.cond.Version != "":
		h.Set("If-Match", etag(t.cond.Version))
	case t.cond.Absent:
		h.Set("If-None-Match", "*")
	}
}

// isBroken reports whether an error says that the condition does not hold.
func (t *target) isBroken(err error) bool {
	return errors.Is(err, bucket.ErrPrecondition) || status(err) == http.StatusPreconditionFailed ||
		t.cond.Version != "" && code(err) == "NoSuchKey"
}

// sumHeader has the checksum of the body of a request.
const sumHeader = "X-Amz-Checksum-Crc32c"

// sendWhole makes one try to store an object in one request.
func (s *store) sendWhole(ctx context.Context, t *target, o *bucket.Object) (out written, err error) {
	err = ask(&s.noCRC, func(crc bool) error {
		in := &request{method: http.MethodPut, name: t.name, header: objectFields(o.Headers, o.Size, o.CRC32C), size: o.Size}
		t.require(in.header)
		if crc {
			in.header.Set(sumHeader, encodeSum(o.CRC32C))
		} else {
			// The checksum is sent before the body, so the body is read twice.
			sum := md5.New()
			if err := bucket.CopyBody(ctx, sum, o); err != nil {
				return err
			}
			in.header.Set("Content-MD5", base64.StdEncoding.EncodeToString(sum.Sum(nil)))
		}
		answer, err := s.stream(ctx, in, o)
		if err == nil {
			out = written{version(answer.Get("ETag")), serverTime(answer)}
		}
		return err
	})
	return out, err
}

// errAnswered stops the sending of a body when the server has answered.
var errAnswered = errors.New("the server answered before it had the body")

// stream sends an object's body while it is read. So the signature covers the checksum
// of the body and not the body. If the body is wrong, the request breaks off before its
// end, so that the server has nothing to store.
func (s *store) stream(ctx context.Context, in *request, o *bucket.Object) (http.Header, error) {
	if o.Size == 0 {
		if err := bucket.CopyBody(ctx, io.Discard, o); err != nil {
			return nil, err
		}
		return s.client.call(ctx, in, nil)
	}
	r, w := io.Pipe()
	sent := make(chan error, 1)
	go func() {
		err := remote.SendBody(ctx, w, o)
		w.CloseWithError(err)
		sent <- err
	}()
	in.body = struct{ io.Reader }{r} // hides Close, which would leave out the reason
	answer, err := s.client.call(ctx, in, nil)
	r.CloseWithError(errAnswered)
	bodyErr := <-sent
	switch {
	case errors.Is(bodyErr, errAnswered) && err != nil:
		return nil, err
	case bodyErr != nil:
		return nil, bodyErr
	}
	return answer, err
}
