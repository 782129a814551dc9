package audio

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"onair/internal/durable"
)

// copyBytes is how much is copied at a time: enough to keep the kernel busy, and
// to have the disk and the proof begin early.
const copyBytes = 8 << 20

// DropAll names every frame that Tag has no field for, and whatever else of an
// old tag cannot be kept.
const DropAll = "all"

// Junk names bytes of an old tag that are neither frames nor padding.
const Junk = "junk"

// TagFileOptions say where the tag goes, and what may be lost. Nil means in
// place, and nothing.
type TagFileOptions struct {
	Out  string   // path of the file to write; empty: the tagged file itself
	Drop []string // ids of the frames without a field in Tag that are left out, or DropAll
}

// Tagging is what TagFile did.
type Tagging struct {
	Tag      *Tag
	Info     *Info    // of the file as it was, without the sums
	TagBytes int64    // length of the new tag
	Written  bool     // false: the bytes were there already
	Fields   []string // that differ from the old tag: title, artist, …, chapters, cover, table of contents
	Removed  []string // those of Fields that the new tag does not have
	Kept     []string // ids of frames that Tag has no field for, carried over as they were
	Dropped  []string // ids of those that Drop named
	LeftOut  []string // tags behind the audio and what later ones of several tags repeat
}

// TagFile gives an MP3 a new tag: the old one, edited, with the duration that
// the frames of the audio add up to. edit gets the fields of the old tag, all
// empty where there was none, and that duration; its error ends it all before
// anything is written.
//
// What edit leaves as it is stays as it is, also what a frame says beyond Tag;
// frames that Tag has no field for are kept. Those of an ID3v2.3 tag are carried
// over byte for byte, those of 2.2 and 2.4 in the form that 2.3 has for them;
// where it has none, and Drop does not name them, the error is a
// *LostFramesError.
//
// The new file appears whole or not at all, under a name that is a link, or
// another file's, only as durable.Original says. Its payload has been read back
// and is that of the old file. A file that has these bytes already is not
// touched. Nothing is written where the audio does not begin right behind the
// old tag, which then claims a wrong size.
func TagFile(name string, edit func(*Tag) error, o *TagFileOptions) (*Tagging, error) {
	if o == nil {
		o = &TagFileOptions{}
	}
	source, err := durable.OpenOriginal(name)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	t, tag, err := planTagging(source.File, source.Info().Size(), edit, o.Drop)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	target := source
	if o.Out != "" {
		target, err = openTarget(o.Out, source)
		if err != nil {
			return nil, err
		}
		if target != nil {
			defer target.Close()
		}
	}
	same, err := t.isWrittenTo(target, tag, source)
	if same || err != nil {
		return t, err
	}
	f, err := create(target, o.Out, source.Info().Mode())
	if err != nil {
		return nil, err
	}
	if err := t.write(f, tag, source.File); err != nil {
		f.Abort()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := f.Commit(); err != nil {
		return nil, err
	}
	t.Written = true
	return t, nil
}

// planTagging reads the file and makes its new tag.
func planTagging(r io.ReaderAt, size int64, edit func(*Tag) error, drop []string) (*Tagging, []byte, error) {
	info, err := locate(r, size)
	if err != nil {
		return nil, nil, err
	}
	if info.MediaType == M4A {
		return nil, nil, errors.New("tags are not written to M4A; export as MP3")
	}
	if err := info.checkTagEnd(r); err != nil {
		return nil, nil, err
	}
	if err := info.walk(r, io.Discard); err != nil {
		return nil, nil, err
	}
	old, err := readTags(r, size)
	if err != nil {
		return nil, nil, err
	}
	t := &Tagging{Info: info}
	if old != nil {
		t.LeftOut = old.leftOut
	}
	for _, b := range info.TrailingTags {
		t.LeftOut = append(t.LeftOut, b.Kind+" tag behind the audio")
	}
	new, err := retag(old, info.Duration, edit, drop)
	if err != nil {
		return nil, nil, err
	}
	// A frame that is kept may hold what every reader takes for audio.
	if _, _, err := skipLeadingTags(bytes.NewReader(new.bytes), int64(len(new.bytes))); err != nil {
		return nil, nil, fmt.Errorf("the new tag would not be read again: %w", err)
	}
	t.Tag, t.Fields, t.Removed, t.Kept, t.Dropped, t.TagBytes = new.tag, new.fields, new.removed, new.kept, new.dropped, int64(len(new.bytes))
	return t, new.bytes, nil
}

// adjoins refuses a file whose audio does not begin where its tag ends: a tag
// that claims too little leaves the rest of itself there. Zeros are padding.
func (i *Info) checkTagEnd(r io.ReaderAt) error {
	gap, err := readRange(r, i.TagBytes, i.PayloadStart)
	if err != nil {
		return err
	}
	if len(bytes.Trim(gap, "\x00")) == 0 {
		return nil
	}
	if i.TagBytes == 0 {
		return fmt.Errorf("byte 0: the file begins with %d bytes that are neither a tag nor audio; export it again", len(gap))
	}
	return fmt.Errorf("byte %d: the ID3 tag ends here and no audio begins; the first frame is at byte %d, so the tag claims a wrong size", i.TagBytes, i.PayloadStart)
}

// openTarget opens the file that -o names; nil where there is none yet.
func openTarget(name string, source *durable.Original) (*durable.Original, error) {
	target, err := durable.OpenOriginal(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && os.SameFile(target.Info(), source.Info()) {
		_ = target.Close()
		return nil, fmt.Errorf("%s is the file that is read", name)
	}
	return target, err
}

// create starts the new file. Where there is none yet, it gets the mode of the
// tagged one as far as the umask lets it.
func create(target *durable.Original, name string, mode fs.FileMode) (*durable.File, error) {
	if target == nil {
		return durable.CreateFile(name, mode.Perm())
	}
	return target.Replace()
}

// isIn reports whether a file has the new bytes already.
func (t *Tagging) isWrittenTo(target *durable.Original, tag []byte, source io.ReaderAt) (bool, error) {
	if target == nil || target.Info().Size() != t.TagBytes+t.Info.PayloadBytes() {
		return false, nil
	}
	head, err := readRange(target, 0, t.TagBytes)
	if err != nil || !bytes.Equal(head, tag) {
		return false, err
	}
	return t.comparePayload(target, source, 0, t.Info.PayloadBytes())
}

// comparePayload compares n bytes of the payload, from an offset in it, in a
// file behind the new tag with those in the old file.
func (t *Tagging) comparePayload(tagged, old io.ReaderAt, from, n int64) (same bool, err error) {
	block := min(n, blockBytes)
	a, b := make([]byte, block), make([]byte, block)
	for ; n > 0; n -= block {
		block = min(n, block)
		err := cmp.Or(readFull(a[:block], tagged, t.TagBytes+from), readFull(b[:block], old, t.Info.PayloadStart+from))
		if err != nil {
			return false, err
		}
		if !bytes.Equal(a[:block], b[:block]) {
			return false, nil
		}
		from += block
	}
	return true, nil
}

// write writes the tag and lets the kernel copy the payload. What has been
// copied is read back at once, while the rest is on its way.
func (t *Tagging) write(f *durable.File, tag []byte, source *os.File) error {
	if _, err := f.Write(tag); err != nil {
		return err
	}
	if _, err := source.Seek(t.Info.PayloadStart, io.SeekStart); err != nil {
		return err
	}
	copied := make(chan int64, 8) // the copy need not wait for its proof
	proved := make(chan error, 1)
	go func() { proved <- t.verifyCopy(f, source, copied) }()
	var err error
	for left := t.Info.PayloadBytes(); left > 0 && err == nil; {
		var n int64
		n, err = f.ReadFrom(&io.LimitedReader{R: source, N: min(left, copyBytes)})
		if n == 0 && err == nil {
			err = io.ErrUnexpectedEOF
		}
		copied <- n
		left -= n
	}
	close(copied)
	return cmp.Or(err, <-proved)
}

// prove reads back what was copied, so many bytes at a time, and compares it
// with the old file's payload.
func (t *Tagging) verifyCopy(f, source io.ReaderAt, copied <-chan int64) (err error) {
	from := int64(0)
	for n := range copied {
		if err == nil {
			var same bool
			same, err = t.comparePayload(f, source, from, n)
			if err == nil && !same {
				err = fmt.Errorf("the audio changed on its way to the new file, between its bytes %d and %d; nothing was replaced", from, from+n)
			}
		}
		from += n
	}
	return err
}
