package speech

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"onair/audio"
	"onair/audio/mpeg"
	"onair/internal/durable"
)

// overlap limits the audio that two consecutive pieces share.
const overlap = 15 * time.Second

// Piece is a part of a recording that is recognized in one request.
type Piece struct {
	Start, End time.Duration
	from, to   int64 // bytes of the file; both are 0 for the whole file
}

// cut divides audio into pieces within the limits of an engine. Pieces of an MP3 begin
// and end between MPEG frames.
func cut(path string, info *audio.Info, longest time.Duration, maxBytes int64) ([]Piece, error) {
	if (longest == 0 || info.Duration <= longest) && (maxBytes == 0 || info.PayloadEnd <= maxBytes) {
		return []Piece{{End: info.Duration}}, nil
	}
	if info.MediaType != audio.MP3 {
		return nil, fmt.Errorf("only MP3 can be cut into pieces, and this engine takes at most %s at once: the audio has %.1f minutes and %.1f MB", limits(longest, maxBytes), info.Duration.Minutes(), float64(info.PayloadEnd)/1e6)
	}
	f, _, err := durable.OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var pieces []Piece
	var frames []Piece // frames of the current piece
	for frame, err := range mpeg.Frames(io.NewSectionReader(f, info.PayloadStart, info.PayloadBytes())) {
		if err != nil {
			return nil, err
		}
		at := info.PayloadStart + frame.Offset
		next := Piece{frame.Start, frame.End(), at, at + int64(len(frame.Data))}
		if len(frames) > 0 && (longest > 0 && next.End-frames[0].Start > longest || maxBytes > 0 && next.to-frames[0].from > maxBytes) {
			last := frames[len(frames)-1]
			pieces = append(pieces, Piece{frames[0].Start, last.End, frames[0].from, last.to})
			for len(frames) > 0 && last.End-frames[0].Start > overlap {
				frames = frames[1:]
			}
		}
		frames = append(frames, next)
	}
	if len(frames) > 0 {
		pieces = append(pieces, Piece{frames[0].Start, frames[len(frames)-1].End, frames[0].from, frames[len(frames)-1].to})
	}
	return pieces, nil
}

// limits describes the limits on a piece; 0 is none.
func limits(longest time.Duration, maxBytes int64) string {
	var parts []string
	if longest > 0 {
		parts = append(parts, fmt.Sprintf("%.0f minutes", longest.Minutes()))
	}
	if maxBytes > 0 {
		parts = append(parts, fmt.Sprintf("%.0f MB", float64(maxBytes)/1e6))
	}
	return strings.Join(parts, " and ")
}

// whole reports whether a piece is the whole file.
func (p *Piece) whole() bool { return p.to == 0 }

// write writes a piece to a file.
func (p *Piece) write(path, to string) (err error) {
	in, _, err := durable.OpenRegular(path)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if closed := out.Close(); err == nil {
			err = closed
		}
	}()
	_, err = io.Copy(out, io.NewSectionReader(in, p.from, p.to-p.from))
	return err
}

// clip returns the MPEG frames of an MP3 that start between two times.
func clip(path string, info *audio.Info, start, end time.Duration) ([]byte, error) {
	f, _, err := durable.OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []byte
	for frame, err := range mpeg.Frames(io.NewSectionReader(f, info.PayloadStart, info.PayloadBytes())) {
		if err != nil {
			return nil, err
		}
		if frame.Start >= end {
			break
		}
		if frame.Start >= start {
			out = append(out, frame.Data...)
		}
	}
	return out, nil
}
