package speech

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"onair/transcripts/translate"
)

// Translator translates text.
type Translator interface {
	// Translate returns the translations of the paragraphs of each turn. Tokens such as
	// ⟦1⟧ stay as they are. If the answer has another shape, the caller asks again in
	// smaller parts.
	Translate(ctx context.Context, t *Translation) ([][]string, error)
}

// Translation is a request for a translation.
type Translation struct {
	Source, Target string     // languages, BCP 47
	Turns          [][]string // paragraphs of each turn
}

// Translating is a translator with its limits and prices.
type Translating struct {
	Translator
	Name, Model string
	Settings    any  // further settings that the answer depends on
	Unpriced    bool // onair does not know its prices

	// Limits of a call; 0 sets no limit.
	MaxChars, MaxTexts int
}

// Chars returns the number of characters in turns, by which services bill.
func Chars(turns [][]string) (n int) {
	for _, turn := range turns {
		for _, text := range turn {
			n += utf8.RuneCountInString(text)
		}
	}
	return n
}

// Price returns the cost of translating turns, in US dollars.
func (e *Translating) Price(turns [][]string) (dollars float64, known bool) {
	perMillion, known := prices().TranslationPerMillion[e.Name+" "+e.Model]
	if e.Unpriced || !known {
		return 0, false
	}
	return perMillion * float64(Chars(turns)) / 1e6, true
}

// All translates all turns. Answers are kept, so that an interrupted translation
// continues where it stopped. If the answer about a turn has lost a paragraph or a token,
// All asks again for this turn alone, at most twice, and then for the separate texts
// between its tokens.
func (e *Translating) All(ctx context.Context, k Keeper, t *Translation) ([][]string, error) {
	answers := make([][]string, len(t.Turns))
	var wrong []int
	for from := 0; from < len(t.Turns); {
		to := from + 1
		for to < len(t.Turns) && e.fits(t.Turns[from:to+1]) {
			to++
		}
		var got [][]string
		var err error
		if to == from+1 {
			got = make([][]string, 1)
			got[0], err = e.askTurn(ctx, k, 0, t, t.Turns[from])
		} else {
			got, err = e.ask(ctx, k, 0, t, t.Turns[from:to])
		}
		if err != nil {
			return nil, err
		}
		for i := range to - from {
			if len(got) == to-from && intact(t.Turns[from+i], got[i]) {
				answers[from+i] = got[i]
			} else {
				wrong = append(wrong, from+i)
			}
		}
		from = to
	}
	if len(wrong) == 0 {
		return answers, nil
	}
	return answers, e.again(ctx, k, t, answers, wrong)
}

func (e *Translating) fits(turns [][]string) bool {
	n := 0
	for _, turn := range turns {
		n += len(turn)
	}
	return (e.MaxTexts == 0 || n <= e.MaxTexts) && (e.MaxChars == 0 || Chars(turns) <= e.MaxChars)
}

// intact reports whether the answer about a turn has all its paragraphs and tokens.
func intact(turn, answer []string) bool {
	return slices.EqualFunc(turn, answer, translate.Intact)
}

// again translates the turns whose indexes are in wrong, each by itself, and sets their
// answers.
func (e *Translating) again(ctx context.Context, k Keeper, t *Translation, answers [][]string, wrong []int) error {
	for _, i := range wrong {
		turn := t.Turns[i]
		for try := 1; try <= 2 && answers[i] == nil; try++ {
			got, err := e.askTurn(ctx, k, try, t, turn)
			if err != nil {
				return err
			}
			if intact(turn, got) {
				answers[i] = got
			}
		}
		if answers[i] != nil {
			continue
		}
		for _, text := range turn {
			pieces, join := translate.Fragments(text)
			var done []string
			for _, piece := range pieces {
				got, err := e.askText(ctx, k, lastTry, t, piece)
				if err != nil {
					return err
				}
				if got == "" {
					return fmt.Errorf("%s gave no translation of %.60q", e.Name, piece)
				}
				done = append(done, got)
			}
			answers[i] = append(answers[i], join(done))
		}
	}
	return nil
}

// askTurn is ask for one turn. If the turn is larger than a call's limits, askTurn divides
// it between paragraphs. It returns nil if an answer has another number of paragraphs.
// Paragraphs that are too large themselves are divided by askText.
func (e *Translating) askTurn(ctx context.Context, k Keeper, try int, t *Translation, turn []string) (answer []string, err error) {
	for from := 0; from < len(turn); {
		to := from + 1
		for to < len(turn) && e.fits([][]string{turn[from : to+1]}) {
			to++
		}
		var got [][]string
		if e.fits([][]string{turn[from:to]}) {
			got, err = e.ask(ctx, k, try, t, [][]string{turn[from:to]})
		} else {
			var text string
			if text, err = e.askText(ctx, k, try, t, turn[from]); text != "" {
				got = [][]string{{text}}
			}
		}
		if err != nil {
			return nil, err
		}
		if len(got) != 1 || len(got[0]) != to-from {
			return nil, nil
		}
		answer = append(answer, got[0]...)
		from = to
	}
	return answer, nil
}

// askText is ask for one text. If the text is larger than a call's limit, askText divides
// it, at sentences where it can. It returns an empty text if an answer is damaged.
func (e *Translating) askText(ctx context.Context, k Keeper, try int, t *Translation, text string) (string, error) {
	var b strings.Builder
	for _, part := range Divide(text, e.MaxChars) {
		asked := strings.TrimRight(part, " \n")
		got, err := e.ask(ctx, k, try, t, [][]string{{asked}})
		if err != nil {
			return "", err
		}
		if len(got) != 1 || !intact([]string{asked}, got[0]) {
			return "", nil
		}
		b.WriteString(got[0][0] + part[len(asked):])
	}
	return b.String(), nil
}

// Divide divides a text into parts of at most limit bytes, which are the text if they are
// joined; 0 sets no limit. It cuts after a sentence, else after a space, else between any
// two characters.
func Divide(text string, limit int) (parts []string) {
	for limit > 0 && len(text) > limit {
		head := text[:limit]
		for !utf8.ValidString(head) {
			head = head[:len(head)-1]
		}
		at := -1
		for _, end := range []string{". ", "? ", "! ", "。", "？", "！"} {
			if i := strings.LastIndex(head, end); i >= 0 {
				at = max(at, i+len(end))
			}
		}
		if at < 0 {
			at = strings.LastIndex(head, " ") + 1
		}
		if at <= 0 {
			at = len(head)
		}
		parts = append(parts, text[:at])
		text = text[at:]
	}
	if text != "" {
		parts = append(parts, text)
	}
	return parts
}

// lastTry is the number of the try for the separate texts of a turn.
const lastTry = 3

// ask returns the kept answer if there is one. Otherwise it calls the translator and
// keeps the answer. To get another answer for the same turns, use another number for try.
// A damaged answer to the last try is not kept, so that the next run asks again.
func (e *Translating) ask(ctx context.Context, k Keeper, try int, t *Translation, turns [][]string) (answer [][]string, err error) {
	name, err := nameOf(16, "translate", e.Name, e.Model, e.Settings, t.Source, t.Target, turns, try)
	if err != nil {
		return nil, err
	}
	data, err := kept(ctx, k, name)
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(data, &answer) == nil {
		return answer, nil
	}
	if answer, err = e.Translate(ctx, &Translation{t.Source, t.Target, turns}); err != nil || k == nil {
		return answer, err
	}
	if try == lastTry && !slices.EqualFunc(turns, answer, intact) {
		return answer, nil
	}
	if data, err = json.Marshal(answer); err != nil {
		return nil, err
	}
	return answer, k.Put(context.WithoutCancel(ctx), name, data)
}
