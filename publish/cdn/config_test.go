package cdn

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/show"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// example loads the example show.
func example(t *testing.T) *show.Show {
	t.Helper()
	s, found := show.Load(os.DirFS("../../examples/hello-universe"), &show.LoadOptions{Dir: "/shows/hello-universe"})
	if found.HasErrors() {
		t.Fatal(found)
	}
	return s
}

func configure(t *testing.T, kind string, s *show.Show, o *ConfigOptions) string {
	t.Helper()
	var out bytes.Buffer
	if err := Config(&out, kind, s, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestConfig compares with testdata, which go test -update writes. The tests in e2e
// run Varnish and nginx with these files.
func TestConfig(t *testing.T) {
	t.Parallel()
	folder := func(s *show.Show) { s.Storage = "file:public" }
	for _, test := range []struct {
		golden, kind string
		change       func(*show.Show)
		o            ConfigOptions
	}{
		{"varnish.vcl", "varnish", nil, ConfigOptions{}},
		{"varnish-keys.vcl", "varnish", func(s *show.Show) {
			s.CDN = &show.CDN{Provider: "varnish", Settings: settings("servers", "localhost", "purge", "keys")}
			s.URL, s.Feed.Path = "http://127.0.0.1:8000/shows/one/", "podcast/feed"
		}, ConfigOptions{Origin: "http://127.0.0.1:9000/a/b", Purgers: []string{"10.1.2.3/8", "::1", "2001:db8::1"}}},
		{"nginx.conf", "nginx", nil, ConfigOptions{}},
		{"nginx-path.conf", "nginx", func(s *show.Show) {
			s.URL, s.Feed.Path = "http://127.0.0.1:8000/shows/one/", "podcast/feed"
		}, ConfigOptions{Origin: "http://127.0.0.1:9000/a/b", Listen: "[::1]:8080", Cache: "/tmp/my cache/", Purgers: []string{"10.1.2.3/8"}}},
		{"nginx-folder.conf", "nginx", folder, ConfigOptions{}},
		{"fastly.vcl", "fastly", nil, ConfigOptions{}},
		{"cloudflare.json", "cloudflare", nil, ConfigOptions{}},
		{"cloudflare-server.json", "cloudflare", func(s *show.Show) { s.Feed.Path = "feed" }, ConfigOptions{Origin: "https://origin.example"}},
	} {
		t.Run(test.golden, func(t *testing.T) {
			s := example(t)
			if test.change != nil {
				test.change(s)
			}
			got := configure(t, test.kind, s, &test.o)
			golden := filepath.Join("testdata", test.golden)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
			if test.kind == "cloudflare" && !json.Valid([]byte(got)) {
				t.Error("not JSON")
			}
		})
	}
}

// TestConfigRefuses checks that no character with a meaning in a configuration gets
// into one.
func TestConfigRefuses(t *testing.T) {
	t.Parallel()
	evil := []string{`a"b`, "a'b", "a;b", "a{b", "a}b", "a$b", `a\b`, "a\nb", "a b", "a#b", "a%0ab", "ü"}
	for _, kind := range ConfigKinds() {
		refused := func(what string, change func(*show.Show), o ConfigOptions) {
			t.Helper()
			s := example(t)
			change(s)
			var out bytes.Buffer
			if err := Config(&out, kind, s, &o); err == nil {
				t.Errorf("%s: %s gets into\n%s", kind, what, out.String())
			}
		}
		for _, e := range evil {
			refused("url path "+e, func(s *show.Show) { s.URL = "https://show.example/" + e + "/" }, ConfigOptions{})
			refused("host "+e, func(s *show.Show) { s.URL = "https://" + e + ".example/" }, ConfigOptions{})
			refused("feed "+e, func(s *show.Show) { s.Feed.Path = e }, ConfigOptions{})
			refused("bucket "+e, func(s *show.Show) { s.Storage = "gs://" + e }, ConfigOptions{})
			refused("prefix "+e, func(s *show.Show) { s.Storage = "s3://bucket/" + e }, ConfigOptions{})
			refused("region "+e, func(s *show.Show) { s.Storage = "s3://bucket?region=" + e }, ConfigOptions{})
			refused("origin "+e, func(*show.Show) {}, ConfigOptions{Origin: "http://127.0.0.1/" + e})
			refused("purger "+e, func(*show.Show) {}, ConfigOptions{Purgers: []string{e}})
		}
	}
	for _, e := range evil {
		for _, o := range []ConfigOptions{{Listen: e}, {Listen: e + ":80"}, {Listen: "80:" + e}} {
			if err := Config(&bytes.Buffer{}, "nginx", example(t), &o); err == nil {
				t.Errorf("listen %q is not refused", o.Listen)
			}
		}
	}
	for _, dir := range []string{`/a"b`, "/a$b", "/a{b", "/a\nb", "relative"} {
		s := example(t)
		s.Storage = "file:" + dir
		s.Folder.Dir = `/not"safe`
		if err := Config(&bytes.Buffer{}, "nginx", s, nil); err == nil {
			t.Errorf("storage %q is not refused", s.Storage)
		}
		if err := Config(&bytes.Buffer{}, "nginx", example(t), &ConfigOptions{Cache: dir}); err == nil {
			t.Errorf("cache %q is not refused", dir)
		}
	}
	if err := Config(&bytes.Buffer{}, "akamai", example(t), nil); err == nil || err.Error() != `unknown kind "akamai"; known are cloudflare, fastly, nginx, varnish` {
		t.Errorf("an unknown kind: %v", err)
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ storage, want string }{
		{"file:public", "http://localhost:8080/"},
		{"gs://hello-universe", "https://hello-universe.storage.googleapis.com/"},
		{"gs://hello-universe/show/one/", "https://hello-universe.storage.googleapis.com/show/one/"},
		{"gs://show.example/a", "https://storage.googleapis.com/show.example/a/"},
		{"s3://bucket", "https://bucket.s3.amazonaws.com/"},
		{"s3://bucket/a?region=eu-west-1", "https://bucket.s3.eu-west-1.amazonaws.com/a/"},
		{"s3://my.bucket?region=eu-west-1", "https://s3.eu-west-1.amazonaws.com/my.bucket/"},
		{"s3://bucket/a?endpoint=http://127.0.0.1:7070&path_style=true", "http://127.0.0.1:7070/bucket/a/"},
		{"s3://bucket?endpoint=s3.us-west-002.backblazeb2.com", "https://bucket.s3.us-west-002.backblazeb2.com/"},
		{"s3://bucket?endpoint=https://account.r2.cloudflarestorage.com", "this endpoint of R2 is not public: name the bucket's public address with --origin"},
		{"ftp://bucket", `"ftp://bucket" is not a bucket URL`},
	} {
		o, err := storageOrigin(test.storage)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = o.URL() + o.Path
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.storage, got, test.want)
		}
	}
}

func TestCloudflareNeedsARoot(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*show.Show){
		func(s *show.Show) { s.URL = "https://example.com/show/" },
		func(s *show.Show) { s.Storage = "gs://hello-universe/prefix" },
		func(s *show.Show) { s.Storage = "gs://dotted.example" },
	} {
		s := example(t)
		change(s)
		if err := Config(&bytes.Buffer{}, "cloudflare", s, nil); err == nil || !strings.Contains(err.Error(), "has a path") {
			t.Errorf("%s from %s: %v", s.URL, s.Storage, err)
		}
	}
}
