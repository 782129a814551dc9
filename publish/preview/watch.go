package preview

import (
	"context"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Pauses of watch.
const (
	settle       = 30 * time.Millisecond // after an event, for further events of the same save
	scanInterval = 2 * time.Second       // between scans; network drives, for example, report no events
)

// watch sends to changes when the folder no longer has the fingerprint last, and then at
// each change, until ctx ends. It uses events of the system, and scans the folder at
// intervals for changes without events.
func watch(ctx context.Context, dir string, last uint64, changes chan struct{}, log func(string)) {
	var events <-chan fsnotify.Event
	w, err := fsnotify.NewWatcher()
	if err == nil {
		defer w.Close()
		events = w.Events
		go func() {
			for range w.Errors { // such as too many events at once: the scan finds what was missed
			}
		}()
		err = addFolders(w, dir)
	}
	if err != nil {
		log(fmt.Sprintf("changes are found by a scan every %d s: %v", int(scanInterval.Seconds()), err))
	}
	ticks := time.NewTicker(scanInterval)
	defer ticks.Stop()
	gone := false
	for {
		scanned := false
		select {
		case <-ctx.Done():
			return
		case e, ok := <-events:
			if !ok {
				events = nil
				continue
			}
			if ignored(filepath.Base(e.Name)) || e.Op == fsnotify.Chmod {
				continue
			}
			if e.Has(fsnotify.Create) {
				_ = addFolders(w, e.Name) // fails for a file; a folder that cannot be watched is scanned
			}
			wait(ctx, events)
		case <-ticks.C:
			scanned = true
		}
		now := fingerprint(dir)
		if now == last {
			continue
		}
		last = now
		if scanned && events != nil {
			_ = addFolders(w, dir) // the folder may be a new one
		}
		if _, err := os.Stat(dir); err != nil {
			if !gone {
				log("the folder of the show is gone; the last pages stay")
			}
			gone = true
			continue
		}
		gone = false
		again(changes)
	}
}

// wait waits until a save is over: an editor may write several files, or one in parts.
func wait(ctx context.Context, events <-chan fsnotify.Event) {
	deadline := time.After(10 * settle)
	for {
		select {
		case <-events:
		case <-time.After(settle):
			return
		case <-deadline:
			return
		case <-ctx.Done():
			return
		}
	}
}

// ignored reports whether a file or folder does not belong to the show: it is hidden, is
// a copy that an editor keeps, or holds packages of Node.js.
func ignored(name string) bool {
	return strings.HasPrefix(name, ".") && name != "." || strings.HasSuffix(name, "~") || strings.HasSuffix(name, ".swp") || name == "node_modules"
}

// addFolders watches a folder and the folders below it. Symbolic links are not followed.
func addFolders(w *fsnotify.Watcher, dir string) error {
	return walk(dir, func(path string, d fs.DirEntry) error {
		if d.IsDir() {
			return w.Add(path)
		}
		return nil
	})
}

// fingerprint returns a hash of the names, sizes and times of all files of a show.
func fingerprint(dir string) uint64 {
	sum := fnv.New64a()
	_ = walk(dir, func(path string, d fs.DirEntry) error {
		if info, err := d.Info(); err == nil && !d.IsDir() {
			fmt.Fprintf(sum, "%s\x00%d\x00%d\x00", path, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return sum.Sum64()
}

// walk calls f for the files and folders of a show that can be read.
func walk(dir string, f func(path string, d fs.DirEntry) error) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil // removed meanwhile
		case path != dir && ignored(d.Name()):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		return f(path, d)
	})
}
