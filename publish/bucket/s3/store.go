package s3

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// metaCRC32C is the metadata key under which an object's CRC32C is stored, in hex.
const metaCRC32C = "onair-crc32c"

// store is the API of S3. A call makes one try.
type store struct {
	client *s3.Client
	at     location
	policy *remote.Policy // for the probe and for the parts of an upload

	partSize int64 // bytes
	buffers  buffers

	// What the provider has refused as not implemented.
	noCRC             atomic.Bool // x-amz-checksum-crc32c
	noCopyCondition   atomic.Bool // If-Match on a copy's target
	noDeleteCondition atomic.Bool

	probing sync.Mutex // guards probed and honours
	probed  bool
	honours bool // the provider refuses writes whose preconditions do not hold
}

var _ remote.Store = (*store)(nil)

// List implements remote.Store. The Attrs have Key, Size, Version and Updated
// only.
func (s *store) List(ctx context.Context, prefix, token string, size int) (page []bucket.Attrs, next string, err error) {
	in := &s3.ListObjectsV2Input{
		Bucket:  &s.at.name,
		Prefix:  &prefix,
		MaxKeys: aws.Int32(int32(size)),
		// XML cannot express some characters that other programs may use in names.
		EncodingType:      types.EncodingTypeUrl,
		ContinuationToken: optional(token),
	}
	out, err := s.client.ListObjectsV2(ctx, in)
	if code(err) == "NoSuchBucket" {
		return nil, "", bucket.ErrNoBucket
	} else if err != nil {
		return nil, "", err
	}
	for _, o := range out.Contents {
		name := aws.ToString(o.Key)
		if out.EncodingType == types.EncodingTypeUrl { // some providers ignore the request for it
			if name, err = url.QueryUnescape(name); err != nil {
				continue // made by others: no key names it
			}
		}
		if strings.HasPrefix(name, prefix) {
			page = append(page, bucket.Attrs{Key: name, Size: aws.ToInt64(o.Size), Version: version(o.ETag), Updated: aws.ToTime(o.LastModified)})
		}
	}
	return page, aws.ToString(out.NextContinuationToken), nil
}

// version makes a version token of an ETag.
func version(etag *string) string { return strings.Trim(aws.ToString(etag), `"`) }

// etag returns the ETag of a version token.
func etag(version string) *string { return aws.String(`"` + version + `"`) }

// Stat implements remote.Store. The CRC32C is known if onair wrote the object.
func (s *store) Stat(ctx context.Context, name string) (remote.Stored, error) {
	out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.at.name, Key: &name})
	if status(err) == http.StatusNotFound {
		return remote.Stored{}, bucket.ErrNotExist
	} else if err != nil {
		return remote.Stored{}, err
	}
	a := bucket.Attrs{
		Key: name,
		Headers: bucket.Headers{
			ContentType:        aws.ToString(out.ContentType),
			CacheControl:       aws.ToString(out.CacheControl),
			ContentEncoding:    aws.ToString(out.ContentEncoding),
			ContentDisposition: aws.ToString(out.ContentDisposition),
			ContentLanguage:    aws.ToString(out.ContentLanguage),
			Metadata:           remote.Lower(out.Metadata),
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
	return remote.Stored{Attrs: a}, nil
}

// Get implements remote.Store.
func (s *store) Get(ctx context.Context, name, version string, offset, length int64) (io.ReadCloser, error) {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket:  &s.at.name,
		Key:     &name,
		IfMatch: etag(version),
		Range:   aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)),
	})
	switch status(err) {
	case http.StatusNotFound:
		return nil, fmt.Errorf("%w: it was deleted while it was read", bucket.ErrNotExist)
	case http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable:
		return nil, fmt.Errorf("%w while it was read", bucket.ErrPrecondition)
	}
	if err != nil {
		return nil, err
	}
	return out.Body, nil
}

// SetHeaders implements remote.Store. It copies the object onto itself.
func (s *store) SetHeaders(ctx context.Context, name string, now remote.Stored, h bucket.Headers) (remote.Stored, error) {
	now.Headers = h
	err := ask(&s.noCopyCondition, func(with bool) error {
		in := &s3.CopyObjectInput{
			Bucket:             &s.at.name,
			Key:                &name,
			CopySource:         aws.String(copySource(s.at.name, name)),
			CopySourceIfMatch:  etag(now.Version),
			MetadataDirective:  types.MetadataDirectiveReplace,
			ContentType:        optional(h.ContentType),
			CacheControl:       optional(h.CacheControl),
			ContentEncoding:    optional(h.ContentEncoding),
			ContentDisposition: optional(h.ContentDisposition),
			ContentLanguage:    optional(h.ContentLanguage),
			Metadata:           withSum(h.Metadata, now.Size, now.CRC32C),
		}
		if with {
			in.IfMatch = in.CopySourceIfMatch
		}
		out, err := s.client.CopyObject(ctx, in)
		switch status(err) {
		case http.StatusPreconditionFailed:
			return remote.ErrReplaced
		case http.StatusNotFound:
			return bucket.ErrNotExist
		}
		if err != nil {
			return err
		}
		if out.CopyObjectResult != nil {
			now.Version = version(out.CopyObjectResult.ETag)
			now.Updated = aws.ToTime(out.CopyObjectResult.LastModified)
		}
		if now.Updated.IsZero() {
			now.Updated, _ = awsmiddleware.GetServerTime(out.ResultMetadata)
		}
		return nil
	})
	return now, err
}

// copySource returns the source of a copy. It is escaped more than a path, because
// S3 reads a plus sign as a space there.
func copySource(bucketName, name string) string {
	return bucketName + "/" + strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(name), "%2F", "/"), "+", "%20")
}

// Delete implements remote.Store. It reads the object's attributes first, because in S3
// the delete of a missing object succeeds, and some providers ignore the condition of a
// delete.
func (s *store) Delete(ctx context.Context, name string, cond bucket.Condition) error {
	now, err := s.Stat(ctx, name)
	if err != nil {
		return err
	}
	if err := cond.Check(now.Version); err != nil {
		return err
	}
	return ask(&s.noDeleteCondition, func(with bool) error {
		in := &s3.DeleteObjectInput{Bucket: &s.at.name, Key: &name}
		if with && cond.Version != "" {
			in.IfMatch = etag(cond.Version)
		}
		_, err := s.client.DeleteObject(ctx, in)
		return err
	})
}

// ask makes a call with a header that some providers refuse. Once this provider has
// refused it, ask makes the call without the header.
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

// optional returns a header's value, or nil if it is empty.
func optional(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

// withSum returns the metadata to store with an object: its own, and its checksum if
// that is known.
func withSum(metadata map[string]string, size int64, crc32c uint32) map[string]string {
	if crc32c == 0 && size > 0 {
		return remote.Lower(metadata) // the checksum is unknown
	}
	out := map[string]string{metaCRC32C: fmt.Sprintf("%08x", crc32c)}
	maps.Copy(out, remote.Lower(metadata))
	return out
}

// encodeSum returns a checksum in the form of S3's headers.
func encodeSum(sum uint32) *string {
	return aws.String(base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum)))
}
