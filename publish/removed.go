package publish

import (
	"context"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"onair/internal/plural"
	"onair/publish/bucket"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

// reasonErased is the reason to delete the objects of an episode that is erased.
const reasonErased = "belongs to an episode that is erased"

// addStandIns adds stand-ins to a release for recorded pages that the release no longer
// has. The stand-in for a page of a live episode leads to the episode's present page. Any
// other says that the episode or the page is gone, because the old page may name an
// episode that was removed.
func addStandIns(r *release.Release, s *record.State) error {
	wanted := map[string]bool{}
	for _, o := range r.Objects {
		wanted[o.Key] = true
	}
	moved := movedPages(r, s)
	for _, key := range sortedKeys(s.Objects) {
		if wanted[key] || s.Objects[key].Class != string(release.Page) {
			continue
		}
		if err := addStandIn(r, moved, wanted, key); err != nil {
			return err
		}
	}
	return nil
}

func addStandIn(r *release.Release, moved map[string]string, wanted map[string]bool, key string) error {
	slug, rest := splitEpisodeKey(key)
	isPage := path.Ext(key) == ".html"
	if e := liveEpisodeAt(r, moved, slug); e != nil {
		to := show.PageKey(e.Slug)
		if same := "episodes/" + e.Slug + "/" + rest; wanted[same] {
			to = same
		}
		if !isPage || !wanted[to] { // the show may have no pages any more
			return nil
		}
		return r.AddMovedPage(key, to, e)
	}
	switch {
	case isPage && (slug != "" || !r.Show.Site.Disabled):
		return r.AddGonePage(key)
	case slug != "" && path.Base(key) == "oembed.json":
		return r.AddGoneEmbed(key)
	}
	return nil
}

// liveEpisodeAt returns the live episode that has a slug, or had it before; nil if there
// is none.
func liveEpisodeAt(r *release.Release, moved map[string]string, slug string) *release.Episode {
	guid := moved[slug]
	for _, e := range r.Live() {
		if slug != "" && (e.Slug == slug || e.GUID == guid) {
			return e
		}
	}
	return nil
}

// splitEpisodeKey returns the slug in the key of an episode's page and the rest of the
// key. The slug is empty for any other key.
func splitEpisodeKey(key string) (slug, rest string) {
	if below, ok := strings.CutPrefix(key, "episodes/"); ok {
		if slug, rest, ok = strings.Cut(below, "/"); ok {
			return slug, rest
		}
	}
	return "", ""
}

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
	rest, isAudio := strings.CutPrefix(key, "audio/"+slug)
	return strings.HasPrefix(key, "episodes/"+slug+"/") || isAudio && afterSlug.MatchString(rest)
}

// afterSlug matches what follows the slug in the key of audio: the language of an
// alternate, and the hash.
var afterSlug = regexp.MustCompile(`^(\.[a-z0-9-]+)?-[0-9a-f]{16}\.`)

// wasPublished reports whether the record has an object of the episode with a slug.
func wasPublished(s *record.State, slug string) bool {
	for key := range s.Objects {
		if isOf(key, slug) {
			return true
		}
	}
	return false
}

// erase plans the deletion of the objects of the named episodes, and of episodes that an
// earlier publish did not finish erasing. It spares objects that the release needs. A
// name is a slug or a GUID. If everybody can read the parts, erase also plans the deletion
// of parts that nothing needs.
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
		if c.object != nil && !c.object.Gone || !slices.ContainsFunc(p.erased, func(slug string) bool { return p.belongsTo(c.Key, slug) }) {
			continue
		}
		c.Action, c.Reason, c.Upload, c.object = Keep, reasonErased, 0, nil
		if _, there := p.seen.Objects[c.Key]; there {
			c.Action = Delete
		}
	}
	if len(p.erased) > 0 && !p.seen.Private { // everybody can read the parts
		for _, key := range p.unneededParts() {
			p.deletePart(key, reasonErased)
		}
	}
}

// belongsTo reports whether an object of an earlier release belongs to the episode with
// this slug.
func (p *Plan) belongsTo(key, slug string) bool { return isOf(key, slug) || p.leftWith(key, slug) }

// leftWith reports whether an object below assets/, such as an image, a waveform or a file
// of the search index, left the release at the same time as the page of the episode with
// this slug.
func (p *Plan) leftWith(key, slug string) bool {
	if ext := path.Ext(key); !strings.HasPrefix(key, "assets/") || ext == ".css" || ext == ".js" {
		return false
	}
	page, published := p.Previous.Objects[show.PageKey(slug)]
	since := p.Previous.Objects[key].Unwanted
	return published && (since == nil && page.Unwanted == nil || since != nil && page.Unwanted != nil && since.Equal(*page.Unwanted))
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

func erasedOf(changes []Change) (erased []*Change) {
	for i := range changes {
		if c := &changes[i]; c.Erased() {
			erased = append(erased, c)
		}
	}
	return erased
}

// erase deletes the objects that the plan erases. The live feed no longer names them.
func (a *applier) erase(ctx context.Context) error {
	erased, parts := erasedOf(a.plan.Changes), erasedOf(a.plan.Parts)
	if len(erased)+len(parts) > 0 {
		a.meter.begin("erase", slices.Concat(erased, parts))
		if err := a.uploads.each(ctx, erased, a.remover(a.storage.Public)); err != nil {
			return err
		}
		if err := a.uploads.each(ctx, parts, a.remover(a.storage.Records())); err != nil {
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

// Removed counts the files of removed episodes by kind, in texts such as "1 page". The
// text erased is about the files that the plan deletes, and staying about the files that
// stay until they are pruned. A text is empty if there are no such files.
func (p *Plan) Removed() (erased, staying string) {
	var now, later []string
	for _, c := range slices.Concat(p.Changes, p.Parts) {
		switch {
		case c.Erased():
			now = append(now, c.Key)
		case c.Action == Keep && c.object == nil && slices.ContainsFunc(p.Episodes, func(e EpisodeChange) bool {
			return e.Action == Delete && e.Slug != "" && p.belongsTo(c.Key, e.Slug)
		}):
			later = append(later, c.Key)
		}
	}
	return countKinds(now), countKinds(later)
}

func countKinds(keys []string) string {
	counts := map[string]int{}
	for _, key := range keys {
		counts[kindOf(key)]++
	}
	var parts []string
	for _, kind := range sortedKeys(counts) {
		parts = append(parts, plural.Count(counts[kind], kind))
	}
	return strings.Join(parts, ", ")
}

// kindOf returns the kind of an object of a removed episode, as a noun in the singular.
func kindOf(key string) string {
	name, ext := path.Base(key), path.Ext(key)
	switch {
	case strings.HasPrefix(key, "audio/"):
		return "audio file"
	case ext == ".html" && !isHashed(key), name == "oembed.json":
		return "page"
	case strings.HasPrefix(name, "transcript"):
		return "transcript or caption file"
	case strings.HasPrefix(name, "chapters-"):
		return "chapters file"
	case strings.HasPrefix(name, "search"):
		return "search file"
	case strings.HasPrefix(key, bucket.PartsPrefix):
		return "part of audio"
	}
	return "image"
}
