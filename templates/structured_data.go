package templates

import (
	"net/url"
	"strconv"
	"time"

	"onair/internal/markdown"
	"onair/show"
)

// The types below are the part of schema.org that describes a podcast, as search
// engines read it in JSON-LD (https://schema.org/PodcastEpisode).

type seriesData struct {
	Context     string       `json:"@context,omitempty"`
	Type        string       `json:"@type"`
	ID          string       `json:"@id"`
	Name        string       `json:"name"`
	URL         string       `json:"url"`
	WebFeed     string       `json:"webFeed"`
	Description string       `json:"description,omitempty"`
	Image       string       `json:"image,omitempty"`
	InLanguage  string       `json:"inLanguage,omitempty"`
	License     string       `json:"license,omitempty"`
	Author      []personData `json:"author,omitempty"`
}

type episodeData struct {
	Context         string       `json:"@context"`
	Type            string       `json:"@type"`
	ID              string       `json:"@id"`
	Name            string       `json:"name"`
	URL             string       `json:"url"`
	Identifier      string       `json:"identifier,omitempty"`
	DatePublished   string       `json:"datePublished"`
	DateModified    string       `json:"dateModified,omitempty"`
	TimeRequired    string       `json:"timeRequired,omitempty"`
	Description     string       `json:"description,omitempty"`
	Image           string       `json:"image,omitempty"`
	InLanguage      string       `json:"inLanguage,omitempty"`
	License         string       `json:"license,omitempty"`
	EpisodeNumber   int          `json:"episodeNumber,omitempty"`
	PartOfSeason    *seasonData  `json:"partOfSeason,omitempty"`
	PartOfSeries    seriesData   `json:"partOfSeries"`
	AssociatedMedia mediaData    `json:"associatedMedia"`
	Contributor     []personData `json:"contributor,omitempty"`
	Keywords        []string     `json:"keywords,omitempty"`
	HasPart         []clipData   `json:"hasPart,omitempty"`
}

// clipData is a chapter.
type clipData struct {
	Type        string  `json:"@type"`
	Name        string  `json:"name"`
	StartOffset float64 `json:"startOffset"` // seconds
	EndOffset   float64 `json:"endOffset,omitempty"`
	URL         string  `json:"url"`
}

// breadcrumbData is the path from the first page to another page.
type breadcrumbData struct {
	Context string      `json:"@context"`
	Type    string      `json:"@type"`
	Items   []crumbData `json:"itemListElement"`
}

type crumbData struct {
	Type     string `json:"@type"`
	Position int    `json:"position"`
	Name     string `json:"name"`
	Item     string `json:"item"`
}

type seasonData struct {
	Type         string `json:"@type"`
	SeasonNumber int    `json:"seasonNumber"`
	Name         string `json:"name,omitempty"`
}

type mediaData struct {
	Type           string `json:"@type"`
	ContentURL     string `json:"contentUrl"`
	EncodingFormat string `json:"encodingFormat"`
	ContentSize    string `json:"contentSize,omitempty"`
	Duration       string `json:"duration,omitempty"`
}

type personData struct {
	Context     string   `json:"@context,omitempty"`
	Type        string   `json:"@type"`
	ID          string   `json:"@id,omitempty"`
	Name        string   `json:"name"`
	URL         string   `json:"url,omitempty"`
	Description string   `json:"description,omitempty"`
	Image       string   `json:"image,omitempty"`
	SameAs      []string `json:"sameAs,omitempty"`
}

const schemaOrg = "https://schema.org"

func (r *renderer) seriesData() seriesData {
	s := r.site.Show
	d := r.seriesReference()
	d.Context = schemaOrg
	d.Description = excerpt(markdown.Lead(s.Description))
	d.Image = r.optional(r.site.ArtworkKey)
	d.InLanguage = s.Language
	d.License = license(s.License).URL
	if d.Author = r.peopleData(s.Hosts); d.Author == nil && s.Author != "" {
		d.Author = []personData{{Type: "Person", Name: s.Author}}
	}
	return d
}

// seriesReference returns the short form of seriesData that the data of an episode
// contain.
func (r *renderer) seriesReference() seriesData {
	home := r.absolute("index.html")
	return seriesData{
		Type:    "PodcastSeries",
		ID:      home,
		Name:    r.site.Show.Title,
		URL:     home,
		WebFeed: r.absolute(r.site.FeedKey),
	}
}

// episodeData returns the structured data of an episode's page: the episode and its
// breadcrumbs.
func (r *renderer) episodeData(e *Episode) []any {
	page := r.absolute(e.PageKey())
	d := episodeData{
		Context:       schemaOrg,
		Type:          "PodcastEpisode",
		ID:            page,
		Name:          e.Title,
		URL:           page,
		Identifier:    e.GUID,
		DatePublished: e.Date.UTC().Format(time.RFC3339),
		Description:   summary(e),
		Image:         r.optional(e.ArtworkKey),
		Keywords:      e.Topics,
		InLanguage:    e.Language,
		License:       license(e.License, r.site.Show.License).URL,
		EpisodeNumber: e.Number,
		PartOfSeries:  r.seriesReference(),
		AssociatedMedia: mediaData{
			Type:           "AudioObject",
			ContentURL:     r.absolute(e.AudioKey),
			EncodingFormat: e.AudioType,
		},
		Contributor: r.peopleData(e.Credits(r.site.Show)),
	}
	if e.Updated.After(e.Date) {
		d.DateModified = e.Updated.UTC().Format(time.RFC3339)
	}
	if e.Duration > 0 {
		d.TimeRequired = period(e.Duration)
		d.AssociatedMedia.Duration = d.TimeRequired
	}
	if e.AudioBytes > 0 {
		d.AssociatedMedia.ContentSize = strconv.FormatInt(e.AudioBytes, 10)
	}
	if e.Season > 0 {
		d.PartOfSeason = &seasonData{"PodcastSeason", e.Season, r.site.Show.Seasons[e.Season]}
	}
	for _, c := range listed(e.Chapters) {
		d.HasPart = append(d.HasPart, clipData{
			Type: "Clip", Name: c.Title, StartOffset: c.Start.Seconds(), EndOffset: c.End.Seconds(),
			URL: page + "#t=" + seconds(c.Start),
		})
	}
	return []any{d, r.breadcrumbs([]navLink{{Text: r.word("home"), URL: r.link("index.html")}, {Text: r.word("archive"), URL: r.link(archiveKey)}}, e.Title, e.PageKey())}
}

// breadcrumbs returns the path to a page: the pages that crumbs link to, and then the
// page itself.
func (r *renderer) breadcrumbs(crumbs []navLink, title, key string) breadcrumbData {
	d := breadcrumbData{Context: schemaOrg, Type: "BreadcrumbList"}
	add := func(name, item string) {
		d.Items = append(d.Items, crumbData{"ListItem", len(d.Items) + 1, name, item})
	}
	base, err := url.Parse(r.absolute(r.current))
	for _, c := range crumbs {
		if link, linkErr := url.Parse(c.URL); err == nil && linkErr == nil {
			add(c.Text, base.ResolveReference(link).String())
		}
	}
	add(title, r.absolute(key))
	return d
}

// personPageData returns the structured data of a person's page.
func (r *renderer) personPageData(p *contributor, crumbs []navLink) []any {
	d := personData{
		Context: schemaOrg, Type: "Person", ID: r.absolute(p.Key), Name: p.Name, URL: r.absolute(p.Key),
		Description: plainText(p.Bio),
	}
	if key := r.site.ImageKeys[p.Image]; key != "" {
		d.Image = r.absolute(key)
	}
	if p.URL != "" {
		d.SameAs = append(d.SameAs, p.URL)
	}
	for _, l := range p.Links {
		d.SameAs = append(d.SameAs, l.URL)
	}
	all := []navLink{{Text: r.word("home"), URL: r.link("index.html")}}
	return []any{d, r.breadcrumbs(append(all, crumbs...), p.Name, p.Key)}
}

func (r *renderer) peopleData(credits []show.Credit) []personData {
	var all []personData
	for _, c := range r.contributors(credits) {
		d := personData{Type: "Person", Name: c.Name, URL: c.URL}
		if c.Key != "" {
			d.ID = r.absolute(c.Key)
		}
		all = append(all, d)
	}
	return all
}
