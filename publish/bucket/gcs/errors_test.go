package gcs

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cloud.google.com/go/auth"

	"onair/publish/bucket"
)

// Errors of token servers reach the caller. Only temporary ones are followed by another
// try.
func TestTokenErrors(t *testing.T) {
	t.Parallel()
	refused := func(status int, body string) error {
		return &url.Error{Op: "Get", URL: "https://storage.example/?key=CANARY", Err: &auth.Error{Response: &http.Response{StatusCode: status}, Body: []byte(body)}}
	}
	for name, test := range map[string]struct {
		err       error
		want      string
		temporary bool
	}{
		"clock":              {refused(400, `{"error": "invalid_grant", "error_description": "Invalid JWT: Check your iat and exp values in the JWT claim."}`), "the clock of this machine is wrong", false},
		"expired login":      {refused(400, `{"error": "invalid_grant", "error_description": "Token has been expired or revoked. CANARY ya29.CANARY"}`), "log in again", false},
		"busy":               {refused(503, "<html>"), "status 503", true},
		"workload identity":  {errors.New(`credentials: status code 400: {"error": "invalid_target", "error_description": "The audience is invalid."}`), "name of the workload identity provider is wrong", false},
		"impersonation":      {errors.New(`credentials: status code 403: {"error": {"message": "Permission 'iam.serviceAccounts.getAccessToken' denied"}}`), "roles/iam.workloadIdentityUser", false},
		"impersonation ends": {errors.New(`credentials: status code 502: <html>`), "status 502", true},
	} {
		err := explain(test.err)
		if !errors.Is(err, bucket.ErrDenied) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "key=CANARY") || strings.Contains(err.Error(), "ya29.CANARY") {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
		if temporary(test.err) != test.temporary {
			t.Errorf("%s: temporary is %v", name, !test.temporary)
		}
	}
}
