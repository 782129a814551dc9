package e2e

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestKillFolder kills publishes to a served folder at random times while a listener
// sends requests, and then runs them again. The times come from a seed, but which step
// of the publish they hit depends on the machine.
func TestKillFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := newWorkplace(t, "ONAIR_STORAGE=file:"+dir)
	server, err := serve(w, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.stop)
	w = w.with("ONAIR_URL=" + server.url)
	w.run(t, "publish", "--yes")

	retitle(t, w, "Learning how long it takes")
	start := time.Now()
	w.run(t, "publish", "--yes")
	whole := time.Since(start)

	app := &listener{feedURL: server.url + "feed.xml"}
	random := rand.New(rand.NewPCG(1, 2))
	const rounds = 12
	for round := range rounds {
		after := time.Duration(random.Int64N(int64(whole)))
		t.Run(fmt.Sprintf("round %d", round), func(t *testing.T) {
			retitle(t, w, fmt.Sprintf("Take %d", round))
			cmd := w.command("publish", "--yes")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			killer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
			defer killer.Stop()
			ended := make(chan error)
			go func() { ended <- cmd.Wait() }()
			app.lookUntil(ended)

			w.run(t, "publish", "--yes")
			app.look("recovering")
			live := builtFolder(t, dir)
			for key, data := range w.build(t) {
				if string(live[key]) != string(data) {
					t.Errorf("%s: %d bytes that differ from the %d of the build", key, len(live[key]), len(data))
				}
			}
		})
	}
	app.mustBeSatisfied(t, rounds)
}

// lookUntil runs the listener repeatedly until ended has a value or is closed.
func (l *listener) lookUntil(ended <-chan error) {
	for {
		select {
		case <-ended:
			return
		default:
			l.look("a glance at a publish under way")
		}
	}
}

// TestNothingToDo publishes to a folder twice. The second publish must not write any
// file, and plan --exit-code must report no changes.
func TestNothingToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := newWorkplace(t, "ONAIR_STORAGE=file:"+dir)
	w.fails(t, 10, "plan", "--exit-code")
	w.run(t, "publish", "--yes")
	w.run(t, "plan", "--exit-code")

	for _, folder := range []string{dir, w.dir} {
		touch(t, folder, longAgo)
	}
	before := map[string]string{dir: snapshot(t, dir), w.dir: snapshot(t, w.dir)}
	w.run(t, "publish", "--yes")
	for folder, want := range before {
		if diff := cmp.Diff(want, snapshot(t, folder)); diff != "" {
			t.Errorf("the second publish wrote to %s (-before +after):\n%s", folder, diff)
		}
	}
}

// snapshot lists every file below a folder with its size and modification time.
func snapshot(t testing.TB, dir string) string {
	t.Helper()
	var list strings.Builder
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			fmt.Fprintln(&list, name, info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list.String()
}
