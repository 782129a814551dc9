package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// server is a running onair serve for a published folder.
type server struct {
	url  string // ends in a slash
	stop func()
}

var urlPattern = regexp.MustCompile(`https?://[^\s/]+`)

// serve starts a server for the folder on a free port and waits for its address, which
// it prints on the first line.
func serve(w *workplace, dir string) (*server, error) {
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, onair, "-C", w.dir, "serve", "--dir", dir, "--addr", "127.0.0.1:0")
	cmd.Env = w.env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	stop := func() {
		cancel()
		_ = cmd.Wait() // the server was killed, so its error does not matter
	}
	lines := bufio.NewReader(stdout)
	line, err := lines.ReadString('\n')
	url := urlPattern.FindString(line)
	if url == "" {
		stop()
		return nil, fmt.Errorf("%s: no URL in %q: %v\n%s", cmd, line, err, stderr.Bytes())
	}
	go io.Copy(io.Discard, lines) // so that the server never blocks on output
	return &server{url: url + "/", stop: stop}, nil
}

// site is the published example. It is written to a folder once, and served over HTTP
// at the URL for which it was published.
type site struct {
	*workplace
	dir string // the published folder
	url string // ends in a slash
}

// published returns the site that all tests share and must not change.
func published(t testing.TB) *site {
	t.Helper()
	s, err := publishOnce()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var publishOnce = sync.OnceValues(func() (*site, error) {
	return publishSite("published", func(string) error { return nil })
})

// publishSite calls change with the folder of a copy of the example, publishes the
// copy, and serves it until all tests have ended. The name is for the folder of the site.
func publishSite(name string, change func(dir string) error) (*site, error) {
	root, err := os.MkdirTemp(scratch, name+"-") // a test may run more than once
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(root, "public")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	w, err := makeWorkplace(root, "ONAIR_STORAGE=file:"+dir)
	if err != nil {
		return nil, err
	}
	if err := change(w.dir); err != nil {
		return nil, err
	}
	server, err := serve(w, dir)
	if err != nil {
		return nil, err
	}
	atExit.Lock()
	atExit.stop = append(atExit.stop, server.stop)
	atExit.Unlock()
	w = w.with("ONAIR_URL=" + server.url)
	if _, err := output(w.command("publish", "--yes")); err != nil {
		return nil, err
	}
	return &site{workplace: w, dir: dir, url: server.url}, nil
}

// file returns the path of a published object, by its key or its URL.
func (s *site) file(keyOrURL string) string {
	return filepath.Join(s.dir, filepath.FromSlash(strings.TrimPrefix(keyOrURL, s.url)))
}

// keysIn returns the sorted keys in a published folder, except onair's own records.
func keysIn(t testing.TB, dir string) []string {
	t.Helper()
	var keys []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".onair" {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(dir, path)
		keys = append(keys, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
