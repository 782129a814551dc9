package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"onair/cmd/onair/memory"
	"onair/transcripts"
	"onair/transcripts/repo"
)

func newTranscripts(a *app) *cobra.Command {
	return newGroup("transcripts", "Work on transcripts alone, in any repository", `  onair transcripts lint transcript.md
  onair transcripts draft --help`,
		newTranscriptsConvert(a), newTranscriptsShift(a), newTranscriptsTodo(a), newTranscriptsStats(a),
		newTranscriptsFmt(a), newTranscriptsLint(a), newTranscriptsInit(a), newTranscriptsComment(a),
		newTranscriptsAlign(a), newTranscriptsCompare(a), newTranscriptsDraft(a), newTranscriptsSpeakers(a), newTranscriptsTranslate(a),
	)
}

// maxTranscript is the largest transcript that is read, in bytes. An hour of speech
// is about 60 kB.
const maxTranscript = 64 << 20

// readMarkdown reads a transcript in Markdown or, for "-", standard input. A
// transcript in another format is an error that says how to convert it.
func (a *app) readMarkdown(name string) ([]byte, error) {
	src, err := a.readTranscript(name)
	if err != nil {
		return nil, err
	}
	if f, ok := transcripts.Misplaced(src, name); ok {
		return nil, f
	}
	return src, nil
}

// allowLines raises the memory limit for a transcript with more lines than the usual limit
// is enough for. perLine is the number of bytes of memory per line, if every line is a turn.
func allowLines(src []byte, perLine int64) {
	memory.SetLimit(max(memory.Limit, perLine*int64(bytes.Count(src, []byte("\n")))))
}

// readTranscript reads a transcript in any format.
func (a *app) readTranscript(name string) ([]byte, error) {
	if name != "-" {
		name = repo.In(a.dir, name)
	}
	return a.readInput(name, maxTranscript)
}
