package markdown

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var htmlTests = []struct {
	name, source, base, want string
}{
	{name: "paragraph", source: "Ask *Deneb* & **Vega**.", want: "<p>Ask <em>Deneb</em> &amp; <strong>Vega</strong>.</p>\n"},
	{name: "bare link", source: "See https://example.com/a?b=1&c=2.", want: "<p>See <a href=\"https://example.com/a?b=1&amp;c=2\">https://example.com/a?b=1&amp;c=2</a>.</p>\n"},
	{name: "bare address", source: "Mail hello@example.com", want: "<p>Mail <a href=\"mailto:hello@example.com\">hello@example.com</a></p>\n"},
	{name: "angle link", source: "<https://example.com/> <ftp://example.com/> <javascript:alert(1)>", want: "<p><a href=\"https://example.com/\">https://example.com/</a> ftp://example.com/ javascript:alert(1)</p>\n"},
	{name: "strikethrough", source: "~~no~~", want: "<p><del>no</del></p>\n"},
	{name: "table", source: "| a | b |\n|:--|--:|\n| 1 | 2 |\n", want: "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n"},
	{name: "link with title", source: `[x](https://example.com "a \"b\" & c")`, want: "<p><a href=\"https://example.com\" title=\"a &quot;b&quot; &amp; c\">x</a></p>\n"},
	{name: "addresses as written", source: "[a](https://bücher.example/ü?q=[1]|2#`^{x}) [b](<https://example.com/a b%20c(%zz>) [c](https://example.com/&lt;&quot;&#10;\\\\d) <https://example.com/[e]?a&amp;b> [g](http://[::1]:x/) <a href=' https://example.com/ü&amp;amp;\"'>f</a>",
		want: "<p><a href=\"https://bücher.example/ü?q=[1]|2#`^{x}\">a</a> <a href=\"https://example.com/a b%20c(%zz\">b</a> <a href=\"https://example.com/&lt;&quot;%0A\\d\">c</a> <a href=\"https://example.com/[e]?a&amp;amp;b\">https://example.com/[e]?a&amp;amp;b</a> <a href=\"http://[::1]:x/\">g</a> <a href=\"https://example.com/ü&amp;amp;&quot;\">f</a></p>\n"},
	{name: "relative", source: "[x](../5/) ![y](cdn.png) [z](#top) [p](//cdn.example/p)", want: "<p><a href=\"../5/\">x</a> <img src=\"cdn.png\" alt=\"y\"> <a href=\"#top\">z</a> <a href=\"//cdn.example/p\">p</a></p>\n"},
	{name: "relative with base", source: "[x](../5/) ![](cdn.png) [z](#top) [p](//cdn.example/p)", base: "https://example.com/episodes/4/", want: "<p><a href=\"https://example.com/episodes/5/\">x</a> <img src=\"https://example.com/episodes/4/cdn.png\" alt=\"\"> <a href=\"https://example.com/episodes/4/#top\">z</a> <a href=\"https://cdn.example/p\">p</a></p>\n"},
	{name: "script base", source: "[x](y)", base: "javascript:alert(1)", want: "<p><a href=\"y\">x</a></p>\n"},
	{name: "relative base", source: "[x](y)", base: "/episodes/", want: "<p><a href=\"y\">x</a></p>\n"},
	{name: "script link", source: "[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) [z](data:text/html,hi) [v](vbscript:x) [f](file:///etc/passwd)", want: "<p>x y z v f</p>\n"},
	{name: "script link in references", source: "[x](javascript&#58;alert(1)) [y](java&#10;script:alert(1)) [z](&#1;javascript:alert(1))", want: "<p>x y z</p>\n"},
	{name: "twice escaped reference", source: "[x](javascript&amp;#58;alert(1))", want: "<p><a href=\"javascript&amp;#58;alert(1)\">x</a></p>\n"},
	{name: "script image", source: "![a **b** c](javascript:alert(1)) ![d](data:image/png;base64,AA) ![m](mailto:a@example.com)", want: "<p>a <strong>b</strong> c d m</p>\n"},
	{name: "image", source: "![a *b* &amp; `c`\nd](https://example.com/i.png 't')", want: "<p><img src=\"https://example.com/i.png\" alt=\"a b &amp; c d\" title=\"t\"></p>\n"},
	{name: "inline html", source: "a <b onclick=x>bold</b> <!-- note --> c", want: "<p>a <b>bold</b>  c</p>\n"},
	{name: "keys", source: "Press <kbd>Ctrl</kbd>+<KBD>C</KBD>, x<sup>2</sup> H<sub>2</sub>O<br>or <br/>not", want: "<p>Press <kbd>Ctrl</kbd>+<kbd>C</kbd>, x<sup>2</sup> H<sub>2</sub>O<br>or <br>not</p>\n"},
	{name: "harmful inline html", source: "a <font color=red>b</font> <svg/onload=x>", want: "<p>a &lt;font color=red&gt;b&lt;/font&gt; &lt;svg/onload=x&gt;</p>\n"},
	{name: "html link", source: "<a href=\"https://example.com/?a=1&amp;b=2\" target=_blank title='\"'>x</a> <a href=y>y</a> <a href=javascript:alert(1)>z</a> <a href=\"java\nscript:x\">v</a> <a>w</a>", base: "https://example.com/e/", want: "<p><a href=\"https://example.com/?a=1&amp;b=2\" title=\"&quot;\">x</a> <a href=\"https://example.com/e/y\">y</a> z v w</p>\n"},
	{name: "html image", source: "<img alt='a \"b\"' width=20 height=x src=i.png> <img src=data:x alt=c> <img alt=d>", want: "<p><img src=\"i.png\" alt=\"a &quot;b&quot;\" width=\"20\"> c d</p>\n"},
	{name: "html without ends", source: "a <b>b\n\nc</b> d <i>e <a href=x>f <a href=y>g\n", want: "<p>a <b>b</b></p>\n<p>c d <i>e <a href=\"x\">f </a><a href=\"y\">g</a></i></p>\n"},
	{name: "html that ends what it did not begin", source: "- a</li></ul></p>b\n\n> c</blockquote>d\n", want: "<ul>\n<li>a</li></ul>b\n\n<blockquote>\n<p>c</p></blockquote>d\n\n"},
	{name: "html around Markdown", source: "<details open><summary>More</summary>\n\n- *a*\n\n</details>\n\nb", want: "<details open=\"open\"><summary>More</summary>\n<ul>\n<li><em>a</em></li>\n</ul>\n</details>\n<p>b</p>\n"},
	{name: "html list", source: "<ul>\n<li>a\n<li><p>b &lt; c\n<ol start=3><li>d</ol>\n</ul>", want: "<ul>\n<li>a\n</li><li><p>b &lt; c\n</p><ol start=\"3\"><li>d</li></ol>\n</li></ul>\n"},
	{name: "html in a cell", source: "| a |\n|---|\n| b</table></ul> <br> c |\n", want: "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b&lt;/table&gt; <br> c</td>\n</tr>\n</tbody>\n</table>\n"},
	{name: "html table", source: "<table><tr><td><b>a</b></table>", want: "<p>&lt;table&gt;&lt;tr&gt;&lt;td&gt;<b>a</b>&lt;/table&gt;</p>\n"},
	{name: "unfinished tag", source: "<details\nopen\n", want: "<p>&lt;details\nopen</p>\n"},
	{name: "text area", source: "<div><textarea><b>a</b>", want: "<p>&lt;div&gt;&lt;textarea&gt;&lt;b&gt;a&lt;/b&gt;</p>\n"},
	{name: "html block", source: "<script>\nalert(1)\n</script>\n\nafter", want: "<p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>\n<p>after</p>\n"},
	{name: "comment block", source: "<!-- to do:\n\nmore -->\n\nafter", want: "<p>after</p>\n"},
	{name: "text after a comment", source: "<!-- a --> b", want: "<p>b</p>\n"},
	{name: "open comment", source: "<!-- a\n\nb", want: "<p>&lt;!-- a\n\nb</p>\n"},
	{name: "not UTF-8", source: "a\xffb", want: "<p>a\uFFFDb</p>\n"},
	{name: "code", source: "```go\nx < y\n```", want: "<pre><code class=\"language-go\">x &lt; y\n</code></pre>\n"},
	{name: "empty", source: " \n", want: ""},
}

func TestHTML(t *testing.T) {
	t.Parallel()
	for _, tt := range htmlTests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, HTML(tt.source, tt.base)); diff != "" {
				t.Errorf("HTML (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHTMLWithImages(t *testing.T) {
	t.Parallel()
	var asked []string
	got := HTMLWithImages("![a](my%20pic.png) ![b](https://example.com/b.png 'B') ![c](<c d.png>) <img src=\"my%20pic.png\">", "https://example.com/4/", func(address string) string {
		asked = append(asked, address)
		if address == "my%20pic.png" {
			return "https://example.com/assets/my-pic.png"
		}
		return ""
	})
	want := `<p><img src="https://example.com/assets/my-pic.png" alt="a"> <img src="https://example.com/b.png" alt="b" title="B"> <img src="https://example.com/4/c%20d.png" alt="c"> <img src="https://example.com/assets/my-pic.png" alt=""></p>` + "\n"
	if got != want {
		t.Errorf("HTMLWithImages =\n%s\nwant\n%s", got, want)
	}
	if diff := cmp.Diff([]string{"my%20pic.png", "https://example.com/b.png", "c d.png", "my%20pic.png"}, asked); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, source, want string }{
		{"blocks", "# One\n\nTwo *three*,\nfour.\n\n- five\n- six\n", "One Two three, four. five six"},
		{"inside a word", "un*believ*able", "unbelievable"},
		{"escapes", "a &amp; b \\* &lt;c&gt;", "a & b * <c>"},
		{"link and image", "[x](https://example.com) ![pic](https://example.com/i.png)", "x pic"},
		{"table", "| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"},
		{"script", "<script>alert(1)</script>", "<script>alert(1)</script>"},
		{"empty", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Text(tt.source); got != tt.want {
				t.Errorf("Text = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestShownTags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, source string
		want         []ShownTag
	}{
		{"harmless", "a <b>b</b> `<font>` <https://example.com/> 1 < 2 <!-- <u> -->", nil},
		{"inline", "a <font color=red>b</font> <font>", []ShownTag{{Tag: "<font>", Offset: 2, Times: 2}}},
		{"block", "# x\n\n<div>\n<b onclick=x class=y>\n</div>\n\n<script>\n<i>\n</script>\n", []ShownTag{
			{Tag: "<div>", Offset: 5, Times: 1}, {Tag: "<b>", Offset: 11, Times: 1, Dropped: []string{"class", "onclick"}}, {Tag: "<script>", Offset: 41, Times: 1},
		}},
		{"not a tag", "std::vector<int> x; Optional<T>", []ShownTag{{Tag: "<int>", Offset: 11, Times: 1}, {Tag: "<t>", Offset: 28, Times: 1}}},
		{"links to other schemes", "[ok](mailto:a@example.com) ![x](/a.png) [Call *us*](sip:+15551234) and [us](sip:+15551234), <magnet:?x>", []ShownTag{
			{Tag: "<a>", Offset: 40, Times: 2, Address: "sip:+15551234"}, {Tag: "<a>", Offset: 92, Times: 1, Address: "magnet:?x"},
		}},
		{"a reference to a script", "See [here][a].\n\n[a]: JavaScript:alert(1)\n", []ShownTag{{Tag: "<a>", Offset: 4, Times: 1, Address: "JavaScript:alert(1)"}}},
		{"an image in the text itself", "![x](data:image/png;base64,AAAA)", []ShownTag{{Tag: "<img>", Times: 1, Address: "data:image/png;base64,AAAA"}}},
		{"tags to other schemes", `a <a href=" vbscript:x">b</a> <img src="ftp://example.com/a.png">`, []ShownTag{
			{Tag: "<a>", Offset: 2, Times: 1, Address: "vbscript:x"}, {Tag: "<img>", Offset: 30, Times: 1, Address: "ftp://example.com/a.png"},
		}},
		{"unfinished", "<details\nopen", []ShownTag{{Tag: "<details", Offset: 0, Times: 1}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, ShownTags(tt.source)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// executable returns the first element or attribute that is not known to be
// harmless, or "" if there is none.
func executable(t *testing.T, source string) string {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(source), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return "" // nested too deeply, even for a browser
	}
	harmless := map[string]bool{
		"a": true, "b": true, "blockquote": true, "br": true, "code": true, "del": true, "em": true,
		"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "hr": true, "i": true,
		"img": true, "li": true, "ol": true, "p": true, "pre": true, "strong": true, "table": true,
		"details": true, "kbd": true, "sub": true, "summary": true, "sup": true, "tbody": true, "td": true, "th": true, "thead": true, "tr": true, "ul": true,
	}
	attrs := map[string]bool{"href": true, "src": true, "alt": true, "title": true, "class": true, "start": true, "width": true, "height": true, "open": true}
	for _, top := range nodes {
		for n := range withDescendants(top) {
			if n.Type == html.ElementNode && !harmless[n.Data] {
				return "<" + n.Data + ">"
			}
			for _, a := range n.Attr {
				value := strings.ToLower(strings.Map(func(r rune) rune {
					if r <= ' ' {
						return -1 // as browsers do when they look for a scheme
					}
					return r
				}, a.Val))
				if !attrs[a.Key] || (a.Key == "href" || a.Key == "src") && hasScheme(value, "javascript", "data", "vbscript", "file", "blob") {
					return a.Key + "=" + a.Val
				}
			}
		}
	}
	return ""
}

func hasScheme(value string, schemes ...string) bool {
	for _, s := range schemes {
		if strings.HasPrefix(value, s+":") {
			return true
		}
	}
	return false
}

func withDescendants(n *html.Node) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		if !yield(n) {
			return
		}
		for d := range n.Descendants() {
			if !yield(d) {
				return
			}
		}
	}
}

// letters returns a text without its white space.
func letters(s string) string { return strings.Join(strings.Fields(s), "") }

func FuzzHTML(f *testing.F) {
	for _, tt := range htmlTests {
		f.Add(tt.source, tt.base)
	}
	f.Fuzz(func(t *testing.T, source, base string) {
		got := HTML(source, base)
		if bad := executable(t, got); bad != "" {
			t.Errorf("HTML(%q, %q) has %s:\n%s", source, base, bad, got)
		}
		if err := balanced(got); err != nil {
			t.Errorf("HTML(%q, %q): %v\n%s", source, base, err, got)
		}
		simple, _ := Simplify(got)
		if bad := executable(t, simple); bad != "" {
			t.Errorf("Simplify of HTML(%q, %q) has %s", source, base, bad)
		}
		if !strings.Contains(got, "<table>") && letters(text(simple)) != letters(text(got)) {
			t.Errorf("Simplify of HTML(%q, %q) changes the text\n%q to\n%q", source, base, got, simple)
		}
	})
}

func TestNoOpener(t *testing.T) {
	t.Parallel()
	source := "[a](https://a.example/ \"b\") [c](HTTP://c.example) [d](//d.example/) <a href=https://e.example>e</a> [f](../f/) [g](#g) <g@example.com> `<a href=\"https://h.example\">`\n"
	want := "<p><a rel=\"noopener\" href=\"https://a.example/\" title=\"b\">a</a> <a rel=\"noopener\" href=\"HTTP://c.example\">c</a> <a rel=\"noopener\" href=\"//d.example/\">d</a> <a rel=\"noopener\" href=\"https://e.example\">e</a> <a href=\"../f/\">f</a> <a href=\"#g\">g</a> <a href=\"mailto:g@example.com\">g@example.com</a> <code>&lt;a href=&quot;https://h.example&quot;&gt;</code></p>\n"
	if diff := cmp.Diff(want, NoOpener(HTML(source, ""))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnPage(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"![A cat](https://a.example/c.png \"Miau\") b":               `<p><a rel="noopener" href="https://a.example/c.png">A cat</a> b</p>`,
		"![](HTTP://a.example/c.png)":                                `<p><a rel="noopener" href="HTTP://a.example/c.png">HTTP://a.example/c.png</a></p>`,
		"![](https:a.example/c.png)":                                 `<p><a href="https:a.example/c.png">https:a.example/c.png</a></p>`,
		"[![A cat](//a.example/c.png) b](../c/) ![d](//a.example/d)": `<p><a href="../c/">A cat b</a> <a rel="noopener" href="//a.example/d">d</a></p>`,
		"<img src=https://a.example/c.png width=1 alt='\"<b>'> b":    `<p><a rel="noopener" href="https://a.example/c.png">&quot;&lt;b&gt;</a> b</p>`,
		"![own](../assets/c.png) [l](https://a.example/)":            `<p><img src="../assets/c.png" alt="own"> <a rel="noopener" href="https://a.example/">l</a></p>`,
		"`![x](https://a.example/c.png)` <img alt=x>":                `<p><code>![x](https://a.example/c.png)</code> x</p>`,
	} {
		if got := strings.TrimSpace(OnPage(HTML(source, ""))); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", source, got, want)
		}
	}
}
