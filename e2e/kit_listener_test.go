package e2e

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// listener simulates a podcast app. It fetches a feed and requests the files that the
// feed names. It records every response that does not match the feed.
type listener struct {
	feedURL string
	client  *http.Client // nil for http.DefaultClient

	mu     sync.Mutex
	looks  int
	seen   map[string]bool // contents of the feeds that it got
	broken []string
}

// promise is what a feed says about a file: its URL, its type, and its length in bytes.
// The length is 0 if the feed does not give one.
type promise struct {
	url, mediaType string
	length         int64
}

// look fetches the feed and sends a HEAD request for every file that it names. A
// missing feed is fine if there has been none before; any other failure is recorded.
// after says what has just happened, for the message.
func (l *listener) look(after string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looks++
	feed, err := l.get(http.MethodGet, l.feedURL)
	if err == nil && feed.status == http.StatusNotFound && len(l.seen) == 0 {
		return
	}
	if err == nil && feed.status != http.StatusOK {
		err = fmt.Errorf("feed: status %d", feed.status)
	}
	var promises []promise
	if err == nil {
		promises, err = promisesOf(feed.body)
	}
	if err != nil {
		l.broken = append(l.broken, fmt.Sprintf("after %s: %v", after, err))
		return
	}
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	l.seen[string(feed.body)] = true
	for _, p := range promises {
		if err := l.check(p); err != nil {
			l.broken = append(l.broken, fmt.Sprintf("after %s: %v", after, err))
		}
	}
}

// check sends a HEAD request for the file and compares the response.
func (l *listener) check(p promise) error {
	got, err := l.get(http.MethodHead, p.url)
	switch {
	case err != nil:
		return err
	case got.status != http.StatusOK:
		return fmt.Errorf("%s: status %d", p.url, got.status)
	case p.length > 0 && got.length != p.length:
		return fmt.Errorf("%s: %d bytes, the feed says %d", p.url, got.length, p.length)
	case p.mediaType != "" && got.mediaType != p.mediaType:
		return fmt.Errorf("%s: type %s, the feed says %s", p.url, got.mediaType, p.mediaType)
	}
	return nil
}

// response is the part of an HTTP response that apps use.
type response struct {
	status    int
	mediaType string // without parameters
	length    int64
	body      []byte
}

// get requests a URL with the default client. header has names and values.
func get(method, url string, header ...string) (*response, error) {
	return (&listener{}).get(method, url, header...)
}

func (l *listener) get(method, url string, header ...string) (*response, error) {
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		return nil, err
	}
	for pair := range slices.Chunk(header, 2) {
		req.Header.Set(pair[0], pair[1])
	}
	res, err := cmp.Or(l.client, http.DefaultClient).Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	mediaType, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	return &response{res.StatusCode, mediaType, res.ContentLength, body}, nil
}

// promisesOf returns every file that a feed names: enclosures, transcripts, chapters and
// images, but not links to pages.
func promisesOf(feed []byte) ([]promise, error) {
	var all []promise
	d := xml.NewDecoder(bytes.NewReader(feed))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("feed: %w", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		attrs := map[string]string{}
		for _, a := range start.Attr {
			attrs[a.Name.Local] = a.Value
		}
		p := promise{mediaType: attrs["type"]}
		switch start.Name.Local {
		case "enclosure":
			p.url = attrs["url"]
			if p.length, err = strconv.ParseInt(attrs["length"], 10, 64); err != nil || p.length <= 0 || p.mediaType == "" {
				return nil, fmt.Errorf("feed: enclosure with length %q and type %q", attrs["length"], p.mediaType)
			}
		case "transcript", "chapters":
			p.url = attrs["url"]
		case "source":
			p.url = attrs["uri"]
		case "image":
			p.url = attrs["href"] // RSS's own image element has child elements instead
		case "person":
			p.url = attrs["img"]
		}
		if p.url != "" {
			all = append(all, p)
		}
	}
}
