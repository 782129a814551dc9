package cdn

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/show"
)

// canary is a token that must never be seen anywhere but in its header.
const canary = "CANARY-0123456789abcdef"

// vendor is a fake API. It records its calls and gives the prepared replies, and
// then 200.
type vendor struct {
	*httptest.Server
	mu      sync.Mutex
	calls   []call
	answers []reply
}

// call is a recorded call.
type call struct {
	Method, Path, Host string
	Header             http.Header
	Body               string
}

// reply is an answer to give; the zero value is 200 with a body that reports success.
type reply struct {
	status int
	header [2]string // name and value; empty if there is none
	body   string
}

func newVendor(t *testing.T, answers ...reply) *vendor {
	t.Helper()
	v := &vendor{answers: answers}
	v.Server = httptest.NewServer(v)
	t.Cleanup(v.Close)
	return v
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.calls = append(v.calls, call{r.Method, r.URL.EscapedPath(), r.Host, r.Header, string(body)})
	var a reply
	if len(v.answers) > 0 {
		a, v.answers = v.answers[0], v.answers[1:]
	}
	if a.header[0] != "" {
		w.Header().Set(a.header[0], a.header[1])
	}
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	_, _ = io.WriteString(w, a.body)
}

// paths returns the calls as "METHOD /path", sorted, because calls are parallel.
func (v *vendor) paths() (all []string) {
	for _, c := range v.calls {
		all = append(all, c.Method+" "+c.Path)
	}
	slices.Sort(all)
	return all
}

// bodies returns the bodies of the calls, sorted.
func (v *vendor) bodies() (all []string) {
	for _, c := range v.calls {
		all = append(all, c.Body)
	}
	slices.Sort(all)
	return all
}

// env is an environment with the tokens of all vendors.
func env(name string) (string, bool) {
	if strings.HasSuffix(name, "_API_TOKEN") {
		return canary, true
	}
	return "", false
}

// open is New with a clock that records pauses instead of waiting.
func open(t *testing.T, c *show.CDN, o *Options) (Purger, *[]time.Duration) {
	t.Helper()
	if problems := Check(c); problems != nil {
		t.Fatal(problems)
	}
	var mu sync.Mutex
	var waits []time.Duration
	calls := newCaller(o)
	start := time.Now()
	calls.policy.Now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now := start
		for _, d := range waits {
			now = now.Add(d)
		}
		return now
	}
	calls.policy.Sleep = func(_ context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		waits = append(waits, d)
		return nil
	}
	p, err := providers[c.Provider].open(c.Settings, calls, o)
	if err != nil {
		t.Fatal(err)
	}
	return p, &waits
}

func settings(pairs ...string) map[string]string {
	m := map[string]string{}
	for pair := range slices.Chunk(pairs, 2) {
		m[pair[0]] = pair[1]
	}
	return m
}

var someURLs = []string{"https://show.example/feed.xml", "https://show.example/index.html", "https://show.example/"}

func TestFastlyURLs(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	p, _ := open(t, &show.CDN{Provider: "fastly"}, &Options{Env: env, BaseURL: v.URL})
	if err := p.Purge(t.Context(), append(someURLs, someURLs...), []string{"feed.xml"}); err != nil {
		t.Fatal(err)
	}
	want := []string{"POST /purge/show.example/", "POST /purge/show.example/feed.xml", "POST /purge/show.example/index.html"}
	if diff := cmp.Diff(want, v.paths()); diff != "" {
		t.Error(diff)
	}
	for _, c := range v.calls {
		if c.Header.Get("Fastly-Key") != canary || c.Header.Get("Fastly-Soft-Purge") != "1" {
			t.Errorf("%s: header %v", c.Path, c.Header)
		}
	}
}

func TestFastlyKeys(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	p, _ := open(t, &show.CDN{Provider: "fastly", Settings: settings("service", "SID", "purge", "keys", "soft", "false")}, &Options{Env: env, BaseURL: v.URL})
	var keys []string
	for i := range 300 {
		keys = append(keys, fmt.Sprintf("k%03d", i))
	}
	if err := p.Purge(t.Context(), someURLs, keys); err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, c := range v.calls {
		sizes = append(sizes, len(strings.Fields(c.Header.Get("Surrogate-Key"))))
		if c.Method+c.Path != "POST/service/SID/purge" || c.Header.Get("Fastly-Soft-Purge") != "" {
			t.Errorf("%s %s: header %v", c.Method, c.Path, c.Header)
		}
	}
	slices.Sort(sizes)
	if diff := cmp.Diff([]int{44, 256}, sizes); diff != "" {
		t.Errorf("keys in a call: %s", diff)
	}
}

func TestCloudflare(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		settings map[string]string
		want     []string
	}{
		{"urls with their http twins", settings("zone", "Z1", "batch", "4"), []string{
			`{"files":["https://show.example/","http://show.example/"]}`,
			`{"files":["https://show.example/feed.xml","http://show.example/feed.xml","https://show.example/index.html","http://show.example/index.html"]}`,
		}},
		{"tags", settings("zone", "Z1", "purge", "keys"), []string{`{"tags":["feed.xml","index.html"]}`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := newVendor(t)
			p, _ := open(t, &show.CDN{Provider: "cloudflare", Settings: test.settings}, &Options{Env: env, BaseURL: v.URL})
			if err := p.Purge(t.Context(), someURLs, []string{"feed.xml", "index.html"}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, v.bodies()); diff != "" {
				t.Error(diff)
			}
			for _, c := range v.calls {
				if c.Method+c.Path != "POST/zones/Z1/purge_cache" || c.Header.Get("Authorization") != "Bearer "+canary || c.Header.Get("Content-Type") != "application/json" {
					t.Errorf("%s %s: header %v", c.Method, c.Path, c.Header)
				}
			}
		})
	}
}

func TestCloudflareBatch(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	p, _ := open(t, &show.CDN{Provider: "cloudflare", Settings: settings("zone", "Z1")}, &Options{Env: env, BaseURL: v.URL})
	var urls []string
	for i := range 40 {
		urls = append(urls, fmt.Sprintf("http://show.example/%d", i))
	}
	if err := p.Purge(t.Context(), urls, nil); err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, c := range v.calls {
		var body struct{ Files []string }
		if err := json.Unmarshal([]byte(c.Body), &body); err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(body.Files))
	}
	slices.Sort(sizes)
	if diff := cmp.Diff([]int{10, 30}, sizes); diff != "" {
		t.Error(diff)
	}
}

func TestVarnish(t *testing.T) {
	t.Parallel()
	one, two := newVendor(t), newVendor(t, reply{status: http.StatusNotFound})
	servers := strings.TrimPrefix(one.URL, "http://") + ", " + two.URL + "/"
	p, _ := open(t, &show.CDN{Provider: "varnish", Settings: settings("servers", servers)}, &Options{})
	if err := p.Purge(t.Context(), someURLs, []string{"feed.xml"}); err != nil {
		t.Fatal(err)
	}
	for _, v := range []*vendor{one, two} {
		if diff := cmp.Diff([]string{"PURGE /", "PURGE /feed.xml", "PURGE /index.html"}, v.paths()); diff != "" {
			t.Error(diff)
		}
		for _, c := range v.calls {
			if c.Host != "show.example" {
				t.Errorf("%s: host %s", c.Path, c.Host)
			}
		}
	}

	keyed := newVendor(t)
	p, _ = open(t, &show.CDN{Provider: "varnish", Settings: settings("servers", keyed.URL, "purge", "keys")}, &Options{})
	if err := p.Purge(t.Context(), someURLs, []string{"feed.xml", "index.html"}); err != nil {
		t.Fatal(err)
	}
	if len(keyed.calls) != 1 || keyed.calls[0].Header.Get("xkey") != "feed.xml index.html" {
		t.Errorf("calls: %v", keyed.calls)
	}
}

// TestRetry checks that a purge is repeated after replies with temporary errors.
func TestRetry(t *testing.T) {
	t.Parallel()
	v := newVendor(t,
		reply{status: 503},
		reply{status: 429, header: [2]string{"Retry-After", "7"}},
		reply{status: 429, header: [2]string{"Retry-After", time.Now().Add(3 * time.Hour).UTC().Format(http.TimeFormat)}, body: `{"msg": "later"}`},
	)
	p, waits := open(t, &show.CDN{Provider: "fastly"}, &Options{Env: env, BaseURL: v.URL})
	err := p.Purge(t.Context(), someURLs[:1], nil)
	if err == nil || !strings.Contains(err.Error(), "asked to wait") || !strings.Contains(err.Error(), "later") {
		t.Errorf("a wait beyond the deadline: %v", err)
	}
	if len(*waits) != 2 || (*waits)[0] > time.Second || (*waits)[1] != 7*time.Second {
		t.Errorf("waits: %v", *waits)
	}
	if err := p.Purge(t.Context(), someURLs[:1], nil); err != nil {
		t.Errorf("when all is well again: %v", err)
	}
	if len(v.calls) != 4 {
		t.Errorf("%d calls, want 4", len(v.calls))
	}
}

func TestGivesUp(t *testing.T) {
	t.Parallel()
	v := newVendor(t, slices.Repeat([]reply{{status: 500}}, 100)...)
	p, _ := open(t, &show.CDN{Provider: "fastly"}, &Options{Env: env, BaseURL: v.URL})
	err := p.Purge(t.Context(), someURLs[:1], nil)
	if err == nil || !strings.Contains(err.Error(), "gave up after ") || len(v.calls) < 15 {
		t.Errorf("after %d calls: %v", len(v.calls), err)
	}

	calls := len(v.calls)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Purge(cancelled, someURLs[:1], nil); err == nil {
		t.Error("a cancelled purge succeeds")
	}
	if len(v.calls) != calls {
		t.Error("a cancelled purge still calls")
	}
}

// TestRefused checks that a permanent error is not repeated, and that the vendor's
// answer is quoted in one line without the token.
func TestRefused(t *testing.T) {
	t.Parallel()
	page := "<html>" + canary + strings.Repeat("x", 5000)
	for _, test := range []struct {
		name     string
		provider show.CDN
		reply    reply
		want     string
	}{
		{"fastly", show.CDN{Provider: "fastly"}, reply{status: 401, body: `{"msg": "Provided credentials are missing or invalid", "detail": "key ` + canary + ` is\nbad"}`},
			"/purge/show.example/feed.xml: status 401 unauthorized: Provided credentials are missing or invalid: key [token] is bad"},
		{"cloudflare", show.CDN{Provider: "cloudflare", Settings: settings("zone", "Z1")}, reply{status: 400, body: `{"success": false, "errors": [{"code": 10000, "message": "Authentication error"}]}`},
			"/zones/Z1/purge_cache: status 400 bad request: Authentication error"},
		{"a page of HTML", show.CDN{Provider: "fastly"}, reply{status: 403, body: page}, "/purge/show.example/feed.xml: status 403 forbidden"},
		{"a redirect", show.CDN{Provider: "fastly"}, reply{status: 307, header: [2]string{"Location", "https://elsewhere.example/"}}, "/purge/show.example/feed.xml: status 307 temporary redirect"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := newVendor(t, test.reply)
			p, _ := open(t, &test.provider, &Options{Env: env, BaseURL: v.URL})
			err := p.Purge(t.Context(), someURLs[:1], nil)
			if err == nil || err.Error() != "POST "+v.URL+test.want {
				t.Errorf("got  %v\nwant POST %s%s", err, v.URL, test.want)
			}
			if len(v.calls) != 1 {
				t.Errorf("%d calls, want 1", len(v.calls))
			}
		})
	}
}

// TestNothingToPurge checks that empty lists make no calls.
func TestNothingToPurge(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for _, c := range []*show.CDN{
		{Provider: "fastly"},
		{Provider: "fastly", Settings: settings("service", "S", "purge", "keys")},
		{Provider: "cloudflare", Settings: settings("zone", "Z")},
		{Provider: "varnish", Settings: settings("servers", v.URL)},
		{Provider: "varnish", Settings: settings("servers", v.URL, "purge", "keys")},
		{Provider: "exec", Settings: settings("command", "no-such-program")},
	} {
		p, _ := open(t, c, &Options{Env: env, BaseURL: v.URL})
		if err := p.Purge(t.Context(), nil, nil); err != nil {
			t.Errorf("%s: %v", c.Provider, err)
		}
	}
	if len(v.calls) > 0 {
		t.Errorf("calls: %v", v.calls)
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for _, test := range []struct {
		name string
		env  map[string]string
		want string // the error; empty if the token is found
	}{
		{"in the environment", map[string]string{"FASTLY_API_TOKEN": canary}, ""},
		{"in a file", map[string]string{"FASTLY_API_TOKEN_FILE": write("token", " "+canary+"\n")}, ""},
		{"both", map[string]string{"FASTLY_API_TOKEN": canary, "FASTLY_API_TOKEN_FILE": "nowhere"}, ""},
		{"nowhere", nil, "no token: set FASTLY_API_TOKEN, or FASTLY_API_TOKEN_FILE to a file that holds it"},
		{"empty", map[string]string{"FASTLY_API_TOKEN": ""}, "no token: set FASTLY_API_TOKEN, or FASTLY_API_TOKEN_FILE to a file that holds it"},
		{"no such file", map[string]string{"FASTLY_API_TOKEN_FILE": filepath.Join(dir, "absent")}, "FASTLY_API_TOKEN_FILE: open "},
		{"an empty file", map[string]string{"FASTLY_API_TOKEN_FILE": write("empty", "\n")}, "FASTLY_API_TOKEN_FILE: want 1 to 4096 bytes"},
		{"two lines", map[string]string{"FASTLY_API_TOKEN": canary + "\n" + canary}, "FASTLY_API_TOKEN contains white space or control characters: it is not a token"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := newVendor(t)
			p, err := New(&show.CDN{Provider: "fastly"}, &Options{BaseURL: v.URL, Env: func(name string) (string, bool) {
				value, ok := test.env[name]
				return value, ok
			}})
			if test.want != "" {
				if err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), canary) {
					t.Fatalf("got %v, want %s", err, test.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Purge(t.Context(), someURLs[:1], nil); err != nil {
				t.Fatal(err)
			}
			if got := v.calls[0].Header.Get("Fastly-Key"); got != canary {
				t.Errorf("token %q", got)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cdn  *show.CDN
		want []string
	}{
		{nil, nil},
		{&show.CDN{Provider: "fastly", Settings: settings("service", "SU1Z0isxPaozGVKXdv0eY")}, nil},
		{&show.CDN{Provider: "fastlane"}, []string{`cdn: unknown provider "fastlane"; known are cloudflare, exec, fastly, google, varnish`}},
		{&show.CDN{Provider: "cloudflare", Settings: settings("zones", "x", "batch", "0")}, []string{
			"cdn: cloudflare needs a setting zone",
			`cdn: batch: "0" is not a number from 1 to 500`,
			"cdn: cloudflare has no setting zones; it knows zone, purge, batch",
		}},
		{&show.CDN{Provider: "google", Settings: settings("project", "a/b", "url_map", "..")}, []string{
			`cdn: project: "a/b" is not an id`, `cdn: url_map: ".." is not an id`,
		}},
		{&show.CDN{Provider: "fastly", Settings: settings("purge", "keys")}, []string{"cdn: fastly needs a setting service to purge by keys"}},
		{&show.CDN{Provider: "fastly", Settings: settings("purge", "all")}, []string{`cdn: purge: "all" is not one of urls, keys`}},
		{&show.CDN{Provider: "varnish", Settings: settings("servers", "127.0.0.1:6081 [::1]:6081, https://edge.example")}, nil},
		{&show.CDN{Provider: "varnish", Settings: settings("servers", "http://user:secret@edge")}, []string{`cdn: servers: "http://user:secret@edge" is not a server; write host:port or https://host`}},
		{&show.CDN{Provider: "varnish", Settings: settings("servers", ",")}, []string{"cdn: servers: names no server"}},
		{&show.CDN{Provider: "exec"}, []string{"cdn: exec needs a setting command"}},
	} {
		if diff := cmp.Diff(test.want, Check(test.cdn)); diff != "" {
			t.Errorf("%+v: %s", test.cdn, diff)
		}
		if _, err := New(test.cdn, nil); len(test.want) > 0 && (err == nil || err.Error() != test.want[0]) {
			t.Errorf("New(%+v): %v", test.cdn, err)
		}
	}
}

func TestExec(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix")
	}
	dir := t.TempDir()
	script := "#!/bin/sh\nif [ \"$1\" = fail ]; then echo first >&2; echo \"no such zone\" >&2; exit 7; fi\ncat >got\necho purged\n"
	if err := os.WriteFile(filepath.Join(dir, "purge"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p, _ := open(t, &show.CDN{Provider: "exec", Settings: settings("command", "./purge now")}, &Options{Dir: dir, Stdout: &out})
	if err := p.Purge(t.Context(), append(someURLs, someURLs[0]), nil); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "got"))
	if err != nil || string(got) != strings.Join(someURLs, "\n")+"\n" || out.String() != "purged\n" {
		t.Errorf("the command got %q (%v) and said %q", got, err, out.String())
	}

	for _, test := range []struct{ command, want string }{
		{"./purge fail", "./purge: exit status 7: no such zone"},
		{"./absent", "./absent: "},
		{"echo $(touch pwned); touch pwned", ""}, // arguments of echo: there is no shell
	} {
		p, _ := open(t, &show.CDN{Provider: "exec", Settings: settings("command", test.command)}, &Options{Dir: dir})
		err := p.Purge(t.Context(), someURLs, nil)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
			t.Errorf("%s: got %v, want %s", test.command, err, test.want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
		t.Error("a shell has read the command")
	}
}
