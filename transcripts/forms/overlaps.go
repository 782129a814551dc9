package forms

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onair/transcripts/internal/script"
)

// untangle sorts captions by time and removes overlaps. Captions that start together
// share their time. A caption during which another starts and ends is split around the
// other. Of two captions that overlap otherwise, the first ends where the second starts.
func untangle(speeches []Speech) []Speech {
	overlap := false
	for i := 1; i < len(speeches) && !overlap; i++ {
		overlap = speeches[i].Start < speeches[i-1].End || speeches[i].Start == speeches[i-1].Start
	}
	if !overlap {
		return speeches
	}
	slices.SortStableFunc(speeches, byStart)
	l := untangler{next: speeches, out: make([]Speech, 0, len(speeches))}
	for {
		u, ok := l.take()
		if !ok {
			return l.out
		}
		switch {
		case len(l.next) > 0 && l.next[0].Start <= u.Start:
			l.share(u)
		case len(l.next) > 0 && l.next[0].Start < u.End:
			l.separate(&u)
			l.out = append(l.out, u)
		default:
			l.out = append(l.out, u)
		}
	}
}

func byStart(a, b Speech) int { return cmp.Compare(a.Start, b.Start) }

// untangler moves captions, by start, from next and rest to out.
type untangler struct {
	next []Speech
	rest []Speech // second parts of interrupted captions
	out  []Speech
}

// take removes the earliest caption.
func (l *untangler) take() (u Speech, ok bool) {
	switch {
	case len(l.rest) > 0 && (len(l.next) == 0 || l.rest[0].Start <= l.next[0].Start):
		u, l.rest = l.rest[0], l.rest[1:]
	case len(l.next) > 0:
		u, l.next = l.next[0], l.next[1:]
	default:
		return u, false
	}
	return u, true
}

// share divides the time among u and the captions that start at the same time as u.
func (l *untangler) share(u Speech) {
	together, end := []Speech{u}, u.End
	for _, queue := range []*[]Speech{&l.next, &l.rest} {
		for len(*queue) > 0 && (*queue)[0].Start <= u.Start {
			end = max(end, (*queue)[0].End)
			together, *queue = append(together, (*queue)[0]), (*queue)[1:]
		}
	}
	if len(l.next) > 0 {
		end = min(end, l.next[0].Start)
	}
	shareByWeight(together, u.Start, end)
	l.out = append(l.out, together...)
}

// separate removes the overlap of u and the next caption.
func (l *untangler) separate(u *Speech) {
	v := &l.next[0]
	if v.End < u.End {
		if before, after, ok := u.splitAround(v.Start, v.End); ok {
			*u = before
			at, _ := slices.BinarySearchFunc(l.rest, after, byStart)
			l.rest = slices.Insert(l.rest, at, after)
			return
		}
	}
	switch {
	case u.readableUntil(v.Start):
		u.End = v.Start
	case v.End >= u.End:
		whole := weigh(u.Text) + weigh(v.Text)
		boundary := u.Start + part(v.End-u.Start, weigh(u.Text), whole)
		boundary = min(max(boundary, v.Start), u.End)
		u.End, v.Start = boundary, boundary
	default: // u would be too short to read if it ended at v.Start, so v starts after u
		length := max(v.End-v.Start, time.Duration(weigh(v.Text))*time.Second/unreadable)
		v.Start, v.End = u.End, u.End+length
		v.Words = nil
		reorder(l.next)
	}
}

// reorder moves the first speech behind all that start earlier.
func reorder(speeches []Speech) {
	for i := 1; i < len(speeches) && speeches[i].Start < speeches[i-1].Start; i++ {
		speeches[i], speeches[i-1] = speeches[i-1], speeches[i]
	}
}

func (u *Speech) readableUntil(end time.Duration) bool {
	return time.Duration(weigh(u.Text))*time.Second <= unreadable*(end-u.Start)
}

// splitAround splits a caption: the first part ends at the time from, and the second part
// starts at the time to. ok is false if a part would have no words or would be too fast to
// read.
func (u *Speech) splitAround(from, to time.Duration) (before, after Speech, ok bool) {
	at := 0
	if n := len(u.Words); n > 1 {
		for _, w := range u.Words {
			if w.End > from {
				break
			}
			at = w.To
		}
	} else {
		spoken := (from - u.Start) + (u.End - to)
		want := int(float64(len(u.Text)) * float64(from-u.Start) / float64(max(spoken, 1)))
		best := -1
		for i := range len(u.Text) {
			if u.Text[i] == ' ' && (best < 0 || abs(i-want) < abs(best-want)) {
				best = i
			}
		}
		at = best
	}
	if at <= 0 || strings.TrimSpace(u.Text[at:]) == "" {
		return *u, after, false
	}
	before, after = u.cut(at)
	before.End, after.Start = from, to
	if len(before.Words) > 0 {
		before.End = min(from, before.Words[len(before.Words)-1].End)
	}
	if len(after.Words) > 0 {
		after.Start = max(to, after.Words[0].Start)
	}
	if before.End <= before.Start || after.End <= after.Start || !before.readableUntil(before.End) || !after.readableUntil(after.End) {
		return *u, Speech{}, false
	}
	return before, after, true
}

func abs(n int) int { return max(n, -n) }

// shareByWeight divides a time among captions in proportion to the length of their text.
func shareByWeight(speeches []Speech, start, end time.Duration) {
	total, so := 0, 0
	for i := range speeches {
		total += weigh(speeches[i].Text)
	}
	for i := range speeches {
		u := &speeches[i]
		u.Start = start + part(max(0, end-start), so, total)
		so += weigh(u.Text)
		u.End = start + part(max(0, end-start), so, total)
		u.Words = nil
	}
}

// stretch lengthens captions that are too short to read. It uses the free time after and
// before them and, if there is none, part of the time of their neighbours.
func stretch(speeches []Speech) {
	const most = 6 // limit on the captions that share their time
	for i := 0; i < len(speeches); i++ {
		if u := &speeches[i]; u.readableUntil(u.End) {
			continue
		}
		lo, hi := i, i
		var need, from, to time.Duration
		for {
			weight := 0
			for k := lo; k <= hi; k++ {
				weight += weigh(speeches[k].Text)
			}
			need = (time.Duration(weight) * time.Second / reading).Round(time.Millisecond)
			from, to = 0, speeches[hi].End+need
			if lo > 0 {
				from = speeches[lo-1].End
			}
			if hi+1 < len(speeches) {
				to = speeches[hi+1].Start
			}
			least := (time.Duration(weight) * time.Second / unreadable).Truncate(time.Millisecond) + time.Duration(hi-lo+1)*time.Millisecond
			if hi > lo {
				need = min(need, least) // neighbours keep their place
			}
			if to-from >= least || hi-lo+1 >= most {
				break
			}
			switch {
			case hi+1 < len(speeches) && (lo == 0 || speeches[hi+1].speed() <= speeches[lo-1].speed()):
				hi++
			case lo > 0:
				lo--
			default:
				hi = lo + most
			}
			if hi >= len(speeches) {
				hi = len(speeches) - 1
				break
			}
		}
		start, end := max(speeches[lo].Start, from), min(speeches[hi].End, to)
		if end-start < need {
			end = min(start+need, to)
		}
		if end-start < need {
			start = max(end-need, from)
		}
		shareByWeight(speeches[lo:hi+1], start, end)
		i = hi
	}
}

// speed returns the number of characters per second.
func (u *Speech) speed() float64 {
	return float64(weigh(u.Text)) / max(u.End-u.Start, time.Millisecond).Seconds()
}

// weigh returns how long a text takes to say, in characters. Sounds in brackets add
// nothing.
func weigh(text string) int {
	weight := script.Weigh(text)
	for rest := text; ; {
		_, after, ok := strings.Cut(rest, "[")
		note, next, closed := strings.Cut(after, "]")
		if !ok || !closed {
			return weight
		}
		if isNote(note) && len(note)+len("[]") < len(text) {
			weight -= script.Weigh(note) + len("[] ")
		}
		rest = next
	}
}
