package transcripts

import (
	"bufio"
	"io"
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
