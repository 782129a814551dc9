package review

// hunk is a part of two sequences: from a to aEnd in the first one, and from b to bEnd in
// the second one.
type hunk struct {
	equal   bool // both parts are equal
	a, aEnd int
	b, bEnd int
}

// maxEdits limits the work of a comparison. Sequences with more differences are
// compared as if they had nothing in common.
const maxEdits = 1500

// diff compares two sequences (E. Myers, "An O(ND) Difference Algorithm and Its
// Variations", 1986). Equal and changed hunks alternate and cover both sequences.
func diff(a, b []string) []hunk {
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var hunks []hunk
	add := func(h hunk) {
		if h.a == h.aEnd && h.b == h.bEnd {
			return
		}
		if n := len(hunks); n > 0 && hunks[n-1].equal == h.equal {
			hunks[n-1].aEnd, hunks[n-1].bEnd = h.aEnd, h.bEnd
			return
		}
		hunks = append(hunks, h)
	}
	add(hunk{true, 0, start, 0, start})
	middleA, middleB := a[start:len(a)-end], b[start:len(b)-end]
	x, y := 0, 0
	for _, match := range matches(middleA, middleB) {
		add(hunk{false, start + x, start + match[0], start + y, start + match[1]})
		x, y = match[0]+1, match[1]+1
		add(hunk{true, start + match[0], start + x, start + match[1], start + y})
	}
	add(hunk{false, start + x, len(a) - end, start + y, len(b) - end})
	add(hunk{true, len(a) - end, len(a), len(b) - end, len(b)})
	return hunks
}

// matches returns the indexes of elements that two sequences have in common, in
// order. It returns none if there are more than maxEdits differences.
func matches(a, b []string) [][2]int {
	limit := min(len(a)+len(b), maxEdits)
	furthest := make([]int, 2*limit+2)
	var history [][]int
	for d := 0; d <= limit; d++ {
		history = append(history, append([]int(nil), furthest[limit-d:limit+d+2]...))
		for k := -d; k <= d; k += 2 {
			x := 0
			switch {
			case d == 0:
			case k == -d || k != d && furthest[limit+k-1] < furthest[limit+k+1]:
				x = furthest[limit+k+1]
			default:
				x = furthest[limit+k-1] + 1
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			furthest[limit+k] = x
			if x >= len(a) && x-k >= len(b) {
				return backtrack(a, b, history)
			}
		}
	}
	return nil
}

// backtrack returns the matches on the shortest path that the search has found.
func backtrack(a, b []string, history [][]int) [][2]int {
	var pairs [][2]int
	x, y := len(a), len(b)
	for d := len(history) - 1; d >= 0; d-- {
		at := func(k int) int { return history[d][k+d] }
		k := x - y
		var before int
		switch {
		case d == 0:
		case k == -d || k != d && at(k-1) < at(k+1):
			before = k + 1
		default:
			before = k - 1
		}
		fromX, fromY := 0, 0
		if d > 0 {
			fromX = at(before)
			fromY = fromX - before
		}
		for x > fromX && y > fromY {
			x, y = x-1, y-1
			pairs = append(pairs, [2]int{x, y})
		}
		x, y = fromX, fromY
	}
	for i, j := 0, len(pairs)-1; i < j; i, j = i+1, j-1 {
		pairs[i], pairs[j] = pairs[j], pairs[i]
	}
	return pairs
}
