package s3

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// metaCRC32C is the metadata that keeps an object's CRC32C, in hex.
const metaCRC32C = "onair-crc32c"

// Stat returns everything that is known of an object. Its CRC32C is known if
// onair wrote it.
func (b *Bucket) Stat(ctx context.Context, key string) (bucket.Attrs, error) {
	var attrs bucket.Attrs
	name, err := b.name(key)
	if err == nil {
		err = b.retry(ctx, 0, func(ctx context.Context, _ int) error {
			attrs, err = b.stat(ctx, key, name)
			return err
		})
	}
	if err != nil {
		return bucket.Attrs{}, b.wrap("look at", key, err)
	}
	return attrs, nil
}

// stat asks for an object's attributes, in one try.
func (b *Bucket) stat(ctx context.Context, key, name string) (bucket.Attrs, error) {
	out, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.at.name, Key: &name})
	if status(err) == http.StatusNotFound {
		return bucket.Attrs{}, b.absent(ctx)
	} else if err != nil {
		return bucket.Attrs{}, err
	}
	a := bucket.Attrs{
		Key: key,
		Headers: bucket.Headers{
			ContentType:  aws.ToString(out.ContentType),
			CacheControl: aws.ToString(out.CacheControl),
			Metadata:     remote.Lower(out.Metadata),
		},
		Size:    aws.ToInt64(out.ContentLength),
		Version: version(out.ETag),
		Updated: aws.ToTime(out.LastModified),
	}
	if sum, err := strconv.ParseUint(a.Metadata[metaCRC32C], 16, 32); err == nil {
		a.CRC32C = uint32(sum)
	}
	if delete(a.Metadata, metaCRC32C); len(a.Metadata) == 0 {
		a.Metadata = nil
	}
	return a, nil
}

// withSum returns an object's metadata as it is stored.
func withSum(metadata map[string]string, size int64, crc32c uint32) map[string]string {
	if crc32c == 0 && size > 0 {
		return remote.Lower(metadata) // not known
	}
	out := map[string]string{metaCRC32C: fmt.Sprintf("%08x", crc32c)}
	maps.Copy(out, remote.Lower(metadata))
	return out
}

// encodeSum writes a checksum as headers have it.
func encodeSum(sum uint32) *string {
	return aws.String(base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum)))
}

// Open asks for the object's attributes and then for the bytes of exactly that
// version. A reader continues after interruptions, and checks the sum if it
// reads the whole and the sum is known.
func (b *Bucket) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, bucket.Attrs, error) {
	r, attrs, err := b.open(ctx, key, offset, length)
	if err != nil {
		return nil, bucket.Attrs{}, b.wrap("open", key, err)
	}
	return r, attrs, nil
}

// errReplaced is a version that was there a moment ago. It is temporary.
var errReplaced = errors.New("object was replaced while it was opened")

func (b *Bucket) open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, bucket.Attrs, error) {
	if offset < 0 {
		return nil, bucket.Attrs{}, fmt.Errorf("negative offset %d", offset)
	}
	name, err := b.name(key)
	if err != nil {
		return nil, bucket.Attrs{}, err
	}
	var r *remote.Reader
	var attrs bucket.Attrs
	err = b.retry(ctx, 0, func(try context.Context, _ int) error {
		if attrs, err = b.stat(try, key, name); err != nil {
			return err
		}
		r = remote.NewReader(ctx, b.policy, attrs, offset, length, b.connect(name, attrs.Version), func(err error) error {
			return b.wrap("read", key, err)
		})
		if err = r.Open(); errors.Is(err, bucket.ErrPrecondition) {
			err = errReplaced // meanwhile: ask again
		}
		if err != nil {
			r.Close()
		}
		return err
	})
	return r, attrs, err
}

// connect opens ranges of one version.
func (b *Bucket) connect(name, version string) remote.Connect {
	return func(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
		out, err := b.client.GetObject(ctx, &s3.GetObjectInput{
			Bucket:  &b.at.name,
			Key:     &name,
			IfMatch: aws.String(`"` + version + `"`),
			Range:   aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)),
		})
		switch status(err) {
		case http.StatusNotFound:
			return nil, fmt.Errorf("%w any more while it was read", bucket.ErrNotExist)
		case http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable:
			return nil, fmt.Errorf("%w while it was read", bucket.ErrPrecondition)
		}
		if err != nil {
			return nil, err
		}
		return out.Body, nil
	}
}
