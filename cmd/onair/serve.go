package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"onair/publish"
	"onair/show"
)

type serveOptions struct {
	dir, addr               string
	public, lan, open, once bool
}

// defaultPort is the port of localhost that onair serve uses if it is free, unless
// --addr selects another.
const defaultPort = 8080

func newServe(a *app) *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:   "serve",
		Short: "Preview the show while you edit it, or serve a folder",
		Long: `Build the show in memory and serve it as a CDN would: with content types, byte
ranges and pretty URLs, for a browser or a podcast app on this machine. After each
change of a file, open pages show the change, or what is wrong with it. Drafts and
scheduled episodes are there, with a mark; --public shows only what is live.
Nothing is written into the folder of the show.

With --dir, serve a folder that onair build or a publish has written.

Exit codes: 0 stopped by Ctrl-C · 1 failed · 2 usage.`,
		Example: `  onair serve --open
  onair build -o /tmp/my-show && onair serve --dir /tmp/my-show`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runServe(c.Context(), a, &o) },
	}
	c.Flags().StringVar(&o.dir, "dir", "", "serve this `DIR` instead of a preview")
	c.Flags().StringVar(&o.addr, "addr", "", fmt.Sprintf("listen on this `ADDRESS`; port 0 selects a free one (default: localhost:%d, or the next free port)", defaultPort))
	c.Flags().BoolVar(&o.public, "public", false, "show only the episodes that are live")
	c.Flags().BoolVar(&o.lan, "lan", false, "serve other machines in the network too, and print a QR code of the address")
	c.Flags().BoolVar(&o.open, "open", false, "open the address in the browser")
	c.Flags().BoolVar(&o.once, "no-watch", false, "build once, and ignore changes")
	c.MarkFlagsMutuallyExclusive("dir", "public")
	c.MarkFlagsMutuallyExclusive("dir", "no-watch")
	c.MarkFlagsMutuallyExclusive("addr", "lan")
	return c
}

func runServe(ctx context.Context, a *app, o *serveOptions) error {
	if o.dir == "" {
		return servePreview(ctx, a, o)
	}
	feed := show.DefaultFeed
	if s, _, _ := loadShow(a, nil, nil); s != nil { // a folder can be served without a show
		feed = s.Feed.Path
	}
	info, err := os.Stat(o.dir) // before it is opened, because opening a pipe waits for its writer
	if err == nil && !info.IsDir() {
		return fmt.Errorf("--dir %s: it is not a folder", o.dir)
	}
	root, err := os.OpenRoot(o.dir)
	if err != nil {
		return withHint(err, "create it with onair publish or onair build -o %s", o.dir)
	}
	defer root.Close()
	return serve(ctx, a, o, publish.NewHandler(root, feed), feed)
}

// serve prints the address and serves until ctx ends.
func serve(ctx context.Context, a *app, o *serveOptions, handler http.Handler, feed string) error {
	addr := o.addr
	if o.lan {
		addr = net.JoinHostPort("0.0.0.0", strconv.Itoa(defaultPort))
	}
	listener, err := listen(addr, addr != "" && !o.lan)
	if err != nil {
		return err
	}
	base, err := baseURL(listener, o)
	if err != nil {
		listener.Close()
		return err
	}
	fmt.Fprintln(a.stdout, base)
	if o.lan && !a.quiet {
		if err := writeQR(a.stderr, base); err != nil {
			return err
		}
	}
	if !a.quiet {
		fmt.Fprintf(a.stderr, "feed: %s%s\nCtrl-C stops.\n", base, feed)
	}
	if o.open {
		if err := openBrowser(base); err != nil && !a.quiet {
			fmt.Fprintf(a.stderr, "no browser was opened: %v\n", err)
		}
	}
	server := &http.Server{
		Handler:           guardPreview(handler, addr, listener.Addr().String()),
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      10 * time.Minute, // for audio on a slow network
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// baseURL returns the address to open in a browser.
func baseURL(listener net.Listener, o *serveOptions) (string, error) {
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return "", err
	}
	if name, _, err := net.SplitHostPort(o.addr); o.addr == "" || err == nil && name == "localhost" {
		host = "localhost"
	}
	if o.lan {
		addresses, err := net.InterfaceAddrs()
		if err != nil {
			return "", err
		}
		if host, err = lanAddress(addresses); err != nil {
			return "", err
		}
	}
	return "http://" + net.JoinHostPort(host, port) + "/", nil
}

// listen listens on addr if asked is set, which means that the user chose addr.
// Otherwise it listens on the host of addr, or on localhost if addr is empty, at the
// first free port from defaultPort on.
func listen(addr string, asked bool) (net.Listener, error) {
	if asked {
		l, err := net.Listen("tcp", addr)
		var failed *net.OpError
		if errors.As(err, &failed) {
			err = failed.Err
		}
		if err != nil {
			return nil, fmt.Errorf("--addr %s: %w; port 0 selects a free one", addr, err)
		}
		return l, nil
	}
	host := "localhost"
	if addr != "" {
		host, _, _ = net.SplitHostPort(addr)
	}
	var err error
	for n := range 20 {
		var l net.Listener
		if l, err = net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(defaultPort+n))); err == nil {
			return l, nil
		}
	}
	return nil, withHint(err, "choose a free port with --addr")
}
