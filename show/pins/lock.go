// Package pins reads and writes onair.lock, which pins what must never change by
// accident: the identity of the podcast, and the audio behind each episode's GUID.
//
//	version: 1
//	podcast_guid: text; absent until an import or the first publish to a public URL
//	episodes:
//	  GUID: a stanza for each episode; see Pin
package pins

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/source"
	"onair/show/chapters"
)

// File is the name of the lock in a show's folder.
const File = "onair.lock"

// waveformDigits is the length of a waveform: 200 columns of two hex digits.
const waveformDigits = 400

// spokenDigits is the length of Alternate.Spoken.
const spokenDigits = 16

// MaxFile limits the size of onair.lock, in bytes.
const MaxFile = 32 << 20

// lockVersion is the version of the format that Format writes.
const lockVersion = 1

// Lock is the content of onair.lock: values that must never change by accident. It has
// all facts about the audio that a release needs, so that a release can be made without
// the audio.
type Lock struct {
	PodcastGUID string          // podcast:guid; empty until an import or the first publish to a public URL
	Episodes    map[string]*Pin // by episode GUID; never nil
}

// Pin is the entry of an episode in the lock.
type Pin struct {
	Slug string
	Audio
	Chapters   []chapters.Chapter // only if they come from the master's tag
	Waveform   string             // audio.Waveform.Peaks of the payload in hex digits; empty if not computed
	Alternates []Alternate        // audio in other languages, in the order of the episode
}

// Audio has the facts of a master.
type Audio struct {
	Payload   Payload
	Duration  time.Duration
	Bitrate   int    // kbit/s; the mean of a VBR file
	Channels  int    // 1 or 2
	MediaType string // audio/mpeg, or audio/x-m4a for an untagged master
	TagFormat int    // layout of the ID3 tag; see audio.TagFormat
}

// Alternate is the audio of an episode in another language.
type Alternate struct {
	Language string // RFC 5646
	Audio
	Title  string // name of the audio in apps; empty if episode.md gives it
	Spoken string // digest of the text that machine voices spoke, 16 hex digits; empty if people speak
}

// Alternate returns the audio in a language; nil if there is none. p may be nil.
func (p *Pin) Alternate(language string) *Alternate {
	if p == nil {
		return nil
	}
	i := slices.IndexFunc(p.Alternates, func(a Alternate) bool { return strings.EqualFold(a.Language, language) })
	if i < 0 {
		return nil
	}
	return &p.Alternates[i]
}

// Payloads returns the payloads of all audio of the episode.
func (p *Pin) Payloads() []Payload {
	all := []Payload{p.Payload}
	for _, a := range p.Alternates {
		all = append(all, a.Payload)
	}
	return all
}

// Payload identifies audio without its tags.
type Payload struct {
	SHA256 string // 64 hex digits
	CRC32C uint32 // Castagnoli, as cloud storage uses it
	Bytes  int64
}

// Clone returns a deep copy.
func (l *Lock) Clone() *Lock {
	c := &Lock{PodcastGUID: l.PodcastGUID, Episodes: make(map[string]*Pin, len(l.Episodes))}
	for guid, pin := range l.Episodes {
		p := *pin
		p.Chapters = slices.Clone(pin.Chapters)
		p.Alternates = slices.Clone(pin.Alternates)
		c.Episodes[guid] = &p
	}
	return c
}

// Format writes the lock as YAML. The same lock gives the same bytes. Each episode has
// its own stanza, sorted by GUID, so that git merges two branches that each publish an
// episode. Chapters of a master's tag are untrusted text: their line breaks and control
// characters become spaces.
func (l *Lock) Format() []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, "# Written by onair; commit it to git and leave it alone. It pins what must never\n"+
		"# change by accident: who the podcast is, and the audio behind each episode's GUID.\n")
	fmt.Fprintf(&b, "version: %d\n", lockVersion)
	if l.PodcastGUID != "" {
		fmt.Fprintf(&b, "podcast_guid: %s\n", source.Quote(l.PodcastGUID))
	}
	if len(l.Episodes) == 0 {
		return b.Bytes()
	}
	b.WriteString("episodes:\n")
	for _, guid := range slices.Sorted(maps.Keys(l.Episodes)) {
		fmt.Fprintf(&b, "  %s:\n", source.Quote(guid))
		l.Episodes[guid].format(&b)
	}
	return b.Bytes()
}

func (p *Pin) format(b *bytes.Buffer) {
	fmt.Fprintf(b, "    slug: %s\n", source.Quote(p.Slug))
	fmt.Fprintf(b, "    sha256: %s\n", source.Quote(p.Payload.SHA256))
	fmt.Fprintf(b, "    crc32c: \"%08x\"\n", p.Payload.CRC32C)
	fmt.Fprintf(b, "    bytes: %d\n", p.Payload.Bytes)
	fmt.Fprintf(b, "    duration: %s\n", source.FormatSeconds(p.Duration))
	fmt.Fprintf(b, "    bitrate: %d\n", p.Bitrate)
	fmt.Fprintf(b, "    channels: %d\n", p.Channels)
	if s := source.OneLine(p.MediaType); s != "" {
		fmt.Fprintf(b, "    media_type: %s\n", source.Quote(s))
	}
	fmt.Fprintf(b, "    tag_format: %d\n", p.TagFormat)
	if p.Waveform != "" {
		fmt.Fprintf(b, "    waveform: %s\n", source.Quote(p.Waveform))
	}
	if len(p.Alternates) > 0 {
		b.WriteString("    alternates:\n")
	}
	for i := range p.Alternates {
		p.Alternates[i].format(b)
	}
	if len(p.Chapters) > 0 {
		b.WriteString("    chapters:\n")
	}
	for _, c := range p.Chapters {
		fmt.Fprintf(b, "      - {start: %s", source.FormatSeconds(c.Start))
		if c.End != 0 {
			fmt.Fprintf(b, ", end: %s", source.FormatSeconds(c.End))
		}
		for _, f := range [...]struct{ key, text string }{{"title", c.Title}, {"url", c.URL}, {"image", c.Image}} {
			if s := source.OneLine(f.text); s != "" {
				fmt.Fprintf(b, ", %s: %s", f.key, source.Quote(s))
			}
		}
		if c.Hidden {
			b.WriteString(", toc: false")
		}
		b.WriteString("}\n")
	}
}

// format writes the audio in a language on one line, so that git can merge branches that
// each add a language.
func (a *Alternate) format(b *bytes.Buffer) {
	fmt.Fprintf(b, "      - {language: %s, sha256: %s, crc32c: \"%08x\", bytes: %d, duration: %s, bitrate: %d, channels: %d",
		source.Quote(a.Language), source.Quote(a.Payload.SHA256), a.Payload.CRC32C, a.Payload.Bytes, source.FormatSeconds(a.Duration), a.Bitrate, a.Channels)
	if s := source.OneLine(a.MediaType); s != "" {
		fmt.Fprintf(b, ", media_type: %s", source.Quote(s))
	}
	fmt.Fprintf(b, ", tag_format: %d", a.TagFormat)
	if s := source.OneLine(a.Title); s != "" {
		fmt.Fprintf(b, ", title: %s", source.Quote(s))
	}
	if a.Spoken != "" {
		fmt.Fprintf(b, ", spoken: %s", source.Quote(a.Spoken))
	}
	b.WriteString("}\n")
}

// Parse parses a lock that Format wrote. Unknown keys, malformed values and the absence
// of required values are errors. The Lock is never nil; it has all values that could be
// read.
func Parse(data []byte) (*Lock, finding.List) {
	var found finding.List
	l, _ := ParsePlaces(data, &found)
	found.Sort()
	return l, found
}

// ParsePlaces is like Parse, but adds the findings to found, and also returns the places
// where the stanzas of the episodes begin, by GUID.
func ParsePlaces(data []byte, found *finding.List) (*Lock, map[string]finding.Position) {
	l := &Lock{Episodes: map[string]*Pin{}}
	places := map[string]finding.Position{}
	text, ok := source.Clean(File, data, MaxFile, found)
	if !ok {
		return l, places
	}
	version := 0
	at := finding.Position{File: File}
	for _, part := range split(text) {
		root, broken := source.ParseYAML(File, part.text, part.line, found)
		if root == nil {
			if !broken {
				found.Add(ruleLock.At(finding.Position{File: File}, "the lock is empty").WithHint("restore it from git"))
			}
			return l, places
		}
		d := &source.Decoder{Found: found, Places: map[string]finding.Position{}}
		d.Value(root, "").Fields(source.Fields{
			"version":      source.Int(&version, 1, 1<<30),
			"podcast_guid": source.Limited(&l.PodcastGUID, 36),
			"episodes": func(v source.Value) {
				v.Pairs(func(key, v source.Value) { l.addPin(key, v, places) })
			},
		})
		if place, ok := d.Places["version"]; ok {
			at = place
		}
	}
	if version != lockVersion {
		found.Add(ruleLock.At(at, "the lock has format version %d; this onair reads %d", version, lockVersion).WithHint("upgrade onair, or restore the lock from git"))
	}
	return l, places
}

// addPin reads the stanza of an episode and adds its pin.
func (l *Lock) addPin(key, v source.Value, places map[string]finding.Position) {
	guid := key.Node.Text
	switch {
	case !source.ValidGUID(guid):
		key.Reportf(ruleLock, "", "%s cannot be a GUID", source.ShortQuote(guid))
	case l.Episodes[guid] != nil:
		key.Reportf(ruleLock, "delete one of them", "%s again; it is on line %d already", source.ShortQuote(guid), places[guid].Line)
	default:
		places[guid] = key.Node.Pos
		l.Episodes[guid] = pin(v)
	}
}

// part is a part of a lock that can be parsed by itself.
type part struct {
	text string
	line int // number of lines before the part
}

// partStanzas is the number of stanzas in a part. Parts are parsed separately because the
// time to parse a map grows with the square of the number of its keys.
const partStanzas = 500

// split splits a lock into parts of at most partStanzas stanzas. It splits only between
// stanzas that are indented as Format indents them.
func split(text string) (parts []part) {
	const head = "episodes:\n"
	_, stanzas, ok := strings.Cut(text, "\n"+head)
	if !ok {
		return []part{{text, 0}}
	}
	start, from, n := len(text)-len(stanzas), 0, 0 // start of the stanzas, start of the current part, and number of its stanzas
	prefix := ""
	line, lines := 0, strings.Count(text[:start], "\n")
	for at := start; at < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		if strings.HasPrefix(text[at:], "  ") && !strings.HasPrefix(text[at:], "   ") {
			if n++; n > partStanzas {
				parts = append(parts, part{prefix + text[from:at], line})
				prefix, from, line, n = head, at, lines-1, 1
			}
		}
		at = end
		lines++
	}
	return append(parts, part{prefix + text[from:], line})
}

// audioFields are the fields that every audio must have.
var audioFields = []string{"sha256", "crc32c", "bytes", "duration"}

// pin reads the stanza of an episode.
func pin(v source.Value) *Pin {
	p := &Pin{}
	fields := p.Audio.fields()
	fields["slug"] = source.Slug(&p.Slug)
	fields["waveform"] = hexField(waveformDigits, func(s string) { p.Waveform = s })
	fields["chapters"] = func(v source.Value) {
		v.Each(func(v source.Value) { p.Chapters = append(p.Chapters, pinnedChapter(v)) })
	}
	fields["alternates"] = func(v source.Value) {
		v.Each(func(v source.Value) { p.Alternates = append(p.Alternates, pinnedAlternate(v)) })
	}
	readPin(v, fields, "slug")
	return p
}

// readPin reads a pin that must have audioFields and the field identity.
func readPin(v source.Value, fields source.Fields, identity string) {
	before, required := v.Count, append([]string{identity}, audioFields...)
	v.Fields(fields, required...)
	for _, field := range required {
		if !v.Has(field) && v.Count == before {
			v.Reportf(ruleLock, "restore it from git", "the pin has no %s", field)
		}
	}
}

// fields returns setters for the facts of a master.
func (a *Audio) fields() source.Fields {
	return source.Fields{
		"sha256":     hexField(64, func(s string) { a.Payload.SHA256 = s }),
		"crc32c":     hexField(8, func(s string) { n, _ := strconv.ParseUint(s, 16, 32); a.Payload.CRC32C = uint32(n) }),
		"bytes":      source.Int(&a.Payload.Bytes, 1, 1<<40),
		"duration":   source.Seconds(&a.Duration),
		"bitrate":    source.Int(&a.Bitrate, 0, 1<<20),
		"channels":   source.Int(&a.Channels, 0, 255),
		"media_type": source.Line(&a.MediaType),
		"tag_format": source.Int(&a.TagFormat, 0, 1<<20),
	}
}

// languageShape matches a language tag, which becomes a part of keys.
var languageShape = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

func pinnedAlternate(v source.Value) Alternate {
	var a Alternate
	fields := a.Audio.fields()
	fields["language"] = func(v source.Value) {
		if s, ok := v.Word(); ok && languageShape.MatchString(s) {
			a.Language = s
		} else if ok {
			v.Reportf(ruleLock, "restore it from git", "%s is not a language code", source.ShortQuote(s))
		}
	}
	fields["title"] = source.Line(&a.Title)
	fields["spoken"] = hexField(spokenDigits, func(s string) { a.Spoken = s })
	readPin(v, fields, "language")
	return a
}

func pinnedChapter(v source.Value) chapters.Chapter {
	var c chapters.Chapter
	visible := true
	v.Fields(source.Fields{
		"start": source.Seconds(&c.Start),
		"end":   source.Seconds(&c.End),
		"title": source.Line(&c.Title),
		"url":   source.Line(&c.URL),
		"image": source.Line(&c.Image),
		"toc":   source.Bool(&visible),
	})
	c.Hidden = !visible
	return c
}

// hexField sets a string of n lower-case hex digits.
func hexField(n int, set func(string)) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if _, err := hex.DecodeString(s); err != nil || len(s) != n || s != strings.ToLower(s) {
			v.Reportf(ruleLock, "restore it from git", "%s is %s; expected %d hex digits", v.Name(), source.ShortQuote(s), n)
			return
		}
		set(s)
	}
}
