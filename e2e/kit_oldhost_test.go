package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// oldHost is the former host of a show. It serves the feed, in two pages if it is
// paged, audio with ranges, artwork, and a transcript and chapters of each episode.
type oldHost struct {
	*httptest.Server
	episodes int
	paged    bool
	artwork  []byte

	mu      sync.Mutex
	sent    int64          // bytes sent so far
	atByte  int64          // number of sent bytes at which to call reached; 0 for never
	reached func()         // called once
	asked   map[string]int // requests by path
	movedTo string         // address to which the feed redirects with 301; empty for no redirect
}

func newOldHost(t *testing.T, episodes int, paged bool) *oldHost {
	t.Helper()
	artwork, err := os.ReadFile(filepath.Join("..", "examples", "hello-universe", "artwork.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	h := &oldHost{episodes: episodes, paged: paged, artwork: artwork, asked: map[string]int{}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

// audio returns an MP3 of about two seconds that is different for each number.
func (h *oldHost) audio(number int) []byte {
	frame := make([]byte, 417) // 128 kbit/s, 44.1 kHz
	copy(frame, []byte{0xFF, 0xFB, 0x90, 0x64})
	frame[100] = byte(number)
	return bytes.Repeat(frame, 80+number)
}

// feed returns a page of the feed, with the episodes numbered from, from-1, …, to.
func (h *oldHost) feed(from, to int, next string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Zoë O’Hara’s Tea &amp; Biscuits</title><link>HOST/</link><description>All about tea</description><language>en</language>
<itunes:author>Zoë O’Hara</itunes:author><itunes:explicit>false</itunes:explicit><itunes:category text="Technology"/><itunes:image href="HOST/art.jpg"/>
<podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</podcast:guid><podcast:person>Zoë O’Hara</podcast:person>` + next + "\n")
	for n := from; n >= to; n-- {
		title := []string{"Green “tea”", "Ginger & snaps", "Green “tea”"}[n%3] // some episodes share a title
		date := time.Date(2021, 1, n, 6, 0, 0, 0, time.UTC).Format(time.RFC1123Z)
		fmt.Fprintf(&b, `<item><title>%s</title><guid isPermaLink="false">HOST/?p=%d</guid><link>HOST/e/%d</link><pubDate>%s</pubDate><itunes:episode>%d</itunes:episode><itunes:duration>%d</itunes:duration>`,
			strings.ReplaceAll(title, "&", "&amp;"), n, n, date, n, len(h.audio(n))/16_000)
		fmt.Fprintf(&b, `<description><![CDATA[<p>About <a href="https://a.example/?a=1&amp;b=%d">this</a> &amp; <b>more</b></p>]]></description><enclosure url="HOST/%d.mp3" length="%d" type="audio/mpeg"/>`, n, n, len(h.audio(n)))
		fmt.Fprintf(&b, `<podcast:person>Zoë O’Hara</podcast:person><podcast:person role="guest">Guest No. %d</podcast:person><podcast:transcript url="HOST/%d.vtt" type="text/vtt"/><podcast:chapters url="HOST/%d.json" type="application/json+chapters"/></item>`+"\n", n/2, n, n)
	}
	b.WriteString("</channel></rss>\n")
	return strings.ReplaceAll(b.String(), "HOST", h.URL)
}

func (h *oldHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked[r.URL.Path]++
	movedTo := h.movedTo
	h.mu.Unlock()
	name := strings.TrimPrefix(r.URL.Path, "/")
	stem, ext, _ := strings.Cut(name, ".")
	number := 0
	_, _ = fmt.Sscan(stem, &number)
	var data []byte
	switch {
	case name == "feed.xml" && movedTo != "":
		http.Redirect(w, r, movedTo, http.StatusMovedPermanently)
		return
	case name == "feed.xml" && !h.paged:
		data = []byte(h.feed(h.episodes, 1, ""))
	case name == "feed.xml":
		data = []byte(h.feed(h.episodes, h.episodes/2+1, `<atom:link rel="next" href="HOST/older.xml"/>`))
	case name == "older.xml":
		data = []byte(h.feed(h.episodes/2, 1, ""))
	case name == "art.jpg":
		data = h.artwork
	case ext == "mp3" && number > 0:
		data = h.audio(number)
		w.Header().Set("Content-Type", "audio/mpeg")
	case ext == "vtt":
		data = fmt.Appendf(nil, "WEBVTT\n\n00:00.000 --> 00:01.500\n<v Zoë O’Hara>Hello, number %d.\n", number)
	case ext == "json":
		data = []byte(`{"version":"1.2.0","chapters":[{"startTime":0,"title":"Intro"},{"startTime":1,"title":"Tea"}]}`)
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", `"`+name+`"`)
	http.ServeContent(&countedWriter{w, h}, r, name, time.Time{}, bytes.NewReader(data))
}

// countedWriter counts the bytes that the host sends. It calls oldHost.reached in the
// middle of a response.
type countedWriter struct {
	http.ResponseWriter
	h *oldHost
}

func (w *countedWriter) Write(p []byte) (written int, err error) {
	for len(p) > 0 && err == nil {
		part := p[:min(len(p), 4096)] // so that responses can be cut anywhere
		w.h.mu.Lock()
		w.h.sent += int64(len(part))
		call := w.h.reached
		if w.h.atByte == 0 || w.h.sent < w.h.atByte {
			call = nil
		} else {
			w.h.atByte = 0
		}
		w.h.mu.Unlock()
		if call != nil {
			call()
		}
		n, failed := w.ResponseWriter.Write(part)
		written, err, p = written+n, failed, p[len(part):]
	}
	return written, err
}

// after makes the host call reached once it has sent so many more bytes.
func (h *oldHost) after(bytes int64, reached func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.atByte, h.reached = h.sent+bytes, reached
}

// total returns the number of bytes that the host has sent.
func (h *oldHost) total() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sent
}
