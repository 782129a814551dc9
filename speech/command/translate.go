package command

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"onair/speech"
)

// translator implements [speech.Translator].
type translator struct{ userProgram }

// NewTranslator returns a translator that runs the program argv[0] with the arguments
// argv[1:] in the folder dir. In the arguments, {source} and {target} stand for the
// languages. The program reads paragraphs from its standard input, separated by empty
// lines, and writes their translations to its standard output in the same way.
func NewTranslator(argv []string, dir string) (*speech.Translating, error) {
	if len(argv) == 0 {
		return nil, errors.New("names no program")
	}
	return &speech.Translating{Translator: &translator{userProgram{argv, dir}}, Name: "command", Model: filepath.Base(argv[0]), Settings: argv, Unpriced: true}, nil
}

// Translate implements [speech.Translator].
func (t *translator) Translate(ctx context.Context, q *speech.Translation) ([][]string, error) {
	var texts []string
	for _, turn := range q.Turns {
		texts = append(texts, turn...)
	}
	out, err := t.run(ctx, strings.Join(texts, "\n\n")+"\n", "", "{source}", q.Source, "{target}", q.Target)
	if err != nil {
		return nil, err
	}
	answers := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(out), "\r\n", "\n")), "\n\n")
	if len(answers) != len(texts) {
		return nil, nil // the caller asks again, turn by turn
	}
	var turns [][]string
	for _, turn := range q.Turns {
		turns = append(turns, answers[:len(turn):len(turn)])
		answers = answers[len(turn):]
	}
	return turns, nil
}
