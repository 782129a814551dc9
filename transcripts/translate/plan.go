package translate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"onair/internal/finding"
)

// schemaVersion is the version of the format of records.
const schemaVersion = 1

// Record says what a translation was made from, and by what.
type Record struct {
	Engine, Model string
	turns         [][2]string // hashes of a turn and of its translation
}

type recordJSON struct {
	SchemaVersion int         `json:"schema_version"`
	Engine        string      `json:"engine"`
	Model         string      `json:"model,omitempty"`
	Turns         [][2]string `json:"turns"`
}

// RecordName returns the path of the record beside a translation.
func RecordName(translation string) string {
	return strings.TrimSuffix(translation, ".md") + ".source.json"
}

// ReadRecord reads a record.
func ReadRecord(src []byte, file string) (*Record, error) {
	var r recordJSON
	if err := json.Unmarshal(src, &r); err != nil || r.SchemaVersion != schemaVersion {
		return nil, fmt.Errorf("%s is not a record of schema_version %d about a translation", file, schemaVersion)
	}
	return &Record{r.Engine, r.Model, r.Turns}, nil
}

// Format writes a record, with one turn per line so that git merges two changes.
func (r *Record) Format() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"schema_version":%d,"engine":%s,"model":%s,"turns":[`, schemaVersion, quote(r.Engine), quote(r.Model))
	for i, t := range r.turns {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n[%q,%q]", t[0], t[1])
	}
	b.WriteString("\n]}\n")
	return b.Bytes()
}

func quote(s string) string {
	data, err := json.Marshal(s)
	if err != nil {
		panic("quote: " + err.Error()) // encoding a string cannot fail
	}
	return string(data)
}

// Plan says which turns of a transcript to translate and which to keep.
type Plan struct {
	// Pending has the texts of each turn that has to be translated.
	Pending [][]string
	// Findings reports the turns that keep what people edited although the original has
	// changed (T051).
	Findings finding.List
	// Reused is the number of turns that are kept.
	Reused int

	source *document
	head   string
	turns  []planned // one for each turn of the source
}

// planned is the decision about a turn of the original.
type planned struct {
	kept   turn   // the translation to keep; nil if the turn has to be translated
	answer string // hash of the kept translation as the machine wrote it
}

// New compares a transcript with its translation. For a first translation, translated and
// record are nil. If turns were added to the translation or removed from it so that they
// cannot be matched, the error is a finding.
func New(src, translated []byte, record *Record, terms []Term, file string) (*Plan, error) {
	p := &Plan{source: parse(src, terms)}
	p.turns = make([]planned, len(p.source.turns))
	if record != nil {
		old, err := newEarlier(parse(translated, nil), record, file)
		if err != nil {
			return nil, err
		}
		p.head = old.head
		if err := p.reuse(old, record); err != nil {
			return nil, err
		}
	}
	for i, t := range p.source.turns {
		if p.turns[i].kept != nil {
			p.Reused++
		} else if texts := t.texts(); len(texts) > 0 {
			p.Pending = append(p.Pending, texts)
		}
	}
	return p, nil
}

// earlier is a translation that was made before.
type earlier struct {
	*document
	file    string
	written []string    // hashes of translations as the machine wrote them
	present []string    // hashes of translations as they are now
	at      map[int]int // index of the translated turn, by the index of the turn in the record
}

// newEarlier matches the turns of the translation d with the turns of its record.
func newEarlier(d *document, record *Record, file string) (*earlier, error) {
	e := &earlier{document: d, file: file, at: map[int]int{}}
	for _, t := range record.turns {
		e.written = append(e.written, t[1])
	}
	for _, t := range d.turns {
		e.present = append(e.present, t.hash())
	}
	var misplaced error
	pair(e.written, e.present, func(a, b, c, d int) {
		if b-a == d-c {
			for i := range b - a {
				e.at[a+i] = c + i
			}
		} else if d > c && misplaced == nil {
			misplaced = e.report(c, "turns were added or removed here, so that they cannot be matched with the original").
				WithHint("restore the turns from git, or delete the translation; -o FILE writes another one")
		}
	})
	return e, misplaced
}

// edited reports whether people edited the translation of a turn of the record.
func (e *earlier) edited(i int) bool {
	k, ok := e.at[i]
	return ok && e.present[k] != e.written[i]
}

// report returns a finding about a translated turn.
func (e *earlier) report(k int, message string) finding.Finding {
	line := 1 + strings.Count(e.head, "\n")
	for _, t := range e.turns[:k] {
		for i := range t {
			line += strings.Count(t[i].after, "\n")
		}
	}
	return ruleEdited.At(finding.Position{File: e.file, Line: line}, "%s", message)
}

// reuse finds the turns that do not have to be translated again.
func (p *Plan) reuse(old *earlier, record *Record) error {
	var before, now []string
	for _, t := range record.turns {
		before = append(before, t[0])
	}
	for _, t := range p.source.turns {
		now = append(now, t.hash())
	}
	var lost error
	pair(before, now, func(a, b, c, d int) {
		same := b-a == d-c
		for i := a; i < b; i++ {
			k, ok := old.at[i]
			n := c + i - a
			switch {
			case same && before[i] == now[n]:
				if ok {
					p.turns[n] = planned{old.turns[k], old.written[i]}
				}
			case !old.edited(i):
			case same: // the original changed, and people edited the translation
				p.turns[n] = planned{old.turns[k], old.written[i]}
				p.Findings.Add(old.report(k, "the original of this turn has changed, and people edited the translation: it stays"))
			case lost == nil:
				lost = old.report(k, "people edited this turn, whose original is gone or has moved").
					WithHint("delete the turn or undo the edit; or write another file: -o FILE")
			}
		}
	})
	return lost
}

// pair matches two lists by their longest common subsequence. It calls f with the bounds
// of each pair of equal elements, and of each pair of parts between them.
func pair(a, b []string, f func(a, b, c, d int)) {
	// rest has the lengths of the longest common subsequences of a[i:] and b[k:].
	width := len(b) + 1
	rest := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for k := len(b) - 1; k >= 0; k-- {
			if a[i] == b[k] {
				rest[i*width+k] = rest[(i+1)*width+k+1] + 1
			} else {
				rest[i*width+k] = max(rest[(i+1)*width+k], rest[i*width+k+1])
			}
		}
	}
	i, k, from, start := 0, 0, 0, 0
	for i < len(a) && k < len(b) {
		switch {
		case a[i] == b[k]:
			if i > from || k > start {
				f(from, i, start, k)
			}
			f(i, i+1, k, k+1)
			i, k = i+1, k+1
			from, start = i, k
		case rest[(i+1)*width+k] >= rest[i*width+k+1]:
			i++
		default:
			k++
		}
	}
	if len(a) > from || len(b) > start {
		f(from, len(a), start, len(b))
	}
}

// machineLine matches the line of the front matter that names the recognizer.
var machineLine = regexp.MustCompile(`(?m)^machine:.*\n`)

// Finish returns the translation and its record. answers has the translations of Pending.
func (p *Plan) Finish(answers [][]string, engine, model string) ([]byte, *Record) {
	r := &Record{Engine: engine, Model: model}
	head := p.head
	if head == "" {
		machine := fmt.Sprintf("machine: {engine: %s, model: %s, reviewed: false}\n", quote(engine), quote(model))
		if head = machineLine.ReplaceAllString(p.source.head, ""); head == "" {
			head = "---\n---\n\n"
		}
		head = "---\n" + machine + strings.TrimPrefix(head, "---\n")
	}
	var b bytes.Buffer
	b.WriteString(head)
	for i, t := range p.source.turns {
		kept := p.turns[i]
		var text string
		switch {
		case kept.kept != nil:
			text = t.keep(kept.kept)
		default:
			var texts []string
			if len(t.texts()) > 0 {
				texts, answers = answers[0], answers[1:]
			}
			text = t.compose(texts)
		}
		answer := kept.answer
		if kept.kept == nil {
			answer = parse([]byte(text), nil).hashOfOne()
		}
		r.turns = append(r.turns, [2]string{t.hash(), answer})
		b.WriteString(text)
	}
	return b.Bytes(), r
}

// hashOfOne returns the hash of a document as if it were a single turn.
func (d *document) hashOfOne() string {
	var all turn
	for _, t := range d.turns {
		all = append(all, t...)
	}
	return all.hash()
}
