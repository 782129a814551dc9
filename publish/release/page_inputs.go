package release

import (
	"onair/internal/derive"
	"onair/show"
	"onair/templates"
)

// pageInputs sums up what the embedded theme's pages are rendered from. A page is
// rendered again if any of it changes.
//
// The page of an episode shows the show's settings, the episode with its transcripts,
// and the titles of its neighbours. All other pages show the whole site without
// transcripts. What is summed up is more than what they show: whole structs, so that
// a new field of a template cannot be forgotten here.
type pageInputs struct {
	site     *templates.Site
	show     derive.Key            // of what every page depends on
	episodes map[*show.Episode]int // index of site.Episodes
	keys     []derive.Key          // of each episode, without its transcripts; zero if unknown
}

var pageFunc = derive.Func{Name: "pages", Version: 1}

// newPageInputs returns the inputs of pages, or nil if nothing is remembered.
func newPageInputs(b *builder, site *templates.Site) *pageInputs {
	if b.o.Cache == nil || b.place == "" {
		return nil
	}
	in := &pageInputs{site: site, episodes: map[*show.Episode]int{}}
	settings := *b.show
	settings.Episodes, settings.Lock, settings.Folder = nil, nil, show.Folder{}
	var err error
	in.show, err = derive.TryKey(settings, site.Description, site.ArtworkKey, site.FeedKey, site.AssetKeys)
	if err != nil {
		return nil
	}
	for i, e := range site.Episodes {
		in.episodes[e.Episode] = i
		in.keys = append(in.keys, in.ofEpisode(e))
	}
	return in
}

// ofEpisode returns the key of an episode without its transcripts; zero if it has
// none.
func (in *pageInputs) ofEpisode(e *templates.Episode) derive.Key {
	page := *e
	page.Transcripts = nil
	page.Notes = ""  // they are rendered from the source of the notes
	notes := e.Notes // without the images that have other addresses, which is what the key is for
	images := []string{}
	image := func(name string) { images = append(images, name, in.site.ImageKeys[name]) }
	for _, c := range e.Chapters {
		image(c.Image)
	}
	for _, c := range e.Credits(in.site.Show) {
		image(c.Person.Image)
	}
	for _, s := range e.Sponsors {
		image(s.Logo)
	}
	// The zone says which days the times are, and what it says may change.
	zone := in.site.Show.Timezone
	key, err := derive.TryKey(page, e.Episode.Notes, notes, images, e.Date.In(zone).String(), e.Updated.In(zone).String())
	if err != nil {
		return derive.Key{}
	}
	return key
}

// episode returns the key of the page of an episode; zero if its page is not to be
// remembered.
func (in *pageInputs) episode(e *Episode) derive.Key {
	if in == nil {
		return derive.Key{}
	}
	i, ok := in.episodes[e.Episode]
	if !ok || in.keys[i] == (derive.Key{}) {
		return derive.Key{}
	}
	inputs := []any{in.show, in.keys[i]}
	for _, neighbour := range []int{i - 1, i + 1} {
		if neighbour < 0 || neighbour >= len(in.site.Episodes) {
			inputs = append(inputs, "none")
			continue
		}
		other := in.site.Episodes[neighbour]
		inputs = append(inputs, "episode", other.Slug, other.Title)
	}
	for n, t := range e.transcripts {
		if t.key == (derive.Key{}) {
			return derive.Key{}
		}
		link := in.site.Episodes[i].Transcripts[n]
		inputs = append(inputs, link.Language, link.Files, link.EditURL, link.Contributors, t.key)
	}
	return derive.KeyOf(inputs...)
}

// shared returns the key of all pages but those of episodes; zero if they are not to
// be remembered.
func (in *pageInputs) shared() derive.Key {
	if in == nil {
		return derive.Key{}
	}
	inputs := []any{in.show, in.site.ImageKeys, in.site.Updated.String()}
	for _, key := range in.keys {
		if key == (derive.Key{}) {
			return derive.Key{}
		}
		inputs = append(inputs, key)
	}
	return derive.KeyOf(inputs...)
}
