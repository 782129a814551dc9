// Package finding defines findings, the problems that all parts of onair report: the
// loader of a show, the checks of audio, transcripts and feed, and the verification of
// what is live.
//
// A package that reports problems keeps one table of rules in its rules.go. A finding
// is made from its rule, which gives it severity, hint and source. It may also carry
// the edits that fix the problem:
//
//	found.Add(ruleDate.At(pos, "date: %q is not a date", value))
package finding

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"onair/internal/shorten"
	"onair/internal/slugs"
)

// Severity says what a finding means for publishing.
type Severity int

const (
	// Error stops a publish: a listener or a directory would notice the problem.
	Error Severity = iota
	// Warning is shown and does not stop anything.
	Warning
	// Info is a suggestion.
	Info
)

var severities = [...]string{Error: "error", Warning: "warning", Info: "info"}

func (s Severity) String() string { return severities[s] }

// MarshalText returns the severity as a word, such as error.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Severity) UnmarshalText(text []byte) error {
	i := slices.Index(severities[:], string(text))
	if i < 0 {
		return fmt.Errorf("unknown severity %q", text)
	}
	*s = Severity(i)
	return nil
}

// Position is a place in a file of the show. Line counts lines from 1, Column counts
// bytes from 1. A Line of zero means the file as a whole, a Column of zero the line as
// a whole.
type Position struct {
	File   string // slash-separated; relative to the show's folder, or as the user gave it
	Line   int
	Column int
}

// String returns file:line:column, without the parts that are zero.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Finding is one problem at one place.
type Finding struct {
	Rule     string // ID of the rule
	Severity Severity
	Position
	Message string // one line, lower case, no full stop
	Hint    string // what to do about it; may be empty
	Source  string // the specification the rule comes from; may be empty
	Fixable bool   // whether a command can fix it without asking
	Fix     []Edit // edits of File; only a suggestion if Fixable is false; may be empty
}

// Edit replaces the bytes from Start up to End by Text.
type Edit struct {
	Start, End int
	Text       string
}

// WithHint returns the finding with the given hint instead of its rule's.
func (f Finding) WithHint(hint string) Finding {
	f.Hint = hint
	return f
}

// WithSeverity returns the finding with the given severity instead of its rule's.
func (f Finding) WithSeverity(s Severity) Finding {
	f.Severity = s
	return f
}

// WithFix returns the finding with the edits that fix it, and marks it as fixable.
func (f Finding) WithFix(edits ...Edit) Finding {
	f.Fixable, f.Fix = true, edits
	return f
}

// WithSuggestion returns the finding with edits that are made only on request.
func (f Finding) WithSuggestion(edits ...Edit) Finding {
	f.Fixable, f.Fix = false, edits
	return f
}

// same reports whether two findings have the same rule, severity, place, message and
// hint.
func (f Finding) same(other Finding) bool {
	return f.Rule == other.Rule && f.Severity == other.Severity && f.Position == other.Position &&
		f.Message == other.Message && f.Hint == other.Hint
}

// Error implements error. It returns the place and the message.
func (f Finding) Error() string {
	if f.File == "" {
		return f.Message
	}
	return f.Position.String() + ": " + f.Message
}

// MarshalJSON returns the JSON object that is documented for --json.
func (f Finding) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Rule     string   `json:"rule"`
		Severity Severity `json:"severity"`
		File     string   `json:"file"`
		Line     int      `json:"line"`
		Column   int      `json:"column"`
		Message  string   `json:"message"`
		Hint     string   `json:"hint"`
		Source   string   `json:"source"`
		Fixable  bool     `json:"fixable"`
		Help     string   `json:"reference"`
	}{f.Rule, f.Severity, f.File, f.Line, f.Column, f.Message, f.Hint, f.Source, f.Fixable, Reference(f.Rule)})
}

// List is a list of findings, in no particular order until Sort.
type List []Finding

// Add appends a finding. Its message and hint become one line each, and are cut if they
// are too long.
func (l *List) Add(f Finding) {
	f.Message, f.Hint = bounded(f.Message, maxText), bounded(f.Hint, maxHint)
	*l = append(*l, f)
}

// Limits of message and hint, in bytes. A message may quote input of any length, but
// has to stay readable. A hint may be a whole command, which must not be cut.
const (
	maxText = 400
	maxHint = 1000
)

// bounded turns s into one line of at most limit bytes.
func bounded(s string, limit int) string {
	if strings.ContainsFunc(s, unicode.IsControl) {
		s = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, s)
	}
	return shorten.Bytes(s, limit)
}

// Errorf appends an error at p; the hint may be empty.
func (l *List) Errorf(rule string, p Position, hint, format string, args ...any) {
	l.Add(Finding{Rule: rule, Severity: Error, Position: p, Hint: hint, Message: fmt.Sprintf(format, args...)})
}

// Warnf appends a warning at p; the hint may be empty.
func (l *List) Warnf(rule string, p Position, hint, format string, args ...any) {
	l.Add(Finding{Rule: rule, Severity: Warning, Position: p, Hint: hint, Message: fmt.Sprintf(format, args...)})
}

// Sort orders findings by place, then rule, and drops repetitions, so that output does
// not depend on the order in which checks ran.
func (l *List) Sort() {
	slices.SortStableFunc(*l, func(a, b Finding) int {
		if a.File != b.File {
			return slugs.Compare(a.File, b.File)
		}
		return cmp.Or(
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Rule, b.Rule),
			strings.Compare(a.Message, b.Message),
		)
	})
	*l = slices.CompactFunc(*l, Finding.same)
}

// Count returns how many findings have the severity.
func (l List) Count(s Severity) int {
	n := 0
	for _, f := range l {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// HasErrors reports whether anything in the list stops a publish.
func (l List) HasErrors() bool { return l.Count(Error) > 0 }
