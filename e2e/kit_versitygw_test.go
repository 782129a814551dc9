package e2e

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// s3Server is an S3 server in another process with two empty buckets, behind a proxy
// that records requests.
type s3Server struct {
	url string // of the proxy, without a slash at its end
	dir string // folder with one subfolder for each bucket

	mu       sync.Mutex
	requests []request
}

// The credentials of every S3 server that the tests launch.
const (
	s3AccessKey = "onair"
	s3SecretKey = "the-secret-of-the-tests"
)

// startVersityGW starts versitygw on a free port and stops it when the test
// ends.
func startVersityGW(t testing.TB) *s3Server {
	t.Helper()
	program := need(t, "versitygw")
	s := &s3Server{dir: t.TempDir()}
	address := freeAddress(t)
	backend := &url.URL{Scheme: "http", Host: address}
	front := httptest.NewServer(s.record(&httputil.ReverseProxy{
		// Keep the host, because the signature covers the host that the client used.
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", address
			r.Out.Host = r.In.Host
		},
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0), // tests break connections on purpose
	}))
	t.Cleanup(front.Close)
	s.url = front.URL

	cmd := exec.Command(program, "--port", address, "--quiet", "posix", s.dir)
	cmd.Env = append(cleanEnv(t.TempDir()), "ROOT_ACCESS_KEY="+s3AccessKey, "ROOT_SECRET_KEY="+s3SecretKey)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	await(t, "versitygw to answer", func() bool {
		select {
		case <-ended:
			t.Fatalf("versitygw ended:\n%s", said.Bytes())
		default:
		}
		resp, err := http.Get(backend.String())
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	})
	s.makeBucket(t, bucketName)
	s.makeBucket(t, privateName)
	return s
}

// record records requests with credentials. Other requests come from listeners.
func (s *s3Server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
			req := request{kind: read, key: key}
			switch {
			case r.Method != http.MethodGet && r.Method != http.MethodHead:
				req.kind = write
			case r.URL.Query().Has("list-type"):
				req = request{kind: list}
			}
			s.mu.Lock()
			s.requests = append(s.requests, req)
			s.mu.Unlock()
		} else if strings.HasSuffix(r.URL.Path, "/") {
			r.URL.Path += "index.html" // like a CDN in front of a bucket
		}
		next.ServeHTTP(w, r)
	})
}

// asked returns the requests since the last forget.
func (s *s3Server) asked() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// forget deletes the recorded requests.
func (s *s3Server) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// publish makes the objects of the first bucket public, with CORS.
func (s *s3Server) publish(t testing.TB) {
	t.Helper()
	useS3Credentials()
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion("us-east-1"), config.WithBaseEndpoint(s.url))
	if err != nil {
		t.Fatal(err)
	}
	client := awss3.NewFromConfig(cfg, func(o *awss3.Options) { o.UsePathStyle = true })
	policy := fmt.Sprintf(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s/*"}]}`, bucketName)
	name := bucketName
	if _, err := client.PutBucketPolicy(t.Context(), &awss3.PutBucketPolicyInput{Bucket: &name, Policy: &policy}); err != nil {
		t.Fatal(err)
	}
	rule := types.CORSRule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET", "HEAD"}}
	cors := &types.CORSConfiguration{CORSRules: []types.CORSRule{rule}}
	if _, err := client.PutBucketCors(t.Context(), &awss3.PutBucketCorsInput{Bucket: &name, CORSConfiguration: cors}); err != nil {
		t.Fatal(err)
	}
}

// env returns variables that make the binary use the buckets, and the server's URL of
// the public bucket.
func (s *s3Server) env() []string {
	return []string{
		"AWS_ACCESS_KEY_ID=" + s3AccessKey,
		"AWS_SECRET_ACCESS_KEY=" + s3SecretKey,
		"ONAIR_STORAGE=" + s.bucketURL(bucketName),
		"ONAIR_STATE=" + s.bucketURL(privateName),
		"ONAIR_URL=" + s.url + "/" + bucketName + "/",
	}
}

// makeBucket creates a bucket, which is a folder.
func (s *s3Server) makeBucket(t testing.TB, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(s.dir, name), 0o755); err != nil {
		t.Fatal(err)
	}
}

// bucketURL returns the URL of the bucket, or of a prefix in it.
func (s *s3Server) bucketURL(name string) string {
	return fmt.Sprintf("s3://%s?endpoint=%s&region=us-east-1", name, s.url)
}

// lastPort is the last port, modulo a number, that freeAddress tried.
var lastPort atomic.Uint32

func init() { lastPort.Store(rand.Uint32N(10_000)) }

// freeAddress returns an address with a free port for another process. The port is below
// those that the system gives to connections and to listeners on port 0, so that no other
// test takes it before the process listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 10_000 {
		address := fmt.Sprintf("127.0.0.1:%d", 20_000+lastPort.Add(1)%10_000)
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatal("no free port")
	return ""
}

// useS3Credentials makes the S3 client of this process use the credentials of the
// servers that the tests launch.
var useS3Credentials = sync.OnceFunc(func() {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": s3AccessKey, "AWS_SECRET_ACCESS_KEY": s3SecretKey, "AWS_SESSION_TOKEN": "",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		_ = os.Setenv(name, value)
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"} {
		_ = os.Unsetenv(name)
	}
})
