package chapters

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
	"onair/internal/source"
)

// clock parses a time for tables, such as 1:02:03.5.
func clock(t testing.TB, s string) time.Duration {
	d, ok := source.ParseTimestamp(s)
	if !ok {
		t.Fatalf("%q is not a valid time", s)
	}
	return d
}

// chapterFileCases are files in every format, as programs write them.
var chapterFileCases = []struct {
	name, file string
	want       string // start, end, title, url and image of each chapter; chapters are separated by |
}{
	{"by hand", "# by hand\n\n0:00 Intro\n\t1:02:03.250\tThe  end  \n", "0:00 Intro|1:02:03.25 The  end"},
	{"mp3chaps", "00:00:00.000 Introduction\r\n00:02:00.000 Chapter Title\r\n00:42:24.123 Last\r\n", "0:00 Introduction|2:00 Chapter Title|42:24.123 Last"},
	{"mp4chaps with links", "00:00:00.000 Intro\n00:01:59.000 Podlove <https://podlove.org/>\n00:02:10 a < b > c\n", "0:00 Intro|1:59 Podlove https://podlove.org/|2:10 a < b > c"},
	{"description of a video", "00:00 - Intro\n0:12 – What is a CDN? <https://cdn.example/>\n0:20 —  Why?\n0:30 -1 °C\n0:40 -\n", "0:00 Intro|0:12 What is a CDN? https://cdn.example/|0:20 Why?|0:30 -1 °C|0:40 -"},
	{"ranges", "00:00 - 01:20 Intro\n01:20–02:00 – Topic\n02:00 --> 03:30 Third <https://a.example/>\n[03:30 to 4:00] Fourth\n", "0:00 Intro|1:20 Topic|2:00 Third https://a.example/|3:30-4:00 Fourth"},
	{"ranges in brackets, and gaps", "(00:00-01:00) A\n1:02:03.5 ~ 1:02:04 B\n1:03:00→1:03:01 : C\n", "0:00-1:00 A|1:02:03.5-1:02:04 B|1:03:00-1:03:01 : C"},
	{"ranges with other signs", "[00:00]-[01:20] A\n(01:20) – (02:00) B\n02:00 − 03:00 C\n03:00…04:00 D\n04:00..05:30 E\n", "0:00 A|1:20 B|2:00 C|3:00 D|4:00-5:30 E"},
	{"ranges between spaces or tabs", "0:00 0:30 A\n0:30 1:10 B\n", "0:00 A|0:30-1:10 B"},
	{"ranges between tabs", "0:00\t0:30\tA\n0:40\t1:10\tB\n", "0:00-0:30 A|0:40-1:10 B"},
	{"titles that begin with a time", "0:00 9:30 in the morning\n0:30 At noon\n", "0:00 9:30 in the morning|0:30 At noon"},
	{"brackets", "(0:00) Intro\n[0:12] What?\n[0:14.5]No space\n", "0:00 Intro|0:12 What?|0:14.5 No space"},
	{"brackets and bullets", "- (0:00) Intro\n* [0:12] What?\n• 0:14 [sic]\n– 0:15 Dash\n1. 0:16 One\n12) 0:17: Two\n0:18 | 3 | 4\n", "0:00 Intro|0:12 What?|0:14 [sic]|0:15 Dash|0:16 One|0:17 Two|0:18 3 | 4"},
	{"byte order mark", "\ufeff0:00 Intro\n", "0:00 Intro"},
	{
		"Audacity", "0.000000\t0.000000\tIntro\n2.150000\t2.150000\tpoint label\n\\\t6928.456055\t6928.456055\n3.400000\t6.100000\tregion\tlabel\n",
		"0:00 Intro|0:02.15 point label|0:03.4-0:06.1 region label",
	},
	{
		"Adobe Audition", "Name\tStart\tDuration\tTime Format\tType\tDescription\nIntro\t0:00.000\t0:00.000\tdecimal\tCue\t\nMarker \"02\"\t9:39.590\t0:02.500\tdecimal\tCue\tsome, note\nEnd\t1:44:53.111\t0:00.000\tdecimal\tCue\n",
		`0:00 Intro|9:39.59-9:42.09 Marker "02"|1:44:53.111 End`,
	},
	{
		"Reaper", "#,Name,Start,End,Length,Color\nM1,Intro,0:00.000,,,\nR1,\"Cold, \"\"open\"\"\",0:12.345,1:02.345,0:50.000,FF0000\nM2,End,1:02:03.250,,\n",
		`0:00 Intro|0:12.345-1:02.345 Cold, "open"|1:02:03.25 End`,
	},
	{"Reaper in seconds", "#,Name,Start,End,Length\nM1,Intro,0.000,,\nM2,End,62.5,,\n", "0:00 Intro|1:02.5 End"},
	{
		"Podcasting 2.0", `{"version": "1.2.0", "title": "x", "waypoints": true, "chapters": [
  {"startTime": 0, "title": "Intro", "toc": false},
  {"startTime": 12.345, "endTime": 48.5, "title": "CDN", "url": "https://cdn.example/?a=1&b=2", "img": "cdn.png"},
  {"startTime": 94.00000000000001, "title": "Ghosts", "img": "https://img.example/1.jpg", "location": {"name": "here"}},
  {"startTime": 1e2}]}`,
		"0:00 (hidden) Intro|0:12.345-0:48.5 CDN https://cdn.example/?a=1&b=2 [cdn.png]|1:34 Ghosts [https://img.example/1.jpg]|1:40",
	},
	{
		"Podlove", `<?xml version="1.0" encoding="UTF-8"?>
<psc:chapters version="1.2" xmlns:psc="http://podlove.org/simple-chapters">
  <psc:chapter start="0" title="Welcome" />
  <psc:chapter start="3:07" title="Podlove &amp; co" href="http://podlove.org/" image="a.jpg"/>
  <psc:chapter start="01:08:26.250" title="End" />
</psc:chapters>`,
		"0:00 Welcome|3:07 Podlove & co http://podlove.org/ [a.jpg]|1:08:26.25 End",
	},
	{
		"Podlove in a feed", `<rss><channel><item><title>x</title><chapters xmlns="http://podlove.org/simple-chapters"><chapter start="0:01" title="A"/></chapters><chapter xmlns="urn:other"/></item></channel></rss>`,
		"0:01 A",
	},
	{
		"ffmpeg", ";FFMETADATA1\ntitle=bike\\\\shed\n;this is a comment\nartist=FFmpeg troll team\n\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\n#chapter ends at 0:01:00\nEND=60000\ntitle=chapter \\#1 \\= good\n[CHAPTER]\nSTART=60000000000\nEND=90500000000\ntitle=multi\\\nline\n[STREAM]\ntitle=other\n",
		"0:00 chapter #1 = good|1:00-1:30.5 multi line",
	},
	{"ffmpeg, odd time base", ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/14112000\nSTART=7056000\nEND=14112000\ntitle=a\n", "0:00.5-0:01 a"},
	{"ffmpeg, of a tag whose frames are not in order", ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=10000\nEND=20000\ntitle=b\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=10001\ntitle=a\n", "0:00 a|0:10-0:20 b"},
	{"rounded ends", "0\t10.05\ta\n10\t12\tb\n", "0:00 a|0:10-0:12 b"},
	{
		"WebVTT", "WEBVTT - chapters\nKind: chapters\n\nNOTE\n0:00 is not a cue\n\nSTYLE\n::cue { color: red }\n\nintro\n00:00.000 --> 00:12.000\nIntro\n\n00:12.000 --> 01:00:48.500 align:start\n<v Vega>What is a <b>CDN</b> &amp;\nwhy?</v>\n",
		"0:00 Intro|0:12-1:00:48.5 What is a CDN & why?",
	},
	{"nothing", "", ""},
}

// spell writes chapters in the form of chapterFileCases.
func spell(chapters []Chapter) string {
	var all []string
	for _, c := range chapters {
		s := source.FormatTimestamp(c.Start)
		if c.End != 0 {
			s += "-" + source.FormatTimestamp(c.End)
		}
		if c.Hidden {
			s += " (hidden)"
		}
		for _, text := range []string{c.Title, c.URL} {
			if text != "" {
				s += " " + text
			}
		}
		if c.Image != "" {
			s += " [" + c.Image + "]"
		}
		all = append(all, s)
	}
	return strings.Join(all, "|")
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tt := range chapterFileCases {
		t.Run(tt.name, func(t *testing.T) {
			got, found := Parse([]byte(tt.file), "chapters")
			want := tt.want
			if tt.name == "Podcasting 2.0" {
				if len(found) != 1 || found[0].Error() != "chapters:5:3: a chapter without a title" {
					t.Errorf("findings: %v", found)
				}
			} else if len(found) > 0 {
				t.Errorf("findings: %v", found)
			}
			if diff := cmp.Diff(strings.Split(want, "|"), strings.Split(spell(got), "|")); diff != "" {
				t.Errorf("chapters (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseFindings(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, want string }{
		{"a title without time", "0:00 a\nIntro\n", `c:2:1: "Intro" is not a valid time`},
		{"a time without title", "0:00 a\n  0:12\n", "c:2:3: a chapter without a title"},
		{"UTF-16", "\xff\xfe0\x00", "c:1:1: the file is UTF-16"},
		{"not UTF-8", "0:00 Caf\xe9", "c:1:9: byte 0xe9 is not UTF-8"},
		{"out of order", "0:12 a\n0:10 b\n", "c:2:1: the chapter at 0:10 comes after the one at 0:12; the chapters are sorted"},
		{"at one time", "0:12 a\n0:12 b\n", `c:2:1: 2 chapters start at 0:12; "a" is kept, "b" left out`},
		{"overlap", "1\t9\ta\n5\t12\tb\n", "c:1:1: the end of the chapter at 0:01 is after the start of the next one; it is cut there"},
		{"end before start", "9\t5\ta\n", "c:1:1: the end of the chapter at 0:09 cannot be used; it lasts until the next one"},
		{"no list of chapters", "Dear all,\nthanks for listening\n", `c:1:1: no line begins with a time, which lists of chapters have; the first begins with "Dear"`},
		{"a bracket that stays open", "0:00 a\n(0:12 b\n", `c:2:1: "(0:12" is not a valid time`},
		{"a range that ends at the start of the audio", "0:00 a\n1:20 - 0:00 b\n", "c:2:1: the end of the chapter at 1:20 cannot be used; it lasts until the next one"},
		{"a range of seconds", "0:00 a\n0:12-0:7 b\n", `c:2:1: "0:12-0:7" is not a valid time`},
		{"cue sheet", "PERFORMER \"Vega\"\nFILE \"mix.wav\" WAVE\n  TRACK 01 AUDIO\n    TITLE \"Intro\"\n    INDEX 01 00:00:00\n", "c:1:1: this is a cue sheet, which is not read"},
		{"cue sheet with remarks", "REM COMMENT x\r\nTRACK 01 AUDIO\r\nindex 01 00:12:37\r\n", "c:1:1: this is a cue sheet, which is not read"},
		{"cue sheet in small letters", "\ufefftitle \"Mix\"\n  track 01 audio\n\tindex 01 04:12:37\n", "c:1:1: this is a cue sheet, which is not read"},
		{"cue sheet of a CD", "CATALOG 4006408123453\nFILE \"a.mp3\" MP3\n TRACK 02 AUDIO\n  INDEX 00 00:58:00\n  INDEX 01 01:00:00\n", "c:1:1: this is a cue sheet, which is not read"},
		{"link that is none", "0:00 a <javascript://x>\n", `c:1:1: the link is left out: "javascript://x" starts with "javascript:"; expected http or https`},
		{"title without end", "0:00 " + strings.Repeat("a", source.MaxText+1), "c:1:1: a chapter with a text of 65537 bytes; at most 65536 are allowed"},
		{"label without an end", "0\t0\ta\n1.5 b\n", "c:2:1: not a line of a label track, which has start, end and title between tabs"},
		{"Audition in frames", "Name\tStart\tTime Format\na\t0:00:01:12\t25 fps\n", `c:2:1: the times count in "25 fps"`},
		{"Reaper in beats", "#,Name,Start,End,Length\nR1,a,5.1.00,9.1.00,4.0.00\n", `c:2:1: "5.1.00" is not a valid time`},
		{"CSV with an open quote", "#,Name,Start\nM1,\"a,0:00\n", "c:2:1: \"\" is not a valid time"},
		{"JSON cut off", `{"chapters": [{"startTime": 0, "title": "a"}, {"star`, "c:1:52: read JSON: unexpected end of JSON input"},
		{"JSON with a comma too many", "{\n \"chapters\": [\n  {\"startTime\": 0, \"title\": \"a\",}]}", "c:3:33: read JSON: invalid character '}' looking for beginning of object key string"},
		{"JSON of something else", `{"version": "1.2.0"}`, "c:1:1: the JSON has no list of chapters"},
		{"JSON with an object for a list", `{"chapters": {}}`, "c:1:12: chapters is not a list"},
		{"JSON with something behind", `{"chapters": []} x`, "c:1:18: read JSON: invalid character 'x' after top-level value"},
		{"JSON without a start", "{\"chapters\": [\n{\"title\": \"a\"}]}", "c:2:1: a chapter without a startTime"},
		{"JSON with a text for a time", `{"chapters": [{"startTime": "soon"}]}`, "c:1:15: \"{\\\"startTime\\\": \\\"soon\\\"}\" is not a chapter"},
		{"JSON with a number for a chapter", `{"chapters": [12]}`, `c:1:15: "12" is not a chapter`},
		{"JSON with a negative time", `{"chapters": [{"startTime": -1, "title": "a"}]}`, `c:1:15: "-1" is not a valid time`},
		{"JSON with an endless time", `{"chapters": [{"startTime": 1e300, "title": "a"}]}`, `c:1:15: "1e300" is not a valid time`},
		{"JSON with a number for a title", `{"chapters": [{"startTime": 1, "title": 5}]}`, "c:1:15: title is a JSON number"},
		{"XML cut off", "<psc:chapters><psc:chapter start=\"0\" title=\"a\"/>", "c:1:49: read XML: unexpected EOF"},
		{"XML with an entity", "<!DOCTYPE a [<!ENTITY b \"c\">]>\n<psc:chapters><psc:chapter start=\"0\" title=\"&b;\"/></psc:chapters>", "c:2:48: read XML: invalid character entity &b;"},
		{"XML of something else", "<html></html>", "c:1:1: the XML has no psc:chapters"},
		{"two lists", "<rss><psc:chapters/>\n<psc:chapters/></rss>", "c:2:1: a second list of chapters"},
		{"Podlove with a bad time", "<psc:chapters>\n <psc:chapter start=\"12 s\" title=\"a\"/></psc:chapters>", `c:2:2: start is "12 s"`},
		{"ffmpeg without a start", ";FFMETADATA1\n[CHAPTER]\ntitle=a\n", "c:2:1: START= with TIMEBASE=1/1000000000 is not a valid time"},
		{"ffmpeg with a base of nothing", ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/0\nSTART=1\ntitle=a\n", "c:2:1: START=1 with TIMEBASE=1/0 is not a valid time"},
		{"ffmpeg with an endless start", ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=999999999999999999/1\nSTART=999999999999999999\ntitle=a\n", "c:2:1: START=999999999999999999 with TIMEBASE=999999999999999999/1 is not a valid time"},
		{"WebVTT with a bad time", "WEBVTT\n\nsoon --> later\nIntro\n", "c:3:1: not the times of a cue"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, found := Parse([]byte(tt.file), "c")
			got := ""
			if len(found) > 0 {
				got = found[0].Error()
			}
			if got != tt.want || len(found) == 0 {
				t.Errorf("finding %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParseBounds(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 2 * maxChapters {
		b.WriteString(source.FormatTimestamp(time.Duration(i)*time.Second) + " a\n")
	}
	chapters, found := Parse([]byte(b.String()), "c")
	if len(chapters) != maxChapters || len(found) != 1 || found[0].Rule != "S038" {
		t.Errorf("%d chapters, findings %v", len(chapters), found)
	}
	if _, found := Parse([]byte(strings.Repeat("x\n", 100_000)), "c"); len(found) != 1 {
		t.Errorf("%d findings about a text without times", len(found))
	}
	if _, found := Parse([]byte("0:00 a\n"+strings.Repeat("x\n", 100_000)), "c"); len(found) != source.MaxFindings+1 {
		t.Errorf("%d findings, want %d", len(found), source.MaxFindings+1)
	}
	if _, found := Parse(make([]byte, source.MaxFile+1), "c"); len(found) != 1 {
		t.Errorf("too large a file: %v", found)
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	at := finding.Position{File: "a.mp3"}
	got, found := Accept([]Chapter{
		{End: 12, Title: " Cold\x00open\ufffd ", URL: "javascript:alert(1)"},
		{Start: 12, End: 48, Title: "\ufffe", Hidden: true, URL: "https://a.example/?b=c"},
		{Start: 60, End: 60, Title: "The \"end\""},
	}, at)
	want := []Chapter{{Title: "Cold open"}, {Start: 12, End: 48, Hidden: true, URL: "https://a.example/?b=c"}, {Start: 60, Title: "The \"end\""}}
	if diff := cmp.Diff(want, got); diff != "" || len(found) != 1 || found[0].Rule != "S015" {
		t.Errorf("%v; -want +got\n%s", found, diff)
	}
	if _, found := Accept([]Chapter{{Start: 5, Title: "b"}, {Title: "a"}}, at); len(found) != 1 || found[0].Error() != "a.mp3: the chapter at 0:00 comes after the one at 0:00.000000005; the chapters are sorted" {
		t.Errorf("out of order: %v", found)
	}
}

func exampleChapters(t testing.TB) []Chapter {
	return []Chapter{
		{Title: "Cold open", Hidden: true},
		{Start: 0, Title: "Vega & <Rigel>"},
		{Start: clock(t, "0:12"), End: clock(t, "0:48.5"), Title: "What is a \"CDN\"?", URL: "https://cdn.example/?a=1&b=2", Image: "cdn.png"},
		{Start: clock(t, "1:02:03.25"), Title: "The end"},
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	want := "0:00 Vega & <Rigel>\n0:12 What is a \"CDN\"? <https://cdn.example/?a=1&b=2>\n1:02:03.25 The end\n"
	if got := string(Format(exampleChapters(t))); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestWritePSC(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WritePSC(&b, exampleChapters(t)); err != nil {
		t.Fatal(err)
	}
	want := `<?xml version="1.0" encoding="UTF-8"?>
<psc:chapters xmlns:psc="http://podlove.org/simple-chapters" version="1.2">
  <psc:chapter start="00:00:00.000" title="Vega &amp; &lt;Rigel&gt;"></psc:chapter>
  <psc:chapter start="00:00:12.000" title="What is a &#34;CDN&#34;?" href="https://cdn.example/?a=1&amp;b=2" image="cdn.png"></psc:chapter>
  <psc:chapter start="01:02:03.250" title="The end"></psc:chapter>
</psc:chapters>
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestManyChapters writes more chapters than a table of contents in an MP3 can count, and
// reads them again.
func TestManyChapters(t *testing.T) {
	t.Parallel()
	forms := map[string]func(list []Chapter) []byte{
		"lines": Format,
		"JSON":  FormatJSON,
		"Podlove": func(list []Chapter) []byte {
			var b bytes.Buffer
			if err := WritePSC(&b, list); err != nil {
				t.Error(err)
			}
			return b.Bytes()
		},
		"YouTube": func(list []Chapter) []byte {
			text, problems := FormatYouTube(list, 0)
			if len(problems) > 0 {
				t.Errorf("problems: %q", problems)
			}
			return text
		},
	}
	for _, n := range []int{255, 256, 300, 511, maxChapters} {
		var list []Chapter
		for i := range n {
			list = append(list, Chapter{Start: time.Duration(i) * 15 * time.Second, Title: fmt.Sprintf("Émile's part %d", i+1)})
		}
		for name, format := range forms {
			got, found := Parse(format(list), "chapters")
			if diff := cmp.Diff(list, got); diff != "" || len(found) > 0 {
				t.Errorf("%d chapters as %s: %v\n%.300s", n, name, found, diff)
			}
		}
	}
}

// TestFormatYouTubeLines expects the lengths of chapters to be taken from the lines,
// without hidden chapters and fractions of a second.
func TestFormatYouTubeLines(t *testing.T) {
	t.Parallel()
	at := func(start, title string) Chapter {
		return Chapter{Start: clock(t, start), Title: title, Hidden: title == ""}
	}
	tests := []struct {
		name     string
		chapters []Chapter
		duration time.Duration
		want     string
	}{
		{"hidden chapters in between", []Chapter{at("0:00", "A"), at("0:05", ""), at("0:40", "B"), at("0:45", ""), at("0:55", "C"), at("1:00", "")}, 66 * time.Second, "0:00 A|0:40 B|0:55 C"},
		{"fractions of a second", []Chapter{at("0:00.2", "A"), at("0:10.1", "B"), at("0:20", "C")}, 0, "0:00 A|0:10 B|0:20 C"},
		{"fraction in the last one", []Chapter{at("0:00", "A"), at("0:10.9", "B"), at("0:20.9", "C")}, 30 * time.Second, "0:00 A|0:10 B|0:20 C"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, problems := FormatYouTube(tt.chapters, tt.duration)
			if got := strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", "|"); got != tt.want || len(problems) > 0 {
				t.Errorf("%q, %v; want %q", got, problems, tt.want)
			}
		})
	}
}

func TestFormatYouTube(t *testing.T) {
	t.Parallel()
	good := []Chapter{{Title: "a"}, {Start: clock(t, "0:12.9"), Title: "b"}, {Start: clock(t, "1:02:03"), Title: "c"}}
	text, found := FormatYouTube(good, 0)
	if got, want := string(text), "0:00 a\n0:12 b\n1:02:03 c\n"; got != want || len(found) > 0 {
		t.Errorf("got %q, %v; want %q", got, found, want)
	}
	_, found = FormatYouTube([]Chapter{{Start: time.Second, Title: "a"}, {Start: 5 * time.Second, Title: "b"}}, 6*time.Second)
	want := []string{
		"the first chapter starts at 0:01, not at 0:00",
		"the chapter at 0:01 is shorter than ten seconds",
		"the chapter at 0:05 is shorter than ten seconds",
		"2 of at least three chapters",
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestUntimed(t *testing.T) {
	t.Parallel()
	chapters := []Chapter{{Start: 0}, {Start: 10, End: 15}, {Start: 20}, {Start: 40}}
	if diff := cmp.Diff(chapters, Untimed(Timed(chapters, 60), 60)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// FuzzParse writes chapters that were read without a finding, in each format of this
// package, and expects to read the same chapters again.
func FuzzParse(f *testing.F) {
	for _, tt := range chapterFileCases {
		f.Add(tt.file)
	}
	for _, s := range []string{"0:12", "Intro", "1:2 x", "0:12  # not a remark", "0:00 a <b://>", "{\"chapters\":[{}]}", "<chapters/>", "WEBVTT\n\n0:00 --> 0:01\n<"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		chapters, found := Parse([]byte(s), "c")
		for i, c := range chapters {
			if c.Start < 0 || c.End < 0 || c.Title != source.OneLine(c.Title) {
				t.Errorf("chapter %d: %+v", i, c)
			}
		}
		if len(found) > 0 {
			return
		}
		var lines, links []Chapter // the chapters without what the formats cannot hold
		for _, c := range chapters {
			if c.Hidden {
				continue
			}
			c.End = 0
			c.Start = c.Start.Truncate(time.Millisecond)
			links = append(links, c)
			c.Image = ""
			lines = append(lines, c)
		}
		again, found := Parse(Format(lines), "c")
		if diff := cmp.Diff(lines, again); diff != "" || hasOther(found) {
			t.Errorf("lines: %v\n%s", found, diff)
		}
		var b bytes.Buffer
		if err := WritePSC(&b, links); err != nil {
			t.Fatal(err)
		}
		if again, found = Parse(b.Bytes(), "c"); cmp.Diff(links, again) != "" || hasOther(found) {
			t.Errorf("psc: %v\n%s", found, cmp.Diff(links, again))
		}
		if slices.ContainsFunc(chapters, func(c Chapter) bool {
			return c.Start%time.Millisecond != 0 || c.End%time.Millisecond != 0 || c.Title == ""
		}) {
			return
		}
		if again, found = Parse(FormatJSON(chapters), "c"); cmp.Diff(chapters, again) != "" || hasOther(found) {
			t.Errorf("json: %v\n%s", found, cmp.Diff(chapters, again))
		}
	})
}

// hasOther reports whether l has a finding of a rule other than ruleChapters. That rule
// is about the order of chapters, and times that are cut to milliseconds may become
// equal.
func hasOther(l finding.List) bool {
	for _, f := range l {
		if f.Rule != ruleChapters.ID {
			return true
		}
	}
	return false
}

func TestTimed(t *testing.T) {
	t.Parallel()
	chapters := []Chapter{{Start: 0}, {Start: 10, End: 15}, {Start: 20}, {Start: 50, End: 80}, {Start: 90}}
	for duration, want := range map[time.Duration][]time.Duration{60: {10, 15, 50, 60, 90}, 0: {10, 15, 50, 80, 90}} {
		for i, c := range Timed(chapters, duration) {
			if c.End != want[i] {
				t.Errorf("of audio of %d, chapter %d ends at %d; want %d", duration, i, c.End, want[i])
			}
		}
	}
}
