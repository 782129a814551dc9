package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"rsc.io/qr"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/publish/preview"
	"onair/publish/release"
	"onair/show"
)

// servePreview serves the show as it is being edited.
func servePreview(ctx context.Context, a *app, o *serveOptions) error {
	s, found, err := loadUntilDone(ctx, a)
	switch {
	case err != nil && err == ctx.Err():
		return nil
	case err != nil:
		return err
	}
	feed := show.DefaultFeed
	if s != nil {
		feed = s.Feed.Path
	} else if !found.HasErrors() || o.once {
		return a.refuse(found, nil)
	}
	dir, err := filepath.Abs(a.dir)
	if err != nil {
		return err
	}
	a.dir = dir // a relative path would not lead to a folder that is removed and put back
	// Drafts are rendered as if they were live. The preview has a cache of its own, so
	// that its results do not replace those of builds.
	var cache *derive.Cache
	if folder := a.cacheDir(); folder != "" {
		cache = derive.Open(filepath.Join(folder, "preview"), derive.Build())
	}
	p := preview.New(&preview.Options{
		Dir:     dir,
		NoWatch: o.once,
		Build: func(ctx context.Context, withIndex bool) (*preview.Build, error) {
			return buildPreview(ctx, a, o, cache, withIndex)
		},
		Log: func(line string) {
			if !a.quiet {
				fmt.Fprintln(a.stderr, line)
			}
		},
	})
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.Run(ctx)
	}()
	err = serve(ctx, a, o, p, feed)
	cancel()
	select { // a build may be writing to the cache
	case <-done:
		cache.Close()
	case <-time.After(500 * time.Millisecond): // Close would wait for the build
	}
	return err
}

// loadUntilDone loads the show, and gives up with ctx.Err() when ctx is done: a large show
// takes long to load, and loading writes nothing.
func loadUntilDone(ctx context.Context, a *app) (*show.Show, finding.List, error) {
	var s *show.Show
	var found finding.List
	var err error
	loaded := make(chan struct{})
	go func() {
		defer close(loaded)
		s, found, err = loadShow(a, nil, nil)
	}()
	select {
	case <-loaded:
		return s, found, err
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// buildPreview builds the release for a preview.
func buildPreview(ctx context.Context, a *app, o *serveOptions, cache *derive.Cache, withIndex bool) (*preview.Build, error) {
	s, found, err := loadShow(a, nil, nil)
	if err != nil {
		return nil, err
	}
	b := &preview.Build{Findings: counted(s, found)}
	if s == nil {
		return b, nil
	}
	now := a.now()
	if !o.public {
		b.Marks, now = preview.Reveal(s, now)
	}
	if b.Findings.HasErrors() {
		return b, nil
	}
	r, more, err := release.New(ctx, s, &release.Options{Now: now, Cache: cache, WithoutIndex: !withIndex})
	if err != nil {
		return nil, err
	}
	b.Release = r
	b.Findings = counted(s, append(found, more...))
	b.Findings.Sort()
	cache.Flush()
	return b, nil
}

// lanAddress returns the first IPv4 address in a private network among those of this
// machine.
func lanAddress(addresses []net.Addr) (string, error) {
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsPrivate() {
			return n.IP.String(), nil
		}
	}
	return "", withHint(errors.New("this machine has no address in a private network"), "give one with --addr instead of --lan")
}

// writeQR draws a QR code with half blocks, dark on light, and the quiet zone of 4 modules
// around it that ISO/IEC 18004 requires.
func writeQR(w io.Writer, text string) error {
	const quiet = 4
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return err
	}
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		b.WriteString("\x1b[30;47m")
		for x := -quiet; x < code.Size+quiet; x++ {
			b.WriteString([]string{" ", "▀", "▄", "█"}[bit(code.Black(x, y))+2*bit(code.Black(x, y+1))])
		}
		b.WriteString("\x1b[0m\n")
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func bit(set bool) int {
	if set {
		return 1
	}
	return 0
}

// openBrowser opens an address in the browser of the system.
func openBrowser(url string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.Command("open", url).Start()
	case "windows":
		return exec.Command("rundll32", "url.dll,FileProtocolHandler", url).Start()
	}
	return exec.Command("xdg-open", url).Start()
}
