package feed

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExtra(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, source, want string }{
		{"no namespace", `<ttl>60</ttl>`, `<ttl>60</ttl>`},
		{"of the show's namespaces", `<x:y x:a="1" b=""></x:y>`, `<x:y x:a="1" b=""/>`},
		{"nested", `<podcast:value type="lightning" method="keysend"> <podcast:valueRecipient split="1"/> </podcast:value>`, "<podcast:value type=\"lightning\" method=\"keysend\">\n  <podcast:valueRecipient split=\"1\"/>\n</podcast:value>"},
		{"text beside elements", `<x:y> a <x:b>c</x:b> <x:b/></x:y>`, `<x:y> a <x:b>c</x:b> <x:b/></x:y>`},
		{"escapes", `<podcast:txt purpose="&quot;&lt;&#10;">a &amp; <![CDATA[<b>]]></podcast:txt>`, `<podcast:txt purpose="&quot;&lt;&#10;">a &amp; &lt;b&gt;</podcast:txt>`},
		{"space around", "<ttl>\n  60\n</ttl>", `<ttl>60</ttl>`},
		{"comment", `<!-- note --><x:y>6<!-- -->0</x:y>`, `<x:y>60</x:y>`},
		{"xml:lang", `<ttl xml:lang="en">60</ttl>`, `<ttl xml:lang="en">60</ttl>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := minimal()
			d.Show.Namespaces = map[string]string{"x": "urn:x"}
			d.Show.Extra = tt.source
			if out := string(render(t, d)); !strings.Contains(out, "\n"+tt.want+"\n<item>") {
				t.Errorf("want\n    %s\nbefore the item in\n%s", tt.want, out)
			}
		})
	}
}

func TestExtraReplaces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, element, extra string
		ofShow               bool
		want                 []string // all elements with the name, of the show or of the first episode
	}{
		{"number with a display", "podcast:episode", `<podcast:episode display="Ch.3">204</podcast:episode>`, false, []string{`<podcast:episode display="Ch.3">204</podcast:episode>`}},
		{"link of an episode", "link", `<link>https://old.example/4</link>`, false, []string{`<link>https://old.example/4</link>`}},
		{"description", "description", `<description>Short</description>`, false, []string{`<description>Short</description>`}},
		{"author", "author", `<author>x@y.example (X)</author>`, false, []string{`<author>x@y.example (X)</author>`}},
		{"another person", "podcast:soundbite", `<podcast:soundbite startTime="1" duration="15"/>`, false, []string{
			`<podcast:soundbite startTime="20.5" duration="30">The edge explained</podcast:soundbite>`, `<podcast:soundbite startTime="1" duration="15"/>`}},
		{"owner", "itunes:owner", `<itunes:owner><itunes:email>a@b.example</itunes:email></itunes:owner>`, true, []string{"<itunes:owner>\n  <itunes:email>a@b.example</itunes:email>\n</itunes:owner>"}},
		{"image", "image", `<image><url>https://a.example/a.png</url></image>`, true, []string{"<image>\n  <url>https://a.example/a.png</url>\n</image>"}},
		{"title of the show, not of its image", "title", `<title>Another</title>`, true, []string{`<title>Hello, Universe &lt;3</title>`, `<title>Another</title>`}},
		{"block for one service", "podcast:block", `<podcast:block id="google">yes</podcast:block>`, true, []string{`<podcast:block>yes</podcast:block>`, `<podcast:block id="google">yes</podcast:block>`}},
		{"block for all", "podcast:block", `<podcast:block>no</podcast:block>`, true, []string{`<podcast:block>no</podcast:block>`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := rich()
			d.Show.Block = true
			extra := &d.Items[0].Episode.Extra
			if tt.ofShow {
				extra = &d.Show.Extra
			}
			*extra = tt.extra
			channel, items, _ := strings.Cut(string(render(t, d)), "<item>")
			in, _, _ := strings.Cut(items, "</item>")
			if tt.ofShow {
				in = channel
			}
			var got []string
			for rest := in; ; {
				i := strings.Index(rest, "<"+tt.element)
				if i < 0 {
					break
				}
				rest = rest[i:]
				end := strings.IndexByte(rest, '>') + 1
				if rest[end-2] != '/' {
					end = strings.Index(rest, "</"+tt.element+">") + len("</"+tt.element+">")
				}
				got, rest = append(got, rest[:end]), rest[end:]
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.element, diff)
			}
		})
	}
}

func TestExtraDeclaresWhatItUses(t *testing.T) {
	t.Parallel()
	d := minimal()
	d.Items[0].Episode.Extra = `<psc:chapters version="1.2"><psc:chapter start="0" title="A"/></psc:chapters>`
	out := string(render(t, d))
	if n := strings.Count(out, `xmlns:psc="http://podlove.org/simple-chapters"`); n != 1 {
		t.Errorf("psc is declared %d times in\n%s", n, out)
	}
	if out := string(render(t, minimal())); strings.Contains(out, "xmlns:psc") {
		t.Errorf("psc is declared and not used in\n%s", out)
	}
}

func TestExtraErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, source, want string }{
		{"closes the channel", `</channel><channel>`, "line 1: </channel> closes nothing"},
		{"not closed", "<a>\n", "line 2: <a> is never closed"},
		{"crossed", `<a><b></a></b>`, "line 1: </a> closes nothing"},
		{"text", `hello`, "line 1: text outside of an element"},
		{"document type", `<!DOCTYPE a [<!ENTITY x "y">]><a/>`, "line 1: only elements are allowed here"},
		{"processing instruction", `<?php x ?>`, "line 1: only elements are allowed here"},
		{"unknown prefix", `<x:y/>`, `line 1: prefix "x" is not declared`},
		{"declaration", `<x:y xmlns:x="urn:x"/>`, `line 1: prefix "x" is not declared`},
		{"declaration of a known prefix", `<itunes:y xmlns:itunes="urn:x"/>`, "line 1: namespaces are declared on the root of the feed, not here"},
		{"default namespace", `<y xmlns="urn:x"/>`, "line 1: namespaces are declared on the root of the feed, not here"},
		{"unknown prefix of an attribute", `<a x:y="1"/>`, `line 1: prefix "x" is not declared`},
		{"attribute twice", `<a b="1" b="2"/>`, "line 1: attribute b is written twice"},
		{"stray colon", `<:a/>`, `line 1: name ":a" has a stray colon`},
		{"too deep", strings.Repeat("<a>", maxExtraDepth+1), "line 1: nested deeper than 32 elements"},
		{"unknown entity", `<a>&nbsp;</a>`, "line 1: invalid character entity &nbsp;"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := minimal()
			d.Items[0].Episode.File, d.Items[0].Episode.Extra = "episodes/x/episode.md", tt.source
			_, err := Render(d)
			if want := "read extra of episodes/x/episode.md: " + tt.want; err == nil || err.Error() != want {
				t.Errorf("Render = %v\nwant     %s", err, want)
			}
		})
	}
}
