package e2e

import (
	"fmt"
	"sync/atomic"
	"testing"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/s3"
)

// openS3 opens a bucket of a server launched here.
func openS3(t testing.TB, url string) *s3.Bucket {
	t.Helper()
	useS3Credentials()
	b, err := s3.Open(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestBucketS3 runs the conformance suite of buckets on versitygw, once on whole
// buckets and once below a prefix.
func TestBucketS3(t *testing.T) {
	t.Parallel()
	server := startVersityGW(t)
	var n atomic.Int32
	another := func(t *testing.T, suffix string) bucket.Bucket {
		name := fmt.Sprintf("bucket-%d", n.Add(1))
		server.makeBucket(t, name)
		return openS3(t, server.bucketURL(name+suffix))
	}
	for name, suffix := range map[string]string{"bucket": "", "prefix": "/show/one"} {
		t.Run(name, func(t *testing.T) {
			buckettest.Run(t, func(t *testing.T) bucket.Bucket {
				return another(t, suffix)
			}, &buckettest.Options{
				ManyKeys:        1100,
				Large:           17 << 20,
				Sibling:         func(t *testing.T, _ bucket.Bucket) bucket.Bucket { return another(t, "") },
				CannotJoinLarge: "versitygw 1.8.0 says the checksum of the whole source for a range of it",
				MixesVersions:   "versitygw 1.8.0 keeps metadata beside the file and replaces the two one after the other",
				KeepsOldHeaders: "versitygw 1.8.0 keeps a Cache-Control that a copy onto itself does not name",
			})
		})
	}
}
