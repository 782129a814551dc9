package transcripts

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/transcripts/forms"
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
}

// captionsOf returns the reader of a form of package forms.
func captionsOf(form string) func(*source) ([]parsedCue, error) {
	return func(s *source) ([]parsedCue, error) {
		result, err := forms.Read(s.raw, form, &forms.Options{File: s.o.File, Speakers: s.o.Speakers, Duration: s.o.Duration})
		if err != nil {
			return nil, err
		}
		s.found = result.Findings
		parsed := make([]parsedCue, len(result.Speech))
		for i := range result.Speech {
			u := &result.Speech[i]
			parsed[i] = parsedCue{start: u.Start, end: u.End, timed: u.Timed, ended: u.Ended, speaker: u.Speaker, text: u.Text}
			for _, w := range u.Words {
				parsed[i].words = append(parsed[i].words, timedWord{w.To, w.Start, w.End})
			}
		}
		return parsed, nil
	}
}

// formatReaders has the formats that Read knows besides Markdown.
var formatReaders = []struct {
	name string
	read func(*source) ([]parsedCue, error)
}{
	{"vtt", captionsOf("vtt")},
	{"srt", captionsOf("srt")},
	{"sbv", captionsOf("sbv")},
	{"json", parsePodcasting},
	{"whisper", parseWhisper},
	{"deepgram", parseDeepgram},
	{"assemblyai", parseAssemblyAI},
	{"google", parseGoogle},
	{"txt", parsePlain},
}

// ReadFormats returns the formats that Read understands:
//
//	md          Markdown, as Parse reads it
//	vtt         WebVTT
//	srt         SubRip
//	sbv         SubViewer, as YouTube writes it
//	json        JSON of Podcasting 2.0
//	whisper     JSON of Whisper and of WhisperX
//	deepgram    JSON of Deepgram
//	assemblyai  JSON of AssemblyAI
//	google      JSON of Google Speech-to-Text, v1 and v2
//	txt         text: "Name: words", "[0:01:30.5] JM: words", or "Name: 00:01:30" above
//	            the words
func ReadFormats() []string {
	names := []string{"md"}
	for _, f := range formatReaders {
		names = append(names, f.name)
	}
	return names
}

// Read reads a transcript in one of ReadFormats. An empty format means the result
// of Detect. UTF-8 and UTF-16 with a byte order mark are read; any other encoding
// is an error.
//
// Captions are joined to turns and paragraphs. A turn lasts as long as its
// speaker does. A paragraph ends with a sentence before two seconds of silence, or
// after 400 characters, and without a sentence after 1,200. If nothing is said for
// 20 seconds, there is a Break. Paragraphs get stamps in whole seconds, at least 5
// seconds apart, which do not depend on the unit of fractions. A speaker without a
// name is Unknown. The places in the Transcript are those of the Markdown that
// WriteMarkdown writes. It keeps the times of the captions, so that Cues returns
// them; captions longer than a cue are cut.
//
// If the source cannot be read, the error is a finding.Finding with the place.
func Read(src []byte, format string, o *ReadOptions) (*Transcript, error) {
	if o == nil {
		o = &ReadOptions{}
	}
	if format == "" {
		format = Detect(src)
	}
	s := &source{o: o, used: map[string]bool{}}
	if forms.Has(format) {
		s.raw = src
	} else if err := s.decode(src); err != nil && format != "md" {
		return nil, err
	}
	if format == "md" {
		if s.text == "" {
			return Parse(src, &o.Options), nil
		}
		return Parse([]byte(s.text), &o.Options), nil
	}
	for _, f := range formatReaders {
		if f.name != format {
			continue
		}
		parsed, err := f.read(s)
		if err == nil {
			err = s.nameSpeakers(parsed)
		}
		if err != nil {
			return nil, err
		}
		t := transcribe(parsed, &o.Options)
		t.Findings = s.found
		return t, nil
	}
	return nil, fmt.Errorf("unknown format %q: want one of %s", format, strings.Join(ReadFormats(), ", "))
}

// source is a file in another format.
type source struct {
	raw      []byte // of a form of package forms
	text     string // UTF-8, lines end with LF
	found    finding.List
	o        *ReadOptions
	numbered bool            // speakers have numbers or letters instead of names
	used     map[string]bool // the keys of o.Speakers that were found
}

// parsedCue is a piece of speech in the source: a cue, a segment or an utterance.
type parsedCue struct {
	start, end time.Duration
	timed      bool // start was written
	ended      bool // end was written
	speaker    string
	text       string // white space folded, nothing invisible
	words      []timedWord
	sections   []string // headings before it
}

// timedWord is a word of a parsedCue with a written time.
type timedWord struct {
	to         int // byte offset of its end in the text
	start, end time.Duration
}

// decode detects the encoding and sets the text.
func (s *source) decode(src []byte) error {
	switch {
	case bytes.HasPrefix(src, []byte("\xef\xbb\xbf")):
		src = src[3:]
	case bytes.HasPrefix(src, []byte("\xff\xfe")):
		src = fromUTF16(src[2:], binary.LittleEndian)
	case bytes.HasPrefix(src, []byte("\xfe\xff")):
		src = fromUTF16(src[2:], binary.BigEndian)
	}
	text := string(unixLines(src))
	for i, r := range text {
		if r == 0 {
			return positioned(s.o.File, text, i, "is it UTF-16? save it as UTF-8", "NUL byte")
		}
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd") {
			return positioned(s.o.File, text, i, "convert it: iconv -f WINDOWS-1252 -t UTF-8", "not UTF-8")
		}
	}
	s.text = text
	return nil
}

func fromUTF16(src []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(src)/2)
	for i := range units {
		units[i] = order.Uint16(src[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// problem is an error at an offset of the text.
func (s *source) problem(at int, hint, format string, args ...any) error {
	return positioned(s.o.File, s.text, at, hint, format, args...)
}

func positioned(file, text string, at int, hint, format string, args ...any) error {
	at = min(max(at, 0), len(text))
	return finding.Finding{
		Severity: finding.Error,
		Position: finding.Position{
			File:   file,
			Line:   strings.Count(text[:at], "\n") + 1,
			Column: at - strings.LastIndexByte(text[:at], '\n'),
		},
		Message: fmt.Sprintf(format, args...),
		Hint:    hint,
	}
}

// nameSpeakers gives the cues the names that their labels will have.
func (s *source) nameSpeakers(parsed []parsedCue) error {
	names := map[string]string{}
	for i := range parsed {
		u := &parsed[i]
		name, known := names[u.speaker]
		if !known {
			name = s.speakerName(u.speaker)
			names[u.speaker] = name
		}
		u.speaker = name
	}
	for _, key := range slices.Sorted(maps.Keys(s.o.Speakers)) {
		if !s.used[key] {
			met := slices.DeleteFunc(slices.Sorted(maps.Keys(names)), func(n string) bool { return n == "" })
			return finding.Finding{Severity: finding.Error, Position: finding.Position{File: s.o.File},
				Message: fmt.Sprintf("there is no speaker %q", key), Hint: "there are: " + strings.Join(met, ", ")}
		}
	}
	return nil
}

// machineLabel matches what speech recognisers call a speaker.
var machineLabel = regexp.MustCompile(`^(?i:speaker|spk)[ _-]?(\d+)$`)

// speakerName returns the name for a speaker of the source. The result is valid as
// a label.
func (s *source) speakerName(raw string) string {
	if name, ok := s.o.Speakers[raw]; ok {
		s.used[raw] = true
		return labelName(name)
	}
	if m := machineLabel.FindStringSubmatch(raw); m != nil {
		raw = "Speaker " + m[1]
	} else if s.numbered && raw != "" && len(raw) <= 2 {
		raw = "Speaker " + raw
	}
	return labelName(raw)
}

// labelName removes from a name the characters that a label cannot contain.
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

// boldLabel matches a line that only occurs in a transcript in Markdown.
var boldLabel = regexp.MustCompile(`(?m)^\*\*[^*\[\n]{1,60}(:\*\*|\*\*:)`)

// Detect returns which of ReadFormats a file is in, judged by its content. Text of
// no other format is "txt".
func Detect(src []byte) string {
	s := &source{o: &ReadOptions{}}
	if s.decode(src) != nil {
		s.text = string(src)
	}
	text := strings.TrimLeft(s.text, " \t\n")
	switch {
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "[{"):
		return detectJSON([]byte(text))
	case strings.HasPrefix(text, "WEBVTT"):
	case boldLabel.MatchString(text[:min(len(text), 1<<16)]):
		return "md"
	}
	if form := forms.Detect(src, nil); form != "" {
		return form
	}
	return "txt"
}

// detectJSON returns the service that wrote a JSON file, judged by its members.
func detectJSON(src []byte) string {
	var file struct {
		Segments []struct {
			StartTime json.RawMessage
		}
		Results, Response, Utterances, Words, Version json.RawMessage
	}
	err := json.Unmarshal(src, &file)
	switch {
	case bytes.HasPrefix(file.Results, []byte("{")):
		return "deepgram"
	case file.Results != nil, file.Response != nil:
		return "google"
	case len(file.Segments) > 0 && file.Segments[0].StartTime == nil:
		return "whisper"
	case len(file.Segments) > 0 || file.Version != nil || err != nil:
		return "json"
	case file.Utterances != nil, file.Words != nil:
		return "assemblyai"
	}
	return "whisper"
}
