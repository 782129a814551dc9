package score

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"onair/transcripts"
	"onair/transcripts/words"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, ref, heard, want string }{
		{"equal", "Hello, universe!", "hello universe", "2 of 2, 0 0 0"},
		{"one of each kind", "we all know this well", "we know that well too", "3 of 5, 1 1 1"},
		{"nothing", "we know", "", "0 of 2, 0 2 0"},
		{"only noise", "", "we know", "0 of 0, 0 0 2"},
		{"a substitution is cheaper than two gaps", "a b c", "a x c", "2 of 3, 1 0 0"},
		{"punctuation is not a word", "yes – no", "yes no", "2 of 2, 0 0 0"},
		{"Chinese characters", "我们知道", "我们不知道", "4 of 4, 0 0 1"},
	} {
		of := func(text string) []Word { return Of(transcripts.Parse([]byte("**Vega:** "+text+"\n"), nil)) }
		r := Compare(of(test.ref), of(test.heard))
		if got := fmt.Sprintf("%d of %d, %d %d %d", r.Correct, r.Words, r.Substituted, r.Missing, r.Added); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestVoicesAndTimes(t *testing.T) {
	t.Parallel()
	ref := Of(transcripts.Parse([]byte("**Vega:** \\[00:01\\] one two three\n\n**Rigel:** \\[00:05\\] four five six. \\[00:09\\] seven\n"), nil))
	const ms = time.Millisecond
	var list []words.Word
	for i, w := range strings.Fields("one two three four five six seven") {
		list = append(list, words.Word{Text: w, Start: time.Duration(1000+i*1000+100) * ms, End: time.Duration(1000+i*1000+500) * ms})
	}
	heard := OfWords(&words.File{
		Speakers: map[string]string{"1": "Vega"},
		Segments: words.Segments(list, []string{"1", "1", "1", "1", "2", "2", "2"}),
	})
	r := Compare(ref, heard)
	if got := fmt.Sprint(r.Correct, r.Attributed, r.WrongVoice, r.Voices); got != "7 7 1 [{Rigel 2 3} {Vega Vega 3} {Rigel Vega 1}]" {
		t.Error(got)
	}
	if r.Timed != 3 || r.Median != 900*ms || r.P95 != 1900*ms { // 0.1, 0.9 and 1.9 s
		t.Errorf("%d times are %v and %v apart", r.Timed, r.Median, r.P95)
	}
}
