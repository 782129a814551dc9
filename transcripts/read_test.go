package transcripts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
)

// readTests are sources in other formats, the Markdown that they become, and
// their cues.
var readTests = []struct {
	name, format, src string
	markdown          string
	cues              []string
	speakers          map[string]string
}{
	{"WebVTT", "vtt", "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE a remark\nof two lines\n\n1\n00:01.000 --> 00:02.500 align:start position:0%\n<v.loud Vega &amp; Co>Hello, <i>universe</i>\n&lt;3\n\n00:00:03.000 --> 00:00:04.000\nand goodbye.\n\nname\n100:00:05.000 --> 100:00:06.000\n<v Rigel>a --> b is an arrow</v>\n",
		"**Vega & Co:** \\[00:01\\] Hello, universe \\<3 and goodbye.\n\n**Break:** \\[00:04\\] to \\[100:00:05\\]\n\n**Rigel:** \\[100:00:05\\] a --> b is an arrow\n",
		[]string{"1s 2.5s Vega & Co|Hello, universe <3", "3s 4s Vega & Co|and goodbye.", "100h0m5s 100h0m6s Rigel|a --> b is an arrow"}, nil},
	{"two voices in a cue", "vtt", "WEBVTT\n\n00:00.000 --> 00:04.000\n<v A>abcd</v>\n<v B>efgh</v>\n", "**A:** \\[00:00\\] abcd\n\n**B:** \\[00:02\\] efgh\n",
		[]string{"0s 2s A|abcd", "2s 4s B|efgh"}, nil},
	{"overlapping cues", "vtt", "WEBVTT\n\n00:00.000 --> 00:09.000\n<v A>one\n\n00:02.000 --> 00:04.000\n<v B>two\n\n00:02.000 --> 00:04.000\n<v A>six\n", "**A:** \\[00:00\\] one\n\n**B:** \\[00:02\\] two\n\n**A:** \\[00:03\\] six\n",
		[]string{"0s 2s A|one", "2s 3s B|two", "3s 4s A|six"}, nil},
	{"SubRip", "srt", "\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\nVega: Hello,\r\nuniverse\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n<i>5 < 6</i>\r\n{\\an8}and then\r\n3\r\n00:00:05,000 --> 00:00:06,000\r\nRigel van Orion: he said: no\r\n",
		"**Vega:** \\[00:01\\] Hello, universe 5 \\< 6 and then\n\n**Rigel van Orion:** \\[00:05\\] he said: no\n",
		[]string{"1s 2.5s Vega|Hello, universe", "3s 4s Vega|5 < 6 and then", "5s 6s Rigel van Orion|he said: no"}, nil},
	{"SubViewer", "sbv", "0:00:01.000,0:00:02.500\nDomhnall Ó Néill: Hello,\nuniverse\n\n0:00:03.000,0:00:04.000\n- and then\n", "**Domhnall Ó Néill:** \\[00:01\\] Hello, universe - and then\n",
		[]string{"1s 2.5s Domhnall Ó Néill|Hello, universe", "3s 4s Domhnall Ó Néill|- and then"}, nil},
	{"clocks with single digits, spaces and colons", "srt", "0:0:1,0 -> 0:0:2,500\nOne.\n\n00 : 00 : 03,000 —> 00:00:04:250\nTwo &amp; three.\n", "**Unknown:** \\[00:01\\] One. Two & three.\n",
		[]string{"1s 2.5s |One.", "3s 4.25s |Two & three."}, nil},
	{"labels of machines", "srt", "1\n00:00:01,000 --> 00:00:02,000\n[SPEAKER_00]: One.\n\n2\n00:00:02,000 --> 00:00:03,000\n(speaker 1) Two.\n", "**Speaker 00:** \\[00:01\\] One.\n\n**Speaker 1:** Two.\n",
		[]string{"1s 2s Speaker 00|One.", "2s 3s Speaker 1|Two."}, nil},
	{"a caption that ends before it starts", "vtt", "WEBVTT\n\n00:01.000 --> 00:00.500\nOne.\n\n00:03.000 --> 00:04.000\nTwo.\n", "**Unknown:** \\[00:01\\] One. Two.\n",
		[]string{"1s 1.75s |One.", "3s 4s |Two."}, nil},
	{"number for a text", "srt", "1\n00:00:01,000 --> 00:00:02,500\n42\n\n2\n00:00:03,000 --> 00:00:04,000\nis it\n", "**Unknown:** \\[00:01\\] 42 is it\n",
		[]string{"1s 2.5s |42", "3s 4s |is it"}, nil},
	{"no speaker has a name", "srt", "1\n00:00:01,000 --> 00:00:02,000\nhello\n", "**Vega:** \\[00:01\\] hello\n", []string{"1s 2s Vega|hello"}, map[string]string{"": "Vega"}},
	{"Podcasting 2.0", "json", `{"version":"1.0.0","segments":[{"speaker":"Vega","startTime":0.5,"endTime":0.75,"body":"I"},{"startTime":1,"endTime":2.0004,"body":"speak"},{"speaker":"Intro","startTime":3,"endTime":4,"body":"now"}]}`,
		"**Vega:** \\[00:01\\] I speak\n\n**Intro Speaker:** \\[00:03\\] now\n", []string{"500ms 750ms Vega|I", "1s 2s Vega|speak", "3s 4s Intro|now"}, nil},
	{"Whisper", "json", `{"text":" Hello there.","segments":[{"id":0,"seek":0,"start":-0.02,"end":2.5,"text":" Hello there.","tokens":[50364],"temperature":0.0,"avg_logprob":-0.2,"compression_ratio":1.1,"no_speech_prob":0.01,"words":[{"word":" Hello","start":0.0,"end":0.4,"probability":0.9},{"word":" there.","start":0.5,"end":2.5,"probability":0.9}]}],"language":"en"}`,
		"**Unknown:** \\[00:00\\] Hello there.\n", []string{"0s 2.5s |Hello there."}, nil},
	{"WhisperX", "json", `{"segments":[{"start":1.5,"end":3,"text":" In 1999,","words":[{"word":"In","start":1.5,"end":1.8,"score":0.9,"speaker":"SPEAKER_00"},{"word":"1999,"}],"speaker":"SPEAKER_00"},{"start":4,"end":5,"text":"yes.","speaker":"SPEAKER_01"}],"word_segments":[]}`,
		"**Vega:** \\[00:02\\] In 1999,\n\n**Speaker 01:** \\[00:04\\] yes.\n", []string{"1.5s 1.8s Vega|In 1999,", "4s 5s Speaker 01|yes."}, map[string]string{"SPEAKER_00": "Vega"}},
	{"Deepgram utterances", "json", `{"metadata":{},"results":{"channels":[],"utterances":[{"start":0.41915998,"end":5.43012,"confidence":0.88,"channel":0,"transcript":"Four score and","words":[{"word":"four","start":0.41915998,"end":0.85827994,"confidence":0.57,"punctuated_word":"Four","speaker":0}],"speaker":0,"id":"x"}]}}`,
		"**Speaker 0:** \\[00:00\\] Four score and\n", []string{"419ms 858ms Speaker 0|Four score and"}, nil},
	{"Deepgram words", "json", `{"results":{"channels":[{"alternatives":[{"transcript":"hi you","words":[{"word":"hi","punctuated_word":"Hi,","start":1,"end":1.25,"speaker":0},{"word":"you","punctuated_word":"you.","start":1.5,"end":2,"speaker":0},{"word":"oh","start":2,"end":3,"speaker":1}]}]}]}}`,
		"**Speaker 0:** \\[00:01\\] Hi, you.\n\n**Speaker 1:** oh\n", []string{"1s 2s Speaker 0|Hi, you.", "2s 3s Speaker 1|oh"}, nil},
	{"AssemblyAI", "json", `{"id":"x","status":"completed","text":"Smoke from","utterances":[{"speaker":"A","start":250,"end":6350,"confidence":0.7,"text":"Smoke from","words":[{"text":"Smoke","start":250,"end":650,"confidence":0.7,"speaker":"A"},{"text":"from","start":730,"end":1022,"confidence":1,"speaker":"A"}]}]}`,
		"**Speaker A:** \\[00:00\\] Smoke from\n", []string{"250ms 1.022s Speaker A|Smoke from"}, nil},
	{"AssemblyAI without speakers", "json", `{"utterances":null,"words":[{"text":"Smoke","start":250,"end":650,"speaker":null},{"text":"rises","start":3000,"end":3500,"speaker":null}]}`,
		"**Unknown:** \\[00:00\\] Smoke rises\n", []string{"250ms 650ms |Smoke", "3s 3.5s |rises"}, nil},
	{"Google v1 repeats all words", "json", `{"response":{"results":[{"alternatives":[{"transcript":"hi there","confidence":0.9,"words":[{"endTime":"0.300s","word":"hi"},{"startTime":"0.300s","endTime":"1s","word":"there"}]}],"resultEndTime":"1s"},{"alternatives":[{"words":[{"endTime":"0.300s","word":"hi","speakerTag":1},{"startTime":"0.300s","endTime":"1s","word":"there","speakerTag":2}]}]}]}}`,
		"**Speaker 1:** \\[00:00\\] hi\n\n**Speaker 2:** there\n", []string{"0s 300ms Speaker 1|hi", "300ms 1s Speaker 2|there"}, nil},
	{"Google v2", "json", `{"results":[{"alternatives":[{"transcript":"Hello there.","words":[{"word":"Hello","startOffset":"0.500s","endOffset":"0.900s","speakerLabel":"1"},{"word":"there.","startOffset":"1s","endOffset":"1.400s","speakerLabel":"1"}]}],"resultEndOffset":"2s","languageCode":"en-US"},{"alternatives":[{"transcript":" Bye."}],"resultEndOffset":"4s"}]}`,
		"**Speaker 1:** \\[00:01\\] Hello there.\n\n**Unknown:** Bye.\n", []string{"500ms 1.4s Speaker 1|Hello there.", "2s 4s |Bye."}, nil},
	{"stamps, initials and sections", "txt", "EPISODE 559\n\n[INTRODUCTION]\n\n[0:00:00.3] JM: Go is a language.\n\nHe also wrote *Go in Action*.\n\n[SPONSOR MESSAGE]\n\n[0:01:30.5] JM: Today's:\n\n[1:00:00.0] ESM: Hey.\n\n[END OF INTERVIEW]\n\n[END]",
		"**Jo March:** \\[00:00\\] \\[EPISODE 559\\] \\[INTRODUCTION\\] Go is a language.\n\nHe also wrote \\*Go in Action\\*.\n\n\\[01:31\\] \\[SPONSOR MESSAGE\\] Today's:\n\n**ESM:** \\[01:00:00\\] Hey. \\[END OF INTERVIEW\\] \\[END\\]\n", nil, map[string]string{"JM": "Jo March"}},
	{"names on lines of their own", "txt", "Vega Lyra: 00:00:05\n\nHello,\nuniverse.\n\n**[Rigel]**: [01:02:03]  \n\nYes.\n",
		"**Vega Lyra:** \\[00:05\\] Hello, universe.\n\n**Rigel:** \\[01:02:03\\] Yes.\n", nil, nil},
	{"plain text", "txt", "Vega Lyra: Hello.\nRigel Orion: Yes.\n\nNote: this is a remark.\n\n- not a list\n\n2009. Not one either\n\n> a quote\n\nVega Lyra: http://a.example/x_y _so_ & &amp; C:\\x <b>\n",
		"**Vega Lyra:** Hello.\n\n**Rigel Orion:** Yes.\n\nNote\\: this is a remark.\n\n\\- not a list\n\n2009\\. Not one either\n\n\\> a quote\n\n**Vega Lyra:** http://a.example/x_y \\_so\\_ & \\&amp; C:\\\\x \\<b>\n", nil, nil},
	{"no speaker", "txt", "Just words.\n\nAnd more.", "**Unknown:** Just words.\n\nAnd more.\n", nil, nil},
	{"Chinese captions", "srt", "1\n00:00:01,000 --> 00:00:02,000\n夜空の\n星は\n\n2\n00:00:02,000 --> 00:00:03,000\n遠い。\n", "**Unknown:** \\[00:01\\] 夜空の星は遠い。\n", []string{"1s 2s |夜空の星は", "2s 3s |遠い。"}, nil},
	{"sounds", "vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\n[Music]\n\n00:01.000 --> 00:02.000\n<v A>Hi [laughs].\n", "**Unknown:** \\[00:00\\] \\[Music\\]\n\n**A:** Hi \\[laughs\\].\n", []string{"0s 1s |[Music]", "1s 2s A|Hi [laughs]."}, nil},
	{"a note that touches a word", "vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\n[0]0 \"[laughs]hi\" (a) [b\n", "**Unknown:** \\[00:00\\] \\[0\\] 0 \"\\[laughs\\]hi\" (a) \\[b\n", nil, nil},
	{"stars in a note", "txt", "a [A0*\n\n[0*00:00.0]0 b [* [x] *]\n\n8[*]]\n", "**Unknown:** a \\[A0\\*\n\n\\[00:00\\] 0 b \\[\\* \\[x\\] \\*\\]\n\n8[\\*]\\]\n", nil, nil},
	{"Markdown", "md", "**Vega:** \\[00:01\\] Hello.\n", "**Vega:** \\[00:01\\] Hello.\n", nil, nil},
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, test := range readTests {
		t.Run(test.name, func(t *testing.T) {
			// A text of a few lines may not be recognizable as a transcript.
			if got, err := Detect([]byte(test.src), ""); got != test.format && (err == nil || test.format != "txt") {
				t.Errorf("detected as %q, %v, want %s", got, err, test.format)
			}
			transcript, err := Read([]byte(test.src), test.format, &ReadOptions{Speakers: test.speakers})
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := WriteMarkdown(&got, transcript); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.markdown, got.String()); diff != "" {
				t.Errorf("Markdown (-want +got):\n%s", diff)
			}
			if test.cues != nil {
				if diff := cmp.Diff(test.cues, showCues(transcript.Cues(0))); diff != "" {
					t.Errorf("cues (-want +got):\n%s", diff)
				}
			}
			checkRead(t, transcript)
		})
	}
}

func showCues(cues []Cue) (shown []string) {
	for _, c := range cues {
		shown = append(shown, fmt.Sprintf("%v %v %s|%s", c.Start, c.End, c.Speaker, c.Text))
	}
	return shown
}

// checkRead checks the guarantees of Read for any source: Format does not change
// the Markdown, the Markdown reads the same and has every word of the cues, and
// all writers agree.
func checkRead(t testing.TB, transcript *Transcript) {
	t.Helper()
	var md bytes.Buffer
	if err := WriteMarkdown(&md, transcript); err != nil {
		t.Fatal(err)
	}
	if got := Format(md.Bytes(), nil); !bytes.Equal(got, md.Bytes()) {
		t.Errorf("the formatter changes %q to %q", md.Bytes(), got)
	}
	if again := Parse(md.Bytes(), nil); !sameReading(withoutHTML(transcript), withoutHTML(again)) {
		t.Errorf("%q reads as something else", md.Bytes())
	}
	cues := transcript.Cues(0)
	if transcript.captionTimes == nil || len(cues) == 0 {
		return
	}
	checkCues(t, cues, 20000*time.Hour)
	checkStarts(t, transcript, cues, 0)
	var inCues, inTurns []byte
	for _, c := range cues {
		inCues = append(inCues, c.Text...)
	}
	for i := range transcript.Turns {
		for j := range transcript.Turns[i].Blocks {
			inTurns = append(inTurns, transcript.Turns[i].Blocks[j].annotated()...)
			if r := transcript.captionTimes; i >= len(r.starts) || j >= len(r.starts[i]) {
				t.Fatalf("no time for block %d of turn %d", j, i)
			}
		}
	}
	want, got := alphanumeric.FindAllString(string(inCues), -1), alphanumeric.FindAllString(string(inTurns), -1)
	// Cues leave out notes such as [INTRODUCTION].
	if strings.Join(want, "") != strings.Join(got, "") && !bytes.ContainsAny(inTurns, "[]") {
		t.Errorf("cues have %q, turns %q", inCues, inTurns)
	}
}

// withoutHTML copies a transcript without its HTML. Writing may change the spaces in HTML
// between notes and words.
func withoutHTML(t *Transcript) *Transcript {
	c := &Transcript{Turns: slices.Clone(t.Turns)}
	for i := range c.Turns {
		c.Turns[i].Blocks = slices.Clone(c.Turns[i].Blocks)
		for j := range c.Turns[i].Blocks {
			c.Turns[i].Blocks[j].HTML = ""
		}
	}
	return c
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	utf16le := []byte("\xff\xfe")
	for _, unit := range utf16.Encode([]rune("WEBVTT\n\n00:01.000 --> 00:02.000\nhé\n")) {
		utf16le = append(utf16le, byte(unit), byte(unit>>8))
	}
	if transcript, err := Read(utf16le, "", nil); err != nil || transcript.Cues(0)[0].Text != "hé" {
		t.Errorf("UTF-16: %v", err)
	}
	for _, test := range []struct{ name, format, src, want string }{
		{"Latin-1", "srt", "1\n00:00:01,000 --> 00:00:02,000\nh\xe9\n", "x:3:2: not UTF-8"},
		{"UTF-16 without a mark", "vtt", "W\x00E\x00B\x00", "x:1:2: NUL byte"},
		{"no WebVTT", "vtt", "WEBVTTX\n", "x:1:1: not WebVTT: the first line is not WEBVTT"},
		{"seconds above 59", "vtt", "WEBVTT\n\n00:00:01.000 --> 00:00:61.000\nx\n", "x:3:1: times that cannot be read"},
		{"gigantic hours", "srt", "1\n99999999999999999999:00:01,000 --> 00:00:02,000\nx\n", "x:2:1: times that cannot be read"},
		{"no captions", "srt", "hello\n", "x:1:1: no captions"},
		{"broken JSON", "json", "{\"segments\":[\n{]}", "x:2:2: unexpected ']' in JSON"},
		{"half of a file", "json", "{\"segments\":[\n{", "x:2:2: unexpected end of JSON"},
		{"text for a list", "json", "{\n\"segments\":\"x\"}", `x:1:1: JSON, but not of a speech recognizer that is known: an object with "segments"`},
		{"a list", "json", "[{}]", "x:1:1: JSON, but not of a speech recognizer that is known: a list, and its first element is an object with nothing in it"},
		{"an empty list", "json", `{"segments":[]}`, "x:1:13: there are no words: segments is empty"},
		{"an error of a service", "json", `{"id":"x","status":"error","error":"Download failed"}`, "x:1:36: the service reported: Download failed"},
		{"milliseconds for seconds", "json", `{"segments":[{"start":0,"end":90000,"text":"Good evening."}]}`,
			"x:1:1: 13 characters in 90000 s are slower than any speech: the times were read as seconds and may be milliseconds"},
		{"seconds for milliseconds", "json", `{"utterances":[{"start":0,"end":9,"text":"` + strings.Repeat("Good evening. ", 9) + `"}]}`,
			"x:1:1: 125 characters in 1.0 s are faster than any speech: the times were read as milliseconds and may be seconds"},
		{"unknown format", "docx", "", `unknown form "docx": want one of vtt, srt, sbv, ttml, html, json, tsv, txt`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read([]byte(test.src), test.format, &ReadOptions{Options: Options{File: "x"}})
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	_, err := Read([]byte("JM: a\n\nJM: b\n"), "txt", &ReadOptions{Speakers: map[string]string{"XX": "Jo"}})
	var f finding.Finding
	if !errors.As(err, &f) || f.Hint != "there are: JM" {
		t.Errorf("unknown speaker: %v", err)
	}
}

// TestLongCaption expects captions that are longer than a cue to be cut at the
// times of their words.
func TestLongCaption(t *testing.T) {
	t.Parallel()
	src := `{"segments":[{"start":0,"end":60,"text":"This is the first sentence of a long segment, said at once. And this came later.","words":[` +
		`{"word":"This","start":0,"end":1},{"word":"once.","start":9,"end":10},{"word":"And","start":50,"end":51},{"word":"later.","start":58,"end":60}]}]}`
	transcript, err := Read([]byte(src), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"0s 10s |This is the first sentence of a long segment, said at once.", "50s 1m0s |And this came later."}
	if diff := cmp.Diff(want, showCues(transcript.Cues(0))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := showCues(transcript.Cues(55 * time.Second)); got[1] != "50s 55s |And this came later." {
		t.Errorf("beyond the audio: %s", got[1])
	}
	if got := transcript.Cues(40 * time.Second); got[1].Start != 10*time.Second || got[1].End > 15*time.Second {
		t.Errorf("one of two after the end of the audio: %v", showCues(got))
	}
	if got := transcript.Cues(50 * time.Microsecond); got != nil {
		t.Errorf("cues after the end of the audio: %v", got)
	}
}

// TestReadBack writes captions of real transcripts, reads them, and expects the original
// cues.
func TestReadBack(t *testing.T) {
	t.Parallel()
	files := corpus(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		cues := Parse(files[name], &Options{Fraction: Frames30}).Cues(2 * time.Hour)
		if cues == nil {
			continue
		}
		for _, format := range formats[:3] {
			var b bytes.Buffer
			if err := format.write(&b, nil, cues); err != nil {
				t.Fatal(err)
			}
			transcript, err := Read(b.Bytes(), "", nil)
			if err != nil {
				t.Fatalf("%s as %s: %v", name, format.name, err)
			}
			want := showCues(withShownSounds(cues))
			if format.name == "json" {
				want = showCues(WithoutSounds(cues))
			}
			if format.name == "srt" {
				for i := range want {
					want[i] = srtText(want[i])
				}
			}
			if diff := cmp.Diff(want, showCues(transcript.Cues(0))); diff != "" {
				t.Errorf("%s as %s (-want +got):\n%.2000s", name, format.name, diff)
			}
			checkRead(t, transcript)
		}
	}
}

// withShownSounds returns the cues with their sounds as part of their text.
func withShownSounds(cues []Cue) []Cue {
	cues = slices.Clone(cues)
	for i := range cues {
		cues[i].Text = cues[i].shown()
	}
	return cues
}

// stampOfLine matches "[0:01:30.5] ".
var stampOfLine = regexp.MustCompile(`^\[[\d:.]+\] `)

// TestReadCorpusText reads a real transcript in plain text.
func TestReadCorpusText(t *testing.T) {
	t.Parallel()
	root := os.Getenv("ONAIR_CORPUS")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "corpus")
	}
	src, err := os.ReadFile(filepath.Join(root, "sedaily.txt"))
	if err != nil {
		t.Skip(err)
	}
	transcript, err := Read(src, "", &ReadOptions{Speakers: map[string]string{"JM": "Jeff Meyerson", "ESM": "Erik St. Martin"}})
	if err != nil {
		t.Fatal(err)
	}
	speakers := map[string]int{}
	for _, turn := range transcript.Turns {
		speakers[turn.Speaker]++
	}
	if len(speakers) != 2 || speakers["Jeff Meyerson"] < 40 {
		t.Errorf("turns: %v", speakers)
	}
	var got []string
	for _, turn := range transcript.Turns {
		for _, b := range turn.Blocks {
			got = append(got, alphanumeric.FindAllString(b.annotated(), -1)...)
		}
	}
	var want []string
	for line := range strings.SplitSeq(strings.ReplaceAll(string(src), "[inaudible 0:52:22.1]", "inaudible"), "\n") {
		line = stampOfLine.ReplaceAllString(line, "")
		line = strings.TrimPrefix(strings.TrimPrefix(line, "JM: "), "ESM: ")
		want = append(want, alphanumeric.FindAllString(line, -1)...)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := diffWords(want, got); diff != "" {
		t.Error(diff)
	}
	if cues := transcript.Cues(0); len(cues) == 0 || cues[0].Start >= time.Second {
		t.Error("no cues")
	}
	checkRead(t, transcript)
}

// TestReadLarge reads input that takes quadratic time in a careless reader. It fails only
// if the test run exceeds its time limit.
func TestReadLarge(t *testing.T) {
	t.Parallel()
	const size = 100_000
	head := map[string]string{"vtt": "WEBVTT\n\n00:00.000 --> 00:01.000\n", "srt": "1\n00:00:00,000 --> 00:00:01,000\n", "txt": ""}
	for format, head := range head {
		for _, unit := range []string{"<", "<v ", "<v a>", "{\\", "&", "[", "a\n", "a ", "- -\n", "a: b\n", "夜", "。", "-->\n", "1\n", "\n1\n00:00:01,000 --> 00:00:01,000\na\n", "[0:00:01] a\n"} {
			transcript, err := Read([]byte(head+strings.Repeat(unit, size/len(unit))), format, nil)
			if err == nil {
				WriteMarkdown(io.Discard, transcript)
			}
		}
	}
	word := `{"word":"a","start":1,"end":1},`
	words := strings.Repeat(word, size/len(word)) + `{"word":"b"}`
	for _, src := range []string{
		`{"results":{"channels":[{"alternatives":[{"words":[` + words + `]}]}]}}`,
		`{"results":{"utterances":[{"start":0,"end":9,"transcript":"` + strings.Repeat("a ", size/len(word)) + `","words":[` + words + `]}]}}`,
	} {
		Read([]byte(src), "json", nil)
	}
}

// fuzzRead fuzzes the reader of one format.
func fuzzRead(f *testing.F, format string, seeds ...string) {
	for _, src := range seeds {
		f.Add([]byte(src))
	}
	for _, test := range readTests {
		if test.format == format {
			f.Add([]byte(test.src))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		Detect(src, "")
		transcript, err := Read(src, format, nil)
		if err != nil {
			return
		}
		checkRead(t, transcript)
		checkSafe(t, string(src), transcript, 0)
	})
}

func FuzzReadVTT(f *testing.F) { fuzzRead(f, "vtt") }
func FuzzReadSBV(f *testing.F) { fuzzRead(f, "sbv") }
func FuzzReadSRT(f *testing.F) { fuzzRead(f, "srt") }
func FuzzReadTTML(f *testing.F) {
	fuzzRead(f, "ttml", `<tt xmlns:ttm="a"><head><metadata><ttm:agent xml:id="v"><ttm:name>Vega Lyræ</ttm:name></ttm:agent></metadata></head><body><div begin="1s"><p begin="1s" dur="500ms" ttm:agent="v"><span begin="1s" end="2s">One,<br/>two.</span></p></div></body></tt>`)
}
func FuzzReadHTML(f *testing.F) {
	fuzzRead(f, "html", "<cite>Vega Lyræ:</cite><time>0:03</time><p>One &amp; two.</p><p><cite>Rigel</cite>: <time>1:00:05</time> Yes.</p>")
}
func FuzzReadTSV(f *testing.F) {
	fuzzRead(f, "tsv", "start\tend\ttext\tspeaker\n0\t3120\tOne.\tVega\n3120\t\tRigel: two.\n", "start\tend\ttext\n0.5\t2\tOne.\n00:03\t00:04\tTwo.\n")
}
func FuzzReadJSON(f *testing.F) { fuzzRead(f, "json") }
func FuzzReadText(f *testing.F) { fuzzRead(f, "txt") }

// TestReadBehindEnd reads captions of which some start after the end of the audio.
func TestReadBehindEnd(t *testing.T) {
	t.Parallel()
	const head = "WEBVTT\n\n00:01.000 --> 00:03.000\nIt is cold.\n\n00:03.000 --> 00:08.000\nVery cold, and dark.\n\n00:08.000 --> 00:09.000\nSo it is.\n\n"
	for _, test := range []struct {
		src  string
		want []string
	}{
		{"00:12.000 --> 00:14.000\nAs it was.\n", []string{"1s-3s It is cold.", "3s-8s Very cold, and dark.", "8s-9s So it is.", "9s-9.625s As it was."}},
		{"00:11.000 --> 00:12.000\nAs it was in all the years before this one.\n", []string{"1s-3s It is cold.", "3s-8s Very cold, and dark.", "8s-8.346s So it is.", "8.346s-10s As it was in all the years before this one."}},
	} {
		text, err := Read([]byte(head+test.src), "vtt", nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		cues := text.Cues(10 * time.Second)
		for _, c := range cues {
			got = append(got, fmt.Sprintf("%v-%v %s", c.Start, c.End, c.Text))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if starts := text.Starts(10 * time.Second); starts[len(starts)-1] > cues[len(cues)-1].Start {
			t.Errorf("starts: got %v", starts)
		}
	}
}

// TestBoldNamesAndClocks reads files whose labels are a name in bold and a clock. Labels of
// onair's Markdown make a file Markdown; others make it text.
func TestBoldNamesAndClocks(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{"**%s** (%s)": "txt", "**%s** (%s):": "md", "**%s (%s):**": "txt", "**%s**: \\[%s\\]": "md"} {
		src := fmt.Sprintf(label, "Åsa Öst", "00:03") + "\n\nIs it cold?\n\n" + fmt.Sprintf(label, "Jo O'Dell", "00:15") + "\n\nIt is.\n"
		got, err := Detect([]byte(src), "a.md")
		if got != want {
			t.Errorf("%s: got %q, %v; want %s", label, got, err, want)
		}
		transcript, err := Read([]byte(src), got, nil)
		if err != nil {
			t.Fatal(err)
		}
		if turns := transcript.Turns; len(turns) != 2 || turns[0].Speaker != "Åsa Öst" || turns[1].Speaker != "Jo O'Dell" {
			t.Errorf("%s: got %v", label, turns)
		}
	}
}

// TestFieldsAreNotTranscripts refuses Markdown with fields in bold.
func TestFieldsAreNotTranscripts(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"# Pie\n\n**Yield:** 4\n\n**Serves:** 2\n\n## Method\n\nBeat the eggs.\n",
		"**Price:** 12 kr\n**Colour:** white\n",
		"# Changes\n\n**Added**\n\n- Snow.\n\n**Added**\n\n- Ice.\n\n**Added**\n\n- A lake.\n",
	} {
		if got, err := Detect([]byte(src), "a.md"); err == nil {
			t.Errorf("got %s for\n%s", got, src)
		}
	}
}

// TestReadFile reports files of an episode that are not what their name says, and captions
// that start after the end of the audio.
func TestReadFile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ file, src, want string }{
		{"transcript.md", "<!DOCTYPE html>\n<html><body>503</body></html>\n", "T036"},
		{"transcript.md", "[Script Info]\nTitle: Snow\n", "T036"},
		{"transcript.md", "PK\x03\x04", "T036"},
		{"transcript.md", "1\n00:00:01,000 --> 00:00:02,000\nIt snows.\n", "T036"},
		{"transcript.md", "<!-- snow -->\n\n**Åsa Öst:** It snows.\n", ""},
		{"transcript.srt", "1\n24:00:01,000 --> 24:00:02,000\nIt snows.\n", "T015"},
		{"transcript.srt", "1\n00:00:01,000 --> 00:00:02,000\nIt snows.\n", ""},
	} {
		transcript, err := ReadFile([]byte(test.src), &ReadOptions{Options: Options{File: test.file}, Duration: time.Minute})
		if err != nil {
			t.Errorf("%q: %v", test.src, err)
			continue
		}
		got := ""
		for _, f := range transcript.Findings {
			if IsFatal(f) {
				got += f.Rule
			}
		}
		if got != test.want {
			t.Errorf("%q: got %q, want %q", test.src, got, test.want)
		}
	}
}

// TestMisplaced expects that the command in the hint does not replace the file that it reads.
func TestMisplaced(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, src, want string }{
		{"transcript.md", "WEBVTT\n\n00:01.000 --> 00:02.000\nIt snows.\n",
			"rename it to transcript.vtt and convert it: onair transcripts convert --from vtt --to md transcript.vtt -o transcript.md"},
		{"a/transcript.de.MD", "Åsa Öst (00:03):\nIt snows.\n\nVega Lyræ (00:08):\nIt does.\n",
			"rename it to a/transcript.de.txt and convert it: onair transcripts convert --from txt --to md a/transcript.de.txt -o a/transcript.de.md"},
		{"talk.srt", "1\n00:00:01,000 --> 00:00:02,000\nIt snows.\n",
			"convert it first: onair transcripts convert --from srt --to md talk.srt -o talk.md"},
	} {
		if f, ok := Misplaced([]byte(test.src), test.name); !ok || f.Hint != test.want {
			t.Errorf("%s: got %q, want %q", test.name, f.Hint, test.want)
		}
	}
}
