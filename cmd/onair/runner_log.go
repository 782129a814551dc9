package main

import (
	"io"
)

// runnerLog writes to the log of a CI job. CI runners execute commands that they find
// in the log: two colons at the start of a line, and ##[…], ##vso[…] and ##teamcity[…]
// anywhere in a line. The text of a show must not be able to contain commands, so
// runnerLog inserts a zero-width space into each.
type runnerLog struct {
	w io.Writer

	escape  bool // in a terminal escape sequence
	started bool // the line has a character other than white space
	colon   bool // the line has one colon so far and nothing else
	hashes  int  // number of consecutive hashes; letters may follow them
	last    [2]byte
}

// runnerVariables are environment variables that CI runners set: GitHub and compatible
// ones, Azure Pipelines, TeamCity and others.
var runnerVariables = []string{"GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION", "CI"}

// logStream returns w, or a runnerLog around w if a CI runner reads it. A runner does
// not read a regular file.
func logStream(w io.Writer, getenv func(string) string) io.Writer {
	if f, ok := fileOf(w); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return w
		}
	}
	for _, name := range runnerVariables {
		if v := getenv(name); v != "" && v != "false" && v != "0" {
			return &runnerLog{w: w}
		}
	}
	return w
}

// commandStream returns a writer for commands that onair means for the runner, such as
// annotations of a pull request.
func commandStream(w io.Writer) io.Writer {
	if log, ok := w.(*runnerLog); ok {
		return log.w
	}
	return w
}

const zeroWidthSpace = "\u200b"

// Write implements io.Writer. It keeps the state of a line between calls.
func (l *runnerLog) Write(p []byte) (int, error) {
	out := make([]byte, 0, len(p)+len(zeroWidthSpace))
	for _, c := range p {
		if l.completes(c) {
			out = append(out, zeroWidthSpace...)
		}
		out = append(out, c)
	}
	if _, err := l.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// completes reports whether c is the last byte of the start of a command.
func (l *runnerLog) completes(c byte) bool {
	before := l.last
	l.last = [2]byte{before[1], c}
	if endsLine(before, c) {
		*l = runnerLog{w: l.w}
		return false
	}
	if l.escape {
		l.escape = c < '@' || c == '['
		return false
	}
	if c == 0x1b {
		l.escape = true
		return false
	}
	command := c == '[' && l.hashes >= 2 || c == ':' && l.colon
	l.colon = c == ':' && !l.started
	// The runner may take bytes outside of ASCII for white space.
	l.started = l.started || c > ' ' && c < 0x7f
	switch {
	case c == '#':
		l.hashes++
	case l.hashes < 2 || !letter(c):
		l.hashes = 0
	}
	return command
}

// endsLine reports whether c, after two other bytes, ends a line for any reader of a log:
// also the control characters and the characters of Unicode that some take for line ends.
func endsLine(before [2]byte, c byte) bool {
	switch {
	case '\n' <= c && c <= '\r', 0x1c <= c && c <= 0x1e:
		return true
	case before[1] == 0xc2 && c == 0x85: // U+0085
		return true
	}
	return before == [2]byte{0xe2, 0x80} && (c == 0xa8 || c == 0xa9) // U+2028 and U+2029
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
