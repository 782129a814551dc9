package feed

import (
	"strings"
	"testing"
)

func TestExtra(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		{"own namespace", `<x:y xmlns:x="urn:x" x:a="1"/>`, `<x:y xmlns:x="urn:x" x:a="1"/>`},
		{"no namespace", `<ttl>60</ttl>`, `<ttl>60</ttl>`},
		{"default namespace", `<y xmlns="urn:x"><z xmlns=""/></y>`, "<y xmlns=\"urn:x\">\n      <z xmlns=\"\"/>\n    </y>"},
		{"nested", `<podcast:value type="lightning" method="keysend"><podcast:valueRecipient split="1"/></podcast:value>`, "<podcast:value type=\"lightning\" method=\"keysend\">\n      <podcast:valueRecipient split=\"1\"/>\n    </podcast:value>"},
		{"escapes", `<podcast:txt purpose="&quot;&lt;&#10;a">a &amp; <![CDATA[<b>]]></podcast:txt>`, `<podcast:txt purpose="&quot;&lt;&#10;a">a &amp; &lt;b&gt;</podcast:txt>`},
		{"comment", `<!-- note --><ttl>6<!-- -->0</ttl>`, `<ttl>60</ttl>`},
		{"xml:lang", `<ttl xml:lang="en">60</ttl>`, `<ttl xml:lang="en">60</ttl>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := minimal()
			d.Show.Extra = tt.source
			if out := string(render(t, d)); !strings.Contains(out, "    "+tt.want+"\n    <item>") {
				t.Errorf("want\n    %s\nbefore the item in\n%s", tt.want, out)
			}
		})
	}
}

func TestExtraDeclaresWhatItUses(t *testing.T) {
	d := minimal()
	d.Items[0].Episode.Extra = `<psc:chapters version="1.2"><psc:chapter start="0" title="A"/></psc:chapters>`
	out := string(render(t, d))
	if n := strings.Count(out, `xmlns:psc="http://podlove.org/simple-chapters"`); n != 1 {
		t.Errorf("psc is declared %d times in\n%s", n, out)
	}
	if strings.Contains(out, "xmlns:media") {
		t.Errorf("media is declared and not used")
	}
}

func TestExtraRefuses(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		{"closes the channel", `</channel><channel>`, "line 1: </channel> closes nothing"},
		{"not closed", "<a>\n", "line 2: <a> is never closed"},
		{"crossed", `<a><b></a></b>`, "line 1: </a> closes nothing"},
		{"text", `hello`, "line 1: text outside of an element"},
		{"text beside elements", `<a>hello<b/></a>`, "line 1: <a> has text beside elements"},
		{"document type", `<!DOCTYPE a [<!ENTITY x "y">]><a/>`, "line 1: only elements may stand here"},
		{"processing instruction", `<?php x ?>`, "line 1: only elements may stand here"},
		{"unknown prefix", `<x:y/>`, `line 1: prefix "x" is not declared; add xmlns:x to the element`},
		{"prefix of a sibling", `<x:y xmlns:x="urn:x"/><x:z/>`, `line 1: prefix "x" is not declared; add xmlns:x to the element`},
		{"unknown prefix of an attribute", `<a x:y="1"/>`, `line 1: prefix "x" is not declared; add xmlns:x to the element`},
		{"attribute twice", `<a b="1" b="2"/>`, "line 1: attribute b is written twice"},
		{"stray colon", `<:a/>`, `line 1: element name ":a" has a stray colon`},
		{"too deep", strings.Repeat("<a>", maxDepth+1), "line 1: nested deeper than 32 elements"},
		{"unknown entity", `<a>&nbsp;</a>`, "line 1: invalid character entity &nbsp;"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := minimal()
			d.Items[0].Episode.File, d.Items[0].Episode.Extra = "episodes/x/episode.md", tt.source
			var b strings.Builder
			err := Render(&b, d)
			if want := "read extra of episodes/x/episode.md: " + tt.want; err == nil || err.Error() != want {
				t.Errorf("Render = %v\nwant     %s", err, want)
			}
			if b.Len() > 0 {
				t.Errorf("Render wrote %d bytes before it failed", b.Len())
			}
		})
	}
}
