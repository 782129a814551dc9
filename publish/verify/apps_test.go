package verify

import (
	"net/http"
	"strings"
	"testing"
)

func TestChallenge(t *testing.T) {
	t.Parallel()
	html := "text/html; charset=UTF-8"
	for name, test := range map[string]struct {
		status int
		header http.Header
		body   string
		want   string // a part of the result; empty if the response is not a challenge
	}{
		"Cloudflare":             {403, http.Header{"Cf-Mitigated": {"challenge"}}, "", "Cloudflare answers with a challenge (status 403)"},
		"Cloudflare, hostile":    {403, http.Header{"Cf-Mitigated": {"chal\x1b[31m<b>"}}, "", "Cloudflare answers with a chalmb (status 403)"},
		"a page of Cloudflare":   {503, http.Header{"Content-Type": {html}}, "<title>Just a moment...</title>", "a page of its own (status 503)"},
		"Amazon":                 {202, http.Header{"X-Amzn-Waf-Action": {"challenge"}}, "", "firewall of Amazon"},
		"CloudFront":             {403, http.Header{"Content-Type": {html}}, "<H2>The request could not be satisfied.</H2>", "a page of its own"},
		"a captcha with 200":     {200, http.Header{"Content-Type": {html}}, "please solve the CAPTCHA", "status 200"},
		"Vercel":                 {429, http.Header{"X-Vercel-Mitigated": {"challenge"}}, "", "Vercel answers with a challenge (status 429)"},
		"Sucuri":                 {403, http.Header{"X-Sucuri-Block": {"1"}}, "", "the firewall of Sucuri answers with a block"},
		"a text of Cloudflare":   {403, http.Header{"Content-Type": {"text/plain"}}, "error code: 1020", "the firewall of Cloudflare"},
		"a question":             {200, http.Header{"Content-Type": {html}}, "<h1>Making sure you are not a bot</h1>", "status 200"},
		"the storage":            {403, http.Header{"Content-Type": {"application/xml"}}, "<Error><Code>AccessDenied</Code></Error>", ""},
		"a page of the show":     {404, http.Header{"Content-Type": {html}}, "<h1>Nothing plays here</h1>", ""},
		"a feed about a captcha": {200, http.Header{"Content-Type": {"application/rss+xml"}}, "captcha", ""},
	} {
		got := challenge(&http.Response{StatusCode: test.status, Header: test.header}, []byte(test.body))
		if !strings.Contains(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
