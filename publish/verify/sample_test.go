package verify

import (
	"fmt"
	"strings"
	"testing"

	"onair/publish/bucket"
	"onair/publish/release"
	"onair/show"
)

// sampled returns the files that are read for a feed, from a catalogue of a
// hundred episodes of 20 MiB each.
func sampled(feed string, full bool) string {
	v := &verifier{
		r:       &release.Release{Show: &show.Show{URL: "https://example.com/"}},
		o:       &Options{Full: full},
		objects: map[string]*release.Object{},
	}
	for i := range 100 {
		key := fmt.Sprintf("audio/%d-0123456789abcdef.mp3", i)
		v.objects[key] = &release.Object{Object: bucket.Object{Key: key, Size: 20 << 20}, Class: release.Immutable, SHA256: "sum"}
		v.want = append(v.want, Expectation{URL: v.r.Show.URL + key, Bytes: 20 << 20})
	}
	v.sample([]byte(feed))
	var read []string
	for _, e := range v.want {
		if e.SHA256 != "" {
			read = append(read, e.URL)
		}
	}
	return strings.Join(read, " ")
}

// The feed determines which files are read: always the same ones for the same
// feed, others for another feed, and never more than sampleBytes.
func TestSample(t *testing.T) {
	t.Parallel()
	one, again, other := sampled("one", false), sampled("one", false), sampled("other", false)
	if one != again {
		t.Errorf("the same feed has another sample: %s, %s", one, again)
	}
	if one == other {
		t.Errorf("two feeds have the same sample: %s", one)
	}
	if n := strings.Count(one, ".mp3"); n != 3 {
		t.Errorf("%d files of 20 MiB are read, want 3", n)
	}
	if n := strings.Count(sampled("one", true), ".mp3"); n != 100 {
		t.Errorf("%d files are read in full, want 100", n)
	}
}
