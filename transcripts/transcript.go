// Package transcripts reads transcripts of podcasts, written in Markdown by
// hand, and writes captions and documents: WebVTT, SRT, JSON of Podcasting
// 2.0, HTML and plain text. It does not depend on a show and works in any
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
//	para    = [ stamp SP ] text                           ; continues the turn above
//	stamp   = "\[" mm ":" ss "\]" / "\[" h+ ":" mm ":" ss [ "." ff ] "\]"
//	tag     = "\[" words [ SP h+ ":" mm ":" ss [ "." ff ] ] "\]"
//	other   = list / quotation / heading / fence / divider ; belongs to the turn above;
//	          a heading before the first turn is a title, which is not spoken
//
// A paragraph is inline Markdown: emphasis, code, links, escapes, entities.
// Stamps and tags are not spoken. A tag is any note in escaped brackets: a sound
// such as [laughs], or a remark of the editor. It may carry a time. The digits ff
// are hundredths of a second, or frames of 1/30 s; see [Fraction]. A label may
// stand alone on its line, with its text below. A pause ends a turn; text below it
// belongs to the speaker before the pause.
//
// Front matter, between two lines of "---", has three settings. "timeline: clips"
// says that the stamps belong to other recordings and are not used for times. "same:
// reason" says that the text is meant to be nearly equal to the text of another episode
// (T029). "machine: {…}" marks a transcript that a machine wrote or translated and nobody has
// reviewed, unless it has "reviewed: true".
//
// # Lenient reading
//
// No input makes Parse fail. What real transcripts contain beyond the grammar is read as it
// was meant, and reported:
//
//   - labels with a colon outside the bold, spaces or a stamp inside it, a missing
//     or third star, up to two stray characters before it, indentation, a heading
//     mark, or no space or several after it
//   - labels without bold, if the name is a bold label elsewhere in the file or in
//     the registry and no quotation follows; if it is a pause followed by nothing
//     but stamps; or if it looks like a name and starts the file or three paragraphs
//   - bold without a colon, if the name is known
//   - labels inside a paragraph, after the end of a sentence, with a known name
//   - stamps and known tags with doubled, missing or unbalanced backslashes,
//     60 minutes and more, inner spaces, bold marks, frames after a colon
//   - links whose target contains spaces or does not end
//   - HTML: tags are removed, the words between them stay
//   - CR and CRLF line ends, a BOM, text that is not UTF-8, control characters
//
// A paragraph that starts like a list by accident ("2009. August 13th") and one
// that is indented like code are paragraphs.
//
// # Rules
//
// Parse reports what it reads leniently; Lint checks all rules for a single file. The
// table of the rules is in rules.go; see [Rules]. A finding carries the edits that
// fix it. Fix makes the edits of fixable findings. Format makes the edits that change
// how the transcript is written but not what Parse reads.
//
// Parse does not report T010, T015, T016, T022, T026, T027, T030 and T037. T015 needs the
// length of the audio. T028, T029 and T032 need other files (package repo), and T031 needs
// the file before a change (package review). Only Format fixes T006. Fix fixes T027 only
// if asked to. Doubled words, quotation marks, dashes and grammar have no rules.
//
// # Times
//
// About one turn in twenty opens with a stamp, so nearly all times are
// estimates between anchors. Anchors are the stamps and, with less weight, the
// times in tags:
//
//  1. The heaviest chain of anchors that can all be true is kept: times never run
//     backwards, are inside the audio, and leave enough time to say the words.
//  2. Between two anchors time is linear in the characters spoken. A Chinese or
//     Japanese character takes as long as three others. Stamps and tags count
//     nothing, except that [unintelligible] takes 1.2 s. Text at an
//     anchor starts at its time, to the millisecond.
//  3. Before the first anchor and after the last, people speak at the median
//     rate of the file. So the text need not start and end with the audio. After a
//     pause, text starts late enough to be spoken at this rate up to the next
//     anchor, and nothing is shown in the gap. A pause without an end or a later
//     anchor is as long as the other pauses of the file with its label, in the median.
//  4. Without anchors, text covers the whole duration if people would then speak at
//     a usual rate. Otherwise it starts at 0 and has the usual rate. Without
//     anchors and a duration there are no times and no captions.
//
// All formats are written from one list of cues: the same words, each once, in order, and
// the same times. Lines break at spaces, and before and after Chinese and Japanese
// characters, which are two columns wide. Lines of Thai and Lao also break between
// syllables if the letters show the boundary.
//
// # Other formats
//
// Read reads captions and the files of speech recognizers. Like Parse, it returns a
// Transcript, which WriteMarkdown writes as Markdown.
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

	// CountOnly leaves the findings and the IDs of turns empty, to save time and memory.
	CountOnly bool
}

// Transcript is the content of one file.
type Transcript struct {
	Turns    []Turn
	Clips    bool         // the stamps belong to other recordings (timeline: clips)
	Machine  bool         // written or translated by a machine and not reviewed (machine:)
	Findings finding.List // problems, and what was read leniently, by place

	Fractions Fractions

	captionTimes *captionTimes // set by Read if the source has times; nil for Markdown
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
