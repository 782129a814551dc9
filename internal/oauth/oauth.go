// Package oauth explains why a token server refused to give out a token: the clock
// of this machine, a deleted key, a login that has expired. Its messages contain no
// secrets.
package oauth

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"onair/internal/retry"
	"onair/internal/shorten"
)

// Error is the answer of a token server that refused to give out a token.
type Error struct {
	Status  int    // HTTP status
	Message string // one line, with what to do about it if that is known
}

func (e *Error) Error() string { return e.Message }

// Temporary reports whether another request may succeed.
func (e *Error) Temporary() bool { return retry.TemporaryStatus(e.Status) }

// New returns the error in a token server's answer.
func New(status int, body []byte) *Error {
	message := said(body)
	if message == "" {
		message = strings.TrimSpace(fmt.Sprintf("status %d %s", status, strings.ToLower(http.StatusText(status))))
	}
	message = withoutSecrets(message)
	if cure := cureFor(message); cure != "" {
		message = strings.TrimSuffix(message, ".") + ": " + cure
	}
	return &Error{status, message}
}

// quoted matches the errors of Google's libraries for workload identities and
// impersonation, which quote the answer of a token server. The client of Cloud Storage
// uses another library than purging and speech.
var quoted = regexp.MustCompile(`(?s)(?:credentials|oauth2/google[/a-z]*): status code (\d{3}): (.*)`)

// Quoted extracts a token server's error from an error text that quotes it; nil if
// there is none.
func Quoted(text string) *Error {
	found := quoted.FindStringSubmatch(text)
	if found == nil {
		return nil
	}
	status, _ := strconv.Atoi(found[1])
	return New(status, []byte(found[2]))
}

// said returns the message in an answer; empty if it has none. An answer by RFC 6749
// section 5.2 has a code and a description. An answer of Google's APIs has an object with
// a message.
func said(body []byte) string {
	var answer struct {
		Error       json.RawMessage
		Description string `json:"error_description"`
		Subtype     string `json:"error_subtype"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	var code string
	var api struct{ Message string }
	if json.Unmarshal(answer.Error, &code) != nil && json.Unmarshal(answer.Error, &api) == nil {
		return api.Message
	}
	var parts []string
	for _, part := range []string{code, answer.Description, answer.Subtype} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// secrets matches tokens, assertions, keys and the queries of addresses.
var secrets = regexp.MustCompile(`eyJ[\w.=-]+|ya29\.[\w.-]+|\b1//[\w-]+|-----BEGIN[^-]*-----[^-]*(-----END[^-]*-----)?|[A-Za-z0-9_=+-]{64,}|(https?://[^\s"?]*)\?[^\s"]*`)

// withoutSecrets returns text from outside as one line of at most 300 characters, without
// what looks like a secret.
func withoutSecrets(s string) string {
	return shorten.Line(secrets.ReplaceAllString(s, "$2[…]"), 300)
}

// cures lists what to do about messages that contain part, ignoring case. The first
// match counts.
var cures = []struct{ part, cure string }{
	{"reasonable timeframe", "the clock of this machine is wrong: set it"},
	{"check your iat", "the clock of this machine is wrong: set it"},
	{"used too early", "the clock of this machine is wrong: set it"},
	{"invalid jwt signature", "the key of the service account was deleted or replaced: create a new one"},
	{"no longer exists", "the service account or its key was deleted"},
	{"account not found", "the service account was deleted, or its key is for another one"},
	{"account has been deleted", "log in with another account: gcloud auth application-default login"},
	{"invalid_rapt", "log in again: gcloud auth application-default login"},
	{"reauth", "log in again: gcloud auth application-default login"},
	{"expired or revoked", "log in again: gcloud auth application-default login"},
	{"deleted_client", "log in again: gcloud auth application-default login"},
	{"invalid_client", "log in again: gcloud auth application-default login"},
	{"attribute condition", "the condition of the workload identity provider excludes this job: compare repository and branch"},
	{"invalid_target", "the name of the workload identity provider is wrong, or it is disabled"},
	{"getaccesstoken", "give this identity the role roles/iam.workloadIdentityUser on the service account"},
	{"has not been used in project", "enable that API"},
	{"invalid_grant", "log in again, or create a new key"},
}

func cureFor(message string) string {
	message = strings.ToLower(message)
	for _, c := range cures {
		if strings.Contains(message, c.part) {
			return c.cure
		}
	}
	return ""
}
