//go:build unix

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
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

// BenchmarkStart starts onair version and an empty program that uses cobra in turn, 20
// times in each round. It reports the median times and their difference in milliseconds, also
// of the CPU time, which other processes change less.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	source, empty := filepath.Join(dir, "main.go"), filepath.Join(dir, "empty")
	if err := os.WriteFile(source, []byte(emptyProgram), 0o600); err != nil {
		b.Fatal(err)
	}
	build := exec.Command("go", "build", "-trimpath", "-o", empty, source)
	build.Dir, build.Env = "..", append(os.Environ(), "CGO_ENABLED=0") // the module of onair requires cobra
	if _, err := output(build); err != nil {
		b.Fatal(err)
	}
	took := map[string][]usage{}
	for b.Loop() {
		for range 20 {
			for _, program := range []string{onair, empty} {
				cmd := exec.Command(program, "version")
				cmd.Env = cleanEnv(dir)
				start := time.Now()
				if _, err := output(cmd); err != nil {
					b.Fatal(err)
				}
				took[program] = append(took[program], usage{
					Wall: time.Since(start), CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
				})
			}
		}
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
