package preview

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"onair/publish/release"
)

//go:embed live.js
var script []byte

// The addresses that only the preview has.
const (
	scriptPath = "/-/onair/live.js"
	eventsPath = "/-/onair/events"
)

// ServeHTTP serves the objects of the last good build with the media types of the
// release, and the script and the events of the preview.
func (p *Preview) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	switch r.URL.Path {
	case scriptPath:
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(script)
		return
	case eventsPath:
		p.events(w, r)
		return
	}
	key := strings.TrimPrefix(r.URL.Path, "/")
	if key == "" || strings.HasSuffix(key, "/") {
		key += "index.html"
	}
	if o := p.object(key); o != nil {
		p.serve(w, r, o, http.StatusOK)
		return
	}
	if p.object(key+"/index.html") != nil {
		http.Redirect(w, r, path.Base(key)+"/", http.StatusFound)
		return
	}
	if o := p.object("404.html"); o != nil {
		p.serve(w, r, o, http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>onair serve</title>%s</head><body><main><h1>Nothing is built yet</h1></main></body></html>", scriptElement)
}

const scriptElement = `<script src="` + scriptPath + `" defer></script>`

// serve sends an object. Pages get the script of the preview.
func (p *Preview) serve(w http.ResponseWriter, r *http.Request, o *release.Object, status int) {
	h := w.Header()
	h.Set("Content-Type", o.ContentType)
	// The browser must ask for pages and feeds each time, because a change is shown at once.
	h.Set("Cache-Control", "no-cache")
	if o.Class == release.Immutable {
		h.Set("Cache-Control", o.CacheControl)
	}
	if policy := release.FramePolicy(o.Key); policy != "" {
		h.Set("Content-Security-Policy", policy)
	}
	etag := `"` + o.SHA256[:16] + `"`
	if o.Role == release.RoleAudio || o.Role == release.RolePart {
		h.Set("ETag", etag)
		body := &seeker{open: o.Body, size: o.Size}
		defer body.Close()
		http.ServeContent(w, r, "", time.Time{}, body)
		return
	}
	data, err := o.Read()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if o.Role == release.RolePage && strings.HasPrefix(o.ContentType, "text/html") {
		data = bytes.Replace(data, []byte("</head>"), []byte(scriptElement+"</head>"), 1)
	}
	if status != http.StatusOK {
		w.WriteHeader(status)
		_, _ = w.Write(data)
		return
	}
	if compressible(o.ContentType) && acceptsGzip(r) && r.Header.Get("Range") == "" {
		etag = strings.TrimSuffix(etag, `"`) + `-gzip"`
		h.Set("ETag", etag)
		h.Add("Vary", "Accept-Encoding")
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		var packed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
		_, _ = z.Write(data)
		_ = z.Close()
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(packed.Len()))
		if r.Method != http.MethodHead {
			_, _ = w.Write(packed.Bytes())
		}
		return
	}
	h.Set("ETag", etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

func compressible(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.HasPrefix(contentType, "image/svg") ||
		strings.HasPrefix(contentType, "application/") && !strings.HasPrefix(contentType, "application/octet-stream")
}

func acceptsGzip(r *http.Request) bool {
	for value := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		if name, _, _ := strings.Cut(strings.TrimSpace(value), ";"); name == "gzip" {
			return true
		}
	}
	return false
}

// seeker reads a stream that can only be opened at its start.
type seeker struct {
	open   func() (io.ReadCloser, error)
	size   int64
	at     int64 // offset of the next Read
	body   io.ReadCloser
	bodyAt int64
}

// Seek implements io.Seeker.
func (s *seeker) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the start")
	}
	s.at = offset
	return offset, nil
}

// Read implements io.Reader.
func (s *seeker) Read(b []byte) (int, error) {
	if s.at >= s.size {
		return 0, io.EOF
	}
	if s.body == nil || s.at < s.bodyAt {
		if err := s.reopen(); err != nil {
			return 0, err
		}
	}
	if s.at > s.bodyAt {
		n, err := io.CopyN(io.Discard, s.body, s.at-s.bodyAt)
		s.bodyAt += n
		if err != nil {
			return 0, err
		}
	}
	n, err := s.body.Read(b)
	s.at += int64(n)
	s.bodyAt = s.at
	return n, err
}

func (s *seeker) reopen() (err error) {
	s.Close()
	if s.open == nil {
		return errors.New("the audio is not on this machine")
	}
	s.bodyAt = 0
	s.body, err = s.open()
	return err
}

// Close closes the stream.
func (s *seeker) Close() {
	if s.body != nil {
		_ = s.body.Close()
		s.body = nil
	}
}

// events sends the state after each change, as server-sent events, until the client
// goes away.
func (p *Preview) events(w http.ResponseWriter, r *http.Request) {
	c := http.NewResponseController(w)
	_ = c.SetWriteDeadline(time.Time{}) // the answer never ends
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	for {
		state, changed := p.current()
		data, err := json.Marshal(state)
		if err != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", data); err != nil || c.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}
