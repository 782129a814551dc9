package transcripts

import (
	"bufio"
	"html"
	"io"
	"strings"
	"time"
)

// WriteHTML writes the transcript in the HTML form of Podcasting 2.0: the elements
// cite, time and p directly in the body. Every paragraph has all three, because
// players skip a paragraph that lacks one. Words that are not spoken are in square
// brackets. Without cues there are no times. The comment at the top is for players
// that recognise HTML by a comment but not by a doctype.
func WriteHTML(w io.Writer, t *Transcript, cues []Cue) error {
	b := bufio.NewWriter(w)
	b.WriteString("<!-- transcript -->\n<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>Transcript</title></head>\n<body>\n")
	clock := cueClock{cues: cues}
	var buf []byte
	for i := range t.Turns {
		turn := &t.Turns[i]
		speaker := turn.Speaker
		if speaker == "" {
			speaker = "Unknown"
		}
		for j := range turn.Blocks {
			text := turn.Blocks[j].annotated()
			if text == "" {
				continue
			}
			buf = append(append(append(buf[:0], "<cite>"...), html.EscapeString(speaker)...), ":</cite>\n"...)
			if t.captionTimes != nil && len(cues) > 0 {
				buf = append(appendTime(buf, t.captionTimes.start(i, j)), '\n')
			} else if start, ok := clock.start(i, turn.Blocks[j].Text); ok {
				buf = append(appendTime(buf, start), '\n')
			}
			buf = append(append(append(buf, "<p>"...), html.EscapeString(text)...), "</p>\n"...)
			b.Write(buf)
		}
	}
	b.WriteString("</body>\n</html>\n")
	return b.Flush()
}

// cueClock finds the start times of blocks in a list of cues, in order.
type cueClock struct {
	cues []Cue
	next int
}

// start returns when a block of a turn starts, and moves past the cues of its text. A
// block without text starts with the next cue.
func (c *cueClock) start(turn int, text string) (start time.Duration, ok bool) {
	for c.next < len(c.cues) && c.cues[c.next].Turn < turn {
		c.next++
	}
	if c.next == len(c.cues) {
		if len(c.cues) == 0 {
			return 0, false
		}
		return c.cues[len(c.cues)-1].End, true
	}
	start = c.cues[c.next].Start
	for text != "" && c.next < len(c.cues) {
		text = strings.TrimPrefix(strings.TrimPrefix(text, c.cues[c.next].Text), " ")
		c.next++
	}
	return start, true
}
