package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// internet simulates the services that onair uses. It is a proxy that answers for every
// host itself, with its own certificate, and records the secrets that it receives.
type internet struct {
	env   []string // environment that makes a program use the proxy
	hosts map[string]http.HandlerFunc

	mu    sync.Mutex
	shown map[string]bool // secrets in the requests so far
	asked map[string]int  // requests, by host
}

// startInternet starts the proxy with a handler for each host. Any other host answers
// with an error that repeats the request.
func startInternet(t testing.TB, hosts map[string]http.HandlerFunc) *internet {
	t.Helper()
	n := &internet{hosts: hosts, shown: map[string]bool{}, asked: map[string]int{}}
	far := httptest.NewUnstartedServer(http.HandlerFunc(n.serve))
	certificate, roots := authority(t)
	far.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	far.Config.ErrorLog = log.New(io.Discard, "", 0) // errors of unused connections
	far.StartTLS()
	t.Cleanup(far.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			http.Redirect(w, r, "https://"+r.Host+r.URL.RequestURI(), http.StatusMovedPermanently)
			return
		}
		tunnel(w, far.Listener.Addr().String())
	}))
	t.Cleanup(proxy.Close)
	n.env = []string{"HTTPS_PROXY=" + proxy.URL, "HTTP_PROXY=" + proxy.URL, "NO_PROXY=127.0.0.1", "SSL_CERT_FILE=" + roots, "SSL_CERT_DIR=" + filepath.Dir(roots)}
	return n
}

// tunnel connects a client to an address.
func tunnel(w http.ResponseWriter, address string) {
	far, err := net.Dial("tcp", address)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	near, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		far.Close()
		return
	}
	_, _ = io.WriteString(near, "HTTP/1.1 200 Connected\r\n\r\n")
	go func() { _, _ = io.Copy(far, near); far.Close() }()
	go func() { _, _ = io.Copy(near, far); near.Close() }()
}

// authority creates a certificate for all hosts that onair uses. file makes Go programs
// trust it.
func authority(t testing.TB) (certificate tls.Certificate, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "The internet of the tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		DNSNames: []string{
			"*.googleapis.com", "podcast.example.com", "api.fastly.com", "api.cloudflare.com", "podping.cloud", "api.podcastindex.org", "overcast.fm",
			"*.appspot.com", "hello-universe.example", "*.amazonaws.com", "*.s3.eu-central-1.amazonaws.com",
		},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

func (n *internet) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	n.remember(r, body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	if answer, ok := n.hosts[r.Host]; ok {
		answer(w, r)
		return
	}
	repeat(http.StatusForbidden)(w, r)
}

var signature = regexp.MustCompile(`Signature=([0-9a-f]+)`)

// remember records the secrets in a request.
func (n *internet) remember(r *http.Request, body []byte) {
	form, _ := url.ParseQuery(string(body))
	secrets := []string{form.Get("assertion"), r.Header.Get("Fastly-Key"), r.Header.Get("X-Amz-Security-Token")}
	authorization := r.Header.Get("Authorization")
	if m := signature.FindStringSubmatch(authorization); m != nil {
		authorization = m[1]
	}
	secrets = append(secrets, strings.TrimPrefix(authorization, "Bearer "))
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked[r.Host]++
	for _, s := range secrets {
		if s != "" {
			n.shown[s] = true
		}
	}
}

// repeat answers with an error that repeats the whole request, as a careless service
// might, in the formats from which clients read error messages.
func repeat(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 16<<10))
		var said strings.Builder
		for _, name := range []string{"Authorization", "Fastly-Key", "X-Amz-Security-Token"} { // these first, because clients truncate messages
			fmt.Fprintf(&said, "%s: %s; ", name, r.Header.Get(name))
		}
		message := fmt.Sprintf("%s %s refused. %s%s", r.Method, r.URL, &said, strings.ToValidUTF8(string(body), "?"))
		if strings.HasSuffix(r.Host, "amazonaws.com") {
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(code)
			fmt.Fprint(w, `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>`)
			_ = xmlEscape(w, message)
			fmt.Fprint(w, `</Message></Error>`)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"error":             map[string]any{"code": code, "message": message, "status": "PERMISSION_DENIED"},
			"error_description": message, "msg": message, "detail": message, "success": false,
			"errors": []any{map[string]any{"code": code, "message": message}},
		})
	}
}
