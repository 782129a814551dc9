package main

import (
	"cmp"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestLatestRelease gets the latest release from an imitation of GitHub's API. Any
// other response must be an error that describes the response.
func TestLatestRelease(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, module string
		status       int
		answer       string
		latest, want string // result, or part of the error
	}{
		{"a release", "github.com/vega/onair", http.StatusOK, `{"tag_name": "v1.4.0"}`, "1.4.0", ""},
		{"no release yet", "github.com/vega/onair", http.StatusNotFound, `{}`, "", "github.com/vega/onair has no release"},
		{"too many requests", "github.com/vega/onair", http.StatusForbidden, `{}`, "", "GitHub answered 403"},
		{"not JSON", "github.com/vega/onair", http.StatusOK, `<html>`, "", "read the answer"},
		{"a tag that is not a version", "github.com/vega/onair", http.StatusOK, `{"tag_name": "nightly"}`, "", `"nightly" is not a version`},
		{"a module outside of GitHub", "onair", http.StatusOK, `{}`, "", "does not name a repository"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/repos/vega/onair/releases/latest" {
					t.Errorf("requested %s", r.URL.Path)
				}
				w.WriteHeader(test.status)
				io.WriteString(w, test.answer)
			}))
			defer server.Close()
			latest, err := latestRelease(t.Context(), server.URL, test.module)
			if latest != test.latest {
				t.Errorf("latest is %q, want %q", latest, test.latest)
			}
			if test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) || test.want == "" && err != nil {
				t.Errorf("error is %v, want %q", err, test.want)
			}
		})
	}
}

func TestIsOlder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		version, latest string
		older           bool
	}{
		{"1.0.0", "1.0.1", true},
		{"v1.9.0", "1.10.0", true},
		{"1.0.1", "1.0.1", false},
		{"1.1.0", "1.0.9", false},
		{"1.1.0-rc.1", "1.1.0", true},
		{"(devel)", "0.1.0", true},
	} {
		if got := (build{Version: test.version, Latest: test.latest}).isOlder(); got != test.older {
			t.Errorf("%s is older than %s: %t", test.version, test.latest, got)
		}
	}
}

// TestPinnedAction checks when the workflows of transcripts init name the action by the
// commit of this release.
func TestPinnedAction(t *testing.T) {
	t.Parallel()
	commit := strings.Repeat("a1", 20)
	release := build{Version: "1.2.3", BuiltBy: "release", Commit: commit, module: "github.com/vega/cast"}
	source := release
	source.Version, source.BuiltBy = "(devel)", "source"
	elsewhere := release
	elsewhere.module = "onair"
	for _, test := range []struct {
		name, action, want string // an empty action is the default
		v                  build
		pinned             bool
	}{
		{"a release", "", "vega/cast@" + commit + " v1.2.3", release, true},
		{"another tag", "vega/cast@v2", "vega/cast@v2 ", release, false},
		{"a commit", "rigel/onair@" + commit, "rigel/onair@" + commit + " ", release, true},
		{"built from source", "", "vega/cast@v1 ", source, false},
		{"a module outside of GitHub", "", unknownAction + " ", elsewhere, false},
	} {
		o := transcriptsInitOptions{}
		o.Action = cmp.Or(test.action, test.v.action())
		o.pin(test.v)
		if got := o.Action + " " + o.Tag; got != test.want || o.pinned() != test.pinned {
			t.Errorf("%s: got %q, pinned: %v", test.name, got, o.pinned())
		}
	}
}
