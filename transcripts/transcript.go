// No input makes Parse fail. What real transcripts contain beyond the grammar is read as it
// was meant, and reported:
package transcripts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"onair/internal/finding"
)

// Person is a speaker whose name may label turns.
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

// Options set how a transcript is read. A nil pointer means the zero value.
type Options struct {
	People   []Person
	Fraction Fraction
	Pauses   []string // labels of pauses besides Break, Jingle, Intro and Outro
	File     string   // name of the file in findings
}

// Transcript is the content of one file.
type Transcript struct {
	Turns    []Turn
	Clips    bool         // the stamps belong to other recordings (timeline: clips)
	Machine  bool         // written by a speech recognizer and not reviewed (machine:)
	Findings finding.List // problems, and what was read leniently, by place

	Fractions Fractions

	captionTimes *captionTimes // set by Read; nil for Markdown
	spoken       []spoken      // set by Align; nil without recognized words
	sounds       []sound       // in order of time; set by Align
}

// Fractions counts the fractions of stamps that have two digits. If there are many and none
// is above 29, they are probably frames of 1/30 s.
type Fractions struct{ TwoDigit, Above29 int }

// Digest returns a digest of the words that are spoken, 16 hex digits.
func (t *Transcript) Digest() string {
	sum := sha256.New()
	for i := range t.Turns {
		for _, b := range t.Turns[i].Blocks {
			fmt.Fprintf(sum, "%s\n", b.Text)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// Turn is continuous speech of one speaker, or a pause.
type Turn struct {
	Speaker      string // name in the registry, or the label; empty before the first label
	Pause        bool   // such as Break or Jingle; shown, not spoken; Speaker is its label
	ID           string // for deep links; unique in the file; has letters, digits and "-"
	Line, Column int    // place of the label, from 1; Column in bytes
	Stamp        *Mark  // time that opens the turn or pause; nil if there is none
	Until        *Mark  // end of a pause's range; nil if there is none
	Blocks       []Block
}

// Block is a paragraph, list, quotation, heading or code of a turn.
type Block struct {
	Line, Column int
	Text         string // spoken words, without stamps, notes and markup; white space folded
	HTML         string // safe for a page
	Marks        []Mark // in the order of the text

	parts []int // offsets in Text of the list items and inner paragraphs, without the first one
}

// Mark is text in square brackets that is not spoken: a stamp, a sound, or an
// editor's note.
type Mark struct {
	Line, Column int
	Offset       int    // offset in Block.Text of the byte after the mark
	Note         string // words in the brackets, such as laughs; empty for a stamp
	Time         time.Duration
	Timed        bool // it has a time
}

// stamp reports whether the mark is a time without words.
func (m *Mark) stamp() bool { return m.Timed && m.Note == "" }

// Unclear reports whether the mark says that something could not be understood.
func (m *Mark) Unclear() bool { return unclear([]byte(m.Note)) }

// spoken reports whether the turn contains spoken words.
func (t *Turn) spoken() bool {
	for i := range t.Blocks {
		if t.Blocks[i].Text != "" {
			return true
		}
	}
	return false
}

// shortTurn is the length in bytes below which words like "Yeah." do not distinguish a
// turn from others.
const shortTurn = 40

// identify gives every turn its ID. If a turn opens with a stamp, its ID is the time.
// Otherwise the ID is a hash of its speaker and words, and for a short turn also of the
// turn before. So adding or removing a turn changes no other IDs, except the ID of a short
// turn after it and the numbers at the end of IDs that would be equal without them.
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

// hashTurn hashes speaker and words of a turn, and returns the number of bytes of the
// words.
func hashTurn(t *Turn) (hash uint64, size int) {
	hash = hashText(fnvOffset, t.Speaker)
	for i := range t.Blocks {
		hash = hashText(hashText(hash, "\x00"), t.Blocks[i].Text)
		size += len(t.Blocks[i].Text)
	}
	return hash, size
}

// The parameters of 64-bit FNV-1a.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// hashText continues a hash. Unlike hash/fnv it does not copy the text.
func hashText(hash uint64, text string) uint64 {
	for i := range len(text) {
		hash = (hash ^ uint64(text[i])) * fnvPrime
	}
	return hash
}

// hashID encodes 40 bits of a hash in letters and digits.
func hashID(hash uint64) string {
	const letters = "0123456789abcdefghjkmnpqrstvwxyz"
	id := []byte("x-01234567")
	for i := 2; i < len(id); i++ {
		id[i] = letters[hash>>59]
		hash <<= 5
	}
	return string(id)
}
