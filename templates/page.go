package templates

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"

	"onair/internal/markdown"
	"onair/show"
	"onair/templates/words"
)

// Page is a page of a site.
type Page struct {
	Key    string // key in the bucket
	Inputs Inputs

	// Episode is the episode that the page shows, if Inputs is for one episode.
	Episode *Episode

	// Neighbours are the other episodes that the page of an episode names; nil stands
	// for a neighbour before the first or after the last episode.
	Neighbours []*Episode

	// Render writes the page, the same bytes every time. If rendering fails, it writes
	// nothing. An error about a template wraps a finding.Finding.
	Render func(w io.Writer) error
}

// Inputs says what a page of the embedded theme depends on, besides the settings and
// own pages of the show.
type Inputs int

// The inputs of pages.
const (
	AllEpisodes       Inputs = iota // all episodes without their transcripts and gaps
	AllGaps                         // all episodes without their transcripts
	OneEpisode                      // Episode with its transcripts, and Neighbours
	OneWithoutText                  // Episode without its transcripts
	OneTranslation                  // like OneEpisode
	NothingButTheShow               // nothing else
	SearchIndex                     // Site.SearchKey
)

// Pages yields every page of the site, in key order. A page is rendered when its Render
// is called, from the content of site at that time. Several pages may be rendered
// concurrently. An error ends the sequence; an error about a redirect wraps a
// finding.Finding.
func (t *Theme) Pages(site *Site) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		r, err := t.renderer(site, &pool{})
		if err != nil {
			yield(Page{}, err)
			return
		}
		pages, err := r.pages()
		if err != nil {
			yield(Page{}, err)
			return
		}
		r.pool.put(r)
		for _, p := range pages {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// renderer renders pages of one site, one at a time.
type renderer struct {
	site    *Site
	lists   *lists
	words   *words.Words
	set     *template.Template
	theme   *Theme
	current string       // key of the page being rendered; links are relative to it
	out     bytes.Buffer // the page being rendered
	pool    *pool        // idle renderers of the site
}

// pool has the idle renderers of a site. A renderer is made when a page is rendered and
// none is idle.
type pool struct {
	mu   sync.Mutex
	free []*renderer
	rows sync.Map // see renderer.row
}

// get removes a renderer from the pool and returns it, or nil if the pool is empty.
func (p *pool) get() *renderer {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.free) - 1
	if last < 0 {
		return nil
	}
	r := p.free[last]
	p.free = p.free[:last]
	return r
}

func (p *pool) put(r *renderer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, r)
}

// renderer returns a renderer with a copy of the theme's templates.
func (t *Theme) renderer(site *Site, p *pool) (*renderer, error) {
	for _, a := range t.assets {
		if site.AssetKeys[a.Name] == "" {
			return nil, fmt.Errorf("theme asset %s has no key", a.Name)
		}
	}
	return t.rendererWith(site, newLists(site), p)
}

func (t *Theme) rendererWith(site *Site, l *lists, p *pool) (*renderer, error) {
	r := &renderer{site: site, lists: l, words: words.For(site.Show.Language, t.words), theme: t, pool: p}
	set, err := t.set.Clone()
	if err != nil {
		return nil, fmt.Errorf("copy the templates: %w", err)
	}
	r.set = set.Funcs(r.funcs())
	foldWords(r.set)
	return r, nil
}

// page returns a page. Page.Render takes an idle renderer, calls render, which writes
// to the renderer's buffer, and copies the buffer to the writer.
func (r *renderer) page(key string, inputs Inputs, render func(*renderer) error) Page {
	return Page{Key: key, Inputs: inputs, Render: func(w io.Writer) error {
		free := r.pool.get()
		if free == nil {
			var err error
			if free, err = r.theme.rendererWith(r.site, r.lists, r.pool); err != nil {
				return err
			}
		}
		defer r.pool.put(free)
		free.current = key
		free.out.Reset()
		if err := render(free); err != nil {
			return fmt.Errorf("render %s: %w", key, err)
		}
		_, err := w.Write(free.out.Bytes())
		return err
	}}
}

// pages returns the pages of the site in key order.
func (r *renderer) pages() ([]Page, error) {
	pages := []Page{
		r.page("index.html", AllEpisodes, (*renderer).showPage),
		r.page("404.html", NothingButTheShow, (*renderer).notFound),
		r.page("robots.txt", NothingButTheShow, (*renderer).robots),
		r.page("site.webmanifest", NothingButTheShow, (*renderer).manifest),
	}
	if !r.site.Show.Private {
		pages = append(pages, r.page("sitemap.xml", AllEpisodes, (*renderer).sitemap))
	}
	for i, e := range r.site.Episodes {
		pages = append(pages, r.page(e.PageKey(), OneEpisode, func(r *renderer) error { return r.episode(i) }))
		older, newer, related := r.lists.neighbours(i)
		last := pages[len(pages)-1]
		last.Episode, last.Neighbours = e, append([]*Episode{older, newer}, related...)
		pages[len(pages)-1] = last
		if key := r.embedKey(e); key != "" {
			for key, render := range map[string]func(*renderer) error{
				key:          func(r *renderer) error { return r.embed(e) },
				oembedKey(e): func(r *renderer) error { return r.oembed(e) },
			} {
				pages = append(pages, r.page(key, OneWithoutText, render))
				pages[len(pages)-1].Episode = e
			}
		}
		for _, t := range translations(e) {
			pages = append(pages, r.page(t.Key, OneTranslation, func(r *renderer) error { return r.translation(e, t) }))
			pages[len(pages)-1].Episode, pages[len(pages)-1].Neighbours = e, last.Neighbours
		}
	}
	pages = append(pages, r.listPages()...)
	for _, p := range r.site.Pages {
		pages = append(pages, r.page(p.Key(), NothingButTheShow, func(r *renderer) error { return r.own(p) }))
	}
	moved, err := r.redirects(pages)
	if err != nil {
		return nil, err
	}
	pages = append(pages, moved...)
	slices.SortFunc(pages, func(a, b Page) int { return strings.Compare(a.Key, b.Key) })
	return pages, nil
}

// view is the data of a template; the package comment describes it.
type view struct {
	*Site
	Kind         string
	Key          string
	Title        string
	TitleLang    string
	Summary      string
	Language     string
	Canonical    string
	Image        string
	HasCard      bool
	NoIndex      bool
	Data         any
	Creator      string
	Nav          []navLink
	Crumbs       []navLink
	Episode      *Episode
	Alternate    *Alternate
	Older, Newer *Episode
	Related      []*Episode
	People       []contributor
	Person       *contributor
	Groups       []group
	Latest       *Episode
	More         bool
	Lists        []list
	Topics       []list
	Sponsors     []list
	Sponsor      *show.Sponsor
	Apps         []subscription
	Gaps         []gapList
	Own          *OwnPage
	Transcripts  []transcriptView
}

// transcriptView is a transcript with its turns.
type transcriptView struct {
	Transcript
	AudioKey string
	Turns    []turnView
}

// group is a list of episodes with a heading.
type group struct {
	Name     string
	Episodes []*Episode
}

// gapList has the places in an episode that could not be understood.
type gapList struct {
	Episode *Episode
	Gaps    []Gap
}

func (r *renderer) showPage() error {
	s := r.site
	v := &view{
		Kind:      "show",
		Key:       "index.html",
		Title:     s.Show.Title,
		TitleLang: s.Show.Language,
		Summary:   excerpt(markdown.Lead(s.Show.Description)),
		Canonical: r.absolute("index.html"),
		Image:     r.optional(s.ArtworkKey),
		Data:      r.seriesData(),
		Creator:   creator(s.Show.Hosts),
		People:    r.contributors(s.Show.Hosts),
		Topics:    r.lists.topics,
		Apps:      r.apps(),
	}
	groups := r.groups()
	if len(groups) > 0 {
		v.Latest = groups[0].Episodes[0]
		v.Groups = limited(groups, s.Show.Site.HomeEpisodes())
		v.More = len(s.Episodes) > s.Show.Site.HomeEpisodes()
	}
	return r.html(v)
}

// limited returns the first n episodes of groups.
func limited(groups []group, n int) (first []group) {
	for _, g := range groups {
		if n <= 0 {
			break
		}
		g.Episodes = g.Episodes[:min(n, len(g.Episodes))]
		n -= len(g.Episodes)
		first = append(first, g)
	}
	return first
}

func (r *renderer) notFound() error {
	return r.html(&view{Kind: "404", Key: notFoundKey, Title: r.word("not-found"), NoIndex: true})
}

func (r *renderer) own(p *OwnPage) error {
	return r.html(&view{
		Kind: "page", Key: p.Key(), Title: p.Title, TitleLang: p.Language,
		Summary: cmp.Or(p.Summary, excerpt(markdown.Lead(p.Body))), Canonical: r.absolute(p.Key()), Image: r.optional(r.site.ArtworkKey), Own: p,
	})
}

// html renders a page with the template of its kind.
func (r *renderer) html(v *view) error {
	v.Site = r.site
	v.Language = r.words.Language()
	v.TitleLang = cmp.Or(v.TitleLang, v.Language)
	v.NoIndex = v.NoIndex || r.site.Show.Private
	v.Nav = r.nav()
	if v.Summary == "" && v.Episode == nil && v.Canonical != "" {
		v.Summary = excerpt(markdown.Lead(r.site.Show.Description))
	}
	if len(v.Crumbs) > 0 && v.Data == nil {
		v.Data = r.breadcrumbs(v.Crumbs, v.Title, v.Key)
	}
	if err := r.set.ExecuteTemplate(&r.out, "base.html", v); err != nil {
		return r.theme.locate(err)
	}
	return nil
}

// groups returns the episodes in the order of lists: newest first, or for a serial show
// by season, oldest first.
func (r *renderer) groups() []group {
	s := r.site
	if len(s.Episodes) == 0 {
		return nil
	}
	if s.Show.Type != show.Serial {
		return []group{{Episodes: s.Episodes}}
	}
	episodes := slices.Clone(s.Episodes)
	slices.Reverse(episodes)
	slices.SortStableFunc(episodes, func(a, b *Episode) int { return cmp.Compare(a.Season, b.Season) })
	var groups []group
	for i, e := range episodes {
		if i == 0 || e.Season != episodes[i-1].Season {
			groups = append(groups, group{Name: r.seasonName(e.Season)})
		}
		g := &groups[len(groups)-1]
		g.Episodes = append(g.Episodes, e)
	}
	return groups
}

func (r *renderer) seasonName(n int) string {
	name := r.site.Show.Seasons[n]
	switch {
	case n == 0:
		return ""
	case name == "":
		return r.word("season", "n", n)
	}
	return r.word("season-name", "n", n, "name", name)
}

// word returns a text of the catalogue for a key that is known to exist.
func (r *renderer) word(key string, values ...any) string {
	text, err := r.words.Text(key, values...)
	if err != nil {
		panic(err)
	}
	return text
}

// navLink is a link in the masthead, or to a page above the current one.
type navLink struct {
	Text, URL string
	Current   bool
}

// nav returns the links in the masthead.
func (r *renderer) nav() []navLink {
	var links []navLink
	add := func(text, key string) {
		links = append(links, navLink{text, r.link(key), key == r.current})
	}
	for _, p := range []struct{ word, key string }{
		{"archive", archiveKey}, {"people", peopleKey}, {"topics", topicsKey}, {"search", searchKey},
	} {
		if r.lists.have[p.key] {
			add(r.word(p.word), p.key)
		}
	}
	for _, p := range r.site.Pages {
		if !p.Hidden {
			add(p.Title, p.Key())
		}
	}
	for _, l := range r.site.Show.Site.Nav {
		url := l.URL
		if below, ok := strings.CutPrefix(url, "/"); ok {
			url = r.link(below)
		}
		links = append(links, navLink{Text: l.Text, URL: url})
	}
	return links
}

// creator returns the first fediverse handle among credits.
func creator(credits []show.Credit) string {
	for _, c := range credits {
		if c.Person.Fediverse != "" {
			return c.Person.Fediverse
		}
	}
	return ""
}
