package chapters

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"onair/internal/plural"
	"onair/internal/source"
)

// rounding is the longest overlap of two chapters that Arrange cuts without describing
// the repair. Programs round times to milliseconds, or to frames of audio or video.
const rounding = 50 * time.Millisecond

// A Repair describes a change that Arrange made.
type Repair struct {
	Index   int    // index of the first changed or removed chapter, in the list given to Arrange
	Message string // one line, as in a finding
}

// Arrange converts a list that a program wrote into one that a show can have: ordered by
// start, with one chapter at each start, and no chapter that ends before it starts or
// after the next one starts. order has the index in list of each returned chapter.
// Repairs of one kind are described together.
//
// A negative End stands for an end that cannot be used.
func Arrange(list []Chapter) (arranged []Chapter, order []int, repairs []Repair) {
	a := &arranger{list: slices.Clone(list)}
	a.dropEnds()
	a.sort()
	a.dropEqualStarts()
	a.cutOverlaps()
	for _, i := range a.order {
		arranged = append(arranged, a.list[i])
	}
	return Untimed(arranged, 0), a.order, a.repairs
}

// An arranger makes the changes of Arrange, one kind after another.
type arranger struct {
	list    []Chapter
	order   []int // indexes in list
	repairs []Repair
}

func (a *arranger) repair(i int, format string, args ...any) {
	a.repairs = append(a.repairs, Repair{i, fmt.Sprintf(format, args...)})
}

// dropEnds removes ends before the start and at the start. It reports only those before
// the start, because programs write a chapter without length if they know no end.
func (a *arranger) dropEnds() {
	first, n := -1, 0
	for i, c := range a.list {
		switch {
		case c.End == 0:
			continue
		case c.End < c.Start:
			if n++; n == 1 {
				first = i
			}
			fallthrough
		case c.End == c.Start:
			a.list[i].End = 0
		}
	}
	if n > 0 {
		a.repair(first, "%s cannot be used; it lasts until the next one", a.ends(n, first))
	}
}

// ends returns the subject of a sentence about the ends of n chapters.
func (a *arranger) ends(n, first int) string {
	text := "the end of the chapter at " + source.FormatTimestamp(a.list[first].Start)
	if n > 1 {
		text += fmt.Sprintf(", as that of %s,", plural.Count(n-1, "other chapter"))
	}
	return text
}

// sort orders the chapters by start.
func (a *arranger) sort() {
	for i, c := range a.list {
		if i > 0 && c.Start < a.list[i-1].Start {
			a.repair(i, "the chapter at %s comes after the one at %s; the chapters are sorted", source.FormatTimestamp(c.Start), source.FormatTimestamp(a.list[i-1].Start))
			break
		}
	}
	a.order = make([]int, len(a.list))
	for i := range a.order {
		a.order[i] = i
	}
	slices.SortStableFunc(a.order, func(i, j int) int { return cmp.Compare(a.list[i].Start, a.list[j].Start) })
}

// dropEqualStarts keeps one of the chapters at each start. If the kept chapter has no
// link or image, it gets those of the others.
func (a *arranger) dropEqualStarts() {
	var kept []int
	for rest := a.order; len(rest) > 0; {
		start := a.list[rest[0]].Start
		n := slices.IndexFunc(rest, func(i int) bool { return a.list[i].Start != start })
		if n < 0 {
			n = len(rest)
		}
		kept = append(kept, a.choose(rest[:n]))
		rest = rest[n:]
	}
	a.order = kept
}

// choose returns which of the chapters at one start to keep: the first one that has a
// length and is not hidden, or else the first one that is not hidden, or else the first
// one. It adds the links and images of the others to that chapter, and describes the
// repair.
func (a *arranger) choose(same []int) int {
	best := slices.MinFunc(same, func(i, j int) int { return cmp.Compare(a.rank(i), a.rank(j)) })
	if len(same) == 1 {
		return best
	}
	var dropped []int
	for _, i := range same {
		if i == best {
			continue
		}
		dropped = append(dropped, i)
		c := a.list[i]
		a.list[best].URL = cmp.Or(a.list[best].URL, c.URL)
		a.list[best].Image = cmp.Or(a.list[best].Image, c.Image)
	}
	more := ""
	if n := len(dropped) - 1; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	a.repair(dropped[0], "%d chapters start at %s; %s is kept, %s%s left out", len(same), source.FormatTimestamp(a.list[best].Start),
		source.ShortQuote(a.list[best].Title), source.ShortQuote(a.list[dropped[0]].Title), more)
	return best
}

func (a *arranger) rank(i int) int {
	switch c := a.list[i]; {
	case c.Hidden:
		return 2
	case c.End == 0:
		return 1
	}
	return 0
}

// cutOverlaps ends each chapter where the next one starts, if they overlap.
func (a *arranger) cutOverlaps() {
	first, n := -1, 0
	for k := range a.order[:max(0, len(a.order)-1)] {
		c, next := &a.list[a.order[k]], a.list[a.order[k+1]].Start
		if c.End <= next {
			continue
		}
		if c.End-next > rounding {
			if n++; n == 1 {
				first = a.order[k]
			}
		}
		c.End = next
	}
	if n > 0 {
		a.repair(first, "%s is after the start of the next one; it is cut there", a.ends(n, first))
	}
}
