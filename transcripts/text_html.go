package transcripts

import (
	"bufio"
	"html"
	"io"
	"strings"
	"time"
)

// WriteText writes the transcript as plain text, with a paragraph for each block and a
// line for each item of a list. The first paragraph of a turn starts with the speaker's
// name. Text that is not spoken, including pauses, is in square brackets.
func WriteText(w io.Writer, t *Transcript) error {
	b := bufio.NewWriter(w)
	gap := ""
	for i := range t.Turns {
		turn := &t.Turns[i]
		if turn.Pause {
			b.WriteString(gap + "[" + turn.Speaker + "]\n")
			gap = "\n"
			continue
		}
		name := turn.Speaker
		for j := range turn.Blocks {
			text := turn.Blocks[j].annotated()
			if text == "" {
				continue
			}
			b.WriteString(gap)
			if name != "" {
				b.WriteString(name + ": ")
			}
			b.WriteString(text)
			b.WriteByte('\n')
			gap, name = "\n", ""
		}
	}
	return b.Flush()
}

// annotated returns the text of a block with its notes in square brackets and each
// part on its own line, without stamps.
func (b *Block) annotated() string {
	if len(b.Marks) == 0 && len(b.parts) == 0 {
		return b.Text
	}
	var out []byte
	at, parts := 0, b.parts
	copyTo := func(to int) {
		for ; len(parts) > 0 && parts[0] <= to; parts = parts[1:] {
			out = append(append(out, b.Text[at:parts[0]-1]...), '\n')
			at = parts[0]
		}
		out = append(out, b.Text[at:to]...)
		at = to
	}
	for i := range b.Marks {
		m := &b.Marks[i]
		if m.Note == "" {
			continue
		}
		copyTo(m.Offset)
		if len(out) > 0 && out[len(out)-1] != ' ' && out[len(out)-1] != '\n' {
			out = append(out, ' ')
		}
		out = append(append(append(out, '['), m.Note...), ']')
		if at < len(b.Text) && (at == 0 || b.Text[at-1] == ' ') {
			out = append(out, ' ')
		}
	}
	copyTo(len(b.Text))
	return string(out)
}

// WriteHTML writes the transcript in the HTML form of Podcasting 2.0: the elements
// cite, time and p directly in the body. If there are cues, every paragraph has all
// three, because players skip a paragraph that lacks one. Words that are not spoken are
// in square brackets. The comment at the top is for players that recognize HTML by a
// comment but not by a doctype.
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
