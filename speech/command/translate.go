package command

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"

	"onair/speech"
	"onair/speech/internal/program"
)

// translator implements [speech.Translator].
type translator struct {
	argv []string
	dir  string
}

// NewTranslator returns a translator that runs the program argv[0] with the arguments
// argv[1:] in the folder dir. In the arguments, {source} and {target} stand for the
// languages. The program reads paragraphs from its standard input, separated by empty
// lines, and writes their translations to its standard output in the same way.
func NewTranslator(argv []string, dir string) (*speech.Translating, error) {
	if len(argv) == 0 {
		return nil, errors.New("names no program")
	}
	return &speech.Translating{Translator: &translator{argv, dir}, Name: "command", Model: filepath.Base(argv[0]), Settings: argv, Unpriced: true}, nil
}

// Translate implements [speech.Translator].
func (t *translator) Translate(ctx context.Context, q *speech.Translation) ([][]string, error) {
	replacer := strings.NewReplacer("{source}", q.Source, "{target}", q.Target)
	args := make([]string, len(t.argv)-1)
	for i, arg := range t.argv[1:] {
		args[i] = replacer.Replace(arg)
	}
	var texts []string
	for _, turn := range q.Turns {
		texts = append(texts, turn...)
	}
	cmd := exec.CommandContext(ctx, t.argv[0], args...)
	cmd.Dir = t.dir
	cmd.Stdin = strings.NewReader(strings.Join(texts, "\n\n") + "\n")
	out, err := program.Run(ctx, cmd)
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
