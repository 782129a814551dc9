// Onair publishes a podcast from a folder of text and MP3s to object storage
// behind a CDN. See the README, or run onair --help.
//
// Each command has a file of its own with a constructor, its options, and a run
// function that receives the context, the app and the options. root.go lists the
// commands, and app.go holds what they share.
//
// The exit codes are 0 done, 1 failed, 2 usage, 3 findings of error severity, 4
// conflict, and 10 for plan --exit-code and version --check. The file exit.go defines
// them and derives them from errors; errors.go prints errors.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	_ "onair/cmd/onair/memory" // limits the memory while the other packages are initialized
)

// stopTimeout is how long a command may take to stop after the first signal. A system
// call that blocks, such as opening a file on a network drive that does not answer,
// cannot be cancelled.
const stopTimeout = 1500 * time.Millisecond

func main() {
	log.SetOutput(io.Discard) // net/http logs what servers send
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() {
		stop() // a second Ctrl-C ends the process at once
		time.Sleep(stopTimeout)
		fmt.Fprintln(os.Stderr, "interrupted: the command did not stop by itself and was ended; run it again to continue")
		os.Exit(exitFailed)
	})
	code := run(ctx, &system{
		name:   os.Args[0],
		stdin:  os.Stdin,
		stdout: os.Stdout,
		stderr: os.Stderr,
		env:    os.LookupEnv,
		now:    time.Now,
	}, os.Args[1:])
	stop()
	os.Exit(code)
}
