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
	"strconv"
	"strings"

	"onair/speech"
	"onair/speech/internal/program"
)

// voice implements [speech.Voice].
type voice struct {
	argv []string
	dir  string
}

// NewVoice returns an engine that runs the program argv[0] with the arguments argv[1:] in
// the folder dir. In the arguments, {voice} stands for the name of the voice, {language}
// for the language, {rate} for the speed, such as 1.15, and {output} for the path to which
// the program writes the MP3. Without {output} the MP3 is the program's standard output.
// The program reads the text from its standard input.
func NewVoice(argv []string, dir, language string) (*speech.Speaking, error) {
	if len(argv) == 0 {
		return nil, errors.New("names no program")
	}
	base, _, _ := strings.Cut(language, "-")
	return &speech.Speaking{Voice: &voice{argv, dir}, Name: "command", Model: filepath.Base(argv[0]), Settings: argv, Unpriced: true, Voices: []string{base}}, nil
}

// Speak implements [speech.Voice].
func (v *voice) Speak(ctx context.Context, u *speech.Utterance) ([]byte, error) {
	dir, err := os.MkdirTemp("", "onair-speech-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	output := filepath.Join(dir, "answer.mp3")
	replacer := strings.NewReplacer("{voice}", u.Voice, "{language}", u.Language, "{rate}", strconv.FormatFloat(u.Rate, 'f', 2, 64), "{output}", output)
	args := make([]string, len(v.argv)-1)
	for i, arg := range v.argv[1:] {
		args[i] = replacer.Replace(arg)
	}
	cmd := exec.CommandContext(ctx, v.argv[0], args...)
	cmd.Dir = v.dir
	cmd.Stdin = strings.NewReader(u.Text)
	out, err := program.Run(ctx, cmd)
	if err != nil || !slices.ContainsFunc(v.argv[1:], func(arg string) bool { return strings.Contains(arg, "{output}") }) {
		return out, err
	}
	answer, err := program.ReadOutput(output)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s wrote no answer to {output}", filepath.Base(v.argv[0]))
	}
	return answer, err
}
