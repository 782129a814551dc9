package release

import (
	"bytes"
	"errors"
	"html/template"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"onair/internal/finding"
	"onair/internal/markdown"
	"onair/show"
	"onair/templates"
	"onair/transcripts/credit"
)

// addSite adds what belongs to the show as a whole: artwork, feed, theme, pages.
func (b *builder) addSite() {
	if b.show.Artwork != "" {
		b.checkArtwork(b.show.Artwork, b.show.At("artwork"))
	}
	b.addFeed()
	b.addPages()
}

// url is the public address of a key; empty for none.
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

func (b *builder) addPages() {
	theme, err := b.theme()
	if err != nil {
		b.badTemplate(err)
		return
	}
	site := b.site(theme)
	var keys []string
	var rendered []source
	for page, err := range theme.Pages(site) {
		if err != nil {
			b.badTemplate(err)
			return
		}
		keys, rendered = append(keys, page.Key), append(rendered, func() ([]byte, error) {
			var b bytes.Buffer
			err := page.Render(&b)
			return b.Bytes(), err
		})
	}
	for i, made := range newObjects(RolePage, rendered) {
		if made.err != nil {
			b.badTemplate(made.err)
			return
		}
		made.Key, made.Episode = keys[i], episodeOf(keys[i])
		b.add(made.Object)
	}
}

// badTemplate reports that pages cannot be rendered, at the place that package
// templates names where it knows one.
func (b *builder) badTemplate(err error) {
	var f finding.Finding
	if !errors.As(err, &f) {
		f = rulePages.At(finding.Position{File: "templates"}, "%v", err)
	}
	b.findings.Add(f)
}

// episodeOf is the slug of the episode whose page a key is; empty for others.
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
	if _, err := fs.Stat(overrides, "."); err != nil {
		overrides = nil
	}
	return templates.Load(overrides)
}

func (b *builder) site(theme *templates.Theme) *templates.Site {
	site := &templates.Site{
		Show:        b.show,
		Description: template.HTML(markdown.HTML(b.show.Description, "")),
		ArtworkKey:  b.artworkKey(""),
		FeedKey:     b.show.Feed.Path,
		AssetKeys:   map[string]string{},
		ImageKeys:   map[string]string{},
		Updated:     b.show.Updated(b.o.Now),
	}
	for _, a := range theme.Assets() {
		ext := path.Ext(a.Name)
		if o, err := b.keyed(RoleTheme, "assets/"+strings.TrimSuffix(path.Base(a.Name), ext), ext, held(a.Data)); err == nil {
			site.AssetKeys[a.Name] = o.Key
		}
	}
	for _, e := range b.release.Live() {
		site.Episodes = append(site.Episodes, b.sitePage(e))
	}
	for name, im := range b.images {
		if im.key != "" {
			site.ImageKeys[name] = im.key
		}
	}
	return site
}

// sitePage is a live episode as its page sees it. It adds the images that only
// the page shows.
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
		AudioKey:    e.Enclosure.Key,
		AudioType:   e.Pin.MediaType,
		AudioBytes:  e.Enclosure.Size,
		ArtworkKey:  b.artworkKey(e.Artwork),
		WaveformKey: e.waveformKey(),
		Notes:       template.HTML(markdown.HTML(e.Notes, "")),
		Summary:     e.Summary,
		Chapters:    show.Timed(e.Chapters, e.Pin.Duration),
	}
	if page.Summary == "" {
		page.Summary = markdown.Text(e.Notes)
	}
	for _, t := range e.transcripts {
		tt := templates.Transcript{Language: t.Language, Read: t.page, EditURL: b.editURL(t.Path), Contributors: credit.Names(b.contributors[t.Path])}
		for _, o := range t.files {
			tt.Files = append(tt.Files, templates.File{Key: o.Key, MediaType: mediaType(o), Label: strings.ToUpper(strings.TrimPrefix(path.Ext(o.Key), "."))})
		}
		page.Transcripts = append(page.Transcripts, tt)
	}
	return page
}

// editURL is where a listener can improve a transcript.
func (b *builder) editURL(file string) string {
	if b.show.Transcripts.Edit == "" {
		return ""
	}
	return strings.ReplaceAll(b.show.Transcripts.Edit, "{file}", (&url.URL{Path: file}).EscapedPath())
}
