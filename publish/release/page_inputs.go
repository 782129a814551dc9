package release

import (
	"slices"
	"strings"

	"onair/internal/derive"
	"onair/show"
	"onair/templates"
)

// pageInputs has keys of the data from which the embedded theme's pages are rendered. A
// page is rendered again if its key changes.
//
// The page of an episode shows the show's settings, the episode with its transcripts,
// and the titles and artwork of some other episodes. All other pages show the whole
// site without transcripts, or less. The keys cover more than the pages show: they are
// made from whole structs, so that a new field of a template cannot be forgotten here.
type pageInputs struct {
	site     *templates.Site
	show     derive.Key            // key of the data on which every page depends
	episodes map[*show.Episode]int // index in site.Episodes and keys
	keys     []derive.Key          // key of each episode, without its transcripts; zero if unknown
}

var pageFunc = derive.Func{Name: "pages", Version: 4}

// newPageInputs returns the inputs of pages, or nil if pages are not cached.
func newPageInputs(b *builder, site *templates.Site, theme *templates.Theme, pages []templates.Page) *pageInputs {
	if b.o.Cache == nil || b.place == "" {
		return nil
	}
	in := &pageInputs{site: site, episodes: map[*show.Episode]int{}}
	settings := *b.show
	settings.Episodes, settings.Lock, settings.Folder = nil, nil, show.Folder{}
	var err error
	// Every page links to the lists that exist.
	var lists []string
	for _, p := range pages {
		if p.Inputs == templates.AllGaps || (p.Inputs == templates.AllEpisodes || p.Inputs == templates.SearchIndex) && strings.Count(p.Key, "/") == 1 {
			lists = append(lists, p.Key)
		}
	}
	// The Content-Security-Policy of every page allows audio from other hosts if an
	// episode has its audio there.
	elsewhere := slices.ContainsFunc(site.Episodes, func(e *templates.Episode) bool { return strings.Contains(e.AudioKey, "://") })
	in.show, err = derive.TryKey(settings, site.Description, site.ArtworkKey, site.LogoKey, site.FeedKey, site.AssetKeys,
		site.IconKeys, site.Versions[site.ArtworkKey], site.Versions[site.LogoKey], lists, elsewhere, theme.OwnWords())
	if err != nil {
		return nil
	}
	for i, e := range site.Episodes {
		in.episodes[e.Episode] = i
		in.keys = append(in.keys, in.ofEpisode(e))
	}
	return in
}

// ofEpisode returns the key of an episode without the text of its transcripts. It is
// zero if the episode cannot be encoded.
func (in *pageInputs) ofEpisode(e *templates.Episode) derive.Key {
	page := *e
	page.Transcripts, page.Gaps = nil, nil
	page.Notes = ""  // the variable notes has them
	notes := e.Notes // as HTML, with the addresses of the images
	images := []string{}
	version := func(key string) {
		images = append(images, key)
		for _, v := range in.site.Versions[key] {
			images = append(images, v.Key)
		}
	}
	image := func(name string) {
		images = append(images, name)
		version(in.site.ImageKeys[name])
	}
	version(e.ArtworkKey)
	for _, c := range e.Chapters {
		image(c.Image)
	}
	for _, c := range e.Credits(in.site.Show) {
		image(c.Person.Image)
	}
	for _, s := range e.Sponsors {
		image(s.Logo)
	}
	// The days that a page shows depend on the time zone, and the rules of the zone may
	// change.
	zone := in.site.Show.Timezone
	key, err := derive.TryKey(page, e.Episode.Notes, e.Episode.Transcripts, notes, images, e.Date.In(zone).String(), e.Updated.In(zone).String())
	if err != nil {
		return derive.Key{}
	}
	return key
}

// episode returns the key of an episode's page, which links to the neighbours; zero if
// the page must not be cached.
func (in *pageInputs) episode(e *Episode, neighbours []*templates.Episode) derive.Key {
	if in == nil {
		return derive.Key{}
	}
	i, ok := in.episodes[e.Episode]
	if !ok || in.keys[i] == (derive.Key{}) {
		return derive.Key{}
	}
	inputs := []any{in.show, in.keys[i]}
	for _, other := range neighbours {
		if other == nil {
			inputs = append(inputs, "none")
			continue
		}
		inputs = append(inputs, "episode", other.Slug, other.Title, other.Language, other.ArtworkKey, in.site.Versions[other.ArtworkKey])
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

// ofPage returns the key of a page that shows an episode without its transcripts; zero
// if the page must not be cached.
func (in *pageInputs) ofPage(e *templates.Episode) derive.Key {
	i, ok := in.episodes[e.Episode]
	if !ok || in.keys[i] == (derive.Key{}) {
		return derive.Key{}
	}
	return derive.KeyOf(in.show, in.keys[i])
}

// others returns the keys of the pages that are not about one episode. Pages whose key is
// zero or missing must not be cached. It is called when the transcripts are known.
func (in *pageInputs) others() map[templates.Inputs]derive.Key {
	if in == nil {
		return nil
	}
	all := []any{in.show, in.site.ImageKeys, in.site.Versions, in.site.Updated.String()}
	var gaps []any
	for i, key := range in.keys {
		if key == (derive.Key{}) {
			return map[templates.Inputs]derive.Key{templates.NothingButTheShow: in.show}
		}
		all = append(all, key)
		if e := in.site.Episodes[i]; len(e.Gaps) > 0 {
			gaps = append(gaps, e.Slug, e.Gaps)
		}
	}
	episodes := derive.KeyOf(all...)
	return map[templates.Inputs]derive.Key{
		templates.NothingButTheShow: in.show,
		templates.AllEpisodes:       episodes,
		templates.AllGaps:           derive.KeyOf(append(gaps, episodes)...),
		templates.SearchIndex:       derive.KeyOf(in.show, in.site.SearchKey),
	}
}
