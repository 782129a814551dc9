package release

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"io/fs"
	"net/url"
	"path"
	"strconv"
	"strings"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/markdown"
	"onair/publish/bucket"
	"onair/show"
	"onair/show/chapters"
	"onair/templates"
	"onair/transcripts/credit"
)

// url returns the public address of a key, or "" for an empty key.
func (b *builder) url(key string) string {
	if key == "" {
		return ""
	}
	return b.show.URLOf(key)
}

func (b *builder) personURL(p *show.Person) string {
	if strings.Contains(p.Image, "://") {
		return p.Image
	}
	if p.Image == "" {
		return ""
	}
	return b.url(b.imageKey(p.Image))
}

// site renders the pages of a release.
type site struct {
	b     *builder
	theme *templates.Theme
	data  *templates.Site
	pages []templates.Page
	done  []bool  // for each page, whether rendering was tried
	errs  []error // for each page, why it could not be rendered
	err   error   // why there are no pages
	alone bool    // an episode's page can be rendered before other episodes are complete

	withText map[string][]int // indices of the pages that show transcripts, by slug

	inputs *pageInputs // nil if pages are not cached
}

// newSite returns the site of the live episodes, whose transcripts are added
// later. It adds the theme's assets and the images that only pages show.
func (b *builder) newSite(ctx context.Context) *site {
	s := &site{b: b, withText: map[string][]int{}}
	if b.show.Site.Disabled {
		return s
	}
	if s.theme, s.err = b.theme(); s.err != nil {
		return s
	}
	for _, c := range b.show.Hosts {
		b.personURL(c.Person)
	}
	s.data = b.siteData(ctx, s.theme)
	for page, err := range s.theme.Pages(s.data) {
		if err != nil {
			s.err, s.pages, s.withText = err, nil, nil
			return s
		}
		if page.Inputs == templates.OneEpisode || page.Inputs == templates.OneTranslation {
			s.withText[page.Episode.Slug] = append(s.withText[page.Episode.Slug], len(s.pages))
		}
		s.pages = append(s.pages, page)
	}
	s.done, s.errs = make([]bool, len(s.pages)), make([]error, len(s.pages))
	b.findings = append(b.findings, s.theme.Warnings()...)
	s.alone = !s.theme.Overridden()
	if s.alone { // pages of the show's own templates are not cached: they may show anything
		s.inputs = newPageInputs(b, s.data, s.theme, s.pages)
	}
	return s
}

// renderEpisode renders the pages of an episode that show its transcripts, which are
// complete. It may be called for several episodes at the same time.
func (s *site) renderEpisode(e *Episode) (objects []*Object) {
	for _, i := range s.withText[e.Slug] {
		if o := s.render(i, s.inputs.episode(e, s.pages[i].Neighbours)); o != nil {
			objects = append(objects, o)
		}
	}
	return objects
}

// render returns the object of a page; nil if the page cannot be rendered. It renders
// the page unless the sums are not needed, or the cache has those for the inputs.
func (s *site) render(i int, inputs derive.Key) *Object {
	key := s.pages[i].Key
	compute := func() (bucket.Sums, error) {
		return s.b.renderSums(RolePage, fixedKey(key), s.pages[i].Render)
	}
	var known bucket.Sums
	var err error
	switch {
	case s.alone && s.b.o.WithoutPages:
	case inputs == (derive.Key{}):
		known, err = compute()
	default:
		known, err = remember(s.b, pageFunc, key, inputs, compute)
	}
	if s.done[i], s.errs[i] = true, err; err != nil {
		return nil
	}
	o := s.b.object(RolePage, known, s.pages[i].Render)
	o.Key, o.Episode = key, episodeOf(key)
	return o
}

// addPages adds the pages that are not rendered yet, and reports the first one
// that cannot be rendered.
func (s *site) addPages(ctx context.Context) {
	objects := make([]*Object, len(s.pages))
	inputs := s.inputs.others()
	inParallel(ctx, len(s.pages), func(i int) {
		if s.done[i] {
			return
		}
		key := derive.Key{}
		if s.inputs != nil {
			if key = inputs[s.pages[i].Inputs]; s.pages[i].Inputs == templates.OneWithoutText {
				key = s.inputs.ofPage(s.pages[i].Episode)
			}
		}
		objects[i] = s.render(i, key)
	})
	for _, o := range objects {
		if o != nil {
			s.b.add(o)
		}
	}
	if err := cmp.Or(append([]error{s.err}, s.errs...)...); err != nil {
		s.b.badTemplate(err)
	}
}

// badTemplate reports that pages cannot be rendered, at the place in err if it has one.
func (b *builder) badTemplate(err error) {
	var f finding.Finding
	if !errors.As(err, &f) {
		f = rulePages.At(finding.Position{File: "templates"}, "%v", err)
	}
	b.findings.Add(f)
}

// episodeOf returns the slug in a key below episodes/, or "" for any other key.
func episodeOf(key string) string {
	if rest, ok := strings.CutPrefix(key, "episodes/"); ok {
		slug, _, _ := strings.Cut(rest, "/")
		return slug
	}
	return ""
}

// theme loads the embedded theme with the show's overrides, if it has any.
func (b *builder) theme() (*templates.Theme, error) {
	overrides, err := fs.Sub(b.show.Folder.FS, "templates")
	if err != nil {
		return nil, err
	}
	switch info, err := b.show.Folder.Stat("templates"); {
	case errors.Is(err, fs.ErrNotExist):
		overrides = nil
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, errors.New("templates is not a folder")
	}
	return templates.Load(overrides, b.look())
}

func (b *builder) siteData(ctx context.Context, theme *templates.Theme) *templates.Site {
	site := &templates.Site{
		Show:        b.show,
		Description: b.pageHTML("index.html", b.show.Description, b.descriptionImages),
		ArtworkKey:  b.artworkKey(""),
		LogoKey:     b.logoKey(),
		FeedKey:     b.show.Feed.Path,
		AssetKeys:   map[string]string{},
		ImageKeys:   map[string]string{},
		Versions:    map[string][]templates.Version{},
		IconKeys:    b.iconKeys(),
		Bios:        map[string]template.HTML{},
		Updated:     b.release.updated(),
	}
	for _, a := range theme.Assets() {
		ext := path.Ext(a.Name)
		if o, err := b.addNew(RoleTheme, hashedKey("assets/"+strings.TrimSuffix(path.Base(a.Name), ext), ext), inMemory(a.Data)); err == nil {
			site.AssetKeys[a.Name] = o.Key
		}
	}
	for _, e := range b.release.Live() {
		site.Episodes = append(site.Episodes, b.sitePage(e))
	}
	for _, p := range b.show.People {
		if p.Bio != "" {
			site.Bios[p.ID] = b.pageHTML("", p.Bio, nil)
		}
	}
	for _, p := range b.show.Pages {
		images := b.addNoteImages(p.Body, path.Dir(p.File), true, func(string) finding.Position { return finding.Position{File: p.File} })
		site.Pages = append(site.Pages, &templates.OwnPage{Page: p, HTML: b.pageHTML(p.Key(), p.Body, images)})
	}
	for name, im := range b.images {
		if im.key != "" {
			site.ImageKeys[name] = im.key
		}
	}
	b.addVersions(ctx, site)
	b.addCards(ctx, theme, site)
	return site
}

// pageHTML returns a text in Markdown as HTML for the page with a key. images has the
// public addresses of images in the show's folder, by their addresses in the text; the page
// links to them by relative addresses.
func (b *builder) pageHTML(key, source string, images map[string]string) template.HTML {
	up := strings.Repeat("../", strings.Count(key, "/"))
	html := markdown.HTMLWithImages(source, "", func(address string) string {
		if key, ok := strings.CutPrefix(images[address], b.show.URLOf("")); ok {
			return up + key
		}
		return ""
	})
	return template.HTML(markdown.OnPage(html))
}

// sitePage returns the data of a live episode's page. It adds the images that only the
// page shows.
func (b *builder) sitePage(e *Episode) *templates.Episode {
	for _, c := range e.Credits(b.show) {
		b.personURL(c.Person)
	}
	for _, s := range e.Sponsors {
		if s.Logo != "" {
			b.imageKey(s.Logo)
		}
	}
	page := &templates.Episode{
		Episode:     e.Episode,
		Duration:    e.Pin.Duration,
		AudioKey:    e.audio(),
		AudioType:   e.Pin.MediaType,
		AudioBytes:  e.AudioBytes(),
		ArtworkKey:  b.artworkKey(e.Artwork),
		WaveformKey: e.waveformKey(),
		Notes:       b.pageNotes(e),
		Summary:     e.Summary,
		EditURL:     b.editURL(e.File, e.NotesLine),
		Chapters:    chapters.Timed(e.Chapters, e.Pin.Duration),
	}
	for _, a := range e.Alternates {
		page.Alternates = append(page.Alternates, templates.Alternate{
			Language:   a.Language,
			Title:      a.Source.Title,
			Machine:    a.Spoken != "",
			AudioKey:   a.AudioKey(),
			AudioType:  a.Pin.MediaType,
			AudioBytes: a.AudioBytes(),
			Duration:   a.Pin.Duration,
		})
	}
	if e.IsElsewhere() {
		page.AudioBytes = e.Episode.Enclosure.Length
	}
	if page.Summary == "" {
		page.Summary = b.notesLead(e)
	}
	e.page = page
	return page
}

// descriptionImage returns the address of an image in the show's description; empty for
// an image that is not in the show's folder.
func (b *builder) descriptionImage(address string) string { return b.descriptionImages[address] }

var notesFunc = derive.Func{Name: "notes", Version: 2}

// notes returns the notes of an episode as HTML for the feed. Relative links are resolved
// against base.
func (b *builder) notes(e *Episode, base string) string {
	html, _ := remember(b, notesFunc, e.Slug+"\x00"+base, derive.KeyOf(e.Notes, base, e.images), func() ([]byte, error) {
		return []byte(markdown.HTMLWithImages(e.Notes, base, func(address string) string { return e.images[address] })), nil
	})
	return string(html)
}

// pageNotes returns the notes of an episode as HTML for its page.
func (b *builder) pageNotes(e *Episode) template.HTML {
	html, _ := remember(b, notesFunc, e.Slug+"\x00page", derive.KeyOf(e.Notes, b.show.URL, e.images), func() ([]byte, error) {
		return []byte(b.pageHTML(show.PageKey(e.Slug), e.Notes, e.images)), nil
	})
	return template.HTML(html)
}

// notesLead returns the first paragraph of an episode's notes as plain text.
func (b *builder) notesLead(e *Episode) string {
	text, _ := remember(b, notesFunc, e.Slug+"\x00lead", derive.KeyOf(e.Notes, "lead"), func() ([]byte, error) {
		return []byte(markdown.Lead(e.Notes)), nil
	})
	return string(text)
}

// transcriptLinks describes an episode's transcripts for its page.
func (b *builder) transcriptLinks(e *Episode) (links []templates.Transcript) {
	for _, t := range e.transcripts {
		link := templates.Transcript{Language: t.Language, Read: t.page, EditURL: b.editURL(t.Path, 1), Machine: t.machine, Contributors: credit.Names(b.contributors[t.Path])}
		for _, o := range t.files {
			ext := path.Ext(o.Key)
			name := e.Slug
			if t.Language != e.Language {
				name += "." + strings.ToLower(t.Language)
			}
			link.Files = append(link.Files, templates.File{Key: o.Key, MediaType: mediaType(o), Label: strings.ToUpper(strings.TrimPrefix(ext, ".")), Name: name + ext})
		}
		links = append(links, link)
	}
	return links
}

// editURL returns the address at which listeners can edit a line of a file.
func (b *builder) editURL(file string, line int) string {
	if b.show.Transcripts.Edit == "" {
		return ""
	}
	return strings.NewReplacer(
		"{file}", (&url.URL{Path: file}).EscapedPath(), "{line}", strconv.Itoa(line),
	).Replace(b.show.Transcripts.Edit)
}

// gaps returns, for the page that asks for help, the places where an episode could not
// be understood.
func (b *builder) gaps(e *Episode) (gaps []templates.Gap) {
	for _, t := range e.transcripts {
		for _, g := range t.gaps {
			gaps = append(gaps, templates.Gap{
				Language: t.Language, Speaker: g.Speaker, Words: g.Words,
				Start: g.Start, Timed: g.Timed, EditURL: b.editURL(t.Path, g.Line),
			})
		}
	}
	return gaps
}
