package cdn

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"onair/internal/lastline"
	"onair/internal/retry"
)

// command purges by running a program that reads URLs from its standard input, one a
// line. A program that fails is not run again.
type command struct {
	*caller
	argv []string
	o    *Options
}

func openExec(settings map[string]string, c *caller, o *Options) (Purger, error) {
	return &command{caller: c, argv: strings.Fields(settings["command"]), o: o}, nil
}

func checkCommand(s string) error {
	if len(strings.Fields(s)) == 0 {
		return errors.New("names no program")
	}
	return nil
}

func (p *command) Purge(ctx context.Context, urls, _ []string) error {
	if urls = unique(urls); len(urls) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, retry.Patience+time.Duration(len(urls))*timePerCall)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.argv[0], p.argv[1:]...)
	cmd.Dir = p.o.Dir
	cmd.Stdin = strings.NewReader(strings.Join(urls, "\n") + "\n")
	cmd.Stdout, cmd.Stderr = p.o.Stdout, p.o.Stderr
	var said lastline.Writer
	if cmd.Stderr == nil {
		cmd.Stderr = &said
	}
	cmd.WaitDelay = 5 * time.Second // a process that it started may keep the pipes open
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if last := said.Line(); last != "" {
		return fmt.Errorf("%s: %w: %s", p.argv[0], err, p.shown(last))
	}
	return fmt.Errorf("%s: %w", p.argv[0], err)
}
