// Onair publishes a podcast from a folder of text and MP3s to object storage
// behind a CDN. See the README, or run onair --help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
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
