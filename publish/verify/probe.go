package verify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
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
)

// problem is one thing that is wrong with one address.
type problem struct {
	rule     string
	severity finding.Severity
	at       finding.Position
	url      string
	what     string // without the address, so that equal problems can be told together
	hint     string
	passing  bool // it may be right a little later
}

// sight is one look at one expectation.
type sight struct {
	*Expectation
	w        *Web
	ctx      context.Context
	problems []problem

	answer *http.Response // to the last request that had one
	kept   *bytes.Buffer  // what was read; nil: it is not kept
}

func (w *Web) sight(ctx context.Context, e *Expectation) *sight {
	return &sight{Expectation: e, w: w, ctx: ctx}
}

// look asks for an object as apps do, and returns what is wrong.
func (w *Web) look(ctx context.Context, e *Expectation) []problem {
	s := w.sight(ctx, e)
	s.look()
	if len(s.problems) > 0 || e.through == "" {
		return s.problems
	}
	detour := w.sight(ctx, &Expectation{URL: e.through, Bytes: e.Bytes, Type: e.Type, Ranges: e.Ranges, at: e.at})
	detour.look()
	for i := range detour.problems {
		p := &detour.problems[i]
		p.what = "enclosure_prefix does not lead to the audio: " + p.what
		p.rule, p.hint = "V012", w.hint("V012")
	}
	return detour.problems
}

func (s *sight) look() {
	read := s.SHA256 != "" || s.published != "" || s.local != "" || s.CORS && s.Bytes == 0
	there := true
	if s.Ranges || !read && !s.CORS {
		there = s.head()
	}
	if there && (s.Ranges || s.CORS && !read) {
		s.part()
	}
	if there && read {
		s.body()
	}
}

// add notes an error, once: several requests may meet it.
func (s *sight) add(rule, format string, args ...any) *problem {
	what := fmt.Sprintf(format, args...)
	i := slices.IndexFunc(s.problems, func(p problem) bool { return p.rule == rule && p.what == what })
	if i < 0 {
		i = len(s.problems)
		s.problems = append(s.problems, problem{rule: rule, severity: finding.Error, at: s.at, url: s.URL, what: what, hint: s.w.hint(rule)})
	}
	return &s.problems[i]
}

// ask makes a request; it reports whether there was an answer.
func (s *sight) ask(r *fetch.Request) (*http.Response, bool) {
	r.URL = s.URL
	r.Total = time.Minute + time.Duration(s.Bytes>>17)*time.Second // at 128 KiB a second
	response, err := cmp.Or(s.w.Client, ownClient()).Do(s.ctx, r)
	if err != nil {
		s.unreachable(err)
		return nil, false
	}
	s.answer = response
	return response, true
}

func (s *sight) unreachable(err error) {
	var certificate *tls.CertificateVerificationError
	p := s.add("V001", "%v", reason(err))
	p.passing = !errors.As(err, &certificate)
}

// reason is an error of package fetch without the method and the address, which
// a finding names itself.
func reason(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// missing notes that there is something else than the object.
func (s *sight) missing(code int) {
	rule := "V002"
	switch {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		rule = "V002 denied"
	case strings.HasSuffix(s.URL, "/"):
		rule = "V002 page"
	}
	p := s.add("V002", "status %d", code)
	p.hint = s.w.hint(rule)
	p.passing = code == http.StatusNotFound || busy(code)
}

// busy reports whether a status says to ask again later.
func busy(code int) bool {
	return code == http.StatusRequestTimeout || code == http.StatusTooManyRequests || code >= 500
}

// head asks for the headers alone, as Apple does before it takes an episode. It
// reports whether there is an object to look at further.
func (s *sight) head() bool {
	response, ok := s.ask(&fetch.Request{Method: http.MethodHead})
	if !ok {
		return false
	}
	response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		s.add("V009", "HEAD is answered with status %d", response.StatusCode)
		return true
	default:
		s.missing(response.StatusCode)
		return false
	}
	s.length(response.ContentLength)
	s.headers(response)
	return true
}

func (s *sight) length(got int64) {
	switch {
	case s.Bytes == 0 || got == s.Bytes:
	case got < 0:
		s.add("V003", "the length is not told, it should be %d bytes", s.Bytes)
	default:
		s.add("V003", "%d bytes, it should be %d", got, s.Bytes)
	}
}

// headers compares type and caching, and who may read.
func (s *sight) headers(response *http.Response) {
	h := response.Header
	if got := h.Get("Content-Type"); s.Type != "" && essence(got) != essence(s.Type) {
		p := s.add("V004", "Content-Type is %q, it should be %s", got, essence(s.Type))
		if s.lenient {
			p.severity = finding.Warning
		}
	}
	if got := h.Get("Cache-Control"); s.cache != "" && !sameCaching(got, s.cache) {
		s.add("V008", "Cache-Control is %q, it should be %q", got, s.cache).severity = finding.Warning
	}
	if origin := h.Get("Access-Control-Allow-Origin"); s.CORS && origin != "*" && origin != elsewhere {
		s.add("V006", "web players of other sites may not read it: no Access-Control-Allow-Origin: *")
	}
}

// essence is a Content-Type without its parameters.
func essence(header string) string {
	t, _, err := mime.ParseMediaType(header)
	if err != nil {
		t, _, _ = strings.Cut(header, ";")
	}
	return strings.ToLower(strings.TrimSpace(t))
}

// sameCaching compares two values of Cache-Control by their directives. What is
// said to shared caches alone may have been taken out by one.
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

// partBytes is the most that is asked of an object to see that parts can be had.
const partBytes = 64

// part asks for some bytes from the middle. Where parts are not needed, the
// whole will do: what counts then are its headers.
func (s *sight) part() {
	first := s.Bytes / 2
	last := min(first+partBytes, s.Bytes) - 1
	response, ok := s.ask(&fetch.Request{Header: s.origin("Range", fmt.Sprintf("bytes=%d-%d", first, last))})
	if !ok {
		return
	}
	defer response.Body.Close()
	want := fmt.Sprintf("bytes %d-%d/%d", first, last, s.Bytes)
	switch code := response.StatusCode; {
	case code == http.StatusOK && !s.Ranges:
		if response.ContentLength >= 0 {
			s.length(response.ContentLength)
		}
	case code == http.StatusOK:
		s.add("V005", "asked for a part, it sends the whole")
		return
	case code != http.StatusPartialContent && !s.Ranges:
		s.missing(code)
		return
	case code != http.StatusPartialContent:
		s.add("V005", "asked for a part, it answers with status %d", code).passing = busy(code)
		return
	case response.Header.Get("Content-Range") != want:
		s.add("V005", "asked for a part, it sends another, or that of another length")
		return
	default:
		if n, err := io.Copy(io.Discard, response.Body); err != nil || n != last-first+1 {
			s.add("V005", "asked for a part, it sends %d bytes instead of %d", n, last-first+1).passing = true
			return
		}
	}
	s.headers(response)
}

// elsewhere is the site of a web player that is not the show's.
const elsewhere = "https://player.example"

// origin is a header, and who asks where CORS is expected.
func (s *sight) origin(name, value string) http.Header {
	h := http.Header{}
	if name != "" {
		h.Set(name, value)
	}
	if s.CORS {
		h.Set("Origin", elsewhere)
	}
	return h
}

// body reads the object and compares it byte for byte.
func (s *sight) body() {
	response, ok := s.ask(&fetch.Request{Header: s.origin("", ""), Limit: max(s.Bytes+1, fetch.MaxBody)})
	if !ok {
		return
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		s.missing(response.StatusCode)
		return
	}
	var body io.Reader = response.Body
	if s.kept != nil {
		body = io.TeeReader(body, s.kept)
	}
	sum, n, err := s.digest(body)
	if err != nil && !errors.Is(err, fetch.ErrTooLarge) {
		s.unreachable(err)
		return
	}
	s.headers(response)
	s.compare(sum, n)
}

// digest reads a body to its end. Of tagged audio it makes the digest that names
// it: that of the digests of tag and payload.
func (s *sight) digest(body io.Reader) (sum string, n int64, err error) {
	tag, all := sha256.New(), sha256.New()
	if s.payload > 0 {
		n, err = io.CopyN(tag, body, s.Bytes-s.payload)
		if errors.Is(err, io.EOF) {
			return "", n, nil // shorter than its tag: the length says it
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
	if s.payload > 0 {
		both := sha256.Sum256(slices.Concat(tag.Sum(nil), digest))
		digest = both[:]
	}
	return hex.EncodeToString(digest), n + rest, nil
}

// compare holds what was read to what it should be.
func (s *sight) compare(sum string, n int64) {
	switch {
	case s.published != "" && sum != s.published:
		s.add("V010", "it is not what was published last").passing = true
	case s.local != "" && sum != s.local:
		s.add("V011", "it is not what the folder says").severity = finding.Info
	case s.Bytes != 0 && n != s.Bytes:
		s.length(n)
	case s.SHA256 != "" && sum != s.SHA256:
		s.add("V007", "its bytes are not those that were published")
	}
}

// together is how many equal problems are told one by one.
const together = 3

// told makes findings of problems. Of many equal ones, such as those of a bucket
// that allows nothing, one finding tells: at the place that all of them have, or
// at the one that is said.
func (w *Web) told(list []problem, shared finding.Position) finding.List {
	type kind struct {
		rule, what, hint string
		severity         finding.Severity
	}
	var order []kind
	equal := map[kind][]problem{}
	for _, p := range list {
		k := kind{p.rule, p.what, p.hint, p.severity}
		if equal[k] == nil {
			order = append(order, k)
		}
		equal[k] = append(equal[k], p)
	}
	var found finding.List
	for _, k := range order {
		told := equal[k]
		others := ""
		if n := len(told); n > together {
			if slices.ContainsFunc(told, func(p problem) bool { return p.at != told[0].at }) {
				told[0].at = shared
			}
			told, others = told[:1], fmt.Sprintf(" and %d others", n-1)
		}
		for _, p := range told {
			found.Add(finding.Finding{Rule: p.rule, Severity: p.severity, Position: p.at, Hint: p.hint, Message: p.url + others + ": " + p.what})
		}
	}
	found.Sort()
	return found
}
