package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// s3Location returns the address to which a website on S3 with the rules redirects a key.
func s3Location(rules []s3Rule, key string) string {
	for _, r := range rules {
		start := ""
		if r.Condition != nil {
			start = r.Condition.KeyPrefixEquals
		}
		rest, applies := strings.CutPrefix(key, start)
		if !applies {
			continue
		}
		to := r.Redirect.Protocol + "://" + r.Redirect.HostName + "/"
		switch x := r.Redirect; {
		case x.ReplaceKeyWith != "":
			return to + x.ReplaceKeyWith
		case x.ReplaceKeyPrefixWith != nil:
			return to + *x.ReplaceKeyPrefixWith + escapeKey(rest)
		}
		return to + escapeKey(key)
	}
	return ""
}

// TestS3RedirectsAsOthers checks that the rules for S3 lead to the same addresses as those
// of the list, which the other servers get.
func TestS3RedirectsAsOthers(t *testing.T) {
	t.Parallel()
	const at = "https://new.example/tea/"
	same := func(keys ...string) (list []redirect) {
		for _, k := range keys {
			list = append(list, redirect{key: k, to: at + escapeKey(k)})
		}
		return list
	}
	moved := func(key, to string) []redirect { return []redirect{{key: key, to: to}, {key: key + "/", to: to}} }
	var many []redirect
	for n := range 60 {
		many = append(many, moved(fmt.Sprintf("old %d", n), fmt.Sprintf("%sepisodes/%d/", at, n))...)
	}
	for _, tt := range []struct {
		name   string
		prefix string
		list   [][]redirect
		other  []string // keys that lead elsewhere
	}{
		{"nothing has moved", "", [][]redirect{same("feed.xml", "", "archive/", "episodes/2-two/", "feed-1.xml")}, nil},
		{"a prefix", "radio/show/", [][]redirect{same("feed.xml", "", "episodes/ü?/"), moved("e/2", at+"episodes/2-two/")}, nil},
		{"another feed", "", [][]redirect{{{key: "feed.xml", to: "https://feeds.example/rss?show=tea&x=1"}}, same("", "feed-1.xml")}, nil},
		{"the feed of a host", "", [][]redirect{{{key: "feed.xml", to: "https://tea.example/"}}, same("")}, nil},
		{"one starts with another", "", [][]redirect{same("feed.xml"), moved("e/2", at+"2/"), moved("e/20", at+"20/"), moved("e/2/extra", at+"x/")}, nil},
		{"one starts with a page's", "", [][]redirect{same("feed.xml", "episodes/2-two/"), moved("episodes/2", at+"episodes/2-two/")}, []string{"episodes/2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			base, _ := url.Parse(at)
			var list []redirect
			for _, part := range tt.list {
				list = append(list, part...)
			}
			rules, others := s3Rules(list, base, tt.prefix, nil)
			if others != len(tt.other) {
				t.Errorf("%d addresses lead elsewhere, want %d", others, len(tt.other))
			}
			other := strings.Join(tt.other, "|")
			for _, r := range list {
				want := r.to
				if r.key == other {
					want = at + escapeKey(r.key)
				}
				if got := s3Location(rules, tt.prefix+r.key); got != want {
					t.Errorf("%s leads to %s, want %s", r.key, got, want)
				}
			}
		})
	}
	t.Run("too many", func(t *testing.T) {
		t.Parallel()
		base, _ := url.Parse(at)
		feed := []redirect{{key: "feed.xml", to: "https://feeds.example/tea"}}
		rules, others := s3Rules(append(feed, many...), base, "", nil)
		if len(rules) != maxS3Rules || others != 60-(maxS3Rules-2) {
			t.Errorf("%d rules, and %d addresses lead elsewhere", len(rules), others)
		}
		if got := s3Location(rules, "feed.xml"); got != feed[0].to {
			t.Errorf("the feed leads to %s", got)
		}
	})
}
