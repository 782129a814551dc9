package verify_test

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
	"onair/publish/verify"
	"onair/show"
)

// noteless returns the findings without those that report a duration.
func noteless(l finding.List) finding.List {
	return slices.DeleteFunc(slices.Clone(l), func(f finding.Finding) bool { return f.Rule == "V013" })
}

func TestVerifyUnchangedSite(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	found := verify.Verify(t.Context(), s.web(), s.Release, &verify.Options{Full: true})
	if diff := cmp.Diff([]string{"info V013"}, rules(found)); diff != "" {
		t.Errorf("%s\n%v", diff, found)
	}
	if found[0].Message != home+"feed.xml: fresh after 0.0 s" {
		t.Errorf("got %q", found[0].Message)
	}
	for _, o := range s.Objects {
		path := "/" + strings.TrimSuffix(o.Key, "index.html")
		seen := s.asked["GET "+path] + s.asked["HEAD "+path]
		if named := !slices.Contains([]release.Role{release.RoleTheme, release.RoleArtwork, release.RoleWaveform, release.RoleSearch}, o.Role); named && seen == 0 {
			t.Errorf("nobody looked at %s", o.Key)
		}
		if o.Role == release.RoleAudio && s.asked["HEAD "+path] != 1 {
			t.Errorf("%s was asked for by HEAD %d times", o.Key, s.asked["HEAD "+path])
		}
	}
}

// role limits a fault to requests for the first object of a role.
func role(role release.Role, f fault) fault {
	return func(s *site, w http.ResponseWriter, r *http.Request) bool {
		return r.URL.Path == "/"+s.key(role) && f(s, w, r)
	}
}

func path(p string, f fault) fault {
	return func(s *site, w http.ResponseWriter, r *http.Request) bool { return r.URL.Path == p && f(s, w, r) }
}

func under(start string, f fault) fault {
	return func(s *site, w http.ResponseWriter, r *http.Request) bool {
		return strings.HasPrefix(r.URL.Path, start) && f(s, w, r)
	}
}

// answer responds with the given text.
func answer(text string) fault {
	return func(_ *site, w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "application/rss+xml")
		w.Header().Set("Cache-Control", "public, max-age=60")
		_, _ = w.Write([]byte(text))
		return true
	}
}

// agent limits a fault to requests whose User-Agent contains name.
func agent(name string, f fault) fault { return asks("User-Agent", name, f) }

// asks limits a fault to requests in which the header called name contains part.
func asks(name, part string, f fault) fault {
	return func(s *site, w http.ResponseWriter, r *http.Request) bool {
		return strings.Contains(r.Header.Get(name), part) && f(s, w, r)
	}
}

// reply responds with a status, headers given as name and value, and a body.
func reply(code int, body string, header ...string) fault {
	return func(_ *site, w http.ResponseWriter, _ *http.Request) bool {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
		return true
	}
}

func TestVerifyFaults(t *testing.T) {
	t.Parallel()
	page := "/episodes/" + showtest.GhostSlug + "/"
	for _, test := range []struct {
		name  string
		fault fault
		want  []string
		hint  string
	}{
		{"the feed is not there", path("/feed.xml", status(404)), []string{"error V002"}, ""},
		{"the feed may not be read", path("/feed.xml", status(403)), []string{"error V002"}, "legacyObjectReader"},
		{"an old feed", path("/feed.xml", content(older)), []string{"error V010"}, "purge"},
		{"another page instead of the feed", path("/feed.xml", answer("<!doctype html><p>hello")), []string{"error V022"}, "bot protection"},
		{"text instead of the feed", path("/feed.xml", answer("hello")), []string{"error V010", "error V014"}, ""},
		{"maintenance", path("/feed.xml", reply(503, "back soon", "Retry-After", "3600")), []string{"error V002"}, "maintenance"},
		{"a rule of the CDN", path("/feed.xml", reply(412, "policy 7")), []string{"error V002"}, "by a rule of its own"},
		{"a password", path("/feed.xml", reply(401, "", "WWW-Authenticate", `Basic realm="staging"`)), []string{"error V002"}, "no password"},
		{"two types of the feed", path("/feed.xml", header("Content-Type", "application/rss+xml; charset=utf-8, text/plain")), []string{"warning V004"}, ""},
		{"a log-in page instead of the feed", path("/feed.xml", reply(200, "\n<!DOCTYPE html>\n<title>Log in</title>", "Content-Type", "text/html; charset=utf-8")), []string{"error V022"}, "bot protection"},
		{"a log-in page instead of an enclosure", role(release.RoleAudio, reply(200, "<html><p>Log in", "Content-Type", "text/html")), []string{"error V022"}, "bot protection"},
		{"a log-in page instead of captions", role(release.RoleTranscript, reply(200, "<html><p>Log in", "Content-Type", "text/html")), []string{"error V022"}, "bot protection"},
		{"the type of a page for the feed", path("/feed.xml", header("Content-Type", "text/html")), []string{"warning V004"}, ""},
		{"no HEAD for the feed", on("HEAD", path("/feed.xml", status(405))), []string{"error V009"}, "Apple"},
		{"another type of feed", path("/feed.xml", header("Content-Type", "text/xml")), []string{"warning V004"}, ""},
		{"an enclosure is not there", role(release.RoleAudio, status(404)), []string{"error V002"}, ""},
		{"an enclosure is shorter", role(release.RoleAudio, content(shorter)), []string{"error V003", "error V005"}, ""},
		{"an enclosure has no ranges", role(release.RoleAudio, whole), []string{"error V005"}, ""},
		{"an enclosure is damaged", role(release.RoleAudio, content(flipped)), []string{"error V007"}, ""},
		{"an enclosure breaks off in its tag", on("GET", role(release.RoleAudio, abort(100))), []string{"error V001"}, ""},
		{"an enclosure breaks off", on("GET", role(release.RoleAudio, abort(1<<20))), []string{"error V001"}, ""},
		{"an enclosure of 100 bytes", on("GET", role(release.RoleAudio, content(func(b []byte) []byte { return b[:100] }))), []string{"error V003"}, ""},
		{"captions without CORS", role(release.RoleTranscript, header("Access-Control-Allow-Origin", "")), []string{"error V006"}, "cors"},
		{"captions are damaged", role(release.RoleTranscript, content(flipped)), []string{"error V007"}, ""},
		{"chapters of another type", role(release.RoleChapters, header("Content-Type", "text/plain")), []string{"error V004"}, ""},
		{"artwork is not there", under("/assets/artwork-", status(404)), []string{"error V002", "error V002"}, ""},
		{"the CDN keeps audio for a minute", role(release.RoleAudio, header("Cache-Control", "max-age=60")), []string{"warning V008"}, "Cloudflare"},
		{"an old page", path(page, content(bytes.ToUpper)), []string{"error V010"}, "purge"},
		{"a page is not there", path(page, status(404)), []string{"error V002"}, "--web-main-page-suffix=index.html"},
		{"the site's page is not there", path("/", status(404)), []string{"error V002"}, "--web-main-page-suffix=index.html"},
		{"a page that does not exist is there", path("/no-such-page-onair-asks-for/", status(200)), []string{"warning V018"}, "--web-error-page=404.html"},
		{"a page that does not exist is forbidden", path("/no-such-page-onair-asks-for/", status(403)), []string{"warning V018"}, ""},
		{"the records are public", path("/.onair/release.json", answer("{}")), []string{"warning V019"}, "state: gs://hello-universe-private"},
		{"the records are public, as text", path("/.onair/release.json", reply(200, "\n {}", "Content-Type", "text/plain")), []string{"warning V019"}, ""},
		{"a page in place of the records", path("/.onair/release.json", reply(200, "not here", "Content-Type", "text/html; charset=utf-8")), []string{}, ""},
		{"a page of no type in place of the records", path("/.onair/release.json", reply(200, "\n<!DOCTYPE html><p>Nothing here", "Content-Type", "application/octet-stream")), []string{}, ""},
		{"a page for every address, also that of the records", soft404, []string{"warning V018"}, ""},
		{"a firewall stops an app", agent("AppleCoreMedia", status(403)), []string{"error V022", "error V022"}, "firewall"},
		{"an app gets a challenge for the feed", agent("Overcast", path("/feed.xml", reply(403, "", "Cf-Mitigated", "challenge"))), []string{"error V022"}, "Cloudflare"},
		{"an app gets a page for the feed", agent("Spotify", path("/feed.xml", reply(200, "<title>Just a moment...</title>", "Content-Type", "text/html"))), []string{"error V022"}, ""},
		{"an app gets a page with the type of the feed", agent("Spotify", path("/feed.xml", answer("<html><p>Log in"))), []string{"error V022"}, ""},
		{"an app gets a page for the audio", agent("Spotify", under("/audio/", reply(200, "<p>Please wait", "Content-Type", "text/html"))), []string{"error V022"}, ""},
		{"gzip that is none", agent("Overcast", asks("Accept-Encoding", "gzip", path("/feed.xml", reply(200, "<rss>", "Content-Encoding", "gzip")))), []string{"error V023"}, "compress"},
		{"Brotli for gzip", agent("Overcast", asks("Accept-Encoding", "gzip", path("/feed.xml", reply(200, "x", "Content-Encoding", "br")))), []string{"error V023"}, ""},
		{"another feed with gzip", agent("Spotify", asks("Accept-Encoding", "gzip", path("/feed.xml", content(older)))), []string{"error V023"}, ""},
		{"a feed compressed twice", agent("Spotify", asks("Accept-Encoding", "gzip", path("/feed.xml", reply(200, "x", "Content-Encoding", "gzip, gzip")))), []string{"error V023"}, ""},
		{"304 for any version", agent("Apple", asks("If-None-Match", "never", path("/feed.xml", status(304)))), []string{"error V023"}, ""},
		{"the records are forbidden", path("/.onair/release.json", status(403)), []string{}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, nil)
			s.tamper = func(w http.ResponseWriter, r *http.Request) bool { return test.fault(s, w, r) }
			found := noteless(verify.Verify(t.Context(), s.web(), s.Release, nil))
			if diff := cmp.Diff(test.want, rules(found)); diff != "" {
				t.Errorf("%s\n%v", diff, found)
			}
			hinted := test.hint == ""
			for _, f := range found {
				hinted = hinted || strings.Contains(f.Hint, test.hint)
				if f.File == "" || f.Hint == "" {
					t.Errorf("no place or no hint: %+v", f)
				}
			}
			if !hinted {
				t.Errorf("no hint says %q: %v", test.hint, found)
			}
		})
	}
}

// soft404 answers with a page and status 200 where nothing is.
func soft404(s *site, w http.ResponseWriter, r *http.Request) bool {
	return s.wanted(r) == nil && reply(200, "<html><p>Nothing here", "Content-Type", "text/html")(s, w, r)
}

// abort ends the connection after some bytes.
func abort(after int) fault {
	return func(s *site, w http.ResponseWriter, r *http.Request) bool {
		o := s.wanted(r)
		w.Header().Set("Content-Length", fmt.Sprint(o.Size))
		_, _ = w.Write(s.content(o)[:after])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// older returns the feed with the title from before a correction.
func older(feed []byte) []byte { return bytes.Replace(feed, []byte("Ghosts"), []byte("Gosts"), 1) }

// Verify waits until caches have dropped the old feed and the old pages, within
// limits.
func TestVerifyWaits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		stale    time.Duration // how long the CDN keeps the old feed
		patience time.Duration
		want     []string
		message  string
	}{
		"a minute behind":        {time.Minute, 0, []string{"info V013"}, "fresh after 65.8 s"},
		"an hour behind":         {time.Hour, 0, []string{"error V010"}, "not what was published last"},
		"no time to wait":        {time.Minute, -1, []string{"error V010"}, "not what was published last"},
		"an hour, with patience": {time.Hour, 2 * time.Hour, []string{"info V013"}, "fresh after 36"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			s.tamper = func(w http.ResponseWriter, r *http.Request) bool {
				return r.URL.Path == "/feed.xml" && r.Method == "GET" && s.clock.Sub(showtest.Now) < test.stale && content(older)(s, w, r)
			}
			w := s.web()
			w.Patience = test.patience
			found := verify.Verify(t.Context(), w, s.Release, nil)
			if diff := cmp.Diff(test.want, rules(found)); diff != "" || !strings.Contains(found[0].Message, test.message) {
				t.Errorf("%s\n%v", diff, found)
			}
		})
	}
}

// recorded returns the objects of a release as release.json has them.
func recorded(r *release.Release) map[string]record.Object {
	objects := map[string]record.Object{}
	for _, o := range r.Objects {
		objects[o.Key] = record.Object{SHA256: o.SHA256, Bytes: o.Size, Class: string(o.Class)}
	}
	return objects
}

// The folder may be newer than what is live. That is reported, but is not an
// error.
func TestVerifyAFolderThatIsAhead(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	files := atHome(t)
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
	showtest.Edit(t, files, "episodes/first-light/episode.md", "---\n", "---\ndraft: true\n")
	ahead := showtest.Release(t, files, nil)
	for name, test := range map[string]struct {
		published map[string]record.Object
		tamper    fault
		want      []string
	}{
		"on record":                     {recorded(s.Release), nil, []string{"info V011", "info V013"}},
		"not on record":                 {map[string]record.Object{}, nil, []string{"info V011"}},
		"on record, and stale":          {recorded(s.Release), path("/feed.xml", content(older)), []string{"error V010", "info V011"}},
		"what only the live feed names": {recorded(s.Release), under("/audio/first-light-", status(404)), []string{"error V002", "info V011", "info V013"}},
	} {
		t.Run(name, func(t *testing.T) {
			s.tamper = nil
			if test.tamper != nil {
				s.tamper = func(w http.ResponseWriter, r *http.Request) bool { return test.tamper(s, w, r) }
			}
			found := verify.Verify(t.Context(), s.web(), ahead, &verify.Options{Published: test.published})
			got := rules(found)
			slices.Sort(got)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s\n%v", diff, found)
			}
		})
	}
}

// If the folder has errors, the record is used instead.
func TestVerifyAFolderWithErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	files := atHome(t)
	showtest.Edit(t, files, "people.yaml", "name: ", "nome: ")
	delete(files, showtest.Ghosts+"transcript.md")
	delete(files, "episodes/first-light/episode.md")
	sh, _ := show.Load(files, nil)
	broken, _, err := release.New(t.Context(), sh, &release.Options{Now: showtest.Now})
	if err != nil {
		t.Fatal(err)
	}
	captions := under("/episodes/"+showtest.GhostSlug+"/transcript", content(flipped))
	for name, test := range map[string]struct {
		tamper fault
		want   []string
	}{
		"as published":     {nil, []string{"info V013", "info V021"}},
		"a stale feed":     {path("/feed.xml", content(older)), []string{"error V010", "info V021"}},
		"a stale page":     {path("/episodes/first-light/", content(bytes.ToUpper)), []string{"error V010", "info V013", "info V021"}},
		"damaged captions": {captions, []string{"error V007", "info V013", "info V021"}},
		"audio is gone":    {under("/audio/first-light-", status(404)), []string{"error V002", "info V013", "info V021"}},
	} {
		t.Run(name, func(t *testing.T) {
			s.tamper = nil
			if test.tamper != nil {
				s.tamper = func(w http.ResponseWriter, r *http.Request) bool { return test.tamper(s, w, r) }
			}
			o := &verify.Options{Published: recorded(s.Release), Errors: 2, Full: true}
			found := verify.Verify(t.Context(), s.web(), broken, o)
			got := rules(found)
			slices.Sort(got)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s\n%v", diff, found)
			}
		})
	}
}

// After an interrupted publish it is not known what should be live, which is
// reported.
func TestVerifyAfterAnInterruption(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.tamper = func(w http.ResponseWriter, r *http.Request) bool { return path("/feed.xml", content(older))(s, w, r) }
	found := verify.Verify(t.Context(), s.web(), s.Release, &verify.Options{Published: map[string]record.Object{}, Interrupted: true})
	if diff := cmp.Diff([]string{"info V011", "warning V020"}, rules(found)); diff != "" {
		t.Errorf("%s\n%v", diff, found)
	}
	if !strings.Contains(found[1].Hint, "onair publish again") {
		t.Errorf("no hint: %+v", found[1])
	}
}

func TestVerifyThroughPrefix(t *testing.T) {
	t.Parallel()
	withPrefix := func(files fstest.MapFS) {
		showtest.Edit(t, files, "show.yaml", "# enclosure_prefix: https://op3.dev/e/", "enclosure_prefix: "+prefix)
	}
	for name, test := range map[string]struct {
		fault fault
		want  []string
	}{
		"leads to the audio": {nil, []string{}},
		"is down":            {status(503), []string{"error V012"}},
		"leads elsewhere": {func(_ *site, w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, home+"feed.xml", http.StatusFound)
			return true
		}, []string{"error V012", "error V012", "error V012"}},
		"goes round in circles": {func(_ *site, w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return true
		}, []string{"error V012"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, withPrefix)
			through := 0
			s.tamper = func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasPrefix(r.Host, "prefix.") {
					return false
				}
				through++
				return strings.Contains(r.URL.Path, showtest.GhostSlug) && test.fault != nil && test.fault(s, w, r)
			}
			found := noteless(verify.Verify(t.Context(), s.web(), s.Release, nil))
			if diff := cmp.Diff(test.want, rules(found)); diff != "" || through < 8 {
				t.Errorf("%s\n%d requests went through it; %v", diff, through, found)
			}
		})
	}
	s := newSite(t, withPrefix)
	s.tamper = func(w http.ResponseWriter, r *http.Request) bool {
		return strings.Contains(r.URL.Path, "audio/") && status(404)(s, w, r)
	}
	found := noteless(verify.Verify(t.Context(), s.web(), s.Release, nil))
	if diff := cmp.Diff([]string{"error V002"}, rules(found)); diff != "" {
		t.Errorf("audio that is gone is reported twice: %s\n%v", diff, found)
	}
}

// TestVerifyAlternates checks the audio of an episode in another language.
func TestVerifyAlternates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fault
		want  []string
	}{
		"as published":    {nil, []string{}},
		"is not there":    {status(404), []string{"error V002"}},
		"is shorter":      {content(shorter), []string{"error V003", "error V005"}},
		"is damaged":      {content(flipped), []string{"error V007"}},
		"of another type": {header("Content-Type", "audio/ogg"), []string{"error V004"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, func(files fstest.MapFS) {
				files["episodes/"+showtest.GhostSlug+"/audio.es.mp3"] = files["episodes/first-light/audio.mp3"]
				showtest.Edit(t, files, "episodes/"+showtest.GhostSlug+"/episode.md", "season: 1", `extra: '<podcast:alternateEnclosure type="audio/opus"><podcast:source uri="ipfs://Qm"/></podcast:alternateEnclosure>'`)
			})
			requests := 0
			s.tamper = func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasPrefix(r.URL.Path, "/audio/"+showtest.GhostSlug+".es-") {
					return false
				}
				requests++
				return test.fault != nil && test.fault(s, w, r)
			}
			found := noteless(verify.Verify(t.Context(), s.web(), s.Release, nil))
			if diff := cmp.Diff(test.want, rules(found)); diff != "" || requests == 0 {
				t.Errorf("%s\n%d requests; %v", diff, requests, found)
			}
		})
	}
}

func TestVerifyTransport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*site)
		want   []string
	}{
		"redirected to https": {func(*site) {}, []string{}},
		"http shows the site": {func(s *site) { s.plain = s.ServeHTTP }, []string{"warning V017"}},
		"http goes to http": {func(s *site) {
			s.plain = http.RedirectHandler("http://example.com/other", http.StatusMovedPermanently).ServeHTTP
		}, []string{"warning V017"}},
		"the certificate ends":     {func(s *site) { s.clock = s.certificate.NotAfter.Add(-13 * 24 * time.Hour) }, []string{"warning V016"}},
		"the certificate is young": {func(s *site) { s.clock = s.certificate.NotAfter.Add(-15 * 24 * time.Hour) }, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			test.change(s)
			found := noteless(verify.Verify(t.Context(), s.web(), s.Release, nil))
			if diff := cmp.Diff(test.want, rules(found)); diff != "" {
				t.Errorf("%s\n%v", diff, found)
			}
		})
	}
	s := newSite(t, func(files fstest.MapFS) { showtest.Edit(t, files, "show.yaml", home, "https://example.com:8443/") })
	s.plain = s.ServeHTTP
	if found := noteless(verify.Verify(t.Context(), s.web(), s.Release, nil)); len(found) > 0 {
		t.Errorf("a port of its own: %v", found)
	}
	w := s.web()
	w.Client = fetch.Own(&fetch.Options{Roots: x509.NewCertPool(), Dial: s.dial})
	if diff := cmp.Diff([]string{"error V001"}, rules(verify.Verify(t.Context(), w, s.Release, nil))); diff != "" {
		t.Errorf("a certificate that nobody trusts: %s", diff)
	}
}

func TestVerifySomeEpisodes(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.tamper = func(w http.ResponseWriter, r *http.Request) bool {
		return strings.HasPrefix(r.URL.Path, "/audio/1-") && status(404)(s, w, r)
	}
	for slug, want := range map[string][]string{
		showtest.GhostSlug: {"error V002"},
		"first-light":      {},
		"4-the-long-tail":  {"warning V015"}, // scheduled
	} {
		found := noteless(verify.Verify(t.Context(), s.web(), s.Release, &verify.Options{Episodes: []string{slug}}))
		if diff := cmp.Diff(want, rules(found)); diff != "" {
			t.Errorf("%s: %s\n%v", slug, diff, found)
		}
	}
}

func TestVerifyBrokenFeeds(t *testing.T) {
	t.Parallel()
	const start, end = `<rss><channel>`, `</channel></rss>`
	for feed, want := range map[string][]string{
		start + end: {}, // an empty show
		start + `<item><guid>x</guid></item>` + end:                                             {"error V014"},
		start + `<item><enclosure url="" length="1" type="audio/mpeg"/></item>` + end:           {"error V014"},
		start + `<item><enclosure url="https://example.com/a.mp3" length="x"/></item>` + end:    {"error V014"},
		start + `<item><enclosure url="https://example.com/a.mp3" length="-9"/></item>` + end:   {"error V014"},
		start + `<item><enclosure url="https://example.com/gone.mp3" length="9"/></item>` + end: {"error V002"},
		start + `<item><enclosure url="ftp://example.com/a.mp3" length="9"/></item>` + end:      {"error V001"},
		start + `<item><link>https://example.com/gone/</link>` + `</item>` + end:                {"error V002", "error V014"},
		`<html>`:                             {"error V022"}, // a log-in, say
		`<?xml version="1.0" encoding="x"?>`: {"error V014"},
		``:                                   {"error V014"},
		strings.Repeat("<rss>", 20000):       {"error V014"},
	} {
		s := newSite(t, nil)
		s.tamper = func(w http.ResponseWriter, r *http.Request) bool { return path("/feed.xml", answer(feed))(s, w, r) }
		found := verify.Verify(t.Context(), s.web(), s.Release, &verify.Options{Published: map[string]record.Object{}})
		found = slices.DeleteFunc(found, func(f finding.Finding) bool { return f.Severity == finding.Info })
		if diff := cmp.Diff(want, rules(found)); diff != "" {
			t.Errorf("%.80s: %s\n%v", feed, diff, found)
		}
	}
}

func TestVerifyLocalTarget(t *testing.T) {
	t.Parallel()
	s, _ := show.Load(showtest.Example(t), &show.LoadOptions{Target: "local"})
	r, found, err := release.New(t.Context(), s, &release.Options{Now: showtest.Now})
	if err != nil || found.HasErrors() {
		t.Fatal(err, found)
	}
	if found := verify.Verify(t.Context(), &verify.Web{}, r, nil); found != nil {
		t.Errorf("got %v", found)
	}
	if verify.Reachable(s) {
		t.Error("the default address is said to be reachable")
	}
}
