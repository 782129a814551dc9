package show

import (
	"fmt"
	"strings"

	"onair/internal/finding"
	"onair/internal/markdown"
	"onair/internal/plural"
	"onair/internal/source"
)

// checkMarkdown reports Markdown that is too complex to be rendered, tags, links and images
// that are shown as text, and tags that lose attributes. at returns the place of an offset in
// the text.
func checkMarkdown(text string, at func(offset int) finding.Position, found *finding.List) {
	if what, offset := markdown.TooComplex(text); what != "" {
		found.Add(ruleTooComplex.At(at(offset), "too many %s", what))
		return
	}
	for _, t := range markdown.ShownTags(text) {
		more := ""
		if t.Times > 1 {
			more = fmt.Sprintf(" (%s)", plural.Times(t.Times))
		}
		if len(t.Dropped) > 0 {
			found.Add(ruleHTML.At(at(t.Offset), "%s loses %s%s", t.Tag, strings.Join(t.Dropped, ", "), more).
				WithSeverity(finding.Info).WithHint("the addresses, texts and sizes of links and images are kept"))
			continue
		}
		if t.Address != "" {
			what := "link"
			if t.Tag == "<img>" {
				what = "image"
			}
			found.Add(ruleHTML.At(at(t.Offset), "the %s is shown as text, without the address %s%s", what, source.ShortQuote(t.Address), more).
				WithHint("schemes of links are " + strings.Join(markdown.LinkSchemes, ", ") + "; images have http, https or the path of a file"))
			continue
		}
		found.Add(ruleHTML.At(at(t.Offset), "%s is shown as text%s", t.Tag, more))
	}
}

// placeIn returns a function that finds the place of an offset in a text. The text starts
// on the given line of the file. Offsets must not decrease from call to call.
func placeIn(text, file string, line int) func(offset int) finding.Position {
	start, read := 0, 0 // start of the current line, and end of the text read so far
	return func(offset int) finding.Position {
		for {
			n := strings.IndexByte(text[read:offset], '\n')
			if n < 0 {
				break
			}
			read += n + 1
			start = read
			line++
		}
		read = offset
		return finding.Position{File: file, Line: line, Column: offset - start + 1}
	}
}
