package templates_test

import (
	"bytes"
	"net/url"
	"path"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"onair/templates"
)

// known returns every key of the site except the keys of pages.
func known(site *templates.Site) map[string]bool {
	keys := map[string]bool{site.FeedKey: true, site.ArtworkKey: true}
	for _, m := range []map[string]string{site.AssetKeys, site.ImageKeys} {
		for _, key := range m {
			keys[key] = true
		}
	}
	for _, versions := range site.Versions {
		for _, v := range versions {
			keys[v.Key] = true
		}
	}
	for _, key := range site.IconKeys {
		keys[key] = true
	}
	for _, e := range site.Episodes {
		keys[e.AudioKey], keys[e.ArtworkKey], keys[e.CardKey] = true, true, true
		for _, a := range e.Alternates {
			keys[a.AudioKey] = true
		}
		for _, t := range e.Transcripts {
			for _, f := range t.Files {
				keys[f.Key] = true
			}
		}
	}
	return keys
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"https://hello.example/", "https://hello.example/a%20b/show/"} {
		site := sampleSite(t)
		site.Show.URL = base
		pages := render(t, site)
		keys := known(site)
		for key := range pages {
			keys[key] = true
		}
		links := 0
		for key, body := range pages {
			if !strings.HasSuffix(key, ".html") {
				continue
			}
			ids := map[string]bool{}
			walk(t, body, func(n *html.Node) {
				if id := attr(n, "id"); id != "" && ids[id] {
					t.Errorf("%s: id %q occurs twice", key, id)
				} else {
					ids[id] = true
				}
			})
			walk(t, body, func(n *html.Node) {
				for _, name := range []string{"href", "src"} {
					link := attr(n, name)
					if link == "" {
						continue
					}
					links++
					checkLink(t, base, key, link, keys, ids)
				}
			})
		}
		if links < 100 {
			t.Errorf("only %d links were checked", links)
		}
	}
}

// checkLink resolves a link as a browser does at the page's public address,
// and checks that there is an object at the key.
func checkLink(t *testing.T, base, key, link string, keys, ids map[string]bool) {
	t.Helper()
	u, err := url.Parse(base + key)
	if err != nil {
		t.Fatal(err)
	}
	to, err := u.Parse(link)
	if err != nil {
		t.Errorf("%s: link %q: %v", key, link, err)
		return
	}
	if strings.HasPrefix(link, "#") {
		if !ids[to.Fragment] {
			t.Errorf("%s: link to %q, which is not on the page", key, link)
		}
		return
	}
	below, ok := strings.CutPrefix(to.String(), base)
	if !ok {
		app := to.Scheme == "podcast" || to.Scheme == "overcast" || to.Scheme == "pktc" || to.Scheme == "castbox"
		if !app && (!strings.HasPrefix(link, "https://") || to.Host == u.Host) {
			t.Errorf("%s: link %q leaves the site", key, link)
		}
		return
	}
	below, _, _ = strings.Cut(below, "#")
	below, err = url.PathUnescape(below)
	if err != nil {
		t.Errorf("%s: link %q: %v", key, link, err)
	}
	if below == "" || strings.HasSuffix(below, "/") {
		below = path.Join(below, "index.html")
	}
	if !keys[below] {
		t.Errorf("%s: link %q leads to %s, which does not exist", key, link, below)
	}
}

func TestLinksAreRelative(t *testing.T) {
	t.Parallel()
	pages := render(t, sampleSite(t))
	for _, want := range []struct{ key, link string }{
		{"index.html", `href="episodes/4-cloudy/"`},
		{"index.html", `src="assets/artwork-320-0123456789abcdef.jpg"`},
		{"episodes/4-cloudy/index.html", `href="../extra/"`},
		{"episodes/4-cloudy/index.html", `href="../../"`},
		{"episodes/4-cloudy/index.html", `href="transcript-0123456789abcdef.vtt"`},
		{"index.html", `<a href="search/" rel="search">`},
		{"episodes/4-cloudy/index.html", `<a href="../../search/" rel="search">`},
		{"404.html", `<a href="/show/search/" rel="search">`},
		{"404.html", `href="/show/"`},
		{"404.html", `href="/show/assets/theme-0123456789abcdef.css"`},
		{"4/index.html", `content="0; url=../episodes/4-cloudy/"`},
		{"2027/cloudy.html", `href="../episodes/4-cloudy/"`},
		{"4/index.html", `<link rel="canonical" href="https://hello.example/show/episodes/4-cloudy/">`},
		{"index.html", `<link rel="canonical" href="https://hello.example/show/">`},
		{"index.html", `href="https://hello.example/show/feed.xml"`},
	} {
		if !strings.Contains(pages[want.key], want.link) {
			t.Errorf("%s lacks %s", want.key, want.link)
		}
	}
}

// walk visits every element of a document.
func walk(t *testing.T, body string, visit func(*html.Node)) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			visit(n)
		}
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
