package markdown

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func TestSimplify(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, source, want string
		incomplete         bool
	}{
		{name: "simple already", source: "<p>Say &quot;hi&quot; &amp; <a href=\"https://example.com/?a=1&amp;b=2\">go</a>.</p>\n<ul>\n<li>one</li>\n<li>\n<p><em>two</em></p>\n</li>\n</ul>", want: "<p>Say &quot;hi&quot; &amp; <a href=\"https://example.com/?a=1&amp;b=2\">go</a>.</p>\n<ul>\n<li>one</li>\n<li>\n<p><em>two</em></p>\n</li>\n</ul>"},
		{name: "heading", source: "<h2>Links</h2>\n<p>x</p>", want: "<p><strong class=\"h2\">Links</strong></p>\n<p>x</p>"},
		{name: "table", source: "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td><code>2</code></td>\n</tr>\n</tbody>\n</table>", want: "<p>a | b</p>\n<p>1 | <code>2</code></p>", incomplete: true},
		{name: "quote", source: "<blockquote>\n<p>x</p>\n</blockquote>", want: "<blockquote>\n<p>x</p>\n</blockquote>"},
		{name: "code block", source: "<pre><code class=\"language-go\">x &lt; y\n</code></pre>", want: "<p><code class=\"pre language-go\">x &lt; y</code></p>"},
		{name: "image and rule", source: "<p><img src=\"x.png\" alt=\"A &quot;cat&quot;\"></p>\n<hr>\n<p><img src=\"y.png\" alt=\"\"></p>\n<p>z</p>", want: "<p>A &quot;cat&quot;</p>\n<p class=\"hr\">* * *</p>\n<p>z</p>", incomplete: true},
		{name: "line break", source: "<p>a<br>\nb</p>", want: "<p>a<br>\nb</p>"},
		{name: "title of a link", source: "<p><a href=\"/x?a&amp;b\" title=\"t\">z</a></p>", want: "<p><a href=\"/x?a&amp;b\" title=\"t\">z</a></p>"},
		{name: "ordered list", source: "<ol start=\"3\">\n<li>c</li>\n</ol>", want: "<ol start=\"3\">\n<li>c</li>\n</ol>"},
		{name: "strikethrough", source: "<p>a <del>b</del></p>", want: "<p>a <del>b</del></p>"},
		{name: "line breaks in emphasis", source: "<p>00:00 <em>a<br>\nb</em><br>\n</p>", want: "<p>00:00 <em>a<br>\nb</em></p>"},
		{name: "line break in a list", source: "<ul>\n<li>a<br>\nb\n<ul>\n<li>c</li>\n</ul>\nd<br>\ne</li>\n</ul>", want: "<ul>\n<li>a<br>\nb\n<ul>\n<li>c</li>\n</ul>\nd<br>\ne</li>\n</ul>"},
		{name: "lines of code", source: "<pre><code>x &lt; y\n\n  y\n</code></pre>", want: "<p><code class=\"pre\">x &lt; y<br>\n<br>\n  y</code></p>"},
		{name: "lines of code in a list", source: "<ol>\n<li>\n<p>a</p>\n<pre><code>x\ny\n</code></pre>\n</li>\n</ol>", want: "<ol>\n<li>\n<p>a</p>\n<p><code class=\"pre\">x<br>\ny</code></p>\n</li>\n</ol>"},
		{name: "text in no block", source: "<div>a <strong>b</strong></div>c<p>d</p>", want: "<p>a <strong>b</strong></p><p>c</p><p>d</p>"},
		{name: "headings without text", source: "<h2></h2>\n<h3> <br></h3>\n<p>a</p>", want: "<p>a</p>"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, complete := Simplify(tt.source)
			if got != tt.want || complete == tt.incomplete {
				t.Errorf("Simplify =\n%s\n%t, want\n%s\n%t", got, complete, tt.want, !tt.incomplete)
			}
		})
	}
}

func TestRestore(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"## Links & *more*\n\na\n\n### Even more\n\nb",
		"a\n\n* * *\n\nb",
		"```\nx < y\n\n  y\n```\n\na\n\n    one line",
		"- ```go\n  x := 1\n  ```\n- a  \n  b",
		"`code` of ~~one~~ line\n\n> a\n>\n> b\n\n3. [c](https://c.example/ \"C\")",
		"**bold**\n\n\\* \\* \\*",
	} {
		full := HTML(source, "")
		simple, complete := Simplify(full)
		body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
		nodes, err := html.ParseFragment(strings.NewReader(simple), body)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range nodes {
			body.AppendChild(n)
		}
		Restore(body)
		var b strings.Builder
		for n := range body.ChildNodes() {
			if err := html.Render(&b, n); err != nil {
				t.Fatal(err)
			}
		}
		got := strings.NewReplacer("<br/>", "<br>", "<hr/>", "<hr>", "<code class=\"\">", "<code>").Replace(b.String())
		if !complete || got != strings.TrimSpace(full) {
			t.Errorf("%s\nbecomes\n%s\nwant\n%s", simple, got, full)
		}
	}
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	const blocks = "<p>one</p>\n<p>two</p>\n<p>three</p>\n"
	for _, tt := range []struct {
		name, source string
		max          int
		more         string
		want         string
	}{
		{"all fits", blocks, len(blocks), "", "<p>one</p>\n<p>two</p>\n<p>three</p>"},
		{"exactly two", blocks, 21, "", "<p>one</p>\n<p>two</p>"},
		{"one byte short", blocks, 20, "", "<p>one</p>"},
		{"items of a list", "<ul>\n<li>one</li>\n<li>two</li>\n<li>three</li>\n</ul>", 40, "", "<ul>\n<li>one</li>\n<li>two</li></ul>"},
		{"nothing before the end of a nested list", "<ul><li>a<ul><li>b</li><li>c</li></ul></li></ul>", 40, "", "<ul><li>a<ul><li>b</li></ul></li></ul>"},
		{"lines", "<p>one<br>\ntwo<br>\nthree</p>", 20, "", "<p>one<br>\ntwo</p>"},
		{"words", "<p>one <b>two three</b> four</p>", 29, "", "<p>one <b>two…</b></p>"},
		{"no spaces", "<p>日本語日本語</p>", 20, "", "<p>日本語…</p>"},
		{"entity", "<p>aaaaaa&amp;bbbbb</p>", 19, "", "<p>aaaaaa…</p>"},
		{"void elements", "<p>a<br>b</p><hr><p>c</p>", 19, "", "<p>a<br>b</p><hr>"},
		{"no room at all", "<p>one</p>", 5, "", ""},
		{"max zero", "<p>one</p>", 0, "", ""},
		{"max negative", "<p>one</p>", -1, "", ""},
		{"not nested", "<p>one</p><p><b>two</p></b><p>three</p>", 100, "", "<p>one</p>"},
		{"never closed", "<p>one</p><p>two", 100, "", "<p>one</p>"},
		{"not a tag", "<p>one</p><p", 100, "", "<p>one</p><p"},
		{"plain text", "one &lt; two", 100, "", "one &lt; two"},
		{"room for more of the text", "<p>one</p><p>" + strings.Repeat("two ", 20) + "</p>", 60, "", "<p>one</p><p>two two two two two two two two two two…</p>"},
		{"more", "<ul>\n<li>one</li>\n<li>two</li>\n<li>three</li>\n</ul>", 50, "<p>more</p>", "<ul>\n<li>one</li>\n<li>two</li></ul>\n<p>more</p>"},
		{"more of nothing", "<p>one</p>", 10, "<p>more</p>", "<p>one</p>"},
		{"empty", "", 10, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := Truncate(tt.source, tt.max, tt.more)
			if got != tt.want {
				t.Errorf("Truncate = %q, want %q", got, tt.want)
			}
			if err := balanced(got); err != nil {
				t.Errorf("Truncate = %q: %v", got, err)
			}
		})
	}
}

var anyTag = regexp.MustCompile(`<(/?)([a-z][a-z0-9]*)[^>]*>`)

// balanced checks that elements are closed and properly nested. It does not use the
// code of Truncate.
func balanced(source string) error {
	var open []string
	for _, m := range anyTag.FindAllStringSubmatch(source, -1) {
		switch name := m[2]; {
		case isVoid(name):
		case m[1] == "":
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			return fmt.Errorf("</%s> closes nothing", name)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("<%s> is never closed", open[len(open)-1])
	}
	return nil
}

func FuzzTruncate(f *testing.F) {
	for i, tt := range htmlTests {
		f.Add(tt.source, i*7)
	}
	f.Add("- "+strings.Repeat("word ", 50)+"\n- "+strings.Repeat("&amp;日", 50), 120)
	f.Fuzz(func(t *testing.T, source string, max int) {
		full := HTML(source, "")
		simple, _ := Simplify(full)
		for _, text := range []string{full, simple} {
			got := Truncate(text, max, "")
			if len(got) > max && got != "" {
				t.Errorf("Truncate(%q, %d) has %d bytes", text, max, len(got))
			}
			if !utf8.ValidString(got) {
				t.Errorf("Truncate(%q, %d) = %q, not UTF-8", text, max, got)
			}
			if err := balanced(got); err != nil {
				t.Errorf("Truncate(%q, %d) = %q: %v", text, max, got, err)
			}
			if len(text) <= max && got != strings.TrimSpace(text) {
				t.Errorf("Truncate(%q, %d) = %q although all of it fits", text, max, got)
			}
		}
	})
}
