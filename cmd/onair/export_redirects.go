package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"onair/internal/plural"
	"onair/publish/release"
	"onair/show"
)

// redirect leads from an address of the show to one at the new host.
type redirect struct {
	key  string // what follows the show's URL in the old address, unescaped
	from string // path of the old address, escaped
	to   string
}

// redirects returns the redirects for the addresses of the show: the feed and its further
// pages, the pages of the site, former paths of episodes, and the audio.
// base ends with a slash.
func redirects(r *release.Release, base string) []redirect {
	s := r.Show
	here, err := url.Parse(s.URL)
	if err != nil {
		return nil
	}
	feed := redirect{s.Feed.Path, here.EscapedPath() + escapeKey(s.Feed.Path), cmp.Or(s.NewFeedURL, base+escapeKey(s.Feed.Path))}
	list := []redirect{feed}
	known := map[string]bool{}
	add := func(key, to string) {
		if !known[key] {
			known[key] = true
			list = append(list, redirect{key, here.EscapedPath() + escapeKey(key), base + escapeKey(to)})
		}
	}
	for _, e := range r.Live() {
		if !s.Site.Disabled {
			page := strings.TrimSuffix(show.PageKey(e.Slug), "index.html")
			add(page, page)
			for _, from := range e.RedirectFrom {
				if key, err := url.PathUnescape(strings.Trim(from, "/")); err == nil {
					add(key, page)
					add(key+"/", page)
				}
			}
		}
		for _, r := range e.Recordings() {
			if r.AudioKey() != "" {
				add(r.AudioKey(), r.AudioKey())
			}
		}
	}
	older := r.OlderPages()
	for _, o := range r.Objects {
		if o.Role == release.RolePage && o.Key != "404.html" || slices.Contains(older, o.Key) {
			page := strings.TrimSuffix(o.Key, "index.html")
			add(page, page)
		}
	}
	return list
}

// escapeKey escapes a path for an address.
func escapeKey(key string) string {
	return strings.ReplaceAll((&url.URL{Path: key}).EscapedPath(), "$", "%24")
}

// s3Rule is a routing rule of a website on S3. It applies to all keys that start with
// KeyPrefixEquals. S3 takes the first rule that applies.
type s3Rule struct {
	Condition *s3Condition `json:",omitempty"` // nil if the rule applies to all keys
	Redirect  s3Redirect
}

type s3Condition struct{ KeyPrefixEquals string }

// s3Redirect is the address to which a rule leads. ReplaceKeyWith takes the place of the
// key, and ReplaceKeyPrefixWith that of its start. Both are escaped already.
type s3Redirect struct {
	HTTPRedirectCode     string `json:"HttpRedirectCode"`
	Protocol, HostName   string
	ReplaceKeyWith       string  `json:",omitempty"`
	ReplaceKeyPrefixWith *string `json:",omitempty"`
}

// maxS3Rules is how many routing rules a website on S3 may have.
const maxS3Rules = 50

// s3Rules returns rules for the redirects of a list. All keys of the show start with
// prefix; keys are those of all its objects, without it. The last rule leads to the same
// path below base. Those before are for the feed and former addresses of episodes, which
// have another path there. If S3 does not take as many rules, or a rule would apply to
// other pages too, the last rule applies to an address; others counts these addresses.
func s3Rules(list []redirect, base *url.URL, prefix string, keys []string) (rules []s3Rule, others int) {
	same := slices.Clone(keys) // keys for the last rule
	var moved []redirect
	for _, r := range list {
		switch {
		case r.to == base.String()+escapeKey(r.key):
			same = append(same, r.key)
		case !strings.HasSuffix(r.key, "/"): // a rule for a path without a slash is for the one with it, too
			moved = append(moved, r)
		}
	}
	sorted := moved // without the feed, which is the first of the list
	if len(moved) > 0 && moved[0].key == list[0].key {
		sorted = moved[1:]
	}
	slices.SortStableFunc(sorted, func(a, b redirect) int { return len(b.key) - len(a.key) })
	for _, r := range moved {
		to, err := url.Parse(r.to)
		if err != nil || len(rules) == maxS3Rules-1 {
			same, others = append(same, r.key, r.key+"/"), others+1
			continue
		}
		start := r.key
		if slices.ContainsFunc(same, func(key string) bool {
			return strings.HasPrefix(key, r.key) && key != r.key && !strings.HasPrefix(key, r.key+"/")
		}) {
			start += "/"
			same, others = append(same, r.key), others+1
		}
		x := s3Redirect{HTTPRedirectCode: "301", Protocol: to.Scheme, HostName: to.Host}
		if x.ReplaceKeyWith = strings.TrimPrefix(to.RequestURI(), "/"); x.ReplaceKeyWith == "" {
			x.ReplaceKeyPrefixWith = new(string)
		}
		rules = append(rules, s3Rule{&s3Condition{prefix + start}, x})
	}
	last := s3Rule{Redirect: s3Redirect{HTTPRedirectCode: "301", Protocol: base.Scheme, HostName: base.Host}}
	path := strings.TrimPrefix(base.EscapedPath(), "/")
	if prefix != "" {
		last.Condition = &s3Condition{prefix}
	}
	if prefix != path {
		last.Redirect.ReplaceKeyPrefixWith = &path
	}
	return append(rules, last), others
}

// s3Prefix returns the start of all keys of a show in a website on S3: that of its
// storage, or else the path of its URL.
func s3Prefix(s *show.Show) string {
	at := s.URL
	if strings.HasPrefix(s.Storage, "s3:") {
		at = s.Storage
	}
	u, err := url.Parse(at)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.TrimSuffix(u.Path, "/")+"/", "/")
}

// writeRedirects writes the redirects as configurations of several servers.
func (e *exporter) writeRedirects(redirectTo string) error {
	base, err := url.Parse(strings.TrimRight(cmp.Or(redirectTo, unknownHost), "/") + "/")
	if err != nil {
		return err
	}
	list := redirects(e.release, base.String())
	var nginx, plain strings.Builder
	for _, r := range list {
		decoded, err := url.PathUnescape(r.from)
		if err != nil {
			return err
		}
		fmt.Fprintf(&nginx, "location = \"%s\" { return 301 \"%s\"; }\n", strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(decoded), strings.NewReplacer(`"`, "%22", "$", "%24").Replace(r.to))
		fmt.Fprintf(&plain, "%s %s 301\n", r.from, r.to)
	}
	var keys []string
	for _, o := range e.release.Objects {
		keys = append(keys, o.Key)
	}
	rules, others := s3Rules(list, base, s3Prefix(e.release.Show), keys)
	if others > 0 {
		fmt.Fprintf(e.stderr, "S3 takes at most %d rules, each for all addresses with one start, so redirects/s3.json leads %s to the same path at the new host.\n", maxS3Rules, plural.Count(others, "former path"))
	}
	s3, err := json.MarshalIndent(map[string]any{"RoutingRules": rules}, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(
		e.copy("redirects/nginx.conf", strings.NewReader(nginx.String())),
		e.copy("redirects/_redirects", strings.NewReader(plain.String())),
		e.copy("redirects/s3.json", strings.NewReader(string(s3)+"\n")),
	)
}
