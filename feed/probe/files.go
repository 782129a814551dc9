package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // for artwork
	_ "image/png"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/feed/check"
	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/internal/source"
)

// Limits of requests for files.
const (
	parallel   = 8                // requests at once
	fileTime   = 30 * time.Second // longest time of one request
	maxText    = 8 << 20          // bytes of a transcript or chapters file
	maxArtwork = 20 << 20         // bytes of an image
	maxHops    = 4                // redirects of an enclosure
	minPixels  = 1400
	maxPixels  = 3000
)

// prober collects findings. Its methods may be called concurrently.
type prober struct {
	visitor *fetch.Visitor
	file    string

	mutex sync.Mutex
	found finding.List
}

func (p *prober) add(f finding.Finding) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.found.Add(f)
}

// Files requests and checks the artwork of the show, and the enclosures, artwork,
// transcripts and chapters of its newest episodes. sample is the number of episodes; 0
// means all.
func Files(ctx context.Context, v *fetch.Visitor, r *check.Report, sample int) finding.List {
	p := &prober{visitor: v}
	episodes := slices.Clone(r.Episodes)
	slices.SortStableFunc(episodes, func(x, y check.Episode) int { return y.Date.Compare(x.Date) })
	if sample > 0 {
		episodes = episodes[:min(sample, len(episodes))]
	}
	var group errgroup.Group
	group.SetLimit(parallel)
	run := func(l check.Link, probe func(context.Context, check.Link)) {
		if l.URL == "" || ctx.Err() != nil {
			return
		}
		group.Go(func() error {
			probe(ctx, l)
			return nil
		})
	}
	seen := map[string]bool{}
	once := func(l check.Link, probe func(context.Context, check.Link)) {
		if !seen[l.URL] {
			seen[l.URL] = true
			run(l, probe)
		}
	}
	once(r.Artwork, p.artwork)
	for _, e := range episodes {
		once(e.Enclosure, p.enclosure)
		once(e.Artwork, p.artwork)
		once(e.Chapters, p.text)
		for _, t := range e.Transcripts {
			once(t, p.text)
		}
	}
	_ = group.Wait() // the probes add findings and return no errors
	p.found.Sort()
	return p.found
}

// answer is a response without its body.
type answer struct {
	status int
	header http.Header
	hops   []fetch.Hop
	final  string
	length int64 // of the whole file; -1 if the server does not say
}

// ask makes a request and does not read the body of the response.
func (p *prober) ask(ctx context.Context, method, address string, header http.Header) (*answer, error) {
	response, hops, err := p.visitor.Do(ctx, &fetch.Request{Method: method, URL: address, Header: header, Total: fileTime, Limit: 1 << 40})
	if err != nil {
		return nil, err
	}
	response.Body.Close()
	a := &answer{response.StatusCode, response.Header, hops, response.Request.URL.String(), response.ContentLength}
	if _, total, ok := strings.Cut(response.Header.Get("Content-Range"), "/"); ok {
		if a.length, err = strconv.ParseInt(total, 10, 64); err != nil {
			a.length = -1
		}
	}
	return a, nil
}

// enclosure checks how the server delivers an enclosure.
func (p *prober) enclosure(ctx context.Context, l check.Link) {
	name := source.RedactURL(l.URL)
	first := http.Header{"Range": {"bytes=0-1"}, "Accept-Encoding": {"identity"}}
	a, err := p.ask(ctx, http.MethodGet, l.URL, first)
	switch {
	case errors.Is(err, fetch.ErrRedirects):
		p.add(ruleRedirects.At(l.Position, "%s takes %v", name, fetch.ErrRedirects))
		return
	case err != nil:
		p.add(ruleUnreachable.At(l.Position, "%v", err))
		return
	case a.status >= 300:
		p.add(ruleUnreachable.At(l.Position, "%s is answered with %d %s", name, a.status, http.StatusText(a.status)))
		return
	case a.status != http.StatusPartialContent:
		p.add(ruleRanges.At(l.Position, "%s answers a range with %d, not 206", name, a.status))
	}
	p.length(ctx, l, name, a, first)
	p.mediaType(l, name, a)
	p.redirects(l, name, a)
	if head, err := p.ask(ctx, http.MethodHead, l.URL, http.Header{"Accept-Encoding": {"identity"}}); err == nil && head.status >= 300 {
		p.add(ruleHead.At(l.Position, "%s answers HEAD with %d", name, head.status))
	}
}

// length compares the length of a file with the length in the feed. If they differ, it
// requests the file again: hosts that insert ads may send another length each time.
func (p *prober) length(ctx context.Context, l check.Link, name string, a *answer, header http.Header) {
	if l.Length <= 0 || a.length < 0 || a.length == l.Length {
		return
	}
	again, err := p.ask(ctx, http.MethodGet, l.URL, header)
	if err == nil && again.length >= 0 && again.length != a.length {
		p.add(ruleLength.At(l.Position, "%s has %d bytes at first, %d afterwards, and %d in the feed: probably ads that are inserted", name, a.length, again.length, l.Length).
			WithSeverity(finding.Info).WithHint("seek bars and chapters are off by the length of the ads"))
		return
	}
	p.add(ruleLength.At(l.Position, "%s has %d bytes, and %d in the feed", name, a.length, l.Length))
}

func (p *prober) mediaType(l check.Link, name string, a *answer) {
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	if l.Type == "" || strings.EqualFold(kind, l.Type) || sameMedia(kind, l.Type) {
		return
	}
	p.add(ruleType.At(l.Position, "%s is served as %s, and is %s in the feed", name, source.ShortQuote(kind), source.ShortQuote(l.Type)))
}

// sameMedia reports whether two media types are names of one format.
func sameMedia(a, b string) bool {
	names := [][]string{{"audio/mpeg", "audio/mp3", "audio/mpeg3", "audio/x-mp3"}, {"audio/mp4", "audio/m4a", "audio/x-m4a", "audio/aac"}, {"video/mp4", "video/m4v", "video/x-m4v"}}
	for _, same := range names {
		if slices.Contains(same, strings.ToLower(a)) && slices.Contains(same, strings.ToLower(b)) {
			return true
		}
	}
	return false
}

func (p *prober) redirects(l check.Link, name string, a *answer) {
	if len(a.hops) > maxHops {
		p.add(ruleRedirects.At(l.Position, "%s takes %d redirects", name, len(a.hops)))
		return
	}
	if strings.HasPrefix(l.URL, "http:") {
		return // package check reports addresses without https
	}
	for i, hop := range a.hops {
		next := a.final
		if i+1 < len(a.hops) {
			next = a.hops[i+1].URL
		}
		if strings.HasPrefix(next, "http:") {
			p.add(ruleRedirects.At(l.Position, "%s redirects to %s, which is not https", source.RedactURL(hop.URL), source.RedactURL(next)))
			return
		}
	}
}

// get requests a file of at most limit bytes; a longer one is an error.
func (p *prober) get(ctx context.Context, address string, limit int64) ([]byte, *http.Response, error) {
	response, _, err := p.visitor.Do(ctx, &fetch.Request{URL: address, Total: fileTime, Limit: limit, Header: http.Header{"Origin": {"https://player.example"}}})
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("%s is answered with %d %s", source.RedactURL(address), response.StatusCode, http.StatusText(response.StatusCode))
	}
	data, err := io.ReadAll(response.Body)
	return data, response, err
}

// artwork checks the format, the size and the extension of an image.
func (p *prober) artwork(ctx context.Context, l check.Link) {
	data, _, err := p.get(ctx, l.URL, maxArtwork)
	if err != nil {
		p.add(ruleArtwork.At(l.Position, "%v", err))
		return
	}
	name := source.RedactURL(l.URL)
	c, format, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		p.add(ruleArtwork.At(l.Position, "%s is neither JPEG nor PNG", name))
	case c.Width != c.Height:
		p.add(ruleArtwork.At(l.Position, "%s has %d by %d pixels, which is not square", name, c.Width, c.Height))
	case c.Width < minPixels || c.Width > maxPixels:
		p.add(ruleArtwork.At(l.Position, "%s has %d by %d pixels", name, c.Width, c.Height))
	case !namedAs(name, format):
		p.add(ruleArtwork.At(l.Position, "%s is %s", name, strings.ToUpper(format)).WithSeverity(finding.Warning).WithHint("the extension has to fit the content"))
	}
}

// namedAs reports whether the extension of an address fits the format of an image.
// Extensions other than .png, .jpg and .jpeg fit every format.
func namedAs(name, format string) bool {
	name = strings.ToLower(name)
	switch {
	case strings.HasSuffix(name, ".png"):
		return format == "png"
	case strings.HasSuffix(name, ".jpg"), strings.HasSuffix(name, ".jpeg"):
		return format == "jpeg"
	}
	return true
}

// text checks a transcript or chapters file.
func (p *prober) text(ctx context.Context, l check.Link) {
	data, response, err := p.get(ctx, l.URL, maxText)
	if err != nil {
		p.add(ruleText.At(l.Position, "%v", err))
		return
	}
	name := source.RedactURL(l.URL)
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	var faults []string
	if problem := unreadable(data, l.Type); problem != "" {
		faults = append(faults, problem)
	}
	if l.Type != "" && !strings.EqualFold(kind, l.Type) {
		faults = append(faults, fmt.Sprintf("is served as %s, and is %s in the feed", source.ShortQuote(kind), source.ShortQuote(l.Type)))
	}
	if response.Header.Get("Access-Control-Allow-Origin") == "" {
		faults = append(faults, "is served without Access-Control-Allow-Origin")
	}
	if len(faults) > 0 {
		p.add(ruleText.At(l.Position, "%s %s", name, strings.Join(faults, "; ")))
	}
}

// unreadable returns the reason why data cannot be a file of the given type, or "" if it
// can be one.
func unreadable(data []byte, kind string) string {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch kind {
	case "application/json", "application/json+chapters":
		var file struct {
			Chapters []json.RawMessage `json:"chapters"`
			Segments []json.RawMessage `json:"segments"`
		}
		if json.Unmarshal(data, &file) != nil {
			return "is not JSON"
		}
		if kind != "application/json" && len(file.Chapters) == 0 {
			return "has no chapters"
		}
	case "text/vtt":
		if !bytes.HasPrefix(data, []byte("WEBVTT")) {
			return "is not WebVTT"
		}
	case "application/x-subrip":
		if !bytes.Contains(data, []byte("-->")) {
			return "is not SRT"
		}
	}
	return emptyText(data)
}

func emptyText(data []byte) string {
	if len(bytes.TrimSpace(data)) == 0 {
		return "is empty"
	}
	return ""
}
