package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/publish"
	"onair/show"
)

type serveOptions struct{ dir, addr string }

func newServe(g *global) *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve a published or built folder on this machine",
		Long: `Serve what was published to a local folder, or any folder that onair build
wrote, as a CDN would: right types, byte ranges, pretty URLs. A browser or a
podcast app on this machine can listen.

Exit codes: 0 stopped by Ctrl-C · 1 failed · 2 usage.`,
		Example: `  onair serve
  onair build -o /tmp/my-show && onair serve --dir /tmp/my-show`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return g.serve(c.Context(), &o) },
	}
	c.Flags().StringVar(&o.dir, "dir", "", "the `DIR` to serve (default: the show's storage)")
	c.Flags().StringVar(&o.addr, "addr", "localhost:8080", "listen on this `ADDRESS`; port 0 takes any that is free")
	c.MarkFlagDirname("dir")
	return c
}

func (g *global) serve(ctx context.Context, o *serveOptions) error {
	dir, feed, err := g.served(o.dir)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return withHint(err, "onair publish or onair build -o %s makes it", dir)
	}
	defer root.Close()
	listener, err := net.Listen("tcp", o.addr)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String() + "/"
	if host, port, err := net.SplitHostPort(o.addr); err == nil && host == "localhost" && port != "0" {
		base = "http://" + o.addr + "/"
	}
	fmt.Fprintln(g.stdout, base)
	if !g.quiet {
		fmt.Fprintf(g.stderr, "feed: %s%s\nCtrl-C stops.\n", base, feed)
	}
	server := &http.Server{Handler: publish.NewHandler(root, feed), ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// served is the folder to serve and the key of the feed in it. A folder that is
// named needs no show around it.
func (g *global) served(dir string) (folder, feed string, err error) {
	s, found, err := g.loadShow()
	if dir != "" {
		feed = show.DefaultFeed
		if s != nil {
			feed = s.Feed.Path
		}
		return dir, feed, nil
	}
	if err != nil {
		return "", "", err
	}
	if s == nil {
		return "", "", g.refuse(found)
	}
	if !strings.HasPrefix(s.Storage, "file:") {
		return "", "", withHint(usagef("the show is published to %s, not to a folder of this machine", s.Storage), "onair build -o DIR, then onair serve --dir DIR")
	}
	return localDir(s, s.Storage), s.Feed.Path, nil
}
