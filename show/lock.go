package show

import "time"

// LockFile is the name of the lock in a show's folder.
const LockFile = "onair.lock"

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
	Waveform  string    // digest of the waveform drawn from the payload; optional
}

// Payload identifies the audio itself, without any tag.
type Payload struct {
	SHA256 string // 64 hex digits
	CRC32C uint32 // Castagnoli, as cloud storage uses it
	Bytes  int64
}
