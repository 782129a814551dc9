package audio

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// childVariable is set in processes that a test starts to kill, limit or measure them.
// It names the entry of children that the test binary runs instead of tests.
const childVariable = "ONAIR_AUDIO_CHILD"

func TestMain(m *testing.M) {
	work := os.Getenv(childVariable)
	if work == "" {
		os.Exit(m.Run())
	}
	if err := children[work](os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var children = map[string]func(args []string) error{
	// retitle FILE TITLE prints a line, and then changes the title in the tag of FILE.
	"retitle": func(args []string) error {
		fmt.Println("ready")
		_, err := TagFile(args[0], retitle(args[1]), nil)
		return err
	},
	"tag with onair": func(args []string) error { return tagWithOnair(args[0], args[1]) },
	"tag with bogem": func(args []string) error { return tagWithBogem(args[0], args[1]) },
	"tag with bogem, synced": func(args []string) error {
		if err := tagWithBogem(args[0], args[1]); err != nil {
			return err
		}
		f, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer f.Close()
		return f.Sync()
	},
}

// child returns a command that runs the test binary for the given work.
func child(tb testing.TB, work string, args ...string) *exec.Cmd {
	tb.Helper()
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Env = append(os.Environ(), childVariable+"="+work)
	return c
}
