package transcripts

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// The kinds of a Task, the easiest first.
const (
	Unintelligible = "unintelligible" // words that could not be understood
	Name           = "name"           // a speaker whose name is not known
	Untimed        = "untimed"        // a stretch without stamps
)

// Task is something that is missing in a transcript and that a listener can add.
type Task struct {
	Kind         string        `json:"kind"` // Unintelligible, Name or Untimed
	File         string        `json:"file"`
	Line         int           `json:"line"`
	Column       int           `json:"column"`
	Start        time.Duration `json:"-"`       // time in the audio
	Known        bool          `json:"-"`       // Start is written or estimated
	Exact        bool          `json:"exact"`   // Start is written
	Length       time.Duration `json:"-"`       // length of an untimed stretch
	Speaker      string        `json:"speaker"` // label of the speaker
	Context      string        `json:"context"` // words around the place
	paragraphLen int
}

// untimedStretch is how long speech may go on without a stamp. In transcripts made by
// people, 95 % of the gaps are shorter.
const untimedStretch = 5 * time.Minute

// Todo lists what is missing in a transcript: unintelligible passages; speakers
// without a name, each once; and stretches of five minutes or more without a
// stamp, or the whole transcript if it has no stamp. The duration of the audio is
// 0 if unknown.
func Todo(t *Transcript, file string, duration time.Duration) []Task {
	l := taskList{t: t, file: file, tl: t.timeline(duration)}
	pos := 0
	seen := map[string]bool{} // speakers of earlier turns
	for i := range t.Turns {
		turn := &t.Turns[i]
		if !turn.Pause && !seen[turn.Speaker] && turn.spoken() {
			seen[turn.Speaker] = true
			if nameless(turn.Speaker) {
				l.add(Task{Kind: Name, Line: turn.Line, Column: turn.Column, Speaker: turn.Speaker, Context: opening(turn.Blocks[0].Text, 80)}, pos, len(turn.Blocks[0].Text))
			}
		}
		for j := range turn.Blocks {
			b := &turn.Blocks[j]
			at, weight := 0, 0 // weight of the text before at
			for k := range b.Marks {
				if m := &b.Marks[k]; isUnclear(m.Note) {
					at, weight = m.Offset, weight+script.Weigh(b.Text[at:m.Offset])
					size := len(b.Text)
					if size == 0 {
						size = math.MaxInt // without context a task is hard, and comes last
					}
					l.add(Task{Kind: Unintelligible, Line: m.Line, Column: m.Column, Speaker: turn.Speaker,
						Start: m.Time, Known: m.Timed, Exact: m.Timed, Context: around(b.Text, m.Offset)}, pos+weight, size)
				}
			}
			if b.Text != "" {
				pos += weight + script.Weigh(b.Text[at:]) + 1
			}
		}
	}
	l.addUntimed(pos)
	return l.tasks
}

// SortTasks sorts tasks by difficulty. The easiest are missing words with a
// written time in a short paragraph.
func SortTasks(tasks []Task) {
	kinds := []string{Unintelligible, Name, Untimed}
	rank := func(t *Task) int {
		switch {
		case t.Exact:
			return 0
		case t.Known:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(tasks, func(a, b Task) int {
		return cmp.Or(
			cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)),
			cmp.Compare(rank(&a), rank(&b)),
			cmp.Compare(a.paragraphLen, b.paragraphLen),
			strings.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
		)
	})
}

type taskList struct {
	t     *Transcript
	file  string
	tl    *timeline
	tasks []Task
}

// add appends a task at a position in the spoken text. paragraph is the length of its
// paragraph in bytes.
func (l *taskList) add(t Task, pos, paragraph int) {
	t.File, t.paragraphLen = l.file, paragraph
	if !t.Known && l.tl != nil {
		t.Start, t.Known = l.tl.start(pos), true
	}
	l.tasks = append(l.tasks, t)
}

// addUntimed appends a task for each stretch without stamps that is too long.
func (l *taskList) addUntimed(chars int) {
	if l.t.Clips || chars == 0 {
		return
	}
	anchors, _ := l.t.anchors()
	kept := chain(anchors, chars, unbounded)
	if len(kept) == 0 {
		turn := &l.t.Turns[0]
		l.add(Task{Kind: Untimed, Line: turn.Line, Column: turn.Column, Speaker: turn.Speaker, Context: "no stamp at all"}, 0, chars)
		return
	}
	before := -1
	for _, k := range kept {
		if before >= 0 {
			l.addStretch(&anchors[before], anchors[k].pos, anchors[k].time)
		}
		before = k
	}
	if last := &anchors[before]; l.tl != nil {
		l.addStretch(last, chars, l.tl.end(chars))
	}
}

// addStretch appends a task for the text from an anchor to a position in the spoken text,
// if it takes untimedStretch or longer. The text ends at the time end. After a pause, it
// takes at most the time that it needs at the usual rate.
func (l *taskList) addStretch(from *anchor, to int, end time.Duration) {
	length := end - from.time
	if from.pause {
		length = min(length, usualRate.time(to-from.pos))
	}
	if length < untimedStretch || to == from.pos {
		return
	}
	l.tasks = append(l.tasks, Task{Kind: Untimed, File: l.file, Line: from.mark.Line, Column: from.mark.Column,
		Start: from.time, Known: true, Exact: true, Length: length.Round(time.Second), Speaker: l.t.Turns[from.turn].Speaker,
		Context: "no stamp for " + string(appendClock(nil, length.Round(time.Second))), paragraphLen: to - from.pos})
}

// placeholder matches labels that stand for a missing name.
var placeholder = regexp.MustCompile(`(?i)^(unknown|unidentified|unnamed|(unknown |unidentified |male |female )?(speaker|person|voice|man|woman)( ?[0-9]{1,3}| [a-z])?|\?+)$`)

// nameless reports whether a label does not name a person.
func nameless(speaker string) bool { return speaker == "" || placeholder.MatchString(speaker) }

// isUnclear reports whether a note stands for words that could not be understood.
func isUnclear(note string) bool {
	if unclear([]byte(note)) {
		return true
	}
	for _, stem := range []string{"inaudible", "indistinct"} {
		if len(note) >= len(stem) && strings.EqualFold(note[:len(stem)], stem) {
			return true
		}
	}
	return false
}

// around returns a few words before and after a gap in a text.
func around(text string, at int) string {
	const side = 60
	before := text[:at]
	if n := at - side; n > 0 {
		for !utf8.RuneStart(before[n]) {
			n++
		}
		if space := strings.IndexByte(before[n:], ' '); space >= 0 {
			n += space + 1
		}
		before = "… " + before[n:]
	}
	gap, after := " ___ ", strings.TrimLeft(opening(text[at:], side), " ")
	if after != "" && strings.IndexByte(".,;:!?)", after[0]) >= 0 {
		gap = " ___"
	}
	return strings.TrimSpace(strings.TrimRight(before, " ") + gap + after)
}

// opening returns the beginning of a text: at most n bytes, and an ellipsis if text was cut
// off.
func opening(text string, n int) string {
	if len(text) <= n {
		return strings.Clone(text)
	}
	for !utf8.RuneStart(text[n]) {
		n--
	}
	if space := strings.LastIndexByte(text[:n], ' '); space > 0 {
		n = space
	}
	return text[:n] + " …"
}
