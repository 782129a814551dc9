package transcripts

import (
	"cmp"
	"slices"
)

// edit replaces src[from:to] by text. The rule is that of the finding it
// mends, or empty for what is spelled in one of several right ways and only
// the formatter cares about.
type edit struct {
	from, to int
	text     string
	rule     string
}

// suggested are the rules whose repair is worked out but waits for somebody to
// ask for it: T006 is what the formatter does, T027 is a matter of taste.
var suggested = map[string]bool{"T006": true, "T027": true}

// mend says how the finding reported last is repaired. A finding may need
// several edits.
func (p *parser) mend(from, to int, text string) {
	f := &p.t.Findings[len(p.t.Findings)-1]
	f.Fixable = !suggested[f.Rule]
	p.edit(f.Rule, from, to, text)
}

// edit notes an edit where edits are wanted.
func (p *parser) edit(rule string, from, to int, text string) {
	if p.editing && string(p.src[from:to]) != text {
		p.edits = append(p.edits, edit{from, to, text, rule})
	}
}

// apply makes the edits that are wanted. Of two that overlap, which say the
// same in two ways, the first is made.
func apply(src []byte, edits []edit, wanted func(rule string) bool) []byte {
	edits = slices.DeleteFunc(slices.Clone(edits), func(e edit) bool { return !wanted(e.rule) })
	if len(edits) == 0 {
		return src
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	out := make([]byte, 0, len(src)+8*len(edits))
	at, last := 0, edit{from: -1}
	for _, e := range edits {
		if e.from < at || e.from == last.from && e.to == last.to {
			continue
		}
		out = append(append(out, src[at:e.from]...), e.text...)
		at, last = e.to, e
	}
	return append(out, src[at:]...)
}
