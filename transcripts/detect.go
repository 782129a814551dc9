package transcripts

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// boldLabel is a line that only a transcript in Markdown has.
var boldLabel = regexp.MustCompile(`(?m)^\*\*[^*\[\n]{1,60}(:\*\*|\*\*:)`)

// Detect tells which of ReadFormats a file is in, by what is in it. Text that is
// nothing else is "txt".
func Detect(src []byte) string {
	s := &source{o: &ReadOptions{}}
	if s.decode(src) != nil {
		s.text = string(src)
	}
	text := strings.TrimLeft(s.text, " \t\n")
	switch {
	case strings.HasPrefix(text, "WEBVTT"):
		return "vtt"
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "[{"):
		return detectJSON([]byte(text))
	case boldLabel.MatchString(text[:min(len(text), 1<<16)]):
		return "md"
	}
	for range 4 { // the first card of SRT: a number, its times
		line, rest, _ := strings.Cut(text, "\n")
		if _, _, ok := parseCaptionTimes(line); ok {
			return "srt"
		}
		text = rest
	}
	return "txt"
}

// detectJSON tells the JSON of one service from that of another by the names of
// its first members.
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
