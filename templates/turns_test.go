package templates

import (
	"bytes"
	"html/template"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/show"
	"onair/templates/words"
	"onair/transcripts"
)

// turnsRenderer returns a renderer that can render turns.
func turnsRenderer() *renderer {
	return &renderer{site: &Site{Show: &show.Show{URL: "https://x.example/"}}, words: words.For("en", nil), current: "episodes/a/index.html"}
}

// turnsTemplate parses the template that turns replaces.
func turnsTemplate(t testing.TB) *template.Template {
	t.Helper()
	source, err := os.ReadFile("testdata/turns.html")
	if err != nil {
		t.Fatal(err)
	}
	set, err := template.New("turns.html").Funcs(turnsRenderer().funcs()).Parse(string(source))
	if err != nil {
		t.Fatal(err)
	}
	partial, err := os.ReadFile("default/turns.html")
	if err != nil {
		t.Fatal(err)
	}
	return template.Must(set.New("partial").Parse(string(partial)))
}

// sameTurns checks that the template and the Go code write the same bytes.
func sameTurns(t *testing.T, set *template.Template, view transcriptView) {
	t.Helper()
	var want, got bytes.Buffer
	if err := set.ExecuteTemplate(&want, "turns.html", view); err != nil {
		t.Fatal(err)
	}
	if err := set.ExecuteTemplate(&got, "partial", view); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), got.String()); diff != "" {
		t.Errorf("turns (-template +Go):\n%s", diff)
	}
}

func TestTurnsAreThoseOfTheTemplate(t *testing.T) {
	t.Parallel()
	set := turnsTemplate(t)
	blocks := []transcripts.Block{{HTML: "<p>Hello <b>&amp;</b></p>"}, {HTML: "<ul><li>one</li></ul>"}}
	sameTurns(t, set, transcriptView{Transcript: Transcript{Language: "en"}})
	long := transcriptView{Transcript: Transcript{Language: "en"}, Turns: make([]turnView, 2*runLength+1)}
	sameTurns(t, set, long)
	if runs := strings.Count(string(turnsRenderer().turns(long)), `class="run"`); runs != 3 {
		t.Errorf("%d turns are in %d runs, want 3", len(long.Turns), runs)
	}
	long.Turns = make([]turnView, (runsAtOnce+1)*runLength+1)
	sameTurns(t, set, long)
	if later := strings.Count(string(turnsRenderer().turns(long)), "<noscript>"); later != 2 {
		t.Errorf("%d runs are for later, want 2", later)
	}
	for _, text := range []string{
		"", "Mary O'Brien", "Søren & Co + <b>\"x\"</b>", "t12", "es-t12", "a\x00b\x7f", "not UTF-8 \xff\xc3(", "\u2028\uFFFE👩‍🚀", "100% #/?&=;!$*(),~[]@`{}|\\^",
	} {
		sameTurns(t, set, transcriptView{Transcript: Transcript{Language: "en"}, AudioKey: "audio/a b.mp3", Turns: []turnView{
			{Turn: transcripts.Turn{Speaker: text, Blocks: blocks}, Anchor: text, Timed: true, Start: 3723*time.Second + 4567*time.Microsecond, Hue: 11, Chapter: text},
			{Turn: transcripts.Turn{Speaker: text, Pause: true}, Anchor: text},
			{Turn: transcripts.Turn{Speaker: text, Blocks: blocks[:1]}, Timed: true, Image: "assets/vega.png"},
			{Turn: transcripts.Turn{Speaker: text}, Anchor: "x", Timed: true, Start: -time.Second},
		}})
	}
}

func FuzzTurns(f *testing.F) {
	f.Add("Vega", "t12", int64(12*time.Second), true, false)
	f.Add("<b>", "\"'", int64(-1), false, true)
	set := turnsTemplate(f)
	f.Fuzz(func(t *testing.T, speaker, anchor string, start int64, timed, pause bool) {
		sameTurns(t, set, transcriptView{Transcript: Transcript{Language: "en"}, Turns: []turnView{{
			Turn:   transcripts.Turn{Speaker: speaker, Pause: pause, Blocks: []transcripts.Block{{HTML: "<p>x</p>"}}},
			Anchor: anchor, Timed: timed, Start: time.Duration(start),
		}}})
	})
}

func TestCutOpening(t *testing.T) {
	t.Parallel()
	opening := regexp.MustCompile(`^(<[a-z0-9]+>)?<time [^>]*>[^<]*</time> *`)
	for _, tt := range []struct{ name, html, want string }{
		{"paragraph", `<p><time datetime="PT12S">0:12</time> Now.</p>`, "<p>Now.</p>"},
		{"without an element", `<time datetime="PT12S">0:12</time>  Now.`, "Now."},
		{"alone", `<p><time datetime="PT12S">0:12</time></p>`, "<p></p>"},
		{"later", `<p>Now <time datetime="PT12S">0:12</time></p>`, ""},
		{"after an element", `<p>a</p><time datetime="PT12S">0:12</time>`, ""},
		{"after text", `a <b><time datetime="PT12S">0:12</time></b>`, ""},
		{"two elements deep", `<ul><li><time datetime="PT12S">0:12</time></li></ul>`, ""},
		{"attributes", `<p class="x"><time datetime="PT12S">0:12</time></p>`, ""},
		{"element inside", `<p><time datetime="PT12S"><b>0:12</b></time></p>`, ""},
		{"not closed", `<p><time datetime="PT12S">0:12`, ""},
		{"empty", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := tt.want
			if want == "" {
				want = tt.html
			}
			got, ok := cutOpening(tt.html)
			if got != want || ok != (tt.want != "") {
				t.Errorf("cutOpening = %q, %t; want %q", got, ok, want)
			}
			if regexped := opening.ReplaceAllString(tt.html, "$1"); got != regexped {
				t.Errorf("cutOpening = %q, the expression gives %q", got, regexped)
			}
		})
	}
}
