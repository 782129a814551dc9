package google

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
	googleauth "golang.org/x/oauth2/google"

	"onair/internal/oauth"
	"onair/internal/retry"
)

// credentials are Application Default Credentials.
type credentials struct {
	project string // empty if the credentials name none
	source  oauth2.TokenSource
}

func findCredentials(context.Context) (*credentials, error) {
	// The library uses this context to fetch tokens after this function has returned.
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Timeout: time.Minute})
	creds, err := googleauth.FindDefaultCredentials(ctx, "https://www.googleapis.com/auth/cloud-platform")
	if err != nil {
		// The error of the library may quote the file, which contains a private key.
		return nil, errors.New("no Google credentials: run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS")
	}
	return &credentials{cmp.Or(creds.ProjectID, quotaProject(creds.JSON)), creds.TokenSource}, nil
}

// quotaProject returns the project to bill that gcloud wrote into the credentials of a
// person. It returns an empty string if there is none.
func quotaProject(file []byte) string {
	var c struct {
		QuotaProject string `json:"quota_project_id"`
	}
	if json.Unmarshal(file, &c) != nil { // the program may be on a machine of Google, without a file
		return ""
	}
	return c.QuotaProject
}

// token returns an access token. The library keeps it until it expires.
func (c *credentials) token(ctx context.Context) (token string, err error) {
	policy := retry.Service(retry.Patience)
	err = policy.Do(ctx, func(context.Context, int) error {
		t, err := c.source.Token()
		if err == nil {
			token = t.AccessToken
			return nil
		}
		return explainToken(err)
	})
	return token, err
}

// explainToken returns an error that says why there is no token. The error does not quote
// the server's answer, which may contain secrets.
func explainToken(err error) error {
	var refused *oauth.Error
	var e *oauth2.RetrieveError
	var request *url.Error
	switch {
	case errors.As(err, &e):
		status := 0
		if e.Response != nil {
			status = e.Response.StatusCode
		}
		refused = oauth.New(status, e.Body)
	case errors.As(err, &request):
		return errors.New("get a Google access token: " + request.Err.Error())
	default:
		if refused = oauth.Quoted(err.Error()); refused == nil {
			return retry.Permanent(errors.New("the Google credentials return no access token"))
		}
	}
	err = errors.New("get a Google access token: " + refused.Error())
	if refused.Temporary() {
		return err
	}
	return retry.Permanent(err)
}
