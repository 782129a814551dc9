package publish

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"onair/publish/record"
	"onair/publish/release"
)

// reasonErased is the reason to delete the objects of an episode that is erased.
const reasonErased = "belongs to an episode that is erased"

// addStandIns adds a page to a release for each recorded page of an episode that the
// release does not have. The page says that the episode is gone, or leads to the
// episode's present page.
func addStandIns(r *release.Release, s *record.State) error {
	wanted := map[string]bool{}
	for _, o := range r.Objects {
		wanted[o.Key] = true
	}
	moved := movedPages(r, s)
	for _, key := range sortedKeys(s.Objects) {
		if wanted[key] || !aPage.MatchString(key) || s.Objects[key].Class != string(release.Page) {
			continue
		}
		e := liveEpisode(r, moved[slugOfPage(key)])
		var err error
		if e != nil {
			err = r.AddMovedPage(key, e)
		} else {
			err = r.AddGonePage(key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func slugOfPage(key string) string { return strings.Split(key, "/")[1] }

func liveEpisode(r *release.Release, guid string) *release.Episode {
	for _, e := range r.Live() {
		if guid != "" && e.GUID == guid {
			return e
		}
	}
	return nil
}

// movedPages returns the GUIDs of episodes by their former slugs.
func movedPages(r *release.Release, s *record.State) map[string]string {
	moved := maps.Clone(s.Moved)
	if moved == nil {
		moved = map[string]string{}
	}
	for _, old := range s.Episodes {
		if e := liveEpisode(r, old.GUID); e != nil && old.Slug != "" && e.Slug != old.Slug {
			moved[old.Slug] = old.GUID
		}
	}
	return moved
}

// isOf reports whether a key belongs to a file of the episode with a slug: its page,
// audio, captions and others.
func isOf(key, slug string) bool {
	audio := regexp.MustCompile(`^audio/` + regexp.QuoteMeta(slug) + `-[0-9a-f]{16}\.`)
	return strings.HasPrefix(key, "episodes/"+slug+"/") || audio.MatchString(key)
}

// wasPublished reports whether the record has an object of the episode with a slug.
func wasPublished(s *record.State, slug string) bool {
	for key := range s.Objects {
		if isOf(key, slug) {
			return true
		}
	}
	return false
}

// erase plans to delete the objects of removed episodes, by slug or GUID, that the
// release does not need, and those that an interrupted publish did not erase.
func (p *Plan) erase(names []string) {
	p.erased = slices.Clone(p.Previous.Pending.Erase)
	for _, name := range names {
		if old := p.Previous.Episode(name); old != nil {
			name = old.Slug
		}
		p.erased = append(p.erased, name)
	}
	slices.Sort(p.erased)
	p.erased = slices.Compact(p.erased)
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.object != nil && !c.object.Gone || !slices.ContainsFunc(p.erased, func(slug string) bool { return isOf(c.Key, slug) }) {
			continue
		}
		c.Action, c.Reason, c.Upload, c.object = Keep, reasonErased, 0, nil
		if _, there := p.seen.Objects[c.Key]; there {
			c.Action = Delete
		}
	}
}

// Erased reports whether the object is deleted because its episode is erased.
func (c *Change) Erased() bool { return c.Action == Delete && c.Reason == reasonErased }

// erasedKeys returns the keys that the plan erases.
func (p *Plan) erasedKeys() (keys []string) {
	for _, c := range p.Changes {
		if c.Erased() {
			keys = append(keys, c.Key)
		}
	}
	return keys
}

// erase deletes the objects that the plan erases. The live feed no longer names them.
func (a *applier) erase(ctx context.Context) error {
	var erased []*Change
	for i := range a.plan.Changes {
		if c := &a.plan.Changes[i]; c.Erased() {
			erased = append(erased, c)
		}
	}
	if len(erased) > 0 {
		a.meter.begin("erase", erased)
		if err := a.uploads.each(ctx, erased, a.remover(a.storage.Public)); err != nil {
			return err
		}
		a.meter.note("erase", strings.Join(a.plan.erased, ", "))
	}
	for _, c := range erased {
		delete(a.state.Objects, c.Key)
		a.state.Deleting = slices.DeleteFunc(a.state.Deleting, func(key string) bool { return key == c.Key })
	}
	a.state.Pending.Erase = nil
	return nil
}
