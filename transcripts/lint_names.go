package transcripts

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// longTranscript is the number of turns from which a name that occurs once is
// worth a look.
const longTranscript = 50

// speakerUse is a name that labels turns.
type speakerUse struct {
	name  string
	turns int
	first *Turn
}

// speakers are the names that label turns, in order of appearance.
func (t *Transcript) speakers() (all []*speakerUse, turns int) {
	byName := map[string]*speakerUse{}
	for i := range t.Turns {
		turn := &t.Turns[i]
		if turn.Pause || turn.Speaker == "" {
			continue
		}
		turns++
		use := byName[turn.Speaker]
		if use == nil {
			use = &speakerUse{name: turn.Speaker, first: turn}
			byName[turn.Speaker] = use
			all = append(all, use)
		}
		use.turns++
	}
	return all, turns
}

// checkNames looks for labels that are nobody's, and for the wrong name in one
// place.
func (l *linter) checkNames() {
	uses, turns := l.t.speakers()
	for _, use := range uses {
		switch {
		case l.checkRegistered(use) || l.checkSpelling(use, uses):
		case use.turns == 1 && turns >= longTranscript:
			l.report("T010", use.first.Line, use.first.Column, "compare with the audio, or leave it", "%s speaks once", use.name)
		}
	}
}

// checkRegistered reports a name that is not in the registry, where there is
// one. The reader has replaced aliases by names.
func (l *linter) checkRegistered(use *speakerUse) bool {
	people := l.o.People
	if len(people) == 0 || slices.ContainsFunc(people, func(p Person) bool { return p.Name == use.name }) {
		return false
	}
	hint := "add the name to people.yaml, or as an alias of somebody there"
	best := 3
	for _, person := range people {
		for _, known := range append([]string{person.Name}, person.Aliases...) {
			if d := nameDistance(use.name, known); d < best {
				best, hint = d, "did you mean "+person.Name+"?"
			}
		}
	}
	l.report("T009", use.first.Line, use.first.Column, hint, "nobody is called %s%s", use.name, times(use.turns))
	return true
}

// checkSpelling reports a rare name that looks like a slip of the pen beside a
// frequent one.
func (l *linter) checkSpelling(use *speakerUse, all []*speakerUse) bool {
	const rare, frequent, most = 2, 5, 200
	if len(l.o.People) > 0 || use.turns > rare || len(all) > most {
		return false
	}
	for _, other := range all {
		if other == use || other.turns < frequent || !misspelled(use.name, other.name) {
			continue
		}
		l.report("T009", use.first.Line, use.first.Column, "did you mean "+other.name+"?", "%s speaks%s, %s%s", use.name, times(use.turns), other.name, times(other.turns))
		return true
	}
	return false
}

// misspelled reports whether a name is another with the wrong capitals or with
// a letter wrong, or two in a long name. Numbers tell names apart.
func misspelled(name, other string) bool {
	const digits = "0123456789"
	if strings.ContainsAny(name+other, digits) {
		return false
	}
	d := nameDistance(name, other)
	return d <= 1 && utf8.RuneCountInString(name) >= 5 || d == 2 && utf8.RuneCountInString(name) >= 12
}

func times(n int) string {
	if n == 1 {
		return " once"
	}
	return " " + string(appendPadded(nil, int64(n), 1)) + " times"
}

// nameDistance is how many letters have to be put in, taken out or replaced to
// make one name of the other, capitals aside.
func nameDistance(a, b string) int {
	s, t := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j, q := range t {
			cost := diagonal
			if r != q {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(t)]
}
