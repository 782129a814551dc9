package review

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/transcripts"
)

// Report describes a change.
type Report struct {
	Files    []*file
	Findings finding.List // introduced by the change, in order
	Older    int          // number of older findings in the changed files
	Lines    int          // number of lines with text that were added, changed or deleted

	from *documentCounts // counts of the document that the report was read from; nil if there is no document
}

// file is the part of a change in one transcript.
type file struct {
	Name      string
	New       bool
	Passages  []passage
	Resolved  int      // number of formerly unintelligible passages that are words now
	Remaining int      // number of unintelligible passages
	Links     []string // targets of new links
	Relabels  []relabel
	Findings  finding.List // introduced by the change
	Page      string       // URL of the episode's page; may be empty

	allLinks, allPassages int // numbers of links and passages before the lists were shortened
}

// Options are options for Review. Lint is required.
type Options struct {
	Lint     func(name string, src []byte) *transcripts.Transcript
	Page     func(name string) string // returns the URL of an episode's page, or ""; may be nil
	Disabled map[string]string        // IDs of disabled rules, with the reasons; may be nil
}

// Review compares the versions of changed transcripts.
func Review(changes []Change, o *Options) *Report {
	r := &Report{}
	for _, c := range changes {
		f := &file{Name: c.Name, New: c.New}
		if o.Page != nil {
			f.Page = o.Page(c.Name)
		}
		r.Files = append(r.Files, f)
		r.review(f, c, o)
		r.Findings = append(r.Findings, f.Findings...)
	}
	r.Findings.Sort()
	return r
}

func (r *Report) review(f *file, c Change, o *Options) {
	after := o.Lint(c.Name, c.After)
	if c.New {
		f.Findings = after.Findings
		f.Remaining = len(unclear(after))
		r.Lines += len(linesOf(c.After))
		return
	}
	before := o.Lint(c.Name, c.Before)
	p := newPair(c, before, after)
	f.Findings = p.introduced()
	r.Older += len(after.Findings) - len(f.Findings)
	r.Lines += p.changedLines()
	f.Passages = p.passages()
	was, is := unclear(before), unclear(after)
	f.Resolved, f.Remaining = len(without(was, is)), len(is)
	f.Links = without(links(after), links(before))
	f.Relabels = p.relabels()
	if _, disabled := o.Disabled[ruleLoss.ID]; !disabled {
		if p.replaced() {
			at := finding.Position{File: p.name, Line: 1, Column: 1}
			f.Findings.Add(ruleLoss.At(at, "the change replaces nearly all of the text").WithHint("is it the transcript of this episode?"))
		} else {
			f.Findings = append(p.nameTakenTurns(f.Findings), p.losses(f.Relabels)...)
		}
		f.Findings.Sort()
	}
}

// unclear returns the times of the unintelligible passages.
func unclear(t *transcripts.Transcript) (all []string) {
	for m := range marks(t) {
		if m.Unclear() {
			all = append(all, m.Time.String())
		}
	}
	return all
}

// marks yields all marks of a transcript.
func marks(t *transcripts.Transcript) iter.Seq[*transcripts.Mark] {
	return func(yield func(*transcripts.Mark) bool) {
		for i := range t.Turns {
			turn := &t.Turns[i]
			if turn.Pause {
				for _, m := range []*transcripts.Mark{turn.Stamp, turn.Until} {
					if m != nil && !yield(m) {
						return
					}
				}
			}
			for j := range turn.Blocks {
				for k := range turn.Blocks[j].Marks {
					if !yield(&turn.Blocks[j].Marks[k]) {
						return
					}
				}
			}
		}
	}
}

// links returns the targets of all links, as in the HTML of the page.
func links(t *transcripts.Transcript) (all []string) {
	const attribute = `<a href="`
	for i := range t.Turns {
		for j := range t.Turns[i].Blocks {
			rest := t.Turns[i].Blocks[j].HTML
			for {
				at := strings.Index(rest, attribute)
				if at < 0 {
					break
				}
				rest = rest[at+len(attribute):]
				target, _, _ := strings.Cut(rest, `"`)
				all = append(all, target)
			}
		}
	}
	return all
}

// without returns the elements of a that are not in b. An element that occurs more often
// in a than in b is returned as often as it is missing.
func without(a, b []string) (rest []string) {
	count := map[string]int{}
	for _, s := range b {
		count[s]++
	}
	for _, s := range a {
		if count[s] > 0 {
			count[s]--
			continue
		}
		rest = append(rest, s)
	}
	return rest
}

func linesOf(src []byte) []string {
	s := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(src))
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// pair is two versions of a transcript.
type pair struct {
	name          string
	a, b          []string // lines before and after
	hunks         []hunk   // of a and b
	before, after *transcripts.Transcript
}

func newPair(c Change, before, after *transcripts.Transcript) *pair {
	p := &pair{name: c.Name, a: linesOf(c.Before), b: linesOf(c.After), before: before, after: after}
	p.hunks = diff(p.a, p.b)
	return p
}

// changedLines counts the lines with text that were added, changed or deleted.
func (p *pair) changedLines() int {
	n := 0
	for _, h := range p.hunks {
		if !h.equal {
			n += max(textLines(p.b[h.b:h.bEnd]), textLines(p.a[h.a:h.aEnd]))
		}
	}
	return n
}

func textLines(lines []string) (n int) {
	for _, line := range lines {
		if strings.TrimSpace(line) != "" {
			n++
		}
	}
	return n
}

// introduced returns the findings that the change introduced.
func (p *pair) introduced() (found finding.List) {
	before, after := p.before.Findings, p.after.Findings
	for _, h := range p.hunks {
		if h.equal { // even an unchanged line may have a new finding
			for i := range h.aEnd - h.a {
				found = append(found, additional(take(&before, h.a+i+1), take(&after, h.b+i+1), nil)...)
			}
			continue
		}
		was, is := take(&before, h.aEnd), take(&after, h.bEnd)
		found = append(found, additional(was, is, p.changedWords(h))...)
	}
	return append(found, additional(before, after, nil)...)
}

// take removes the findings up to the given line from a sorted list and returns them.
func take(l *finding.List, line int) finding.List {
	n := 0
	for n < len(*l) && (*l)[n].Line <= line {
		n++
	}
	taken := (*l)[:n]
	*l = (*l)[n:]
	return taken
}

// additional compares the findings before and after a change, and returns those that
// were added. If only some of several equal findings were added, it prefers
// those in changed words. changed reports whether a place is in such a word; it may be nil.
func additional(before, after finding.List, changed func(line, column int) bool) (found finding.List) {
	type kind struct{ rule, message string }
	count := map[kind]int{}
	for _, f := range after {
		count[kind{f.Rule, f.Message}]++
	}
	for _, f := range before {
		count[kind{f.Rule, f.Message}]--
	}
	after = slices.Clone(after)
	if changed != nil {
		slices.SortStableFunc(after, func(a, b finding.Finding) int {
			return cmp.Compare(rank(changed(a.Line, a.Column)), rank(changed(b.Line, b.Column)))
		})
	}
	for _, f := range after {
		k := kind{f.Rule, f.Message}
		if count[k] > 0 {
			count[k]--
			found.Add(f)
		}
	}
	found.Sort()
	return found
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// changedWords returns a function that reports whether a place is in or next to a changed
// word of the hunk.
func (p *pair) changedWords(h hunk) func(line, column int) bool {
	type stretch struct{ line, from, to int }
	var changed []stretch
	a, b := words(p.a[h.a:h.aEnd]), words(p.b[h.b:h.bEnd])
	for _, w := range diff(texts(a), texts(b)) {
		if w.equal {
			continue
		}
		for _, word := range b[w.b:w.bEnd] {
			changed = append(changed, stretch{h.b + word.line + 1, word.at + 1, word.at + 1 + len(word.text)})
		}
	}
	return func(line, column int) bool {
		return slices.ContainsFunc(changed, func(s stretch) bool { return s.line == line && s.from <= column && column <= s.to })
	}
}
