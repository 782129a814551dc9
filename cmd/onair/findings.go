package main

import (
	"fmt"
	"io"
	"slices"

	"onair/internal/finding"
	"onair/internal/plural"
)

// writeFindings writes findings in the format that was asked for. As text, the
// list goes to w with one line each and a hint below.
func (g *global) writeFindings(w io.Writer, l finding.List) error {
	switch g.format {
	case "json":
		return finding.WriteJSON(w, l)
	case "sarif":
		return finding.WriteSARIF(w, l, nil)
	case "github":
		return finding.WriteGitHub(w, l)
	}
	u := g.ui(w)
	for _, f := range l {
		if g.quiet && f.Severity != finding.Error {
			continue
		}
		place := f.Position.String()
		if place != "" {
			place += ": "
		}
		fmt.Fprintf(w, "%s %s %s%s\n", u.severity(f.Severity), f.Rule, clean(place), clean(f.Message))
		if f.Hint != "" {
			fmt.Fprintf(w, "  %s\n", u.dim(clean(f.Hint)))
		}
	}
	return nil
}

// worthSaying are the findings that a command other than check shows: those
// that ask for something to be done.
func (g *global) worthSaying(l finding.List) finding.List {
	if g.verbose {
		return l
	}
	return slices.DeleteFunc(slices.Clone(l), func(f finding.Finding) bool { return f.Severity == finding.Info })
}

// refuse ends a command that needs a show without errors: it prints the errors,
// and the warnings too unless they have been printed.
func (g *global) refuse(l finding.List) error {
	if !l.HasErrors() {
		return nil
	}
	if g.format == "text" {
		if err := g.writeFindings(g.stderr, g.worthSaying(l)); err != nil {
			return err
		}
		fmt.Fprintf(g.stderr, "\n%s\n", tally(l))
	} else if err := g.writeFindings(g.stdout, l); err != nil {
		return err
	}
	return exitError(exitFindings)
}

// mention prints, beside the data of a command that goes on, what people should
// know about it.
func (g *global) mention(l finding.List) error {
	if g.format != "text" {
		return nil
	}
	return g.writeFindings(g.stderr, l)
}

// tally is the sum of a list of findings: 1 error, 2 warnings.
func tally(l finding.List) string {
	return plural.Count(l.Count(finding.Error), "error") + ", " + plural.Count(l.Count(finding.Warning), "warning")
}
