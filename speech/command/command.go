// Package command recognizes speech with a program of the user's own.
package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"onair/audio"
	"onair/internal/lastline"
	"onair/speech"
)

// maxAnswer limits the answer, in bytes.
const maxAnswer = 64 << 20

// placeholders are what may stand in an argument.
var placeholders = []string{"{input}", "{wav}", "{language}", "{prompt}", "{output}"}

// Recognizer runs a program. It has no shell between, so that no text can become a
// command.
type Recognizer struct {
	argv []string
	dir  string
}

// New returns a recognizer that runs a program with arguments. In these, {input} stands
// for the path of the audio, {wav} for that of a WAV file of it with 16 kHz and one
// channel, {language} for the language, {prompt} for words that may be spoken, and
// {output} for the path of a file for the answer. Without {output} the answer is the
// standard output of the program. It runs in the folder dir.
func New(argv []string, dir string) (*Recognizer, error) {
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

// uses reports whether a placeholder stands in an argument.
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
		if err := writeWAV(ctx, input, wav); err != nil {
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
	var stdout limited
	cmd := exec.CommandContext(ctx, r.argv[0], args...)
	cmd.Dir = r.dir
	if err := run(ctx, cmd, &stdout); err != nil {
		return nil, err
	}
	if !r.uses("{output}") {
		return stdout.buf.Bytes(), stdout.err()
	}
	f, err := os.Open(output)
	if err != nil {
		return nil, fmt.Errorf("%s wrote no answer to {output}", r.Name())
	}
	defer f.Close()
	var answer limited
	if _, err := io.Copy(&answer, io.LimitReader(f, maxAnswer+1)); err != nil {
		return nil, err
	}
	return answer.buf.Bytes(), answer.err()
}

// writeWAV decodes audio to 16 kHz and one channel with ffmpeg, which takes the name
// of the file neither for an option nor for a URL.
func writeWAV(ctx context.Context, input, wav string) error {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		return audio.ErrNoFFmpeg
	}
	return run(ctx, exec.CommandContext(ctx, ffmpeg, "-hide_banner", "-nostdin", "-v", "error", "-protocol_whitelist", "file",
		"-i", "file:"+input, "-vn", "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", "-y", "file:"+wav), io.Discard)
}

// run runs a program. Its last line on standard error is the error.
func run(ctx context.Context, cmd *exec.Cmd, stdout io.Writer) error {
	var said lastline.Writer
	cmd.Stdout, cmd.Stderr = stdout, &said
	cmd.WaitDelay = 5 * time.Second // a process that it started may keep the pipes open
	err := cmd.Run()
	name := filepath.Base(cmd.Path)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case said.Line() != "":
		return fmt.Errorf("%s: %w: %s", name, err, said.Line())
	}
	return fmt.Errorf("%s: %w", name, err)
}

// limited is a writer that keeps what is written up to the limit of an answer.
type limited struct {
	buf  bytes.Buffer
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.over = l.over || l.buf.Len()+len(p) > maxAnswer; !l.over {
		l.buf.Write(p)
	}
	return len(p), nil
}

func (l *limited) err() error {
	if l.over {
		return fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	}
	return nil
}
