package verify_test

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/fetch"
	"onair/publish/release"
	"onair/publish/verify"
)

// fault answers a request incorrectly, in place of the site. If it returns false, the
// site answers the request.
type fault func(s *site, w http.ResponseWriter, r *http.Request) bool

func status(code int) fault {
	return func(_ *site, w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(code); return true }
}

func header(name, value string) fault {
	return func(s *site, w http.ResponseWriter, r *http.Request) bool { return s.withHeader(w, r, name, value) }
}

// twice serves an object with a further value of a header.
func twice(name, value string) fault {
	return func(s *site, w http.ResponseWriter, r *http.Request) bool {
		o := s.wanted(r)
		s.send(&headerWriter{ResponseWriter: w, name: name, value: value, further: true}, r, o, s.content(o))
		return true
	}
}

// content serves an object with changed bytes.
func content(change func([]byte) []byte) fault {
	return func(s *site, w http.ResponseWriter, r *http.Request) bool {
		o := s.wanted(r)
		s.send(w, r, o, change(s.content(o)))
		return true
	}
}

func shorter(data []byte) []byte { return data[:len(data)-1] }

func flipped(data []byte) []byte {
	data[len(data)-1] ^= 1
	return data
}

// on limits a fault to requests of a method; "RANGE" means requests with a Range.
func on(method string, f fault) fault {
	return func(s *site, w http.ResponseWriter, r *http.Request) bool {
		got := r.Method
		if r.Header.Get("Range") != "" {
			got = "RANGE"
		}
		return got == method && f(s, w, r)
	}
}

func whole(s *site, w http.ResponseWriter, r *http.Request) bool {
	r.Header.Del("Range")
	return false
}

func otherRange(s *site, w http.ResponseWriter, r *http.Request) bool {
	r.Header.Set("Range", "bytes=0-63")
	return false
}

// cut starts a response to a range request and breaks the connection.
func cut(s *site, w http.ResponseWriter, r *http.Request) bool {
	o := s.wanted(r)
	w.Header().Set("Content-Type", o.ContentType)
	asked := strings.TrimPrefix(r.Header.Get("Range"), "bytes=")
	w.Header().Set("Content-Range", fmt.Sprintf("bytes %s/%d", asked, o.Size))
	w.WriteHeader(http.StatusPartialContent)
	_, _ = w.Write(make([]byte, 3))
	return true
}

func TestProve(t *testing.T) {
	t.Parallel()
	type test struct {
		name  string
		role  release.Role
		fault fault
		want  []string
		hint  string
	}
	no := []string{}
	for _, test := range []test{
		{"audio as it should be", release.RoleAudio, nil, no, ""},
		{"captions as they should be", release.RoleTranscript, nil, no, ""},
		{"chapters as they should be", release.RoleChapters, nil, no, ""},
		{"artwork as it should be", release.RoleArtwork, nil, no, ""},
		{"audio is not there", release.RoleAudio, status(404), []string{"error V002"}, "what storage: holds"},
		{"captions are not there", release.RoleTranscript, status(404), []string{"error V002"}, "what storage: holds"},
		{"audio may not be read", release.RoleAudio, status(403), []string{"error V002"}, "gcloud storage buckets add-iam-policy-binding gs://hello-universe --member=allUsers --role=roles/storage.legacyObjectReader"},
		{"the origin is broken", release.RoleAudio, status(502), []string{"error V002"}, ""},
		{"no HEAD", release.RoleAudio, on("HEAD", status(405)), []string{"error V009"}, "Apple"},
		{"another length", release.RoleAudio, content(shorter), []string{"error V003", "error V005"}, ""},
		{"captions of another length", release.RoleTranscript, content(shorter), []string{"error V003"}, "compression"},
		{"no length", release.RoleArtwork, header("Content-Length", ""), []string{"error V003"}, ""},
		{"another type", release.RoleAudio, header("Content-Type", "audio/mp3"), []string{"error V004"}, ""},
		{"no type", release.RoleTranscript, header("Content-Type", "application/octet-stream"), []string{"error V004"}, ""},
		{"a type with parameters", release.RoleTranscript, header("Content-Type", "Text/VTT; charset=utf-8"), no, ""},
		{"another type of parts", release.RoleAudio, on("RANGE", header("Content-Type", "text/html")), []string{"error V004"}, ""},
		{"ranges ignored", release.RoleAudio, whole, []string{"error V005"}, "Cloudflare"},
		{"ranges refused", release.RoleAudio, on("RANGE", status(416)), []string{"error V005"}, ""},
		{"another range", release.RoleAudio, on("RANGE", otherRange), []string{"error V005"}, ""},
		{"a range cut off", release.RoleAudio, on("RANGE", cut), []string{"error V005"}, ""},
		{"no CORS", release.RoleTranscript, header("Access-Control-Allow-Origin", ""), []string{"error V006"}, "--cors-file"},
		{"CORS for one site", release.RoleChapters, header("Access-Control-Allow-Origin", "https://example.com"), []string{"error V006"}, ""},
		{"CORS for who asks", release.RoleChapters, header("Access-Control-Allow-Origin", "https://player.example"), no, ""},
		{"CORS twice", release.RoleTranscript, twice("Access-Control-Allow-Origin", "*"), []string{"error V006"}, ""},
		{"CORS twice in one line", release.RoleChapters, header("Access-Control-Allow-Origin", "*, *"), []string{"error V006"}, ""},
		{"CORS for nobody", release.RoleTranscript, header("Access-Control-Allow-Origin", "null"), []string{"error V006"}, ""},
		{"two types", release.RoleAudio, twice("Content-Type", "text/plain"), []string{"error V004"}, ""},
		{"one type twice", release.RoleChapters, twice("Content-Type", "application/json+chapters"), no, ""},
		{"ranges of something compressed", release.RoleAudio, twice("Content-Encoding", "gzip"), []string{"error V023"}, ""},
		{"audio needs no CORS", release.RoleAudio, header("Access-Control-Allow-Origin", ""), no, ""},
		{"other bytes", release.RoleTranscript, content(flipped), []string{"error V007"}, "purge"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, nil)
			key := s.key(test.role)
			if test.fault != nil {
				s.tamper = func(w http.ResponseWriter, r *http.Request) bool { return r.URL.Path == "/"+key && test.fault(s, w, r) }
			}
			w := s.web()
			w.Storage = s.Show.Storage
			found := verify.Prove(t.Context(), w, verify.Expect(s.Release, []string{key, "no/such/key"}))
			if diff := cmp.Diff(test.want, rules(found)); diff != "" {
				t.Errorf("%s\n%v", diff, found)
			}
			for _, f := range found {
				if !strings.Contains(f.Hint, test.hint) || f.Hint == "" || !strings.HasPrefix(f.Message, home+key+": ") {
					t.Errorf("%s: %s (%s)", f.Rule, f.Message, f.Hint)
				}
			}
		})
	}
}

// An object that appears late is waited for, within limits. Other faults are not
// waited for.
func TestProveWaits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		late     int // requests until it is there
		code     int
		patience time.Duration
		want     []string
		slept    time.Duration
	}{
		"at once":          {0, 404, 0, []string{}, 0},
		"a little later":   {3, 404, 0, []string{}, 1750 * time.Millisecond},
		"never":            {1000, 404, 0, []string{"error V002"}, 15750 * time.Millisecond},
		"with patience":    {8, 503, time.Minute, []string{}, 35750 * time.Millisecond},
		"without patience": {1, 404, -1, []string{"error V002"}, 0},
		"late, and shaken": {2, 503, 1, []string{}, 750 * time.Millisecond},
		"not allowed":      {1, 403, 0, []string{"error V002"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			asked := 0
			s.tamper = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == "HEAD" {
					asked++
				}
				return asked <= test.late && status(test.code)(s, w, r)
			}
			w := s.web()
			w.Patience = test.patience
			found := verify.Prove(t.Context(), w, verify.Expect(s.Release, []string{s.key(release.RoleAudio)}))
			if diff := cmp.Diff(test.want, rules(found)); diff != "" {
				t.Errorf("%s\n%v", diff, found)
			}
			if s.slept != test.slept {
				t.Errorf("waited %v, want %v", s.slept, test.slept)
			}
		})
	}
}

func TestProveUnreachable(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	want := verify.Expect(s.Release, []string{s.key(release.RoleAudio)})
	w := s.web()
	w.Client = fetch.Own(&fetch.Options{Roots: x509.NewCertPool(), Dial: s.dial})
	found := verify.Prove(t.Context(), w, want)
	if len(found) != 1 || found[0].Rule != "V001" || !strings.Contains(found[0].Message, "certificate") || s.slept != 0 {
		t.Errorf("a certificate that nobody trusts: %v after %v", found, s.slept)
	}
	want[0].URL = "http://127.0.0.1:1/audio.mp3"
	w.Client = nil
	found = verify.Prove(t.Context(), w, want)
	if len(found) != 1 || found[0].Rule != "V001" || s.slept != 0 {
		t.Errorf("a closed port: %v after %v", found, s.slept)
	}
}

// A fault that another try would repeat ends the wait at once. A fault that may pass is
// waited for, and Waiting gets the reason.
func TestProveWaitsOnlyForWhatMayPass(t *testing.T) {
	t.Parallel()
	to := func(location string) fault {
		return func(_ *site, w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusFound)
			return true
		}
	}
	for name, test := range map[string]struct {
		tamper fault
		waits  string // part of the reason to wait; empty if Prove does not wait
	}{
		"redirect to a file":        {to("file:///etc/passwd"), ""},
		"redirect to ftp":           {to("ftp://example.com/a.mp3"), ""},
		"redirect to no URL":        {to("http://%zz/"), ""},
		"redirect in a circle":      {to("/"), ""},
		"redirect to a closed port": {to("http://127.0.0.1:1/"), ""},
		"forbidden":                 {status(403), ""},
		"gone":                      {status(410), ""},
		"busy":                      {status(503), "status 503"},
		"not there yet":             {status(404), "status 404"},
		"aborted":                   {func(*site, http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			s.tamper = func(w http.ResponseWriter, r *http.Request) bool { return test.tamper(s, w, r) }
			w := s.web()
			if name == "redirect to a closed port" {
				roots := x509.NewCertPool()
				roots.AddCert(s.certificate)
				w.Client = fetch.Own(&fetch.Options{Roots: roots, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
					if address == "127.0.0.1:1" {
						return (&net.Dialer{}).DialContext(ctx, network, address)
					}
					return s.dial(ctx, network, address)
				}})
			}
			reason := ""
			w.Waiting = func(_, r string) { reason = r }
			found := verify.Prove(t.Context(), w, verify.Expect(s.Release, []string{s.key(release.RoleAudio)}))
			if len(found) == 0 || (reason == "") != (test.waits == "") || !strings.Contains(reason, test.waits) || (s.slept > 0) != (test.waits != "") {
				t.Errorf("waited %v for %q\n%v", s.slept, reason, found)
			}
		})
	}
}

// Objects that time out are requested again only until the deadline. After it, the
// other objects are not requested at all.
func TestProveEndsWithAServerThatHangs(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	s := newSite(t, nil)
	w := s.web()
	w.Client = fetch.Own(&fetch.Options{Stall: 20 * time.Millisecond})
	want := make([]verify.Expectation, 100)
	for i := range want {
		want[i] = verify.Expectation{URL: fmt.Sprintf("http://%s/%d", listener.Addr(), i), Bytes: 1}
	}
	notRequested, timedOut := 0, 0
	for _, f := range verify.Prove(t.Context(), w, want) {
		switch {
		case strings.Contains(f.Message, "not requested, because other requests timed out"):
			notRequested++
		case strings.Contains(f.Message, "no data received"), strings.Contains(f.Message, "i/o timeout"): // a connection may time out too
			timedOut++
		default:
			t.Errorf("%v", f)
		}
	}
	if notRequested != 1 || timedOut == 0 {
		t.Errorf("%d findings about objects that were not requested, %d about those that timed out", notRequested, timedOut)
	}
}

// A file that is longer than expected is noticed, whatever its size.
func TestProveReadsToTheEnd(t *testing.T) {
	t.Parallel()
	const size = fetch.MaxBody + 1
	zeros := make([]byte, size+1)
	sum := fmt.Sprintf("%x", sha256.Sum256(zeros[:size]))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := size
		if r.URL.Path == "/longer" {
			n++
		}
		_, _ = w.Write(zeros[:n])
	}))
	defer server.Close()
	for path, want := range map[string][]string{"/right": {}, "/longer": {"error V003"}} {
		found := verify.Prove(t.Context(), &verify.Web{}, []verify.Expectation{{URL: server.URL + path, Bytes: size, SHA256: sum}})
		if diff := cmp.Diff(want, rules(found)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

func TestProveEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	s.tamper = func(w http.ResponseWriter, r *http.Request) bool { cancel(); return status(503)(s, w, r) }
	w := s.web()
	w.Sleep = nil
	verify.Prove(ctx, w, verify.Expect(s.Release, []string{s.key(release.RoleAudio)}))
	if ctx.Err() == nil {
		t.Error("not asked")
	}
}

// Many objects with the same problem give one finding.
func TestEqualProblemsAreOneFinding(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.tamper = func(w http.ResponseWriter, r *http.Request) bool { return status(403)(s, w, r) }
	var keys []string
	for _, o := range s.Objects {
		keys = append(keys, o.Key)
	}
	found := verify.Prove(t.Context(), s.web(), verify.Expect(s.Release, keys))
	if len(found) != 1 || !strings.Contains(found[0].Message, "others: status 403") {
		t.Errorf("got %v", found)
	}
}
