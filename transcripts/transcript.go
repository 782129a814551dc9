package transcripts

import (
	"fmt"
	"time"

	"onair/internal/finding"
)

// Person is somebody whose name may label turns.
type Person struct {
	Name    string
	Aliases []string // other labels of the same person; turns get Name
}

// Fraction says what the two digits after the dot of a stamp count.
type Fraction int

const (
	// Decimal digits are hundredths of a second: 01:32.50 is a minute and 32.5 s.
	Decimal Fraction = iota
	// Frames30 digits are frames of 1/30 s: 01:32.15 is a minute and 32.5 s.
	Frames30
)

// ParseFraction reads the setting timestamp_fraction: "decimal" (also when
// empty) or "frames30".
func ParseFraction(name string) (Fraction, error) {
	switch name {
	case "", "decimal":
		return Decimal, nil
	case "frames30":
		return Frames30, nil
	}
	return Decimal, fmt.Errorf("unknown timestamp fraction %q: want decimal or frames30", name)
}

// Options change how a transcript is read. Nil is the zero value.
type Options struct {
	People   []Person
	Fraction Fraction
	Pauses   []string // labels of pauses beside Break, Jingle, Intro and Outro
	File     string   // file named by findings
}

// Transcript is what was read from one file.
type Transcript struct {
	Turns    []Turn
	Clips    bool         // timeline: clips: stamps do not follow the audio
	Findings finding.List // what was read leniently or is wrong, in order of place

	Fractions Fractions

	recorded *recorded // the times of captions that Read found; nil: Parse read it
}

// Fractions counts the fractions of stamps that have two digits. Where there
// are many and none is above 29, they are frames of 1/30 s.
type Fractions struct{ TwoDigit, Above29 int }

// Turn is a stretch of one speaker, or a pause between two.
type Turn struct {
	Speaker      string // name in the registry, else the label; "" before the first label
	Pause        bool   // Break, Jingle, …: shown, not spoken; Speaker is the label
	ID           string // deep link: unique in the file, and made of letters, digits and "-"
	Line, Column int    // of the label, from 1, in bytes
	Stamp        *Mark  // time that opens the turn or pause; nil: not written
	Until        *Mark  // end of a pause's range; nil: not written
	Blocks       []Block
}

// Block is a paragraph, list, quotation, heading or code of a turn.
type Block struct {
	Line, Column int
	Text         string // spoken words only: no stamps, notes, markup; white space folded
	HTML         string // safe to put into a page as it is
	Marks        []Mark // in the order of the text

	parts []int // where list items and inner paragraphs begin in Text, the first one apart
}

// Mark is what stands in square brackets and is not spoken: a stamp, a sound,
// an editor's note.
type Mark struct {
	Line, Column int
	Offset       int    // byte of Block.Text before which it stands
	Note         string // words in the brackets, such as laughs; "" for a bare stamp
	Time         time.Duration
	Timed        bool // Time was written
}

// stamp reports whether the mark is a bare time.
func (m *Mark) stamp() bool { return m.Timed && m.Note == "" }

// Unclear reports whether the mark says that something could not be understood.
func (m *Mark) Unclear() bool { return unclear([]byte(m.Note)) }

// spoken reports whether anything is said in the turn.
func (t *Turn) spoken() bool {
	for i := range t.Blocks {
		if t.Blocks[i].Text != "" {
			return true
		}
	}
	return false
}
