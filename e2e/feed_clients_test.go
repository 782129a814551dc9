package e2e

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// These podcast clients subscribe to the published feed over HTTP and download
// every enclosure, which must arrive byte for byte.

func TestGPodder(t *testing.T) {
	t.Parallel()
	site := published(t)
	c := newGPodder(t, site.url+"feed.xml")
	c.download(t)
	site.mustHaveArrived(t, c.downloads)
}

func TestPodget(t *testing.T) {
	t.Parallel()
	site := published(t)
	c := newPodget(t, site.url+"feed.xml")
	c.download(t)
	site.mustHaveArrived(t, c.downloads)
}

func TestNewsboat(t *testing.T) {
	t.Parallel()
	site := published(t)
	c := newNewsboat(t, site.url+"feed.xml", len(site.source(t).live()))
	c.download(t)
	site.mustHaveArrived(t, c.downloads)
}

// podcastClient is a podcast client with one subscription.
type podcastClient struct {
	downloads string             // folder of downloaded files
	download  func(t *testing.T) // reads the feed, and downloads new episodes
}

func newGPodder(t *testing.T, feedURL string) *podcastClient {
	t.Helper()
	gpo := need(t, "gpodder")
	home := t.TempDir()
	env := append(cleanEnv(home), "GPODDER_HOME="+home)
	client(t, home, env, gpo, "subscribe", feedURL)
	return &podcastClient{filepath.Join(home, "Downloads"), func(t *testing.T) {
		client(t, home, env, gpo, "update")
		client(t, home, env, gpo, "download")
	}}
}

func newPodget(t *testing.T, feedURL string) *podcastClient {
	t.Helper()
	podget := need(t, "podget")
	home := t.TempDir()
	// podget reads the session files of others, which may just disappear.
	env := append(cleanEnv(home), "TMPDIR="+home)
	conf := filepath.Join(home, "conf")
	if err := os.Mkdir(conf, 0o755); err != nil {
		t.Fatal(err)
	}
	const rc = "podgetrc"
	// podget refuses a configuration without podget's version, so podget writes the
	// configuration. Then the test replaces the default subscriptions.
	client(t, home, env, podget, "--dir_config", conf, "--create-config", rc)
	if err := os.WriteFile(filepath.Join(conf, "serverlist"), []byte(feedURL+" podcasts hello\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return &podcastClient{filepath.Join(home, "POD"), func(t *testing.T) {
		client(t, home, env, podget, "--dir_config", conf, "--config", rc)
	}}
}

// newNewsboat expects the given number of files in its folder after each download.
func newNewsboat(t *testing.T, feedURL string, files int) *podcastClient {
	t.Helper()
	newsboat, podboat, script := need(t, "newsboat"), need(t, "podboat"), need(t, "script")
	home := t.TempDir()
	downloads := filepath.Join(home, "downloads")
	for _, dir := range []string{downloads, filepath.Join(home, ".newsboat")} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"urls":   feedURL + "\n",
		"config": fmt.Sprintf("podcast-auto-enqueue yes\ndownload-path %q\n", downloads+"/"),
	} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return &podcastClient{downloads, func(t *testing.T) {
		client(t, home, cleanEnv(home), newsboat, "-u", "urls", "-C", "config", "-c", "cache.db", "-x", "reload")
		runPodboat(t, home, script, podboat, func() bool { return len(mp3s(t, downloads)) >= files })
	}}
}

// runPodboat downloads the queue of newsboat until done returns true. podboat needs a
// terminal, which script provides. It quits by a key, which it accepts only while no
// download is running.
func runPodboat(t *testing.T, home, script, podboat string, done func() bool) {
	t.Helper()
	cmd := exec.Command(script, "-qec", podboat+" -a -C config -q .newsboat/queue", os.DevNull)
	cmd.Dir, cmd.Env = home, cleanEnv(home)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	keys, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // in case the test ends first
	await(t, "podboat's downloads", done)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	await(t, "podboat's end", func() bool {
		_, _ = keys.Write([]byte("q")) // fails only if podboat has ended
		select {
		case err = <-ended:
			return true
		default:
			return false
		}
	})
	if err != nil {
		t.Fatalf("podboat: %v\n%s", err, said.Bytes())
	}
}

// client runs a podcast client, which must succeed.
func client(t testing.TB, home string, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = home, env
	out, err := output(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s %s\n%s", filepath.Base(name), strings.Join(args, " "), out)
}

// mp3s returns the finished downloads below a folder.
func mp3s(t testing.TB, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(name) == ".mp3" {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// mustHaveArrived compares a client's downloads with the published audio: every live
// episode must be there exactly once and complete, under any name.
func (s *site) mustHaveArrived(t testing.TB, dir string) {
	t.Helper()
	arrived := map[string]int{}
	for _, file := range mp3s(t, dir) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		arrived[sha256Hex(data)]++
	}
	for _, e := range s.source(t).live() {
		data, err := os.ReadFile(s.audio(t, e))
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256Hex(data); arrived[sum] != 1 {
			t.Errorf("%s arrived %d times byte for byte, want once", e.slug, arrived[sum])
		} else {
			delete(arrived, sum)
		}
	}
	if len(arrived) > 0 {
		t.Errorf("%d downloads that are not published audio", len(arrived))
	}
}
