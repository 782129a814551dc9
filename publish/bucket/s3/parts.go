package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/internal/crc32c"
	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

const (
	// defaultPartSize is the size of every part of a large object but the last. S3
	// wants at least 5 MiB and at most 10,000 parts.
	defaultPartSize = 8 << 20

	// maxBuffers is how many parts are in memory at once, for all uploads together.
	maxBuffers = 4

	// abortTimeout limits the abort of an upload.
	abortTimeout = 30 * time.Second
)

// upload is the upload of an object in parts. The provider stores the parts, and
// charges for them, until the upload is completed or aborted.
type upload struct {
	s    *store
	t    *target
	o    *bucket.Object
	id   string
	crc  bool // parts have a CRC32C, and the provider checks the CRC32C of the whole
	done []part
}

// part is a part that the provider has.
type part struct {
	etag string
	size int64
	sum  *uint32 // nil if unknown
}

// inParts makes one try to store an object in parts. It calls fill to send the parts.
func (s *store) inParts(ctx context.Context, t *target, o *bucket.Object, fill func(context.Context, *upload) error) (written, error) {
	u := &upload{s: s, t: t, o: o, done: make([]part, (o.Size+s.partSize-1)/s.partSize)}
	if err := u.create(ctx); err != nil {
		return written{}, err
	}
	err := fill(ctx, u)
	var out written
	if err == nil {
		out, err = u.complete(ctx)
	}
	if err != nil {
		// If the abort fails too, the bucket's lifecycle rules delete the parts.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
		defer cancel()
		_, _ = s.client.call(ctx, u.request(http.MethodDelete, 0), nil)
	}
	if errors.Is(err, errLostUpload) {
		err = errLostUpload // without the mark of a permanent error: another upload may succeed
	}
	return out, err
}

// request returns a request about a part, counted from 1, or about the whole upload if
// part is 0.
func (u *upload) request(method string, part int) *request {
	query := url.Values{"uploadId": {u.id}}
	if part > 0 {
		query.Set("partNumber", strconv.Itoa(part))
	}
	return &request{method: method, name: u.t.name, query: query, header: http.Header{}}
}

// typeHeader says what a checksum covers.
const (
	typeHeader = "X-Amz-Checksum-Type"
	whole      = "FULL_OBJECT"
)

// create begins the upload.
func (u *upload) create(ctx context.Context) error {
	return ask(&u.s.noCRC, func(crc bool) error {
		in := &request{method: http.MethodPost, name: u.t.name, query: url.Values{"uploads": {""}}, header: objectFields(u.o.Headers, u.o.Size, u.o.CRC32C)}
		if crc {
			in.header.Set("X-Amz-Checksum-Algorithm", "CRC32C")
			in.header.Set(typeHeader, whole)
		}
		var out struct {
			UploadID string `xml:"UploadId"`
		}
		_, err := u.s.client.call(ctx, in, &out)
		if err == nil && out.UploadID == "" {
			err = malformedError("has no UploadId")
		}
		u.id, u.crc = out.UploadID, crc
		return err
	})
}

// send sends the n-th part, counted from 0, with its own retries.
func (u *upload) send(ctx context.Context, n int, data []byte) error {
	sum := crc32c.Checksum(data)
	return u.s.policy.Do(ctx, int64(len(data)), func(ctx context.Context, _ int) error {
		in := u.request(http.MethodPut, n+1)
		in.body, in.size = bytes.NewReader(data), int64(len(data))
		if u.crc {
			in.header.Set(sumHeader, encodeSum(sum))
		} else {
			digest := md5.Sum(data)
			in.header.Set("Content-MD5", base64.StdEncoding.EncodeToString(digest[:]))
		}
		answer, err := u.s.client.call(ctx, in, nil)
		if err == nil {
			u.done[n] = part{etag: answer.Get("ETag"), size: int64(len(data)), sum: &sum}
		}
		return err
	})
}

// completion is the body of the request that completes an upload.
type completion struct {
	XMLName xml.Name        `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUpload"`
	Parts   []completedPart `xml:"Part"`
}

type completedPart struct {
	ChecksumCRC32C string `xml:",omitempty"`
	ETag           string
	PartNumber     int
}

// completion returns the request that completes the upload.
func (u *upload) completion() (*request, error) {
	var parts completion
	for i, p := range u.done {
		done := completedPart{PartNumber: i + 1, ETag: p.etag}
		if u.crc {
			done.ChecksumCRC32C = encodeSum(*p.sum)
		}
		parts.Parts = append(parts.Parts, done)
	}
	body, err := xml.Marshal(parts)
	if err != nil {
		return nil, err
	}
	in := u.request(http.MethodPost, 0)
	in.body, in.size, in.sum = bytes.NewReader(body), int64(len(body)), hexSum(body)
	in.header.Set("Content-Type", "application/xml")
	u.t.require(in.header)
	if u.crc {
		in.header.Set(sumHeader, encodeSum(u.o.CRC32C))
		in.header.Set(typeHeader, whole)
	}
	return in, nil
}

// complete makes the object appear, under the condition.
func (u *upload) complete(ctx context.Context) (out written, err error) {
	err = u.s.policy.Do(ctx, 0, func(ctx context.Context, n int) error {
		in, err := u.completion()
		if err != nil {
			return err
		}
		var result struct{ ETag string }
		answer, err := u.s.client.call(ctx, in, &result)
		switch {
		case err == nil:
			out = written{version(result.ETag), serverTime(answer)}
		case n > 1 && (u.t.isBroken(err) || code(err) == "NoSuchUpload"):
			// An earlier try may have succeeded with its answer lost.
			a, findErr := remote.FindWritten(ctx, u.s, u.t.name, u.o)
			if findErr == nil {
				out = written{a.Version, a.Updated}
			}
			if findErr == nil || code(err) != "NoSuchUpload" || !errors.Is(findErr, bucket.ErrPrecondition) {
				return findErr
			}
		}
		return err
	})
	return out, err
}

// sendParts makes one try to store a large object.
func (s *store) sendParts(ctx context.Context, t *target, o *bucket.Object) (written, error) {
	return s.inParts(ctx, t, o, func(ctx context.Context, u *upload) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		group, ctx := errgroup.WithContext(ctx)
		w := &partWriter{
			u:      u,
			buffer: func() ([]byte, error) { return s.buffers.get(ctx, s.partSize) },
			send: func(n int, part []byte) {
				group.Go(func() error {
					defer s.buffers.put(part)
					return u.send(ctx, n, part)
				})
			},
		}
		err := bucket.CopyBody(ctx, w, o)
		if err == nil {
			w.flush()
		}
		if errors.Is(err, bucket.ErrBody) {
			cancel() // the parts under way are of no use
		}
		w.release()
		if sent := group.Wait(); sent != nil && !errors.Is(err, bucket.ErrBody) {
			return sent
		}
		return err
	})
}

// partWriter splits the body that is written to it into parts, and sends the parts in
// parallel. A write waits while all buffers are in use.
type partWriter struct {
	u      *upload
	buffer func() ([]byte, error)
	send   func(n int, part []byte) // starts to send a part
	n      int                      // parts sent
	part   []byte                   // the next part; nil before it has a buffer
}

func (w *partWriter) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		if w.part == nil {
			var err error
			if w.part, err = w.buffer(); err != nil {
				return written, err
			}
		}
		n := copy(w.part[len(w.part):cap(w.part)], p[written:])
		w.part = w.part[:len(w.part)+n]
		if written += n; len(w.part) == cap(w.part) {
			w.flush()
		}
	}
	return written, nil
}

// flush sends the part, which may be incomplete.
func (w *partWriter) flush() {
	if w.part == nil || w.n == len(w.u.done) {
		return // there is no part, or the body is too long, which CopyBody reports
	}
	w.send(w.n, w.part)
	w.n, w.part = w.n+1, nil
}

// release gives back the buffer of a part that was not sent.
func (w *partWriter) release() {
	if w.part != nil {
		w.u.s.buffers.put(w.part)
		w.part = nil
	}
}

// buffers holds buffers for the parts in memory. A buffer is made when it is first
// needed.
type buffers chan []byte

func newBuffers() buffers {
	b := make(buffers, maxBuffers)
	for range maxBuffers {
		b <- nil
	}
	return b
}

// get returns an empty buffer, as soon as one is free.
func (b buffers) get(ctx context.Context, size int64) ([]byte, error) {
	select {
	case data := <-b:
		if data == nil {
			data = make([]byte, 0, size)
		}
		return data[:0], nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for other parts: %w", ctx.Err())
	}
}

func (b buffers) put(data []byte) { b <- data }
