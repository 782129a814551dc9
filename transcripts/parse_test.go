package transcripts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outline is the compact form of a transcript in test tables: a line per turn,
// "Speaker: text | text", "[Break]" for a pause, and the rules with their places.
func outline(t *Transcript) (turns []string, rules []string) {
	for i := range t.Turns {
		turn := &t.Turns[i]
		if turn.Pause {
			s := "[" + turn.Speaker
			for _, m := range []*Mark{turn.Stamp, turn.Until} {
				if m != nil {
					s += " " + string(appendClock(nil, m.Time))
				}
			}
			turns = append(turns, s+"]")
			continue
		}
		var texts []string
		for j := range turn.Blocks {
			texts = append(texts, turn.Blocks[j].Text)
		}
		turns = append(turns, turn.Speaker+": "+strings.Join(texts, " | "))
	}
	for _, f := range t.Findings {
		rules = append(rules, fmt.Sprintf("%s %d:%d", f.Rule, f.Line, f.Column))
	}
	return turns, rules
}

var parseTests = []struct {
	name  string
	src   string
	turns []string
	rules []string
}{
	{name: "empty file"},
	{name: "only blank lines", src: "\n \n\t\n"},
	{
		name:  "label and text",
		src:   "**Vega:** Hello.\n",
		turns: []string{"Vega: Hello."},
	},
	{
		name:  "paragraphs without a label go on",
		src:   "**Vega:** Hello.\n\nAnd more.\n\n**Rigel:** Yes.\n",
		turns: []string{"Vega: Hello. | And more.", "Rigel: Yes."},
	},
	{
		name:  "label alone on its line",
		src:   "**Vega:**\n\nHello.\n\n**Rigel:**\nYes.\n",
		turns: []string{"Vega: Hello.", "Rigel: Yes."},
	},
	{
		name:  "soft-wrapped paragraph",
		src:   "**Vega:** One\ntwo\n   three.\n",
		turns: []string{"Vega: One two three."},
	},
	{
		name:  "pauses",
		src:   "**Vega:** One.\n\n**Break:** \\[01:00\\]\n\n**Jingle:** \\[02:00\\] to \\[02:10\\]\n\n**Outro:**\n",
		turns: []string{"Vega: One.", "[Break 1:00]", "[Jingle 2:00 2:10]", "[Outro]"},
	},
	{
		name:  "text after a pause belongs to the speaker before it",
		src:   "**Vega:** One.\n\n**Break:** \\[01:00\\]\n\nTwo.\n",
		turns: []string{"Vega: One.", "[Break 1:00]", "Vega: Two."},
		rules: []string{"T011 5:1"},
	},
	{
		name:  "text in the line of a pause",
		src:   "**Break:** \\[01:00\\] Music plays.\n",
		turns: []string{"[Break 1:00]", ": Music plays."},
		rules: []string{"T011 1:22"},
	},
	{
		name:  "text before the first label",
		src:   "Hello.\n\n**Vega:** Yes.\n",
		turns: []string{": Hello.", "Vega: Yes."},
		rules: []string{"T001 1:1"},
	},
	{
		name:  "headings before the first label",
		src:   "# Snow talk\n\n## Transcript\n\n**Vega:** Yes.\n\n## Ice\n\nNo.\n",
		turns: []string{"Vega: Yes. | Ice | No."},
	},
	{
		name:  "text after a heading before the first label",
		src:   "## Transcript\n\nHello.\n\n**Vega:** Yes.\n",
		turns: []string{": Hello.", "Vega: Yes."},
		rules: []string{"T001 3:1"},
	},
	{
		name:  "stamp before the first label opens the first turn",
		src:   "\\[00:10\\]\n\n**Vega:** Yes.\n",
		turns: []string{"Vega: Yes."},
		rules: []string{"T001 1:1"},
	},
	{
		name:  "empty turn",
		src:   "**Vega:**\n\n**Rigel:** Yes.\n\n**Vega:**\n",
		turns: []string{"Vega: ", "Rigel: Yes.", "Vega: "},
		rules: []string{"T008 1:1", "T008 5:1"},
	},
	{
		name:  "colon outside the bold",
		src:   "**Break**: \\[01:00\\]\n\n**Vega**: Yes.\n",
		turns: []string{"[Break 1:00]", "Vega: Yes."},
		rules: []string{"T003 1:1", "T003 3:1"},
	},
	{
		name:  "label as a heading, indented, after stray characters",
		src:   "# **Break:** \\[01:00\\]\n\n    **Vega:** One.\n\n+**Rigel:** Two.\n",
		turns: []string{"[Break 1:00]", "Vega: One.", "Rigel: Two."},
		rules: []string{"T003 1:1", "T003 3:5", "T003 5:1"},
	},
	{
		name:  "spaces, stamp and star in the bold",
		src:   "**Vega: ** One.\n\n**Break: \\[01:00\\]**\n\n**Vega:*** Two.\n",
		turns: []string{"Vega: One.", "[Break 1:00]", "Vega: Two."},
		rules: []string{"T003 1:1", "T003 3:1", "T003 5:1"},
	},
	{
		name:  "bold around the stamp of a pause",
		src:   "**Break:** **\\[18:05\\]**\n",
		turns: []string{"[Break 18:05]"},
	},
	{
		name:  "a star lost, and a letter in its place",
		src:   "**Vega Lyrae:** One.\n\n*Vega Lyrae:** Two.\n\n*nVega Lyrae:** Three.\n",
		turns: []string{"Vega Lyrae: One.", "Vega Lyrae: Two.", "Vega Lyrae: Three."},
		rules: []string{"T003 3:1", "T003 5:1"},
	},
	{
		name:  "malformed names",
		src:   "**:** One.\n\n**:Vega** Two.\n\n**Rigel Orionis: Rigel Orionis:** Three.\n",
		turns: []string{": One.", "Vega: Two.", "Rigel Orionis: Three."},
		rules: []string{"T007 1:1", "T007 3:1", "T007 5:1"},
	},
	{
		name:  "spaces after the label",
		src:   "**Vega:**One.\n\n**Vega:**  Two.\n\n**Vega:** \n",
		turns: []string{"Vega: One.", "Vega: Two.", "Vega: "},
		rules: []string{"T004 1:10", "T004 3:10", "T008 5:1"},
	},
	{
		name:  "no blank line before a label",
		src:   "**Vega:** One.\n**Rigel:** Two.\n",
		turns: []string{"Vega: One.", "Rigel: Two."},
		rules: []string{"T005 2:1"},
	},
	{
		name:  "label without bold: a name of the file, a pause",
		src:   "**Vega:** One.\n\nVega: Two.\n\nBreak: \\[01:00\\] - \\[01:10\\]\n",
		turns: []string{"Vega: One.", "Vega: Two.", "[Break 1:00 1:10]"},
		rules: []string{"T002 3:1", "T002 5:1"},
	},
	{
		name:  "label without bold: the first line, a name that starts three paragraphs",
		src:   "Vega Lyrae: One.\n\n**Rigel:** Two.\n\nAl Deneb: three.\n\nAl Deneb: four.\n\nAl Deneb: five.\n",
		turns: []string{"Vega Lyrae: One.", "Rigel: Two.", "Al Deneb: three.", "Al Deneb: four.", "Al Deneb: five."},
		rules: []string{"T002 1:1", "T002 5:1", "T002 7:1", "T002 9:1"},
	},
	{
		name:  "not labels: unknown words, attributions, pauses with text",
		src:   "**Vega:** One.\n\nAside: two.\n\nVega:\n\n> Three.\n\nBreak: this is not one.\n",
		turns: []string{"Vega: One. | Aside: two. | Vega: | Three. | Break: this is not one."},
	},
	{
		name:  "bold without a colon",
		src:   "**Vega:** One.\n\n**Vega** Two.\n\n**Wow** three.\n",
		turns: []string{"Vega: One.", "Vega: Two. | Wow three."},
		rules: []string{"T003 3:1"},
	},
	{
		name:  "label inside a paragraph",
		src:   "**Rigel:** Yes.\n\n**Vega:** One? **Rigel:** Two. A **Vega:** three.\n",
		turns: []string{"Rigel: Yes.", "Vega: One?", "Rigel: Two. A Vega: three."},
		rules: []string{"T006 3:16"},
	},
	{
		name:  "bold in speech is not a label",
		src:   "**Vega:** One.\n\n**Note: this is bold.**\n\n- **Rigel:** two\n",
		turns: []string{"Vega: One. | Note: this is bold. | Rigel: two"},
	},
	{
		name:  "names with escapes and entities",
		src:   "**\\$STDOUT:** One.\n\n**O&#39;Lyra & Sons:** Two.\n",
		turns: []string{"$STDOUT: One.", "O'Lyra & Sons: Two."},
	},
	{
		name:  "list, quotation, heading, divider",
		src:   "**Vega:** Look:\n1. one\n2. two\n\n> quoted\n> on\n\n## Head\n\n\\* \\* \\*\n\n- a\n\n  b\n\n- c\n",
		turns: []string{"Vega: Look: | one two | quoted on | Head |  | a b c"},
	},
	{
		name:  "not lists",
		src:   "**Vega:** 1\\. one\n\n2009. August 13th.\n\n1985.\n\n7. only\n\n#hash\n",
		turns: []string{"Vega: 1. one | 2009. August 13th. | 1985. | 7. only | #hash"},
		rules: []string{"T024 3:1", "T024 7:1"},
	},
	{
		name:  "not code",
		src:   "**Vega:** One.\n\n    four spaces\n",
		turns: []string{"Vega: One. | four spaces"},
		rules: []string{"T024 3:1"},
	},
	{
		name:  "nested too deep",
		src:   "**Vega:**\n\n" + strings.Repeat("> ", 17) + "deep\n",
		turns: []string{"Vega: " + strings.Repeat("> ", 17) + "deep"},
	},
	{
		name:  "fence, closed and open",
		src:   "**Vega:** One.\n\n```go\na  *b*\n\n**c** d\n```\n\n```\nopen\n\n**Rigel:** Two.\n",
		turns: []string{"Vega: One. | a *b* **c** d | ``` open", "Rigel: Two."},
	},
	{
		name:  "escapes, entities, emphasis, code",
		src:   "**Vega:** 5 \\* 3 &amp; &quot;x&quot; *em* __st__ `a  *b*` snake_case &nosuch; \\q\n",
		turns: []string{`Vega: 5 * 3 & "x" em st a *b* snake_case &nosuch; \q`},
	},
	{
		name:  "links, good and broken",
		src:   "**Vega:** [a](https://x.example/y) [b](https://x. example/y) [c]() [d](javascript:e) [e](https://open <v@x.example>\n",
		turns: []string{"Vega: a b c d e v@x.example"},
		rules: []string{"T021 1:36", "T021 1:62", "T021 1:68", "T021 1:86"},
	},
	{
		name:  "HTML is removed, its words stay",
		src:   "**Vega:** a <strike>b</strike> 1 < 2\n\n<pre>\nc\n</pre>\n",
		turns: []string{"Vega: a b 1 < 2 | c"},
		rules: []string{"T023 1:13", "T023 1:22", "T023 3:1", "T023 5:1"},
	},
	{
		name:  "nothing but HTML",
		src:   "**Vega:** One.\n\n<!-- Two. -->\n",
		turns: []string{"Vega: One."},
		rules: []string{"T023 3:1"},
	},
	{
		name:  "CRLF, CR and BOM",
		src:   "\ufeff**Vega:** One.\r\n\r\nTwo.\r\rThree \\[0:01\\].",
		turns: []string{"Vega: One. | Two. | Three."},
		rules: []string{"T012 5:7"},
	},
	{
		name:  "invisible characters",
		src:   "**Vega:** so\u00adft a\u202eb \x1dc\u00a0d\n\n**Ri\u200bgel\u202e:** e\n",
		turns: []string{"Vega: soft ab c d", "Rigel: e"},
		rules: []string{"T025 1:13", "T025 1:19", "T025 1:24", "T025 1:26", "T025 3:5", "T025 3:11"},
	},
	{
		name:  "not UTF-8",
		src:   "**Vega:** a\xffb\n",
		turns: []string{"Vega: a\ufffdb"},
		rules: []string{"T025 1:12"},
	},
	{
		name:  "front matter",
		src:   "---\n# where from\ntimeline: clips\n---\n\n**Vega:** One.\n",
		turns: []string{"Vega: One."},
	},
	{
		name:  "a divider is not front matter",
		src:   "---\n\nOne.\n\n---\n",
		turns: []string{": One. | "},
		rules: []string{"T001 3:1"},
	},
	{
		name:  "speech between dividers is not front matter",
		src:   "---\n**Vega:** One.\n\n---\n",
		turns: []string{"Vega: One. | "},
		rules: []string{"T005 2:1"},
	},
	{
		name:  "stamps out of order",
		src:   "**Vega:** \\[10:00\\] One.\n\n\\[03:00\\] Two.\n\n\\[11:00\\] Three \\[unintelligible 00:09:00\\].\n\n\\[12:00\\] Four.\n",
		turns: []string{"Vega: One. | Two. | Three. | Four."},
		rules: []string{"T014 3:1", "T014 5:17"},
	},
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range parseTests {
		t.Run(test.name, func(t *testing.T) {
			turns, rules := outline(Parse([]byte(test.src), nil))
			if diff := cmp.Diff(test.turns, turns); diff != "" {
				t.Errorf("turns (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.rules, rules); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseOptions(t *testing.T) {
	t.Parallel()
	src := "**V:** One.\n\n**Song:** \\[01:00\\]\n\nRigel: Two.\n\n**Deneb:** \\[01:00:00.15\\] Three.\n"
	opts := &Options{
		People:   []Person{{Name: "Vega", Aliases: []string{"V", "Rigel"}}, {Name: "Rigel"}},
		Fraction: Frames30,
		Pauses:   []string{"Song"},
		File:     "a.md",
	}
	transcript := Parse([]byte(src), opts)
	turns, rules := outline(transcript)
	want := []string{"Vega: One.", "[Song 1:00]", "Rigel: Two.", "Deneb: Three."}
	if diff := cmp.Diff(want, turns); diff != "" {
		t.Errorf("turns (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"T009 1:1", "T002 5:1"}, rules); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if got := transcript.Findings[0].Position.String(); got != "a.md:1:1" {
		t.Errorf("finding at %s", got)
	}
	if got := transcript.Turns[3].Stamp.Time.Milliseconds(); got != 3_600_500 {
		t.Errorf("stamp at %d ms", got)
	}
}

func TestClips(t *testing.T) {
	t.Parallel()
	const text = "**Vega:** \\[10:00\\] One two three.\n"
	clips := Parse([]byte("---\ntimeline: clips\n---\n\n"+text), nil)
	if !clips.Clips {
		t.Error("timeline: clips is not read")
	}
	if cues := clips.Cues(0); cues != nil {
		t.Errorf("clips are timed without a duration: %v", cues)
	}
	if starts := clips.Starts(0); starts != nil {
		t.Errorf("clips have starts without a duration: %v", starts)
	}
	if cues := Parse([]byte(text), nil).Cues(0); cues == nil {
		t.Error("the same is not timed without the setting")
	}
}

func TestParseFraction(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Fraction{"": Decimal, "decimal": Decimal, "frames30": Frames30} {
		if got, err := ParseFraction(name); err != nil || got != want {
			t.Errorf("ParseFraction(%q) = %v, %v", name, got, err)
		}
	}
	if _, err := ParseFraction("frames25"); err == nil {
		t.Error("frames25 is not an error")
	}
}
