package s3

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"golang.org/x/sync/errgroup"

	"onair/internal/crc32c"
	"onair/publish/bucket"
)

var _ bucket.PartJoiner = (*Bucket)(nil)

// maxCopies is how many ranges are copied in parallel. Some providers refuse more
// for one object.
const maxCopies = 3

// Join builds an object as an upload in parts of equal size. The provider copies a part
// that lies within one stored object. Other parts, such as the first one with the tag
// and the start of the audio, are read and sent: for audio usually one part, whatever the
// length. An object too small for an upload in parts is read and sent whole.
//
// The provider returns the checksums of its copies, so that the checksum of the whole
// is known before the object appears. Join returns errors.ErrUnsupported if the
// provider returns no checksums, returns wrong ones (versitygw, for a range the checksum
// of the whole source), refuses the copy (MinIO) or cannot compare a CRC32C of the whole
// (R2).
func (b *Bucket) Join(ctx context.Context, o *bucket.Object, parts []bucket.Part, cond bucket.Condition) (bucket.Attrs, error) {
	attrs, err := b.join(ctx, o, parts, cond)
	return attrs, b.calls.Wrap("join", o.Key, err)
}

func (b *Bucket) join(ctx context.Context, o *bucket.Object, parts []bucket.Part, cond bucket.Condition) (bucket.Attrs, error) {
	for _, p := range parts {
		if from, ok := p.Bucket.(*Bucket); !ok || from.store.at.endpoint != b.store.at.endpoint {
			return bucket.Attrs{}, fmt.Errorf("part %s is stored elsewhere: %w", p.Key, errors.ErrUnsupported)
		}
	}
	if err := bucket.CheckParts(o, parts); err != nil {
		return bucket.Attrs{}, err
	}
	if o.Size > b.store.maxWhole() {
		return b.calls.Put(ctx, o, func(ctx context.Context, name string) (bucket.Attrs, error) {
			return b.store.put(ctx, name, o, cond, func(ctx context.Context, t *target, o *bucket.Object) (written, error) {
				return b.store.joinParts(ctx, t, o, parts)
			})
		})
	}
	return bucket.Relay(ctx, b, o, parts, cond)
}

// JoinSends returns how many bytes Join reads and sends.
func (b *Bucket) JoinSends(sizes []int64) (sent int64) {
	var parts []bucket.Part
	var size int64
	for _, n := range sizes {
		parts = append(parts, bucket.Part{Attrs: bucket.Attrs{Size: n}})
		size += n
	}
	if size <= b.store.maxWhole() {
		return size
	}
	for start := int64(0); start < size; start += b.store.partSize {
		if end := min(start+b.store.partSize, size); len(cut(parts, start, end)) > 1 {
			sent += end - start
		}
	}
	return sent
}

// joinParts makes one try to join a large object.
func (s *store) joinParts(ctx context.Context, t *target, o *bucket.Object, parts []bucket.Part) (written, error) {
	return s.inParts(ctx, t, o, func(ctx context.Context, u *upload) error {
		if !u.crc {
			return fmt.Errorf("the provider does not check a CRC32C of the whole: %w", errors.ErrUnsupported)
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(maxCopies)
		for n := range u.done {
			group.Go(func() error {
				pieces := cut(parts, int64(n)*s.partSize, min(int64(n+1)*s.partSize, o.Size))
				if len(pieces) == 1 {
					return u.copy(ctx, n, pieces[0])
				}
				return u.gather(ctx, n, pieces)
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		return u.prove()
	})
}

// piece is a range of a part.
type piece struct {
	bucket.Part
	offset, length int64
}

// cut returns the pieces that make up the bytes from start to end.
func cut(parts []bucket.Part, start, end int64) (pieces []piece) {
	at := int64(0)
	for _, p := range parts {
		from, to := max(start, at), min(end, at+p.Size)
		if from < to {
			pieces = append(pieces, piece{p, from - at, to - from})
		}
		at += p.Size
	}
	return pieces
}

// from returns the bucket of a piece.
func (p *piece) from() *Bucket { return p.Bucket.(*Bucket) }

// copy makes the provider copy a range as the n-th part.
func (u *upload) copy(ctx context.Context, n int, p piece) error {
	from := p.from()
	name, err := from.calls.Name(p.Key)
	if err != nil {
		return err
	}
	return u.s.policy.Do(ctx, p.length, func(ctx context.Context, _ int) error {
		in := u.request(http.MethodPut, n+1)
		in.header = fields(
			"X-Amz-Copy-Source", copySource(from.store.at.name, name),
			"X-Amz-Copy-Source-If-Match", etag(p.Version),
			"X-Amz-Copy-Source-Range", byteRange(p.offset, p.length),
		)
		var out struct{ ETag, ChecksumCRC32C string }
		_, err := u.s.client.call(ctx, in, &out)
		switch {
		case err == nil:
			u.done[n] = part{etag: out.ETag, size: p.length, sum: decodeSum(out.ChecksumCRC32C)}
		case unsupported(err), status(err) == http.StatusBadRequest && !temporary(err) && !slices.Contains(deniedCodes, code(err)):
			return fmt.Errorf("copy a range of %s: %s: %w", p.Key, text(err), errors.ErrUnsupported)
		case status(err) == http.StatusPreconditionFailed:
			return fmt.Errorf("part %s: %w", p.Key, bucket.ErrPrecondition)
		case code(err) == "NoSuchKey":
			return fmt.Errorf("part %s: %w", p.Key, bucket.ErrNotExist)
		}
		return err
	})
}

// gather reads ranges and sends them as the n-th part.
func (u *upload) gather(ctx context.Context, n int, pieces []piece) error {
	data, err := u.s.buffers.get(ctx, u.s.partSize)
	if err != nil {
		return err
	}
	defer u.s.buffers.put(data)
	for _, p := range pieces {
		end := len(data) + int(p.length)
		if err := p.read(ctx, data[len(data):end]); err != nil {
			return err
		}
		data = data[:end]
	}
	return u.send(ctx, n, data)
}

// read reads the piece into data.
func (p *piece) read(ctx context.Context, data []byte) error {
	r, err := p.from().calls.Reader(ctx, p.Attrs, p.offset, p.length, func(err error) error {
		return fmt.Errorf("read part %s: %w", p.Key, err)
	})
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.ReadFull(r, data)
	return err
}

// prove compares the checksum of the provider's parts with the object's. The known
// checksums of the sources were right, so a difference usually means that the provider
// copied wrong bytes or returned wrong checksums.
func (u *upload) prove() error {
	var sum uint32
	for _, p := range u.done {
		if p.sum == nil {
			return fmt.Errorf("the provider does not return the CRC32C of its copies: %w", errors.ErrUnsupported)
		}
		sum = crc32c.Join(sum, *p.sum, p.size)
	}
	if sum != u.o.CRC32C {
		return fmt.Errorf("the provider reports the checksum %08x for its copies, not %08x: %w", sum, u.o.CRC32C, errors.ErrUnsupported)
	}
	return nil
}

// decodeSum parses a checksum in S3's form. It returns nil for anything else.
func decodeSum(s string) *uint32 {
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(data) != 4 {
		return nil
	}
	return new(binary.BigEndian.Uint32(data))
}
