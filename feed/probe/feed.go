// Package probe checks over the network how the server of a feed answers, and whether
// the files that the feed names can be reached.
//
// All requests go through a fetch.Visitor, which keeps them off private networks. They
// are bounded in number, size and time.
package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"onair/feed/check"
	"onair/feed/tree"
	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/internal/source"
)

const (
	// largeFeed is the size in bytes above which a feed should be compressed.
	largeFeed = 100_000
	// maxAge is the longest time that caches should keep a feed, in seconds.
	maxAge = 3600
)

// Response is a server's response to the request for a feed.
type Response struct {
	Data   []byte // as it was sent, perhaps packed with gzip
	Status int
	Header http.Header
	Hops   []fetch.Hop
	Final  string // address after all redirects
}

// ContentType returns the Content-Type of the response.
func (r *Response) ContentType() string { return r.Header.Get("Content-Type") }

// Fetch requests a feed. It returns the response whatever its status; an error means that
// no whole response arrived. After too many redirects it returns the last redirect.
func Fetch(ctx context.Context, v *fetch.Visitor, address string) (*Response, error) {
	response, hops, err := v.Do(ctx, &fetch.Request{URL: address, Header: feedHeader(), Limit: tree.MaxBytes})
	if errors.Is(err, fetch.ErrRedirects) {
		last := hops[len(hops)-1]
		return &Response{Status: last.Status, Hops: hops, Final: last.URL}, nil
	}
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var data bytes.Buffer
	if n := response.ContentLength; n > 0 && n <= tree.MaxBytes {
		data.Grow(int(n) + bytes.MinRead) // growing the buffer step by step would take up to twice the memory
	}
	if _, err := data.ReadFrom(response.Body); err != nil {
		return nil, err
	}
	return &Response{Data: data.Bytes(), Status: response.StatusCode, Header: response.Header, Hops: hops, Final: response.Request.URL.String()}, nil
}

// PageFailed reports that page n of a feed, counted from 1, cannot be read. at is the
// place of the link to the page.
func PageFailed(at finding.Position, n int, err error, hint string) finding.Finding {
	return ruleStatus.At(at, "page %d cannot be read: %v", n, err).WithHint(hint)
}

// feedHeader returns the header of a request for a feed, which may be compressed. As the
// header names an encoding, the transport does not unpack the response.
func feedHeader() http.Header {
	return http.Header{"Accept-Encoding": {"gzip"}, "Accept": {"application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"}}
}

// Feed checks a server's response to the request for the feed at address. self is the
// address that the feed gives as its own; it may be empty. file is the name of the feed
// in findings.
func Feed(ctx context.Context, v *fetch.Visitor, address, self, file string, r *Response) finding.List {
	p := &prober{visitor: v, file: file}
	at := finding.Position{File: file}
	if n := len(r.Hops); n > 0 && r.Hops[n-1].URL == r.Final && r.Status != http.StatusOK {
		p.found.Add(ruleStatus.At(at, "%v, the last at %s", fetch.ErrRedirects, source.RedactURL(r.Final)))
		return p.found
	}
	if r.Status != http.StatusOK {
		p.found.Add(ruleStatus.At(at, "the server answers %d %s", r.Status, http.StatusText(r.Status)))
		return p.found
	}
	for _, hop := range r.Hops {
		if hop.Status != http.StatusMovedPermanently && hop.Status != http.StatusPermanentRedirect {
			p.found.Add(ruleStatus.At(at, "%s redirects with %d, for a while only", source.RedactURL(hop.URL), hop.Status).
				WithSeverity(finding.Warning).WithHint("redirect with 301 if the feed has moved for good: apps then keep the new address"))
			break
		}
	}
	p.unchanged(ctx, r)
	if size := len(r.Data); size > largeFeed && r.Header.Get("Content-Encoding") == "" {
		p.found.Add(ruleUncompressed.At(at, "%d kB are sent without compression", size/1000))
	}
	if kind, _, _ := mime.ParseMediaType(r.ContentType()); kind != "text/xml" && kind != "application/xml" && !strings.HasSuffix(kind, "+xml") {
		p.found.Add(ruleFeedType.At(at, "Content-Type is %s", source.ShortQuote(r.ContentType())))
	}
	if u, err := url.Parse(r.Final); err == nil && u.Scheme == "http" && !check.IsLocal(u.Hostname()) {
		p.found.Add(rulePlain.At(at, "%s is not https", source.RedactURL(r.Final)))
	}
	if age := kept(r.Header); age > maxAge {
		p.found.Add(ruleKept.At(at, "caches may keep the feed for %d minutes", age/60))
	}
	if self != "" && !sameAddress(self, address) && !sameAddress(self, r.Final) {
		p.found.Add(ruleSelf.At(at, "self is %s, but the feed is at %s", source.RedactURL(self), source.RedactURL(r.Final)))
	}
	return p.found
}

// validators are the response headers that identify the state of a feed. asked is the name
// of the header that makes a request conditional on that state, and other is a value of
// this header that stands for another state.
var validators = []struct{ sent, asked, other string }{
	{"ETag", "If-None-Match", `"another state of the feed"`},
	{"Last-Modified", "If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"},
}

// unchanged checks that the server answers a conditional request with 304 if the feed is
// unchanged, and only then.
func (p *prober) unchanged(ctx context.Context, r *Response) {
	at := finding.Position{File: p.file}
	sent := false
	for _, v := range validators {
		value := r.Header.Get(v.sent)
		if value == "" {
			continue
		}
		sent = true
		if status := p.conditional(ctx, r, v.asked, value); status != 0 && status != http.StatusNotModified {
			p.found.Add(ruleUnchanged.At(at, "%s is sent, but %s is answered with %d", v.sent, v.asked, status))
		} else if p.conditional(ctx, r, v.asked, v.other) == http.StatusNotModified {
			p.found.Add(ruleUnchanged.At(at, "%s is answered with 304 for any value", v.asked).
				WithHint("answer 304 only if the feed is unchanged: apps miss new episodes otherwise"))
		}
	}
	if !sent {
		p.found.Add(ruleUnchanged.At(at, "neither ETag nor Last-Modified is sent"))
	}
}

// conditional returns the status of a conditional request for the feed, or 0 if there is
// no response.
func (p *prober) conditional(ctx context.Context, r *Response, asked, value string) int {
	header := feedHeader()
	header.Set(asked, value)
	response, _, err := p.visitor.Do(ctx, &fetch.Request{URL: r.Final, Header: header, Limit: tree.MaxBytes})
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

var ageForm = regexp.MustCompile(`(?i)\b(?:s-maxage|max-age)\s*=\s*"?([0-9]{1,10})`)

// kept returns the number of seconds for which caches may keep a response.
func kept(h http.Header) int {
	longest := 0
	control := strings.Join(h.Values("Cache-Control"), ",")
	for _, m := range ageForm.FindAllStringSubmatch(control, -1) {
		n, _ := strconv.Atoi(m[1])
		longest = max(longest, n)
	}
	if longest == 0 && !strings.Contains(strings.ToLower(control), "no-") {
		expires, err := http.ParseTime(h.Get("Expires"))
		date, err2 := http.ParseTime(h.Get("Date"))
		if err == nil && err2 == nil {
			return int(expires.Sub(date).Seconds())
		}
	}
	return longest
}

// sameAddress reports whether two addresses are the same, except for the case of the
// host, a default port and a last slash.
func sameAddress(a, b string) bool {
	x, err := url.Parse(a)
	y, err2 := url.Parse(b)
	if err != nil || err2 != nil {
		return a == b
	}
	return plainForm(x) == plainForm(y)
}

func plainForm(u *url.URL) string {
	port := u.Port()
	if u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		port = ""
	}
	return fmt.Sprintf("%s://%s:%s%s?%s", u.Scheme, strings.ToLower(u.Hostname()), port, strings.TrimSuffix(u.EscapedPath(), "/"), u.RawQuery)
}
