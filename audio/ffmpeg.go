package audio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"onair/internal/durable"
	"onair/internal/statcache"
)

// ErrNoFFmpeg: this needs the sound and not only the frames, and ffmpeg, which
// decodes them, is not on this machine.
var ErrNoFFmpeg = errors.New("ffmpeg is not installed")

// HowToGetFFmpeg is what to do about ErrNoFFmpeg.
const HowToGetFFmpeg = "install the package ffmpeg: apt install ffmpeg, brew install ffmpeg, winget install ffmpeg"

// Progress hears how much of the sound has been decoded. It may be nil.
type Progress func(done, all time.Duration)

const (
	sampleBytes = 2        // signed, little-endian
	stderrBytes = 64 << 10 // of ffmpeg's last words
)

// onceOf measures the sound of a file, unless that was done before to the same
// payload, under whatever name. A nil cache remembers nothing.
func measureOnce[T any](cache *statcache.Cache, kind, path string, measure func(*Info) (*T, error)) (*T, *Info, error) {
	info, err := probePath(path)
	if err != nil {
		return nil, nil, err
	}
	if before := cached[T](cache, kind, info); before != nil {
		return before, info, nil
	}
	measured, err := measure(info)
	if err != nil {
		return nil, nil, err
	}
	// What another program reads of a file need not be what was probed.
	if again, err := probePath(path); err != nil {
		return nil, nil, err
	} else if again.SHA256 != info.SHA256 {
		return nil, nil, errors.New("the file changed while it was measured")
	}
	cache.Put(kind, statcache.OfContent(info.SHA256[:]), measured)
	return measured, info, nil
}

// known is what was measured of a payload before, or nil.
func cached[T any](cache *statcache.Cache, kind string, info *Info) *T {
	var before T
	if !cache.Get(kind, statcache.OfContent(info.SHA256[:]), &before) {
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

// decode has ffmpeg decode a file through a filter graph from [0:a:0] to [pcm],
// and calls hear with whole samples of all channels, interleaved, at the
// master's sample rate. It returns ffmpeg's last words. The name of the file can
// be anything: it is neither an option nor the address of something else, and
// its content is taken for nothing but what Probe said.
func decode(ctx context.Context, path string, info *Info, graph string, hear func(pcm []byte), progress Progress) (report string, err error) {
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
	said := &tail{}
	cmd.Stderr = said
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start ffmpeg: %w", err)
	}
	unit := sampleBytes * decodedChannels(info)
	readErr := readSamples(out, unit, hear, func(bytes int64) {
		if progress != nil {
			progress(min(playtime(bytes/int64(unit), info.SampleRate), info.Duration), info.Duration)
		}
	})
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", fmt.Errorf("ffmpeg: %w: %s", err, said.lastLine())
	}
	return string(said.text), readErr
}

// heardChannels is in how many channels a master is decoded: surround sound is
// mixed to stereo.
func decodedChannels(info *Info) int { return min(max(info.Channels, 1), 2) }

// eachBlock reads r to its end and calls hear with pieces of whole units.
func readSamples(r io.Reader, unit int, hear func([]byte), progress func(bytes int64)) error {
	buf := make([]byte, 64<<10/unit*unit)
	var all int64
	for {
		n, err := io.ReadFull(r, buf)
		hear(buf[:n/unit*unit])
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

// A tail keeps the end of what is written to it.
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
