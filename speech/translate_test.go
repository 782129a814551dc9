package speech

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// translating is a Translator that answers with a function.
type translating func(turns [][]string) ([][]string, error)

func (f translating) Translate(_ context.Context, t *Translation) ([][]string, error) {
	return f(t.Turns)
}

func TestAll(t *testing.T) {
	t.Parallel()
	turns := [][]string{{"one ⟦1⟧ two", "three"}, {"four"}, {"five ⟦1⟧"}, {strings.Repeat("long ", 30)}}
	var want [][]string
	for _, turn := range turns {
		var texts []string
		for _, text := range turn {
			texts = append(texts, strings.ToUpper(text))
		}
		want = append(want, texts)
	}
	for _, test := range []struct {
		name   string
		damage func(call int, text string) string
		calls  int
	}{
		{"whole", func(_ int, text string) string { return text }, 2},
		{"a token is lost once", func(call int, text string) string {
			if call == 1 {
				text = strings.ReplaceAll(text, "⟦1⟧", "")
			}
			return text
		}, 4},
		{"tokens are always lost", func(_ int, text string) string { return strings.ReplaceAll(text, "⟦1⟧", "⟦ 1 ⟧") }, 2 + 2*2 + 4},
		{"another number of paragraphs", func(call int, text string) string {
			if call == 1 && text == "FOUR" {
				return "drop"
			}
			return text
		}, 2 + 3},
	} {
		call := 0
		e := &Translating{MaxChars: 50, Name: "machine", Translator: translating(func(turns [][]string) (answers [][]string, err error) {
			call++
			for _, turn := range turns {
				var texts []string
				for _, text := range turn {
					if text = test.damage(call, strings.ToUpper(text)); text == "drop" {
						return nil, nil
					}
					texts = append(texts, text)
				}
				answers = append(answers, texts)
			}
			return answers, nil
		})}
		k := &notes{}
		for run := range 2 { // the kept answers are enough for the second run
			got, err := e.All(t.Context(), k, &Translation{Source: "en", Target: "es", Turns: turns})
			if err != nil {
				t.Fatal(err)
			}
			for i := range got { // texts between tokens are trimmed
				for j := range got[i] {
					got[i][j] = strings.Join(strings.Fields(got[i][j]), " ")
					want[i][j] = strings.Join(strings.Fields(want[i][j]), " ")
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || call != test.calls {
				t.Errorf("%s, run %d: %d calls, want %d; %s", test.name, run, call, test.calls, diff)
			}
		}
	}
	failing := &Translating{Name: "machine", Translator: translating(func(turns [][]string) ([][]string, error) {
		if len(turns) > 1 {
			return nil, errors.New("no money left")
		}
		return [][]string{{""}}, nil
	})}
	if _, err := failing.All(t.Context(), nil, &Translation{Turns: turns}); err == nil || err.Error() != "no money left" {
		t.Error(err)
	}
	if _, err := failing.All(t.Context(), nil, &Translation{Turns: turns[1:2]}); fmt.Sprint(err) != `machine gave no translation of "four"` {
		t.Error(err)
	}
}

// TestLargeTurn expects a turn that is larger than a call's limits to be divided between
// paragraphs.
func TestLargeTurn(t *testing.T) {
	t.Parallel()
	turn := []string{strings.Repeat("a", 30), strings.Repeat("b", 15), strings.Repeat("c", 30), "d", "e"}
	calls := 0
	e := &Translating{MaxChars: 50, MaxTexts: 2, Translator: translating(func(turns [][]string) ([][]string, error) {
		calls++
		if n := Chars(turns); n > 50 || len(turns) != 1 || len(turns[0]) > 2 {
			t.Errorf("a call with %d characters and the turns %q", n, turns)
		}
		var answer []string
		for _, text := range turns[0] {
			answer = append(answer, strings.ToUpper(text))
		}
		return [][]string{answer}, nil
	})}
	got, err := e.All(t.Context(), nil, &Translation{Turns: [][]string{turn}})
	want := [][]string{{strings.Repeat("A", 30), strings.Repeat("B", 15), strings.Repeat("C", 30), "D", "E"}}
	if diff := cmp.Diff(want, got); err != nil || calls != 3 || diff != "" {
		t.Errorf("%d calls, %v; %s", calls, err, diff)
	}
}

// TestLargeParagraph expects a paragraph that is larger than a call's limits to be divided
// between sentences, even where its tokens are lost.
func TestLargeParagraph(t *testing.T) {
	t.Parallel()
	turn := []string{"One, ⟦1⟧ two. " + strings.Repeat("Three and four. ", 5) + "五六。七八。", "nine"}
	for name, test := range map[string]struct {
		damage func(string) string
		calls  int
	}{
		"whole":           {strings.ToUpper, 7 + 1},
		"tokens are lost": {func(s string) string { return strings.ReplaceAll(strings.ToUpper(s), "⟦1⟧", "") }, 3 + 1 + 6 + 1},
	} {
		calls := 0
		e := &Translating{MaxChars: 30, Translator: translating(func(turns [][]string) ([][]string, error) {
			calls++
			var answer []string
			for _, text := range turns[0] {
				if len(text) > 30 {
					t.Errorf("%s: a call with %q", name, text)
				}
				answer = append(answer, test.damage(text))
			}
			return [][]string{answer}, nil
		})}
		got, err := e.All(t.Context(), nil, &Translation{Turns: [][]string{turn}})
		want := [][]string{{strings.ToUpper(turn[0]), "NINE"}}
		if diff := cmp.Diff(want, got); err != nil || calls != test.calls || diff != "" {
			t.Errorf("%s: %d calls, want %d; %v; %s", name, calls, test.calls, err, diff)
		}
	}
}

// TestDamagedAnswer expects a translator that gave no translation to be asked again by the
// next run.
func TestDamagedAnswer(t *testing.T) {
	t.Parallel()
	answer := ""
	e := &Translating{Name: "machine", Translator: translating(func([][]string) ([][]string, error) { return [][]string{{answer}}, nil })}
	k := &notes{}
	q := &Translation{Turns: [][]string{{"four"}}}
	if _, err := e.All(t.Context(), k, q); err == nil {
		t.Error("an empty translation is accepted")
	}
	answer = "cuatro"
	if got, err := e.All(t.Context(), k, q); err != nil || got[0][0] != "cuatro" {
		t.Errorf("%q, %v", got, err)
	}
}
