package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
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
	id   *string
	crc  bool // parts have a CRC32C, and the provider checks the CRC32C of the whole
	done []part
}

// part is a part that the provider has.
type part struct {
	etag *string
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
		_, _ = s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.at.name, Key: &t.name, UploadId: u.id})
	}
	if errors.Is(err, errLostUpload) {
		err = errLostUpload // without the mark of a permanent error: another upload may succeed
	}
	return out, err
}

// create begins the upload.
func (u *upload) create(ctx context.Context) error {
	return ask(&u.s.noCRC, func(crc bool) error {
		in := &s3.CreateMultipartUploadInput{
			Bucket:             &u.s.at.name,
			Key:                &u.t.name,
			ContentType:        optional(u.o.ContentType),
			CacheControl:       optional(u.o.CacheControl),
			ContentEncoding:    optional(u.o.ContentEncoding),
			ContentDisposition: optional(u.o.ContentDisposition),
			ContentLanguage:    optional(u.o.ContentLanguage),
			Metadata:           withSum(u.o.Metadata, u.o.Size, u.o.CRC32C),
		}
		if crc {
			in.ChecksumAlgorithm, in.ChecksumType = types.ChecksumAlgorithmCrc32c, types.ChecksumTypeFullObject
		}
		out, err := u.s.client.CreateMultipartUpload(ctx, in)
		if err == nil {
			u.id, u.crc = out.UploadId, crc
		}
		return err
	})
}

// send sends the n-th part, counted from 0, with its own retries.
func (u *upload) send(ctx context.Context, n int, data []byte) error {
	sum := crc32c.Checksum(data)
	return u.s.policy.Do(ctx, int64(len(data)), func(ctx context.Context, _ int) error {
		in := &s3.UploadPartInput{
			Bucket:        &u.s.at.name,
			Key:           &u.t.name,
			UploadId:      u.id,
			PartNumber:    aws.Int32(int32(n + 1)),
			ContentLength: aws.Int64(int64(len(data))),
			Body:          bytes.NewReader(data),
		}
		if u.crc {
			in.ChecksumCRC32C = encodeSum(sum)
		} else {
			digest := md5.Sum(data)
			in.ContentMD5 = aws.String(base64.StdEncoding.EncodeToString(digest[:]))
		}
		out, err := u.s.client.UploadPart(ctx, in, unsigned)
		if err == nil {
			u.done[n] = part{etag: out.ETag, size: int64(len(data)), sum: &sum}
		}
		return err
	})
}

// complete makes the object appear, under the condition.
func (u *upload) complete(ctx context.Context) (out written, err error) {
	in := &s3.CompleteMultipartUploadInput{
		Bucket:          &u.s.at.name,
		Key:             &u.t.name,
		UploadId:        u.id,
		MultipartUpload: &types.CompletedMultipartUpload{},
		IfMatch:         u.t.ifMatch(),
		IfNoneMatch:     u.t.ifNoneMatch(),
	}
	for i, p := range u.done {
		done := types.CompletedPart{PartNumber: aws.Int32(int32(i + 1)), ETag: p.etag}
		if u.crc {
			done.ChecksumCRC32C = encodeSum(*p.sum)
		}
		in.MultipartUpload.Parts = append(in.MultipartUpload.Parts, done)
	}
	if u.crc {
		in.ChecksumCRC32C, in.ChecksumType = encodeSum(u.o.CRC32C), types.ChecksumTypeFullObject
	}
	err = u.s.policy.Do(ctx, 0, func(ctx context.Context, n int) error {
		answer, err := u.s.client.CompleteMultipartUpload(ctx, in)
		switch {
		case err == nil:
			out = newWritten(answer.ETag, answer.ResultMetadata)
		case n > 1 && (u.t.isBroken(err) || code(err) == "NoSuchUpload"):
			// An earlier try may have succeeded with its answer lost.
			a, findErr := remote.FindWritten(ctx, u.s, u.t.name, u.o)
			if findErr == nil {
				out = written{&a.Version, a.Updated}
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
