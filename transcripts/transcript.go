// Package transcripts reads transcripts of podcasts, written in Markdown by
// hand, and writes captions and documents: WebVTT, SRT, JSON of Podcasting
// 2.0, HTML and plain text. It knows nothing of shows and works in any
// repository of transcripts.
//
// # Grammar
//
//	file    = [frontmatter] block *( blank block ) NL    ; UTF-8
//	block   = turn / pause / para / other
//	turn    = label [ SP stamp ] [ SP text ]
//	pause   = "**" ( "Break" / "Jingle" / "Intro" / "Outro" / configured ) ":**"
//	          [ SP stamp [ SP "to" SP stamp ] ]
//	label   = "**" name ":**"                             ; at the start of a line
//	name    = 1*60( any char but "*" ":" NL "[" )
//	para    = [ stamp SP ] text                           ; goes on with the turn above
//	stamp   = "\[" mm ":" ss "\]" / "\[" h+ ":" mm ":" ss [ "." ff ] "\]"
//	tag     = "\[" words [ SP h+ ":" mm ":" ss [ "." ff ] ] "\]"
//	other   = list / quotation / heading / fence / divider ; belongs to the turn above
//
// A paragraph is inline Markdown: emphasis, code, links, escapes, entities.
// Stamps and tags, which are any notes in escaped brackets, are not spoken: they
// carry times, sounds such as [laughs], and remarks of the editor. The digits
// ff are hundredths of a second, or frames of 1/30 s; see [Fraction]. A label
// may stand alone on its line, its text below. A pause ends a turn; text below
// it belongs to whoever spoke before.
//
// Front matter, between two lines of "---", has one setting:
// "timeline: clips" says that the stamps are those of other recordings, so
// that nothing is timed from them.
//
// # Lenient reading
//
// Nothing makes a whole file fail. What real transcripts contain beside the
// grammar is read as it was meant, and reported:
//
//   - a colon outside of the bold, spaces or a stamp inside of it, a missing or
//     third star, up to two stray characters before it, indentation, a label
//     written as a heading, with no space or several behind it
//   - a label without bold, if the name is a bold label elsewhere in the file
//     or in the registry and no quotation follows, or a pause with nothing but
//     stamps behind it, or what looks like a name at the start of the file or
//     of three paragraphs; bold without a colon, if the name is known
//   - a label inside a paragraph, after the end of a sentence, with a known name
//   - stamps and known tags with doubled, missing or unbalanced backslashes,
//     60 minutes and more, inner spaces, bold marks, frames after a colon
//   - links with spaces in their target or without its end
//   - HTML: tags are left out, the words between them stay
//   - CR and CRLF line ends, a BOM, text that is not UTF-8, control characters
//
// A paragraph that starts like a list by accident ("2009. August 13th") and one
// that is indented like code are paragraphs.
//
// # Rules
//
// Parse reports what it reads leniently; Lint holds a file to all rules. The
// table of the rules is in rules.go; see [Rules]. A finding carries the edits that
// fix it. Fix makes those where what is meant is beyond doubt, Format those that
// change the spelling and nothing that is read.
//
// Parse leaves out T010, T015, T016, T022, T026, T027 and T030. T015 needs the
// length of the audio, T028, T029 and T032 other files (package repo), T031 the
// file as it was before a change (package review). Only Format fixes T006; Fix
// fixes T027 if asked to. Doubled words, quotation marks, dashes and grammar are
// left to the speakers.
//
// # Times
//
// About one turn in twenty opens with a stamp, so nearly all times are
// estimates between anchors, which are the stamps, and with less weight the
// times in tags:
//
//  1. Kept is the heaviest chain of anchors that can all be true: never
//     backwards, inside of the audio, and no faster than any speech.
//  2. Between two anchors time is linear in the characters spoken; one of Chinese
//     or Japanese takes as long as three others. Stamps and tags count nothing. An
//     anchor is hit to the millisecond.
//  3. Before the first anchor and after the last, people speak at the median
//     rate of this file; text starts and ends where that leads, not where the
//     audio does. Behind a pause text starts late enough to be spoken at that
//     rate up to the next anchor, and nothing is shown in the hole.
//  4. Without anchors, text covers the whole duration if that makes a usual
//     rate, and else starts at 0 at the usual rate. Without duration as well
//     there are no times, and no captions.
//
// All formats are written from one list of cues: the same words, each once, in
// order, and the same times. Lines break at spaces; around Chinese and Japanese
// characters, which are two columns wide; and between syllables of Thai and Lao,
// as far as their letters tell them.
//
// # Other formats
//
// Read reads captions and the files of recognisers, and makes of them what Parse
// makes of Markdown. WriteMarkdown writes it.
package transcripts

import (
	"fmt"
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

	captionTimes *captionTimes // the times of captions that Read found; nil: Parse read it
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
	hash = hashText(fnvOffset, t.Speaker)
	for i := range t.Blocks {
		hash = hashText(hashText(hash, "\x00"), t.Blocks[i].Text)
		size += len(t.Blocks[i].Text)
	}
	return hash, size
}

// The parameters of FNV-1a with 64 bits.
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
