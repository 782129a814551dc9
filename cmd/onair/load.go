package main

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/sourcefs"
	"onair/publish/release"
	"onair/show"
)

// loadShow reads the show in the folder of -C, for the target of --to. The show is nil
// if show.yaml cannot be read. The trace records which files were read; it may be nil.
func loadShow(a *app, newGUID []string, trace *derive.Trace) (*show.Show, finding.List, error) {
	dir, err := filepath.Abs(a.dir)
	if err != nil {
		return nil, nil, err
	}
	files, err := openSources(a, dir)
	if err != nil {
		return nil, nil, err
	}
	o := &show.LoadOptions{Dir: dir, Target: a.target, Env: trace.Env(a.env), NewGUID: newGUID, Rules: allRules()}
	s, found := show.Load(trace.FS(files, dir), o)
	return s, found, nil
}

// openSources opens the source files of a show or repository. dir is the absolute path
// of its folder. In a CI job, files outside the job's workspace are refused.
func openSources(a *app, dir string) (*sourcefs.FS, error) {
	workspace := ""
	if ci := a.getenv("CI"); ci != "" && ci != "false" && ci != "0" {
		workspace = cmp.Or(a.getenv("GITHUB_WORKSPACE"), a.getenv("CI_PROJECT_DIR"), a.getenv("CI_WORKSPACE"), dir)
	}
	return sourcefs.Open(dir, workspace)
}

// requireShow loads a show. If the show has errors, it prints them and returns an
// exitError.
func requireShow(a *app) (*show.Show, error) {
	s, found, err := loadShow(a, nil, nil)
	if err != nil {
		return nil, err
	}
	return s, a.refuse(counted(s, found), s)
}

// loadAnyShow loads a show, which may have errors. If show.yaml cannot be read, it
// prints why and returns an exitError.
func loadAnyShow(a *app) (*show.Show, error) {
	s, found, err := loadShow(a, nil, nil)
	if err == nil && s == nil {
		err = a.refuse(found, nil)
	}
	return s, err
}

// counted returns the findings that show.yaml does not accept. The show may be nil.
func counted(s *show.Show, l finding.List) finding.List {
	if s != nil {
		l, _ = s.SplitAccepted(l)
	}
	return l
}

// earlyFunc returns a function that receives each object and its bytes while the
// release of a show is being built.
type earlyFunc func(*show.Show) (func(*release.Object, []byte), error)

// releaseFlags say which part of a release a command needs.
type releaseFlags struct {
	early       earlyFunc // may be nil
	withoutSite bool      // the command does not need the pages and the files of the search index
}

// buildRelease loads the show and builds its release. It returns all findings about
// both, including accepted ones. The release is nil if show.yaml cannot be read. The
// trace may be nil.
func buildRelease(ctx context.Context, a *app, f *changeFlags, trace *derive.Trace, need releaseFlags) (*release.Release, finding.List, error) {
	s, found, err := loadShow(a, nil, trace)
	if err != nil || s == nil {
		return nil, found, err
	}
	if err := f.resolve(s); err != nil {
		return nil, nil, err
	}
	if len(f.newGUID) > 0 {
		if s, found, err = loadShow(a, f.newGUID, trace); err != nil || s == nil {
			return nil, found, err
		}
	}
	var rendered func(*release.Object, []byte)
	if need.early != nil && !counted(s, found).HasErrors() {
		if rendered, err = need.early(s); err != nil {
			return nil, found, err
		}
	}
	progress, done := showChecking(a)
	defer done()
	r, more, err := release.New(ctx, s, &release.Options{
		Progress:     progress,
		Now:          a.now(),
		Cache:        a.cache(),
		Trace:        trace,
		Rendered:     rendered,
		WithoutIndex: need.withoutSite,
		WithoutPages: need.withoutSite,
		MayWait:      f.mayWait,
		LeaveOut:     f.leaveOut,
		ReplaceAudio: f.replaceAudio,
		Remove:       f.remove,
	})
	found = append(found, more...)
	found.Sort()
	return r, found, err
}

// inspectRelease builds the release of a show that may have errors, for a command that
// changes nothing. If an error leaves open which storage the show uses, it prints the
// findings and returns an exitError.
func inspectRelease(ctx context.Context, a *app, f *changeFlags, trace *derive.Trace, need releaseFlags) (*release.Release, finding.List, error) {
	r, found, err := buildRelease(ctx, a, f, trace, need)
	if err != nil {
		return nil, nil, err
	}
	var s *show.Show
	if r != nil {
		s = r.Show
		found = counted(s, found)
	}
	if a.annotate {
		if err := a.writeAnnotations(a.stderr, found); err != nil {
			return nil, nil, err
		}
	}
	if r == nil || slices.ContainsFunc(found, release.LocationInDoubt) {
		err = a.refuse(found, s)
	}
	if err == nil && r == nil {
		err = errors.New("there is no show")
	}
	return r, found, err
}

// requireRelease builds the release of a show. If the show has errors, it prints them
// and returns an exitError.
func requireRelease(ctx context.Context, a *app, f *changeFlags, trace *derive.Trace, need releaseFlags) (*release.Release, finding.List, error) {
	r, found, err := inspectRelease(ctx, a, f, trace, need)
	if err == nil {
		err = a.refuse(found, r.Show)
	}
	return r, found, err
}
