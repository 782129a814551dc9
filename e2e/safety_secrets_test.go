package e2e

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func xmlEscape(w io.Writer, s string) error { return xml.EscapeText(w, []byte(s)) }

// canary is a part of every secret in these tests.
const canary = "CANARY-that-nobody-may-hear"

// account writes the key file of a service account, and returns the secrets in it.
func account(t testing.TB) (file string, secrets []string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	for line := range strings.Lines(text) {
		if len(line) > 40 {
			secrets = append(secrets, strings.TrimSpace(line))
		}
	}
	return writeAccount(t, text), secrets
}

func writeAccount(t testing.TB, key string) string {
	t.Helper()
	data, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "hello-universe", "private_key_id": canary + "-key-id", "private_key": key,
		"client_email": "publisher@hello-universe.iam.gserviceaccount.com", "client_id": "1", "token_uri": "https://oauth2.googleapis.com/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "account.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// grant answers with an access token.
func grant(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token": "%s-access-token", "token_type": "Bearer", "expires_in": 3600}`, canary)
}

// through returns a handler that puts a prefix before the paths of requests and passes
// them on to the emulator.
func (e *emulator) through(prefix string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Host = strings.TrimPrefix(e.url, "http://")
		if r.URL.Path = prefix + r.URL.Path; r.URL.RawPath != "" {
			r.URL.RawPath = prefix + r.URL.RawPath
		}
		e.serve(w, r)
	}
}

// tokens are the variables from which onair reads tokens.
var tokens = []string{
	"FASTLY_API_TOKEN=" + canary + "-fastly", "CLOUDFLARE_API_TOKEN=" + canary + "-cloudflare", "PODPING_TOKEN=" + canary + "-podping",
	"AWS_ACCESS_KEY_ID=AKIAHELLOUNIVERSE", "AWS_SECRET_ACCESS_KEY=" + canary + "-aws", "AWS_SESSION_TOKEN=" + canary + "-session", "AWS_REGION=eu-central-1",
}

// TestSecrets makes every service refuse all requests and repeat them in its errors,
// and runs commands with -v. Neither their output nor any file may contain a secret:
// tokens, keys of service accounts, or assertions and signatures made with them.
func TestSecrets(t *testing.T) {
	t.Parallel()
	file, private := account(t)
	nobody := func(*emulator) map[string]http.HandlerFunc { return nil }
	tokensOnly := func(*emulator) map[string]http.HandlerFunc {
		return map[string]http.HandlerFunc{"oauth2.googleapis.com": grant}
	}
	working := func(e *emulator) map[string]http.HandlerFunc {
		return map[string]http.HandlerFunc{
			"oauth2.googleapis.com": grant, "storage.googleapis.com": e.through(""), "hello-universe.example": e.through("/" + bucketName),
		}
	}
	withCDN := func(e *emulator) map[string]http.HandlerFunc {
		all := working(e)
		all["api.fastly.com"] = func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"status": "ok"}`) }
		return all
	}
	google := "GOOGLE_APPLICATION_CREDENTIALS="
	for name, test := range map[string]struct {
		hosts    func(*emulator) map[string]http.HandlerFunc
		env      []string
		commands []string // commands, run with -v
		heard    string   // host that must get a request, or else the test proves nothing
	}{
		"no token is given":  {nobody, []string{google + file}, []string{"publish --yes", "status"}, "oauth2.googleapis.com"},
		"the bucket refuses": {tokensOnly, []string{google + file}, []string{"plan", "publish --yes", "bucket check", "pull", "rollback"}, "storage.googleapis.com"},
		"the CDN refuses":    {working, []string{google + file}, []string{"publish --yes", "verify", "plan --json", "plan -o plan.json"}, "api.fastly.com"},
		"announcing fails":   {withCDN, []string{google + file}, []string{"publish --yes", "publish --yes"}, "podping.cloud"},
		"not a key":          {working, []string{google + writeAccount(t, canary)}, []string{"publish --yes"}, ""},
		"not JSON":           {working, []string{google + garbage(t)}, []string{"publish --yes"}, ""},
		"S3 refuses":         {nobody, []string{"ONAIR_STORAGE=s3://hello-universe", "ONAIR_STATE=s3://hello-universe-private"}, []string{"plan", "publish --yes", "bucket check"}, "hello-universe.s3.eu-central-1.amazonaws.com"},
		"URL with a key":     {nobody, []string{"ONAIR_STORAGE=s3://" + canary + ":" + canary + "@hello-universe"}, []string{"plan"}, ""},
		"token in a URL":     {nobody, []string{"ONAIR_URL=https://" + canary + ":" + canary + "@hello-universe.example/?key=" + canary}, []string{"verify", "plan"}, ""},
		"broken token":       {working, []string{google + file, "FASTLY_API_TOKEN=" + canary + " \n" + canary}, []string{"publish --yes"}, ""},
		"Cloudflare":         {working, []string{google + file, "cdn=cloudflare"}, []string{"publish --yes"}, "api.cloudflare.com"},
		"Google Cloud CDN":   {working, []string{google + file, "cdn=google"}, []string{"publish --yes"}, "compute.googleapis.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := startInternet(t, test.hosts(startEmulator(t)))
			w := newWorkplace(t, slices.Concat(tokens, n.env, test.env)...)
			useCDN(t, w, test.env)
			var said bytes.Buffer
			for _, command := range test.commands {
				cmd := exec.Command(onair, append([]string{"-v", "-C", w.dir}, strings.Fields(command)...)...)
				cmd.Env, cmd.Dir = w.env, w.dir
				cmd.Stdout, cmd.Stderr = &said, &said
				_ = cmd.Run() // it is expected to fail
			}
			if test.heard != "" && n.asked[test.heard] == 0 {
				t.Errorf("%s was never asked, only %v:\n%s", test.heard, n.asked, said.Bytes())
			}
			n.mustBeSecret(t, w, private, said.Bytes())
		})
	}
}

var cdnLine = regexp.MustCompile(`(?m)^cdn:.*\n`)

// useCDN replaces the example's CDN.
func useCDN(t testing.TB, w *workplace, env []string) {
	t.Helper()
	for name, yaml := range map[string]string{
		"cdn=cloudflare": "cdn: {provider: cloudflare, zone: hello}\n",
		"cdn=google":     "cdn: {provider: google, project: hello, url_map: universe}\n",
	} {
		if slices.Contains(env, name) {
			edit(t, filepath.Join(w.dir, "show.yaml"), func(text string) string { return cdnLine.ReplaceAllLiteralString(text, yaml) })
		}
	}
}

// mustBeSecret fails the test if a secret is in the output or in a file that the
// command wrote.
func (n *internet) mustBeSecret(t *testing.T, w *workplace, private []string, said []byte) {
	t.Helper()
	secrets := append(slices.Collect(maps.Keys(n.shown)), private...)
	secrets = append(secrets, canary)
	look := func(where string, data []byte) {
		for _, s := range secrets {
			if i := bytes.Index(data, []byte(s)); i >= 0 {
				t.Errorf("%s tells a secret:\n…%s…", where, data[max(0, i-200):min(len(data), i+len(s)+100)])
				return
			}
		}
	}
	look("what it says", said)
	err := filepath.WalkDir(filepath.Dir(w.dir), func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		look(name, data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func garbage(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "account.json")
	if err := os.WriteFile(file, []byte(`{"type": "service_account", "private_key": "`+canary+`", `+canary), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestCrash aborts a running publish. Neither the stack traces of the runtime nor the
// published files may contain a secret.
func TestCrash(t *testing.T) {
	t.Parallel()
	file, private := account(t)
	e := startEmulator(t)
	n := startInternet(t, map[string]http.HandlerFunc{"oauth2.googleapis.com": grant, "storage.googleapis.com": e.through("")})
	w := newWorkplace(t, slices.Concat(tokens, n.env, []string{"GOOGLE_APPLICATION_CREDENTIALS=" + file, "GOTRACEBACK=all"})...)
	cmd := exec.Command(onair, "-v", "-C", w.dir, "publish", "--yes")
	cmd.Env = w.env
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	held := make(chan struct{}, 100)
	e.intercept(func(r request) {
		if r.kind == write {
			held <- struct{}{}
			<-t.Context().Done()
		}
	})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-held
	if err := cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if !bytes.Contains(said.Bytes(), []byte("goroutine")) {
		t.Errorf("it has not crashed:\n%s", said.Bytes())
	}
	n.mustBeSecret(t, w, private, said.Bytes())
}
