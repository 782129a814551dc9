// Package alternate describes the audio of an episode in another language.
package alternate

import "strings"

// Audio is the audio of an episode in another language: podcast:alternateEnclosure.
type Audio struct {
	Path     string // path of the master, which need not exist
	Language string // RFC 5646
	Title    string // at most MaxTitle characters; empty for the name of the language
}

// MaxTitle is the longest title of an alternate enclosure that the podcast namespace
// allows, in characters.
const MaxTitle = 32

// FileName returns the name of the file with an episode's audio in a language, such as
// audio.es.mp3.
func FileName(language string) string { return "audio." + strings.ToLower(language) + ".mp3" }
