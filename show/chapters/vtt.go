package chapters

import (
	"html"
	"regexp"
	"strings"

	"onair/internal/finding"
	"onair/internal/source"
)

// vttTag matches markup inside a cue, such as <v Vega> or </i>.
var vttTag = regexp.MustCompile(`<[^<>]*>`)

// readVTT reads the cues of a WebVTT file as chapters, as browsers do for a track element
// of kind chapters.
func (r *reader) readVTT() {
	var cue *Chapter
	var at finding.Position
	skip := true // inside the header, a note or a style, up to the next empty line
	finish := func() {
		if cue != nil {
			cue.Title = html.UnescapeString(vttTag.ReplaceAllString(cue.Title, ""))
			r.add(*cue, at)
		}
		cue = nil
	}
	r.lines(func(line string, place finding.Position) {
		if strings.TrimSpace(line) == "" {
			finish()
			skip = false
			return
		}
		from, to, timing := strings.Cut(line, "-->")
		switch {
		case skip:
		case cue == nil && timing:
			if cue = r.cue(from, to, place); cue == nil {
				skip = true
			}
			at = place
		case cue != nil:
			cue.Title += " " + line
		default: // the identifier of a cue, a note or a style
			word, _, _ := strings.Cut(line, " ")
			skip = word == "NOTE" || word == "STYLE" || word == "REGION"
		}
	})
	finish()
}

// cue parses the times of a cue. It ignores settings after them.
func (r *reader) cue(from, to string, at finding.Position) *Chapter {
	to, _, _ = strings.Cut(strings.TrimSpace(to), " ")
	start, ok := source.ParseTimestamp(strings.TrimSpace(from))
	end, endOK := source.ParseTimestamp(strings.TrimSpace(to))
	if !ok || !endOK {
		r.reportf(ruleTime, at, "write 00:00:12.000 --> 00:00:48.500", "not the times of a cue")
		return nil
	}
	return &Chapter{Start: start, End: end}
}
