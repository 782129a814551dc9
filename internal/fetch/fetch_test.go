package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// serve starts a server for a handler.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// get makes a request and reads its body.
func get(t *testing.T, c *Client, r *Request) (string, error) {
	t.Helper()
	response, err := c.Do(t.Context(), r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return string(data), err
}

func TestIsPublic(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true, "8.8.8.8": true, "172.15.0.1": true, "172.32.0.1": true,
		"127.0.0.1": false, "127.8.8.8": false, "::1": false, "0.0.0.0": false, "::": false,
		"10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "100.64.0.1": false,
		"169.254.169.254": false, "fd00:ec2::254": false, "100.100.100.200": false, "192.0.0.192": false, "168.63.129.16": false,
		"fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fec0::1": false, "ff02::1": false,
		"224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "198.18.0.1": false,
		"::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true, "::127.0.0.1": false,
		"64:ff9b::7f00:1": false, "64:ff9b:1::a00:1": false, "2002:7f00:1::": false, "2001:0:4136:e378::": false,
		"2001:4860:4860::8888": true, "2001:db8::1": false,
	} {
		if got := isPublic(net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(addr), 443))); got != want {
			t.Errorf("%s: %v, want %v", addr, got, want)
		}
	}
	if isPublic(&net.UnixAddr{Name: "/run/secret"}) {
		t.Error("a socket is public")
	}
}

func TestPublicRefusesBeforeItDials(t *testing.T) {
	t.Parallel()
	asked := false
	home := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(home, "http://"))
	for _, url := range []string{
		home, "http://localhost:" + port, "http://[::ffff:127.0.0.1]:" + port, "http://0.0.0.0:" + port,
		"http://169.254.169.254/computeMetadata/v1/", "http://[::1]:" + port, "http://10.0.0.1/", "http://2130706433:" + port, "http://0x7f.1:" + port,
	} {
		_, err := get(t, Public(), &Request{URL: url})
		if err == nil || asked {
			t.Errorf("%s got a request: %v", url, err)
		}
		if host := strings.TrimPrefix(url, "http://"); !errors.Is(err, ErrNotPublic) && !strings.HasPrefix(host, "2130706433") && !strings.HasPrefix(host, "0x7f") { // some resolvers take these for names
			t.Errorf("%s: %v", url, err)
		}
	}
}

// loopbackAt returns a client that takes one test server for the public internet.
func loopbackAt(t *testing.T, resolver *net.Resolver, url string) *Client {
	t.Helper()
	u, err := parse(url)
	if err != nil {
		t.Fatal(err)
	}
	return guarded(resolver, func(a net.Addr) bool { return a.String() == u.Host || isPublic(a) })
}

func TestRedirectsStayPublic(t *testing.T) {
	t.Parallel()
	asked := false
	inside := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	target := ""
	outside := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", target)
		w.WriteHeader(http.StatusFound)
	})
	for _, target = range []string{inside, "http://169.254.169.254/latest/meta-data/", "//[::1]/", "http://10.0.0.1/"} {
		if _, err := get(t, loopbackAt(t, nil, outside), &Request{URL: outside}); !errors.Is(err, ErrNotPublic) {
			t.Errorf("redirected to %s: %v", target, err)
		}
	}
	for _, target = range []string{"file:///etc/passwd", "gopher://a.example/", "ftp://a.example/", "http:///nowhere", "ht tp://"} {
		if _, err := get(t, loopbackAt(t, nil, outside), &Request{URL: outside}); err == nil || !strings.Contains(err.Error(), "redirected") {
			t.Errorf("redirected to %s: %v", target, err)
		}
	}
	if asked {
		t.Error("a private server got a request")
	}
}

// TestRebindingIsRefused checks a name that resolves to a public address at first and
// to this machine later. The check must use the address that is dialled.
func TestRebindingIsRefused(t *testing.T) {
	t.Parallel()
	asked := 0
	home := serve(t, func(http.ResponseWriter, *http.Request) { asked++ })
	u, _ := parse(home)
	var answer atomic.Value
	answer.Store([4]byte{127, 0, 0, 1})
	resolver := resolverOf(t, &answer)
	open := loopbackAt(t, resolver, home)
	open.transport.DisableKeepAlives = true
	address := "http://rebind.example:" + u.Port()
	if _, err := get(t, open, &Request{URL: address}); err != nil || asked != 1 {
		t.Fatalf("the resolver of the test does not work: %v", err)
	}
	answer.Store([4]byte{127, 0, 0, 2})
	if _, err := get(t, open, &Request{URL: address}); !errors.Is(err, ErrNotPublic) || asked != 1 {
		t.Errorf("after the name has another address: %v", err)
	}
}

// resolverOf returns a resolver that resolves every name to the address in answer.
func resolverOf(t *testing.T, answer *atomic.Value) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			reply := dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true}, Questions: m.Questions}
			if q.Type == dnsmessage.TypeA {
				reply.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: answer.Load().([4]byte)}}}
			}
			if packed, err := reply.Pack(); err == nil {
				_, _ = conn.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var n int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &n); err == nil && n > 0 {
			http.Redirect(w, r, fmt.Sprintf("/%d", n-1), http.StatusTemporaryRedirect)
			return
		}
		fmt.Fprint(w, r.Method, " ", r.Header.Get("Range"))
	})
	ask := func(method string, hops int, body string) (int, string, error) {
		response, err := Own(nil).Do(t.Context(), &Request{Method: method, URL: fmt.Sprintf("%s/%d", url, hops), Header: http.Header{"Range": {"bytes=0-1"}}, Body: []byte(body)})
		if err != nil {
			return 0, "", err
		}
		defer response.Body.Close()
		data, err := io.ReadAll(response.Body)
		return response.StatusCode, string(data), err
	}
	if code, body, err := ask("", 5, ""); code != 200 || body != "GET bytes=0-1" || err != nil {
		t.Errorf("5 redirects: %d %q %v", code, body, err)
	}
	if _, _, err := ask("", 6, ""); err == nil || !strings.Contains(err.Error(), "more than 5 redirects") {
		t.Errorf("6 redirects: %v", err)
	}
	if code, _, err := ask("POST", 1, "hub.mode=publish"); code != 307 || err != nil {
		t.Errorf("a request with a body was redirected: %d %v", code, err)
	}
	response, err := Own(nil).Do(t.Context(), &Request{URL: url + "/1", Stay: true})
	if err != nil || response.StatusCode != 307 {
		t.Errorf("stay: %v %v", response, err)
	} else {
		response.Body.Close()
	}
}

func TestCredentialsStayAtTheirHost(t *testing.T) {
	t.Parallel()
	var got []string
	record := func(_ http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Authorization")+"|"+r.Header.Get("Cookie")+"|"+r.UserAgent())
	}
	other := serve(t, record)
	first := serve(t, func(w http.ResponseWriter, r *http.Request) {
		record(w, r)
		switch r.URL.Path {
		case "/":
			http.Redirect(w, r, "/same", http.StatusFound)
		case "/same":
			http.Redirect(w, r, strings.Replace(other, "http://", "http://eve:pw@", 1), http.StatusFound)
		}
	})
	_, err := get(t, Own(nil), &Request{URL: first, Header: http.Header{"Authorization": {"T"}, "Cookie": {"c=1"}}})
	if want := "[T|c=1|onair T|c=1|onair ||onair]"; fmt.Sprint(got) != want || err != nil {
		t.Errorf("got %v, want %s (%v)", got, want, err)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z, _ := gzip.NewWriterLevel(&bomb, gzip.BestCompression)
	if _, err := io.CopyN(z, zeros{}, 1<<30>>3); err != nil { // 128 MiB in 128 KiB
		t.Fatal(err)
	}
	z.Close()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		case "/endless":
			_, _ = io.Copy(w, zeros{})
		default:
			_, _ = io.WriteString(w, "12345")
		}
	})
	for _, path := range []string{"/bomb", "/endless"} {
		body, err := get(t, Own(nil), &Request{URL: url + path})
		if !errors.Is(err, ErrTooLarge) || len(body) != MaxBody {
			t.Errorf("%s: %d bytes, %v", path, len(body), err)
		}
	}
	if body, err := get(t, Own(nil), &Request{URL: url, Limit: 5}); body != "12345" || err != nil {
		t.Errorf("a body as long as the limit: %q %v", body, err)
	}
	if body, err := get(t, Own(nil), &Request{URL: url, Limit: 4}); body != "1234" || !errors.Is(err, ErrTooLarge) {
		t.Errorf("a body longer than the limit: %q %v", body, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestRequestsEnd(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/headers":
			<-r.Context().Done()
		case "/body":
			_, _ = io.WriteString(w, "a")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case "/drip":
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, "a")
				w.(http.Flusher).Flush()
			}
		}
	})
	for path, test := range map[string]struct {
		stall, total time.Duration
		want         string
	}{
		"/headers": {50 * time.Millisecond, time.Hour, "no data received for 50ms"},
		"/body":    {50 * time.Millisecond, time.Hour, "no data received for 50ms"},
		"/drip":    {time.Hour, 50 * time.Millisecond, "not finished within 50ms"},
	} {
		_, err := get(t, Own(&Options{Stall: test.stall}), &Request{URL: url + path, Total: test.total, Limit: 1 << 40})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Own(nil).Do(ctx, &Request{URL: url}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestSlowBodiesAreRead checks that a body may take any time while bytes arrive.
func TestSlowBodiesAreRead(t *testing.T) {
	t.Parallel()
	for pause, want := range map[time.Duration]string{15 * time.Second: "", 25 * time.Second: "no data received for 20s"} {
		synctest.Test(t, func(t *testing.T) {
			ctx, guard := startGuard(t.Context(), time.Hour, 20*time.Second)
			defer guard.stop()
			b := &body{ReadCloser: &slow{ctx: ctx, pause: pause, left: 10}, guard: guard, remaining: MaxBody}
			_, err := io.ReadAll(b)
			if got := fmt.Sprint(err); err != nil && (want == "" || !strings.Contains(got, want)) || err == nil && want != "" {
				t.Errorf("a byte every %s: %v, want %q", pause, err, want)
			}
		})
	}
}

// slow is a body that returns a byte after each pause.
type slow struct {
	ctx   context.Context
	pause time.Duration
	left  int
}

func (s *slow) Close() error { return nil }

func (s *slow) Read(p []byte) (int, error) {
	if s.left--; s.left < 0 {
		return 0, io.EOF
	}
	select {
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	case <-time.After(s.pause):
		p[0] = 'a'
		return 1, nil
	}
}

func TestErrorsHaveNoSecrets(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry"
	home := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/bad":
			w.Header().Set("Location", "ht!tp://"+canary+"/%zz?"+canary)
			w.WriteHeader(http.StatusFound)
		case "/scheme":
			w.Header().Set("Location", "ftp://user:"+canary+"@a.example/?"+canary)
			w.WriteHeader(http.StatusFound)
		default:
			http.Redirect(w, r, "/?"+canary, http.StatusFound)
		}
	})
	secret := func(url string) string {
		return strings.Replace(url, "://", "://user:"+canary+"@", 1) + "?X-Signature=" + canary + "#" + canary
	}
	for _, url := range []string{
		secret("http://127.0.0.1:1/feed"), secret("http://no-such-host.invalid/"), secret(home), secret(home + "/bad"), secret(home + "/scheme"),
		"http://user:" + canary + "/pass@host/", "http://a b:" + canary + "@h/", "ftp://user:" + canary + "@h/?" + canary, "http://h:" + canary + "/",
	} {
		for _, c := range []*Client{Own(nil), Public()} {
			_, err := get(t, c, &Request{URL: url, Header: http.Header{"Authorization": {canary}}})
			if err == nil || strings.Contains(err.Error(), canary) {
				t.Errorf("%s: %v", url, err)
			}
		}
	}
	_, err := get(t, Own(nil), &Request{URL: home, Header: http.Header{"Authorization": {canary + "\n"}}})
	if err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("a header that cannot be sent: %v", err)
	}
}
