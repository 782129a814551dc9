package main

import (
	"io"
	"os"
)

// runnerLog writes to the log of a CI job. Runners execute commands that they find
// in any line of it: two colons at the start of a line, or ##[…], ##vso[…] and
// ##teamcity[…] anywhere. The text of a show must not reach them, so runnerLog puts
// a space of zero width into such a command.
type runnerLog struct {
	w io.Writer

	escape  bool // in a terminal escape sequence
	started bool // the line has a character besides space
	colon   bool // the line has one colon so far
	hashes  int  // consecutive ones before the letters that may follow
}

// runnerVariables are set by the runners of GitHub and those that work like it,
// Azure Pipelines, TeamCity and others.
var runnerVariables = []string{"GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION", "CI"}

// logStream returns w, or a runnerLog around it if a CI runner reads what is
// written. A regular file is not read by the runner.
func logStream(w io.Writer, getenv func(string) string) io.Writer {
	if f, ok := w.(*os.File); ok {
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

// commandStream returns the writer for the commands that onair itself means for the
// runner, with which it annotates a pull request.
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

// completes reports whether a byte is the last one of what begins a command.
func (l *runnerLog) completes(c byte) bool {
	if c == '\n' || c == '\r' {
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
	// Bytes of other scripts may be spaces of theirs.
	l.started = l.started || c > ' ' && c < 0x7f
	switch {
	case c == '#':
		l.hashes++
	case l.hashes < 2 || !letter(c):
		l.hashes = 0
	}
	return command
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
