package e2e

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"onair/publish/cdn"
)

// runVarnish runs Varnish with the configuration that onair prints.
func (e *edge) runVarnish(t *testing.T, w *workplace) {
	t.Helper()
	dir, err := os.MkdirTemp(scratch, "v") // short, because the length of a socket's path is limited
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "show.vcl")
	if err := os.WriteFile(file, w.run(t, "cdn", "config", "varnish", "--origin", e.originURL), 0o644); err != nil {
		t.Fatal(err)
	}
	e.launch(t, need(t, "varnish"), "-F", "-n", dir, "-a", e.host, "-f", file, "-s", "malloc,128m", "-j", "none",
		"-p", "thread_pool_min=10", "-p", "thread_pools=1")
}

func TestVarnish(t *testing.T) {
	t.Parallel()
	need(t, "varnish")
	for name, place := range places {
		t.Run(name, func(t *testing.T) {
			e, w := newEdge(t, place)
			e.purgedBy(t, w)
			e.runVarnish(t, w)
			e.checkAll(t, true)
			t.Run("publish", func(t *testing.T) { e.checkPublish(t, w) })
			t.Run("purge", e.checkPurge)
			t.Run("unheard purge", e.checkLostPurge)
			t.Run("foreign purge", e.checkForeignPurge)
			t.Run("proxied purge", func(t *testing.T) {
				// Behind a TLS proxy, all requests come from the address of the proxy.
				for _, header := range []string{"X-Forwarded-For", "X-Forwarded-Proto"} {
					e.ask(t, "PURGE", "feed.xml", header, "https").want(t, header, http.StatusMethodNotAllowed, nil)
				}
			})
			t.Run("origin down", e.checkStaleAfterPurge)
		})
	}
}

// TestVarnishBucket publishes through Varnish in front of cloud storage.
func TestVarnishBucket(t *testing.T) {
	t.Parallel()
	need(t, "varnish")
	e, w := newEdge(t, places["root"])
	e.purgedBy(t, w)
	inBucket := e.inBucket(t, w)
	e.runVarnish(t, w)
	inBucket.run(t, "publish", "--yes")
	e.checkAll(t, true)
}

// TestVarnishCompiles checks that the configuration for a bucket behind TLS is valid VCL.
func TestVarnishCompiles(t *testing.T) {
	t.Parallel()
	program := need(t, "varnish")
	w := newWorkplace(t, "ONAIR_STORAGE=gs://hello-universe", "ONAIR_URL=https://hello-universe.example/show/")
	file := filepath.Join(t.TempDir(), "show.vcl")
	if err := os.WriteFile(file, w.run(t, "cdn", "config", "varnish"), 0o644); err != nil {
		t.Fatal(err)
	}
	tool(t, program, "-C", "-j", "none", "-n", t.TempDir(), "-f", file)
}

// checkStaleAfterPurge checks that a purged copy is served only while the origin is down.
func (e *edge) checkStaleAfterPurge(t *testing.T) {
	old := e.file(t, "feed.xml")
	if err := e.purger.Purge(t.Context(), []string{e.url + "feed.xml"}, nil); err != nil {
		t.Fatal(err)
	}
	e.sees(t, "feed.xml", "at first", old)
	fresh := e.change(t, "feed.xml", "<rss>after the night</rss>")
	e.origin.down.Store(true)
	defer e.origin.down.Store(false)
	if err := e.purger.Purge(t.Context(), []string{e.url + "feed.xml"}, nil); err != nil {
		t.Fatal(err)
	}
	asked := e.origin.requests.Load()
	for range 3 {
		e.sees(t, "feed.xml", "while the origin is down", old)
	}
	if e.origin.requests.Load() == asked {
		t.Error("the old copy is served without a look for a new one")
	}
	e.ask(t, "GET", "never-seen.html").want(t, "what is not cached", http.StatusServiceUnavailable, nil)
	e.origin.down.Store(false)
	await(t, "the new feed", func() bool { return string(e.ask(t, "GET", "feed.xml").body) == string(fresh) })
}

// TestVarnishKeys purges by surrogate key, with one call for any number of objects.
func TestVarnishKeys(t *testing.T) {
	t.Parallel()
	need(t, "xkey")
	for name, place := range places {
		t.Run(name, func(t *testing.T) {
			e, w := newEdge(t, place)
			e.purgedBy(t, w, "purge", "keys")
			e.runVarnish(t, w)
			e.checkPublish(t, w)
			page := e.key(t, "episodes/", "/index.html")
			changed := []string{"feed.xml", page}
			old := map[string][]byte{}
			for _, key := range keysIn(t, e.dir) {
				old[key] = e.file(t, key)
				e.ask(t, "GET", key)
			}
			for _, key := range changed {
				old[key] = e.change(t, key, "<p>changed "+key+"</p>")
			}
			if err := e.purger.Purge(t.Context(), nil, []string{cdn.SurrogateKey("feed.xml"), cdn.SurrogateKey(page)}); err != nil {
				t.Fatal(err)
			}
			for _, key := range changed {
				e.sees(t, key, "after the purge", old[key])
			}
			for key, data := range old {
				r := e.ask(t, "GET", key)
				r.want(t, key, http.StatusOK, data)
				if hit := r.header.Get("X-Cache") == "HIT"; !hit {
					t.Errorf("%s: purged, or not cached", key)
				}
				if r.header.Get("xkey") != "" {
					t.Errorf("%s: shows its surrogate key", key)
				}
			}
		})
	}
}

// findXkey finds xkey, the Varnish module that purges by surrogate key.
func findXkey() (string, error) {
	found, _ := filepath.Glob("/usr/lib/*/varnish/vmods/libvmod_xkey.so")
	if len(found) == 0 {
		return "", errors.New("no libvmod_xkey.so below /usr/lib")
	}
	return found[0], nil
}
