package show

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"onair/internal/finding"
)

// LockFile is the name of the lock in a show's folder.
const LockFile = "onair.lock"

// waveformDigits is how long a waveform is: 200 columns of two digits.
const waveformDigits = 400

// lockVersion is the version of the format that Format writes.
const lockVersion = 1

// Lock is onair.lock: what must never change by accident, and what a checkout
// without audio needs in order to say exactly what is live.
type Lock struct {
	PodcastGUID string          // podcast:guid; empty until the first publish to a public URL
	Episodes    map[string]*Pin // by episode GUID; never nil
}

// Pin is what the lock holds of one episode.
type Pin struct {
	Slug      string
	Payload   Payload
	Duration  time.Duration
	Bitrate   int       // kbit/s; the mean of a VBR file
	Channels  int       // 1 or 2
	MediaType string    // audio/mpeg, or audio/x-m4a for an untagged master
	TagFormat int       // layout of the ID3 tag; see audio.TagFormat
	Chapters  []Chapter // only when they came from the master's own tag
	Waveform  string    // what audio.Waveform.Peaks says of the payload: hex digits; empty if it was not computed
}

// Payload identifies the audio itself, without any tag.
type Payload struct {
	SHA256 string // 64 hex digits
	CRC32C uint32 // Castagnoli, as cloud storage uses it
	Bytes  int64
}

// Clone returns a copy that shares nothing with l.
func (l *Lock) Clone() *Lock {
	c := &Lock{PodcastGUID: l.PodcastGUID, Episodes: make(map[string]*Pin, len(l.Episodes))}
	for guid, pin := range l.Episodes {
		p := *pin
		p.Chapters = slices.Clone(pin.Chapters)
		c.Episodes[guid] = &p
	}
	return c
}

// Format writes the lock as YAML: the same bytes for the same lock, episodes
// sorted by GUID and a stanza each, so that git merges two branches that each
// publish one. Chapters of a master's tag are a stranger's text: line breaks
// and control characters in them become spaces.
func (l *Lock) Format() []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, "# Written by onair; commit it to git and leave it alone. It pins what must never\n"+
		"# change by accident: who the podcast is, and the audio behind each episode's GUID.\n")
	fmt.Fprintf(&b, "version: %d\n", lockVersion)
	if l.PodcastGUID != "" {
		fmt.Fprintf(&b, "podcast_guid: %s\n", quote(l.PodcastGUID))
	}
	if len(l.Episodes) == 0 {
		return b.Bytes()
	}
	b.WriteString("episodes:\n")
	for _, guid := range slices.Sorted(maps.Keys(l.Episodes)) {
		fmt.Fprintf(&b, "  %s:\n", quote(guid))
		l.Episodes[guid].format(&b)
	}
	return b.Bytes()
}

func (p *Pin) format(b *bytes.Buffer) {
	fmt.Fprintf(b, "    slug: %s\n", quote(p.Slug))
	fmt.Fprintf(b, "    sha256: %s\n", quote(p.Payload.SHA256))
	fmt.Fprintf(b, "    crc32c: \"%08x\"\n", p.Payload.CRC32C)
	fmt.Fprintf(b, "    bytes: %d\n", p.Payload.Bytes)
	fmt.Fprintf(b, "    duration: %s\n", formatSeconds(p.Duration))
	fmt.Fprintf(b, "    bitrate: %d\n", p.Bitrate)
	fmt.Fprintf(b, "    channels: %d\n", p.Channels)
	if s := oneLine(p.MediaType); s != "" {
		fmt.Fprintf(b, "    media_type: %s\n", quote(s))
	}
	fmt.Fprintf(b, "    tag_format: %d\n", p.TagFormat)
	if p.Waveform != "" {
		fmt.Fprintf(b, "    waveform: %s\n", quote(p.Waveform))
	}
	if len(p.Chapters) > 0 {
		b.WriteString("    chapters:\n")
	}
	for _, c := range p.Chapters {
		fmt.Fprintf(b, "      - {start: %s", formatSeconds(c.Start))
		if c.End != 0 {
			fmt.Fprintf(b, ", end: %s", formatSeconds(c.End))
		}
		for _, f := range [...]struct{ key, text string }{{"title", c.Title}, {"url", c.URL}, {"image", c.Image}} {
			if s := oneLine(f.text); s != "" {
				fmt.Fprintf(b, ", %s: %s", f.key, quote(s))
			}
		}
		if c.Hidden {
			b.WriteString(", toc: false")
		}
		b.WriteString("}\n")
	}
}

// ParseLock reads what Format wrote. Nothing in it is guessed: an unknown key,
// a missing or malformed value is an error. The Lock is never nil; it holds
// what could be read.
func ParseLock(data []byte) (*Lock, finding.List) {
	var found finding.List
	l, _ := parseLock(data, &found)
	found.Sort()
	return l, found
}

// parseLock also returns where each episode's stanza begins, by GUID.
func parseLock(data []byte, found *finding.List) (*Lock, map[string]finding.Position) {
	l := &Lock{Episodes: map[string]*Pin{}}
	places := map[string]finding.Position{}
	text, ok := cleanText(LockFile, data, maxLock, found)
	if !ok {
		return l, places
	}
	root, broken := parseYAML(LockFile, text, 0, found)
	if root == nil {
		if !broken {
			found.Add(ruleLock.At(finding.Position{File: LockFile}, "the lock is empty").WithHint("restore it from git"))
		}
		return l, places
	}
	d := &decoder{found: found, places: map[string]finding.Position{}}
	version := 0
	value{d, root, ""}.fields(fields{
		"version":      integer(&version, 1, 1<<30),
		"podcast_guid": limited(&l.PodcastGUID, 36),
		"episodes": func(v value) {
			v.pairs(func(key, v value) {
				guid := key.node.text
				if !validGUID(guid) {
					key.reportf(ruleLock, "", "%s cannot be a GUID", shortQuote(guid))
					return
				}
				places[guid] = key.node.pos
				l.Episodes[guid] = pin(v)
			})
		},
	})
	if version != lockVersion {
		found.Add(ruleLock.At(place(d.places, "version", LockFile), "the lock has format version %d; this onair reads %d", version, lockVersion).WithHint("upgrade onair, or restore the lock from git"))
	}
	return l, places
}

// pinFields are the fields that every pin has.
var pinFields = []string{"slug", "sha256", "crc32c", "bytes", "duration"}

// pin reads one episode's stanza.
func pin(v value) *Pin {
	p := &Pin{}
	before := v.count
	v.fields(fields{
		"slug":       slugField(&p.Slug),
		"sha256":     hexField(64, func(s string) { p.Payload.SHA256 = s }),
		"crc32c":     hexField(8, func(s string) { n, _ := strconv.ParseUint(s, 16, 32); p.Payload.CRC32C = uint32(n) }),
		"bytes":      func(v value) { n := 0; integer(&n, 1, 1<<40)(v); p.Payload.Bytes = int64(n) },
		"duration":   seconds(&p.Duration),
		"bitrate":    integer(&p.Bitrate, 0, 1<<20),
		"channels":   integer(&p.Channels, 0, 255),
		"media_type": line(&p.MediaType),
		"tag_format": integer(&p.TagFormat, 0, 1<<20),
		"waveform":   hexField(waveformDigits, func(s string) { p.Waveform = s }),
		"chapters": func(v value) {
			v.each(func(v value) { p.Chapters = append(p.Chapters, pinnedChapter(v)) })
		},
	}, pinFields...)
	for _, field := range pinFields {
		if !v.has(field) && v.count == before {
			v.reportf(ruleLock, "restore it from git", "the pin has no %s", field)
		}
	}
	return p
}

func pinnedChapter(v value) Chapter {
	var c Chapter
	visible := true
	v.fields(fields{
		"start": seconds(&c.Start),
		"end":   seconds(&c.End),
		"title": line(&c.Title),
		"url":   line(&c.URL),
		"image": line(&c.Image),
		"toc":   boolean(&visible),
	})
	c.Hidden = !visible
	return c
}

// hexField passes on a string of n lower-case hex digits.
func hexField(n int, set func(string)) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if _, err := hex.DecodeString(s); err != nil || len(s) != n || s != strings.ToLower(s) {
			v.reportf(ruleLock, "restore it from git", "%s is %s; expected %d hex digits", v.name(), shortQuote(s), n)
			return
		}
		set(s)
	}
}
