package transcripts

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/transcripts/forms"
	"onair/transcripts/internal/script"
)

// ReadOptions change how a transcript in another format is read. A nil pointer
// means the zero value.
type ReadOptions struct {
	Options
	// Speakers maps the names of the source to those of the transcript: "JM" or
	// "SPEAKER_00" to "Jo March". The empty key is for speech without a name.
	Speakers map[string]string
	// Duration is the length of the audio, for findings about captions after its end.
	// 0 means that it is unknown.
	Duration time.Duration
	// WithoutHTML leaves the HTML of most blocks empty, to save memory.
	WithoutHTML bool
}

// ReadFormats returns the formats that Read understands: md for Markdown, as Parse reads
// it, and the names of package forms. JSON may be that of any tool in docs/formats.md; its
// members show which tool wrote it.
func ReadFormats() []string { return append([]string{"md"}, forms.Names()...) }

// Read reads a transcript in one of ReadFormats. An empty format means the result of
// Detect. The encoding must be UTF-8, or UTF-16 with a byte order mark.
//
// Captions are joined to turns and paragraphs. A turn lasts until another person speaks.
// A paragraph ends with a sentence before two seconds of silence, or with a sentence
// after 400 characters, or after 1,200 characters in any case. If nothing is said for 20
// seconds, there is a Break. Paragraphs get stamps in whole seconds, at least 5 seconds
// apart; Options.Fraction has no effect on them. A speaker without a name is Unknown. The
// places in the Transcript refer to the Markdown that WriteMarkdown writes. The Transcript
// keeps the times of the captions, and Cues returns them; captions longer than a cue are
// cut.
//
// If the source cannot be read, the error is a finding.Finding with the place.
func Read(src []byte, format string, o *ReadOptions) (*Transcript, error) {
	if o == nil {
		o = &ReadOptions{}
	}
	if format == "" {
		var err error
		if format, err = Detect(src, o.File); err != nil {
			return nil, err
		}
	}
	if format == "md" {
		return Parse(script.FromUTF16(src), &o.Options), nil
	}
	result, err := forms.Read(src, format, &forms.Options{File: o.File, Speakers: o.Speakers, Duration: o.Duration})
	if err != nil {
		return nil, err
	}
	n := namer{o: o, numbered: result.Numbered, used: map[string]bool{}}
	if err := n.nameSpeakers(result.Speech); err != nil {
		return nil, err
	}
	t := transcribe(result, o)
	t.Findings = result.Findings
	return t, nil
}

// ReadFile reads the transcript of an episode: as Markdown if the name of the file ends
// in .md, and otherwise in the format that Detect returns. It reports a Markdown file
// whose content is another format, stamps after the end of the audio, and captions of which
// most start after it. If the file cannot be read, the error is a finding.Finding.
func ReadFile(src []byte, o *ReadOptions) (*Transcript, error) {
	if !strings.HasSuffix(o.File, ".md") {
		t, err := Read(src, "", o)
		if err == nil && o.Duration > 0 && len(t.Cues(0)) > 0 && t.Cues(o.Duration) == nil {
			t.Findings.Add(ruleDuration.At(finding.Position{File: o.File}, "most captions start after the end of the audio, at %s", appendClock(nil, o.Duration)))
		}
		return t, err
	}
	t := Parse(src, &o.Options)
	if f, ok := Misplaced(src, o.File); ok {
		t.Findings = finding.List{f}
		return t, nil
	}
	if !HasLabel(src) {
		var f finding.Finding
		if err := forms.Refused(src); errors.As(err, &f) {
			t.Findings = finding.List{ruleFormat.At(finding.Position{File: o.File, Line: 1, Column: 1}, "this is not Markdown: %s", f.Message).WithHint(f.Hint)}
			return t, nil
		}
	}
	t.Findings = append(t.Findings, t.lateStamps(o.File, o.Duration)...)
	return t, nil
}

// Misplaced reports a Markdown file whose content is a transcript in another format
// (T036).
func Misplaced(src []byte, name string) (f finding.Finding, ok bool) {
	format, err := Detect(src, name)
	if err != nil || format == "md" || format == "txt" && path.Ext(name) == "" {
		return f, false
	}
	stem := strings.TrimSuffix(name, path.Ext(name))
	from, first := name, "convert it first:"
	if strings.EqualFold(name, stem+".md") { // the result must not replace its source
		from = stem + "." + format
		first = "rename it to " + from + " and convert it:"
	}
	return ruleFormat.At(finding.Position{File: name, Line: 1, Column: 1}, "this is %s, not Markdown", forms.Title(format)).
		WithHint(fmt.Sprintf("%s onair transcripts convert --from %s --to md %s -o %s.md", first, format, from, stem)), true
}

// IsFatal reports whether a finding means that a file is not the transcript of its
// episode. A file with other findings of Parse can be published.
func IsFatal(f finding.Finding) bool { return f.Rule == ruleFormat.ID || f.Rule == ruleDuration.ID }

// namer gives speakers the names for their labels.
type namer struct {
	o        *ReadOptions
	numbered bool            // speakers have numbers or letters instead of names
	used     map[string]bool // the keys of o.Speakers that were found
}

func (n *namer) nameSpeakers(speeches []forms.Speech) error {
	names := map[string]string{}
	for i := range speeches {
		u := &speeches[i]
		name, known := names[u.Speaker]
		if !known {
			name = n.speakerName(u.Speaker)
			names[u.Speaker] = name
		}
		u.Speaker = name
	}
	for _, key := range slices.Sorted(maps.Keys(n.o.Speakers)) {
		if !n.used[key] {
			met := slices.DeleteFunc(slices.Sorted(maps.Keys(names)), func(n string) bool { return n == "" })
			return finding.Finding{Severity: finding.Error, Position: finding.Position{File: n.o.File},
				Message: fmt.Sprintf("there is no speaker %q", key), Hint: "there are: " + strings.Join(met, ", ")}
		}
	}
	return nil
}

// machineLabel matches names such as SPEAKER_00, which speech recognizers give to speakers.
var machineLabel = regexp.MustCompile(`^(?i:speaker|spk)[ _-]?#?(\d+)$`)

// speakerName returns the name for a speaker of the source. It is valid as a label.
func (n *namer) speakerName(raw string) string {
	if name, ok := n.o.Speakers[raw]; ok {
		n.used[raw] = true
		return labelName(name)
	}
	if m := machineLabel.FindStringSubmatch(raw); m != nil {
		raw = "Speaker " + m[1]
	} else if n.numbered && raw != "" && len(raw) <= 2 || raw != "" && strings.Trim(raw, "0123456789") == "" {
		raw = "Speaker " + raw
	}
	return labelName(raw)
}

// labelName replaces the characters of a name that a label cannot contain by spaces, and
// shortens long names.
func labelName(name string) string {
	name = clean([]byte(strings.Map(func(r rune) rune {
		if r == '*' || r == ':' || r == '[' || r == ']' {
			return ' '
		}
		return r
	}, name)))
	if utf8.RuneCountInString(name) > maxName {
		name = strings.TrimSpace(string([]rune(name)[:maxName]))
	}
	return name
}

// boldLabel matches a line that shows that a transcript is Markdown: a bold name with a
// colon, or with a time beside it.
var boldLabel = regexp.MustCompile(`(?m)^(?:#+ |\\?\[[\d:.]+\\?\] ?)?\*\*[^*\[\n]{0,60}(?::\*\*|\*\*:|\*\*\s*[(\[][\d:.]+[)\]]\s*:)`)

// clockLabel matches a line that starts with a name and a clock in bold, such as
// **Vega (0:03):**, as language models write them.
var clockLabel = regexp.MustCompile(`(?m)^\*\*[^*\n\\]{0,80}\d:\d\d[^*\n\\]{0,80}\*\*`)

// hasLabels reports whether a text has bold labels, and at least as many without a clock
// inside as there are lines that match clockLabel.
func hasLabels(text []byte) bool {
	first := boldLabel.FindIndex(text)
	if first == nil || !hasClock(text[first[0]:]) {
		return first != nil
	}
	labels := 0
	for _, m := range boldLabel.FindAllIndex(text, -1) {
		if !hasClock(text[m[0]:]) {
			labels++
		}
	}
	return labels >= len(clockLabel.FindAllIndex(text, -1))
}

// hasClock reports whether the first line of a text matches clockLabel.
func hasClock(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return clockLabel.Match(line)
}

// startsWithTimes reports whether one of the first two lines has the times of a caption.
func startsWithTimes(text []byte) bool {
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	second, _, _ := bytes.Cut(rest, []byte("\n"))
	return forms.LooksLikeTimes(string(bytes.TrimSpace(first))) || forms.LooksLikeTimes(string(bytes.TrimSpace(second)))
}

// Detect returns the format of a file, one of ReadFormats, judged by its content and by the
// extension of its name. If the file has none of these formats, the error is a
// finding.Finding that says what the file looks like and what to do.
func Detect(src []byte, name string) (string, error) {
	const head = 1 << 16
	text := script.FromUTF16(src[:min(len(src), head)])
	plain := bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), " \t\r\n")
	if !bytes.HasPrefix(plain, []byte("WEBVTT")) && !bytes.HasPrefix(plain, []byte("{")) && !startsWithTimes(plain) && hasLabels(text) && canBeSpeakers(text) {
		return "md", nil
	}
	format, err := forms.Detect(src, &forms.Options{File: name})
	if err != nil && strings.HasSuffix(name, ".md") && canBeSpeakers(text) {
		turns := 0
		for _, turn := range parse(src, &Options{}).turns {
			if turn.speaker != "" && !turn.pause {
				turns++
			}
		}
		if turns > 1 { // a transcript in Markdown whose labels are not bold
			return "md", nil
		}
	}
	return format, err
}

// labelLine matches a line that begins with the label of a speaker, well-formed or not.
var labelLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t>#-]*(?:\\?[\[(][\d:. ]+\\?[\])][ \t]*)?(?:\*\*|__)([^*_\n]{0,240}?)(?::[ \t]*(?:\*\*|__)|(?:\*\*|__)[ \t]*:)`)
})

// HasLabel reports whether Markdown has a line that begins with the label of a speaker. The
// label may be malformed, such as **Vega**:. Labels that are not bold, such as "Vega: Yes."
// or "*Vega:* Yes.", count only if half of the paragraphs or more begin with one. Fields such
// as "**Yield:** 4" and remarks such as "**Note:** …" in a document are not labels.
func HasLabel(text []byte) bool {
	if labelLine().Match(text) {
		return canBeSpeakers(text)
	}
	t := Parse(text, nil)
	labels, paragraphs := 0, 0
	for _, f := range t.Findings {
		if f.Rule == ruleLabel.ID || f.Rule == ruleUnbolded.ID {
			labels++
		}
	}
	for i := range t.Turns {
		paragraphs += len(t.Turns[i].Blocks)
	}
	return labels > 1 && 2*labels >= paragraphs
}

// canBeSpeakers reports whether the bold labels of a text can be those of speakers: at least
// one is a name, they are not all fields as in a recipe, and no document precedes them.
func canBeSpeakers(text []byte) bool {
	const head = 1 << 16           // bytes that are enough
	const document, many = 1500, 5 // characters above the first label; labels of a dialogue below
	text = text[:min(len(text), head)]
	first := labelLine().FindIndex(text)
	if first == nil {
		return true
	}
	if isDocument(text) {
		return false
	}
	dialogue := wordsBefore(text[:first[0]]) < document
	paragraphs := bytes.Count(text[first[0]:], []byte("\n\n")) + 1
	counts := map[string]int{}
	named, repeated := false, false
	var values [][]byte // after the labels, to the end of the line
	for m := labelLine().FindSubmatchIndex(text); m != nil; m = labelLine().FindSubmatchIndex(text) {
		name, _, _ := strings.Cut(strings.TrimPrefix(string(text[m[2]:m[3]]), "["), "](")
		name = strings.Trim(name, " :")
		counts[name]++
		again := counts[name] > 1
		repeated = repeated || again
		named = named || name == "" || forms.IsName(name) || isPause(pauseNames(&Options{}), name) || again && forms.IsName(capitalized(name))
		if dialogue && named && repeated {
			return true // the other labels cannot change this
		}
		value, below, _ := bytes.Cut(text[m[1]:], []byte("\n"))
		values, text = append(values, value), below
	}
	if !named || len(counts) == len(values) && hasFields(values) {
		return false
	}
	return dialogue || len(values) >= many && repeated && 2*len(values) >= paragraphs
}

// headingLine matches a line that is a heading of Markdown, but not a label.
var headingLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^#{1,6} +[^*_\s]`) })

// isDocument reports whether a text with bold labels has at least as many headings, or whether
// most of the labels are in lists and none occurs twice.
func isDocument(text []byte) bool {
	const most = 2 // headings of a transcript with few labels
	headings := 0
	for line := range bytes.Lines(text) {
		if line[0] == '#' && headingLine().Match(line) {
			headings++
		}
	}
	if headings <= most && !bytes.Contains(text, []byte("- **")) && !bytes.Contains(text, []byte("- __")) {
		return false
	}
	labels, items, repeated := 0, 0, false
	counts := map[string]int{}
	for _, m := range labelLine().FindAllSubmatchIndex(text, -1) {
		if bytes.HasPrefix(bytes.TrimLeft(text[m[0]:m[1]], " \t>"), []byte("-")) {
			items++
		} else {
			labels++
		}
		name := string(text[m[2]:m[3]])
		counts[name]++
		repeated = repeated || counts[name] > 1
	}
	return headings > most && headings >= labels || items > labels && !repeated
}

// capitalized returns a name with a capital letter at the start of each word.
func capitalized(name string) string {
	words := strings.Fields(name)
	for i, word := range words {
		first, size := utf8.DecodeRuneInString(word)
		words[i] = string(unicode.ToUpper(first)) + word[size:]
	}
	return strings.Join(words, " ")
}

// hasFields reports whether labels are those of fields: there are several, with short values,
// of which one starts with a digit and none is a sentence.
func hasFields(values [][]byte) bool {
	const most = 5 // words of a value
	numbers := 0
	for _, value := range values {
		words := bytes.Fields(value)
		if len(words) == 0 || len(words) > most || words[0][0] == '\\' || words[0][0] == '[' || script.EndsSentence(string(bytes.TrimSpace(value))) {
			return false
		}
		if words[0][0] >= '0' && words[0][0] <= '9' {
			numbers++
		}
	}
	return len(values) > 1 && numbers > 0
}

// wordsBefore returns the number of bytes of a text without its front matter and headings.
func wordsBefore(text []byte) int {
	n, front := 0, false
	for i, line := range bytes.Split(text, []byte("\n")) {
		line = bytes.TrimSpace(line)
		switch {
		case string(line) == "---" && (i == 0 || front):
			front = !front
		case !front && !bytes.HasPrefix(line, []byte("#")):
			n += len(line)
		}
	}
	return n
}
