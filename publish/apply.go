package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/publish/bucket"
)

// ApplyOptions say how a plan is carried out; nil means defaults.
type ApplyOptions struct {
	Parallel int       // uploads at once; 0: 8
	By       string    // who publishes, for the record
	Commit   string    // of the show's git repository, for the record
	Now      time.Time // for the record
	CacheDir string    // where this machine keeps its copy of the record; empty: nowhere

	// Progress hears about every step and about bytes as they travel. Calls
	// never overlap.
	Progress func(Progress)
}

// Progress is how far one step of an apply is.
type Progress struct {
	Step                string // audio, files, feed, pages
	Objects, AllObjects int
	Bytes, AllBytes     int64
}

// ErrConflict: somebody else published in the meantime. Nothing that listeners
// see was changed by the call that returns it.
var ErrConflict = errors.New("somebody else is publishing")

// Apply carries out a plan in the order that never shows a listener a mixture:
// each step ends before the next begins, and every step can be repeated.
//
//  1. immutable objects, audio first: nothing names them yet;
//  2. new pages: nothing links to them yet;
//  3. (a place for proving all of that through the public URL)
//  4. the claim: release.json, by compare-and-swap; the slower publisher loses
//     here;
//  5. the feed, by compare-and-swap on the version that the plan saw;
//  6. changed pages, each on its planned version;
//  7. (a place for purge, verify and announce)
//  8. the record: done.
//
// Killed anywhere, the live feed names only what is there, and the next Apply
// of a fresh plan goes on where this one stopped.
func Apply(ctx context.Context, p *Plan, b bucket.Bucket, o *ApplyOptions) error {
	if o == nil {
		o = &ApplyOptions{}
	}
	a := &applier{plan: p, bucket: b, o: o}
	state := p.stateOf(Applying)
	state.By, state.At, state.Commit = o.By, o.Now.UTC(), o.Commit
	steps := []func() error{
		func() error { return a.send(ctx, "audio", a.audio()) },
		func() error { return a.send(ctx, "files", a.files()) },
		func() error { return a.record(ctx, state) },
		func() error { return a.send(ctx, "feed", a.changed(Feed)) },
		func() error { return a.send(ctx, "pages", a.changed(Page)) },
		func() error {
			state.Phase = Done
			for key, version := range a.versions {
				r := state.Objects[key]
				r.Version = version
				state.Objects[key] = r
			}
			return a.record(ctx, state)
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type applier struct {
	plan   *Plan
	bucket bucket.Bucket
	o      *ApplyOptions

	mu       sync.Mutex
	progress Progress
	versions map[string]string // of what was written, by key
}

// audio are the enclosures that differ: the long part of step 1.
func (a *applier) audio() []*Change {
	return a.plan.filter(func(c *Change) bool { return c.Action != Keep && c.object.Role == RoleAudio })
}

// files are the rest of step 1 and step 2: all that nothing refers to yet.
func (a *applier) files() []*Change {
	return a.plan.filter(func(c *Change) bool {
		return c.Action != Keep && c.object.Role != RoleAudio && (c.Class == Immutable || c.Class == Page && c.Action == Add)
	})
}

// changed are the objects of a class that listeners may be reading now, or the
// feed in any case.
func (a *applier) changed(class Class) []*Change {
	return a.plan.filter(func(c *Change) bool {
		return c.Class == class && c.Action != Keep && (class == Feed || c.Action != Add)
	})
}

// record claims or closes the publish in release.json.
func (a *applier) record(ctx context.Context, s *State) error {
	err := s.write(ctx, a.bucket, a.o.CacheDir)
	if errors.Is(err, bucket.ErrPrecondition) {
		return fmt.Errorf("%w to %s", ErrConflict, a.plan.Storage)
	}
	return err
}

// send writes the changes of one step, several at once.
func (a *applier) send(ctx context.Context, step string, changes []*Change) error {
	if len(changes) == 0 {
		return nil
	}
	a.progress = Progress{Step: step, AllObjects: len(changes)}
	for _, c := range changes {
		a.progress.AllBytes += c.Upload
	}
	a.report(func(*Progress) {})
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cmp.Or(a.o.Parallel, defaultParallel))
	for _, c := range changes {
		group.Go(func() error { return a.write(ctx, c) })
	}
	return group.Wait()
}

const defaultParallel = 8

// write brings one object into the state the plan says, from the state the plan
// saw.
func (a *applier) write(ctx context.Context, c *Change) error {
	cond := bucket.Condition{Version: c.version}
	if c.Action == Add {
		cond = bucket.Condition{Absent: true}
	}
	var attrs bucket.Attrs
	var err error
	if c.Action == Headers {
		attrs, err = a.bucket.SetHeaders(ctx, c.Key, c.object.Headers, cond)
	} else {
		attrs, err = a.bucket.Write(ctx, a.counted(c.object), cond)
	}
	if errors.Is(err, bucket.ErrPrecondition) {
		attrs, err = a.alreadyThere(ctx, c)
	}
	if err != nil {
		return err
	}
	a.report(func(p *Progress) {
		p.Objects++
		if a.versions == nil {
			a.versions = map[string]string{}
		}
		a.versions[c.Key] = attrs.Version
	})
	return nil
}

// alreadyThere looks whether somebody wrote the very bytes meanwhile, which is
// what two publishes of one show do. Anything else is a conflict.
func (a *applier) alreadyThere(ctx context.Context, c *Change) (bucket.Attrs, error) {
	for attrs, err := range a.bucket.List(ctx, c.Key) {
		if err != nil {
			return attrs, err
		}
		if attrs.Key == c.Key && same(attrs, c.object, a.headerless()) {
			return attrs, nil
		}
		break
	}
	return bucket.Attrs{}, fmt.Errorf("%w: %s is not as it was when the plan was made", ErrConflict, c.Key)
}

func (a *applier) headerless() bool {
	_, ok := a.bucket.(bucket.Headerless)
	return ok
}

// report changes the progress and tells about it.
func (a *applier) report(change func(*Progress)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.progress)
	if a.o.Progress != nil {
		a.o.Progress(a.progress)
	}
}

// counted is an object whose body reports its bytes as they are read. A retry
// reads from the start and takes back what the attempt before it had counted.
func (a *applier) counted(o *Object) *bucket.Object {
	if a.o.Progress == nil {
		return &o.Object
	}
	counted := o.Object
	var sent int64
	counted.Body = func() (io.ReadCloser, error) {
		a.report(func(p *Progress) { p.Bytes -= sent; sent = 0 })
		r, err := o.Body()
		if err != nil {
			return nil, err
		}
		return &countingReader{ReadCloser: r, add: func(n int) {
			a.report(func(p *Progress) { p.Bytes += int64(n); sent += int64(n) })
		}}, nil
	}
	return &counted
}

type countingReader struct {
	io.ReadCloser
	add func(int)
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.add(n)
	return n, err
}
