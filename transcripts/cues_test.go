package transcripts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCut(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		src  string
		want []string
	}{
		{"short", "**Vega:** Yes.", []string{"Yes."}},
		{
			"at sentences",
			"**Vega:** The ice came early that year. We had no skis left to sell. Nobody minded.",
			[]string{"The ice came early that year.", "We had no skis left to sell. Nobody minded."},
		},
		{
			"not after a short sentence",
			"**Vega:** Yeah. We went all the way to the north and back again on skis that winter",
			[]string{"Yeah. We went all the way to the north and back again", "on skis that winter"},
		},
		{
			"before a colon that would start a line",
			"**Vega:** We went there.\n\nIt got late in the far north Note: it was dark",
			[]string{"We went there.", "It got late in the far north", "Note: it was dark"},
		},
		{
			"at clauses",
			"**Vega:** When the ice came early that year we had no skis, and nobody in the valley minded that at all",
			[]string{"When the ice came early that year we had no skis,", "and nobody in the valley minded that at all"},
		},
		{
			"no single word at the end",
			"**Vega:** one two three four five six seven eight nine ten eleven twelve",
			[]string{"one two three four five six seven", "eight nine ten eleven twelve"},
		},
		{
			"not after the words of a German phrase",
			"**Vega:** Wir sind damals mit den Hunden auf Skiern durch das ganze Tal und in die Berge gegangen",
			[]string{"Wir sind damals mit den Hunden auf Skiern", "durch das ganze Tal und in die Berge gegangen"},
		},
		{
			"an abbreviation ends no sentence",
			"**Vega:** Nobody we ever met in town liked Dr. Nova and her dogs and cats at all.",
			[]string{"Nobody we ever met in town liked Dr. Nova and her dogs", "and cats at all."},
		},
		{
			"never across turns, paragraphs, items and stamps",
			"**Vega:** One\n\ntwo\n\n- three\n- four \\[00:10\\] five\n\n**Rigel:** six",
			[]string{"One", "two", "three", "four", "five", "six"},
		},
		{
			"a tag does not cut",
			"**Vega:** One \\[laughs\\] two \\[unintelligible 00:00:20\\] three",
			[]string{"One two three"},
		},
		{
			"a stamp inside of a word does not cut",
			"**Vega:** programmer\\[00:10\\]... yes",
			[]string{"programmer... yes"},
		},
		{
			"a long word is kept whole",
			"**Vega:** so " + strings.Repeat("x", 80) + " it is",
			[]string{"so", strings.Repeat("x", 80), "it is"},
		},
		{
			"a script without spaces",
			"**Vega:** " + strings.Repeat("夜空の星は遠い。", 10),
			[]string{strings.Repeat("夜空の星は遠い。", 3), strings.Repeat("夜空の星は遠い。", 4), strings.Repeat("夜空の星は遠い。", 3)},
		},
		{
			"Thai, between phrases and syllables",
			"**Vega:** สวัสดีครับ ยินดีต้อนรับทุกคนเข้าสู่รายการพอดแคสต์ของเราในวันนี้ซึ่งเราจะพูดคุยกันเรื่องเทคโนโลยีใหม่",
			[]string{"สวัสดีครับ ยินดีต้อนรับทุกคน", "เข้าสู่รายการพอดแคสต์ของเราในวันนี้ซึ่งเราจะพูดคุยกันเรื่อง", "เทคโนโลยีใหม่"},
		},
		{
			"right to left",
			"**Vega:** مرحبا بكم في هذا البودكاست، نتحدث اليوم عن الفضاء؟ " + strings.Repeat("نعم ", 20),
			[]string{"مرحبا بكم في هذا البودكاست،", "نتحدث اليوم عن الفضاء؟", strings.TrimSpace(strings.Repeat("نعم ", 16)), "نعم نعم نعم نعم"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var c cutter
			Parse([]byte(test.src), nil).cut(&c)
			var got []string
			for _, cue := range c.cues {
				got = append(got, cue.Text)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("cues (-want +got):\n%s", diff)
			}
		})
	}
}

// srtLines gives each cue one second and writes the cues as SRT. It returns the text of
// every cue, with bars between its lines.
func srtLines(t *testing.T, cues []Cue) (got []string) {
	t.Helper()
	for i := range cues {
		cues[i].Start, cues[i].End = time.Duration(i)*time.Second, time.Duration(i+1)*time.Second
	}
	var b bytes.Buffer
	if err := WriteSRT(&b, cues); err != nil {
		t.Fatal(err)
	}
	for _, cue := range strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n\n") {
		got = append(got, strings.Join(strings.Split(cue, "\n")[2:], "|"))
	}
	return got
}

func TestSRTLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		cues []Cue
		want []string
	}{
		{
			"the name where the speaker changes",
			[]Cue{{Speaker: "Vega", Text: "One."}, {Speaker: "Vega", Text: "Two."}, {Speaker: "Rigel", Text: "Three."}},
			[]string{"Vega: One.", "Two.", "Rigel: Three."},
		},
		{
			"even lines",
			[]Cue{{Speaker: "Vega", Text: "The ice came early that year, to everybody's joy."}},
			[]string{"Vega: The ice came early|that year, to everybody's joy."},
		},
		{
			"a dash at the end of the first line",
			[]Cue{{Text: "One there looks magnificently - it is quite a lot of it"}, {Text: "One there looks magnificent -- it is quite a lot of it"}},
			[]string{"One there looks magnificently -|it is quite a lot of it", "One there looks magnificent --|it is quite a lot of it"},
		},
		{
			"sounds",
			[]Cue{{Speaker: "Vega", Text: "One two.", Sounds: []Sound{{0, "laughs"}, {3, "applause"}, {8, "music"}}}},
			[]string{"Vega: [laughs] One|[applause] two. [music]"},
		},
		{
			"what no player takes for a tag or times",
			[]Cue{{Text: "a < b -> c <3"}, {Text: "a <T> b --> c"}, {Text: "1:00 -> 2:00"}},
			[]string{"a < b -> c <3", "a ‹T› b --› c", "1:00 -› 2:00"},
		},
		{
			"a colon after a word that is not a name",
			[]Cue{{Speaker: "Vega", Text: "One."}, {Speaker: "Vega", Text: "Note: this is not a speaker."}, {Speaker: "Vega", Text: "It is a clock: 10:30."}},
			[]string{"Vega: One.", "Vega: Note: this is|not a speaker.", "Vega: It is a clock: 10:30."},
		},
		{
			"no second line that starts like a speaker",
			[]Cue{{Speaker: "Vega", Text: "It got late again. Note: it was dark then."}},
			[]string{"Vega: It got late|again. Note: it was dark then."},
		},
		{
			"a name as long as a line",
			[]Cue{{Speaker: "Vega Lyrae of the Northern Observatory", Text: "One two three."}},
			[]string{"Vega Lyrae of the Northern Observatory: One|two three."},
		},
		{
			"markup and arrows",
			[]Cue{{Text: "<b>a</b> --> {b}"}},
			[]string{"‹b›a‹/b› --› {b}"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, srtLines(t, test.cues)); diff != "" {
				t.Errorf("cues (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSRTWidth expects the cues of real transcripts to fit into two lines of 32 characters,
// except where a word, or a name with the word after it, is longer.
func TestSRTWidth(t *testing.T) {
	t.Parallel()
	for name, src := range corpus(t) {
		transcript := Parse(src, nil)
		var c cutter
		transcript.cut(&c)
		for i, cue := range srtLines(t, c.cues) {
			for _, line := range strings.Split(cue, "|") {
				text := strings.TrimPrefix(line, c.cues[i].Speaker+": ")
				if n := len([]rune(line)); n > maxLine && strings.Contains(text, " ") {
					t.Errorf("%s: cue %d has a line of %d characters: %q", name, i+1, n, cue)
				}
			}
		}
	}
}

// TestVTTSpeakerEndsInDashes checks that the name of a speaker cannot form the arrow
// between times.
func TestVTTSpeakerEndsInDashes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"A--", "--", "Ada --", "x---"} {
		cues := []Cue{{End: time.Second, Speaker: name, Text: "one --> two"}, {Start: time.Second, End: 2 * time.Second, Speaker: "B", Text: "three"}}
		var b strings.Builder
		if err := WriteVTT(&b, cues); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), "-->"); n != len(cues) {
			t.Errorf("%q: %d arrows for %d cues in\n%s", name, n, len(cues), b.String())
		}
	}
}

func TestVTTEscapes(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	err := WriteVTT(&b, []Cue{
		{End: time.Second, Speaker: "A & B > C", Text: "x --> y <i>z</i> &amp;"},
		{Start: 100 * time.Hour, End: 100*time.Hour + time.Millisecond, Text: "late"},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n<v A &amp; B &gt; C>x --&gt; y &lt;i&gt;z&lt;/i&gt; &amp;amp;\n\n" +
		"100:00:00.000 --> 100:00:00.001\nlate\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("VTT (-want +got):\n%s", diff)
	}
}

// TestJSONStrings expects strings and times to be written as encoding/json does.
func TestJSONStrings(t *testing.T) {
	t.Parallel()
	type segment struct {
		Speaker   string  `json:"speaker,omitempty"`
		StartTime float64 `json:"startTime"`
		EndTime   float64 `json:"endTime"`
		Body      string  `json:"body"`
	}
	cues := []Cue{
		{Start: 0, End: time.Millisecond, Text: "plain"},
		{Start: 10 * time.Millisecond, End: 100 * time.Hour, Speaker: "Ana O'Lyra & Søn", Text: "\"<b>\\ 日本\u2028\t"},
		{Start: 1500 * time.Millisecond, End: 61230 * time.Millisecond, Speaker: "Vega", Text: "bad \xff"},
	}
	want := struct {
		Version  string    `json:"version"`
		Segments []segment `json:"segments"`
	}{Version: "1.0.0", Segments: []segment{}}
	for n := range len(cues) + 1 {
		var expected, got bytes.Buffer
		if err := json.NewEncoder(&expected).Encode(want); err != nil {
			t.Fatal(err)
		}
		if err := WriteJSON(&got, cues[:n]); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(expected.String(), got.String()); diff != "" {
			t.Errorf("%d cues (-want +got):\n%s", n, diff)
		}
		if n < len(cues) {
			c := &cues[n]
			want.Segments = append(want.Segments, segment{c.Speaker, c.Start.Seconds(), c.End.Seconds(), c.Text})
		}
	}
}

// failing is a writer that always fails.
type failing struct{}

var errFull = errors.New("no space left")

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	transcript := Parse([]byte("**Vega:** \\[00:10\\] One.\n"), nil)
	for _, format := range formats {
		if err := format.write(failing{}, transcript, transcript.Cues(0)); !errors.Is(err, errFull) {
			t.Errorf("%s: %v", format.name, err)
		}
	}
}

func TestBreaksBetween(t *testing.T) {
	t.Parallel()
	for pair, want := range map[string]bool{
		"夜空": true, "のカ": true, "。夜": true, "夜。": false, "「夜": false, "夜」": false, "キャ": false,
		"ab": false, "a夜": true, "夜a": true, "夜,": false, "(夜": false, "夜(": true, ")夜": true, "a(": false,
		"กเ": true, "เก": false, "กา": false, "ะก": true, "ะๆ": false, "กก": false, "夜เ": true,
	} {
		r := []rune(pair)
		if got := breaksBetween(r[0], r[1]); got != want {
			t.Errorf("breaksBetween(%q) = %v", pair, got)
		}
	}
}

// TestSoundTurns expects a cue for each turn that has only sounds, but not in JSON.
func TestSoundTurns(t *testing.T) {
	t.Parallel()
	const src = `**Zoë O'Vega:** \[00:03\] The ice came early that year, and we sold no skis at all.

**Rigel Orión:** \[laughs\] \[coughs\]

**Zoë O'Vega:** \[00:08\] Nobody minded, as far as I know.

**Break:** \[00:20\] to \[00:30\]

**Rigel Orión:** \[laughter\]

**Zoë O'Vega:** \[00:33\] Hello again.

**Rigel Orión:** \[unintelligible\]

**Rigel Orión:** \[applause\]
`
	transcript := Parse([]byte(src), nil)
	cues := transcript.Cues(40 * time.Second)
	checkCues(t, cues, 40*time.Second)
	checkStarts(t, transcript, cues, 40*time.Second)
	var sounds []string
	for i := range cues {
		if cues[i].Text == "" {
			sounds = append(sounds, fmt.Sprintf("%d %s %s", cues[i].Start/time.Second, cues[i].Speaker, cues[i].shown()))
		}
	}
	want := []string{"7 Rigel Orión [laughs] [coughs]", "32 Rigel Orión [laughter]", "33 Rigel Orión [applause]"}
	if !slices.Equal(sounds, want) {
		t.Errorf("got %q, want %q", sounds, want)
	}
	var b bytes.Buffer
	if err := WriteJSON(&b, cues); err != nil || strings.Contains(b.String(), `"body":""`) || !json.Valid(b.Bytes()) {
		t.Errorf("%v %s", err, b.Bytes())
	}
}
