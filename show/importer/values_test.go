package importer

import (
	"slices"
	"strings"
	"testing"
	"time"

	"onair/feed/tree"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Fri, 26 Feb 2021 00:00:00 -0500":    "2021-02-26T00:00:00-05:00",
		"Fri, 26 Feb 2021 00:00:00 GMT":      "2021-02-26T00:00:00Z",
		"Fri, 26 Feb 2021 00:00:00 EST":      "2021-02-26T00:00:00-05:00",
		"Friday, 26 February 2021 10:00":     "2021-02-26T10:00:00Z",
		"26 Feb 2021":                        "2021-02-26T00:00:00Z",
		"Mi, 06 Jan 2021 10:00:00 +01:00":    "2021-01-06T10:00:00+01:00",
		"mer., 06 janv. 2021 10:00:00 +0100": "2021-01-06T10:00:00+01:00",
		"Mi, 3 März 2021 10:00:00 MEZ":       "2021-03-03T10:00:00+01:00",
		"3 de octubre de 2021 10:00":         "2021-10-03T10:00:00Z",
		"2021-02-26T10:00:00Z":               "2021-02-26T10:00:00Z",
		"2021-02-26T10:00:00.5+02:00":        "2021-02-26T10:00:00+02:00",
		"2021-02-26 10:00:00":                "2021-02-26T10:00:00Z",
		"Feb 26, 2021":                       "2021-02-26T00:00:00Z",
		"February 26th, 2021":                "2021-02-26T00:00:00Z",
		"26.02.2021 10:00":                   "2021-02-26T10:00:00Z",
		"Fri Feb 26 10:00:00 2021":           "2021-02-26T10:00:00Z",
		"Fri, 26 Feb 2021 10:00:00 GMT+0200": "2021-02-26T10:00:00+02:00",
		"Tue, 2 Mar 21 10:00:00 PST":         "2021-03-02T10:00:00-08:00",
		"Tue, 2 Mar 2021 10:00:00 UTC+1":     "2021-03-02T10:00:00+01:00",
		"Tue, 2 Mar 2021 10:00:00 GMT -5":    "2021-03-02T10:00:00-05:00",
		"Tue, 2 Mar 2021 10:00 UTC+05:30":    "2021-03-02T10:00:00+05:30",
		"Tue Mar 2 10:00:00 PST 2021":        "2021-03-02T10:00:00-08:00",
		"Tue,2 Mar 2021 10:00:00 +0000":      "2021-03-02T10:00:00Z",
		"Tue, 02-Mar-2021 10:00:00 GMT":      "2021-03-02T10:00:00Z",
		"вт, 2 мар 2021 10:00:00 +0300":      "2021-03-02T10:00:00+03:00",
		"2 сентября 2021 г. 10:00":           "2021-09-02T10:00:00Z",
		"wt., 2 lut 2021 10:00:00 +0100":     "2021-02-02T10:00:00+01:00",
		"March 2, 2021 9:30 PM":              "2021-03-02T21:30:00Z",
		"2 Mar 21 9:30 PM EST":               "2021-03-02T21:30:00-05:00",
		"Tue, 2 Mar 21 09:30":                "2021-03-02T09:30:00Z",
		"March 2, 2021 at 9:30 p.m. EST":     "2021-03-02T21:30:00-05:00",
		"Tue, 2 Mar 2021 12:05:00 am +0100":  "2021-03-02T00:05:00+01:00",
		"2021-03-02T10:00":                   "2021-03-02T10:00:00Z",
		"2021-03-02T10:00+02:00":             "2021-03-02T10:00:00+02:00",
		"Fri, 26 Feb 2021 24:00:00 GMT":      "2021-02-27T00:00:00Z",
		"Fri, 26 Feb 2021 10:59:60 GMT":      "2021-02-26T11:00:00Z",
		"02/26/2021 10:00":                   "2021-02-26T10:00:00Z",
		"26/02/2021":                         "2021-02-26T00:00:00Z",
		"1614297600":                         "2021-02-26T00:00:00Z",
		"Fri, 26 Feb 2021 10.05.00 GMT":      "2021-02-26T10:05:00Z",
		"26 Feb 2021 10:00 America/New_York": "2021-02-26T10:00:00-05:00",
		"Fri, 26 Feb 2021 10:00:00 -5:00":    "2021-02-26T10:00:00-05:00",
		"Fri, 26 Feb 2021 10:00:00 +1":       "2021-02-26T10:00:00+01:00",
		"2021年2月26日 10:05":                   "2021-02-26T10:05:00Z",
		"20210226T100500Z":                   "2021-02-26T10:05:00Z",
		"2021-02-26T10:05:00+00:00Z":         "2021-02-26T10:05:00Z",
		"Fr, 26 Februar 2021 10:05 Uhr":      "2021-02-26T10:05:00Z",
	} {
		got, ok := parseDate(in)
		if !ok || got.Truncate(time.Second).Format(time.RFC3339) != want {
			t.Errorf("parseDate(%q) = %s, %t; want %s", in, got.Format(time.RFC3339), ok, want)
		}
	}
	for _, in := range []string{"", "soon", "32 Feb 2021", "0", "02/03/2021", "26 Feb 2021 10:00 Moss/Bog", "31/31/2021"} {
		if got, ok := parseDate(in); ok {
			t.Errorf("parseDate(%q) = %s", in, got)
		}
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"3600": "1h0m0s", "1:02:03": "1h2m3s", "62:03": "1h2m3s", "00:00:59.6": "59s", "PT1H2M3S": "1h2m3s", "1h 2m": "1h2m0s", "45 min": "45m0s", "59.6": "1m0s", ":30": "30s", "1.5 hours": "1h30m0s", "1 hour, 5 minutes and 10 secs": "1h5m10s", "62,5": "1m3s", "1h05": "1h5m0s", "5 Minuten": "5m0s", "1,079": "17m59s",
	} {
		if got, ok := parseDuration(in); !ok || got.String() != want {
			t.Errorf("parseDuration(%q) = %s, %t; want %s", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "0", "0:00", "long", "1:2:3:4", "-5"} {
		if got, ok := parseDuration(in); ok {
			t.Errorf("parseDuration(%q) = %s", in, got)
		}
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in string }{
		{"emphasis before a letter", `<p><b>Bold!</b>glued and <em> spaced </em>x</p>`},
		{"parentheses", `<p><a href="https://a.example/x_(y)">a</a> <a href="https://a.example/(">b</a></p>`},
		{"brackets", `<p><a href="https://a.example/[x]?q={1}|2^">a</a> <b>b</b> <a href="https://a.example/a b&quot;">c</a></p>`},
		{"not ASCII", `<p><a href="https://bücher.example/ü?ß=é"><em>a</em></a> <img src="https://bücher.example/ü (1).png" alt="x"></p>`},
		{"backslash and references", `<p><a href="https://a.example/\_x&amp;amp;y&lt;z&gt;">a</a> <a href="https://a.example/%zz" title="t">b</a></p>`},
		{"query", `<a href="https://a.example/?a=1&amp;b=2&copy=3">a</a>`},
		{"looks like Markdown", `<p># no heading</p><p>1. no list</p><p>- neither</p><p>*a* _b_ [c](d) &lt;e&gt; ~~f~~ | g</p>`},
		{"line breaks", `00:00 Intro<br/>01:23 Next<br>`},
		{"nested lists", `<ul><li>a<ol><li>b</li></ol></li><li><p>c</p></li></ul>`},
		{"table", `<table><tr><td>a</td><td>b | c</td></tr></table>`},
		{"code", "<pre>x &lt; y\n  z</pre><code>`</code>"},
		{"nothing but a link", `<a href="https://a.example/">https://a.example/</a>`},
		{"bare address", `<p>See https://a.example/a_b_c, or mail a@b.example</p>`},
		{"link around a block", `<a href="https://a.example/"><h2>Head</h2><p>x</p></a>`},
		{"image", `<p><img src="https://a.example/i.png" alt="an [image]"> x</p>`},
		{"quote", `<blockquote><p>a</p><p>b</p></blockquote>after`},
		{"broken", `<p>a <b>b <p>c</b> d`},
		{"non-breaking space", `<p>a&nbsp;b &nbsp; c</p>`},
		{"quotation in emphasis", `<p><em>a <blockquote>b</blockquote></em></p>`},
		{"quotation in a link", `<a href="https://a.example/"><em>a</em><blockquote>b</blockquote></a>`},
		{"link without text", `<p>a <a href="https://a.example/"></a> b</p>`},
		{"image in a link beside broken emphasis", `<p><b>Bold!</b>glued <a href="https://a.example/"><img src="https://a.example/i.png" alt="[i]"> x</a></p>`},
		{"address in a link beside broken emphasis", `<p><b>Bold!</b>glued<a href="https://a.example/"> https://b.example/ <br>x</a></p>`},
		{"non-breaking space beside broken emphasis", `<p><b>Bold!</b>glued<i>&nbsp;</i>x<code> y&nbsp;</code>z</p>`},
		{"script link", `<p><a href="javascript:x()">a</a> b</p>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			md, _ := notesOf(tt.in, nil)
			if !md.shows(parse(tt.in)) {
				t.Errorf("notesOf = %s\nwhich shows %s", md.source, md.html)
			}
		})
	}
	if md, _ := notesOf("First & line\n# second_line_\n\nhttps://a.example/x_y_z.", nil); md.html != "<p>First &amp; line<br>\n# second_line_</p>\n<p><a href=\"https://a.example/x_y_z\">https://a.example/x_y_z</a>.</p>\n" {
		t.Errorf("plain notes:\n%s\n%s", md.source, md.html)
	}
}

func FuzzNotes(f *testing.F) {
	for _, s := range []string{`<p>a <b>b</b></p>`, `<a href="x">y</a>`, "a\nb", `<ul><li>*</ul>`, `<p>1.</p>`, "<pre>`", `<em>a<blockquote>b</blockquote></em>`, `<a href="x">&nbsp;<h2>y</h2></a>`, `<b>!</b>a<a href="x"><img src="y">`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		in = strings.ToValidUTF8(strings.ReplaceAll(in, "\r\n", "\n"), "")
		md, lost := notesOf(in, nil)
		if strings.ContainsAny(md.source, "\x00") || !isHTML(in) {
			return
		}
		body := parse(in)
		_, _ = removeScripts(body)
		if len(lost) == 0 && !md.shows(body) {
			t.Errorf("notesOf(%q) = %q, which shows something else", in, md.source)
		}
		if again, _ := notesOf(md.published(), nil); again != md {
			t.Errorf("notesOf(%q) = %q; of its own feed it is %q", in, md.source, again.source)
		}
	})
}

func TestMonthOrDay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ language, other, want string }{
		{"en-gb", "", "2021-03-02"},
		{"en_US", "", "2021-02-03"},
		{"en-us", "13/01/2021", "2021-03-02"},
		{"de", "01/13/2021", "2021-02-03"},
	} {
		doc, err := tree.Parse([]byte("<rss version=\"2.0\"><channel><language>"+tt.language+"</language><item><pubDate>"+tt.other+"</pubDate></item></channel></rss>"), nil)
		if err != nil {
			t.Fatal(err)
		}
		c := &mapper{channel: doc.Channel(), items: slices.Collect(doc.Channel().All("item"))}
		got, ok := c.date("02/03/2021 10:05")
		if !ok || got.Format("2006-01-02 15:04") != tt.want+" 10:05" || len(c.losses) != 1 {
			t.Errorf("in %s beside %q: %s, %t, losses %v", tt.language, tt.other, got, ok, c.losses)
		}
	}
}
