// Command release does the steps of a release that need to know the project: where it
// is published, the notes of a version, the formula of Homebrew, and the path of the
// module. GoReleaser does the other steps (.goreleaser.yaml). Run it from the root of
// the project:
//
//	go run ./release check            fail while release.yaml has placeholders
//	go run ./release env COMMAND…     run a command with the settings in its environment
//	go run ./release files DIR VERSION   write what packages contain besides the binary
//	go run ./release notes VERSION    print the section of CHANGELOG.md
//	go run ./release formula VERSION ARCHIVE   print the formula, for an archive of the source
//	go run ./release module PATH      change the path of the module, and the owner
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// errUsage reports wrong arguments.
var errUsage = errors.New("usage: release check | env COMMAND… | files DIR VERSION | notes VERSION | formula VERSION ARCHIVE | module PATH")

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			os.Exit(exit.ExitCode())
		}
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	s, err := readSettings(".")
	if err != nil {
		return err
	}
	name, args := args[0], args[1:]
	switch {
	case name == "check" && len(args) == 0:
		return s.check()
	case name == "env" && len(args) > 0:
		return runWith(s, args)
	case name == "files" && len(args) == 2:
		return writeFiles(".", args[0], args[1], s)
	case name == "notes" && len(args) == 1:
		text, err := notes(".", args[0])
		fmt.Print(text)
		return err
	case name == "formula" && len(args) == 2:
		text, err := formula(s, args[0], args[1])
		fmt.Print(text)
		return err
	case name == "module" && len(args) == 1:
		return changeModule(".", args[0])
	}
	return errUsage
}

// runWith runs a command with the settings and the time of the commit in its
// environment.
func runWith(s settings, args []string) error {
	date, err := commitTime(".")
	if err != nil {
		return err
	}
	c := exec.Command(args[0], args[1:]...)
	c.Env = append(os.Environ(), s.environment()...)
	// Archives and packages take their dates from this variable, so that they are
	// reproducible.
	c.Env = append(c.Env, fmt.Sprintf("SOURCE_DATE_EPOCH=%d", date.Unix()))
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	return c.Run()
}
