package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"onair/internal/durable"
)

func newTranscripts(g *global) *cobra.Command {
	c := &cobra.Command{
		Use:   "transcripts",
		Short: "Work on transcripts alone, in any repository",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newTranscriptsConvert(g), newTranscriptsShift(g), newTranscriptsTodo(g), newTranscriptsStats(g))
	c.AddCommand(newTranscriptsFmt(g), newTranscriptsLint(g), newTranscriptsInit(g))
	return c
}

// maxTranscript bounds what is read: an hour of talk is some 60 kB.
const maxTranscript = 64 << 20

// readInput reads a file or, for "-", standard input.
func (g *global) readInput(name string, limit int64) ([]byte, error) {
	r := g.stdin
	if name != "-" {
		f, err := os.Open(filepath.Clean(name))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %s", name, bytesText(limit))
	}
	return data, err
}

// writeOutput writes a file or, for "-", standard output.
func (g *global) writeOutput(name string, data []byte) error {
	if name == "-" {
		_, err := g.stdout.Write(data)
		return err
	}
	return durable.WriteFile(name, data, 0o644)
}
