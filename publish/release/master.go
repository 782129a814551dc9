package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"onair/audio"
	"onair/audio/mpeg"
	"onair/internal/derive"
	"onair/internal/durable"
	"onair/internal/finding"
	"onair/internal/shell"
	"onair/show"
	"onair/show/pins"
)

// master is an audio file on this machine and what probing it found.
type master struct {
	folder show.Folder
	name   string
	info   *audio.Info
	tag    *audio.Tag // tag of the file, without the data of pictures; nil if it has none
	spoken string     // digest of the text that machine voices spoke; empty if people speak
}

// probed is the cached result of probing a master.
type probed struct {
	Info   *audio.Info
	Tag    *audio.Tag
	Spoken string
}

var probeFunc = derive.Func{Name: "audio-probe", Version: 2}

// open opens the master for reading: onair never writes to a master. The size is the
// present size of the file.
func (m *master) open() (readerAtCloser, int64, error) {
	f, info, err := durable.OpenRegularBy(m.folder.Stat, m.folder.Open, m.name)
	if err != nil {
		return nil, 0, err
	}
	at, ok := f.(readerAtCloser)
	if !ok {
		f.Close()
		return nil, 0, fmt.Errorf("%s: cannot be read at an offset", m.name)
	}
	return at, info.Size(), nil
}

type readerAtCloser interface {
	io.ReaderAt
	io.Closer
}

// probe measures the master, unless the cache knows it.
func (m *master) probe(cache *derive.Cache) error {
	name, onDisk := m.folder.Path(m.name)
	state, err := m.folder.Stat(m.name)
	if onDisk = onDisk && err == nil && state.Mode().IsRegular(); onDisk {
		if known, ok := derive.KnownOf[probed](cache, probeFunc, name, derive.StateOf(state)); ok {
			m.info, m.tag, m.spoken = known.Info, known.Tag, known.Spoken
			return nil
		}
	}
	file, size, err := m.open()
	if err != nil {
		return err
	}
	defer file.Close()
	measure := func() (probed, error) {
		info, err := audio.Probe(file, size)
		if err != nil {
			return probed{}, err
		}
		tag, err := audio.ReadTag(file, size)
		if err != nil {
			info.Warnings = append(info.Warnings, err.Error())
		}
		dropPictures(tag)
		head := make([]byte, min(mpeg.MaxFrameBytes, info.PayloadBytes()))
		if _, err := file.ReadAt(head, info.PayloadStart); err != nil && err != io.EOF {
			return probed{}, err
		}
		return probed{info, tag, mpeg.SpokenText(head)}, nil
	}
	found := probed{}
	if onDisk {
		found, err = derive.ValueOf(cache, probeFunc, name, derive.StateOf(state), measure)
	} else {
		found, err = measure()
	}
	m.info, m.tag, m.spoken = found.Info, found.Tag, found.Spoken
	return err
}

// dropPictures drops the data of pictures in the tag, which are megabytes and not
// needed. It keeps the other facts about the chapters' images.
func dropPictures(tag *audio.Tag) {
	if tag == nil {
		return
	}
	tag.Artwork = nil
	for i := range tag.Chapters {
		if p := tag.Chapters[i].Image; p != nil {
			tag.Chapters[i].Image = &audio.Picture{MediaType: p.MediaType, Width: p.Width, Height: p.Height, Color: p.Color}
		}
	}
}

// tagged opens the parts of a tag followed by the master's payload.
func (m *master) tagged(tag []audio.Part) (io.ReadCloser, error) {
	file, _, err := m.open()
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{audio.Tagged(tag, file, m.info), file}, nil
}

// pin returns the facts of the master for the lock.
func (m *master) pin() pins.Audio {
	return pins.Audio{
		Payload: pins.Payload{
			SHA256: hex.EncodeToString(m.info.SHA256[:]),
			CRC32C: m.info.CRC32C,
			Bytes:  m.info.PayloadBytes(),
		},
		Duration:  m.info.Duration,
		Bitrate:   m.info.Bitrate,
		Channels:  m.info.Channels,
		MediaType: m.info.MediaType,
		TagFormat: audio.TagFormat,
	}
}

// probing is a master with the result of probing it.
type probing struct {
	*master
	err      error // why the master could not be probed
	waveform waveform
}

// maxProbes is the largest number of masters that are read at once; more would only make
// a disk seek.
const maxProbes = 4

// probeMasters probes the masters of all episodes, several at a time: to hash an hour
// of audio keeps one processor busy. The error is that of ctx; measure reports what is
// wrong with a master.
func (b *builder) probeMasters(ctx context.Context) error {
	b.masters = map[string]*probing{}
	var group errgroup.Group
	group.SetLimit(min(maxProbes, runtime.GOMAXPROCS(0)))
	probe := func(name string, then func(*probing)) {
		p := &probing{master: &master{folder: b.show.Folder, name: name}}
		b.masters[name] = p
		group.Go(func() error {
			if ctx.Err() == nil {
				p.err = p.probe(b.o.Cache)
				then(p)
			}
			return nil
		})
	}
	var mu sync.Mutex
	done := 0
	for _, e := range b.show.Episodes {
		if e.Enclosure.URL != "" {
			continue
		}
		probe(e.Audio, func(p *probing) {
			if p.err == nil {
				p.waveform = b.waveformOf(ctx, e, p.master)
			}
			mu.Lock()
			defer mu.Unlock()
			if done++; b.o.Progress != nil {
				b.o.Progress(done, len(b.show.Episodes))
			}
		})
		for _, a := range e.Alternates {
			probe(a.Path, func(*probing) {})
		}
	}
	_ = group.Wait()
	return ctx.Err()
}

// otherSound returns the first file with sound in an episode's folder, whose own audio is
// missing; empty if there is none.
func (b *builder) otherSound(e *Episode) string {
	entries, _ := fs.ReadDir(b.show.Folder.FS, e.Dir)
	for _, entry := range entries {
		if audio.HasSound(entry.Name()) {
			return path.Join(e.Dir, entry.Name())
		}
	}
	return ""
}

// measure sets the pin of an episode: from the master if that is on this machine, and
// from the lock otherwise. It returns true if the episode has a pin or is a draft. If it
// returns false, it has reported why.
func (b *builder) measure(e *Episode) bool {
	pinned := b.show.Lock.Episodes[e.GUID]
	p := b.masters[e.Audio]
	m, err := p.master, p.err
	switch {
	case err == nil:
		e.master = m
		b.checkMaster(m)
	case !errors.Is(err, fs.ErrNotExist):
		b.findings.Add(ruleMaster.At(finding.Position{File: e.Audio}, "%v", err))
		return false
	case pinned != nil:
		e.Pin = *pinned
		return true
	case e.Status == show.Draft:
		return true
	default:
		hint := "put the master at " + e.Audio + ", or publish from the machine that has it; onair pull gets masters that were published"
		if other := b.otherSound(e); other != "" {
			hint = "there is " + other + "; name it in audio: if it is an MP3, or see onair audio probe " + shell.Quote(other)
		}
		missing := ruleNoAudio.At(e.At("audio"), "the audio is missing: there is no file %s, and onair.lock does not pin it", e.Audio).WithHint(hint)
		e.Waiting = e.Status == show.Live && b.o.MayWait
		if e.Status == show.Scheduled || e.Waiting { // the other episodes are published without it
			missing = missing.WithSeverity(finding.Warning)
		}
		b.findings.Add(missing)
		return false
	}
	e.Pin = pins.Pin{Slug: e.Slug, Audio: m.pin()}
	e.Pin.Waveform = p.waveform.peaks
	if pinned == nil || pinned.Payload != e.Pin.Payload {
		b.adoptChapters(e)
	} else {
		e.Pin.Chapters = pinned.Chapters
	}
	if pinned == nil {
		return true
	}
	if !b.mayReplace(e, m, pinned.Payload, e.Pin.Payload) {
		return false
	}
	e.Pin.TagFormat = pinned.TagFormat
	return true
}

// mayReplace reports whether a master of an episode with the given payload may be
// published where the lock pins another. If not, it adds a finding.
func (b *builder) mayReplace(e *Episode, m *master, pinned, payload pins.Payload) bool {
	if pinned == payload || e.Status == show.Draft || slices.Contains(b.o.ReplaceAudio, e.Slug) {
		return true
	}
	b.findings.Add(otherAudio(e.Slug, m, pinned))
	return false
}

// otherAudio reports that a master is not the audio that was published. Older versions
// of onair did not publish the first MPEG frame if the ID3 tag before it claimed too
// many bytes, and published a tag at the end if zeros followed it.
func otherAudio(slug string, m *master, pinned pins.Payload) finding.Finding {
	f := ruleOtherAudio.At(finding.Position{File: m.name}, "the audio is not the one that was published (onair.lock pins %d bytes, sha256 %.12s…)", pinned.Bytes, pinned.SHA256).
		WithHint("to replace it for every listener: --replace-audio " + slug)
	switch missing := m.info.PayloadBytes() - pinned.Bytes; {
	case missing > 0 && m.has(m.info.PayloadStart+missing, pinned):
		f.Message = fmt.Sprintf("an older version of onair published the audio without its first MPEG frame of %d bytes, because the ID3 tag before it claims too much", missing)
		f = f.WithHint("to publish all of it, for every listener: --replace-audio " + slug)
	case missing < 0 && m.has(m.info.PayloadStart, pinned):
		f.Message = fmt.Sprintf("an older version of onair published the audio with %d bytes of an old tag at its end", -missing)
		f = f.WithHint("to publish it without them, for every listener: --replace-audio " + slug)
	}
	return f
}

// has reports whether the bytes of a payload are in the file of the master, at the
// given offset.
func (m *master) has(offset int64, payload pins.Payload) bool {
	file, size, err := m.open()
	if err != nil {
		return false
	}
	defer file.Close()
	if payload.Bytes <= 0 || payload.Bytes > size-offset {
		return false
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(file, offset, payload.Bytes)); err != nil {
		return false
	}
	return hex.EncodeToString(sum.Sum(nil)) == payload.SHA256
}

// checkMaster reports problems of a master's frames, and of its sound if that was
// measured before.
func (b *builder) checkMaster(m *master) {
	at := finding.Position{File: m.name}
	found := audio.CheckMaster(m.info, at)
	if m.spoken != "" { // the engine chose the sample rate and bitrate
		found = slices.DeleteFunc(found, func(f finding.Finding) bool { return f.Severity != finding.Error })
	}
	b.findings = append(b.findings, found...)
	if sound := audio.KnownLoudness(b.o.Cache, m.info); sound != nil {
		b.findings = append(b.findings, audio.CheckLoudness(sound, m.info.Channels, at)...)
	}
}

// checkSameAudio reports episodes that have the same audio as another episode.
func (b *builder) checkSameAudio(episodes []*Episode) {
	first := map[string]*Episode{}
	for _, e := range slices.Backward(episodes) { // the older episode comes first
		for _, r := range e.Recordings() {
			sum := r.Pin.Payload.SHA256
			if other := first[sum]; other != nil && sum != "" {
				b.findings.Add(ruleSameAudio.At(e.At("audio"), "the audio is that of %s", other.stem()))
				continue
			}
			first[sum] = r
		}
	}
}

// adoptChapters gives an episode the chapters of its master's own tag, unless the
// episode's files have chapters. It adds them to the pin too, for machines without the
// audio.
func (b *builder) adoptChapters(e *Episode) {
	if e.OwnChapters {
		return
	}
	at, duration := finding.Position{File: e.Audio}, e.master.info.Duration
	chapters, found := e.master.tag.ShowChapters(duration, at)
	wrong := append(slices.Clone(found), audio.CheckChapters(chapters, duration, at)...)
	if i := slices.IndexFunc(wrong, func(f finding.Finding) bool { return f.Severity == finding.Error }); i >= 0 {
		b.findings.Add(ruleOwnChapters.At(at, "the chapters of the master's own tag are left out: %s", wrong[i].Message))
		chapters, found = nil, nil
	}
	b.findings = append(b.findings, found...)
	adopted := *e.Episode // the show stays as it was read
	adopted.Chapters = chapters
	e.Episode, e.Pin.Chapters = &adopted, chapters
}

// pin writes the episode into the release's lock once listeners may depend on
// it. A private target pins nothing, and a draft may change freely.
func (b *builder) pin(e *Episode) {
	if b.show.Private || e.Status == show.Draft || e.GUID == "" {
		return
	}
	p := e.Pin
	b.release.Lock.Episodes[e.GUID] = &p
}
