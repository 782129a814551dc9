package e2e

import (
	"encoding/base64"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"onair/publish/bucket"
)

// objects returns the objects in the public bucket by key, except onair's own records.
func (s *s3Server) objects(t testing.TB) map[string]object {
	t.Helper()
	return objectsIn(t, openS3(t, s.bucketURL(bucketName)))
}

// objectsIn returns the public objects in a bucket, by key.
func objectsIn(t testing.TB, b bucket.Bucket) map[string]object {
	t.Helper()
	all := map[string]object{}
	for listed, err := range b.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(listed.Key, ".onair/") {
			continue
		}
		r, a, err := b.Open(t.Context(), listed.Key, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		sum := base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, a.CRC32C))
		all[a.Key] = object{a.ContentType, a.CacheControl, sum, a.Metadata, data}
	}
	return all
}

// TestPublishToS3 publishes the example to an empty bucket of an S3 server, then again,
// then with a new title. Every object must have the bytes of the build, the second
// publish must only list, and the publish with a new title must send no audio.
func TestPublishToS3(t *testing.T) {
	t.Parallel()
	s := startVersityGW(t)
	s.publish(t)
	w := newWorkplace(t, s.env()...)
	w.run(t, "publish", "--yes")
	for _, wrong := range differences(s.objects(t), w.build(t)) {
		t.Error(wrong)
	}

	s.forget()
	w.run(t, "publish", "--yes")
	for _, r := range s.asked() {
		if r.kind != list {
			t.Errorf("a second publish asks more than listings:\n%s", summarize(s.asked()))
			break
		}
	}

	retitle(t, w, "Retitled")
	w.run(t, "publish", "--yes")
	for _, wrong := range differences(s.objects(t), w.build(t)) {
		t.Error(wrong)
	}
}
