package bucket_test

import (
	"math"
	"strings"
	"testing"

	"onair/publish/bucket"
)

func TestSums(t *testing.T) {
	t.Parallel()
	for _, want := range []bucket.Sums{{}, {Size: math.MaxInt64, SHA256: strings.Repeat("0f", 32), CRC32C: math.MaxUint32}} {
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got bucket.Sums
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0f", "0f 1", "0f x 1", "0f 1 x", "0f 100000000 1"} {
		var got bucket.Sums
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: %+v", text, got)
		}
	}
}
