package transcripts

import (
	"bufio"
	"html"
	"io"
	"strings"
)

// vttEscaper escapes cue text and the name of a voice span. The arrow of a
// cue's times cannot appear in either, because ">" is escaped.
var vttEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// WriteVTT writes cues as WebVTT. Every cue names its speaker, because a voice
// span ends with its cue. See https://www.w3.org/TR/webvtt1/.
func WriteVTT(w io.Writer, cues []Cue) error {
	b := bufio.NewWriter(w)
	b.WriteString("WEBVTT\n")
	var times []byte
	for i := range cues {
		cue := &cues[i]
		times = append(times[:0], '\n')
		times = appendCaptionTime(times, cue.Start, '.')
		times = append(times, " --> "...)
		times = appendCaptionTime(times, cue.End, '.')
		b.Write(append(times, '\n'))
		if cue.Speaker != "" {
			b.WriteString("<v ")
			vttEscaper.WriteString(b, cue.Speaker)
			b.WriteByte('>')
		}
		vttEscaper.WriteString(b, cue.Text)
		b.WriteByte('\n')
	}
	return b.Flush()
}

// parseVTT reads WebVTT (https://www.w3.org/TR/webvtt1/#file-parsing). It skips
// notes, styles, regions, identifiers, settings, and all tags except voices. A cue
// without a voice has the speaker of the cue before, because the Podcast namespace
// requires a name only when the speaker changes.
func parseVTT(s *source) ([]parsedCue, error) {
	first, _, _ := strings.Cut(s.text, "\n")
	if rest, ok := strings.CutPrefix(first, "WEBVTT"); !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return nil, s.problem(0, "is it another format?", "not WebVTT: the first line is not WEBVTT")
	}
	rawCues, err := scanCues(s, true)
	if err != nil {
		return nil, err
	}
	var parsed []parsedCue
	speaker := ""
	for _, c := range rawCues {
		from := len(parsed)
		speaker = voices(c.text, speaker, func(speaker, text string) {
			if text = clean([]byte(html.UnescapeString(text))); text != "" {
				parsed = append(parsed, parsedCue{timed: true, ended: true, speaker: speaker, text: text})
			}
		})
		share(parsed[from:], c.start, c.end)
	}
	return parsed, nil
}

// voices calls say for each voice span of a cue's text, and returns the last
// speaker.
func voices(text, speaker string, say func(speaker, text string)) string {
	var spoken []byte
	for text != "" {
		open := strings.IndexByte(text, '<')
		size := -1
		if open >= 0 {
			size = strings.IndexByte(text[open:], '>')
		}
		if size < 0 {
			break
		}
		spoken = append(spoken, text[:open]...)
		tag := text[open+1 : open+size]
		text = text[open+size+1:]
		if name, voice, ok := strings.Cut(tag, " "); ok && (name == "v" || strings.HasPrefix(name, "v.")) {
			say(speaker, string(spoken))
			speaker, spoken = clean([]byte(html.UnescapeString(voice))), spoken[:0]
		}
	}
	say(speaker, string(append(spoken, text...)))
	return speaker
}
