//go:build unix

package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"onair/e2e/internal/synthetic"
)

// BenchmarkRetag changes the title of an hour of audio, then its cover of 1.2 MB, and
// counts the bytes sent for the audio: with parts in a private bucket, from which the
// audio is joined, and without parts, where the audio is sent whole.
func BenchmarkRetag(b *testing.B) {
	hour := &synthetic.Catalogue{Episodes: 1, Master: 57_600_000, Rate: synthetic.Kbps128, Transcript: 60_000, Covers: 1_200_000}
	for b.Loop() {
		joined := retag(b, hour)
		plain := *hour
		plain.Show = "keep_masters: false\n"
		whole := retag(b, &plain)
		for what, sent := range joined {
			b.Logf("%s: %d bytes, whole %d", what, sent.audio, whole[what].audio)
			ratio(b, whole[what].audio, sent.audio, "whole-x-"+what)
			b.ReportMetric(float64(sent.audio), what+"-audio-B")
			b.ReportMetric(float64(sent.rest), what+"-other-B")
			b.ReportMetric(float64(sent.classA), what+"-class-A")
			b.ReportMetric(float64(sent.classB), what+"-class-B")
		}
	}
}

// sent counts what a publish sent to cloud storage.
type sent struct {
	classA, classB int   // requests by billing class: A is writes and listings, B is reads; deletes are free
	audio, rest    int64 // bytes of request bodies: audio and its parts, and everything else
}

// retag publishes a show, changes the title of its only episode and then its cover. It
// returns what each of the last two publishes sent.
func retag(b *testing.B, c *synthetic.Catalogue) map[string]sent {
	b.Helper()
	e := &emulator{}
	m := &scales{next: http.HandlerFunc(e.serve)}
	front := httptest.NewServer(m)
	defer front.Close()
	e.open(b, front.URL)
	w := newCatalogue(b, c, e.privateEnv()...)
	w.run(b, "publish", "--yes")

	took := map[string]sent{}
	episode := filepath.Join("episodes", "1-of-many")
	m.reset()
	retitleEpisode(b, w, &episodeSource{dir: episode}, "Another title")
	w.run(b, "publish", "--yes")
	took["text"] = m.reset()

	cover := filepath.Join(w.dir, episode, "artwork.jpg")
	old, err := os.ReadFile(cover)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(cover, synthetic.PadJPEG(old, 2, len(old)), 0o644); err != nil {
		b.Fatal(err)
	}
	w.run(b, "publish", "--yes")
	took["cover"] = m.reset()
	return took
}

// scales count the bytes of request bodies sent to cloud storage.
type scales struct {
	next http.Handler

	mu   sync.Mutex
	sent sent
}

func (s *scales) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, ours := parseCall(r)
	body := &weighedBody{ReadCloser: r.Body}
	r.Body = body
	s.next.ServeHTTP(w, r)
	if !ours {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case c.op == opList || c.changes() && c.op != opDelete:
		s.sent.classA++
	case c.op != opDelete:
		s.sent.classB++
	}
	// An upload in chunks names its key only in the first request. Only audio is large
	// enough to be uploaded in chunks.
	if c.op == opUpload && c.key == "" || strings.HasPrefix(c.key, "audio/") || strings.HasPrefix(c.key, ".onair/parts/") || strings.HasPrefix(c.key, ".onair/joined/") {
		s.sent.audio += body.n
	} else {
		s.sent.rest += body.n
	}
}

// reset returns what was sent since the last call.
func (s *scales) reset() sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.sent
	s.sent = sent{}
	return was
}

type weighedBody struct {
	io.ReadCloser
	n int64
}

func (w *weighedBody) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.n += int64(n)
	return n, err
}
