package transcripts

import (
	"bytes"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// asWritten returns what Parse would read from turns after they are written as Markdown.
// Most blocks contain no Markdown syntax and are used as they are. The others are written
// and parsed, each alone.
func asWritten(turns []Turn, o *ReadOptions) *Transcript {
	w := newWritten(turns, o)
	for i := range turns {
		if !w.turn(&turns[i]) {
			return parseWritten(turns, &o.Options)
		}
	}
	identify(w.t.Turns)
	return &w.t
}

// parseWritten is asWritten without the shortcut: it writes and parses everything.
func parseWritten(turns []Turn, o *Options) *Transcript {
	md, t := formattedReading(appendMarkdown(nil, turns), o)
	for range passes { // writing changes some notes, such as a note with a star
		again := appendMarkdown(nil, t.Turns)
		if bytes.Equal(again, md) {
			break
		}
		md, t = formattedReading(again, o)
	}
	identify(t.Turns)
	return t
}

// formattedReading formats Markdown and reads it. It parses only once if there is nothing
// to format, as is usual.
func formattedReading(md []byte, o *Options) ([]byte, *Transcript) {
	f := parse(md, o)
	if len(formatEdits(f, o).edits) > 0 {
		md = Format(md, o)
		f = parse(md, o)
	}
	return md, f.transcript(o)
}

// written collects the result of asWritten.
type written struct {
	o      *ReadOptions
	t      Transcript
	blocks []Block         // blocks of all turns
	marks  []Mark          // marks of plain blocks
	html   strings.Builder // HTML of plain blocks
	labels map[string]writtenLabel
	line   int
}

// writtenLabel is the label of a speaker.
type writtenLabel struct {
	person string // person whom the label stands for
	size   int    // in bytes, with its stars and colon
	ok     bool   // Parse reads the label as this person
}

func newWritten(turns []Turn, o *ReadOptions) *written {
	const usual = 64 // bytes of HTML for a stamp and tags
	blocks, size, marks := 0, 0, 0
	for i := range turns {
		blocks += len(turns[i].Blocks)
		for j := range turns[i].Blocks {
			size += len(turns[i].Blocks[j].Text) + usual
			marks += len(turns[i].Blocks[j].Marks)
		}
	}
	w := &written{o: o, line: 1, labels: map[string]writtenLabel{}}
	w.t.Turns = make([]Turn, 0, len(turns))
	w.blocks = make([]Block, 0, blocks)
	if !o.WithoutHTML {
		w.html.Grow(size)
	}
	w.marks = make([]Mark, 0, marks)
	return w
}

// turn adds a turn. It returns false if all turns have to be parsed together.
func (w *written) turn(t *Turn) bool {
	if t.Pause {
		return w.pause(t)
	}
	label, ok := w.labels[t.Speaker]
	if !ok {
		label = w.label(t.Speaker)
		w.labels[t.Speaker] = label
	}
	if !label.ok || len(t.Blocks) == 0 {
		return false
	}
	from := len(w.blocks)
	w.t.Turns = append(w.t.Turns, Turn{Speaker: label.person, Line: w.line, Column: 1})
	turn := &w.t.Turns[len(w.t.Turns)-1]
	for j := range t.Blocks {
		b := &t.Blocks[j]
		column := label.size + len(" ")
		if j > 0 {
			w.line += len("\n\n")
			column = 0
		}
		if !w.plain(b, column) && !w.parsed(b, column) {
			return false
		}
	}
	w.line += len("\n\n")
	turn.Blocks = w.blocks[from:len(w.blocks):len(w.blocks)]
	if marks := turn.Blocks[0].Marks; len(marks) > 0 && marks[0].stamp() && marks[0].Offset == 0 {
		turn.Stamp = &marks[0]
	}
	return true
}

// label returns the label of a speaker.
func (w *written) label(speaker string) writtenLabel {
	l := writtenLabel{person: speaker}
	for _, p := range w.o.People {
		if p.Name == speaker {
			l.person = speaker // a name takes precedence over an alias of another person
			break
		}
		if slices.Contains(p.Aliases, speaker) {
			l.person = p.Name
		}
	}
	name := appendEscapes(nil, l.person)
	l.size = len("**") + len(name) + len(":**")
	l.ok = l.person != "" && plainText(name) == l.person && utf8.RuneCountInString(l.person) <= maxName
	return l
}

// plain adds a block as it is. It returns false if the block contains Markdown syntax. The
// block starts at the given column, counted from 0.
func (w *written) plain(b *Block, column int) bool {
	if !isPlain(b.Text) || column == 0 && isDivider([]byte(b.Text)) || len(b.Marks) > 1 || len(b.Marks) > 0 && !opensWithSeconds(&b.Marks[0]) {
		return false
	}
	block := Block{Line: w.line, Column: column + 1, Text: b.Text}
	if len(b.Marks) > 0 {
		m := b.Marks[0]
		m.Line, m.Column = block.Line, block.Column
		n := len(w.marks)
		w.marks = append(w.marks, m)
		block.Marks = w.marks[n : n+1 : n+1]
	}
	if !w.o.WithoutHTML {
		block.HTML = w.paragraph(&block)
	}
	w.blocks = append(w.blocks, block)
	return true
}

// paragraph returns the HTML of a block.
func (w *written) paragraph(b *Block) string {
	from := w.html.Len()
	w.html.WriteString("<p>")
	if len(b.Marks) > 0 {
		w.html.Write(append(appendTime(nil, b.Marks[0].Time), ' '))
	}
	tagEscaper.WriteString(&w.html, b.Text)
	w.html.WriteString("</p>")
	return w.html.String()[from:]
}

// tagEscaper escapes text that has no entities and opens no tag.
var tagEscaper = strings.NewReplacer(">", "&gt;")

// opensWithSeconds reports whether a mark is a stamp in whole seconds before the text.
func opensWithSeconds(m *Mark) bool {
	const latest = 1000 * time.Hour
	return m.stamp() && m.Offset == 0 && m.Time >= 0 && m.Time < latest && m.Time%time.Second == 0
}

// isPlain reports whether a text is clean and has no character that appendEscapes
// escapes.
func isPlain(text string) bool {
	return firstEscape(text) == len(text) && text != "" && script.IsClean(text)
}

// parsed adds a block by writing and parsing it alone. It returns false if Parse does not
// read it as one block.
func (w *written) parsed(b *Block, column int) bool {
	const before, words = "Name", "Words"
	turn := Turn{Speaker: before, Blocks: []Block{*b}}
	shift := column - len("**"+before+":** ")
	if column == 0 {
		turn.Blocks = []Block{{Text: words}, *b}
		shift = 0
	}
	t := parseWritten([]Turn{turn}, &Options{Fraction: w.o.Fraction, Pauses: w.o.Pauses})
	if len(t.Turns) != 1 || len(t.Turns[0].Blocks) != len(turn.Blocks) || t.Turns[0].Speaker != before {
		return false
	}
	block := t.Turns[0].Blocks[len(turn.Blocks)-1]
	block.Column += shift
	down := w.line - block.Line
	block.Line += down
	for i := range block.Marks {
		block.Marks[i].Line += down
		block.Marks[i].Column += shift
	}
	w.t.Fractions.TwoDigit += t.Fractions.TwoDigit
	w.t.Fractions.Above29 += t.Fractions.Above29
	w.blocks = append(w.blocks, block)
	return true
}

// pause adds a pause by writing and parsing it alone. It returns false if Parse does not
// read it as one pause.
func (w *written) pause(t *Turn) bool {
	read := parseWritten([]Turn{*t}, &Options{Fraction: w.o.Fraction, Pauses: w.o.Pauses}).Turns
	if len(read) != 1 || !read[0].Pause || len(read[0].Blocks) > 0 {
		return false
	}
	turn := read[0]
	turn.Line = w.line
	for _, m := range []*Mark{turn.Stamp, turn.Until} {
		if m != nil {
			m.Line = w.line
		}
	}
	w.t.Turns = append(w.t.Turns, turn)
	w.line += len("\n\n")
	return true
}
