package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// runNginx runs nginx with a minimal http block, which includes the configuration that
// onair prints for the flags.
func (e *edge) runNginx(t *testing.T, w *workplace, flags ...string) {
	t.Helper()
	dir := t.TempDir()
	flags = append([]string{"cdn", "config", "nginx", "--listen", e.host, "--cache", filepath.Join(dir, "cache")}, flags...)
	config := w.run(t, flags...)
	main := fmt.Sprintf(`daemon off;
user root;
worker_processes 1;
pid %[1]s/pid;
error_log stderr notice;
events { }
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	include %[1]s/show.conf;
}
`, dir)
	for name, text := range map[string][]byte{"nginx.conf": []byte(main), "show.conf": config} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	e.launch(t, need(t, "nginx"), "-p", dir, "-e", "stderr", "-c", filepath.Join(dir, "nginx.conf"))
}

func TestNginx(t *testing.T) {
	t.Parallel()
	need(t, "nginx")
	for name, place := range places {
		t.Run(name, func(t *testing.T) {
			e, w := newEdge(t, place)
			e.purgedBy(t, w)
			e.runNginx(t, w, "--origin", e.originURL)
			e.checkAll(t, true)
			t.Run("publish", func(t *testing.T) { e.checkPublish(t, w) })
			t.Run("purge", e.checkPurge)
			t.Run("unheard purge", e.checkLostPurge)
			t.Run("foreign purge", e.checkForeignPurge)
			t.Run("origin down", e.checkStaleAfterExpiry)
		})
	}
}

// checkStaleAfterExpiry checks that an expired copy is served while the origin is down,
// and that a purge which cannot fetch a new copy fails and keeps the old copy.
func (e *edge) checkStaleAfterExpiry(t *testing.T) {
	e.origin.cacheControl.Store("public, max-age=1")
	if err := e.purger.Purge(t.Context(), []string{e.url + "feed.xml"}, nil); err != nil {
		t.Fatal(err)
	}
	old := e.file(t, "feed.xml")
	fresh := e.change(t, "feed.xml", "<rss>after the night</rss>")
	e.origin.down.Store(true)
	defer e.origin.down.Store(false)
	await(t, "the copy to be too old", func() bool {
		r := e.ask(t, "GET", "feed.xml")
		r.want(t, "while the origin is down", http.StatusOK, old)
		return r.header.Get("X-Cache") == "STALE"
	})
	e.ask(t, "PURGE", "feed.xml").want(t, "a purge while the origin is down", http.StatusBadGateway, nil)
	e.sees(t, "feed.xml", "after that purge", old)
	e.ask(t, "GET", "never-seen.html").want(t, "what is not cached", http.StatusBadGateway, nil)
	e.origin.down.Store(false)
	await(t, "the new feed", func() bool { return string(e.ask(t, "GET", "feed.xml").body) == string(fresh) })
}

// TestNginxBucket publishes through nginx in front of cloud storage.
func TestNginxBucket(t *testing.T) {
	t.Parallel()
	need(t, "nginx")
	e, w := newEdge(t, places["root"])
	e.purgedBy(t, w)
	inBucket := e.inBucket(t, w)
	e.runNginx(t, w, "--origin", e.originURL)
	inBucket.run(t, "publish", "--yes")
	e.checkAll(t, true)
}

// TestNginxFolder lets nginx serve the published folder itself.
func TestNginxFolder(t *testing.T) {
	t.Parallel()
	need(t, "nginx")
	for name, place := range places {
		t.Run(name, func(t *testing.T) {
			e, w := newEdge(t, place)
			e.runNginx(t, w)
			e.checkAll(t, false)
		})
	}
}
