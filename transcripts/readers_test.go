package transcripts

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// The readers of this file follow the specifications of the formats and share no
// code with the writers, so that the tests can compare the two.

// caption is a cue as a reader finds it in a file.
type caption struct {
	start, end    time.Duration
	speaker, text string
}

var captionTime = regexp.MustCompile(`^(\d{2,}):(\d\d):(\d\d)([.,])(\d{3}) --> (\d{2,}):(\d\d):(\d\d)([.,])(\d{3})$`)

func readTimes(line, mark string) (start, end time.Duration, err error) {
	m := captionTime.FindStringSubmatch(line)
	if m == nil || m[4] != mark || m[9] != mark {
		return 0, 0, fmt.Errorf("bad times %q", line)
	}
	at := func(h, m, s, ms string) time.Duration {
		n := 0
		for _, part := range []struct {
			digits string
			unit   int
		}{{h, 3_600_000}, {m, 60_000}, {s, 1000}, {ms, 1}} {
			v, _ := strconv.Atoi(part.digits)
			n += v * part.unit
		}
		return time.Duration(n) * time.Millisecond
	}
	return at(m[1], m[2], m[3], m[5]), at(m[6], m[7], m[8], m[10]), nil
}

// readVTT reads WebVTT that has one line of text in one voice in every cue.
func readVTT(s string) (captions []caption, err error) {
	blocks := strings.Split(strings.TrimSuffix(s, "\n"), "\n\n")
	if blocks[0] != "WEBVTT" {
		return nil, fmt.Errorf("bad header %q", blocks[0])
	}
	for _, block := range blocks[1:] {
		lines := strings.Split(block, "\n")
		if len(lines) != 2 {
			return nil, fmt.Errorf("%d lines in cue %q", len(lines), block)
		}
		var c caption
		if c.start, c.end, err = readTimes(lines[0], "."); err != nil {
			return nil, err
		}
		text := lines[1]
		if name, rest, ok := strings.Cut(text, ">"); ok && strings.HasPrefix(name, "<v ") {
			c.speaker, text = html.UnescapeString(name[len("<v "):]), rest
		}
		if strings.ContainsAny(text, "<>") || strings.Contains(block[len(lines[0]):], "-->") {
			return nil, fmt.Errorf("markup in cue %q", block)
		}
		c.text = html.UnescapeString(text)
		captions = append(captions, c)
	}
	return captions, nil
}

// srtSpeaker matches speakers in SRT as a widely used reader does.
var srtSpeaker = regexp.MustCompile(`^(?i:[a-z].+?): `)

// readSRT reads SubRip as podcast apps do: text before a colon in the first line of a cue
// is a speaker, and stays the speaker until another one is named.
func readSRT(s string) (captions []caption, err error) {
	if s == "" {
		return nil, nil
	}
	speaker := ""
	for i, rawCue := range strings.Split(strings.TrimSuffix(s, "\n"), "\n\n") {
		lines := strings.Split(rawCue, "\n")
		if len(lines) < 3 || len(lines) > 4 || lines[0] != strconv.Itoa(i+1) {
			return nil, fmt.Errorf("bad card %d: %q", i+1, rawCue)
		}
		var c caption
		if c.start, c.end, err = readTimes(lines[1], ","); err != nil {
			return nil, err
		}
		if name := srtSpeaker.FindString(lines[2]); name != "" {
			speaker = strings.TrimSuffix(name, ": ")
			lines[2] = lines[2][len(name):]
		}
		c.speaker = speaker
		c.text = strings.TrimSpace(strings.Join(lines[2:], " "))
		captions = append(captions, c)
	}
	return captions, nil
}

func readJSON(s string) (captions []caption, err error) {
	var file struct {
		Version  string
		Segments []struct {
			Speaker, Body      string
			StartTime, EndTime json.Number
		}
	}
	if err := json.Unmarshal([]byte(s), &file); err != nil {
		return nil, err
	}
	if file.Version != "1.0.0" {
		return nil, fmt.Errorf("bad version %q", file.Version)
	}
	at := func(n json.Number) time.Duration {
		seconds, err := n.Float64()
		if _, fraction, _ := strings.Cut(n.String(), "."); err != nil || len(fraction) > 3 {
			panic(fmt.Sprintf("bad time %q", n))
		}
		return time.Duration(seconds*1000+0.5) * time.Millisecond
	}
	for _, s := range file.Segments {
		captions = append(captions, caption{at(s.StartTime), at(s.EndTime), s.Speaker, s.Body})
	}
	return captions, nil
}

// readHTML reads the HTML of Podcasting 2.0: cite, time and p in turn, in the body. It
// uses the readable times, which are whole seconds.
func readHTML(s string, timed bool) (captions []caption, err error) {
	document, err := html.Parse(strings.NewReader(s))
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(s, "<!--") {
		return nil, fmt.Errorf("does not start with a comment: %.20q", s)
	}
	parts := []string{"cite", "time", "p"}
	if !timed {
		parts = []string{"cite", "p"}
	}
	var values []string
	for n := range document.Descendants() {
		if n.Type != html.ElementNode || n.Parent.Data != "body" {
			continue
		}
		if want := parts[len(values)%len(parts)]; n.Data != want {
			return nil, fmt.Errorf("element %d is %s, want %s", len(values), n.Data, want)
		}
		if n.FirstChild == nil || n.FirstChild != n.LastChild || n.FirstChild.Type != html.TextNode {
			return nil, fmt.Errorf("element %d is not only text", len(values))
		}
		values = append(values, n.FirstChild.Data)
	}
	for ; len(values) >= len(parts); values = values[len(parts):] {
		c := caption{speaker: strings.TrimSuffix(values[0], ":"), text: values[len(parts)-1]}
		if timed {
			if c.start, err = readClock(values[1]); err != nil {
				return nil, err
			}
		}
		captions = append(captions, c)
	}
	return captions, nil
}

func readClock(s string) (time.Duration, error) {
	seconds := 0
	for _, part := range strings.Split(s, ":") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return 0, fmt.Errorf("bad time %q", s)
		}
		seconds = seconds*60 + n
	}
	return time.Duration(seconds) * time.Second, nil
}

// readText reads plain text. Only the given names are speakers when a colon follows them.
func readText(s string, speakers map[string]bool) (captions []caption) {
	speaker := ""
	for _, paragraph := range strings.Split(strings.TrimSuffix(s, "\n"), "\n\n") {
		if name, rest, ok := strings.Cut(paragraph, ": "); ok && speakers[name] {
			speaker, paragraph = name, rest
		}
		captions = append(captions, caption{speaker: speaker, text: paragraph})
	}
	return captions
}

// notes matches square brackets with their content.
var notes = regexp.MustCompile(` ?\[[^\[\]]*\]`)

// spokenWords returns the words of captions in order. It drops square brackets with their
// content, which may be notes.
func spokenWords(captions []caption) []string {
	var text []string
	for _, c := range captions {
		text = append(text, c.text)
	}
	return strings.Fields(notes.ReplaceAllString(strings.Join(text, " "), ""))
}

// sourceWords returns the spoken words of a transcript without using the parser: it removes
// labels, marks and markup with regular expressions. A word is a run of letters and digits.
// The result is exact only for the corpus.
func sourceWords(src string) []string {
	for _, cut := range sourceCuts {
		src = cut.pattern.ReplaceAllString(src, cut.with)
	}
	return alphanumeric.FindAllString(html.UnescapeString(src), -1)
}

var sourceCuts = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`(?m)^ *(?:#+ |\+)?\*{1,2}:?[^*:\[\n]{1,60}:? *(\\\[[\d:. ]+\\\])?\*\*:?\*?`), "$1"}, // labels
	{regexp.MustCompile(`(?m)^(?:Break|Outro|[A-Z][a-z]+ [A-Z][a-z]+): `), ""},                               // labels without bold
	{regexp.MustCompile(`([.?!\]]) \*\*[A-Z][a-z]+ [A-Za-z-]+:\*\*`), "$1"},                                  // labels inside a paragraph
	{regexp.MustCompile(`\*\*(:)\*\*`), "$1"},                                                                // bold colon inside a stamp
	{regexp.MustCompile(`(\]\**) (?:to|-) (\\?\[)`), "$1 $2"},
	{regexp.MustCompile(`(\p{L})\\\[(\p{L}{1,4})\\\]`), "$1 $2"},                                 // letters put into a word
	{regexp.MustCompile(`\\\[.*?\\+\]|\[\\laughter\\\]`), " "},                                   // notes
	{regexp.MustCompile(`\[(?:laughs|laughter|(?:unintelligible )?\d\d:\d\d:\d\d.\d\d)\]`), " "}, // unescaped notes
	{regexp.MustCompile(`\[([^\]\n]*)\]\([^)\n]*\)`), "$1"},                                      // links
	{regexp.MustCompile(`(?m)^\d\. `), ""},                                                       // list marks
	{regexp.MustCompile(`</?[a-z]+>`), " "},
	{regexp.MustCompile(`\*{4,}`), " "}, // a bleep
	{regexp.MustCompile(`\*`), ""},
	{regexp.MustCompile(`(\s)_([^\s_]+(?: [^\s_]+)*)_`), "$1$2"}, // emphasis
}

var alphanumeric = regexp.MustCompile(`[\p{L}\p{N}]+`)
