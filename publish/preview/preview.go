// Package preview serves a show while it is edited. It builds the release in memory,
// serves its objects, watches the folder of the show, and tells open pages about each
// new build. Masters are streamed, never copied.
//
// The pages get a script that the preview alone has (live.js): it applies a change to
// the open page, shows findings, and marks episodes that are not live. If a build has
// errors, the objects of the last good one stay.
package preview

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"onair/internal/finding"
	"onair/internal/plural"
	"onair/publish/release"
	"onair/show"
)

// Options are the options of a preview. A field is required unless its comment says
// otherwise.
type Options struct {
	Dir string // the folder of the show, to watch

	// Build builds the release. It is called again after every change, one call at a
	// time. withIndex says whether the release must have a search index, which takes long
	// to build: it is true only once nothing has changed for a while.
	Build func(ctx context.Context, withIndex bool) (*Build, error)

	// Log is called with a line for the terminal, in a few words.
	Log func(line string)

	NoWatch bool // do not watch the show for changes; optional
}

// Build is a release, and what the preview shows about it.
type Build struct {
	Release  *release.Release  // nil if the show cannot be read
	Findings finding.List      // without the findings that the show accepts
	Marks    map[string]string // why an episode is not live, by slug
}

// Preview is a show that is served while it is edited.
type Preview struct {
	o *Options

	mu      sync.Mutex
	objects map[string]*release.Object // of the last good build
	feed    string
	state   state
	waiting []chan struct{} // closed at the next change of state
}

// state is what open pages know of the last build, as JSON.
type state struct {
	Build    int               `json:"build"` // counts changes of the objects
	Findings []found           `json:"findings"`
	Marks    map[string]string `json:"marks"`
}

// found is a finding as a page shows it.
type found struct {
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	Place    string `json:"place"` // file, line and column; may be empty
	Message  string `json:"message"`
	Hint     string `json:"hint"`
}

// New returns a preview, which serves nothing until Run has built the show.
func New(o *Options) *Preview { return &Preview{o: o} }

// indexDelay is how long nothing must change before the search index is built.
const indexDelay = time.Second

// Run builds the show, and builds it again after each change until ctx ends.
func (p *Preview) Run(ctx context.Context) {
	changes := make(chan struct{}, 1)
	if !p.o.NoWatch {
		// The fingerprint is taken before the first build, so that no change is missed.
		go watch(ctx, p.o.Dir, fingerprint(p.o.Dir), changes, p.o.Log)
	}
	withIndex := false
	for {
		p.build(ctx, withIndex, changes)
		var idle <-chan time.Time
		if !withIndex {
			idle = time.After(indexDelay)
		}
		select {
		case <-ctx.Done():
			return
		case <-changes:
			withIndex = false
		case <-idle:
			withIndex = true
		}
	}
}

// build builds once. With withIndex, a change of the show cancels the build.
func (p *Preview) build(ctx context.Context, withIndex bool, changes chan struct{}) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	started := time.Now()
	if withIndex {
		stop := make(chan struct{})
		defer close(stop)
		go func() {
			select {
			case <-changes:
				cancel()
				again(changes)
			case <-stop:
			}
		}()
	}
	b, err := p.o.Build(ctx, withIndex)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		p.o.Log(err.Error())
		b = &Build{Findings: finding.List{{Severity: finding.Error, Message: err.Error()}}}
	}
	changed := p.set(b)
	if !withIndex && changed {
		p.o.Log(summary(b, time.Since(started)))
	}
}

// again notes that there is something to build.
func again(changes chan struct{}) {
	select {
	case changes <- struct{}{}:
	default:
	}
}

// set takes a build and reports whether anything differs for open pages.
func (p *Preview) set(b *Build) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := p.state
	next.Findings, next.Marks = nil, b.Marks
	for _, f := range b.Findings {
		next.Findings = append(next.Findings, found{f.Severity.String(), f.Rule, f.Position.String(), f.Message, f.Hint})
	}
	if b.Release != nil && !b.Findings.HasErrors() {
		objects := make(map[string]*release.Object, len(b.Release.Objects))
		differs := len(b.Release.Objects) != len(p.objects)
		for _, o := range b.Release.Objects {
			objects[o.Key] = o
			old := p.objects[o.Key]
			differs = differs || old == nil || old.SHA256 != o.SHA256
		}
		p.objects, p.feed = objects, b.Release.Feed.Key
		if differs {
			next.Build++
		}
	}
	before, _ := json.Marshal(p.state)
	after, _ := json.Marshal(next)
	if string(before) == string(after) {
		return false
	}
	p.state = next
	for _, c := range p.waiting {
		close(c)
	}
	p.waiting = nil
	return true
}

// current returns the state, and a channel that is closed when the state changes.
func (p *Preview) current() (state, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := make(chan struct{})
	p.waiting = append(p.waiting, c)
	return p.state, c
}

// object returns an object of the last good build, or nil.
func (p *Preview) object(key string) *release.Object {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.objects[key]
}

// summary returns a line about a build.
func summary(b *Build, took time.Duration) string {
	if n := b.Findings.Count(finding.Error); n > 0 {
		return fmt.Sprintf("%s; the pages show the last good build", plural.Count(n, "error"))
	}
	return fmt.Sprintf("built %s in %d ms", plural.Count(len(b.Release.Objects), "file"), took.Milliseconds())
}

// Reveal prepares the drafts and scheduled episodes of a show to be live in a preview.
// It returns why each of them is not live, by slug, and the time at which all are live.
// Drafts without a date get today's. Drafts without audio stay drafts.
func Reveal(s *show.Show, now time.Time) (marks map[string]string, then time.Time) {
	marks, then = map[string]string{}, now
	for _, e := range s.Episodes {
		switch e.Status(now) {
		case show.Draft:
			if _, err := s.Folder.Stat(e.Audio); err != nil {
				continue // nothing to hear yet
			}
			marks[e.Slug] = "draft"
			if e.Draft = false; e.Date.IsZero() {
				e.Date = now.Truncate(24 * time.Hour)
			}
		case show.Scheduled:
			marks[e.Slug] = "scheduled for " + e.Date.In(s.Timezone).Format("2006-01-02 15:04")
		}
		if e.Date.After(then) {
			then = e.Date
		}
	}
	slices.SortStableFunc(s.Episodes, func(a, b *show.Episode) int { return b.Date.Compare(a.Date) })
	return marks, then
}
