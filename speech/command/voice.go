package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"onair/speech"
)

// voice implements [speech.Voice].
type voice struct{ userProgram }

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
	return &speech.Speaking{Voice: &voice{userProgram{argv, dir}}, Name: "command", Model: filepath.Base(argv[0]), Settings: argv, Unpriced: true, Voices: []string{base}}, nil
}

// Speak implements [speech.Voice].
func (v *voice) Speak(ctx context.Context, u *speech.Utterance) ([]byte, error) {
	dir, err := os.MkdirTemp("", "onair-speech-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	output := filepath.Join(dir, "answer.mp3")
	return v.run(ctx, u.Text, output, "{voice}", u.Voice, "{language}", u.Language, "{rate}", strconv.FormatFloat(u.Rate, 'f', 2, 64))
}
