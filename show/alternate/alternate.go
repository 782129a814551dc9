// Package alternate describes the audio of an episode in another language.
package alternate

import "strings"

// Audio is the audio of an episode in another language: podcast:alternateEnclosure.
type Audio struct {
	Path     string // path of the master, which need not exist
	Language string // RFC 5646
	Title    string // at most 32 characters; empty for the name of the language
}

// FileName returns the name of the file with an episode's audio in a language, such as
// audio.es.mp3.
func FileName(language string) string { return "audio." + strings.ToLower(language) + ".mp3" }
