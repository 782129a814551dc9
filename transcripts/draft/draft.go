// Package draft makes a transcript in Markdown from the words that a speech recognizer
// heard, for people to correct.
package draft

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"onair/transcripts"
	"onair/transcripts/internal/align"
	"onair/transcripts/internal/script"
	"onair/transcripts/words"
)

const (
	// longest is the limit on the length of a paragraph. A paragraph ends with the last
	// sentence that fits.
	longest = 90 * time.Second
	// unsure is the confidence below which words are marked as unclear.
	unsure = 0.4
	// fastest is the limit on the number of words that people say per second, measured
	// over windowWords words. Over burstWords words the limit is fastestBurst, because
	// people say a few short words faster.
	fastest, windowWords     = 7, 8
	fastestBurst, burstWords = 14, 4
	// A run of at least repeatWords words that is heard repeatTimes times in a row is not
	// speech.
	repeatWords, repeatTimes = 3, 4
	// longestRepeat is the length, in words, of the longest run whose repetitions are
	// searched for. Whisper writes at most 224 words at a time.
	longestRepeat = 224
)

// Label returns the name of a voice in a draft.
func Label(f *words.File, voice string) string {
	switch name := cleanName(f.Speakers[voice]); {
	case name != "":
		return name
	case voice == "":
		return "Unknown"
	}
	label := "Voice " + voice
	if since, ok := f.Since[voice]; ok { // an earlier voice may be the same
		label += fmt.Sprintf(" (from %d:%02d)", int(since.Minutes()), int(since.Seconds())%60)
	}
	return label
}

// cleanName replaces the characters of a name that a label cannot contain by spaces, and
// shortens long names.
func cleanName(name string) string {
	const most = 60
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune("*:[]<>", r)
	}), " ")
	return string([]rune(name)[:min(most, utf8.RuneCountInString(name))])
}

// heard is a word with its voice. The text of an unclear word is not shown.
type heard struct {
	words.Word
	voice   string
	unclear bool
}

// Markdown returns the draft. Voices are named by Label; name, which may be nil, replaces
// the result of Label. Text of the recognizer is escaped, so that it cannot become a
// label, a stamp or HTML.
func Markdown(f *words.File, name func(string) string) []byte {
	list := flatten(f)
	markUnclear(list)
	var t transcripts.Transcript
	for from := 0; from < len(list); {
		to := from + 1
		for to < len(list) && list[to].voice == list[from].voice {
			to++
		}
		speaker := Label(f, list[from].voice)
		if name != nil {
			speaker = name(speaker)
		}
		t.Turns = append(t.Turns, transcripts.Turn{Speaker: speaker, Blocks: paragraphs(list[from:to])})
		from = to
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "---\nmachine: {engine: %s, model: %s, reviewed: false}\n---\n\n", quote(f.Engine), quote(f.Model))
	// A buffer never fails.
	_ = transcripts.WriteMarkdown(&out, &t)
	return out.Bytes()
}

// quote writes a text as a value in YAML.
func quote(s string) string { return fmt.Sprintf("%q", s) }

// flatten returns the words of all segments by start.
func flatten(f *words.File) (list []heard) {
	for _, s := range f.Segments {
		for _, w := range s.Words {
			list = append(list, heard{Word: w, voice: s.Voice})
		}
	}
	slices.SortStableFunc(list, func(a, b heard) int { return cmp.Compare(a.Start, b.Start) })
	return list
}

// markUnclear marks words that were probably not said: those with low confidence, those
// that are too fast, and repetitions.
func markUnclear(list []heard) {
	for i := range list {
		c := list[i].Confidence
		list[i].unclear = c > 0 && c < unsure
	}
	markFast(list, windowWords, fastest)
	markFast(list, burstWords, fastestBurst)
	folded := make([]string, len(list))
	for i := range list {
		folded[i] = align.Fold(list[i].Text)
	}
	same := func(i, j int) bool { return folded[i] == folded[j] }
	for n := repeatWords; n <= min(longestRepeat, len(list)/repeatTimes); n++ {
		for i := 0; i+n < len(list); {
			run := 0 // number of words that equal the words n places before
			for i+n+run < len(list) && same(i+run, i+n+run) {
				run++
			}
			if run >= n*(repeatTimes-1) {
				mark(list[i+n : i+n+run]) // the first occurrence may have been said
			}
			i += run + 1
		}
	}
}

// markFast marks each run of n words that has more than limit words per second.
func markFast(list []heard, n, limit int) {
	for i := 0; i+n <= len(list); i++ {
		if list[i+n-1].End-list[i].Start < time.Duration(n)*time.Second/time.Duration(limit) {
			mark(list[i : i+n])
		}
	}
}

func mark(list []heard) {
	for i := range list {
		list[i].unclear = true
	}
}

// paragraphs cuts the words of one voice into paragraphs with stamps.
func paragraphs(list []heard) (blocks []transcripts.Block) {
	for from := 0; from < len(list); {
		end := from // end of the last sentence that fits
		to := from
		for to < len(list) && (to == from || list[to].End-list[from].Start <= longest) {
			if to++; script.EndsSentence(list[to-1].Text) {
				end = to
			}
		}
		if to < len(list) && end > from {
			to = end
		}
		blocks = append(blocks, paragraph(list[from:to]))
		from = to
	}
	return blocks
}

// brackets replaces square brackets, so that text is not read as a stamp or a note.
var brackets = strings.NewReplacer("[", "(", "]", ")")

func paragraph(list []heard) (b transcripts.Block) {
	b.Marks = append(b.Marks, transcripts.Mark{Time: list[0].Start.Truncate(time.Second), Timed: true})
	for i := range list {
		w := &list[i]
		if w.unclear {
			if i == 0 || !list[i-1].unclear {
				if b.Text != "" {
					b.Text += " "
				}
				b.Marks = append(b.Marks, transcripts.Mark{Offset: len(b.Text), Note: "unintelligible", Time: w.Start.Truncate(time.Second), Timed: true})
			}
			continue
		}
		if b.Text != "" && !strings.HasSuffix(b.Text, " ") {
			b.Text += " "
		}
		b.Text += brackets.Replace(w.Text)
	}
	b.Text = strings.TrimRight(b.Text, " ")
	for i := range b.Marks {
		b.Marks[i].Offset = min(b.Marks[i].Offset, len(b.Text))
	}
	return b
}

// Voice describes what a recognizer heard of a voice.
type Voice struct {
	ID    string
	Share float64 // share of all words
	First string  // the first words
}

// Voices returns the voices in the order in which they were first heard.
func Voices(f *words.File) (voices []Voice) {
	const firstWords = 8
	list := flatten(f)
	count := map[string][]string{}
	for _, w := range list {
		if len(count[w.voice]) == 0 {
			voices = append(voices, Voice{ID: w.voice})
		}
		count[w.voice] = append(count[w.voice], w.Text)
	}
	for i := range voices {
		v := &voices[i]
		all := count[v.ID]
		v.Share = float64(len(all)) / float64(len(list))
		v.First = strings.Join(all[:min(firstWords, len(all))], " ")
	}
	return voices
}

// Rename gives voices of a draft the names of their speakers. It replaces their labels
// and nothing else, and returns how many labels of each voice it replaced.
func Rename(src []byte, names map[string]string) (out []byte, replaced map[string]int) {
	replaced = map[string]int{}
	for line := range bytes.Lines(src) {
		if rest, ok := bytes.CutPrefix(line, []byte("**")); ok {
			label, rest, ok := bytes.Cut(rest, []byte(":**"))
			if name := names[string(label)]; ok && name != "" {
				replaced[string(label)]++
				out = append(append(append(out, "**"...), name...), ":**"...)
				line = rest
			}
		}
		out = append(out, line...)
	}
	return out, replaced
}
