package words

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// talk returns words of half a second each. The voices take turns of ten words.
func talk(n int, voices ...string) (list []said) {
	for i := range n {
		start := time.Duration(i) * 500 * time.Millisecond
		list = append(list, said{Word{Text: fmt.Sprint("word", i), Start: start, End: start + 400*time.Millisecond}, voices[i/10%len(voices)]})
	}
	return list
}

// heardFrom returns what a recognizer hears in a piece of the audio, with the given labels.
func heardFrom(list []said, start, end time.Duration, labels map[string]string) *File {
	var texts []Word
	var voices []string
	for _, w := range list {
		if w.Start < start || w.End > end {
			continue
		}
		w.Start, w.End = w.Start-start, w.End-start
		texts, voices = append(texts, w.Word), append(voices, labels[w.voice])
	}
	return &File{Segments: Segments(texts, voices)}
}

func spokenBy(f *File) (out []string) {
	for _, s := range f.Segments {
		for _, w := range s.Words {
			out = append(out, s.Voice+" "+w.Text)
		}
	}
	return out
}

// TestJoin expects that no word is lost or doubled, however the audio is cut into pieces,
// and that a voice in the overlap keeps its number.
func TestJoin(t *testing.T) {
	t.Parallel()
	list := talk(1200, "x", "y")
	r := rand.New(rand.NewPCG(7, 11))
	for range 20 {
		var j Joiner
		start := time.Duration(0)
		for n := 0; start < 600*time.Second; n++ {
			end := min(start+time.Duration(60+r.IntN(60))*time.Second, 600*time.Second)
			labels := map[string]string{"x": "A", "y": "B"}
			if n%2 == 1 {
				labels = map[string]string{"x": "B", "y": "A"}
			}
			f := heardFrom(list, start, end, labels)
			if n > 0 { // recognizers differ, most of all at the edges
				f.Segments[0].Words[0].Text = "noise"
				f.Segments[1].Words[2].Start += 200 * time.Millisecond
			}
			j.Add(f, start, end, nil)
			if end == 600*time.Second {
				break
			}
			start = end - 15*time.Second
		}
		var want []string
		for _, w := range list {
			want = append(want, map[string]string{"x": "1", "y": "2"}[w.voice]+" "+w.Text)
		}
		if diff := cmp.Diff(want, spokenBy(j.File())); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestJoinVoices(t *testing.T) {
	t.Parallel()
	first, second := talk(80, "x"), talk(160, "x", "x", "x", "x", "x", "x", "x", "x", "z")
	join := func(j *Joiner, labels, known map[string]string) *File {
		j.Add(heardFrom(first, 0, 40*time.Second, map[string]string{"x": "A"}), 0, 40*time.Second, nil)
		j.Add(heardFrom(second, 25*time.Second, 80*time.Second, labels), 25*time.Second, 80*time.Second, known)
		return j.File()
	}
	f := join(&Joiner{}, map[string]string{"x": "B", "z": "A"}, nil)
	if got := fmt.Sprint(f.Segments[0].Voice, f.Segments[len(f.Segments)-2].Voice, f.Since); !strings.Contains(got, "2:25s") || !slices.Contains(spokenBy(f), "2 word81") {
		t.Errorf("a voice that is new in the second piece: %s", got)
	}
	if again, err := Read(f.Format(), ""); err != nil || again.Since["2"] != 25*time.Second {
		t.Error(again, err)
	}
	f = join(&Joiner{}, map[string]string{"x": "B", "z": "A"}, map[string]string{"A": "1"})
	if !slices.Contains(spokenBy(f), "1 word81") {
		t.Errorf("a voice that is known: %v", spokenBy(f))
	}
	f = join(&Joiner{Stable: true}, map[string]string{"x": "B", "z": "A"}, nil)
	if !slices.Contains(spokenBy(f), "1 word81") || f.Since != nil {
		t.Errorf("a channel: %v", spokenBy(f))
	}
	f = join(&Joiner{}, map[string]string{"x": "B", "z": "Vega"}, nil)
	if f.Speakers["2"] != "Vega" || f.Since != nil {
		t.Errorf("a name: %v %v", f.Speakers, f.Since)
	}
}

// TestJoinNoise expects two pieces that share no word to be joined in the middle of the
// overlap.
func TestJoinNoise(t *testing.T) {
	t.Parallel()
	var j Joiner
	j.Add(&File{Segments: Segments(wordsAt("a b c d", 0, time.Second), nil)}, 0, 4*time.Second, nil)
	j.Add(&File{Segments: Segments(wordsAt("w x y z", 0, time.Second), nil)}, 2*time.Second, 6*time.Second, nil)
	if got := spokenBy(j.File()); strings.Join(got, "") != " a b c x y z" {
		t.Errorf("%q", got)
	}
}

func wordsAt(text string, from, step time.Duration) (list []Word) {
	for _, w := range strings.Fields(text) {
		list = append(list, Word{Text: w, Start: from, End: from + step})
		from += step
	}
	return list
}

func TestRetime(t *testing.T) {
	t.Parallel()
	text := &File{Segments: []Segment{
		{Voice: "A", Words: wordsAt("Hello, dear universe out there.", 0, 2*time.Second)},
		{Voice: "B", Words: wordsAt("Yes?", 10*time.Second, time.Second)},
	}}
	times := &File{Segments: Segments(append(wordsAt("hello universe", 1*time.Second, 3*time.Second), wordsAt("yes", 12*time.Second, time.Second)...), nil)}
	var got []string
	for _, s := range Retime(text, times).Segments {
		for _, w := range s.Words {
			got = append(got, fmt.Sprint(s.Voice, " ", w.Text, " ", w.Start))
		}
	}
	want := []string{"A Hello, 1s", "A dear 4s", "A universe 4s", "A out 7s", "A there. 8s", "B Yes? 12s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = nil
	for _, w := range Retime(&File{Segments: Segments([]Word{{Text: "Hello,"}, {Text: "my"}, {Text: "dear"}, {Text: "yes"}}, nil)}, times).All() {
		got = append(got, fmt.Sprint(w.Text, " ", w.Start))
	}
	if diff := cmp.Diff([]string{"Hello, 1s", "my 4s", "dear 6.666s", "yes 12s"}, got); diff != "" {
		t.Errorf("without times: %s", diff)
	}
}

func TestTakeVoices(t *testing.T) {
	t.Parallel()
	list := talk(60, "x", "y")
	earlier := heardFrom(list, 0, time.Minute, map[string]string{"x": "1", "y": "2"})
	earlier.Speakers = map[string]string{"1": "vega", "2": "Rigel"}
	other := heardFrom(list, 0, time.Minute, map[string]string{"x": "2", "y": "1"})
	other.TakeVoices(earlier)
	if want := map[string]string{"2": "vega", "1": "Rigel"}; !cmp.Equal(other.Speakers, want) {
		t.Errorf("names %v, want %v", other.Speakers, want)
	}
	none := heardFrom(list, 0, time.Minute, nil)
	none.Segments[0].Words[0].Text, none.Segments[1].Words[0].Text = "noise", "noise"
	none.TakeVoices(earlier)
	voices := map[string]int{}
	for _, w := range saidIn(none, 0) {
		voices[w.voice]++
	}
	if !cmp.Equal(voices, map[string]int{"1": 29, "2": 31}) /* the noise has the voice before it */ || !cmp.Equal(none.Speakers, earlier.Speakers) {
		t.Errorf("voices %v, names %v", voices, none.Speakers)
	}
}
