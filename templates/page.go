package templates

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"onair/internal/markdown"
	"onair/show"
	"onair/transcripts"
)

// Page is a page of a site.
type Page struct {
	Key string // in the bucket

	// Render returns the page, the same bytes every time. An error about a
	// template wraps a finding.Finding.
	Render func() ([]byte, error)
}

// renderer renders pages of one site, one at a time. The functions of its
// templates start relative links at current.
type renderer struct {
	site    *Site
	sets    map[string]*template.Template
	theme   *Theme
	current string // key of the page being rendered
	idle    *idle  // renderers of the same site, this one among them
}

// idle are the renderers of a site that nobody uses: one for each page that is
// rendered at the same time as others.
type idle struct {
	mu        sync.Mutex
	renderers []*renderer
}

// Pages yields every page of the site, in key order. Pages render when they are
// asked to, also several at once, from the site as it then is, so that the pages
// of a catalogue need not be in memory together. An error ends the sequence; one
// about a redirect wraps a finding.Finding.
func (t *Theme) Pages(site *Site) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		r, err := t.renderer(site, &idle{})
		if err != nil {
			yield(Page{}, err)
			return
		}
		pages, err := r.pages()
		if err != nil {
			yield(Page{}, err)
			return
		}
		r.idle.put(r)
		for _, p := range pages {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// page is a page whose body f renders.
func (r *renderer) page(key string, f func(*renderer) ([]byte, error)) Page {
	return Page{Key: key, Render: func() ([]byte, error) {
		free, err := r.another()
		if err != nil {
			return nil, err
		}
		defer r.idle.put(free)
		body, err := f(free)
		if err != nil {
			err = fmt.Errorf("render %s: %w", key, err)
		}
		return body, err
	}}
}

// another is a renderer of the same site that nobody uses.
func (r *renderer) another() (*renderer, error) {
	r.idle.mu.Lock()
	n := len(r.idle.renderers) - 1
	if n < 0 {
		r.idle.mu.Unlock()
		return r.theme.renderer(r.site, r.idle)
	}
	defer r.idle.mu.Unlock()
	free := r.idle.renderers[n]
	r.idle.renderers = r.idle.renderers[:n]
	return free, nil
}

func (i *idle) put(r *renderer) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.renderers = append(i.renderers, r)
}

// renderer binds a copy of the theme's templates to the site.
func (t *Theme) renderer(site *Site, others *idle) (*renderer, error) {
	for _, a := range t.assets {
		if site.AssetKeys[a.Name] == "" {
			return nil, fmt.Errorf("theme asset %s has no key", a.Name)
		}
	}
	r := &renderer{site: site, theme: t, sets: map[string]*template.Template{}, idle: others}
	for name, set := range t.pages {
		c, err := set.Clone()
		if err != nil {
			return nil, fmt.Errorf("copy template %s: %w", name, err)
		}
		r.sets[name] = c.Funcs(r.funcs())
	}
	return r, nil
}

// pages lists the pages of the site in key order.
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
		pages = append(pages, r.page(e.PageKey(), func(r *renderer) ([]byte, error) { return r.episode(i) }))
	}
	moved, err := r.redirects(pages)
	if err != nil {
		return nil, err
	}
	pages = append(pages, moved...)
	slices.SortFunc(pages, func(a, b Page) int { return strings.Compare(a.Key, b.Key) })
	return pages, nil
}

// view is the data of the templates; the package comment describes it.
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

// contributor is a person with everything they did.
type contributor struct {
	*show.Person
	Roles string
}

// transcriptView is a transcript with its turns beside their times.
type transcriptView struct {
	Transcript
	Turns []turnView
}

// turnView is a turn ready to print.
type turnView struct {
	transcripts.Turn
	Anchor string        // id on the page; empty: none
	Timed  bool          // whether Start is known
	Start  time.Duration // from the start of the audio
}

// group is a list of episodes below one heading.
type group struct {
	Name     string
	Episodes []*Episode
}

func (r *renderer) showPage() ([]byte, error) {
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

func (r *renderer) episode(i int) ([]byte, error) {
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
			return nil, err
		}
		v.Transcripts = append(v.Transcripts, transcriptView{t, turns})
	}
	return r.html("episode.html", v)
}

func (r *renderer) notFound() ([]byte, error) {
	return r.html("404.html", &view{Kind: "404", Key: notFoundKey, Title: "Page not found", NoIndex: true})
}

// html executes a page template.
func (r *renderer) html(name string, v *view) ([]byte, error) {
	v.Site = r.site
	v.Language = cmp.Or(v.Language, r.site.Show.Language, "en")
	v.NoIndex = v.NoIndex || r.site.Show.Private
	r.current = v.Key
	var b bytes.Buffer
	if err := r.sets[name].ExecuteTemplate(&b, "base.html", v); err != nil {
		return nil, r.theme.locate(err)
	}
	return b.Bytes(), nil
}

// turns reads the transcript and pairs the turns with their times. The anchors
// of a further language carry its name, because two translations may share their
// turns' ids.
func (t *Transcript) turns(n int) ([]turnView, error) {
	text, starts, err := t.Read()
	if err != nil {
		return nil, fmt.Errorf("transcript %s: %w", t.Language, err)
	}
	if starts != nil && len(starts) != len(text.Turns) {
		return nil, fmt.Errorf("transcript %s: %d times for %d turns", t.Language, len(starts), len(text.Turns))
	}
	turns := make([]turnView, len(text.Turns))
	for i, turn := range text.Turns {
		turns[i] = turnView{Turn: turn, Anchor: turn.ID}
		if n > 0 && turn.ID != "" {
			turns[i].Anchor = t.Language + "-" + turn.ID
		}
		if starts != nil {
			turns[i].Timed, turns[i].Start = true, starts[i]
			turns[i].Blocks = withoutOpening(turn)
		}
	}
	return turns, nil
}

// openingTime is a time at the start of a block.
var openingTime = regexp.MustCompile(`^(<[a-z0-9]+>)?<time [^>]*>[^<]*</time> *`)

// withoutOpening returns the blocks of a turn without the stamp that opens it,
// for a page that shows the time beside the speaker.
func withoutOpening(turn transcripts.Turn) []transcripts.Block {
	if turn.Stamp == nil || len(turn.Blocks) == 0 {
		return turn.Blocks
	}
	blocks := slices.Clone(turn.Blocks)
	blocks[0].HTML = openingTime.ReplaceAllString(blocks[0].HTML, "$1")
	return blocks
}

// contributors names each person once, in the order of their first credit.
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

// groups orders the episodes as the show wants to be heard: newest first, or
// for a serial show by season, oldest first.
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
