package forms

import "strings"

// match finds the form of the document, and returns the path of its segments. The path is
// nil if the document has none of the forms.
func (r *jsonReader) match() []string {
	for i := range jsonTable() {
		r.form = &jsonTable()[i]
		for _, path := range r.form.compiled.list {
			if r.matches(path) {
				return path
			}
		}
	}
	return nil
}

// formSample counts the members that a form needs, in the first segments of a document.
type formSample struct{ seen, texts, times, ends, kinds, required int }

// matches reports whether the document has segments at the path with the members of the
// form.
func (r *jsonReader) matches(path []string) bool {
	const most = 20 // segments
	t, f := r.t, r.form
	var n formSample
	ok := true
	t.lists(t.root(), path, 0, func(list ref, _ int) bool {
		for v, end := list+1, t.next(list); ok && v < end && n.seen < most; v = t.next(v) {
			ok = n.add(r, v)
		}
		return ok && n.seen < most
	})
	timed := f.start != "" || f.end != "" || f.wordStart != ""
	return ok && n.seen > 0 && 5*n.texts >= 4*n.seen && (!timed || 2*n.times >= n.seen) && (f.kind == "" || 5*n.kinds >= 4*n.seen) &&
		(f.require == "" || 2*n.required >= n.seen) && (!f.generic || 2*n.ends >= n.seen)
}

// add counts the members of a segment. It returns false if the document cannot have the form.
func (n *formSample) add(r *jsonReader, v ref) bool {
	t, c := r.t, &r.form.compiled
	if k := t.kind(v); k != '{' && k != '[' {
		return false
	}
	if r.isLeftOut(v) {
		return true
	}
	start, end, kind := t.first(v, c.start), t.first(v, c.end), t.first(v, c.kind)
	text := t.first(v, c.text)
	switch {
	case r.form.text == "":
		words := t.first(v, c.words)
		if words == none && t.first(v, c.length) != none {
			return true // json3 has events that only open a window
		}
		n.seen++
		var found bool
		if text, start, kind, found = r.firstWord(words, start, kind); !found {
			return true
		}
	case text == none && t.first(v, c.heading) != none:
		return true
	default:
		n.seen++
		if t.kind(text) != '"' {
			if text = t.first(v, c.words); t.kind(text) != '[' {
				text = none
			}
		}
	}
	if text != none {
		n.texts++
	}
	if start == none && r.form.start == "" {
		if start = end; start == none { // only words have times
			if words := t.first(v, c.words); t.kind(words) == '[' && words+1 < t.next(words) {
				start = t.first(words+1, c.wordEnd)
			}
		}
	}
	if start != none {
		if r.isTime(start) || r.isTime(end) { // one of the two may be unreadable
			n.times++
		}
		if r.form.whole && (!t.isWhole(start) || end != none && !t.isWhole(end)) {
			return false
		}
	}
	if end != none || t.first(v, c.length) != none || t.first(v, c.speaker) != none {
		n.ends++
	}
	if t.kind(kind) == '"' {
		n.kinds++
	}
	if t.first(v, c.require) != none {
		n.required++
	}
	return true
}

// firstWord returns the text of the first word of a segment, and the start and the kind of the
// segment or of its first words. found is false if the words have another form.
func (r *jsonReader) firstWord(words, start, kind ref) (text, from, what ref, found bool) {
	const most = 20 // words, because sounds have no times
	t, c := r.t, &r.form.compiled
	if t.kind(words) != '[' {
		return none, start, kind, false
	}
	word := words + 1
	if word >= t.next(words) {
		return words, start, kind, start != none
	}
	for w, n := word, 0; start == none && w < t.next(words) && n < most; w, n = t.next(w), n+1 {
		start = t.first(w, c.wordStart)
	}
	if kind == none {
		kind = t.first(word, c.kind)
	}
	text = t.first(word, c.word)
	return text, start, kind, text != none
}

// isTime reports whether a value is a time or null.
func (r *jsonReader) isTime(v ref) bool {
	_, _, ok := r.t.time(v, r.form.unit)
	return v != none && ok
}

// isWhole reports whether a value is a number without a fraction.
func (t *tape) isWhole(v ref) bool {
	return t.kind(v) == '0' && !strings.ContainsAny(t.raw(v), ".eE")
}
