package audio

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"onair/audio/mp4"
	"onair/internal/durable"
)

// copyBytes is the size of the pieces in which a payload is copied. It is large enough
// for the kernel to copy at full speed, and small enough for writing and verifying to
// overlap.
const copyBytes = 8 << 20

// DropAll is a value of TagFileOptions.Drop. It names all frames that belong to no
// field of Tag, and everything else that cannot be kept.
const DropAll = "all"

// Junk is a value of TagFileOptions.Drop. It names bytes of the old tag that are
// neither a frame nor padding.
const Junk = "junk"

// TagFileOptions are options of TagFile. Nil means the zero value.
type TagFileOptions struct {
	Out  string   // path of the new file; if empty, the new file replaces the old one
	Drop []string // IDs of frames to leave out if they belong to no field of Tag or cannot be kept; also Junk or DropAll
}

// Tagging describes what TagFile did.
type Tagging struct {
	Tag      *Tag
	Info     *Info    // facts of the old file, without checksums
	TagBytes int64    // length of the new tag
	Written  bool     // false if the file already had the new bytes
	Fields   []string // fields that differ from the old tag: title, artist, …, chapters, cover, table of contents
	Removed  []string // entries of Fields that the new tag lacks
	Kept     []string // IDs of frames that belong to no field of Tag
	Dropped  []string // IDs of frames that were left out because Drop names them
	LeftOut  []string // left out in any case: tags after the audio, and frames that repeat a field or a text
}

// TagFile replaces the tag of an MP3. edit gets the fields of the old tag, or an empty
// Tag if there is none, with the measured duration, and changes them. If edit fails,
// nothing is written.
//
// Fields that edit does not change keep their frames, including content that a Tag
// cannot hold. Frames that belong to no field are kept. Frames of ID3v2.2 and 2.4 are
// converted. Frames of 2.3 are copied byte for byte, unless other readers would decode
// them differently. If a frame cannot be converted and o.Drop does not name it, the
// error is a *LostFramesError.
//
// The new file replaces the old one as a whole, by durable.Existing, after its payload
// has been read back and compared. A file that already has the new bytes is not
// written. It is an error if the audio does not begin where the old tag ends, because
// then the size in the tag is wrong.
func TagFile(name string, edit func(*Tag) error, o *TagFileOptions) (*Tagging, error) {
	if o == nil {
		o = &TagFileOptions{}
	}
	source, err := durable.OpenExisting(name)
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

// planTagging reads the file and returns its new tag, encoded.
func planTagging(r io.ReaderAt, size int64, edit func(*Tag) error, drop []string) (*Tagging, []byte, error) {
	info, err := locate(r, size)
	if err != nil {
		return nil, nil, err
	}
	if info.MediaType == M4A {
		if _, err := mp4.Read(r, size); err != nil { // it may be an MP3 or a video
			return nil, nil, err
		}
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
	// A kept frame may contain MPEG frames, which readers take for audio.
	if _, _, err := skipLeadingTags(bytes.NewReader(new.bytes), int64(len(new.bytes))); err != nil {
		return nil, nil, fmt.Errorf("the new tag could not be read: %w", err)
	}
	t.Tag, t.Fields, t.Removed, t.Kept, t.Dropped, t.TagBytes = new.tag, new.fields, new.removed, new.kept, new.dropped, int64(len(new.bytes))
	return t, new.bytes, nil
}

// checkTagEnd returns an error if the audio does not begin where the old tag ends. If
// the size in the tag is too small, the end of the tag precedes the audio. Zeros count
// as padding.
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
	return fmt.Errorf("byte %d: the ID3 tag ends here and no audio begins; the first MPEG frame is at byte %d, so the tag has a wrong size", i.TagBytes, i.PayloadStart)
}

// openTarget opens the file at TagFileOptions.Out. It returns nil if the file does not
// exist.
func openTarget(name string, source *durable.Existing) (*durable.Existing, error) {
	target, err := durable.OpenExisting(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && os.SameFile(target.Info(), source.Info()) {
		_ = target.Close()
		return nil, fmt.Errorf("%s is the input file", name)
	}
	return target, err
}

// create starts the new file. If it replaces no file, it gets the mode of the tagged
// file, less the umask.
func create(target *durable.Existing, name string, mode fs.FileMode) (*durable.File, error) {
	if target == nil {
		return durable.CreateFile(name, mode.Perm())
	}
	return target.Replace()
}

// isWrittenTo reports whether the target already has the new bytes.
func (t *Tagging) isWrittenTo(target *durable.Existing, tag []byte, source io.ReaderAt) (bool, error) {
	if target == nil || target.Info().Size() != t.TagBytes+t.Info.PayloadBytes() {
		return false, nil
	}
	head, err := readRange(target, 0, t.TagBytes)
	if err != nil || !bytes.Equal(head, tag) {
		return false, err
	}
	return t.comparePayload(target, source, 0, t.Info.PayloadBytes())
}

// comparePayload reports whether n bytes of the payload are the same in a file with the
// new tag and in the old file. from is the offset of these bytes in the payload.
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

// write writes the tag and has the kernel copy the payload. Each piece is read back
// while the next ones are being copied.
func (t *Tagging) write(f *durable.File, tag []byte, source *os.File) error {
	if _, err := f.Write(tag); err != nil {
		return err
	}
	if _, err := source.Seek(t.Info.PayloadStart, io.SeekStart); err != nil {
		return err
	}
	copied := make(chan int64, 8)
	verified := make(chan error, 1)
	go func() { verified <- t.verifyCopy(f, source, copied) }()
	var err error
	for remaining := t.Info.PayloadBytes(); remaining > 0 && err == nil; {
		var n int64
		n, err = f.ReadFrom(&io.LimitedReader{R: source, N: min(remaining, copyBytes)})
		if n == 0 && err == nil {
			err = io.ErrUnexpectedEOF
		}
		copied <- n
		remaining -= n
	}
	close(copied)
	return cmp.Or(err, <-verified)
}

// verifyCopy reads back the copied pieces, whose lengths it receives from copied, and
// compares them to the payload of the old file.
func (t *Tagging) verifyCopy(f, source io.ReaderAt, copied <-chan int64) (err error) {
	from := int64(0)
	for n := range copied {
		if err == nil {
			var same bool
			same, err = t.comparePayload(f, source, from, n)
			if err == nil && !same {
				err = fmt.Errorf("the audio changed while it was copied, between its bytes %d and %d; nothing was replaced", from, from+n)
			}
		}
		from += n
	}
	return err
}
