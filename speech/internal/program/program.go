// Package program runs programs that recognize, translate, speak or decode.
package program

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"onair/audio"
	"onair/internal/lastline"
)

// maxOutput limits the output of a program, in bytes.
const maxOutput = 64 << 20

// Run runs a program and returns its standard output. If the program fails, the error
// contains the last line of its standard error.
func Run(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	var said lastline.Writer
	var stdout limited
	cmd.Stdout, cmd.Stderr = &stdout, &said
	cmd.WaitDelay = 5 * time.Second // a child process may keep the pipes open
	err := cmd.Run()
	name := filepath.Base(cmd.Path)
	switch {
	case err == nil:
		return stdout.bytes()
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case said.Line() != "":
		return nil, fmt.Errorf("%s: %w: %s", name, err, said.Line())
	}
	return nil, fmt.Errorf("%s: %w", name, err)
}

// ReadOutput reads a file that a program wrote.
func ReadOutput(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var answer limited
	if _, err := io.Copy(&answer, io.LimitReader(f, maxOutput+1)); err != nil {
		return nil, err
	}
	return answer.bytes()
}

// WriteWAV decodes audio with ffmpeg to a WAV file with 16 kHz and one channel. The prefix
// file: keeps ffmpeg from taking a file name for an option or a URL.
func WriteWAV(ctx context.Context, input, wav string) error {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		return audio.ErrNoFFmpeg
	}
	_, err = Run(ctx, exec.CommandContext(ctx, ffmpeg, "-hide_banner", "-nostdin", "-v", "error", "-protocol_whitelist", "file",
		"-i", "file:"+input, "-vn", "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", "-y", "file:"+wav))
	return err
}

// limited is a writer that keeps at most maxOutput bytes.
type limited struct {
	buf  bytes.Buffer
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.over = l.over || l.buf.Len()+len(p) > maxOutput; !l.over {
		l.buf.Write(p)
	}
	return len(p), nil
}

func (l *limited) bytes() ([]byte, error) {
	if l.over {
		return nil, fmt.Errorf("the answer is larger than %d bytes", maxOutput)
	}
	return l.buf.Bytes(), nil
}
