package transcripts

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestShift(t *testing.T) {
	t.Parallel()
	const src = "**Vega:** \\[00:30\\] a \\[laughs\\] at 14:00 o'clock\r\n\r\n" +
		"**Break:** \\[12:00\\] to \\[12:30\\]\n\n" +
		"**Rigel:** \\[12:40.50\\] b \\[unintelligible 00:13:00.15\\]  c\n\n\\[[01:00:10.5] `x`\n\n- d \\[1:00:11:05\\]"
	for _, test := range []struct {
		name     string
		fraction Fraction
		from, by time.Duration
		want     []string // the expected stamps, in order
		cut      []time.Duration
	}{
		{"nothing", Decimal, 0, 0, []string{`\[00:30\]`, `\[12:00\]`, `\[12:30\]`, `\[12:40.50\]`, `00:13:00.15\]`, `[01:00:10.5]`, `\[1:00:11:05\]`}, nil},
		{"earlier", Decimal, 12*time.Minute + 30*time.Second, -14500 * time.Millisecond, []string{`\[00:30\]`, `\[12:00\]`, `\[12:30\]`, `\[00:12:30.00\]`, `00:12:45.65\]`, `[00:59:56.0]`, `\[00:59:56.667\]`},
			[]time.Duration{750 * time.Second, 760500 * time.Millisecond}},
		{"frames", Frames30, 12*time.Minute + 35*time.Second, 1500 * time.Millisecond, []string{`\[00:30\]`, `\[12:00\]`, `\[12:30\]`, `\[00:12:42.00\]`, `00:13:02.00\]`, `[01:00:12.0]`, `\[01:00:12.20\]`}, nil},
		{"across the hour", Decimal, time.Minute, time.Hour, []string{`\[00:30\]`, `\[01:12:00\]`, `\[01:12:30\]`, `\[01:12:40.50\]`, `01:13:00.15\]`, `[02:00:10.5]`, `\[02:00:11.167\]`}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, cut, err := Shift([]byte(src), &Options{Fraction: test.fraction}, test.from, test.by)
			if err != nil {
				t.Fatal(err)
			}
			rest := string(got)
			for _, want := range test.want {
				var ok bool
				if _, rest, ok = strings.Cut(rest, want); !ok {
					t.Fatalf("no %s in order in\n%s", want, got)
				}
			}
			var times []time.Duration
			for _, m := range cut {
				times = append(times, m.Time)
			}
			if diff := cmp.Diff(test.cut, times); diff != "" {
				t.Errorf("cut (-want +got):\n%s", diff)
			}
		})
	}
	if _, _, err := Shift([]byte("---\ntimeline: clips\n---\n\n**A:** \\[00:01\\] a\n"), nil, 0, time.Second); err == nil {
		t.Error("clips are shifted")
	}
}

// TestShiftCorpus shifts all stamps of real transcripts. Every time must change by
// the same amount, within its precision, and no word or markup may change.
func TestShiftCorpus(t *testing.T) {
	t.Parallel()
	const by = 90 * time.Second
	files := corpus(t)
	o := &Options{Fraction: Frames30}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		moved, cut, err := Shift(files[name], o, 0, by)
		if err != nil {
			t.Fatal(err)
		}
		a, b := Parse(files[name], o), Parse(moved, o)
		before, _ := a.anchors()
		after, _ := b.anchors()
		if len(before) != len(after) || len(cut) > 0 {
			t.Errorf("%s: %d times, then %d; cut %d", name, len(before), len(after), len(cut))
			continue
		}
		for i := range before {
			if d := after[i].time - before[i].time - by; d > time.Second/20 || d < -time.Second/20 {
				t.Errorf("%s:%d: %v became %v", name, before[i].mark.Line, before[i].time, after[i].time)
			}
		}
		if back, _, _ := Shift(moved, o, 0, -by); !sameReading(a, Parse(back, o)) {
			t.Errorf("%s: there and back is something else", name)
		}
	}
}

func FuzzShift(f *testing.F) {
	for _, seed := range seeds() {
		f.Add(seed, int64(1000), int64(-500))
	}
	f.Fuzz(func(t *testing.T, src string, from, by int64) {
		const most = 1e9
		o := &Options{Fraction: Frames30}
		got, _, err := Shift([]byte(src), o, time.Duration(from%most)*time.Millisecond, time.Duration(by%most)*time.Millisecond)
		if err != nil {
			return
		}
		a, b := Parse([]byte(src), o), Parse(got, o)
		if len(a.Turns) != len(b.Turns) {
			t.Fatalf("%d turns, then %d: %q became %q", len(a.Turns), len(b.Turns), src, got)
		}
		for i := range a.Turns {
			for j := range a.Turns[i].Blocks {
				if x, y := a.Turns[i].Blocks[j].Text, b.Turns[i].Blocks[j].Text; x != y {
					t.Fatalf("%q became %q", x, y)
				}
			}
		}
	})
}

func TestTodo(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Words that take their time to be said by somebody. ", 200)
	src := "**Vega:** \\[00:10\\] We met \\[unintelligible 00:00:12.00\\] on a street in the old town of Lyra, where nobody had been for years and years.\n\n" +
		"**Speaker 2:** Yes \\[inaudible\\].\n\n**Speaker 2:** Yes.\n\n**Vega:** \\[01:00\\] " + long + "\n\n**Break:** \\[20:00\\]\n\n**Vega:** \\[30:00\\] Bye \\[unintelligible 00:30:01.00\\].\n"
	tasks := Todo(Parse([]byte(src), nil), "a.md", 0)
	SortTasks(tasks)
	var got []string
	for _, task := range tasks {
		got = append(got, fmt.Sprintf("%s %d:%d %v %v %s: %s", task.Kind, task.Line, task.Column, task.Start.Round(time.Second), task.Exact, task.Speaker, task.Context))
	}
	want := []string{
		"unintelligible 11:25 30m1s true Vega: Bye ___.",
		"unintelligible 1:28 12s true Vega: We met ___ on a street in the old town of Lyra, where nobody had been …",
		"unintelligible 3:20 55s false Speaker 2: Yes ___.",
		"name 3:1 54s false Speaker 2: Yes.",
		"untimed 7:11 1m0s true Vega: no stamp for 19:00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got = nil
	for _, task := range Todo(Parse([]byte("\\[unintelligible\\]\n\nHello\n"), nil), "b.md", 0) {
		got = append(got, fmt.Sprintf("%s %v %s", task.Kind, task.Known, task.Context))
	}
	if diff := cmp.Diff([]string{"name false Hello", "unintelligible false ___ Hello", "untimed false no stamp at all"}, got); diff != "" {
		t.Errorf("without any time (-want +got):\n%s", diff)
	}
}

// TestTodoWithoutUsableStamps tests a transcript whose only stamp cannot be right, because
// the text before it takes longer.
func TestTodoWithoutUsableStamps(t *testing.T) {
	t.Parallel()
	tasks := Todo(Parse([]byte("**Vega:** Hello, Lyra. \\[00:00\\]\n"), nil), "a.md", 0)
	if len(tasks) != 1 || tasks[0].Kind != Untimed {
		t.Errorf("got %+v", tasks)
	}
}

func TestNameless(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"": true, "Unknown": true, "Speaker 1": true, "SPEAKER A": true, "Male speaker": true, "Unknown speaker": true, "???": true,
		"Vega": false, "Speaker of the House": false, "Patak": false, "Man Ray": false,
	} {
		if nameless(name) != want {
			t.Errorf("nameless(%q) = %v", name, !want)
		}
	}
}

func TestStats(t *testing.T) {
	t.Parallel()
	var s Stats
	s.Add(Parse([]byte("**Vega:** \\[00:00\\] one two three \\[unintelligible 00:00:30.00\\] four\n\n**Rigel:** \\[01:00\\] five six\n\n**Break:** \\[02:00\\]\n\n**Rigel:** seven\n"), nil))
	s.Add(Parse([]byte("**Vega:** 夜空の星\n"), nil))
	if s.Files != 2 || s.Words != 9 || s.Turns != 4 || s.Anchors != 4 || s.Unintelligible != 1 {
		t.Errorf("got %+v", s)
	}
	if diff := cmp.Diff([]Speaker{{"Vega", 6, 2}, {"Rigel", 3, 2}}, s.Speakers()); diff != "" {
		t.Errorf("speakers (-want +got):\n%s", diff)
	}
	if got := s.WordsPerMinute(); got < 2 || got > 4 {
		t.Errorf("%f words a minute", got)
	}
	if got := new(Stats).WordsPerMinute(); got != 0 {
		t.Errorf("%f words a minute of nothing", got)
	}
}

func TestCompareTranslation(t *testing.T) {
	t.Parallel()
	const original = "**Vega:** \\[00:10\\] Hello.\n\n**Rigel:** Hi.\n\n**Break:** \\[01:00\\]\n\n**Vega:** \\[02:00\\] Bye.\n"
	for _, test := range []struct {
		name, src string
		want      []string
	}{
		{"the same", "**Vega:** \\[00:10.40\\] Hola.\n\n**Rigel:** Hola.\n\n**Break:** \\[01:00\\]\n\n**Vega:** \\[02:00\\] Adiós.\n", nil},
		{"stamps", "**Vega:** \\[00:11\\] Hola.\n\n**Rigel:** \\[00:30\\] Hola.\n\n**Break:** \\[01:00\\]\n\n**Vega:** Adiós.\n",
			[]string{"b.md:1:1: the stamp is 0:11, and 0:10 in the original", "b.md:3:1: a stamp that the original does not have", "b.md:7:1: no stamp; the original has 2:00"}},
		{"a turn is missing", "**Vega:** \\[00:10\\] Hola.\n\n**Break:** \\[01:00\\]\n\n**Vega:** \\[02:00\\] Adiós.\n", []string{"b.md:3:1: the original has 4 turns, this has 3"}},
		{"no pause", "**Vega:** \\[00:10\\] Hola.\n\n**Rigel:** Hola.\n\n**Rigel:** \\[01:00\\] Hola.\n\n**Vega:** \\[02:00\\] Adiós.\n", []string{"b.md:5:1: Rigel stands where the original has Break"}},
		{"empty", "", []string{"b.md: the original has 4 turns, this has 0"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, f := range CompareTranslation(Parse([]byte(original), nil), Parse([]byte(test.src), nil), "b.md") {
				if got = append(got, f.Error()); f.Rule != "T032" {
					t.Errorf("rule %s", f.Rule)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestHasLabel distinguishes transcripts from other Markdown.
func TestHasLabel(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Notes.\n\n**Vega:** Hello.\n":                                                                           true,
		"[00:01] **Vega:** Hello.\n":                                                                             true,
		"## **Vega**: Hello.\n":                                                                                  true,
		"Vega: Hello.\n\nRigel: Yes.\n\nVega: Well.\n\nRigel: No.\n":                                             true,
		"Åsa Öst: Hello.\nJo: Yes.\nÅsa Öst: Well.\n":                                                            true,
		"Winter: the lake is white.\nSummer: the lake is blue.\nWinter: we wait.\n":                              false,
		"*Vega:* Hello.\n\n*Rigel:* Yes.\n":                                                                      true,
		"### Vega:\n\nHello.\n\n### Rigel:\n\nYes.\n":                                                            true,
		"**Vega** (00:01): Hello.\n\n**Rigel** (00:05): Yes.\n":                                                  true,
		"**Vega** hello\n\n**Rigel** yes\n":                                                                      true,
		"# Snow\n\nNote: it snows.\n\n### Links:\n\nOne.\n\n### Authors:\n\nTwo.\n":                              false,
		"**Snow** is white.\n\n**Ice** has none.\n":                                                              false,
		"# Pie\n\n**Yield:** 4\n\n**Serves:** 2 people\n\n**Oven:** hot\n":                                       false,
		"**Vega:** 4\n\n**Rigel:** 2\n\n**Vega:** Six\n":                                                         true,
		"**Zoë**\n\nIs it?\n\n**Jo O'Dell**\n\nIt is.\n\n**Zoë**\n\nGood.\n":                                     true,
		"# Snow\n\n**Note:** It snows.\n\n**Example**: ice.\n":                                                   false,
		"# Snow\n\n" + strings.Repeat("It snows all day. ", 90) + "\n\n**Security:** Wear a hat.\n":              false,
		"# Snow\n\n" + strings.Repeat("It snows all day. ", 90) + "\n" + strings.Repeat("\n**Vega:** Yes.\n", 6): true,
		"# News\n\n**Added**\n\n- Snow.\n\n**Fixed**\n\n- Ice.\n\n**Added**\n\n- No.\n":                          false,
		"# Snow\n\n## Use\n\n**Example:** ice.\n\n## Terms\n\n**Zoë Öst:** wrote it.\n":                          false,
		"# Snow\n\n- **Author:** Zoë Öst\n- **Homepage:** https://snow.example\n":                                false,
		"# Snow\n\n> - **Zoë Öst:** the author.\n> - **Jo:** the editor.\n":                                      false,
		"# Snow\n\n- **Zoë Öst:** Is it?\n- **Jo:** It is.\n- **Zoë Öst:** Good.\n":                              true,
		"## **Zoë**: Is it?\n\n## **Jo**: It is.\n\n## **Zoë**: Good.\n":                                         true,
		"# A\n\n## B\n\n## C\n\n**Zoë:** Is it?\n\n**Jo:** Yes.\n\n**Zoë:** So?\n\n**Jo:** No.\n":                true,
		"**María-José (she/her):** Yes.\n\n**Room 4 | Hall:** No.\n":                                             true,
		"**:** Yes.\n":                           true,
		"**Vega:** 4 of them.\n\n**Rigel:** 2\n": true,
		"":                                       false,
	} {
		if HasLabel([]byte(text)) != want {
			t.Errorf("%q: got %v", text, !want)
		}
	}
}
