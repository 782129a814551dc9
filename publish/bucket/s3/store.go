package s3

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// metaCRC32C is the metadata key under which an object's CRC32C is stored, in hex.
const metaCRC32C = "onair-crc32c"

// store is the API of S3. A call makes one try.
type store struct {
	client *client
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
	query := url.Values{
		"list-type": {"2"},
		"prefix":    {prefix},
		"max-keys":  {strconv.Itoa(size)},
		// XML cannot express some characters that other programs may use in names.
		"encoding-type": {"url"},
	}
	if token != "" {
		query.Set("continuation-token", token)
	}
	var out struct {
		EncodingType, NextContinuationToken string
		Contents                            []struct {
			Key, ETag    string
			Size         int64
			LastModified wireTime
		}
	}
	_, err = s.client.call(ctx, &request{method: http.MethodGet, query: query}, &out)
	if code(err) == "NoSuchBucket" {
		return nil, "", bucket.ErrNoBucket
	} else if err != nil {
		return nil, "", err
	}
	for _, o := range out.Contents {
		name := o.Key
		if out.EncodingType == "url" { // some providers ignore the request for it
			if name, err = url.QueryUnescape(name); err != nil {
				continue // made by others: no key names it
			}
		}
		if strings.HasPrefix(name, prefix) {
			page = append(page, bucket.Attrs{Key: name, Size: o.Size, Version: version(o.ETag), Updated: o.LastModified.Time})
		}
	}
	if next = out.NextContinuationToken; next == token && token != "" {
		return nil, "", malformedError("leads to the same page again")
	}
	return page, next, nil
}

// version makes a version token of an ETag.
func version(etag string) string { return strings.Trim(etag, `"`) }

// etag returns the ETag of a version token.
func etag(version string) string { return `"` + version + `"` }

// Stat implements remote.Store. The CRC32C is known if onair wrote the object.
func (s *store) Stat(ctx context.Context, name string) (remote.Stored, error) {
	resp, err := s.client.send(ctx, &request{method: http.MethodHead, name: name})
	if status(err) == http.StatusNotFound {
		return remote.Stored{}, bucket.ErrNotExist
	} else if err != nil {
		return remote.Stored{}, err
	}
	resp.Body.Close()
	h := resp.Header
	a := bucket.Attrs{
		Key: name,
		Headers: bucket.Headers{
			ContentType:        h.Get("Content-Type"),
			CacheControl:       h.Get("Cache-Control"),
			ContentEncoding:    h.Get("Content-Encoding"),
			ContentDisposition: h.Get("Content-Disposition"),
			ContentLanguage:    h.Get("Content-Language"),
			Metadata:           metadata(h),
		},
		Size:    max(resp.ContentLength, 0),
		Version: version(h.Get("ETag")),
	}
	a.Updated, _ = http.ParseTime(h.Get("Last-Modified"))
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
	resp, err := s.client.send(ctx, &request{method: http.MethodGet, name: name, header: fields(
		"If-Match", etag(version),
		"Range", byteRange(offset, length),
	)})
	switch status(err) {
	case http.StatusNotFound:
		return nil, fmt.Errorf("%w: it was deleted while it was read", bucket.ErrNotExist)
	case http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable:
		return nil, fmt.Errorf("%w while it was read", bucket.ErrPrecondition)
	}
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// byteRange returns a range as HTTP and copies of parts write it.
func byteRange(offset, length int64) string {
	return fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)
}

// SetHeaders implements remote.Store. It copies the object onto itself.
func (s *store) SetHeaders(ctx context.Context, name string, now remote.Stored, h bucket.Headers) (remote.Stored, error) {
	now.Headers = h
	err := ask(&s.noCopyCondition, func(with bool) error {
		in := &request{method: http.MethodPut, name: name, header: objectFields(h, now.Size, now.CRC32C)}
		in.header.Set("X-Amz-Copy-Source", copySource(s.at.name, name))
		in.header.Set("X-Amz-Copy-Source-If-Match", etag(now.Version))
		in.header.Set("X-Amz-Metadata-Directive", "REPLACE")
		if with {
			in.header.Set("If-Match", etag(now.Version))
		}
		var out struct {
			ETag         string
			LastModified wireTime
		}
		answer, err := s.client.call(ctx, in, &out)
		switch status(err) {
		case http.StatusPreconditionFailed:
			return remote.ErrReplaced
		case http.StatusNotFound:
			return bucket.ErrNotExist
		}
		if err != nil {
			return err
		}
		now.Version, now.Updated = version(out.ETag), out.LastModified.Time
		if now.Updated.IsZero() {
			now.Updated = serverTime(answer)
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
		in := &request{method: http.MethodDelete, name: name}
		if with && cond.Version != "" {
			in.header = fields("If-Match", etag(cond.Version))
		}
		_, err := s.client.call(ctx, in, nil)
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

// metaPrefix begins the headers that have metadata.
const metaPrefix = "X-Amz-Meta-"

// objectFields returns the headers of a request that stores an object: the object's own,
// and its checksum as metadata if that is known.
func objectFields(h bucket.Headers, size int64, crc32c uint32) http.Header {
	out := http.Header{}
	for _, f := range h.Fields() {
		if f.Value != "" {
			out.Set(f.Name, f.Value)
		}
	}
	if crc32c != 0 || size == 0 { // otherwise the checksum is unknown
		out.Set(metaPrefix+metaCRC32C, fmt.Sprintf("%08x", crc32c))
	}
	for k, v := range h.Metadata {
		out.Set(metaPrefix+k, v)
	}
	return out
}

// metadata returns the metadata in the headers of a response.
func metadata(h http.Header) map[string]string {
	out := map[string]string{}
	for name, values := range h {
		if key, ok := strings.CutPrefix(name, metaPrefix); ok {
			out[key] = strings.Join(values, ",")
		}
	}
	return remote.Lower(out)
}

// encodeSum returns a checksum in the form of S3's headers.
func encodeSum(sum uint32) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))
}
