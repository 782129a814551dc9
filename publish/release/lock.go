package release

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"

	"onair/internal/durable"
	"onair/internal/finding"
	"onair/show"
	"onair/show/pins"
)

// ErrLocked reports that onair.lock would change where that is not allowed, as in
// CI.
var ErrLocked = errors.New("onair.lock would change")

// PinnedBy returns the slugs of the episodes whose entries in the lock the release adds
// or changes, in the order of the release. show says whether the release changes the
// show's own entry.
func (r *Release) PinnedBy() (slugs []string, show bool) {
	for _, e := range r.Episodes {
		pin, old := r.Lock.Episodes[e.GUID], r.Show.Lock.Episodes[e.GUID]
		if pin != nil && !reflect.DeepEqual(pin, old) {
			slugs = append(slugs, e.Slug)
		}
	}
	return slugs, r.Lock.PodcastGUID != r.Show.Lock.PodcastGUID
}

// LockChanges reports whether publishing the release would change onair.lock. A private
// target pins nothing.
func (r *Release) LockChanges() bool {
	return !r.Show.Private && !bytes.Equal(r.Lock.Format(), r.Show.Lock.Format())
}

// WriteLock replaces the show's onair.lock by the release's lock, if they differ. It
// returns ErrLocked instead if locked is set.
func (r *Release) WriteLock(locked bool) error {
	if !r.LockChanges() {
		return nil
	}
	if locked {
		return ErrLocked
	}
	if r.Show.Folder.Dir == "" {
		return fmt.Errorf("write %s: the show is not in a folder of this machine", pins.File)
	}
	if err := durable.WriteFile(filepath.Join(r.Show.Folder.Dir, pins.File), r.Lock.Format(), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", pins.File, err)
	}
	return nil
}

// KeptLock returns the copy of the lock that is kept beside the record, and its
// SHA-256. Unless the record is private, the copy has only the live episodes. A private
// show keeps no copy: data is nil.
func (r *Release) KeptLock(private bool) (data []byte, sum string) {
	if r.Show.Private {
		return nil, ""
	}
	lock := r.Lock
	if !private {
		lock = lock.Clone()
		live := r.LiveGUIDs()
		maps.DeleteFunc(lock.Episodes, func(guid string, _ *pins.Pin) bool { return !live[guid] })
	}
	data = lock.Format()
	return data, fmt.Sprintf("%x", sha256.Sum256(data))
}

// forget removes an episode from the release's lock. If the episode is still in the
// show's folder and not a draft, forget reports a finding instead, because the episode
// would be pinned again.
func (b *builder) forget(name string) {
	for _, e := range b.release.Episodes {
		if (e.GUID == name || e.Slug == name) && e.Status != show.Draft {
			b.findings.Add(ruleRemove.At(finding.Position{File: e.File}, "%s cannot be removed while it is %s in the folder", name, e.Status))
			return
		}
	}
	maps.DeleteFunc(b.release.Lock.Episodes, func(guid string, pin *pins.Pin) bool { return guid == name || pin.Slug == name })
}

// Knows reports whether the show's lock has an episode with the slug or GUID.
func (r *Release) Knows(name string) bool {
	for guid, pin := range r.Show.Lock.Episodes {
		if guid == name || pin.Slug == name {
			return true
		}
	}
	return false
}
