package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/publish"
	"onair/show"
)

type serveOptions struct{ dir, addr string }

// defaultPort is the port of localhost that onair serve takes if it is free, unless
// --addr selects another.
const defaultPort = 8080

func newServe(a *app) *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve a published or built folder locally",
		Long: `Serve what was published to a local folder, or a folder written by onair build,
as a CDN would: with content types, byte ranges and pretty URLs, for a browser or
a podcast app on this machine.

Exit codes: 0 stopped by Ctrl-C · 1 failed · 2 usage.`,
		Example: `  onair serve
  onair build -o /tmp/my-show && onair serve --dir /tmp/my-show`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runServe(c.Context(), a, &o) },
	}
	c.Flags().StringVar(&o.dir, "dir", "", "serve this `DIR` (default: the storage of the show)")
	c.Flags().StringVar(&o.addr, "addr", "", fmt.Sprintf("listen on this `ADDRESS`; port 0 selects a free one (default: localhost:%d, or the next free port)", defaultPort))
	c.MarkFlagDirname("dir")
	return c
}

func runServe(ctx context.Context, a *app, o *serveOptions) error {
	dir, feed, err := servedFolder(a, o.dir)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return withHint(err, "create it with onair publish or onair build -o %s", dir)
	}
	defer root.Close()
	listener, err := listen(o.addr)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String() + "/"
	if host, _, err := net.SplitHostPort(o.addr); o.addr == "" || err == nil && host == "localhost" {
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		base = "http://" + net.JoinHostPort("localhost", port) + "/"
	}
	fmt.Fprintln(a.stdout, base)
	if !a.quiet {
		fmt.Fprintf(a.stderr, "feed: %s%s\nCtrl-C stops.\n", base, feed)
	}
	server := &http.Server{Handler: publish.NewHandler(root, feed), ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// listen listens on the address. Without one it takes the default, or the next free
// port after it.
func listen(addr string) (net.Listener, error) {
	if addr != "" {
		l, err := net.Listen("tcp", addr)
		return l, withHint(err, "choose another --addr; port 0 selects a free one")
	}
	var err error
	for n := range 20 {
		var l net.Listener
		if l, err = net.Listen("tcp", net.JoinHostPort("localhost", strconv.Itoa(defaultPort+n))); err == nil {
			return l, nil
		}
	}
	return nil, withHint(err, "choose a free port with --addr")
}

// servedFolder returns the folder to serve and the key of the feed in it. A folder
// of --dir needs no show.
func servedFolder(a *app, dir string) (folder, feed string, err error) {
	s, found, err := loadShow(a, nil, nil)
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
		return "", "", a.refuse(found, nil)
	}
	if !strings.HasPrefix(s.Storage, "file:") {
		return "", "", withHint(usagef("the show is published to %s, not to a local folder", s.Storage), "onair build -o DIR, then onair serve --dir DIR")
	}
	return localDir(s, s.Storage), s.Feed.Path, nil
}
