//go:build unix

package e2e

import (
	"fmt"
	"os/exec"
	"testing"

	"onair/e2e/internal/synthetic"
)

// BenchmarkMemory reports the peak memory of commands in MB, for shows of 100, 300 and
// 1,000 episodes with transcripts of an hour, and for masters of 1 and 60 MB. The shows
// have small masters. The last two results show that the size of masters does not
// matter: a probe reads them in pieces of the same size.
func BenchmarkMemory(b *testing.B) {
	many := []int{100, 300, 1000}
	if benchScale(b) < 1 {
		many = []int{30, 100, 300}
	}
	for _, n := range many {
		b.Run(fmt.Sprintf("episodes=%d", n), func(b *testing.B) {
			remember(b, &synthetic.Catalogue{Episodes: n, Master: 260_000, Rate: synthetic.Kbps8, Transcript: 60_000, Covers: 200_000})
		})
	}
	for _, mb := range []int64{1, 60} {
		b.Run(fmt.Sprintf("MB=%d", mb), func(b *testing.B) {
			remember(b, &synthetic.Catalogue{Episodes: 12, Master: mb * 1_000_000, Rate: synthetic.Kbps128, Transcript: 60_000, Covers: 200_000})
		})
	}
}

// remember reports the peak memory of the commands that a show is usually published
// with.
func remember(b *testing.B, c *synthetic.Catalogue) {
	e := startEmulator(b)
	w := newCatalogue(b, c, e.env()...)
	onair := func(name string, prepare func(), args ...string) contestant {
		return contestant{name, prepare, func() *exec.Cmd { return w.command(args...) }, nil}
	}
	commands := []contestant{
		onair("plan", func() { e.empty(b, bucketName); w.startOver(b) }, "plan"), // measures the masters
		onair("publish", nil, "publish", "--yes"),
		onair("again", nil, "publish", "--yes"),
		onair("status", nil, "status"),
		onair("verify", nil, "verify"),
	}
	took := race(b, commands)
	for _, c := range commands {
		b.ReportMetric(float64(took[c.name].RSS)/1e6, c.name+"-MB")
	}
	e.empty(b, bucketName)
}
