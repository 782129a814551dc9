package templates_test

import (
	"errors"
	"strings"
	"testing"

	"onair/internal/finding"
	"onair/templates"
)

func TestRedirects(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, from string
		key        string // empty if an error is expected
		message    string
	}{
		{name: "number", from: "/5", key: "5/index.html"},
		{name: "slash at the end", from: "/5/", key: "5/index.html"},
		{name: "file", from: "/old/name.html", key: "old/name.html"},
		{name: "other extension", from: "/old.php", key: "old.php/index.html"},
		{name: "escaped", from: "/caf%C3%A9", key: "café/index.html"},
		{name: "former slug", from: "/episodes/4-clody", key: "episodes/4-clody/index.html"},

		{name: "no slash", from: "5", message: "not a plain path"},
		{name: "other host", from: "https://old.example/5", message: "not a plain path"},
		{name: "query", from: "/?p=5", message: "not a plain path"},
		{name: "fragment", from: "/a#b", message: "not a plain path"},
		{name: "bad escape", from: "/%zz", message: "bad escape"},
		{name: "home", from: "/", message: `bad segment ""`},
		{name: "parent", from: "/../x", message: `bad segment ".."`},
		{name: "escaped parent", from: "/%2e%2e/x", message: `bad segment ".."`},
		{name: "escaped slash and parent", from: "/a%2f..%2fb", message: `bad segment ".."`},
		{name: "empty segment", from: "//evil.example/x", message: `bad segment ""`},
		{name: "backslash", from: `/a\b`, message: "file name cannot have"},
		{name: "escaped NUL", from: "/a%00b", message: "file name cannot have"},
		{name: "drive", from: "/c:/x", message: "file name cannot have"},
		{name: "not UTF-8", from: "/%ff", message: "file name cannot have"},
		{name: "hidden", from: "/.onair/release.json", message: `bad segment ".onair"`},
		{name: "dot at the end", from: "/a./b", message: `bad segment "a."`},
		{name: "too long", from: "/" + strings.Repeat("a", 901), message: "longer than"},

		{name: "show page", from: "/index.html", message: "index.html is already there"},
		{name: "episode", from: "/episodes/extra/", message: "episodes/extra/index.html is already there"},
		{name: "itself in capitals", from: "/Episodes/4-Cloudy", message: "episodes/4-cloudy/index.html is already there"},
		{name: "below a file", from: "/feed.xml", message: "feed.xml is already there"},
		{name: "below audio", from: "/audio/extra-0123456789abcdef.m4a/x", message: "is already there"},
		{name: "not found page", from: "/404.html", message: "404.html is already there"},
		{name: "sitemap", from: "/sitemap.xml", message: "sitemap.xml is already there"},
		{name: "another redirect", from: "/4/", message: `the redirect to "Cloudy with a chance of packets" is already there`},
		{name: "below another redirect", from: "/2027/cloudy.html/x", message: "is already there"},
		{name: "a folder's name", from: "/x/y.html/z", key: "x/y.html/z/index.html"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			theme, err := templates.Load(nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			site := sampleSite(t)
			site.Episodes[1].RedirectFrom = []string{tt.from}
			pages, err := renderWith(theme, site)
			if tt.key != "" {
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(pages[tt.key], "episodes/extra/") {
					t.Errorf("no redirect at %s", tt.key)
				}
				return
			}
			var f finding.Finding
			if !errors.As(err, &f) || f.File != "episodes/extra/episode.md" || !strings.Contains(f.Message, tt.message) {
				t.Errorf("error = %v, want a finding in the episode's file with %q", err, tt.message)
			}
			if len(pages) > 0 {
				t.Error("pages are yielded before the error")
			}
		})
	}
}

func TestConflictingRedirects(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		from    []string
		private bool
		want    string
	}{
		{"a file where a folder is", []string{"/x/y.html/z", "/x/y.html"}, false, "x/y.html/ is already there"},
		{"a folder where a file is", []string{"/x/y.html", "/x/y.html/z"}, false, "is already there"},
		{"same but for capitals", []string{"/Old", "/old"}, false, `the redirect to "Bloopers & “quotes”" is already there`},
		{"what only the public show has", []string{"/sitemap.xml"}, true, "sitemap.xml is already there"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			theme, err := templates.Load(nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			site := sampleSite(t)
			site.Show.Private = tt.private
			site.Episodes[1].RedirectFrom = tt.from
			_, err = renderWith(theme, site)
			if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("error = %v\nwant    …%s", err, tt.want)
			}
		})
	}
}
