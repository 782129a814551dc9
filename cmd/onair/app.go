package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"onair/internal/derive"
	"onair/internal/shell"
)

// system is what a command gets from the operating system. Tests pass their own.
type system struct {
	name           string // os.Args[0], for commands that messages suggest
	stdin          io.Reader
	stdout, stderr io.Writer
	env            func(string) (string, bool)
	now            func() time.Time

	derived *derive.Cache // opened by the method cache; nil before that
	inputs  inputs
	lines   *bufio.Reader // buffers stdin for readLine; nil until its first call
}

// getenv returns the value of an environment variable, empty if it is not set.
func (s *system) getenv(name string) string {
	v, _ := s.env(name)
	return v
}

// animated reports whether stderr is a terminal on which a line can be redrawn.
func (s *system) animated() bool { return isTerminal(s.stderr) && s.getenv("TERM") != "dumb" }

// confirmed reads a line from stdin and reports whether it means yes. It returns false
// if ctx ends first.
func (s *system) confirmed(ctx context.Context) bool {
	return strings.HasPrefix(strings.ToLower(s.readLine(ctx)), "y")
}

// readLine reads a line from stdin, without white space at its ends. It is empty if ctx
// ends first.
func (s *system) readLine(ctx context.Context) string {
	answer := make(chan string, 1) // a read cannot be interrupted, a receive can
	if s.lines == nil {
		s.lines = bufio.NewReader(s.stdin)
	}
	go func() {
		line, _ := s.lines.ReadString('\n')
		answer <- line
	}()
	select {
	case line := <-answer:
		return strings.TrimSpace(line)
	case <-ctx.Done():
		return ""
	}
}

// isTerminal reports whether v is a terminal.
func isTerminal(v any) bool {
	f, ok := fileOf(v)
	return ok && term.IsTerminal(int(f.Fd()))
}

// fileOf returns the file that v is, or that v writes to.
func fileOf(v any) (*os.File, bool) {
	if o, ok := v.(*output); ok {
		v = o.w
	}
	f, ok := v.(*os.File)
	return f, ok
}

// output is the standard output of a command. It keeps the first error, so that no
// command succeeds whose output is lost, such as on a full disk.
type output struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	o.err = cmp.Or(o.err, err)
	return n, err
}

// app is what every command receives: the streams, environment and clock of the
// process, and the values of the global flags.
type app struct {
	*system
	dir     string // -C; "." after enter
	from    string // -C as given on the command line, for paths in messages
	target  string // --to
	json    bool
	format  string // --format, the format of findings
	quiet   bool
	verbose bool
	color   string

	// With both --json and --format github, findings about the show are also written to
	// stderr as annotations.
	annotate bool
}

// validate refuses invalid values of global flags.
func (a *app) validate() error {
	switch a.format {
	case "text", "json", "sarif", "github":
	default:
		return usagef("--format %s: want text, json, sarif or github", a.format)
	}
	switch a.color {
	case "auto", "always", "never":
	default:
		return usagef("--color %s: want auto, always or never", a.color)
	}
	if v := a.getenv("ONAIR_NOW"); v != "" {
		t, err := time.Parse(time.RFC3339, v)
		if err != nil {
			return usagef("ONAIR_NOW=%s: want a time such as 2027-02-04T06:00:00Z", v)
		}
		a.now = func() time.Time { return t }
	}
	if a.json {
		a.annotate = a.format == "github"
		a.format = "json"
	}
	return nil
}

// enter changes to the folder of -C, so that relative paths start there, as in
// git. An empty -C means the current folder.
func (a *app) enter() error {
	a.dir = cmp.Or(a.dir, ".")
	a.from = a.dir
	if a.dir == "." {
		return nil
	}
	var failed *fs.PathError
	if err := os.Chdir(a.dir); errors.As(err, &failed) {
		return fmt.Errorf("-C %s: %w", a.dir, failed.Err)
	} else if err != nil {
		return err
	}
	a.dir = "."
	return nil
}

// sameFlags returns the global flags with which a suggested command uses the same show
// and target.
func (a *app) sameFlags() string {
	flags := a.inDir(".")
	if a.target != "" {
		flags += " --to " + a.target
	}
	return flags
}

// inDir returns the -C flag that a suggested command needs to work in dir if it is
// started in the same folder as this command. It returns an empty string if no flag is
// needed.
func (a *app) inDir(dir string) string {
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(a.from, dir)
	}
	if dir != "." {
		return " -C " + shell.Quote(dir)
	}
	return ""
}

// shortPath returns path relative to the current folder if it is inside of that folder,
// and path itself otherwise.
func (a *app) shortPath(path string) string {
	from, err := filepath.Abs(".")
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(from, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// cacheDir returns onair's folder in the cache folder of this user. It returns an empty
// string, with which nothing is cached, if the system names no cache folder.
func (a *app) cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "onair")
}
