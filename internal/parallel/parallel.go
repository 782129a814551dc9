// Package parallel runs a function for many numbers on all processors.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// For calls f with the numbers below n, as many at once as there are processors, and
// returns when all calls have returned. Each goroutine makes many calls, so that its stack
// grows once.
func For(n int, f func(i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	group.Wait()
}
