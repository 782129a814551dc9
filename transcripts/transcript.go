package transcripts

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
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

// shortTurn is the length in bytes below which the words of a turn do not tell
// it from others, as in "Yeah."
const shortTurn = 40

// identify gives every turn its ID. A turn that opens with a stamp is named by
// its time, another by a hash of its speaker and words; a short one by those
// of the turn before as well. A turn that is added or removed elsewhere changes
// no ID but those of exact repetitions.
func identify(turns []Turn) {
	repeated := make(map[string]int, len(turns))
	var before uint64
	for i := range turns {
		t := &turns[i]
		hash, size := hashTurn(t)
		var id string
		switch {
		case t.Stamp != nil:
			id = strings.ReplaceAll(string(appendClock([]byte("t-"), t.Stamp.Time)), ":", "-")
		case size < shortTurn:
			id = hashID(hash*31 + before)
		default:
			id = hashID(hash)
		}
		before = hash
		t.ID = id
		for _, taken := repeated[t.ID]; taken; _, taken = repeated[t.ID] {
			repeated[id]++
			t.ID = id + "-" + strconv.Itoa(repeated[id]+1)
		}
		repeated[t.ID] = 0
	}
}

// hashTurn hashes what a turn says, and returns how many bytes that is.
func hashTurn(t *Turn) (hash uint64, size int) {
	h := fnv.New64a()
	h.Write([]byte(t.Speaker))
	for i := range t.Blocks {
		h.Write([]byte{0})
		h.Write([]byte(t.Blocks[i].Text))
		size += len(t.Blocks[i].Text)
	}
	return h.Sum64(), size
}

// hashID spells 40 bits of a hash in letters and digits.
func hashID(hash uint64) string {
	const letters = "0123456789abcdefghjkmnpqrstvwxyz"
	id := []byte("x-01234567")
	for i := 2; i < len(id); i++ {
		id[i] = letters[hash>>59]
		hash <<= 5
	}
	return string(id)
}
