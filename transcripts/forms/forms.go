// Package forms reads transcripts and captions of other tools, including files that deviate
// from their format. It detects the form of a file, and refuses a file that it does not
// understand, so that markup or data are not taken for words.
//
// Every form is a row of a table. voices.go finds the speaker of a line, for all forms. A
// value that cannot be true, such as the end of a caption before its start, is replaced and
// reported; see [Rules].
package forms

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
)

// Options set how a file is read.
type Options struct {
	File     string            // name in findings; its extension helps to detect the form
	Speakers map[string]string // known names: speaker in the file → name
	Duration time.Duration     // length of the audio; 0 if unknown
	Exact    bool              // keep the times of captions that are too short to read
}

// Speech is what one speaker says without a pause: a caption, a segment or a
// paragraph.
type Speech struct {
	Start, End time.Duration
	Timed      bool   // Start is known
	Ended      bool   // End is known
	Estimated  bool   // Start is estimated from the length of the text
	channel    int32  // index in jsonReader.channels
	Speaker    string // as the file names the speaker; empty if it does not
	Text       string // white space folded, without invisible characters
	Words      []Word
	Sections   []string // headings before the speech
	At         int      // byte offset in the decoded file
}

// Word is a word with its time.
type Word struct {
	To         int // offset in the text of the byte after the word
	Start, End time.Duration
	Confidence float64 // between 0 and 1; 0 if unknown
}

// Result is the content of a file.
type Result struct {
	Form     string
	Service  string // the tool that wrote JSON
	Captions bool   // every Speech is a caption; otherwise it is a paragraph
	Numbered bool   // speakers have numbers or letters instead of names
	Speech   []Speech
	Findings finding.List

	// BadTime describes a time in JSON that is negative or ends before its start. It is
	// empty if there is none.
	BadTime string
}

// formRow is a row of the table of formats.
type formRow struct {
	name, title string
	looks       func(s *source, head string) bool // reports whether a file seems to have the form
	read        func(*source) ([]Speech, error)
	captions    bool

	tools, example, keeps, lost string // for docs/formats.md
}

// table returns every form, in the order in which Detect tries them.
func table() []formRow {
	onHead := func(looks func(string) bool) func(*source, string) bool {
		return func(_ *source, head string) bool { return looks(head) }
	}
	return []formRow{
		{"vtt", "WebVTT", onHead(looksVTT), readVTT, true,
			"Zoom, Teams, Webex, YouTube, Riverside, most recognizers",
			"WEBVTT\n\n00:00:03.100 --> 00:00:05.960\n<v Åsa Öst>It snows.",
			"words, times, speakers: voice spans, labels, identifiers of cues", "styles, positions, regions, notes"},
		{"srt", "SubRip (SRT)", onHead(looksSRT), readSRT, true,
			"Otter, Descript, YouTube, Whisper, hosts of podcasts",
			"1\n00:00:03,100 --> 00:00:05,960\nÅsa Öst: It snows.",
			"words, times, speakers: labels, brackets, chevrons, dashes", "fonts, positions"},
		{"sbv", "SubViewer (SBV)", onHead(looksSBV), readSBV, true, "YouTube",
			"0:00:03.100,0:00:05.960\nÅsa Öst: It snows.",
			"words, times, speakers: labels", "nothing"},
		{"ttml", "TTML", onHead(looksTTML), readTTML, true, "Apple Podcasts, broadcasters",
			`<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="3.1s" end="5.96s">Åsa Öst: It snows.</p></div></body></tt>`,
			"words, times, also of spans, speakers: agents, labels", "styles, regions, metadata"},
		{"html", "HTML of Podcasting 2.0", onHead(looksHTML), readHTML, false, "onair, Buzzsprout, other hosts of podcasts",
			"<cite>Åsa Öst:</cite>\n<time>0:03</time>\n<p>It snows.</p>",
			"paragraphs, times in seconds, speakers", "other markup"},
		{"json", "JSON", onHead(looksJSON), readJSON, true, "see below",
			`{"segments":[{"speaker":"Åsa Öst","startTime":3.1,"endTime":5.96,"body":"It snows."}]}`,
			"words, times, also of words, speakers, channels, sounds", "translations, summaries, all but the first alternative"},
		{"tsv", "table with tabs, commas or semicolons", onHead(looksTable), readTable, true, "Whisper, whisper.cpp, Premiere Pro",
			"start\tend\ttext\n3100\t5960\tÅsa Öst: It snows.",
			"words, times in clocks, milliseconds or seconds, speakers: a column, labels", "other columns"},
		{"txt", "text with names and times, as of Otter or Rev", func(s *source, _ string) bool { return looksText(s) }, readText, false, "see below",
			"Åsa Öst (00:03):\nIt snows.",
			"paragraphs, times, speakers, headings in capitals", "what tools write around a transcript"},
	}
}

// Names returns the forms that Read understands.
func Names() []string {
	var names []string
	for _, f := range table() {
		names = append(names, f.name)
	}
	return names
}

// Title returns the title of a form, one of Names.
func Title(name string) string {
	for _, f := range table() {
		if f.name == name {
			return f.title
		}
	}
	return name
}

// Read reads a file in one of the forms of Names. An empty form means the result of Detect.
// If the file cannot be read, the error is a finding.Finding with the place, and a hint on
// what to do.
func Read(src []byte, form string, o *Options) (*Result, error) {
	if form == "" {
		var err error
		if form, err = Detect(src, o); err != nil {
			return nil, err
		}
	}
	s, err := newSource(src, o)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(table(), func(f formRow) bool { return f.name == form })
	if i < 0 {
		return nil, fmt.Errorf("unknown form %q: want one of %s", form, strings.Join(Names(), ", "))
	}
	f := table()[i]
	s.result.Form, s.result.Captions = form, f.captions
	if s.result.Speech, err = f.read(s); err == nil {
		err = s.finish(&s.result)
	}
	if err != nil {
		return nil, err
	}
	result := s.result // a pointer into s would keep the text of the file in memory
	result.Findings = s.found
	return &result, nil
}

// enough is the number of bytes that show the form of a file.
const enough = 1 << 18

// Detect returns the form of a file, one of Names, judged by its beginning. If the file has
// none of these forms, the error is a finding.Finding that says what the file seems to be.
func Detect(src []byte, o *Options) (string, error) {
	s, err := newSource(beginning(src, enough), o)
	if err != nil {
		return "", err
	}
	return s.detect()
}

// Refused returns the error of Detect for a file in a format that is refused by its name, and
// nil for any other file.
func Refused(src []byte) error {
	s := &source{o: &Options{}}
	src = beginning(src, enough)
	if err := s.refuseBinary(src); err != nil {
		return err
	}
	if err := s.decode(src); err != nil {
		return nil // as Markdown
	}
	return s.refuse(s.head())
}

func newSource(src []byte, o *Options) (*source, error) {
	if o == nil {
		o = &Options{}
	}
	s := &source{o: o}
	return s, s.decode(src)
}

func (s *source) detect() (string, error) {
	head := s.head()
	if err := s.refuse(head); err != nil {
		return "", err
	}
	for _, f := range table() {
		if f.looks(s, head) {
			return f.name, nil
		}
	}
	return "", s.describe(head)
}

// head returns the start of the text, without white space before it.
func (s *source) head() string {
	head := strings.TrimLeft(s.text, " \t\n")
	return head[:min(len(head), 1<<16)]
}

// refuse returns an error if a text has one of the formats that are refused by name.
func (s *source) refuse(head string) error {
	for _, r := range refusals {
		if r.looks(head) {
			return s.problem(0, r.hint, "%s", r.title)
		}
	}
	return nil
}

// source is the file that is read.
type source struct {
	text  string // UTF-8, lines end with LF
	o     *Options
	found finding.List
	lines lineCounter

	result Result
	unit   time.Duration // unit of times that are numbers
}

// problem returns an error at an offset of the text.
func (s *source) problem(at int, hint, format string, args ...any) error {
	return finding.Finding{Severity: finding.Error, Position: s.position(at), Message: fmt.Sprintf(format, args...), Hint: hint}
}

// warn reports a value that was replaced.
func (s *source) warn(rule *finding.Rule, at int, format string, args ...any) {
	const most = 100 // limit on the findings of a file
	if len(s.found) < most {
		s.found.Add(rule.At(s.position(at), format, args...))
	}
}

// position returns the place of an offset.
func (s *source) position(at int) finding.Position {
	at = min(max(at, 0), len(s.text))
	return finding.Position{File: s.o.File, Line: s.lines.line(s.text, at), Column: at - strings.LastIndexByte(s.text[:at], '\n')}
}

// lineCounter counts lines up to an offset. For a larger offset it continues where it
// stopped.
type lineCounter struct{ at, count int }

func (l *lineCounter) line(text string, at int) int {
	if at < l.at {
		*l = lineCounter{}
	}
	l.count += strings.Count(text[l.at:at], "\n")
	l.at = at
	return l.count + 1
}

// linesOf yields each line of a text with its offset.
func linesOf(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for at := 0; at < len(text); {
			line, _, _ := strings.Cut(text[at:], "\n")
			if !yield(at, line) {
				return
			}
			at += len(line) + 1
		}
	}
}
