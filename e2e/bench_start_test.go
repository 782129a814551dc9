//go:build unix

package e2e

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"
)

// emptyProgram has one command and no other dependency than cobra.
const emptyProgram = `package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	root := &cobra.Command{Use: "empty"}
	root.AddCommand(&cobra.Command{Use: "version", Run: func(*cobra.Command, []string) { fmt.Println("empty 1.0.0") }})
	if root.Execute() != nil {
		os.Exit(1)
	}
}
`

// starts starts onair version and an empty program that uses cobra in turn, 20 times each,
// and adds what they took to took, by program. It builds the empty program in dir.
func starts(t testing.TB, dir string, took map[string][]usage) (empty string) {
	t.Helper()
	empty = filepath.Join(dir, "empty")
	if _, err := os.Stat(empty); err != nil {
		source := filepath.Join(dir, "main.go")
		if err := os.WriteFile(source, []byte(emptyProgram), 0o600); err != nil {
			t.Fatal(err)
		}
		build := exec.Command("go", "build", "-trimpath", "-o", empty, source)
		build.Dir, build.Env = "..", append(os.Environ(), "CGO_ENABLED=0") // the module of onair requires cobra
		if _, err := output(build); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		for _, program := range []string{onair, empty} {
			cmd := exec.Command(program, "version")
			cmd.Env = cleanEnv(dir)
			start := time.Now()
			if _, err := output(cmd); err != nil {
				t.Fatal(err)
			}
			took[program] = append(took[program], usage{
				Wall: time.Since(start), CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
			})
		}
	}
	return empty
}

// TestStart limits how much more CPU time than an empty program onair needs to start, to
// 15 ms. It compares the quickest start of each, because other processes make the others
// slower, and tries again if other processes slowed all starts. A machine may be too slow
// for the limit. Then onair may take longer, but not for more work: the memory that
// initialisers of packages allocate is the same on every machine.
func TestStart(t *testing.T) {
	const limit, slower, memory, tries = 15 * time.Millisecond, 25, 9_000_000, 5
	dir := t.TempDir()
	if tags := decode[struct{ Tags string }](t, tool(t, onair, "version", "--json")).Tags; tags == "" {
		t.Skip("onair is not built like a release: use make test, or set GOFLAGS=-tags=disable_grpc_modules")
	}
	took := map[string][]usage{}
	quickest := func(program string) time.Duration {
		return slices.MinFunc(took[program], func(a, b usage) int { return cmp.Compare(a.CPU, b.CPU) }).CPU
	}
	var ours, least time.Duration
	for range tries {
		empty := starts(t, dir, took)
		ours, least = quickest(onair), quickest(empty)
		if ours-least <= limit {
			break
		}
	}
	allocated := initialised(t)
	t.Logf("onair takes %v to start, of which initialisers allocate %d bytes, and an empty program %v", ours, allocated, least)
	if ours-least > limit && (ours > slower*least || allocated > memory) {
		t.Errorf("the limits are %v more, or on a slow machine %d times as much and %d bytes", limit, slower, memory)
	}
}

// initialised returns how many bytes the initialisers of onair's packages allocate.
func initialised(t testing.TB) (bytes int) {
	t.Helper()
	cmd := exec.Command(onair, "version")
	cmd.Env = append(cleanEnv(t.TempDir()), "GODEBUG=inittrace=1")
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, m := range regexp.MustCompile(`(?m)^init .* (\d+) bytes`).FindAllSubmatch(said, -1) {
		n, _ := strconv.Atoi(string(m[1])) // these are digits
		bytes += n
	}
	if bytes == 0 {
		t.Fatalf("it names no initialisers:\n%s", said)
	}
	return bytes
}

// BenchmarkStart reports the median times of starts and their difference in milliseconds,
// also of the CPU time, which other processes change less.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	took := map[string][]usage{}
	var empty string
	for b.Loop() {
		empty = starts(b, dir, took)
	}
	report := func(suffix string, figure func(usage) time.Duration) {
		ms := func(program string) float64 {
			return float64(middle(took[program], figure)) / float64(time.Millisecond)
		}
		b.ReportMetric(ms(onair), "onair-"+suffix)
		b.ReportMetric(ms(empty), "empty-"+suffix)
		b.ReportMetric(ms(onair)-ms(empty), "more-"+suffix)
	}
	report("ms", func(u usage) time.Duration { return u.Wall })
	report("CPU-ms", func(u usage) time.Duration { return u.CPU })
}
