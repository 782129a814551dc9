package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"onair/internal/source"
	"onair/publish/checkout"
	"onair/publish/record"
)

// ErrRefused reports that a plan or a build was refused. A *MissingAudioError,
// *DroppedError or *RetagError is a refusal that does not wrap it.
var ErrRefused = errors.New("refused")

// refusal is an error that is ErrRefused. Its hint says what to do about it, on one line;
// it may be empty.
type refusal struct{ text, hint string }

// refusef returns a refusal without a hint.
func refusef(format string, args ...any) error {
	return &refusal{text: fmt.Sprintf(format, args...)}
}

func (e *refusal) Error() string { return e.text }

// Hint returns what to do about the refusal.
func (e *refusal) Hint() string { return e.hint }

// Is reports whether target is ErrRefused.
func (e *refusal) Is(target error) bool { return target == ErrRefused }

// manyEnclosures is how many live enclosures may get another URL without --retag.
// More look like a mistake in show.yaml.
const manyEnclosures = 10

// check refuses a plan that cannot be carried out, or that would lose something
// that the options do not name.
func (p *Plan) check(ctx context.Context, o *PlanOptions) error {
	for _, check := range []func() error{
		func() error { return p.checkMoved(o.MoveFeed) },
		p.checkAudio,
		func() error { return p.checkForeign(o.Adopt, o.AdoptKeys, o.Drop) },
		func() error { return p.checkDropped(o.Drop) },
		func() error { return p.checkOnly(o.Only) },
		func() error { return p.checkRetag(o.Retag) },
		func() error { return p.checkDescent(ctx, o.OverNewer) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// checkAudio refuses a plan that needs audio which is neither on this machine nor
// in the storage.
func (p *Plan) checkAudio() error {
	if err := p.missingAudio(); err != nil {
		return err
	}
	return nil
}

// missingAudio returns the error of checkAudio, or nil. If several episodes lack audio,
// the error names one that was never live, because the caller can leave that one out.
func (p *Plan) missingAudio() (missing *MissingAudioError) {
	var waiting []string
	for _, c := range p.filter(func(c *Change) bool { return c.Upload > 0 && !c.Joined && c.object.Body == nil }) {
		found := &MissingAudioError{Episode: c.object.Episode, File: c.object.Missing, Key: c.Key}
		isLive := slices.ContainsFunc(p.Previous.Episodes, func(e record.Episode) bool { return e.Slug == found.Episode || e.Audio == c.Key })
		if missing == nil || !isLive && waiting == nil {
			missing = found
		}
		if !isLive {
			waiting = append(waiting, found.Episode)
		}
	}
	if missing != nil {
		missing.Waiting = waiting
	}
	return missing
}

// MissingAudioError reports that an episode's audio is neither on this machine nor
// in the storage.
type MissingAudioError struct {
	Episode, File, Key string

	// Waiting are the slugs of the episodes without audio that were never live. A
	// release can leave them out.
	Waiting []string
}

func (e *MissingAudioError) Error() string {
	return fmt.Sprintf("%s: the audio is neither in the folder (%s) nor in the bucket (%s)", e.Episode, e.File, e.Key)
}

// checkDropped refuses a feed without an episode that is live, unless named contains the
// episode: apps would forget how much of it was played, and directories would remove it.
// It also refuses a name in named that belongs to no episode.
func (p *Plan) checkDropped(named []string) error {
	for _, name := range named {
		published := slices.ContainsFunc(p.Previous.Episodes, func(e record.Episode) bool { return e.GUID == name || e.Slug == name })
		if !published && !p.Release.Knows(name) && !wasPublished(p.Previous, name) && p.Previous.Phase != record.Applying { // an interrupted publish may have removed it already
			var slugs []string
			for _, e := range p.Previous.Episodes {
				slugs = append(slugs, e.Slug)
			}
			if near := source.Nearest(name, slugs); near != "" {
				return &refusal{fmt.Sprintf("there is no episode %q to remove", name), fmt.Sprintf("did you mean %q?", near)}
			}
			return refusef("there is no episode %q to remove", name)
		}
	}
	live := p.Release.LiveGUIDs()
	for _, e := range p.Release.Episodes {
		if old := p.Previous.Episode(e.GUID); e.Waiting && old != nil {
			return &MissingAudioError{Episode: e.Slug, File: e.Audio, Key: old.Audio}
		}
	}
	for _, e := range p.Previous.Episodes {
		if !live[e.GUID] && !slices.Contains(named, e.GUID) && !slices.Contains(named, e.Slug) {
			return &DroppedError{Slug: e.Slug, GUID: e.GUID}
		}
	}
	return nil
}

// DroppedError reports that a live episode would leave the feed, or that its GUID
// would change, which looks the same to an app.
type DroppedError struct{ Slug, GUID string }

func (e *DroppedError) Error() string {
	return fmt.Sprintf("%s (GUID %s) is live and would leave the feed", cmp.Or(e.Slug, "an episode"), e.GUID)
}

// checkOnly refuses a plan that changes the feed item, the pin in the lock or the stored
// audio of an episode that is not named. Pages may change, because they link to the
// episodes before and after. If named is empty, nothing is refused.
func (p *Plan) checkOnly(named []string) error {
	if len(named) == 0 {
		return nil
	}
	for _, slug := range named {
		if _, err := p.Release.Show.Find(slug); err != nil {
			return refusef("%v", err)
		}
	}
	touched, _ := p.Release.PinnedBy()
	for _, e := range p.Episodes {
		if e.changesFeed {
			touched = append(touched, e.Slug)
		}
	}
	for _, c := range p.Parts {
		if c.Upload > 0 {
			touched = append(touched, c.Episode)
		}
	}
	others := slices.DeleteFunc(touched, func(slug string) bool { return slices.Contains(named, slug) })
	slices.Sort(others)
	if others = slices.Compact(others); len(others) > 0 {
		return refusef("the plan is not limited to %s: it also changes %s", strings.Join(named, ", "), strings.Join(others, ", "))
	}
	return nil
}

// checkRetag refuses to change the URL of more than manyEnclosures live enclosures
// without --retag.
func (p *Plan) checkRetag(retag bool) error {
	if n := len(p.Replaced()); n > manyEnclosures && !retag {
		return &RetagError{n}
	}
	return nil
}

// RetagError reports that many live enclosures would get another URL, as after a
// change of the show's title or artwork.
type RetagError struct{ Enclosures int }

func (e *RetagError) Error() string {
	return fmt.Sprintf("%d live enclosures would get another URL", e.Enclosures)
}

// checkDescent refuses a checkout that does not contain the live commit, because
// publishing it would undo the work of others. A checkout with another history is allowed
// if that history has all published files, as after a rebase. A checkout is also refused
// if git cannot answer. Without changes, or outside of a repository, nothing is refused.
func (p *Plan) checkDescent(ctx context.Context, over bool) error {
	if over || p.Previous.Commit == "" || p.Empty() {
		return nil
	}
	dir := p.Release.Show.Folder.Dir
	how, err := checkout.Descends(ctx, dir, p.Previous.Commit)
	if err == nil && (how == checkout.Contained || how != checkout.Older && checkout.HasFiles(ctx, dir, p.Previous.Tree)) {
		return nil
	}
	stale := &staleError{Commit: p.Previous.Commit, Unknown: how == checkout.Unknown, Diverged: how == checkout.Diverged, Err: err}
	if err == nil && how != checkout.Older {
		stale.Shallow = checkout.IsShallow(ctx, dir)
		stale.Changes = p.changedEpisodes()
	}
	return stale
}

// changedEpisodes describes the live episodes that the plan changes.
func (p *Plan) changedEpisodes() (changes []string) {
	for _, e := range p.Episodes {
		if e.changesFeed {
			changes = append(changes, e.Slug+": "+strings.Join(e.Reasons, ", "))
		}
	}
	return changes
}

// staleError reports that the live release was published from a commit that this
// checkout does not contain. It is an ErrConflict.
type staleError struct {
	Commit   string   // the live commit
	Unknown  bool     // this clone does not have the commit at all
	Diverged bool     // the clone has the commit, in another history
	Shallow  bool     // the clone has only a part of the history
	Changes  []string // what the plan changes in the live feed, by episode; nil if the checkout is only behind
	Err      error    // what git reported; nil if git answered
}

// Hint returns what to do about the error.
func (e *staleError) Hint() string {
	switch {
	case e.Err != nil:
		return "git must work in the folder of the show: try git log; --over-newer publishes anyway"
	case !e.Unknown && !e.Diverged:
		return "pull first; --over-newer publishes anyway"
	}
	hint := "if a rebase, squash or amend has rewritten the history, and this checkout has all that should be live, use --over-newer; otherwise pull what is missing"
	if e.Shallow {
		hint = "this clone has only a part of the history: fetch all of it (fetch-depth: 0 in a workflow, git fetch --unshallow); " + hint
	}
	const atMost = 5
	switch n := len(e.Changes); {
	case n == 0:
		hint += "; no episode would change for listeners"
	case n > atMost:
		hint += fmt.Sprintf("; it would change %s; and %d more", strings.Join(e.Changes[:atMost], "; "), n-atMost)
	default:
		hint += "; it would change " + strings.Join(e.Changes, "; ")
	}
	return hint
}

func (e *staleError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("cannot check whether this checkout contains commit %.12s, which is live: %v", e.Commit, e.Err)
	}
	if e.Unknown {
		return fmt.Sprintf("what is live was published from commit %.12s, which this clone does not have", e.Commit)
	}
	return fmt.Sprintf("what is live was published from commit %.12s, which is not part of this checkout", e.Commit)
}

func (e *staleError) Is(target error) bool { return target == ErrConflict }
