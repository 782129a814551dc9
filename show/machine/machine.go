// Package machine is what a show says about the speech recognizer that drafts its
// transcripts.
package machine

// Settings are speech: in show.yaml.
type Settings struct {
	Command []string // that recognizes speech: a program and its arguments; empty if there is none
}
