package markdown

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSimplify(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, source, want string }{
		{"simple already", "<p>Say &quot;hi&quot; &amp; <a href=\"https://example.com/?a=1&amp;b=2\">go</a>.</p>\n<ul>\n<li>one</li>\n<li>\n<p><em>two</em></p>\n</li>\n</ul>", "<p>Say &quot;hi&quot; &amp; <a href=\"https://example.com/?a=1&amp;b=2\">go</a>.</p>\n<ul>\n<li>one</li>\n<li>\n<p><em>two</em></p>\n</li>\n</ul>"},
		{"heading", "<h2>Links</h2>\n<p>x</p>", "<p><strong>Links</strong></p>\n<p>x</p>"},
		{"table", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td><code>2</code></td>\n</tr>\n</tbody>\n</table>", "<p>a | b</p>\n<p>1 | 2</p>"},
		{"quote", "<blockquote>\n<p>x</p>\n</blockquote>", "<p>x</p>"},
		{"code block", "<pre><code class=\"language-go\">x &lt; y\n</code></pre>", "<p>x &lt; y</p>"},
		{"image and rule", "<p><img src=\"x.png\" alt=\"A &quot;cat&quot;\"></p>\n<hr>\n<p><img src=\"y.png\" alt=\"\"></p>\n<p>z</p>", "<p>A &quot;cat&quot;</p>\n<p>z</p>"},
		{"line break", "<p>a<br>\nb</p>", "<p>a\nb</p>"},
		{"attributes", "<p onclick=\"x\"><a href=\"/x?a&amp;b\" title=\"t\">z</a></p>", "<p><a href=\"/x?a&amp;b\">z</a></p>"},
		{"ordered list", "<ol start=\"3\">\n<li>c</li>\n</ol>", "<ol>\n<li>c</li>\n</ol>"},
		{"strikethrough", "<p>a <del>b</del></p>", "<p>a b</p>"},
		{"empty", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Simplify(tt.source); got != tt.want {
				t.Errorf("Simplify =\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	const blocks = "<p>one</p>\n<p>two</p>\n<p>three</p>\n"
	for _, tt := range []struct {
		name, source string
		max          int
		want         string
	}{
		{"all fits", blocks, len(blocks), "<p>one</p>\n<p>two</p>\n<p>three</p>"},
		{"exactly two", blocks, 21, "<p>one</p>\n<p>two</p>"},
		{"one byte short", blocks, 20, "<p>one</p>"},
		{"items of a list", "<ul>\n<li>one</li>\n<li>two</li>\n<li>three</li>\n</ul>", 40, "<ul>\n<li>one</li>\n<li>two</li></ul>"},
		{"nothing before the end of a nested list", "<ul><li>a<ul><li>b</li><li>c</li></ul></li></ul>", 40, "<ul><li>a<ul><li>b</li></ul></li></ul>"},
		{"words", "<p>one <b>two three</b> four</p>", 29, "<p>one <b>two…</b></p>"},
		{"no spaces", "<p>日本語日本語</p>", 20, "<p>日本語…</p>"},
		{"entity", "<p>aaaaaa&amp;bbbbb</p>", 19, "<p>aaaaaa…</p>"},
		{"void elements", "<p>a<br>b</p><hr><p>c</p>", 19, "<p>a<br>b</p><hr>"},
		{"no room at all", "<p>one</p>", 5, ""},
		{"max zero", "<p>one</p>", 0, ""},
		{"max negative", "<p>one</p>", -1, ""},
		{"not nested", "<p>one</p><p><b>two</p></b><p>three</p>", 100, "<p>one</p>"},
		{"never closed", "<p>one</p><p>two", 100, "<p>one</p>"},
		{"not a tag", "<p>one</p><p", 100, "<p>one</p><p"},
		{"plain text", "one &lt; two", 100, "one &lt; two"},
		{"empty", "", 10, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := Truncate(tt.source, tt.max)
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

// balanced checks that tags are closed in the order in which they were opened. It
// does not use the code of Truncate.
func balanced(source string) error {
	var open []string
	for _, m := range anyTag.FindAllStringSubmatch(source, -1) {
		switch name := m[2]; {
		case void[name]:
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
		for _, text := range []string{full, Simplify(full)} {
			got := Truncate(text, max)
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
