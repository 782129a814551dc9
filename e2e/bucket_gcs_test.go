package e2e

import (
	"sync"
	"testing"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/gcs"
)

// TestBucketGCS runs the conformance suite of buckets on the emulator, once on whole
// buckets and once below a prefix with small pages of listings.
func TestBucketGCS(t *testing.T) {
	t.Parallel()
	for name, suffix := range map[string]string{"bucket": "", "prefix": "/show/one"} {
		t.Run(name, func(t *testing.T) {
			var emulators sync.Map // by bucket
			open := func(t *testing.T, e *emulator, name string) bucket.Bucket {
				b, err := gcs.Open(t.Context(), "gs://"+name+suffix, &gcs.Options{Endpoint: e.url + "/storage/v1/"})
				if err != nil {
					t.Fatal(err)
				}
				emulators.Store(b, e)
				return b
			}
			buckettest.Run(t, func(t *testing.T) bucket.Bucket {
				e := startEmulator(t)
				if suffix != "" {
					e.pageSize = 100
				}
				return open(t, e, bucketName)
			}, &buckettest.Options{
				ManyKeys: 1100,
				Sibling: func(t *testing.T, b bucket.Bucket) bucket.Bucket {
					e, _ := emulators.Load(b)
					return open(t, e.(*emulator), privateName)
				},
			})
		})
	}
}
