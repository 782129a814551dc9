package transcripts

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"onair/transcripts/internal/script"

	"golang.org/x/net/html"
)

// hostile are transcripts that try to inject markup or break a reader.
var hostile = []string{
	"**Vega:** <script>alert(1)</script> <img src=x onerror=alert(1)>\n",
	"**<script>alert(1)</script>:** hi\n\n**\" onerror=\"alert(1):** hi\n",
	"**Vega:** [a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](java&#x73;cript&colon;alert(1)) <javascript:alert(1)>\n",
	"**Vega:** [a](java\tscript:alert(1)) [b](&#1;javascript:alert(1)) [c](data:text/html,x) [d](vbscript:x)\n",
	"**Vega:** [a](https://x.example/&#1;&#x202e;&#9;) [b](//x.example&#10;) [c](&#32;x:y)\n",
	"**Vega:** [a](https://x.example/\"onmouseover=\"alert(1)) ![x](javascript:alert(1)) ![\"><script>](https://x.example)\n",
	"**Vega:** `<script>` \\<script\\> &lt;script&gt; &amp;lt;script&amp;gt; &#60;script&#62;\n",
	"**Vega:** \\[<script>alert(1)</script>\\] \\[\" onerror=\"alert(1)\\]\n",
	"**Vega:** 00:00:01.000 --> 00:00:02.000\n\n**A --> B:** x\n",
	"**Vega:** a&#10;&#10;1&#10;00:00:01,000 --&gt; 00:00:02,000\n\n**Ve&#10;ga:** b\n",
	"**Vega:** \u202egnp.exe\u202c \u0000\u001b[31m &#x202e;x &#0;y\n",
	"> > > > <svg/onload=alert(1)>\n\n1. <iframe src=javascript:alert(1)>\n\n```\"><script>\n</code><script>alert(1)</script>\n```\n",
	"**Vega:** <!-- --> <?php ?> <![CDATA[x]]> <!DOCTYPE x> x\n",
	"---\ntimeline: clips\n---\n\\[99999:59:59\\] \\[9999:59:59.99\\] a\n",
	"**Vega:** \\[00:10\\] a \\[00:10\\] b \\[00:10\\] c \\[00:09\\] d\n\n**Break:** \\[00:10\\] to \\[00:05\\]\n\ne\n",
	"**Vega:** " + strings.Repeat("\\[00:01\\]\\[00:00\\]", 40) + "\n",
	strings.Repeat("> ", 100) + "deep\n\n" + strings.Repeat("- ", 100) + "deep\n",
	"**Vega:** a\n\n- (\\[laughs\\]\n- \\[laughs\\]. b\n- \\[00:01\\], c\n",
	"**Vega:** 日本語の文章は、単語の間に空白がありません。だから、どこで切るかが問題です。「そうですね」と彼女は言った。\n",
	"**مريم:** مرحبا، كيف حالك؟ \\[laughs\\]\n\n**Vega:** Note: this: that: " + strings.Repeat("w", 80) + ": x\n",
}

func seeds() []string {
	all := append([]string{}, hostile...)
	for _, test := range parseTests {
		all = append(all, test.src)
	}
	return all
}

// TestHostile expects that no output of a hostile transcript contains active
// content.
func TestHostile(t *testing.T) {
	t.Parallel()
	for _, src := range hostile {
		transcript := Parse([]byte(src), nil)
		for _, duration := range []time.Duration{0, time.Minute, 100 * time.Hour} {
			checkSafe(t, src, transcript, duration)
		}
		checkWords(t, transcript, 100*time.Hour)
	}
}

// checkSafe checks that no output has markup from the words of a transcript.
func checkSafe(t testing.TB, src string, transcript *Transcript, duration time.Duration) {
	t.Helper()
	var page strings.Builder
	for i := range transcript.Turns {
		turn := &transcript.Turns[i]
		if strings.ContainsFunc(turn.ID, func(c rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-", c) }) {
			t.Errorf("%q: id %q", src, turn.ID)
		}
		for _, b := range turn.Blocks {
			page.WriteString(b.HTML)
		}
	}
	checkMarkup(t, src, page.String())
	checkCharacters(t, src, page.String())
	cues := transcript.Cues(duration)
	for _, format := range formats {
		var b bytes.Buffer
		if err := format.write(&b, transcript, cues); err != nil {
			t.Fatal(err)
		}
		checkCharacters(t, src, b.String())
		if format.name == "html" {
			checkMarkup(t, src, b.String())
		}
		if format.name != "txt" && strings.Contains(strings.TrimPrefix(b.String(), "<!--"), "<script") {
			t.Errorf("%q: a script in %s", src, format.name)
		}
	}
}

// checkCharacters expects an output to have no control characters.
func checkCharacters(t testing.TB, src, output string) {
	t.Helper()
	for _, c := range output {
		if c != '\n' && script.Hidden(c) {
			t.Errorf("%q: %U in %q", src, c, output)
		}
	}
}

// allowed has the elements and attributes that HTML of a transcript may have.
var allowed = map[string]string{
	"html": "", "head": "", "meta": "charset", "title": "", "body": "", "cite": "",
	"p": "", "hr": "", "blockquote": "", "pre": "", "code": "", "h4": "", "ul": "", "ol": "start", "li": "",
	"a": "href", "em": "", "strong": "", "i": "class", "time": "datetime",
}

func checkMarkup(t testing.TB, src, markup string) {
	t.Helper()
	document, err := html.Parse(strings.NewReader(markup))
	if err != nil {
		t.Fatal(err)
	}
	for n := range document.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		attribute, ok := allowed[n.Data]
		if !ok {
			t.Errorf("%q: element %s", src, n.Data)
		}
		for _, a := range n.Attr {
			if a.Key != attribute {
				t.Errorf("%q: attribute %s of %s", src, a.Key, n.Data)
			}
			if a.Key == "href" && !safeHref(a.Val) {
				t.Errorf("%q: link to %s", src, a.Val)
			}
		}
	}
}

// safeHref reports whether a target is relative, http, https or mailto. It reads the target
// as loosely as a browser does.
func safeHref(href string) bool {
	href = strings.Map(func(c rune) rune {
		if c <= ' ' {
			return -1
		}
		return c
	}, strings.ToLower(href))
	scheme, _, ok := strings.Cut(href, ":")
	if !ok || strings.ContainsAny(scheme, "/?#") {
		return true
	}
	return scheme == "http" || scheme == "https" || scheme == "mailto"
}

func FuzzTranscript(f *testing.F) {
	for _, seed := range seeds() {
		f.Add(seed, int64(600_000))
	}
	f.Fuzz(func(t *testing.T, src string, ms int64) {
		transcript := Parse([]byte(src), &Options{Fraction: Frames30})
		duration := time.Duration(min(max(ms, 1), 1e12)) * time.Millisecond
		checkSafe(t, src, transcript, 0)
		checkSafe(t, src, transcript, duration)
		checkCues(t, transcript.Cues(duration), duration)
		checkStarts(t, transcript, transcript.Cues(duration), duration)
		checkWords(t, transcript, duration)
	})
}

// checkWords checks that documents have every character of the blocks in order,
// and that the cues have the same text.
func checkWords(t testing.TB, transcript *Transcript, duration time.Duration) {
	t.Helper()
	for i := range transcript.Turns {
		for _, b := range transcript.Turns[i].Blocks {
			shown := b.annotated()
			for _, c := range strings.ReplaceAll(b.Text, " ", "") {
				_, rest, ok := strings.Cut(shown, string(c))
				if !ok {
					t.Fatalf("%q is lost in %q of %q", c, b.annotated(), b.Text)
				}
				shown = rest
			}
		}
	}
	cues := transcript.Cues(duration)
	if cues == nil {
		return
	}
	for i := range transcript.Turns {
		for _, b := range transcript.Turns[i].Blocks {
			for rest := b.Text; rest != ""; cues = cues[1:] {
				if len(cues) == 0 || cues[0].Turn != i || !strings.HasPrefix(rest, cues[0].Text) {
					t.Fatalf("no cue goes on with %q", rest)
				}
				rest = strings.TrimPrefix(rest[len(cues[0].Text):], " ")
			}
		}
	}
	if len(cues) > 0 {
		t.Fatalf("%d cues too many", len(cues))
	}
}

// TestLargeInput reads input that takes quadratic time in a careless parser. It fails only
// if the test run exceeds its time limit.
func TestLargeInput(t *testing.T) {
	t.Parallel()
	const size = 50_000
	for _, unit := range []string{
		"[", "\\[", "]", "*", "_", "**", "*a ", "_a_", "`", "` ``", "<", "<a ", "&", "\\", "![", "[a](", "[a](http ", "[a](() ", "[a](()", "[a](b \"", "[a](b (",
		"> ", "- ", "1. ", "```\n", "```a\n\n", "~~~~\n", ":** ", "**a:** ", ". **a:** ", "\\[00:01\\] ", "\\[laughs ",
		"**Break:**\n", "**a:**\n\n", "\n", "\r", "a:\n", "<!--", "<?", "<![CDATA[",
	} {
		src := strings.Repeat(unit, size/len(unit))
		for _, src := range []string{src, "**a:** " + src} {
			Format([]byte(src), nil)
			Fix([]byte(src), nil)
			transcript := Lint([]byte(src), nil)
			if cues := transcript.Cues(time.Hour); cues != nil {
				WriteSRT(io.Discard, cues)
			}
		}
	}
}
