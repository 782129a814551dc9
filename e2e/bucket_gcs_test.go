package e2e

import (
	"testing"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/gcs"
)

// TestBucketGCS runs the conformance suite of buckets on the emulator, once on
// whole buckets and once below a prefix.
func TestBucketGCS(t *testing.T) {
	t.Parallel()
	for name, suffix := range map[string]string{"bucket": "", "prefix": "/show/one"} {
		t.Run(name, func(t *testing.T) {
			buckettest.Run(t, func(t *testing.T) bucket.Bucket {
				b, err := gcs.Open(t.Context(), "gs://"+bucketName+suffix, &gcs.Options{
					Endpoint: startEmulator(t).url + "/storage/v1/",
				})
				if err != nil {
					t.Fatal(err)
				}
				return b
			}, &buckettest.Options{
				ManyKeys:                1100,
				IgnoresDeleteConditions: "fake-gcs-server 1.56.1 ignores preconditions of delete",
				IgnoresHeaderConditions: "fake-gcs-server 1.56.1 ignores preconditions of update",
				KeepsOldHeaders:         "fake-gcs-server 1.56.1 merges metadata and ignores null and empty fields of an update",
			})
		})
	}
}
