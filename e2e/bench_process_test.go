//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// usage is the resource usage of a process.
type usage struct {
	Wall, CPU time.Duration
	RSS       int64 // peak resident set size, in bytes
}

// Each of these variables makes the test binary run as another program: reportVariable
// runs a command and writes its usage to the file that the variable names,
// uploadVariable uploads a folder to the URL in the variable, and listVariable reads
// the listing at the URL in the variable.
const (
	reportVariable = "ONAIR_BENCH_REPORT"
	uploadVariable = "ONAIR_BENCH_UPLOAD"
	listVariable   = "ONAIR_BENCH_LIST"
)

func init() {
	var err error
	switch report, to, from := os.Getenv(reportVariable), os.Getenv(uploadVariable), os.Getenv(listVariable); {
	case report != "":
		err = runAndReport(report, os.Args[1:])
	case to != "":
		err = uploadFolder(os.Args[1], to)
	case from != "":
		err = readListing(from)
	default:
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// measure runs a command, which must succeed, and returns its usage.
//
// A new process inherits the peak memory of its parent. This process contains an
// emulator, so a small process in between starts the command.
func measure(b testing.TB, cmd *exec.Cmd) usage {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	report := filepath.Join(b.TempDir(), "usage.json")
	outer := exec.Command(self, append([]string{cmd.Path}, cmd.Args[1:]...)...)
	outer.Env, outer.Dir = append(slices.Clone(cmd.Env), reportVariable+"="+report), cmd.Dir
	if _, err := output(outer); err != nil {
		b.Fatal(err)
	}
	data, err := os.ReadFile(report)
	if err != nil {
		b.Fatal(err)
	}
	return decode[usage](b, data)
}

func runAndReport(report string, args []string) error {
	if err := os.Unsetenv(reportVariable); err != nil {
		return err
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return err
	}
	took := usage{Wall: time.Since(start), CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	took.RSS = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS != "darwin" { // macOS counts bytes; other systems count kilobytes
		took.RSS *= 1024
	}
	data, err := json.Marshal(took)
	if err != nil {
		return err
	}
	return os.WriteFile(report, data, 0o644)
}

// contestant is a command that does the work to be measured.
type contestant struct {
	name    string
	prepare func() // called before each run, outside the measurement; may be nil
	command func() *exec.Cmd
	after   func() // called after each run; may be nil
}

// race runs the contestants in turn, each once per round, so that noise on the machine
// affects all of them. It returns the median usage of each.
func race(b *testing.B, all []contestant) map[string]usage {
	b.Helper()
	took := map[string][]usage{}
	for b.Loop() {
		for _, c := range all {
			if c.prepare != nil {
				c.prepare()
			}
			took[c.name] = append(took[c.name], measure(b, c.command()))
			if c.after != nil {
				c.after()
			}
		}
	}
	medians := map[string]usage{}
	for _, c := range all {
		list := took[c.name]
		m := usage{
			Wall: middle(list, func(u usage) time.Duration { return u.Wall }),
			CPU:  middle(list, func(u usage) time.Duration { return u.CPU }),
			RSS:  middle(list, func(u usage) int64 { return u.RSS }),
		}
		b.Logf("%-18s %6.2f s  %6.2f s CPU  %4d MB", c.name, m.Wall.Seconds(), m.CPU.Seconds(), m.RSS/1e6)
		medians[c.name] = m
	}
	return medians
}

// middle returns the median of a figure over a list.
func middle[T int64 | time.Duration](list []usage, figure func(usage) T) T {
	var all []T
	for _, u := range list {
		all = append(all, figure(u))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// ratio reports a / of as the metric with the given name.
func ratio[T int64 | time.Duration](b *testing.B, a, of T, name string) {
	b.ReportMetric(float64(a)/float64(of), name)
}

// rclone returns a command that syncs every file of a folder to a bucket of the
// emulator.
func rclone(b testing.TB, e *emulator, dir, bucket string, args ...string) *exec.Cmd {
	b.Helper()
	all := []string{
		"sync", dir, ":gcs:" + bucket, "--config", os.DevNull, "--exclude", "/.onair/**",
		"--gcs-endpoint", e.url + "/storage/v1/", "--gcs-anonymous", "--gcs-no-check-bucket", "--gcs-bucket-policy-only",
	}
	cmd := exec.Command(need(b, "rclone"), append(all, args...)...)
	cmd.Env = cleanEnv(b.TempDir())
	return cmd
}

func init() { components["rclone"] = goProgram("rclone", "v1.75.1") }

// upload returns a command that uploads a folder with plain requests, eight at a time.
// No upload can take less time.
func upload(b testing.TB, e *emulator, dir, bucket string) *exec.Cmd {
	return itself(b, uploadVariable+"="+e.url+"/upload/storage/v1/b/"+bucket+"/o?uploadType=media&name=", dir)
}

// listing returns a command that requests every page of a bucket's listing and parses
// only the token of the next page. No listing can take less time.
func listing(b testing.TB, e *emulator, bucket string) *exec.Cmd {
	return itself(b, listVariable+"="+e.url+"/storage/v1/b/"+bucket+"/o?pageToken=")
}

// itself returns a command that runs the test binary as another program.
func itself(b testing.TB, variable string, args ...string) *exec.Cmd {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(cleanEnv(b.TempDir()), variable)
	return cmd
}

// nextPage matches the token of the next page.
var nextPage = regexp.MustCompile(`"nextPageToken": ?"([^"]+)"`)

func readListing(from string) error {
	for token := ""; ; {
		resp, err := http.Get(from + url.QueryEscape(token))
		if err != nil {
			return err
		}
		page, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err == nil && resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", resp.Status, page)
		}
		if err != nil {
			return err
		}
		next := nextPage.FindSubmatch(page)
		if next == nil {
			return nil
		}
		token = string(next[1])
	}
}

func uploadFolder(dir, to string) error {
	var group errgroup.Group
	group.SetLimit(8)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8, DisableCompression: true}}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == ".onair":
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		key, err := filepath.Rel(dir, name)
		if err == nil {
			group.Go(func() error { return uploadFile(client, name, to+url.QueryEscape(filepath.ToSlash(key))) })
		}
		return err
	})
	return errors.Join(err, group.Wait())
}

func uploadFile(client *http.Client, name, to string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, to, f)
	if err != nil {
		return err
	}
	r.ContentLength = info.Size()
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var said bytes.Buffer
	_, err = io.Copy(&said, resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", name, resp.Status, said.Bytes())
	}
	return err
}
