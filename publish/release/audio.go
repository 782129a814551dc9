package release

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"onair/audio"
	"onair/internal/crc32c"
	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/shorten"
	"onair/publish/bucket"
	"onair/show/alternate"
	"onair/show/chapters"
	"onair/show/pins"
	"onair/templates"
	"onair/templates/words"
)

// pieces returns a tag in the pieces in which it is stored: text and chapters, large
// images, cover. It makes the tag again for each use, because the covers of a whole
// catalogue do not fit into memory. Audio without a tag has no pieces.
type pieces func() ([]audio.Part, error)

// episodeTag is the tag of an episode, with facts about the tag.
type episodeTag struct {
	pieces pieces // nil if the tag cannot be made
	facts  tagFacts
	err    error        // why the tag cannot be encoded
	found  finding.List // problems of its content
}

// tagFacts are the cached facts of an encoded tag.
type tagFacts struct {
	Whole  bucket.Sums   `json:"whole"`
	Pieces []bucket.Sums `json:"pieces,omitempty"` // nil unless masters are kept
	Clean  bool          `json:"clean,omitempty"`  // CheckTag finds nothing
	CRC32C uint32        `json:"crc32c"`           // checksum of the tag followed by the payload
}

var tagFunc = derive.Func{Name: "tags", Version: 1}

// makeTag makes the tag of an episode. It may be called for several episodes at the same
// time.
func (b *builder) makeTag(e *Episode) *episodeTag {
	if e.Pin.MediaType != audio.MP3 {
		return &episodeTag{
			pieces: func() ([]audio.Part, error) { return nil, nil },
			facts:  tagFacts{Whole: sumsOf(), CRC32C: e.Pin.Payload.CRC32C},
		}
	}
	tag := &episodeTag{}
	if e.Pin.TagFormat != audio.TagFormat {
		tag.found.Add(ruleTagFormat.At(e.At("title"), "onair.lock pins tag format %d; this onair writes %d", e.Pin.TagFormat, audio.TagFormat))
		return tag
	}
	build := func() (*audio.Tag, error) { return audio.EpisodeTag(b.show, e.Episode, e.Pin.Duration, b.picture) }
	t, err := build()
	if image := (*imageError)(nil); errors.As(err, &image) {
		return tag
	} else if err != nil {
		tag.found.Add(ruleTag.At(e.At("title"), "make the tag: %v", err))
		return tag
	}
	tag.pieces = func() ([]audio.Part, error) {
		t, err := build()
		if err != nil {
			return nil, err
		}
		return t.Parts()
	}
	if tag.facts, tag.err = b.tagFacts(e, t); tag.err != nil || !tag.facts.Clean && !e.alternate {
		tag.found = append(tag.found, audio.CheckTag(t, e.At("title"))...)
	}
	if e.master != nil {
		at := finding.Position{File: e.Audio}
		tag.found = append(tag.found, audio.CheckOldTags(e.master.tag, e.master.info.TrailingTags, t, at)...)
	}
	return tag
}

// tagFacts returns the facts of an episode's tag. It encodes the tag unless the cache has
// the facts of an equal tag.
func (b *builder) tagFacts(e *Episode, t *audio.Tag) (tagFacts, error) {
	compute := func() (facts tagFacts, err error) {
		cut, err := t.Parts()
		if err != nil {
			return tagFacts{}, err
		}
		facts.Whole = sumsOf(slices.Concat(cut...)...)
		facts.CRC32C = crc32c.Join(facts.Whole.CRC32C, e.Pin.Payload.CRC32C, e.Pin.Payload.Bytes)
		if b.show.KeepMasters {
			for _, piece := range cut {
				facts.Pieces = append(facts.Pieces, sumsOf(piece...))
			}
		}
		facts.Clean = len(audio.CheckTag(t, finding.Position{})) == 0
		return facts, nil
	}
	// Pictures are identified by their digests: their data would be most of the input.
	inputs := *t
	pictures := []string{b.digest(inputs.Artwork)}
	inputs.Artwork, inputs.Chapters = nil, slices.Clone(t.Chapters)
	for i, c := range inputs.Chapters {
		inputs.Chapters[i].Image = nil
		pictures = append(pictures, b.digest(c.Image))
	}
	key, err := derive.TryKey(inputs, pictures, b.show.KeepMasters, e.Pin.Payload)
	if err != nil {
		return compute()
	}
	return remember(b, tagFunc, e.stem(), key, compute)
}

// addAlternates measures the audio of an episode in other languages, and adds it to the
// episode's pin.
func (b *builder) addAlternates(e *Episode) {
	pinned := b.show.Lock.Episodes[e.GUID]
	e.Pin.Alternates = nil
	for i := range e.Episode.Alternates {
		a := &e.Episode.Alternates[i]
		pin, master := b.measureAlternate(e, a, pinned.Alternate(a.Language))
		if pin == nil {
			continue
		}
		label := b.labelOf(a.Title, pin)
		if a.Title == "" {
			label = cmp.Or(pin.Title, label)
			pin.Title = label
		}
		e.Pin.Alternates = append(e.Pin.Alternates, *pin)
		of := *e.Episode
		of.Audio, of.Language, of.Title = a.Path, a.Language, e.Title+" · "+label
		of.Chapters = slices.DeleteFunc(slices.Clone(e.Chapters), func(c chapters.Chapter) bool { return c.Start >= pin.Duration })
		e.Alternates = append(e.Alternates, &Alternate{
			Episode: &Episode{Episode: &of, Status: e.Status, Pin: pins.Pin{Slug: e.Slug, Audio: pin.Audio}, alternate: true, master: master},
			Source:  a,
			Label:   label,
			Spoken:  pin.Spoken,
		})
	}
}

// measureAlternate returns the pin of an alternate, and its master if that is on this
// machine. Without the master, the pin is the one in the lock. The pin is nil if there
// is neither, which package show reports, or if measureAlternate reports a finding.
func (b *builder) measureAlternate(e *Episode, a *alternate.Audio, pinned *pins.Alternate) (*pins.Alternate, *master) {
	p := b.masters[a.Path]
	switch {
	case errors.Is(p.err, fs.ErrNotExist) && pinned != nil:
		pin := *pinned
		return &pin, nil
	case errors.Is(p.err, fs.ErrNotExist):
		return nil, nil
	case p.err != nil:
		b.findings.Add(ruleMaster.At(finding.Position{File: a.Path}, "%v", p.err))
		return nil, nil
	}
	b.checkMaster(p.master)
	pin := &pins.Alternate{Language: a.Language, Audio: p.master.pin(), Spoken: p.spoken}
	if pinned == nil {
		return pin, p.master
	}
	if !b.mayReplace(e, p.master, pinned.Payload, pin.Payload) {
		return nil, nil
	}
	pin.TagFormat = pinned.TagFormat
	if (pin.Spoken == "") == (pinned.Spoken == "") {
		pin.Title = pinned.Title
	}
	return pin, p.master
}

// labelOf returns the name by which listeners choose an alternate: its title, or else
// the name of its language. It adds that machine voices speak, if the name is then
// short enough.
func (b *builder) labelOf(title string, pin *pins.Alternate) string {
	primary, _, _ := strings.Cut(pin.Language, "-")
	names := []string{title}
	if title == "" {
		names = []string{templates.LanguageName(pin.Language), templates.LanguageName(primary)}
	}
	suffix := ""
	if pin.Spoken != "" {
		voices, _ := words.For(b.show.Language, nil).Text("machine-voices")
		suffix = " (" + voices + ")"
	}
	for _, name := range names {
		if utf8.RuneCountInString(name+suffix) <= alternate.MaxTitle {
			return name + suffix
		}
	}
	return shorten.Chars(names[0], alternate.MaxTitle)
}

// addAudio adds the tagged audio and its parts. Key, size and checksum follow from the
// tag and the pin, so they are the same on a machine without the audio.
func (b *builder) addAudio(e *Episode, tag *episodeTag) {
	if tag.err != nil { // audio.CheckTag has reported it
		return
	}
	whole := tag.facts.Whole
	tagSum, err := hex.DecodeString(whole.SHA256)
	if err != nil {
		b.findings.Add(ruleTag.At(e.At("title"), "make the tag: %v", err))
		return
	}
	payloadSum, err := hex.DecodeString(e.Pin.Payload.SHA256)
	if err != nil || len(payloadSum) != sha256.Size {
		b.findings.Add(ruleDigest.At(finding.Position{File: pins.File}, "the payload's sha256 of %s is not 64 hex digits", e.Slug))
		return
	}
	sum := sha256.Sum256(slices.Concat(tagSum, payloadSum))
	o := &Object{
		Role:    RoleAudio,
		Episode: e.Slug,
		SHA256:  hex.EncodeToString(sum[:]),
		Object: bucket.Object{
			Key:    "audio/" + e.stem() + "-" + hex.EncodeToString(sum[:8]) + AudioExt(e.Pin.MediaType),
			Size:   whole.Size + e.Pin.Payload.Bytes,
			CRC32C: tag.facts.CRC32C,
		},
	}
	o.Metadata = map[string]string{
		bucket.MetaSHA256:      o.SHA256,
		"onair-tag-bytes":      fmt.Sprint(whole.Size),
		"onair-payload-sha256": e.Pin.Payload.SHA256,
	}
	if m := e.master; m != nil {
		o.Body = func() (io.ReadCloser, error) {
			cut, err := tag.pieces()
			if err != nil {
				return nil, err
			}
			return m.tagged(cut)
		}
	} else {
		o.Missing = e.Audio
	}
	if b.show.KeepMasters {
		for i, piece := range tag.facts.Pieces {
			o.Parts = append(o.Parts, b.addPiece(e, piece, func(w io.Writer) error {
				cut, err := tag.pieces()
				if err != nil {
					return err
				}
				if i >= len(cut) {
					return fmt.Errorf("the tag of %s has changed", e.Slug)
				}
				_, err = w.Write(bytes.Join(cut[i], nil))
				return err
			}))
		}
		o.Parts = append(o.Parts, b.addPayload(e))
	}
	e.Enclosure = b.add(o)
}

// AudioExt returns the extension of audio with a media type, for file names and keys.
func AudioExt(mediaType string) string {
	if mediaType == audio.MP3 {
		return ".mp3"
	}
	return ".m4a"
}

// ContentSum returns the SHA-256 that identifies an object's content in its key. For
// tagged audio it is the SHA-256 of the two digests of tag and payload, for other
// objects the SHA-256 of the bytes. Audio that is shorter than its tag claims counts as
// a tag without a payload.
func ContentSum(key string, body io.Reader) (string, error) {
	tag, rest := sha256.New(), sha256.New()
	if !strings.HasPrefix(key, "audio/") {
		_, err := io.Copy(rest, body)
		return hex.EncodeToString(rest.Sum(nil)), err
	}
	buffered := bufio.NewReader(body)
	head, err := buffered.Peek(audio.TagHeaderBytes)
	if err == nil {
		_, err = io.CopyN(tag, buffered, audio.TagBytes(head))
	}
	if err != nil && err != io.EOF {
		return "", err
	}
	_, err = io.Copy(rest, buffered)
	sum := sha256.Sum256(slices.Concat(tag.Sum(nil), rest.Sum(nil)))
	return hex.EncodeToString(sum[:]), err
}

// addPiece adds a piece of a tag to the parts.
func (b *builder) addPiece(e *Episode, s bucket.Sums, from source) *Object {
	o := b.object(RolePart, s, from)
	o.Episode = e.Slug
	return b.addPart(o)
}

// addPayload adds an episode's payload to the parts and returns the part, or nil if
// masters are not kept. The part has no Body if the audio is not on this machine.
func (b *builder) addPayload(e *Episode) *Object {
	if !b.show.KeepMasters || e.Pin.Payload.Bytes == 0 {
		return nil
	}
	o := &Object{
		Role:    RolePart,
		Episode: e.Slug,
		SHA256:  e.Pin.Payload.SHA256,
		Missing: e.Audio,
		Object:  bucket.Object{Size: e.Pin.Payload.Bytes, CRC32C: e.Pin.Payload.CRC32C},
	}
	if m := e.master; m != nil {
		o.Missing = ""
		o.Body = func() (io.ReadCloser, error) { return m.tagged(nil) }
	}
	return b.addPart(o)
}

// addPart adds an object to the parts, with its SHA-256 at the end of the key. Episodes
// share equal parts, such as the show's artwork.
func (b *builder) addPart(o *Object) *Object {
	o.Key = bucket.PartsPrefix + o.SHA256
	o.Class = Immutable
	o.Headers = bucket.Headers{
		ContentType:  "application/octet-stream",
		CacheControl: "private, no-store",
		Metadata:     map[string]string{bucket.MetaSHA256: o.SHA256},
	}
	if known, ok := b.parts[o.Key]; ok && (known.Body != nil || o.Body == nil) {
		return known
	}
	b.parts[o.Key] = o
	return o
}
