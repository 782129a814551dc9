package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"onair/feed/check"
	"onair/feed/tree"
)

// TestFeedPages follows the pages of several feeds. Each page has one episode, whose GUID
// is the number of the page.
func TestFeedPages(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		next  func(n int) string // rel="next" of page n
		items int
		rule  string // the finding about the pages; empty if there is none
		want  string // part of its message
	}{
		{"three pages", upTo(3), 3, "", ""},
		{"relative addresses", func(n int) string { return strings.TrimPrefix(upTo(3)(n), "URL/") }, 3, "", ""},
		{"back to the first page", func(n int) string { return fmt.Sprintf("URL/%d", n%3+1) }, 3, "", ""},
		{"the last page names itself", func(n int) string { return fmt.Sprintf("URL/%d", min(n+1, 2)) }, 2, "", ""},
		{"redirected to the first page", func(n int) string { return "URL/moved" }, 1, "", ""},
		{"missing page", upTo(1000), 99, "F100", "/100 is answered with 404 Not Found"},
		{"not an address of the web", func(int) string { return "file:///etc/hosts" }, 1, "F100", `"file:///etc/hosts" is not an address`},
		{"endless", func(n int) string { return fmt.Sprintf("URL/%d", n+101) }, tree.MaxPages, "F080", "pages beyond the first 200 are not checked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var address string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/moved" {
					http.Redirect(w, r, "/1", http.StatusMovedPermanently)
					return
				}
				n, err := strconv.Atoi(r.URL.Path[1:])
				if err != nil || n == 100 {
					http.NotFound(w, r)
					return
				}
				link := ""
				if next := strings.ReplaceAll(test.next(n), "URL", address); next != "" {
					link = `<atom:link rel="next" href="` + next + `"/>`
				}
				fmt.Fprintf(w, `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Ferns</title>%s<item><title>Fern %d</title><guid>%d</guid></item></channel></rss>`, link, n, n)
			}))
			t.Cleanup(server.Close)
			address = server.URL
			a := &app{system: &system{now: time.Now}}
			v, err := visitorFor(address)
			if err != nil {
				t.Fatal(err)
			}
			f, err := openFeed(t.Context(), a, v, address+"/1")
			if err != nil {
				t.Fatal(err)
			}
			report := f.check(a)
			checkPages(t.Context(), a, v, report, f)
			if report.Items != test.items {
				t.Errorf("%d episodes, want %d", report.Items, test.items)
			}
			checkPageFindings(t, report, test.rule, test.want)
		})
	}
}

func upTo(last int) func(n int) string {
	return func(n int) string {
		if n == last {
			return ""
		}
		return fmt.Sprintf("URL/%d", n+1)
	}
}

// checkPageFindings checks that the report has the finding, and no other finding of
// rules F048 and F100.
func checkPageFindings(t *testing.T, report *check.Report, rule, want string) {
	t.Helper()
	found := false
	for _, f := range report.Findings {
		switch {
		case rule != "" && f.Rule == rule && strings.Contains(f.Message, want):
			found = true
			if f.Hint == "" || f.File == "" {
				t.Errorf("%v has no hint or no file", f)
			}
		case f.Rule == "F048", f.Rule == "F100":
			t.Errorf("unexpected finding: %v", f)
		}
	}
	if rule != "" && !found {
		t.Errorf("no finding %s with %q", rule, want)
	}
}

// TestFeedCheckOfAServer checks that --against refuses addresses that do not answer
// with a feed.
func TestFeedCheckOfAServer(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.URL.Path[1:])
		switch {
		case err != nil:
			http.NotFound(w, r)
		case n > 0:
			http.Redirect(w, r, fmt.Sprintf("/%d", n-1), http.StatusMovedPermanently)
		default:
			fmt.Fprint(w, `<html>Log in</html>`)
		}
	}))
	t.Cleanup(server.Close)
	a := &app{system: &system{now: time.Now}}
	for path, want := range map[string]string{"/nope.xml": "/nope.xml is answered with 404 Not Found", "/6": "/6 is answered with 301", "/0": "/0 is not an RSS feed"} {
		var hinted hintedError
		_, err := compareFeeds(t.Context(), a, server.URL+path, &check.Report{}, "new.xml")
		if err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, &hinted) || hinted.hint == "" {
			t.Errorf("--against %s: error %v, hint %q; want %q and a hint", path, err, hinted.hint, want)
		}
	}
}

// TestNetworkHint checks that only servers without a valid certificate are said to have
// none.
func TestNetworkHint(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	v, err := visitorFor(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	var hinted hintedError
	_, err = openFeed(t.Context(), &app{system: &system{now: time.Now}}, v, server.URL)
	if !errors.As(err, &hinted) || !strings.Contains(hinted.hint, "valid certificate") {
		t.Errorf("error %v, hint %q; want a hint about the certificate", err, hinted.hint)
	}
	err = errors.New("GET https://tls.example/certificate.xml: connection refused")
	if hint := networkHint(err); !strings.Contains(hint, "check the address") {
		t.Errorf("%v: hint %q, want one about the address", err, hint)
	}
}

// TestWebPageIsTheOnlyFinding checks that nothing is said of a server that sends a web
// page instead of a feed.
func TestWebPageIsTheOnlyFinding(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<html><form>Password</form></html>`)
	}))
	t.Cleanup(server.Close)
	a := &app{system: &system{now: time.Now}}
	v, err := visitorFor(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	f, err := openFeed(t.Context(), a, v, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	report := f.check(a)
	f.checkServer(t.Context(), v, server.URL, report)
	if len(report.Findings) != 1 || report.Findings[0].Rule != "F062" {
		t.Errorf("findings %v, want F062 only", report.Findings)
	}
}
