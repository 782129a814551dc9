package verify

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/internal/retry"
	"onair/publish/release"
	"onair/show"
)

// Expectation is an object as listeners must get it.
type Expectation struct {
	URL    string
	Bytes  int64  // length; 0 disables the check
	Type   string // media type; empty disables the check
	CORS   bool   // a web player on any site may read it
	Ranges bool   // byte ranges of it can be requested (RFC 9110 section 14)
	SHA256 string // SHA-256 of the body, in hex; empty disables the check

	at      finding.Position // where findings about the object point to in the show
	cache   string           // Cache-Control; empty disables the check
	lenient bool             // another type is a warning
	payload int64            // bytes of tagged audio after the tag; 0 for other objects. For tagged audio, SHA256 is that of the digests of tag and payload
	through string           // another address that must lead to the object; empty if there is none

	// published and local are the SHA-256 of a page as it was published, and as
	// the folder has it now; empty disables the check.
	published, local string
}

// Web has the settings for checking a show from outside. The zero value works.
type Web struct {
	Client  *fetch.Client // nil uses a client that can reach every address
	Storage string        // URL of the bucket, for hints that name it

	// Patience is how long it may take until a written object is visible. 0 is 20
	// seconds in Prove, and 90 seconds in Verify, because caches may be a minute
	// behind. A negative value disables further tries.
	Patience time.Duration

	// Waiting is called, also concurrently, when an address is probed again later.
	// It gets the reason. Nil disables it.
	Waiting func(address, reason string)

	// Now and Sleep replace the clock; nil is the system's.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error

	// until is the deadline for small requests and for further tries. A small request gets
	// at least shortest, even after the deadline.
	until time.Time
}

const (
	provePatience  = 20 * time.Second
	verifyPatience = 90 * time.Second
)

// shortest is the time that a request may take even after the deadline.
const shortest = 10 * time.Second

// parallel is how many requests are made at once.
const parallel = 8

// minTries is the number of tries that a probe gets even after the deadline, unless a
// request timed out.
const minTries = 3

// Prove checks objects through their public addresses, as an app will: HEAD, a
// part by Range, length, type, and CORS where it is expected. Faults that may pass
// are checked again while the Web has patience. The findings are V001 to V007, V009,
// V022 and V023, and all of them are errors: a feed that names such an object would
// break for a listener. If ctx ends first the list is incomplete: check ctx.Err.
func Prove(ctx context.Context, w *Web, want []Expectation) finding.List {
	web := *w
	web.until = w.deadline(provePatience)
	return report(web.probeAll(ctx, want), finding.Position{})
}

// Expect returns the expectations for the objects with the keys. It leaves out
// keys that the release does not have.
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

// expect returns the expectation for an object. Audio can be requested by range.
// Transcripts and chapters can be read by web players of other sites, and are
// compared byte for byte because they are small.
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

// Reachable reports whether a show has an address that can be checked. The default
// address only works while onair serve runs.
func Reachable(s *show.Show) bool { return s.URL != show.DefaultURL }

// Visible reports whether a publish can check what listeners get. A local folder
// may not be served yet, unless the show has a CDN or is announced.
func Visible(s *show.Show) bool {
	served := !strings.HasPrefix(s.Storage, "file:") || s.CDN != nil || len(s.Announce) > 0
	return !s.Detached && Reachable(s) && served
}

// maxTimeouts is how many objects may time out. If so many have timed out when the
// deadline is over, the other objects are not requested.
const maxTimeouts = 4

// probeAll checks every expectation, several at once, and returns the problems in the
// order of the expectations.
func (w *Web) probeAll(ctx context.Context, want []Expectation) []problem {
	found := make([][]problem, len(want))
	var timeouts atomic.Int32
	var group errgroup.Group
	group.SetLimit(parallel)
	for i := range want {
		group.Go(func() error {
			if timeouts.Load() >= maxTimeouts && w.Patience >= 0 && !w.now().Before(w.until) {
				p := &probe{Expectation: &want[i], web: w}
				p.add(ruleUnreachable, "not requested, because other requests timed out")
				found[i] = p.problems
				return nil
			}
			found[i] = w.settle(ctx, func() []problem { return w.probe(ctx, &want[i]) })
			if slices.ContainsFunc(found[i], func(p problem) bool { return p.slow }) {
				timeouts.Add(1)
			}
			return nil
		})
	}
	_ = group.Wait() // the functions return no error
	return slices.Concat(found...)
}

// errPassing is the error for which the retry policy tries again.
var errPassing = errors.New("it may pass")

// settle probes again, with growing pauses, until no problem is left that may
// pass, or until the deadline. An address that timed out is not probed again after
// the deadline.
func (w *Web) settle(ctx context.Context, probe func() []problem) []problem {
	policy := retry.Policy{
		First: 250 * time.Millisecond, Longest: 10 * time.Second, Jitter: retry.NoJitter,
		Deadline: w.until, MinTries: minTries, Now: w.Now, Sleep: w.Sleep,
	}
	for n := 1; ; n++ {
		found := probe()
		i := slices.IndexFunc(found, func(p problem) bool { return p.passing })
		if i < 0 || w.Patience < 0 {
			return found
		}
		if found[i].slow {
			policy.MinTries = 0
		}
		if w.Waiting != nil && w.now().Before(w.until) {
			w.Waiting(found[i].url, found[i].Message)
		}
		if policy.Next(ctx, n, errPassing) != nil {
			return found
		}
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

// defaultClient is the client of a Web without one.
var defaultClient = sync.OnceValue(func() *fetch.Client { return fetch.Own(nil) })
