package oauth_test

import (
	"strings"
	"testing"

	"onair/internal/oauth"
)

func TestNew(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status    int
		body      string
		want      string
		temporary bool
	}{
		"clock": {
			400, `{"error": "invalid_grant", "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."}`,
			"invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe: the clock of this machine is wrong: set it", false,
		},
		"deleted key": {
			400, `{"error": "invalid_grant", "error_description": "Invalid JWT Signature."}`,
			"invalid_grant: Invalid JWT Signature: the key of the service account was deleted or replaced: create a new one", false,
		},
		"login has expired": {
			400, `{"error": "invalid_grant", "error_description": "reauth related error (invalid_rapt)", "error_subtype": "invalid_rapt"}`,
			"invalid_grant: reauth related error (invalid_rapt): invalid_rapt: log in again: gcloud auth application-default login", false,
		},
		"revoked": {
			400, `{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}`,
			"invalid_grant: Token has been expired or revoked: log in again: gcloud auth application-default login", false,
		},
		"error of an API": {
			403, `{"error": {"code": 403, "message": "Permission 'iam.serviceAccounts.getAccessToken' denied on resource", "status": "PERMISSION_DENIED"}}`,
			"Permission 'iam.serviceAccounts.getAccessToken' denied on resource: give this identity the role roles/iam.workloadIdentityUser on the service account", false,
		},
		"busy":         {503, `<html>try later</html>`, "status 503 service unavailable", true},
		"nothing said": {400, ``, "status 400 bad request", false},
		"secrets": {
			401, `{"error": "invalid_token", "error_description": "assertion=eyJhbGciOi.J9.x\nya29.secret 1//0secret https://a.example/b?key=secret ` + strings.Repeat("s", 70) + `"}`,
			"invalid_token: assertion=[…] […] […] https://a.example/b[…] […]", false,
		},
	} {
		err := oauth.New(test.status, []byte(test.body))
		if err.Error() != test.want || err.Temporary() != test.temporary {
			t.Errorf("%s: %q, temporary %v; want %q", name, err, err.Temporary(), test.want)
		}
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	for _, library := range []string{"credentials", "oauth2/google", "oauth2/google/externalaccount"} {
		err := oauth.Quoted(`Get "https://storage.example/": ` + library + `: status code 400: {"error": "unauthorized_client", "error_description": "The given credential is rejected by the attribute condition."}`)
		if err == nil || err.Status != 400 || err.Temporary() || !strings.Contains(err.Error(), "compare repository and branch") {
			t.Errorf("Quoted = %v", err)
		}
	}
	if err := oauth.Quoted("connection refused"); err != nil {
		t.Errorf("Quoted = %v, want nil", err)
	}
}
