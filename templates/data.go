package templates

import (
	"time"

	"onair/internal/markdown"
	"onair/show"
)

// The types below are the part of schema.org that describes a podcast, as
// search engines read it from JSON-LD (https://schema.org/PodcastEpisode).

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
	Type string `json:"@type"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

const schemaOrg = "https://schema.org"

func (r *renderer) seriesData() seriesData {
	s := r.site.Show
	d := r.seriesReference()
	d.Context = schemaOrg
	d.Description = excerpt(markdown.Text(s.Description))
	d.Image = r.optional(r.site.ArtworkKey)
	d.InLanguage = s.Language
	d.License = license(s.License).URL
	if d.Author = people(s.Hosts); d.Author == nil && s.Author != "" {
		d.Author = []personData{{Type: "Person", Name: s.Author}}
	}
	return d
}

// seriesReference returns the short form of seriesData, for episodes.
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

func (r *renderer) episodeData(e *Episode) episodeData {
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
		InLanguage:    e.Language,
		License:       license(e.License, r.site.Show.License).URL,
		EpisodeNumber: e.Number,
		PartOfSeries:  r.seriesReference(),
		AssociatedMedia: mediaData{
			Type:           "AudioObject",
			ContentURL:     r.absolute(e.AudioKey),
			EncodingFormat: e.AudioType,
		},
		Contributor: people(e.Credits(r.site.Show)),
	}
	if e.Updated.After(e.Date) {
		d.DateModified = e.Updated.UTC().Format(time.RFC3339)
	}
	if e.Duration > 0 {
		d.TimeRequired = period(e.Duration)
		d.AssociatedMedia.Duration = d.TimeRequired
	}
	if e.AudioBytes > 0 {
		d.AssociatedMedia.ContentSize = size(e.AudioBytes)
	}
	if e.Season > 0 {
		d.PartOfSeason = &seasonData{"PodcastSeason", e.Season, r.site.Show.Seasons[e.Season]}
	}
	return d
}

func people(credits []show.Credit) []personData {
	var all []personData
	for _, c := range contributors(credits) {
		all = append(all, personData{"Person", c.Name, c.URL})
	}
	return all
}
