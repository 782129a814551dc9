package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestKillAnywhere kills 200 publishes with SIGKILL: half of them at a random moment of
// a random write, the others after a random time, so that kills also happen between
// writes. Records and parts are in a second bucket, so that retitled audio is joined.
// The next publish must converge and leave no temporary files, and no object may ever
// be partial.
func TestKillAnywhere(t *testing.T) {
	t.Parallel()
	const workers = 4
	each := rounds(t, 200/workers)
	for worker := range workers {
		t.Run(fmt.Sprintf("worker %d", worker), func(t *testing.T) {
			t.Parallel()
			e := startEmulator(t)
			w := newWorkplace(t, e.privateEnv()...)
			app := &listener{feedURL: e.publicURL() + "feed.xml"}
			e.watch(app.look)
			random := rand.New(rand.NewPCG(uint64(worker), 0))
			k := &killer{emulator: e, workplace: w, writes: 60, whole: time.Second}
			killed := 0
			for round := range each {
				retitleAny(t, w, random.IntN(4), fmt.Sprintf("Worker %d, take %d", worker, round))
				if k.once(t, random) {
					killed++
				}
				k.mustRecover(t, fmt.Sprintf("round %d", round))
			}
			app.mustBeSatisfied(t, each)
			if killed < each/4 { // a publish may end before its kill
				t.Errorf("only %d of %d publishes were killed", killed, each)
			}
		})
	}
}

// TestKillLocal kills publishes to folders after random times. The records are in a
// second folder. Each file must have either its old or its new content.
func TestKillLocal(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	w := newWorkplace(t, "ONAIR_STORAGE=file:"+filepath.Join(root, "public"), "ONAIR_STATE=file:"+filepath.Join(root, "state"))
	random := rand.New(rand.NewPCG(3, 4))
	k := &killer{workplace: w, whole: time.Second, dirs: []string{root}}
	w.run(t, "publish", "--yes")
	before := builtFolder(t, filepath.Join(root, "public"))
	for round := range rounds(t, 50) {
		retitleAny(t, w, random.IntN(4), fmt.Sprintf("Take %d", round))
		k.after(t, random)
		found := builtFolder(t, filepath.Join(root, "public"))
		k.mustRecover(t, fmt.Sprintf("round %d", round))
		after := builtFolder(t, filepath.Join(root, "public"))
		for key, data := range found {
			if string(data) != string(before[key]) && string(data) != string(after[key]) && !strings.Contains(key, "tmp") {
				t.Errorf("round %d: %s is neither as before nor as after: %d bytes", round, key, len(data))
			}
		}
		before = after
	}
}

// killer kills publishes of a workplace. It measures how long the recovering publishes
// take.
type killer struct {
	*emulator // nil if the storage is a folder
	*workplace
	writes int
	whole  time.Duration
	dirs   []string // folders besides the workplace where no temporary files may remain
}

// once kills a publish at a random moment of a random write, or after a random time. It
// reports whether the publish was killed.
func (k *killer) once(t *testing.T, random *rand.Rand) bool {
	if random.IntN(2) == 0 {
		return k.after(t, random)
	}
	d := killPoint{1 + random.IntN(k.writes), []moment{arriving, halfway, answered}[random.IntN(3)]}
	killed, said, err := k.kill(k.command("publish", "--yes"), d)
	if !killed && err != nil {
		t.Errorf("%v: %v\n%s", d, err, said)
	}
	return killed
}

// after kills a publish after a random fraction of its usual duration.
func (k *killer) after(t *testing.T, random *rand.Rand) bool {
	t.Helper()
	cmd := k.command("publish", "--yes")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Duration(random.Int64N(int64(k.whole))), func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() >= 0 {
		t.Errorf("the publish to be killed failed: %v", err)
	}
	return err != nil
}

// mustRecover publishes again. The publish must converge, and no temporary files may
// remain.
func (k *killer) mustRecover(t *testing.T, when string) {
	t.Helper()
	if k.emulator != nil {
		k.settle(t)
		k.forget()
	}
	start := time.Now()
	k.run(t, "publish", "--yes")
	k.whole = max(k.whole/2, time.Since(start))
	k.run(t, "plan", "--exit-code")
	if k.emulator != nil {
		k.writes = max(k.writes/2, len(k.emulator.writes()))
		for _, wrong := range differences(k.objects(t), k.build(t)) {
			t.Errorf("%s: %s", when, wrong)
		}
	}
	for _, dir := range append(k.dirs, filepath.Dir(k.dir)) {
		for _, name := range temporaries(t, dir) {
			t.Errorf("%s: %s is left behind", when, name)
			_ = os.Remove(name) // so that it is reported only once
		}
	}
}

// TestLeftovers creates temporary files, such as a killed publish leaves, wherever
// onair writes. The next publish must remove them.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	w, err := makeWorkplace(root, "ONAIR_STORAGE=file:"+filepath.Join(root, "public"), "ONAIR_STATE=file:"+filepath.Join(root, "state"))
	if err != nil {
		t.Fatal(err)
	}
	w.run(t, "publish", "--yes")
	cache := filepath.Join(root, "home", "cache", "onair")
	dirs := []string{w.dir, filepath.Join(root, "public"), filepath.Join(root, "public", "audio"), filepath.Join(root, "state", ".onair")}
	err = filepath.WalkDir(cache, func(name string, d fs.DirEntry, err error) error {
		if dir := filepath.Dir(name); err == nil && !d.IsDir() && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir) // a folder to which onair writes files
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		if err := os.WriteFile(filepath.Join(dir, ".onair-tmp-LEFTBYADEADPUBLISH"), []byte("half"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	retitle(t, w, "After a kill")
	if err := os.Remove(filepath.Join(w.dir, "onair.lock")); err != nil { // so that onair writes it
		t.Fatal(err)
	}
	w.run(t, "publish", "--yes")
	for _, name := range temporaries(t, root) {
		t.Errorf("%s is left behind", name)
	}
}

// TestCacheStaysSmall checks that the cache does not grow with the number of publishes.
func TestCacheStaysSmall(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	w, err := makeWorkplace(root, startEmulator(t).env()...)
	if err != nil {
		t.Fatal(err)
	}
	cached := func() int {
		for take := range 4 {
			retitle(t, w, fmt.Sprintf("Take %d", take))
			w.run(t, "publish", "--yes")
		}
		return len(outside(t, filepath.Join(root, "home", "cache")))
	}
	// onair does not cache results of files that were written a moment ago.
	await(t, "the first values in the cache", func() bool {
		cached()
		_, err := os.Stat(filepath.Join(root, "home", "cache", "onair", "derived", "audio-probe"))
		return err == nil
	})
	// How many kinds of results have been cached by now depends on how fast the machine is.
	few := cached()
	for range 10 {
		many := cached()
		if many <= few {
			return
		}
		few = many
	}
	t.Errorf("the cache has %d entries, and grows with each publish", few)
}

// temporaries returns the files below a folder that have names of temporary files.
func temporaries(t testing.TB, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if base := filepath.Base(name); err == nil && !d.IsDir() && (strings.Contains(base, "tmp") || strings.Contains(base, "temp")) {
			names = append(names, name)
		}
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return names
}

// retitleAny gives one of the live episodes a new title.
func retitleAny(t testing.TB, w *workplace, n int, title string) {
	t.Helper()
	live := w.source(t).live()
	retitleEpisode(t, w, live[n%len(live)], title)
}
