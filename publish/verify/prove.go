package verify

import (
	"cmp"
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/publish/release"
	"onair/show"
)

// Expectation is an object as listeners must get it.
type Expectation struct {
	URL    string
	Bytes  int64  // length; 0: not checked
	Type   string // media type; empty: not checked
	CORS   bool   // a web player on any site may read it
	Ranges bool   // parts of it can be had (RFC 9110 section 14)
	SHA256 string // of the body, hex; empty: not checked

	at      finding.Position // what of the show the object belongs to
	cache   string           // Cache-Control; empty: not checked
	lenient bool             // another type does not stop a listener
	payload int64            // of tagged audio, bytes after the tag: SHA256 is the object's own, of the digests of both
	through string           // another address, which has to lead to the object; empty: none

	// published and local are the SHA-256 of a page as it was published, and as
	// the folder would have it now; empty: not checked.
	published, local string
}

// Web is how the show is looked at from outside. The zero value works.
type Web struct {
	Client  *fetch.Client // nil: one that reaches every address
	Storage string        // bucket URL of what is shown, for hints that name it

	// Patience is how long what was just written may take to show. 0: 20 seconds
	// in Prove, and 90 seconds in Verify, where caches may rightly be a minute
	// behind; negative: no time at all.
	Patience time.Duration

	// Now and Sleep are the clock; nil: the system's.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// parallel is how many requests are made at once.
const parallel = 8

const (
	provePatience  = 20 * time.Second
	verifyPatience = 90 * time.Second
)

// Prove looks at objects through their public addresses, as an app will: HEAD, a
// part by Range, length, type, and CORS where it is expected. What time may heal
// is looked at again for as long as the Web has patience. The findings are those
// of the package comment, V001 to V007 and V009, and all of them are errors: a
// feed that names such an object would break a listener. Where ctx ends first
// the list says nothing: look at ctx.Err.
func Prove(ctx context.Context, w *Web, want []Expectation) finding.List {
	deadline := w.deadline(provePatience)
	return w.told(w.all(ctx, want, deadline), finding.Position{})
}

// Expect returns what listeners must get of the objects with the keys. It leaves
// out keys that the release does not have.
func Expect(r *release.Release, keys []string) []Expectation {
	wanted := map[string]bool{}
	for _, key := range keys {
		wanted[key] = true
	}
	var list []Expectation
	for _, o := range r.Objects {
		if wanted[o.Key] {
			list = append(list, expect(r, o))
		}
	}
	return list
}

// expect returns what listeners must get of an object: of audio also by range,
// and of transcripts and chapters also in web players of other sites. Those are
// small, and compared byte for byte.
func expect(r *release.Release, o *release.Object) Expectation {
	e := Expectation{URL: r.Show.URLOf(o.Key), Bytes: o.Size, Type: o.ContentType}
	switch o.Role {
	case release.RoleAudio:
		e.Ranges = true
	case release.RoleTranscript, release.RoleChapters:
		e.CORS, e.SHA256 = true, o.SHA256
	}
	return e
}

// Reachable reports whether a show has an address that can be looked at. The
// default one only means something while onair serve runs.
func Reachable(s *show.Show) bool { return s.URL != show.DefaultURL }

// all looks at every expectation, several at once, and returns what is wrong in
// their order.
func (w *Web) all(ctx context.Context, want []Expectation, deadline time.Time) []problem {
	found := make([][]problem, len(want))
	var group errgroup.Group
	group.SetLimit(parallel)
	for i := range want {
		group.Go(func() error {
			found[i] = w.settle(ctx, deadline, func() []problem { return w.look(ctx, &want[i]) })
			return nil
		})
	}
	_ = group.Wait() // no look fails: it finds
	var list []problem
	for _, f := range found {
		list = append(list, f...)
	}
	return list
}

// steadfast is how often something is looked at before a passing fault of the
// network counts, however late it is.
const steadfast = 3

// settle looks again, with growing pauses, while something is wrong that time
// may heal and the deadline has not passed.
func (w *Web) settle(ctx context.Context, deadline time.Time, look func() []problem) []problem {
	delay := 250 * time.Millisecond
	for n := 1; ; n++ {
		found := look()
		passing := false
		for _, p := range found {
			passing = passing || p.passing
		}
		if !passing || w.Patience < 0 || n >= steadfast && w.now().Add(delay).After(deadline) || w.sleep(ctx, delay) != nil {
			return found
		}
		delay = min(2*delay, 10*time.Second)
	}
}

func (w *Web) deadline(usual time.Duration) time.Time {
	return w.now().Add(cmp.Or(w.Patience, usual))
}

func (w *Web) now() time.Time {
	if w.Now != nil {
		return w.Now()
	}
	return time.Now()
}

func (w *Web) sleep(ctx context.Context, d time.Duration) error {
	if w.Sleep != nil {
		return w.Sleep(ctx, d)
	}
	return pause(ctx, d)
}

// pause waits, or ends with the context.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// ownClient is the client that all share who bring none.
var ownClient = sync.OnceValue(func() *fetch.Client { return fetch.Own(nil) })
