package transcripts

import (
	"bufio"
	"io"
	"strings"
)

// vttEscaper escapes cue text and the name of a voice span. The arrow of a
// cue's times cannot appear in either, because ">" is escaped.
var vttEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// WriteVTT writes cues as WebVTT. Every cue with a speaker has a voice span, because a span
// ends with its cue. See https://www.w3.org/TR/webvtt1/.
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
			if strings.HasSuffix(cue.Speaker, "--") {
				b.WriteByte(' ') // readers drop the space; without it, --> would end the cue
			}
			b.WriteByte('>')
		}
		vttEscaper.WriteString(b, cue.shown())
		b.WriteByte('\n')
	}
	return b.Flush()
}
