package release

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"

	"onair/audio"
	"onair/internal/finding"
	"onair/show"
)

// waveform is the waveform of a master, as the lock keeps it, or why there is none. It
// is zero if no waveform is wanted and none is pinned.
type waveform struct {
	peaks string
	err   error
}

// waveformOf returns the waveform of a master: the pinned one, if the lock has one for this
// audio. Decoders differ slightly, so a pinned waveform is not measured again.
func (b *builder) waveformOf(ctx context.Context, e *show.Episode, m *master) waveform {
	pinned := b.show.Lock.Episodes[e.GUID]
	if pinned != nil && pinned.Waveform != "" && pinned.Payload.SHA256 == hex.EncodeToString(m.info.SHA256[:]) {
		return waveform{peaks: pinned.Waveform}
	}
	if !b.show.Waveform || e.Status(b.o.Now) == show.Draft {
		return waveform{}
	}
	if known := audio.KnownWaveform(b.o.Cache, m.info); known != nil {
		return waveform{peaks: known.Peaks()}
	}
	name, ok := m.folder.Path(m.name)
	if !ok {
		return waveform{err: errors.New("it is not a file on a disk")}
	}
	b.o.Trace.Uncertain() // another decoder may give another waveform
	drawn, info, err := audio.MeasureWaveform(ctx, b.o.Cache, name, nil)
	switch {
	case err != nil:
		return waveform{err: err}
	case info.SHA256 != m.info.SHA256:
		return waveform{err: errors.New("the file changed while it was measured")}
	}
	return waveform{peaks: drawn.Peaks()}
}

// addWaveform adds the drawing for a live episode's page. It needs only the pin, not the
// audio.
func (b *builder) addWaveform(e *Episode) {
	if !b.show.Waveform || e.Pin.Waveform == "" {
		return
	}
	var out bytes.Buffer
	err := audio.DrawPeaks(&out, e.Pin.Waveform)
	if err == nil {
		e.waveform, err = b.addNew(RoleWaveform, hashedKey("assets/waveform", ".svg"), inMemory(out.Bytes()))
	}
	if err != nil {
		b.findings.Add(ruleWaveform.At(e.At("audio"), "no waveform can be drawn: %v", err))
		return
	}
	e.waveform.Episode = e.Slug
}

// checkWaveforms reports why episodes have no waveform. It reports a missing ffmpeg, and
// audio that is not on this machine, once for the whole show.
func (b *builder) checkWaveforms() {
	if !b.show.Waveform {
		return
	}
	noFFmpeg, noAudio := 0, 0
	for _, e := range b.release.Episodes {
		err := b.masters[e.Audio].waveform.err
		switch {
		case e.Status == show.Draft || e.Pin.Payload.Bytes == 0 || e.Pin.Waveform != "":
		case errors.Is(err, audio.ErrNoFFmpeg):
			noFFmpeg++
		case err != nil:
			b.findings.Add(ruleWaveform.At(finding.Position{File: e.Audio}, "no waveform can be drawn: %v", err))
		case e.master == nil:
			noAudio++
		}
	}
	at := b.show.At("waveform")
	if noFFmpeg > 0 {
		b.findings.Add(ruleWaveform.At(at, "episodes without a waveform: %d; %v", noFFmpeg, audio.ErrNoFFmpeg).WithHint(audio.ErrNoFFmpeg.Hint()))
	}
	if noAudio > 0 {
		b.findings.Add(ruleWaveform.At(at, "episodes without a waveform: %d; their audio is not in the folder and onair.lock has no waveform", noAudio).WithHint("run onair lock on the machine that has the audio, and commit onair.lock"))
	}
}
