package transcripts

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"
)

// errorsOf collects how far predicted times are from written ones.
type errorsOf []time.Duration

func (e *errorsOf) add(got, want time.Duration) { *e = append(*e, max(got-want, want-got)) }

// quantile returns the error, in seconds, that the given share of the predictions
// does not exceed.
func (e errorsOf) quantile(share float64) float64 {
	if len(e) == 0 {
		return 0
	}
	slices.Sort(e)
	return e[int(share*float64(len(e)-1))].Seconds()
}

// predictions predicts written times of real transcripts in two ways, and returns the
// errors. For hidden, it hides the times of all unintelligible passages and predicts each of
// them. For left, it leaves out one anchor at a time and predicts the time of this anchor.
func predictions(tb testing.TB) (hidden, left errorsOf) {
	files := corpus(tb)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		transcript := Parse(files[name], &Options{Fraction: Frames30})
		anchors, chars := transcript.anchors()
		var kept, stamps []anchor
		for _, k := range chain(anchors, chars, unbounded) {
			kept = append(kept, anchors[k])
			if anchors[k].weight == stampWeight {
				stamps = append(stamps, anchors[k])
			}
		}
		tl := transcript.timelineOf(stamps, chars, unbounded)
		for _, a := range kept {
			if a.weight == noteWeight && insideGap(stamps, a) {
				hidden.add(tl.start(a.pos), a.time)
			}
		}
		for i := 1; i+1 < len(kept); i++ {
			if kept[i-1].pause || kept[i].pause || kept[i+1].pause {
				continue
			}
			without := slices.Delete(slices.Clone(kept), i, i+1)
			left.add(transcript.timelineOf(without, chars, unbounded).start(kept[i].pos), kept[i].time)
		}
	}
	return hidden, left
}

// insideGap reports whether an anchor lies in an ordinary gap between stamps: the
// gap is among the shorter 95 %, and no pause is at either end.
func insideGap(stamps []anchor, a anchor) bool {
	const ordinary = 262 * time.Second
	i := slices.IndexFunc(stamps, func(s anchor) bool { return s.pos > a.pos })
	return i > 0 && !stamps[i-1].pause && !stamps[i].pause && stamps[i].time-stamps[i-1].time <= ordinary
}

// TestAccuracy expects the errors of predicted times to stay below limits.
func TestAccuracy(t *testing.T) {
	t.Parallel()
	hidden, left := predictions(t)
	for _, test := range []struct {
		what        string
		errors      errorsOf
		p50, p95    float64
		predictions int
	}{
		{"hidden unintelligibles", hidden, 3.3, 11, 100},
		{"anchors left out", left, 3.9, 15, 300},
	} {
		p50, p95 := test.errors.quantile(0.5), test.errors.quantile(0.95)
		summary := fmt.Sprintf("%s: median %.1f s, 95%% within %.1f s, n = %d", test.what, p50, p95, len(test.errors))
		t.Log(summary)
		if p50 > test.p50 || p95 > test.p95 || len(test.errors) < test.predictions {
			t.Errorf("%s; want %.1f and %.1f", summary, test.p50, test.p95)
		}
	}
}

// BenchmarkAccuracy reports the errors that TestAccuracy limits, in seconds.
func BenchmarkAccuracy(b *testing.B) {
	for b.Loop() {
		hidden, left := predictions(b)
		b.ReportMetric(hidden.quantile(0.5), "hidden-p50-s")
		b.ReportMetric(hidden.quantile(0.95), "hidden-p95-s")
		b.ReportMetric(left.quantile(0.5), "left-p50-s")
		b.ReportMetric(left.quantile(0.95), "left-p95-s")
	}
}
