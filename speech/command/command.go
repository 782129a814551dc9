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
	"strings"

	"onair/speech"
	"onair/speech/internal/program"
)

// placeholders are the parts of arguments that Recognize replaces; see New.
var placeholders = []string{"{input}", "{wav}", "{language}", "{prompt}", "{output}"}

// Recognizer runs a program. It uses no shell, so that no text can become a command.
type Recognizer struct {
	argv []string
	dir  string
}

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
	r := &Recognizer{argv, dir}
	if !r.uses("{input}") && !r.uses("{wav}") {
		return nil, errors.New("has neither {input} nor {wav} for the audio")
	}
	return r, nil
}

// Name returns the name of the program without its folder.
func (r *Recognizer) Name() string { return filepath.Base(r.argv[0]) }

// uses reports whether a placeholder occurs in an argument.
func (r *Recognizer) uses(placeholder string) bool {
	for _, arg := range r.argv[1:] {
		if strings.Contains(arg, placeholder) {
			return true
		}
	}
	return false
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
	values := []string{input, wav, q.Language, strings.Join(q.Hints, ", "), output}
	var pairs []string
	for i, p := range placeholders {
		pairs = append(pairs, p, values[i])
	}
	replacer := strings.NewReplacer(pairs...)
	args := make([]string, len(r.argv)-1)
	for i, arg := range r.argv[1:] {
		args[i] = replacer.Replace(arg)
	}
	cmd := exec.CommandContext(ctx, r.argv[0], args...)
	cmd.Dir = r.dir
	stdout, err := program.Run(ctx, cmd)
	if err != nil {
		return nil, err
	}
	if !r.uses("{output}") {
		return stdout, nil
	}
	answer, err := program.ReadOutput(output)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s wrote no answer to {output}", r.Name())
	}
	return answer, err
}
