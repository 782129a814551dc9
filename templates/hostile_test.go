package templates_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"onair/show"
	"onair/show/chapters"
	sitedata "onair/show/site"
	"onair/transcripts"
)

// hostile are texts that try to run code in a page.
var hostile = []string{
	`<script>alert(1)</script>`,
	`</script><script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`' onmouseover='alert(1)`,
	`javascript:alert(1)`,
	`JaVaScRiPt&colon;alert(1)`,
	`data:text/html,<script>alert(1)</script>`,
	`</title><svg onload=alert(1)>`,
	`--><script>alert(1)</script><!--`,
	`{{.Show}}<!--<script>`,
	"\u2028\u2029</style><iframe srcdoc='<script>alert(1)</script>'>",
	`0;url=javascript:alert(1)`,
}

func TestHostileTextRunsNothing(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			site := sampleSite(t)
			s := site.Show
			s.Title, s.Author, s.Copyright, s.Frequency.Text = text, text, text, text
			site.Pages[0].Title, site.Pages[0].Summary = text, text
			s.Site.Nav = []sitedata.Link{{Text: text, URL: text}}
			s.License, s.Transcripts.License, s.Transcripts.Contribute = show.License{ID: text, URL: text}, text, text
			s.Links = []show.Link{{Text: text, URL: text}}
			s.Funding = []show.Link{{URL: text, Text: text}}
			s.Seasons[1] = text
			person := &show.Person{ID: "p", Name: text, URL: text, Image: text, Links: []show.Link{{Text: text, URL: text}}, Fediverse: text}
			s.Hosts = []show.Credit{{Person: person, Role: text}}
			e := site.Episodes[0]
			e.Gaps[0].Words, e.Gaps[0].Speaker, e.Gaps[0].EditURL, e.Gaps[0].Language = text, text, text, text
			e.EditURL, e.Soundbites[0].Title = text, text
			e.Title, e.GUID, e.Summary, e.Language, e.AudioType = text, text, text, text, text
			e.Episode.Summary, s.Description = text, text
			e.Guests = []show.Credit{{Person: person, Role: text}}
			e.Sponsors = []*show.Sponsor{{ID: "s", Name: text, URL: text, Logo: text, Text: text}}
			e.Social = []show.Social{{Protocol: text, URI: text}}
			e.Chapters = []chapters.Chapter{{Title: text, URL: text, Image: text}}
			tr := &e.Transcripts[0]
			tr.Language, tr.EditURL, tr.Contributors = text, text, []string{text, text}
			tr.Files[0].Label, tr.Files[0].MediaType = text, text
			said, starts, _ := tr.Read()
			said.Turns[0] = transcripts.Turn{Speaker: text, ID: text}
			tr.Read = words(said, starts)
			for key, body := range render(t, site) {
				if strings.HasSuffix(key, ".html") {
					walk(t, body, func(n *html.Node) { checkHarmless(t, key, n) })
				}
			}
		})
	}
}

// checkHarmless reports an element that runs code other than the theme's.
func checkHarmless(t *testing.T, key string, n *html.Node) {
	t.Helper()
	switch n.Data {
	case "script":
		inline := attr(n, "type") == "application/ld+json"
		if !inline && !strings.Contains(attr(n, "src"), "assets/") {
			t.Errorf("%s: foreign script %q", key, attr(n, "src"))
		}
		if inline && (n.FirstChild == nil || strings.ContainsAny(n.FirstChild.Data, "<>")) {
			t.Errorf("%s: structured data is not escaped", key)
		}
	case "form":
		if attr(n, "role") != "search" || !strings.HasSuffix(attr(n, "action"), "./") && !strings.HasSuffix(attr(n, "action"), "search/") {
			t.Errorf("%s: foreign form to %q", key, attr(n, "action"))
		}
	case "iframe", "object", "embed", "base", "style", "template":
		t.Errorf("%s: unexpected <%s>", key, n.Data)
	case "svg":
		if attr(n, "viewbox") == "" && attr(n, "viewBox") == "" {
			t.Errorf("%s: foreign <svg>", key)
		}
	}
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
			t.Errorf("%s: attribute %s=%q on <%s>", key, a.Key, a.Val, n.Data)
		}
		switch a.Key {
		case "href", "src", "action", "formaction", "poster":
			scheme, _, found := strings.Cut(strings.ToLower(strings.TrimSpace(a.Val)), ":")
			_, after, _ := strings.Cut(a.Val, "://")
			app := strings.Contains(after, "hello.example") && slices.Contains([]string{"castbox", "overcast", "pktc", "podcast"}, scheme)
			if found && !strings.ContainsAny(scheme, "/#?") && scheme != "https" && !app {
				t.Errorf("%s: %s=%q on <%s>", key, a.Key, a.Val, n.Data)
			}
		}
	}
	if n.Data == "meta" && attr(n, "http-equiv") == "refresh" && attr(n, "content") != "0; url=../episodes/4-cloudy/" {
		t.Errorf("%s: refresh to %q", key, attr(n, "content"))
	}
}

func TestPolicyForbidsInlineCode(t *testing.T) {
	t.Parallel()
	for key, body := range render(t, sampleSite(t)) {
		if !strings.HasSuffix(key, ".html") {
			continue
		}
		policy := ""
		walk(t, body, func(n *html.Node) {
			if attr(n, "http-equiv") == "Content-Security-Policy" {
				policy = attr(n, "content")
			}
		})
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", key, policy)
		}
	}
}
