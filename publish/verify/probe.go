package verify

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/internal/retry"
)

// problem is something that is wrong with an address.
type problem struct {
	finding.Finding        // without the address, so that equal problems can be grouped
	url             string // address
	passing         bool   // the problem may go away a little later
	slow            bool   // the request timed out
}

// probe checks one expectation, once.
type probe struct {
	*Expectation
	web      *Web
	problems []problem

	response *http.Response // response to the last request that got one
	body     *bytes.Buffer  // receives the body that is read; nil discards it
}

// probe checks an object as apps fetch it, and returns the problems.
func (w *Web) probe(ctx context.Context, e *Expectation) []problem {
	p := &probe{Expectation: e, web: w}
	p.run(ctx)
	if len(p.problems) > 0 || e.through == "" {
		return p.problems
	}
	detour := &probe{Expectation: &Expectation{URL: e.through, Bytes: e.Bytes, Type: e.Type, Ranges: e.Ranges, at: e.at}, web: w}
	detour.run(ctx)
	for i := range detour.problems {
		found := &detour.problems[i]
		found.Finding = rulePrefix.At(e.at, "enclosure_prefix does not lead to the audio: %s", found.Message).
			WithSeverity(found.Severity).WithHint(w.remedy(rulePrefix))
	}
	return detour.problems
}

func (p *probe) run(ctx context.Context) {
	read := p.SHA256 != "" || p.published != "" || p.local != "" || p.CORS && p.Bytes == 0
	exists := true
	if p.Ranges || !read && !p.CORS {
		exists = p.checkHead(ctx)
	}
	if exists && (p.Ranges || p.CORS && !read) {
		p.checkRange(ctx)
	}
	if exists && read {
		p.checkBody(ctx)
	}
}

// add records a problem once, even if several requests find it.
func (p *probe) add(rule *finding.Rule, format string, args ...any) *problem {
	f := rule.At(p.at, format, args...).WithHint(p.web.remedy(rule))
	i := slices.IndexFunc(p.problems, func(old problem) bool { return old.Rule == f.Rule && old.Message == f.Message })
	if i < 0 {
		i = len(p.problems)
		p.problems = append(p.problems, problem{Finding: f, url: p.URL})
	}
	return &p.problems[i]
}

// request makes a request. It reports whether there was a response.
func (p *probe) request(ctx context.Context, r *fetch.Request) (*http.Response, bool) {
	r.URL = p.URL
	r.Total = time.Minute + time.Duration(p.Bytes>>17)*time.Second // at 128 KiB a second
	if r.Limit == 0 || p.Bytes == 0 {                              // headers, a range or a page
		r.Total = min(r.Total, max(p.web.until.Sub(p.web.now()), shortest))
	}
	response, err := cmp.Or(p.web.Client, defaultClient()).Do(ctx, r)
	if err != nil {
		p.unreachable(err)
		return nil, false
	}
	p.response = response
	return response, true
}

func (p *probe) unreachable(err error) {
	found := p.add(ruleUnreachable, "%v", withoutAddress(err))
	var timeout interface{ Timeout() bool }
	found.passing = !retry.IsPermanent(err)
	found.slow = errors.As(err, &timeout) && timeout.Timeout()
}

// withoutAddress returns an error of package fetch without the method and the
// address, because the finding has the address.
func withoutAddress(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// badStatus records a response with an unexpected status. The hint depends on who
// answered: protection against bots, something else before the storage, or the storage.
func (p *probe) badStatus(response *http.Response) {
	code := response.StatusCode
	body, _ := io.ReadAll(io.LimitReader(response.Body, 16<<10)) // empty for a HEAD
	if why := challenge(response, body); why != "" {
		p.add(ruleChallenge, "%s", why)
		return
	}
	found := p.add(ruleStatus, "status %d", code)
	switch {
	case response.Header.Get("WWW-Authenticate") != "":
		found.Hint = "podcast apps have no password: let the server or the CDN ask for none"
	case (code == http.StatusUnauthorized || code == http.StatusForbidden) && isHTML(response.Header):
		found.Hint = p.web.remedy(ruleChallenge)
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		found.Hint = readDenied.text(p.web.Storage)
	case retry.TemporaryStatus(code):
		found.Hint = "the server or the CDN is busy, broken or in maintenance: verify again later, and ask whoever runs it if that does not help"
	case code != http.StatusNotFound && code != http.StatusGone:
		found.Hint = "the server or the CDN refuses the request by a rule of its own: look for it in its log or its settings"
	case strings.HasSuffix(p.URL, "/"):
		found.Hint = folderPage.text(p.web.Storage)
	}
	found.passing = code == http.StatusNotFound || retry.TemporaryStatus(code)
}

// checkHead requests only the headers, as Apple does before it accepts an episode.
// It returns false if further requests for the object would fail as well.
func (p *probe) checkHead(ctx context.Context) bool {
	response, ok := p.request(ctx, &fetch.Request{Method: http.MethodHead})
	if !ok {
		return false
	}
	response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		p.add(ruleHead, "HEAD is answered with status %d", response.StatusCode)
		return true
	default:
		p.badStatus(response)
		return false
	}
	if isAudio := strings.HasPrefix(p.Type, "audio/"); isAudio && isHTML(response.Header) && response.ContentLength != p.Bytes {
		p.add(ruleChallenge, "a page of HTML is answered in its place (status %d)", response.StatusCode)
		return false
	}
	p.checkLength(response.ContentLength)
	p.checkHeaders(response)
	return true
}

// checkLength compares a length in bytes with the expected one. A negative length is
// unknown.
func (p *probe) checkLength(got int64) {
	switch {
	case p.Bytes == 0 || got == p.Bytes:
	case got < 0:
		p.add(ruleLength, "there is no Content-Length, it should be %d bytes", p.Bytes)
	default:
		p.add(ruleLength, "%d bytes, it should be %d", got, p.Bytes)
	}
}

// checkHeaders checks the headers about type, caching, CORS and encoding.
func (p *probe) checkHeaders(response *http.Response) {
	h := response.Header
	if got := strings.Join(h.Values("Content-Type"), ", "); p.Type != "" && !isType(got, p.Type) {
		found := p.add(ruleType, "Content-Type is %q, it should be %s", got, mediaType(p.Type))
		if p.lenient {
			found.Severity = finding.Warning
		}
	}
	if got := strings.Join(h.Values("Cache-Control"), ", "); p.cache != "" && !sameCaching(got, p.cache) {
		p.add(ruleCaching, "Cache-Control is %q, it should be %q", got, p.cache)
	}
	switch origin, shared := allowedOrigin(h); {
	case !p.CORS || shared:
	case origin == "":
		p.add(ruleCORS, "web players of other sites may not read it: no Access-Control-Allow-Origin: *")
	default:
		p.add(ruleCORS, "web players of other sites may not read it: Access-Control-Allow-Origin is %q, it should be *", origin)
	}
	if got := strings.Join(h.Values("Content-Encoding"), ", "); p.Ranges && got != "" && got != "identity" {
		p.add(ruleVariant, "Content-Encoding of the audio is %q: ranges of it are not those of the file", got)
	}
}

// isType reports whether each value of a Content-Type, which a proxy may have added to
// another, is of the type want.
func isType(header, want string) bool {
	for value := range strings.SplitSeq(header, ",") {
		if mediaType(value) != mediaType(want) {
			return false
		}
	}
	return true
}

// mediaType returns a Content-Type without its parameters.
func mediaType(header string) string {
	t, _, err := mime.ParseMediaType(header)
	if err != nil {
		t, _, _ = strings.Cut(header, ";")
	}
	return strings.ToLower(strings.TrimSpace(t))
}

// sameCaching compares two values of Cache-Control by their directives. It ignores
// s-maxage, which is for shared caches: a shared cache may remove it.
func sameCaching(a, b string) bool { return slices.Equal(directives(a), directives(b)) }

func directives(header string) (list []string) {
	for d := range strings.SplitSeq(strings.ToLower(header), ",") {
		d = strings.TrimSpace(d)
		if d != "" && !strings.HasPrefix(d, "s-maxage") {
			list = append(list, d)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// rangeBytes is the largest number of bytes that a request with Range asks for.
const rangeBytes = 64

// checkRange requests some bytes from the middle. If range requests are not
// required, a response with the whole object is accepted too, and only its headers
// are checked.
func (p *probe) checkRange(ctx context.Context) {
	first := p.Bytes / 2
	last := min(first+rangeBytes, p.Bytes) - 1
	response, ok := p.request(ctx, &fetch.Request{Header: p.header("Range", fmt.Sprintf("bytes=%d-%d", first, last))})
	if !ok {
		return
	}
	defer response.Body.Close()
	want := fmt.Sprintf("bytes %d-%d/%d", first, last, p.Bytes)
	switch code := response.StatusCode; {
	case code == http.StatusOK && !p.Ranges:
		if response.ContentLength >= 0 {
			p.checkLength(response.ContentLength)
		}
	case code == http.StatusOK:
		p.add(ruleRange, "a request for a part gets the whole")
		return
	case code != http.StatusPartialContent && !p.Ranges:
		p.badStatus(response)
		return
	case code != http.StatusPartialContent:
		p.add(ruleRange, "a request for a part gets status %d", code).passing = retry.TemporaryStatus(code)
		return
	case response.Header.Get("Content-Range") != want:
		p.add(ruleRange, "a request for a part gets another part, or that of another length")
		return
	default:
		if n, err := io.Copy(io.Discard, response.Body); err != nil || n != last-first+1 {
			p.add(ruleRange, "a request for a part gets %d bytes instead of %d", n, last-first+1).passing = true
			return
		}
	}
	p.checkHeaders(response)
}

// allowedOrigin returns the values of Access-Control-Allow-Origin, and whether a web
// player on another site may read the response. Browsers refuse more than one value, such
// as "*, *".
func allowedOrigin(h http.Header) (origin string, shared bool) {
	origin = strings.Join(h.Values("Access-Control-Allow-Origin"), ", ")
	return origin, origin == "*" || origin == OtherSite
}

// OtherSite is the Origin of requests that are made like those of a web player on another
// site. The domain is reserved for examples, so no such site exists.
const OtherSite = "https://player.example"

// header returns a request header with one field, or none if name is empty, and an Origin
// if CORS is expected.
func (p *probe) header(name, value string) http.Header {
	h := http.Header{}
	if name != "" {
		h.Set(name, value)
	}
	if p.CORS {
		h.Set("Origin", OtherSite)
	}
	return h
}

// checkBody reads the object and compares it byte for byte.
func (p *probe) checkBody(ctx context.Context) {
	response, ok := p.request(ctx, &fetch.Request{Header: p.header("", ""), Limit: max(p.Bytes+1, fetch.MaxBody)})
	if !ok {
		return
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		p.badStatus(response)
		return
	}
	start := bufio.NewReader(response.Body)
	if p.isOtherPage(response, start) {
		p.add(ruleChallenge, "a page of HTML is answered in its place (status %d)", response.StatusCode)
		return
	}
	var body io.Reader = start
	if p.body != nil {
		body = io.TeeReader(body, p.body)
	}
	sum, n, err := p.digest(body)
	if err != nil && !errors.Is(err, fetch.ErrTooLarge) {
		p.unreachable(err)
		return
	}
	p.checkHeaders(response)
	p.compare(sum, n)
}

// isOtherPage reports whether a response is a page of HTML, such as a log-in page, in place
// of another type. The content decides. A page may have the type that is expected, because a
// CDN may keep the type of the object that the page replaces.
func (p *probe) isOtherPage(response *http.Response, body *bufio.Reader) bool {
	const html = "text/html"
	if p.Type == "" || mediaType(p.Type) == html {
		return false
	}
	head, _ := body.Peek(512) // shorter at the end of the body
	return isPage(head) || isHTML(response.Header) && mediaType(http.DetectContentType(head)) == html
}

// digest reads a body to its end and returns its SHA-256 and length. For tagged
// audio, the digest is the SHA-256 of the digests of tag and payload.
func (p *probe) digest(body io.Reader) (sum string, n int64, err error) {
	tag, all := sha256.New(), sha256.New()
	if p.payload > 0 {
		n, err = io.CopyN(tag, body, p.Bytes-p.payload)
		if errors.Is(err, io.EOF) {
			return "", n, nil // shorter than its tag: the length will differ
		}
		if err != nil {
			return "", n, err
		}
	}
	rest, err := io.Copy(all, body)
	if err != nil {
		return "", n + rest, err
	}
	digest := all.Sum(nil)
	if p.payload > 0 {
		both := sha256.Sum256(slices.Concat(tag.Sum(nil), digest))
		digest = both[:]
	}
	return hex.EncodeToString(digest), n + rest, nil
}

// compare compares what was read with the expectation.
func (p *probe) compare(sum string, n int64) {
	switch {
	case p.published != "" && sum != p.published:
		p.add(ruleOld, "it is not what was published last").passing = true
	case p.local != "" && sum != p.local:
		p.add(ruleNotTheFolder, "it differs from the folder")
	case p.Bytes != 0 && n != p.Bytes:
		p.checkLength(n)
	case p.SHA256 != "" && sum != p.SHA256:
		p.add(ruleBytes, "its bytes are not those that were published")
	}
}

// maxEqual is how many equal problems are reported one by one.
const maxEqual = 3

// report makes findings of problems. If there are more than maxEqual equal problems,
// such as denied access to every object of a bucket, they become one finding. If their
// positions differ, the finding has the position in the parameter shared.
func report(problems []problem, shared finding.Position) finding.List {
	type kind struct {
		rule, message, hint string
		severity            finding.Severity
	}
	var order []kind
	equal := map[kind][]problem{}
	for _, p := range problems {
		k := kind{p.Rule, p.Message, p.Hint, p.Severity}
		if equal[k] == nil {
			order = append(order, k)
		}
		equal[k] = append(equal[k], p)
	}
	var found finding.List
	for _, k := range order {
		list := equal[k]
		others := ""
		if n := len(list); n > maxEqual {
			if slices.ContainsFunc(list, func(p problem) bool { return p.Position != list[0].Position }) {
				list[0].Position = shared
			}
			list, others = list[:1], fmt.Sprintf(" and %d others", n-1)
		}
		for _, p := range list {
			p.Message = p.url + others + ": " + p.Message
			found.Add(p.Finding)
		}
	}
	found.Sort()
	return found
}
