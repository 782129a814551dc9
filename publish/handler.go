package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"onair/internal/durable"
	"onair/internal/sourcefs"
	"onair/publish/bucket"
	"onair/publish/release"
)

type handler struct {
	root *os.Root
	feed string // key of the feed

	mu    sync.Mutex
	etags map[string]cachedETag
}

// settled is the age at which a file's modification time identifies its content. A
// younger file may be written again with the same time.
const settled = 2 * time.Second

// cachedETag is the ETag of a file that had this size and modification time.
type cachedETag struct {
	size    int64
	modTime time.Time
	etag    string
}

// NewHandler serves a build folder or a local bucket as a CDN in front of a real
// bucket would: with the headers that belong to a key, HEAD, byte ranges, conditional
// requests, "/" as index.html, 404.html, and CORS for web players. It serves regular
// files only. It serves nothing that is hidden or in a hidden folder, such as onair's own
// records, and follows no symbolic link out of root. feed is the key of the show's feed.
func NewHandler(root *os.Root, feed string) http.Handler {
	return &handler{root: root, feed: feed, etags: map[string]cachedETag{}}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	key := strings.TrimPrefix(r.URL.Path, "/")
	if key == "" || strings.HasSuffix(key, "/") {
		key += "index.html"
	}
	f, info, err := h.open(key)
	if err != nil {
		h.notFound(w, r, key)
		return
	}
	defer f.Close()
	if info.IsDir() {
		http.Redirect(w, r, path.Base(key)+"/", http.StatusMovedPermanently)
		return
	}
	h.headers(w, key)
	if etag, err := h.etag(key, f, info); err == nil {
		w.Header().Set("ETag", etag)
	}
	http.ServeContent(w, r, key, info.ModTime(), f)
}

func (h *handler) open(key string) (*os.File, fs.FileInfo, error) {
	if err := bucket.ValidKey(key); err != nil || sourcefs.Hidden(key) {
		return nil, nil, fs.ErrNotExist
	}
	info, err := h.root.Stat(key)
	if err != nil || !info.IsDir() {
		return durable.OpenRegularBy(h.root.Stat, h.root.Open, key)
	}
	if _, err = h.root.Stat(path.Join(key, "index.html")); err != nil {
		return nil, nil, err
	}
	f, err := h.root.Open(key)
	return f, info, err
}

func (h *handler) headers(w http.ResponseWriter, key string) {
	headers := release.HeadersFor(key, h.feed, false)
	w.Header().Set("Content-Type", headers.ContentType)
	w.Header().Set("Cache-Control", headers.CacheControl)
	if policy := release.FramePolicy(key); policy != "" {
		w.Header().Set("Content-Security-Policy", policy)
	}
}

// notFound answers with the show's own 404 page if it has one.
func (h *handler) notFound(w http.ResponseWriter, r *http.Request, key string) {
	f, _, err := h.open("404.html")
	h.headers(w, "404.html")
	if err != nil {
		http.Error(w, "not found: /"+key, http.StatusNotFound)
		return
	}
	defer f.Close()
	w.WriteHeader(http.StatusNotFound)
	if r.Method == http.MethodGet {
		_, _ = io.Copy(w, f) // a client that disconnects is not an error
	}
}

// etag returns the ETag of a file, a hash of its content. The hash of a settled file is
// cached while size and modification time stay the same.
func (h *handler) etag(key string, f *os.File, info fs.FileInfo) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c, ok := h.etags[key]; ok && c.size == info.Size() && c.modTime.Equal(info.ModTime()) {
		return c.etag, nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, info.Size())); err != nil {
		return "", err
	}
	c := cachedETag{info.Size(), info.ModTime(), `"` + hex.EncodeToString(sum.Sum(nil)[:16]) + `"`}
	if time.Since(info.ModTime()) > settled {
		h.etags[key] = c
	}
	return c.etag, nil
}
