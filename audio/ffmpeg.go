package audio

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"onair/audio/mpeg"
	"onair/internal/derive"
	"onair/internal/durable"
)

// ErrNoFFmpeg reports that ffmpeg, which decodes the sound, is not installed. Its method
// Hint says how to install it.
var ErrNoFFmpeg noFFmpegError

type noFFmpegError struct{}

func (noFFmpegError) Error() string { return "ffmpeg is not installed" }

// Hint returns how to install ffmpeg.
func (noFFmpegError) Hint() string {
	return "install the package ffmpeg: apt install ffmpeg, brew install ffmpeg, winget install ffmpeg"
}

const (
	sampleBytes = 2        // signed, little-endian
	stderrBytes = 64 << 10 // minimum number of bytes that tail keeps
)

// measureOnce measures the sound of a file, or returns the cached result for the same
// payload, whatever the name of the file. A nil cache disables caching.
func measureOnce[T any](cache *derive.Cache, f derive.Func, path string, measure func(*Info) (*T, error)) (*T, *Info, error) {
	info, err := probePath(path)
	if err != nil {
		return nil, nil, err
	}
	if before := cached[T](cache, f, info); before != nil {
		return before, info, nil
	}
	measured, err := measure(info)
	if err != nil {
		return nil, nil, err
	}
	// The file may have been replaced after it was probed.
	if again, err := probePath(path); err != nil {
		return nil, nil, err
	} else if again.SHA256 != info.SHA256 {
		return nil, nil, errors.New("the file changed while it was measured")
	}
	derive.Keep(cache, f, hex.EncodeToString(info.SHA256[:]), derive.Key{}, *measured)
	return measured, info, nil
}

// cached returns the measurement of a payload from the cache, or nil.
func cached[T any](cache *derive.Cache, f derive.Func, info *Info) *T {
	before, ok := derive.Known[T](cache, f, hex.EncodeToString(info.SHA256[:]), derive.Key{})
	if !ok {
		return nil
	}
	return &before
}

func probePath(path string) (*Info, error) {
	f, stat, err := durable.OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Probe(f, stat.Size())
}

// decode runs ffmpeg on a file, with a filter graph from [0:a:0] to [pcm], and passes
// the PCM to add: whole samples of all channels, interleaved, at the master's sample
// rate. It returns the end of ffmpeg's standard error.
//
// The file may have any name: ffmpeg takes it neither for an option nor for a
// URL. ffmpeg reads it only in the format that Probe found.
func decode(ctx context.Context, path string, info *Info, graph string, add func(pcm []byte), progress func(done, all time.Duration)) (report string, err error) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		return "", ErrNoFFmpeg
	}
	format := "mp3"
	if info.MediaType == M4A {
		format = "mov"
	}
	cmd := exec.CommandContext(ctx, ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-v", "info",
		"-protocol_whitelist", "file", "-f", format, "-i", "file:"+path, "-filter_complex", graph, "-map", "[pcm]",
		"-ac", strconv.Itoa(decodedChannels(info)), "-ar", strconv.Itoa(info.SampleRate), "-c:a", "pcm_s16le", "-f", "s16le", "-protocol_whitelist", "pipe", "pipe:1")
	stderr := &tail{}
	cmd.Stderr = stderr
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start ffmpeg: %w", err)
	}
	unit := sampleBytes * decodedChannels(info)
	readErr := readSamples(out, unit, add, func(bytes int64) {
		if progress != nil {
			progress(min(mpeg.Playtime(bytes/int64(unit), info.SampleRate), info.Duration), info.Duration)
		}
	})
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", fmt.Errorf("ffmpeg: %w: %s", err, stderr.lastLine())
	}
	return string(stderr.text), readErr
}

// decodedChannels returns the number of channels that ffmpeg decodes to. Surround sound
// is mixed to stereo.
func decodedChannels(info *Info) int { return min(max(info.Channels, 1), 2) }

// readSamples reads r to its end and calls add with pieces of it, each a multiple
// of unit bytes long.
func readSamples(r io.Reader, unit int, add func([]byte), progress func(bytes int64)) error {
	buf := make([]byte, 64<<10/unit*unit)
	var all int64
	for {
		n, err := io.ReadFull(r, buf)
		add(buf[:n/unit*unit])
		all += int64(n)
		progress(all)
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return nil
		default:
			return fmt.Errorf("read from ffmpeg: %w", err)
		}
	}
}

// A tail is a writer that keeps at least the last stderrBytes bytes that are written to
// it.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if len(t.text) > 2*stderrBytes {
		t.text = append(t.text[:0], t.text[len(t.text)-stderrBytes:]...)
	}
	return len(p), nil
}

func (t *tail) lastLine() string {
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	return line(lines[len(lines)-1])
}
