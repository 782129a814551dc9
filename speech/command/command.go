// Package command recognizes, translates and speaks with programs that the user chooses.
package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"onair/speech"
	"onair/speech/internal/program"
)

// userProgram is a program with arguments, and the folder in which it runs. It uses no
// shell, so that no text can become a command.
type userProgram struct {
	argv []string
	dir  string
}

// Name returns the name of the program without its folder.
func (p *userProgram) Name() string { return filepath.Base(p.argv[0]) }

// uses reports whether a placeholder occurs in an argument.
func (p *userProgram) uses(placeholder string) bool {
	return slices.ContainsFunc(p.argv[1:], func(arg string) bool { return strings.Contains(arg, placeholder) })
}

// run runs the program with input as its standard input. pairs are placeholders in the
// arguments, each followed by its value. The answer is the program's standard output, or
// the file output if an argument has the placeholder {output}. If output is empty, there
// is no such placeholder.
func (p *userProgram) run(ctx context.Context, input, output string, pairs ...string) ([]byte, error) {
	if output != "" {
		pairs = append(pairs, outputFile, output)
	}
	replacer := strings.NewReplacer(pairs...)
	args := make([]string, len(p.argv)-1)
	for i, arg := range p.argv[1:] {
		args[i] = replacer.Replace(arg)
	}
	cmd := exec.CommandContext(ctx, p.argv[0], args...)
	cmd.Dir, cmd.Stdin = p.dir, strings.NewReader(input)
	stdout, err := program.Run(ctx, cmd)
	if err != nil || output == "" || !p.uses(outputFile) {
		return stdout, err
	}
	answer, err := program.ReadOutput(output)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s wrote no answer to %s", p.Name(), outputFile)
	}
	return answer, err
}

// outputFile is the placeholder of the file to which a program writes its answer.
const outputFile = "{output}"

// Recognizer runs a program that recognizes speech.
type Recognizer struct{ userProgram }

// New returns an engine that runs the program argv[0] with the arguments argv[1:] in the
// folder dir. In the arguments, {input} stands for the path of the audio, {wav} for the
// path of a WAV copy with 16 kHz and one channel, {language} for the language, {prompt} for
// the hints with commas between them, and {output} for the path to which the program writes
// its answer. Without {output} the answer is the program's standard output.
func New(argv []string, dir string) (*speech.Engine, error) {
	r, err := newRecognizer(argv, dir)
	if err != nil {
		return nil, err
	}
	return &speech.Engine{Recognizer: r, Name: "command", Model: r.Name(), Settings: argv, Unpriced: true}, nil
}

func newRecognizer(argv []string, dir string) (*Recognizer, error) {
	if len(argv) == 0 {
		return nil, errors.New("names no program")
	}
	r := &Recognizer{userProgram{argv, dir}}
	if !r.uses("{input}") && !r.uses("{wav}") {
		return nil, errors.New("has neither {input} nor {wav} for the audio")
	}
	return r, nil
}

// Recognize implements [speech.Recognizer].
func (r *Recognizer) Recognize(ctx context.Context, q *speech.Request) ([]byte, error) {
	dir, err := os.MkdirTemp("", "onair-speech-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	input, err := filepath.Abs(q.Audio)
	if err != nil {
		return nil, err
	}
	wav, output := filepath.Join(dir, "audio.wav"), filepath.Join(dir, "answer")
	if r.uses("{wav}") {
		if err := program.WriteWAV(ctx, input, wav); err != nil {
			return nil, err
		}
	}
	return r.run(ctx, "", output, "{input}", input, "{wav}", wav, "{language}", q.Language, "{prompt}", strings.Join(q.Hints, ", "))
}
