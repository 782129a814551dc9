package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"
)

// now is the time at which all commands of the tests run. It is later than all dates of
// the example except that of the scheduled episode.
const now = "2027-03-01T12:00:00Z"

// onair is the path of the binary under test. scratch is a folder that is removed after
// all tests.
var onair, scratch string

// atExit are functions that TestMain calls after all tests.
var atExit struct {
	sync.Mutex
	stop []func()
}

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "onair-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(scratch)
	onair = filepath.Join(scratch, "onair"+exe(runtime.GOOS))
	if err := compile(onair); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		for _, stop := range atExit.stop {
			stop()
		}
	}()
	return m.Run()
}

// exe returns the file extension of programs on a system.
func exe(goos string) string {
	if goos == "windows" {
		return ".exe"
	}
	return ""
}

// compile builds cmd/onair, with more environment variables. TestFormula builds it with
// the same flags, so that Go compiles the packages once.
func compile(out string, env ...string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-o", out, "./cmd/onair")
	cmd.Dir = ".."
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build onair: %w\n%s", err, output)
	}
	return nil
}

// workplace is a copy of the example show with its own home, cache and environment.
type workplace struct {
	dir string // the show's folder
	env []string
}

// newWorkplace copies the example into a temporary folder. The variables, such
// as ONAIR_STORAGE=…, are set for every command run there.
func newWorkplace(t testing.TB, env ...string) *workplace {
	t.Helper()
	w, err := makeWorkplace(t.TempDir(), env...)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func makeWorkplace(root string, env ...string) (*workplace, error) {
	w := &workplace{dir: filepath.Join(root, "show")}
	if err := os.CopyFS(w.dir, os.DirFS(filepath.Join("..", "examples", "hello-universe"))); err != nil {
		return nil, fmt.Errorf("copy the example: %w", err)
	}
	home := filepath.Join(root, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	w.env = append(cleanEnv(home), env...)
	return w, nil
}

// cleanEnv returns a minimal environment with an empty home, so that a developer's settings,
// credentials or CI variable do not influence a test.
func cleanEnv(home string) []string {
	env := []string{
		"HOME=" + home,
		"USERPROFILE=" + home,
		"LocalAppData=" + filepath.Join(home, "cache"),
		"XDG_CACHE_HOME=" + filepath.Join(home, "cache"),
		"XDG_CONFIG_HOME=" + filepath.Join(home, "config"),
		"XDG_DATA_HOME=" + filepath.Join(home, "data"),
		"LC_ALL=C.UTF-8",
		"TERM=xterm",
		"TZ=UTC",
		"ONAIR_NOW=" + now,
	}
	for _, name := range []string{"PATH", "TMPDIR", "TMP", "TEMP", "SystemRoot"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// with returns the workplace with additional environment variables.
func (w *workplace) with(env ...string) *workplace {
	return &workplace{dir: w.dir, env: append(w.env[:len(w.env):len(w.env)], env...)}
}

// command prepares a run of the binary in the show's folder. It uses the target without
// a CDN and without announcements.
func (w *workplace) command(args ...string) *exec.Cmd {
	cmd := exec.Command(onair, append([]string{"-C", w.dir, "--to", "local"}, args...)...)
	cmd.Env = w.env
	return cmd
}

// run runs the binary, which must succeed, and returns its standard output.
func (w *workplace) run(t testing.TB, args ...string) []byte {
	t.Helper()
	out, err := output(w.command(args...))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fails runs the binary, and fails the test unless it exits with the code.
func (w *workplace) fails(t testing.TB, code int, args ...string) {
	t.Helper()
	cmd := w.command(args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != code {
		t.Fatalf("%s: got %v, want exit code %d\n%s", cmd, err, code, stderr.Bytes())
	}
}

// output runs a command and returns its standard output. An error contains the command and
// its output.
func output(cmd *exec.Cmd) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s%s", cmd, err, stdout.Bytes(), stderr.Bytes())
	}
	return stdout.Bytes(), nil
}

// tool runs a component, which must succeed, and returns its standard output.
func tool(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	out, err := output(exec.Command(name, args...))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// decode parses a program's JSON output.
func decode[T any](t testing.TB, data []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("decode: %v in\n%s", err, data)
	}
	return v
}

// patience is how long a test waits for another process or a response. It is much longer
// than a slow and busy machine takes, so that only a fault makes a test wait that long.
const patience = 2 * time.Minute

// await waits until the condition holds. Use it for conditions that depend on other
// processes.
func await(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain for %s", patience, what)
		}
		<-tick.C
	}
}
