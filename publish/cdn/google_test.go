package cdn

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/show"
)

// serviceAccount writes the credentials of a service account whose tokens come from a
// test server, and makes them the default.
func serviceAccount(t *testing.T, tokens *vendor) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "publisher@project.example", "private_key_id": canary,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "token_uri": tokens.URL + "/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	defaultCredentials(t, string(data))
}

func defaultCredentials(t *testing.T, text string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "credentials.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
}

var googleCDN = show.CDN{Provider: "google", Settings: settings("project", "my-project", "url_map", "my-map")}

func aToken() reply {
	return reply{header: [2]string{"Content-Type", "application/json"}, body: `{"access_token": "` + canary + `", "token_type": "Bearer", "expires_in": 3600}`}
}

func TestGoogle(t *testing.T) {
	serviceAccount(t, newVendor(t, aToken()))
	v := newVendor(t, reply{status: 503}, reply{status: 429, header: [2]string{"Retry-After", "1"}})
	p, waits := open(t, &googleCDN, &Options{BaseURL: v.URL})
	if err := p.Purge(t.Context(), append(someURLs[1:], "https://show.example"), nil); err != nil {
		t.Fatal(err)
	}
	if len(*waits) != 2 {
		t.Errorf("waits: %v", *waits)
	}
	asked := map[string]bool{}
	for _, c := range v.calls {
		asked[c.Body] = true
		if c.Method+c.Path != "POST/compute/v1/projects/my-project/global/urlMaps/my-map/invalidateCache" || c.Header.Get("Authorization") != "Bearer "+canary {
			t.Errorf("%s %s: header %v", c.Method, c.Path, c.Header)
		}
	}
	want := map[string]bool{`{"host":"show.example","path":"/"}`: true, `{"host":"show.example","path":"/index.html"}`: true}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
}

func TestGoogleTags(t *testing.T) {
	serviceAccount(t, newVendor(t, aToken()))
	v := newVendor(t)
	c := show.CDN{Provider: "google", Settings: settings("project", "p", "url_map", "m", "purge", "keys")}
	p, _ := open(t, &c, &Options{BaseURL: v.URL})
	if err := p.Purge(t.Context(), someURLs, strings.Split("abcdefghijkl", "")); err != nil {
		t.Fatal(err)
	}
	want := []string{`{"cacheTags":["a","b","c","d","e","f","g","h","i","j"]}`, `{"cacheTags":["k","l"]}`}
	if diff := cmp.Diff(want, v.bodies()); diff != "" {
		t.Error(diff)
	}
}

// TestGoogleErrors checks that errors contain neither credentials nor tokens.
func TestGoogleErrors(t *testing.T) {
	t.Run("refused", func(t *testing.T) {
		serviceAccount(t, newVendor(t, aToken()))
		v := newVendor(t, reply{status: 403, body: `{"error": {"code": 403, "message": "Required 'compute.urlMaps.invalidateCache' permission for ` + canary + `"}}`})
		p, _ := open(t, &googleCDN, &Options{BaseURL: v.URL})
		err := p.Purge(t.Context(), someURLs[:1], nil)
		if err == nil || !strings.HasSuffix(err.Error(), "status 403 forbidden: Required 'compute.urlMaps.invalidateCache' permission for [token]") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no token", func(t *testing.T) {
		serviceAccount(t, newVendor(t, reply{status: 400, header: [2]string{"Content-Type", "application/json"}, body: `{"error": "invalid_grant", "error_description": "Invalid JWT Signature."}`}))
		p, _ := open(t, &googleCDN, &Options{})
		err := p.Purge(t.Context(), someURLs[:1], nil)
		if err == nil || err.Error() != "get a Google access token: invalid_grant: Invalid JWT Signature: the key of the service account was deleted or replaced: create a new one" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("broken credentials", func(t *testing.T) {
		defaultCredentials(t, `{"type": "`+canary+`"}`)
		_, err := New(&googleCDN, nil)
		if err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("got %v", err)
		}
	})
}
