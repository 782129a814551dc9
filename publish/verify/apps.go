package verify

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/publish/record"
)

// app is a podcast app as servers see it.
type app struct{ name, agent string }

// apps are the apps whose requests are tried besides onair's own: protection against
// bots often lets a browser pass and stops these.
var apps = []app{
	{"Apple Podcasts", "AppleCoreMedia/1.0.0.21F90 (iPhone; U; CPU OS 17_5_1 like Mac OS X; en_us)"},
	{"Overcast", "Overcast/3.0 (+http://overcast.fm/; iOS podcast app)"},
	{"Spotify", "Spotify/1.0"},
}

// checkApps requests the feed and one enclosure as apps do: with their names, with and
// without compression, and with the version of the feed that they have already.
func (v *verifier) checkApps(ctx context.Context, feed *record.LiveFeed, data []byte) {
	audio := ""
	for _, i := range feed.Channel.Items {
		if i.Enclosure != nil && strings.HasPrefix(i.Enclosure.URL, v.r.Show.URL) {
			audio = i.Enclosure.URL
			break
		}
	}
	found := make([][]problem, len(apps))
	var group errgroup.Group
	group.SetLimit(parallel)
	for n, a := range apps {
		group.Go(func() error {
			visit := &visit{v: v, app: a}
			etag := visit.feed(ctx, "identity", data)
			visit.feed(ctx, "gzip", data)
			visit.again(ctx, etag)
			if audio != "" {
				visit.audio(ctx, audio)
			}
			found[n] = visit.problems
			return nil
		})
	}
	_ = group.Wait() // the functions return no error
	type kind struct{ rule, url, message string }
	known := map[kind]bool{}
	for _, p := range slices.Concat(found...) {
		if k := (kind{p.Rule, p.url, p.Message}); !known[k] {
			known[k] = true
			v.problems = append(v.problems, p)
		}
	}
}

// visit makes the requests of one app.
type visit struct {
	v        *verifier
	app      app
	problems []problem
}

func (t *visit) add(rule *finding.Rule, address, format string, args ...any) {
	f := rule.At(t.v.r.Show.At("url"), format, args...).WithHint(t.v.w.remedy(rule))
	t.problems = append(t.problems, problem{Finding: f, url: address})
}

// get makes a request in the name of the app. It returns nil if there is no useful
// response, and reports why unless onair's own request had the same problem.
func (t *visit) get(ctx context.Context, address string, header http.Header) (*http.Response, []byte) {
	header.Set("User-Agent", t.app.agent)
	response, err := cmp.Or(t.v.w.Client, defaultClient()).Do(ctx, &fetch.Request{URL: address, Header: header})
	if err != nil {
		return nil, nil // a connection that fails was reported for onair's own request
	}
	defer response.Body.Close()
	data, _ := io.ReadAll(response.Body) // a short read shows in the comparison
	switch why := challenge(response, data); {
	case why != "":
		t.add(ruleChallenge, address, "%s is stopped: %s", t.app.name, why)
	case slices.Contains(missing, response.StatusCode), t.v.isBad(address):
		return nil, nil // reported for onair's own request
	case response.StatusCode >= 400:
		t.add(ruleChallenge, address, "%s gets status %d, and onair does not", t.app.name, response.StatusCode)
	default:
		return response, data
	}
	return nil, nil
}

// missing are the statuses that do not depend on who asks.
var missing = []int{http.StatusNotFound, http.StatusGone, http.StatusRequestedRangeNotSatisfiable}

// isBad reports whether an error about an address was found already.
func (v *verifier) isBad(address string) bool {
	return slices.ContainsFunc(v.problems, func(p problem) bool { return p.url == address && p.Severity == finding.Error })
}

// feed requests the feed in an encoding, compares it and returns its ETag.
func (t *visit) feed(ctx context.Context, encoding string, want []byte) (etag string) {
	address := t.v.r.Show.FeedURL()
	response, data := t.get(ctx, address, http.Header{"Accept-Encoding": {encoding}})
	if response == nil {
		return ""
	}
	got := strings.Join(response.Header.Values("Content-Encoding"), ", ")
	switch {
	case isPage(data):
		t.add(ruleChallenge, address, "%s gets a page of HTML in place of the feed", t.app.name)
		return ""
	case got == "gzip" && encoding == "gzip":
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err == nil {
			data, err = io.ReadAll(io.LimitReader(r, fetch.MaxBody))
		}
		if err != nil {
			t.add(ruleVariant, address, "it is said to be compressed by gzip, and is not")
			return ""
		}
	case got != "" && got != "identity":
		t.add(ruleVariant, address, "to Accept-Encoding: %s the answer is Content-Encoding: %s", encoding, got)
		return ""
	}
	if sha256.Sum256(data) != sha256.Sum256(want) {
		t.add(ruleVariant, address, "with Accept-Encoding: %s the bytes are others", encoding)
		return ""
	}
	return response.Header.Get("ETag")
}

// again requests the feed with the version that the app has, and with a version that
// never existed.
func (t *visit) again(ctx context.Context, etag string) {
	address := t.v.r.Show.FeedURL()
	if etag != "" {
		response, _ := t.get(ctx, address, http.Header{"If-None-Match": {etag}, "Accept-Encoding": {"identity"}})
		if response != nil && response.StatusCode != http.StatusOK && response.StatusCode != http.StatusNotModified {
			t.add(ruleVariant, address, "a conditional request gets status %d", response.StatusCode)
		}
	}
	response, _ := t.get(ctx, address, http.Header{"If-None-Match": {`"onair-never-published"`}, "Accept-Encoding": {"identity"}})
	if response != nil && response.StatusCode == http.StatusNotModified {
		t.add(ruleVariant, address, "a version that never existed is answered with status 304: apps would keep an old feed")
	}
}

// audio requests the first bytes of an enclosure.
func (t *visit) audio(ctx context.Context, address string) {
	response, _ := t.get(ctx, address, http.Header{"Range": {"bytes=0-1"}, "Accept-Encoding": {"identity"}})
	if response != nil && isHTML(response.Header) {
		t.add(ruleChallenge, address, "%s gets a page of HTML in place of the audio", t.app.name)
	}
}

// challengeWords are parts of the pages with which services keep out bots.
var challengeWords = []string{"just a moment", "attention required", "cf-challenge", "challenge-platform", "captcha", "checking your browser", "verifying your browser", "enable javascript and cookies", "request unsuccessful. incapsula", "pardon our interruption", "access denied</title>", "the request could not be satisfied", "are you a robot", "not a bot", "you are human", "security checkpoint", "website firewall", "ddos protection", "ddos-guard"}

// challengeHeaders are headers with which a service says that it has stopped a request,
// and what the service is called.
var challengeHeaders = []struct{ header, service string }{
	{"Cf-Mitigated", "Cloudflare"},
	{"X-Amzn-Waf-Action", "the firewall of Amazon"},
	{"X-Vercel-Mitigated", "Vercel"},
	{"X-Sucuri-Block", "the firewall of Sucuri"},
}

// cloudflareCode begins the text of Cloudflare's firewall for those who do not ask for
// HTML, such as "error code: 1020".
const cloudflareCode = "error code: 1"

// challenge returns how a response shows that protection against bots has stopped the
// request; empty if it does not. body may be only the start.
func challenge(response *http.Response, body []byte) string {
	for _, c := range challengeHeaders {
		if action := response.Header.Get(c.header); action != "" {
			return fmt.Sprintf("%s answers with a %s (status %d)", c.service, cmp.Or(cleanWord(action), "block"), response.StatusCode)
		}
	}
	text := strings.ToLower(string(body[:min(len(body), 16<<10)]))
	if response.StatusCode == http.StatusForbidden && strings.HasPrefix(text, cloudflareCode) {
		return fmt.Sprintf("the firewall of Cloudflare answers with a block (status %d)", response.StatusCode)
	}
	if isHTML(response.Header) && slices.ContainsFunc(challengeWords, func(word string) bool { return strings.Contains(text, word) }) {
		return fmt.Sprintf("protection against bots answers with a page of its own (status %d)", response.StatusCode)
	}
	return ""
}

// cleanWord returns the letters and hyphens of a header, for a message.
func cleanWord(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' {
			return r
		}
		return -1
	}, s[:min(len(s), 30)])
}

// isPage reports whether a body begins as a page of HTML does.
func isPage(head []byte) bool {
	start := strings.ToLower(string(bytes.TrimLeft(head[:min(len(head), 512)], "\ufeff \t\r\n")))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

func isHTML(h http.Header) bool { return mediaType(h.Get("Content-Type")) == "text/html" }
