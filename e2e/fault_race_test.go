package e2e

import (
	"fmt"
	"os/exec"
	"slices"
	"sync"
	"testing"
)

// TestPublishersRace runs two publishers with different checkouts on one bucket, a
// hundred times. In half of the rounds both make their plan before either may claim:
// exactly one must win, and the other must end with exit code 4. In the other rounds
// they are not synchronised, so the slower one may also publish after the faster one.
// In each round the bucket must hold exactly one release, and the feed must be written
// once by each winner.
func TestPublishersRace(t *testing.T) {
	t.Parallel()
	const workers = 4
	each := rounds(t, 100/workers)
	for worker := range workers {
		t.Run(fmt.Sprintf("worker %d", worker), func(t *testing.T) {
			t.Parallel()
			e := startEmulator(t)
			app := &listener{feedURL: e.publicURL() + "feed.xml"}
			e.watch(app.look)
			both := []*workplace{newWorkplace(t, e.privateEnv()...), newWorkplace(t, e.privateEnv()...)}
			both[0].run(t, "publish", "--yes")
			for round := range each {
				for i, w := range both {
					retitle(t, w, fmt.Sprintf("Round %d, by publisher %d", round, i))
				}
				e.race(t, both, round%2 == 0)
				if t.Failed() {
					t.Fatalf("in round %d", round)
				}
			}
			app.mustBeSatisfied(t, each)
		})
	}
}

// race runs two publishes concurrently and checks their results. If together is set,
// neither may claim before both are ready to claim.
func (e *emulator) race(t *testing.T, both []*workplace, together bool) {
	t.Helper()
	e.forget()
	feeds := e.storedTimes(bucketName, "feed.xml")
	if together {
		e.intercept(meeting(2))
		defer e.intercept(nil)
	}
	codes := make([]int, len(both))
	said := make([][]byte, len(both))
	var publishers sync.WaitGroup
	for i, w := range both {
		publishers.Go(func() {
			cmd := w.command("publish", "--yes")
			said[i], codes[i] = ending(cmd)
		})
	}
	publishers.Wait()

	var winners []int
	for i, code := range codes {
		switch code {
		case 0:
			winners = append(winners, i)
		case 4:
		default:
			t.Errorf("publisher %d ends with exit code %d\n%s", i, code, said[i])
		}
	}
	if len(winners) == 0 || together && len(winners) > 1 {
		t.Fatalf("exit codes %d, together: %v\n%s\n%s", codes, together, said[0], said[1])
	}
	if got := e.storedTimes(bucketName, "feed.xml") - feeds; got != len(winners) {
		t.Errorf("%d publishers won, and the feed was written %d times", len(winners), got)
	}
	if got := e.phaseIn(t, privateName); got != "done" {
		t.Errorf("phase %q after the race, want done", got)
	}
	held := e.objects(t)
	wrong := make([][]string, len(both))
	for _, i := range winners {
		if wrong[i] = differences(held, both[i].build(t)); len(wrong[i]) == 0 {
			return
		}
	}
	t.Errorf("the bucket holds no winner's release: %s", slices.Concat(wrong...))
}

// meeting returns a function that holds the first writes of the record until the given
// number of them has arrived.
func meeting(of int) func(request) {
	var mu sync.Mutex
	arrived := 0
	complete := make(chan struct{})
	return func(r request) {
		if r.kind != write || r.key != ".onair/release.json" {
			return
		}
		mu.Lock()
		arrived++
		last := arrived == of
		mu.Unlock()
		if last {
			close(complete)
		}
		<-complete
	}
}

// storedTimes returns how often an object was stored.
func (u *rules) storedTimes(bucket, key string) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.stored[bucket+"/"+key]
}

// ending runs a command and returns its combined output and its exit code.
func ending(cmd *exec.Cmd) (said []byte, code int) {
	said, _ = cmd.CombinedOutput()
	return said, cmd.ProcessState.ExitCode()
}
