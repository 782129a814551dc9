package e2e

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// s3Server is an S3 server in a process of its own, with an empty bucket.
type s3Server struct {
	url string // no slash at its end
	dir string // one folder for each bucket
}

// The credentials of every S3 server launched here.
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
	s.url = "http://" + address

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
		resp, err := http.Get(s.url)
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	})
	s.makeBucket(t, bucketName)
	return s
}

// makeBucket makes a bucket: a folder.
func (s *s3Server) makeBucket(t testing.TB, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(s.dir, name), 0o755); err != nil {
		t.Fatal(err)
	}
}

// bucketURL is the URL of the bucket, or of a part of it.
func (s *s3Server) bucketURL(name string) string {
	return fmt.Sprintf("s3://%s?endpoint=%s&region=us-east-1", name, s.url)
}

// freeAddress finds a port that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// useS3Credentials makes the S3 client of this process find the credentials of
// the servers launched here, and no others.
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
