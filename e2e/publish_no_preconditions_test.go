package e2e

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// lax starts a proxy that removes preconditions from requests and signs the requests
// again. ignored returns the number of removed preconditions.
func (s *s3Server) lax(t *testing.T) (address string, ignored func() int32) {
	t.Helper()
	backend, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	var seen atomic.Int32
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(backend)
		r.Out.Host = backend.Host
		for _, name := range []string{"If-Match", "If-None-Match"} {
			if r.Out.Header.Get(name) != "" {
				seen.Add(1)
				r.Out.Header.Del(name)
			}
		}
		if r.In.Header.Get("Authorization") == "" {
			return
		}
		credentials := aws.Credentials{AccessKeyID: s3AccessKey, SecretAccessKey: s3SecretKey}
		signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
		if err := signer.SignHTTP(r.Out.Context(), credentials, r.Out, r.In.Header.Get("X-Amz-Content-Sha256"), "s3", "us-east-1", time.Now()); err != nil {
			t.Error(err)
		}
	}})
	t.Cleanup(front.Close)
	return front.URL, seen.Load
}

// TestLaxStorage publishes to a provider that ignores preconditions. The result must be
// right, and onair must warn about concurrent publishes.
func TestLaxStorage(t *testing.T) {
	t.Parallel()
	s := startVersityGW(t)
	s.publish(t)
	address, ignored := s.lax(t)
	var env []string
	for _, v := range s.env() {
		env = append(env, strings.Replace(v, "endpoint="+s.url, "endpoint="+address, 1))
	}
	w := newWorkplace(t, env...)
	const warning = "the provider ignores preconditions: never publish from two places at once"
	publish := func(w *workplace) string {
		t.Helper()
		said, err := w.command("publish", "--yes").CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		return string(said)
	}
	if said := publish(w); !strings.Contains(said, warning) {
		t.Errorf("it does not say so:\n%s", said)
	}
	for _, wrong := range differences(s.objects(t), w.build(t)) {
		t.Error(wrong)
	}
	if ignored() == 0 {
		t.Error("nobody asked for a precondition")
	}

	// There is no warning for a provider that respects preconditions.
	strict := newWorkplace(t, s.env()...)
	retitle(t, strict, "Retitled")
	if said := publish(strict); strings.Contains(said, warning) {
		t.Errorf("it warns of a provider that is as it should be:\n%s", said)
	}
	for _, wrong := range differences(s.objects(t), strict.build(t)) {
		t.Error(wrong)
	}
}
