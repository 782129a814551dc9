package file_test

import (
	"fmt"
	"strings"
	"testing"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/file"
)

// BenchmarkWrite writes 2,000 small objects, as a build of a large show does.
func BenchmarkWrite(b *testing.B) {
	var objects []*bucket.Object
	for n := range 2000 {
		objects = append(objects, buckettest.Object(fmt.Sprintf("episodes/%04d/page.%d.html", n/8, n), strings.Repeat("Hello, universe. ", 400)))
	}
	for name, options := range map[string]*file.Options{"durable": nil, "scratch": {Scratch: true}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f, err := file.Open(b.TempDir(), options)
				if err != nil {
					b.Fatal(err)
				}
				for _, o := range objects {
					if _, err := f.Write(b.Context(), o, bucket.Condition{}); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
