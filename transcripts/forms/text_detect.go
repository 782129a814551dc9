package forms

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// textExtensions are the extensions of text files. Files with other extensions are not
// tried as text, because text has no signature.
var textExtensions = []string{"", ".txt", ".text", ".transcript", ".srt", ".vtt", ".sbv", ".md", ".markdown"}

// looksText reports whether a text seems to be a transcript: clocks that mostly increase
// precede the words, or most lines start with a name and a name repeats.
func looksText(s *source) bool {
	if !slices.Contains(textExtensions, strings.ToLower(path.Ext(s.o.File))) || !isProse(s.text) {
		return false
	}
	r := newTextReader(s)
	filled, grows, named, timed := 0, 0, 0, 0
	var last time.Duration
	for i := range r.lines {
		l := &r.lines[i]
		if l.text != "" || l.fromClockHead {
			filled++
		}
		if l.fromClockHead && !l.inline {
			if l.timed {
				timed++
			}
			if l.start >= last {
				grows++
			}
			last = l.start
			if l.name != "" {
				named++
			} else if label, _, ok := cutName(l.words); ok && couldLabel(label) {
				named++
			}
		}
	}
	if 2*timed < r.heads || r.isList() || r.isTimetable() || r.bare && r.lines[slices.IndexFunc(r.lines, func(l textLine) bool { return l.fromClockHead })].start >= time.Hour {
		return false
	}
	const everyLines = 30 // one line in 30 must have a clock
	if (r.heads > 1 || named > 0) && 5*grows >= 4*r.heads && everyLines*r.heads >= filled && r.heads < max(filled, 2) || r.heads > 1 && grows == r.heads && r.heads == filled {
		return true
	}
	return !isMarkdown(s.o.File) && r.dialogue() != nil
}

// isMarkdown reports whether a file name has an extension of Markdown.
func isMarkdown(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".md" || ext == ".markdown"
}

// isTimetable reports whether the clocks are those of the day, such as 9:30: there are several
// without seconds, of which the first is not 0, and all are at five minutes or a multiple.
func (r *textReader) isTimetable() bool {
	const least = 3
	clocks := 0
	for i := range r.lines {
		l := &r.lines[i]
		if !l.timed || l.inline {
			continue
		}
		if clocks == 0 && l.start == 0 || l.start%(5*time.Second) != 0 || l.start >= 24*time.Minute || hmsClock(l.text) {
			return false
		}
		clocks++
	}
	return clocks >= least
}

// hmsClock matches a line with a clock that has seconds.
var hmsClock = matcher(`\d:\d\d:\d`)

// DialogueNames returns the names of a text in which most lines open with a name and a colon, as
// in "Vega: Yes.", and nil for any other text.
func DialogueNames(src []byte) []string {
	s, err := newSource(beginning(src, enough), nil)
	if err != nil || !isProse(s.text) {
		return nil
	}
	return newTextReader(s).dialogue()
}

// dialogue returns the names in a text of which most lines start with a name, a name repeats or
// all are those of a recognizer, and most names are followed by a sentence with a capital. It
// returns nil for any other text.
func (r *textReader) dialogue() []string {
	counts := map[string]int{}
	var turns []string // names in the order of the text
	labeled, sentences, filled, lower := 0, 0, 0, 0
	alone, said := false, false // below a name that stands alone; after words of its paragraph
	for i := range r.lines {
		l := &r.lines[i]
		if l.text == "" {
			alone = alone && !said
		}
		if l.text == "" || l.inline {
			continue
		}
		name, words, ok := cutName(l.text)
		if !ok {
			name, words, ok = cutNumbered(l.text)
		}
		if !ok || !couldLabel(name) {
			if !alone || !said {
				filled++
			}
			if alone && !said {
				sentences++
			}
			said = true
			continue
		}
		alone, said = words == "", false
		filled++
		labeled++
		counts[name]++
		turns = append(turns, name)
		if script.EndsSentence(words) {
			sentences++
			if first, _ := utf8.DecodeRuneInString(words); unicode.IsLower(first) {
				lower++
			}
		}
	}
	people := 0 // names that a recognizer did not give
	for name, n := range counts {
		first, _, _ := strings.Cut(strings.ToLower(name), " ")
		if fields[first] || days[first] || (isOrdinary(name) || len(name) == 1) && n < often {
			labeled -= n
			delete(counts, name)
		} else if !machine.MatchString(name) {
			people++
		}
	}
	repeated := len(counts) < labeled || people == 0
	if labeled < 2 || 2*labeled < filled || !repeated && r.inline < 2 || 2*sentences < labeled || 2*lower > labeled || isRound(turns) && !strings.ContainsAny(r.s.text, "?？؟") {
		return nil
	}
	return slices.Sorted(maps.Keys(counts))
}

// isRound reports whether three names or more repeat in the same order, as the names of
// fields do in a list of records. Names that a recognizer makes up do not count.
func isRound(names []string) bool {
	const least = 3
	n := 1 + slices.Index(names[min(1, len(names)):], names[0])
	if n < least || len(names) < 2*n {
		return false
	}
	for i, name := range names {
		if name != names[i%n] || machine.MatchString(name) {
			return false
		}
	}
	return true
}

// clockSigns removes the signs that recognizers write before words.
var clockSigns = strings.NewReplacer("-->", "", "->", "", "SPEAKER_", "")

// isProse reports whether a text is mostly words.
func isProse(text string) bool {
	const sample, few = 1 << 16, 4
	letters, others := 0, 0
	text = rulers.ReplaceAllString(text[:min(len(text), sample)], "")
	text = clockSigns.Replace(text)
	for i, r := range text {
		switch {
		case r == ';' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9': // drop-frame
		case unicode.IsLetter(r) || unicode.IsMark(r):
			letters++
		case r == utf8.RuneError, r < ' ' && r != '\n' && r != '\t', strings.ContainsRune("{}=;<>\\|_#$%^~`@/+&", r):
			others++
		}
	}
	return letters > 0 && 15*(others-few) <= letters
}
