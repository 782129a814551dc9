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
)

// Page is a page of a site.
type Page struct {
	Key string // in the bucket

	// Render writes the page, the same bytes every time. It writes nothing if it
	// fails to render. An error about a template wraps a finding.Finding.
	Render func(w io.Writer) error
}

// Pages yields every page of the site, in key order. A page is rendered when its
// Render is called, from the site as it is then. Several pages may be rendered at
// the same time. An error ends the sequence; one about a redirect wraps a
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
	sets    map[string]*template.Template
	theme   *Theme
	current string       // key of the page being rendered, from which links are relative
	out     bytes.Buffer // the page being rendered
	pool    *pool        // of renderers of the site
}

// pool is the renderers of a site that are not in use. There are as many renderers
// as pages that were rendered at the same time.
type pool struct {
	mu   sync.Mutex
	free []*renderer
}

// get returns a renderer of the pool, or nil if all are in use.
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
	r := &renderer{site: site, theme: t, sets: map[string]*template.Template{}, pool: p}
	for name, set := range t.pages {
		c, err := set.Clone()
		if err != nil {
			return nil, fmt.Errorf("copy template %s: %w", name, err)
		}
		r.sets[name] = c.Funcs(r.funcs())
	}
	return r, nil
}

// page returns a page. Its Render gets a free renderer, calls render, which writes to
// the renderer's buffer, and copies the buffer.
func (r *renderer) page(key string, render func(*renderer) error) Page {
	return Page{Key: key, Render: func(w io.Writer) error {
		free := r.pool.get()
		if free == nil {
			var err error
			if free, err = r.theme.renderer(r.site, r.pool); err != nil {
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
		r.page("index.html", (*renderer).showPage),
		r.page("404.html", (*renderer).notFound),
		r.page("robots.txt", (*renderer).robots),
	}
	if !r.site.Show.Private {
		pages = append(pages, r.page("sitemap.xml", (*renderer).sitemap))
	}
	for i, e := range r.site.Episodes {
		pages = append(pages, r.page(e.PageKey(), func(r *renderer) error { return r.episode(i) }))
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
	Summary      string
	Language     string
	Canonical    string
	Image        string
	NoIndex      bool
	Data         any
	Episode      *Episode
	Older, Newer *Episode
	People       []contributor
	Groups       []group
	Start        *Episode
	Transcripts  []transcriptView
}

// contributor is a person with all their roles.
type contributor struct {
	*show.Person
	Roles string
}

// transcriptView is a transcript with its turns.
type transcriptView struct {
	Transcript
	Turns []turnView
}

// group is a list of episodes with a heading.
type group struct {
	Name     string
	Episodes []*Episode
}

func (r *renderer) showPage() error {
	s := r.site
	v := &view{
		Kind:      "show",
		Key:       "index.html",
		Title:     s.Show.Title,
		Summary:   excerpt(markdown.Text(s.Show.Description)),
		Canonical: r.absolute("index.html"),
		Image:     r.optional(s.ArtworkKey),
		Data:      r.seriesData(),
		People:    contributors(s.Show.Hosts),
		Groups:    s.groups(),
	}
	if len(v.Groups) > 0 {
		v.Start = v.Groups[0].Episodes[0]
	}
	return r.html("show.html", v)
}

func (r *renderer) episode(i int) error {
	e := r.site.Episodes[i]
	v := &view{
		Kind:      "episode",
		Key:       e.PageKey(),
		Title:     e.Title,
		Summary:   summary(e),
		Language:  e.Language,
		Canonical: r.absolute(e.PageKey()),
		Image:     r.optional(e.ArtworkKey),
		Data:      r.episodeData(e),
		Episode:   e,
		People:    contributors(e.Credits(r.site.Show)),
	}
	if i > 0 {
		v.Newer = r.site.Episodes[i-1]
	}
	if i+1 < len(r.site.Episodes) {
		v.Older = r.site.Episodes[i+1]
	}
	for n, t := range e.Transcripts {
		turns, err := t.turns(n)
		if err != nil {
			return err
		}
		v.Transcripts = append(v.Transcripts, transcriptView{t, turns})
	}
	return r.html("episode.html", v)
}

func (r *renderer) notFound() error {
	return r.html("404.html", &view{Kind: "404", Key: notFoundKey, Title: "Page not found", NoIndex: true})
}

// html executes a page template.
func (r *renderer) html(name string, v *view) error {
	v.Site = r.site
	v.Language = cmp.Or(v.Language, r.site.Show.Language, "en")
	v.NoIndex = v.NoIndex || r.site.Show.Private
	if err := r.sets[name].ExecuteTemplate(&r.out, "base.html", v); err != nil {
		return r.theme.locate(err)
	}
	return nil
}

// contributors returns each person once, in the order of their first credits.
func contributors(credits []show.Credit) []contributor {
	var all []contributor
	index := map[string]int{}
	for _, c := range credits {
		if i, ok := index[c.Person.Name]; ok {
			all[i].Roles += ", " + c.Role
			continue
		}
		index[c.Person.Name] = len(all)
		all = append(all, contributor{c.Person, c.Role})
	}
	return all
}

// groups returns the episodes in the order to list them: newest first, or for a
// serial show by season, oldest first.
func (s *Site) groups() []group {
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
			groups = append(groups, group{Name: s.seasonName(e.Season)})
		}
		g := &groups[len(groups)-1]
		g.Episodes = append(g.Episodes, e)
	}
	return groups
}

func (s *Site) seasonName(n int) string {
	name := s.Show.Seasons[n]
	switch {
	case n == 0:
		return ""
	case name == "":
		return fmt.Sprintf("Season %d", n)
	}
	return fmt.Sprintf("Season %d: %s", n, name)
}
