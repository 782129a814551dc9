package transcripts

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"onair/transcripts/words"
)

// recording is speech with known times, for tests.
type recording struct {
	text  []string // words, "" where another speaker begins
	heard []words.Word
}

// record makes a recording of n words.
func record(r *rand.Rand, n int) (rec recording) {
	at := time.Duration(0)
	for i := range n {
		if i%40 == 0 {
			rec.text = append(rec.text, "")
			at += time.Duration(r.IntN(4000)) * time.Millisecond // a pause between speakers
		}
		w := fmt.Sprintf("w%d", int(3000*r.Float64()*r.Float64()))
		length := time.Duration(len(w)*50+r.IntN(200)) * time.Millisecond
		rec.text = append(rec.text, w)
		rec.heard = append(rec.heard, words.Word{Text: w, Start: at, End: at + length})
		at += length
		if r.IntN(9) == 0 {
			at += time.Duration(r.IntN(900)) * time.Millisecond
		}
	}
	return rec
}

// markdown writes the words as a transcript. The number stamps is the distance between two
// turns with a stamp. stampOf returns the time of the stamp for the start of a turn.
func (rec *recording) markdown(stamps int, stampOf func(time.Duration) time.Duration) string {
	var b strings.Builder
	turn, heard := 0, 0
	for _, w := range rec.text {
		if w != "" {
			b.WriteString(" " + w)
			heard++
			continue
		}
		if turn > 0 {
			b.WriteString("\n\n")
		}
		fmt.Fprintf(&b, "**%s:**", []string{"Vega", "Rigel"}[turn%2])
		if turn++; stamps > 0 && turn%stamps == 0 {
			at := stampOf(rec.heard[heard].Start).Truncate(time.Second)
			fmt.Fprintf(&b, " \\[%02d:%02d\\]", int(at.Minutes()), int(at.Seconds())%60)
		}
	}
	return b.String() + "\n"
}

func same(d time.Duration) time.Duration { return d }

// TestAlign expects every cue to start when its first word was heard, although people
// changed other words.
func TestAlign(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 7))
		rec := record(r, 2000)
		duration := rec.heard[len(rec.heard)-1].End + time.Second
		starts := map[string][]time.Duration{} // start times by word
		for _, w := range rec.heard {
			starts[w.Text] = append(starts[w.Text], w.Start)
		}
		var heard []words.Word // as a recognizer hears it: one word in ten wrong, lost or added
		for _, w := range rec.heard {
			switch r.IntN(30) {
			case 0:
			case 1:
				heard = append(heard, words.Word{Text: "zzz", Start: w.Start, End: w.End})
			case 2:
				half := (w.End - w.Start) / 2
				heard = append(heard, words.Word{Text: "uh", Start: w.Start, End: w.Start + half}, words.Word{Text: w.Text, Start: w.Start + half, End: w.End})
			default:
				heard = append(heard, w)
			}
		}
		transcript := Parse([]byte(rec.markdown(3, same)), nil)
		if found := transcript.Align(&words.File{Segments: words.Segments(heard, nil)}, "t.md"); len(found) > 0 {
			t.Errorf("seed %d: %v", seed, found[0])
		}
		cues := transcript.Cues(duration)
		checkCues(t, cues, duration)
		var misses []time.Duration
		for _, c := range cues {
			first, _, _ := strings.Cut(c.Text, " ")
			best := time.Hour
			for _, at := range starts[first] {
				best = min(best, (at - c.Start).Abs())
			}
			misses = append(misses, best)
		}
		slices.Sort(misses)
		if median, p95 := misses[len(misses)/2], misses[len(misses)*95/100]; median > 0 || p95 > 300*time.Millisecond {
			t.Errorf("seed %d: cues start %v from their word in the median, %v at p95", seed, median, p95)
		}
	}
}

// TestAlignOtherWords expects the cues not to change if no word of the text was heard.
func TestAlignOtherWords(t *testing.T) {
	t.Parallel()
	rec := record(rand.New(rand.NewPCG(1, 1)), 500)
	src := rec.markdown(2, same)
	duration := rec.heard[len(rec.heard)-1].End
	other := slices.Clone(rec.heard)
	for i := range other {
		other[i].Text = "zzz"
	}
	plain, aligned := Parse([]byte(src), nil), Parse([]byte(src), nil)
	aligned.Align(&words.File{Segments: words.Segments(other, nil)}, "")
	if want, got := fmt.Sprint(plain.Cues(duration)), fmt.Sprint(aligned.Cues(duration)); got != want {
		t.Errorf("cues are %.300s, want %.300s", got, want)
	}
}

// TestAlignWrongStamp expects a stamp that is far from its word, after or before it, to be
// kept and reported.
func TestAlignWrongStamp(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{6 * time.Second, -4 * time.Second} {
		rec := record(rand.New(rand.NewPCG(2, 1)), 200)
		src := rec.markdown(3, func(d time.Duration) time.Duration { return d + off })
		transcript := Parse([]byte(src), nil)
		found := transcript.Align(&words.File{Segments: words.Segments(rec.heard, nil)}, "t.md")
		if len(found) != 1 || found[0].Rule != "T041" || found[0].Line != 5 {
			t.Errorf("found %v, want T041 in line 5", found)
		}
		stamp := transcript.Turns[2].Stamp.Time
		duration := rec.heard[len(rec.heard)-1].End
		if got := transcript.Starts(duration)[2]; got != stamp {
			t.Errorf("the turn starts at %v, want %v", got, stamp)
		}
		checkCues(t, transcript.Cues(duration), duration)
	}
}

// TestAlignRepeated has a sentence that was heard six times in a row. It expects no finding
// about a stamp at the first time, although the text that follows was heard after the last.
func TestAlignRepeated(t *testing.T) {
	t.Parallel()
	var heard []words.Word
	for i, w := range strings.Fields("mumble " + strings.Repeat("Goodbye to the telescope. ", 6) + "Now the news.") {
		at := 10*time.Second + time.Duration(i)*300*time.Millisecond
		heard = append(heard, words.Word{Text: w, Start: at, End: at + 300*time.Millisecond})
	}
	for stamp, want := range map[string]int{"00:10": 0, "00:40": 1} {
		transcript := Parse([]byte("**Rigel:** Listen.\n\n**Vega:** \\["+stamp+"\\] Goodbye to the telescope. Now the news.\n"), nil)
		if found := transcript.Align(&words.File{Segments: words.Segments(heard, nil)}, "t.md"); len(found) != want {
			t.Errorf("stamp %s: found %v", stamp, found)
		}
	}
}

// FuzzAlign checks that cues are valid, whatever was heard.
func FuzzAlign(f *testing.F) {
	f.Add("**Vega:** \\[00:10\\] Hello, universe.\n\n**Rigel:** And you?\n", []byte{3, 10, 200, 5, 40}, uint16(30))
	f.Add("**Vega:** 你好 universe. ok\n\n**Break:**\n\nyes\n", []byte{0, 1, 0, 1, 0, 1}, uint16(0))
	f.Add("other", []byte{0, 0, 48}, uint16(9)) // words without a length before the first sound
	f.Fuzz(func(t *testing.T, src string, times []byte, seconds uint16) {
		transcript := Parse([]byte(src), nil)
		_, texts := transcript.spokenWords()
		var heard []words.Word
		at := time.Duration(0)
		for i, b := range times {
			if len(texts) == 0 {
				break
			}
			at += time.Duration(b%16) * 100 * time.Millisecond
			end := at + time.Duration(b/16)*100*time.Millisecond
			heard = append(heard, words.Word{Text: texts[i%len(texts)], Start: at, End: end})
			at = end
		}
		transcript.Align(&words.File{Segments: words.Segments(heard, nil)}, "")
		duration := time.Duration(seconds) * time.Second
		if cues := transcript.Cues(duration); cues != nil {
			if duration == 0 {
				duration = unbounded
			}
			checkCues(t, cues, duration)
		}
	})
}

// TestAlignUnheard expects sentences whose first words were misheard to start after the
// pause before them.
func TestAlignUnheard(t *testing.T) {
	t.Parallel()
	const text = "**Vega:** \\[00:00\\] Our slider drifted towards Andromeda. Chapters of galaxies collide slowly.\n"
	for _, test := range []struct {
		name  string
		heard string // words with their starts and ends in hundredths of a second
		want  time.Duration
		near  time.Duration
	}{
		{"other words on both sides of the pause", "our 10-30 slider 30-90 drifted 90-140 to 140-160 words 160-200 and 200-210 drama 210-240 the 330-345 doors 345-400 of 400-410 galaxies 410-480 collide 480-530 slowly 530-600",
			3300 * time.Millisecond, 0},
		{"no words before the pause", "our 10-30 slider 30-90 drifted 90-140 doors 330-385 off 385-400 galaxies 410-480 collide 480-530 slowly 530-600",
			3300 * time.Millisecond, 50 * time.Millisecond},
		{"no words after the pause", "our 10-30 slider 30-90 drifted 90-140 towards 140-190 andromeda 190-260 galaxies 600-680 collide 680-730 slowly 730-800",
			5300 * time.Millisecond, 200 * time.Millisecond},
		{"no pause", "our 10-30 slider 30-90 drifted 90-140 towards 140-190 andromeda 190-240 galaxies 290-360 collide 360-410 slowly 410-480",
			2400 * time.Millisecond, 50 * time.Millisecond},
	} {
		tr := Parse([]byte(text), nil)
		f := &words.File{Segments: []words.Segment{{}}}
		fields := strings.Fields(test.heard)
		for i := 0; i < len(fields); i += 2 {
			var start, end time.Duration
			if _, err := fmt.Sscanf(fields[i+1], "%d-%d", &start, &end); err != nil {
				t.Fatal(err)
			}
			f.Segments[0].Words = append(f.Segments[0].Words, words.Word{Text: fields[i], Start: start * 10 * time.Millisecond, End: end * 10 * time.Millisecond})
		}
		tr.Align(f, "")
		tl := tr.timeline(10 * time.Second)
		got := tl.start(len("Our slider drifted towards Andromeda. "))
		if (got - test.want).Abs() > test.near {
			t.Errorf("%s: the second sentence starts at %v, want %v", test.name, got, test.want)
		}
	}
}
