package cdn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSpellings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		base, key string
		want      []string
	}{
		{"https://show.example/", "feed.xml", []string{"https://show.example/feed.xml"}},
		{"https://show.example/", "index.html", []string{"https://show.example/index.html", "https://show.example/"}},
		{"https://example.com/show/", "index.html", []string{"https://example.com/show/index.html", "https://example.com/show/", "https://example.com/show"}},
		{"https://show.example/", "episodes/x/index.html", []string{"https://show.example/episodes/x/index.html", "https://show.example/episodes/x/", "https://show.example/episodes/x"}},
		{"http://127.0.0.1:8080/", "404.html", []string{"http://127.0.0.1:8080/404.html"}},
		{"https://show.example/", "old/my-index.html", []string{"https://show.example/old/my-index.html"}}, // not the index page of a folder
		{"https://show.example/", "4 & más/a:b?/index.html", []string{
			"https://show.example/4%20&%20m%C3%A1s/a:b%3F/index.html", "https://show.example/4%20&%20m%C3%A1s/a:b%3F/", "https://show.example/4%20&%20m%C3%A1s/a:b%3F",
		}},
		{"https://show.example/", "a:b/index.html", []string{"https://show.example/a:b/index.html", "https://show.example/a:b/", "https://show.example/a:b"}},
	} {
		if diff := cmp.Diff(test.want, Spellings(test.base, test.key)); diff != "" {
			t.Errorf("%s: %s", test.key, diff)
		}
	}
}

func TestBatches(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		list    string
		n, size int
		want    []string
	}{
		{"", 2, 0, nil},
		{"a b c d e", 2, 0, []string{"a b", "c d", "e"}},
		{"aa bb cc", 9, 5, []string{"aa bb", "cc"}},
		{"aaaaaaaa b", 9, 5, []string{"aaaaaaaa", "b"}}, // a batch has at least one string, however long
	} {
		var got []string
		for _, b := range batches(strings.Fields(test.list), test.n, test.size) {
			got = append(got, strings.Join(b, " "))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.list, diff)
		}
	}
}
