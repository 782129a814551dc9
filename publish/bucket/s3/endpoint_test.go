package s3

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onair/publish/bucket"
)

// TestAddress checks the addresses of buckets, and the regions of signatures, by URL and
// by the settings of the SDK.
func TestAddress(t *testing.T) {
	const profile = `
[default]
region = eu-west-1
[profile minio]
endpoint_url = https://minio.example.com/s3
[profile service]
region = eu-west-1
endpoint_url = https://all.example.com
services = own
[services own]
s3 =
  endpoint_url = https://own.example.com:9000
[profile fips]
region = us-gov-west-1
use_fips_endpoint = true
[profile dual]
region = ap-south-1
use_dualstack_endpoint = true
`
	settings := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(settings, []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ url, env, want, region string }{
		{"s3://my-show", "", "https://my-show.s3.eu-west-1.amazonaws.com/", "eu-west-1"},
		{"s3://my-show?region=us-east-1", "", "https://my-show.s3.us-east-1.amazonaws.com/", "us-east-1"},
		{"s3://my-show?region=cn-north-1", "", "https://my-show.s3.cn-north-1.amazonaws.com.cn/", "cn-north-1"},
		{"s3://my-show?region=us-gov-east-1", "", "https://my-show.s3.us-gov-east-1.amazonaws.com/", "us-gov-east-1"},
		{"s3://my-show?region=eusc-de-east-1", "", "https://my-show.s3.eusc-de-east-1.amazonaws.eu/", "eusc-de-east-1"},
		{"s3://my-show?region=us-iso-east-1", "", "https://my-show.s3.us-iso-east-1.c2s.ic.gov/", "us-iso-east-1"},
		{"s3://my-show?region=us-isob-east-1", "", "https://my-show.s3.us-isob-east-1.sc2s.sgov.gov/", "us-isob-east-1"},
		{"s3://my-show", "AWS_REGION=eu-north-1", "https://my-show.s3.eu-north-1.amazonaws.com/", "eu-north-1"},
		{"s3://my-show", "AWS_PROFILE=fips", "https://my-show.s3-fips.us-gov-west-1.amazonaws.com/", "us-gov-west-1"},
		{"s3://my-show", "AWS_PROFILE=dual", "https://my-show.s3.dualstack.ap-south-1.amazonaws.com/", "ap-south-1"},
		{"s3://my-show", "AWS_USE_FIPS_ENDPOINT=true AWS_USE_DUALSTACK_ENDPOINT=true", "https://my-show.s3-fips.dualstack.eu-west-1.amazonaws.com/", "eu-west-1"},
		{"s3://my-show", "AWS_PROFILE=fips AWS_USE_FIPS_ENDPOINT=false", "https://my-show.s3.us-gov-west-1.amazonaws.com/", "us-gov-west-1"},

		// A name with a dot, or one that no host can have, is in the path.
		{"s3://show.example.com", "", "https://s3.eu-west-1.amazonaws.com/show.example.com", "eu-west-1"},
		{"s3://my_show", "", "https://s3.eu-west-1.amazonaws.com/my_show", "eu-west-1"},
		{"s3://192.0.2.1", "", "https://s3.eu-west-1.amazonaws.com/192.0.2.1", "eu-west-1"},
		{"s3://-show", "", "https://s3.eu-west-1.amazonaws.com/-show", "eu-west-1"},
		{"s3://show.example.com?endpoint=http://s3.example&path_style=false", "", "http://show.example.com.s3.example/", "eu-west-1"},
		{"s3://my-show?path_style=true", "", "https://s3.eu-west-1.amazonaws.com/my-show", "eu-west-1"},

		// The endpoint of the URL goes before the environment, which goes before the profile.
		{"s3://my-show", "AWS_PROFILE=minio", "https://minio.example.com/s3/my-show", "us-east-1"},
		{"s3://my-show?path_style=false", "AWS_PROFILE=minio", "https://my-show.minio.example.com/s3", "us-east-1"},
		{"s3://my-show", "AWS_PROFILE=service", "https://own.example.com:9000/my-show", "eu-west-1"},
		{"s3://my-show", "AWS_PROFILE=service AWS_ENDPOINT_URL=https://env.example.com", "https://env.example.com/my-show", "eu-west-1"},
		{"s3://my-show", "AWS_PROFILE=service AWS_ENDPOINT_URL=https://env.example.com AWS_ENDPOINT_URL_S3=https://s3.example.com/", "https://s3.example.com/my-show", "eu-west-1"},
		{"s3://my-show", "AWS_PROFILE=service AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "https://my-show.s3.eu-west-1.amazonaws.com/", "eu-west-1"},
		{"s3://my-show?endpoint=https://s3.example&region=auto", "AWS_ENDPOINT_URL_S3=https://env.example.com AWS_USE_DUALSTACK_ENDPOINT=true", "https://s3.example/my-show", "auto"},
	} {
		t.Run(test.url+" "+test.env, func(t *testing.T) {
			t.Setenv("AWS_CONFIG_FILE", settings)
			for _, pair := range strings.Fields(test.env) {
				name, value, _ := strings.Cut(pair, "=")
				t.Setenv(name, value)
			}
			var got, region string
			b := open(t, test.url, roundTripper(func(req *http.Request) (*http.Response, error) {
				got = strings.TrimSuffix(req.URL.String(), "?versioning=")
				region = strings.Split(req.Header.Get("Authorization"), "/")[2]
				return failure(403, "AccessDenied", "no"), nil
			}))
			if _, err := b.Versioned(t.Context()); !errors.Is(err, bucket.ErrDenied) {
				t.Errorf("Versioned = %v, want ErrDenied", err)
			}
			if got != test.want || region != test.region {
				t.Errorf("asked %s in %s, want %s in %s", got, region, test.want, test.region)
			}
		})
	}
	t.Setenv("AWS_USE_FIPS_ENDPOINT", "true")
	if _, err := Open(t.Context(), "s3://my-show"+endpoint, nil); err == nil || !strings.Contains(err.Error(), "AWS_USE_FIPS_ENDPOINT") {
		t.Errorf("FIPS at an endpoint that is not Amazon's: %v", err)
	}
	t.Setenv("AWS_USE_FIPS_ENDPOINT", "")
	t.Setenv("AWS_ENDPOINT_URL_S3", "s3.example.com")
	if _, err := Open(t.Context(), "s3://my-show", nil); err == nil || !strings.Contains(err.Error(), "want the address of a server") {
		t.Errorf("an endpoint without https: %v", err)
	}
}
