package feed

import (
	"bytes"
	"cmp"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"

	"onair/internal/markdown"
	"onair/show"
)

// namespaces are the prefixes that a feed may use although the show does not
// declare them.
var namespaces = map[string]string{
	"atom":    "http://www.w3.org/2005/Atom",
	"content": "http://purl.org/rss/1.0/modules/content/",
	"itunes":  "http://www.itunes.com/dtds/podcast-1.0.dtd",
	"podcast": "https://podcastindex.org/namespace/1.0",
	"psc":     "http://podlove.org/simple-chapters",
}

// standard are the prefixes that every feed declares, as PSP-1 requires.
var standard = []string{"atom", "content", "itunes", "podcast"}

// maxDescription is the length of a description, in bytes, that Apple and PSP-1
// allow.
const maxDescription = 4000

// rss writes the document and returns where its items are. Elements have a fixed
// order: what people look for first, then plain RSS, iTunes and Podcasting 2.0.
func (w *writer) rss(d *Document, x *extras) []Span {
	w.declaration()
	w.start("rss", append([]string{"version", "2.0"}, x.declarations(d.Show)...)...)
	w.start("channel")
	w.channel(d)
	w.elements(x.show)
	spans := make([]Span, len(d.Items))
	line, counted := 1, 0
	for i := range d.Items {
		line += bytes.Count(w.out.Bytes()[counted:], []byte("\n"))
		counted = w.out.Len()
		w.start("item")
		spans[i] = Span{Start: w.out.Len() - len("\n"), line: line}
		w.item(d, &d.Items[i])
		w.elements(x.items[i])
		w.end()
		spans[i].End = w.out.Len() - len("</item>\n")
	}
	w.end()
	w.end()
	return spans
}

func (w *writer) channel(d *Document) {
	s := d.Show
	w.text("title", s.Title)
	w.empty("atom:link", "href", d.SelfURL, "rel", "self", "type", MediaType)
	if !s.Private && slices.Contains(s.Announce, "websub") {
		w.empty("atom:link", "href", Hub, "rel", "hub")
	}
	w.text("link", s.URL)
	w.html("description", describe(markdown.HTML(s.Description, s.URL)))
	w.text("language", s.Language)
	w.optional("copyright", s.Copyright)
	if len(d.Items) > 0 {
		w.date("pubDate", d.Items[0].Episode.Date)
	}
	w.date("lastBuildDate", d.Updated)
	w.text("generator", generator)
	w.itunesShow(d)
	w.podcastShow(d)
}

func (w *writer) itunesShow(d *Document) {
	s := d.Show
	w.optional("itunes:author", s.Author)
	w.text("itunes:explicit", strconv.FormatBool(s.Explicit))
	for _, c := range s.Categories {
		if c.Sub == "" {
			w.empty("itunes:category", "text", c.Name)
			continue
		}
		w.start("itunes:category", "text", c.Name)
		w.empty("itunes:category", "text", c.Sub)
		w.end()
	}
	w.image(d.ArtworkURL)
	w.optional("itunes:type", string(s.Type))
	if s.Complete {
		w.text("itunes:complete", "yes")
	}
	w.optional("itunes:new-feed-url", s.NewFeedURL)
	if s.Private || s.Block {
		w.text("itunes:block", "Yes")
	}
	if s.Owner != (show.Owner{}) {
		w.start("itunes:owner")
		w.optional("itunes:name", s.Owner.Name)
		w.optional("itunes:email", s.Owner.Email)
		w.end()
	}
}

func (w *writer) podcastShow(d *Document) {
	s := d.Show
	w.optional("podcast:guid", d.GUID)
	w.text("podcast:locked", yesNo(s.Feed.Locked), "owner", s.Owner.Email)
	if s.Private {
		w.text("podcast:block", "yes")
	}
	w.text("podcast:medium", cmp.Or(s.Medium, "podcast"))
	for _, f := range s.Funding {
		w.text("podcast:funding", f.Text, "url", f.URL)
	}
	w.license(s.License)
	w.locations(s.Locations)
	for _, t := range s.Txt {
		w.text("podcast:txt", t.Value, "purpose", t.Purpose)
	}
	if f := s.Frequency; f != (show.Frequency{}) {
		w.text("podcast:updateFrequency", f.Text,
			"rrule", f.RRule, "dtstart", iso8601(f.Start), "complete", onlyTrue(f.Complete))
	}
	w.persons(s.Hosts, d.PersonURL)
}

func (w *writer) item(d *Document, i *Item) {
	e := i.Episode
	w.text("title", e.Title)
	w.text("guid", e.GUID, "isPermaLink", "false")
	w.date("pubDate", e.Date)
	w.optional("link", i.PageURL)
	w.notes(i)
	w.empty("enclosure",
		"url", enclosureURL(d.Show, i.Enclosure.URL),
		"length", strconv.FormatInt(i.Enclosure.Bytes, 10),
		"type", i.Enclosure.Type)
	w.itunesEpisode(i)
	w.podcastEpisode(d, i)
}

// notes writes the description, and the whole notes as content:encoded where the
// description does not have all of them.
func (w *writer) notes(i *Item) {
	short := describe(i.Notes)
	if short == "" {
		short = describe("<p>" + html.EscapeString(i.Episode.Summary) + "</p>")
	}
	if short != "" {
		w.html("description", short)
	}
	if full := strings.TrimSpace(i.Notes); full != "" && full != short {
		w.html("content:encoded", full)
	}
}

func (w *writer) itunesEpisode(i *Item) {
	e := i.Episode
	if i.Duration > 0 {
		w.text("itunes:duration", strconv.FormatInt(int64(i.Duration.Round(time.Second)/time.Second), 10))
	}
	w.text("itunes:explicit", strconv.FormatBool(e.Explicit))
	w.image(i.ArtworkURL)
	w.number("itunes:season", e.Season)
	w.number("itunes:episode", e.Number)
	w.optional("itunes:episodeType", string(e.Type))
	if e.Block {
		w.text("itunes:block", "Yes")
	}
}

func (w *writer) podcastEpisode(d *Document, i *Item) {
	e := i.Episode
	w.number("podcast:season", e.Season, "name", d.Show.Seasons[e.Season])
	w.number("podcast:episode", e.Number)
	for _, t := range i.Transcripts {
		w.empty("podcast:transcript", "url", t.URL, "type", t.Type, "language", t.Language, "rel", captions(t))
	}
	if i.ChaptersURL != "" {
		w.empty("podcast:chapters", "url", i.ChaptersURL, "type", chaptersType)
	}
	w.persons(e.Credits(d.Show), d.PersonURL)
	for _, b := range e.Soundbites {
		w.text("podcast:soundbite", b.Title, "startTime", seconds(b.Start), "duration", seconds(b.Duration))
	}
	for _, s := range e.Social {
		w.social(s)
	}
	w.locations(e.Locations)
	if e.License != d.Show.License {
		w.license(e.License)
	}
}

func (w *writer) image(url string) {
	if url != "" {
		w.empty("itunes:image", "href", url)
	}
}

func (w *writer) license(l show.License) {
	if l.ID != "" {
		w.text("podcast:license", strings.ToLower(l.ID), "url", l.URL)
	}
}

func (w *writer) locations(list []show.Location) {
	for _, l := range list {
		w.text("podcast:location", l.Name, "rel", l.Rel, "geo", l.Geo, "osm", l.OSM, "country", l.Country)
	}
}

func (w *writer) persons(credits []show.Credit, image func(*show.Person) string) {
	for _, c := range credits {
		if clean(c.Person.Name) == "" {
			continue // the podcast namespace forbids a blank name
		}
		img := ""
		if image != nil {
			img = image(c.Person)
		}
		w.text("podcast:person", c.Person.Name, "role", c.Role, "group", c.Group, "href", c.Person.URL, "img", img)
	}
}

func (w *writer) social(s show.Social) {
	if s.Protocol == "disabled" { // has no other attribute
		w.empty("podcast:socialInteract", "protocol", s.Protocol)
		return
	}
	priority := ""
	if s.Priority > 0 {
		priority = strconv.Itoa(s.Priority)
	}
	w.empty("podcast:socialInteract", "protocol", s.Protocol, "uri", s.URI,
		"accountId", s.AccountID, "accountUrl", s.AccountURL, "priority", priority)
}

// describe returns HTML as a description: with the tags that podcast apps show, cut
// to the length that they accept.
func describe(source string) string {
	return markdown.Truncate(markdown.Simplify(source), maxDescription)
}

// enclosureURL adds the show's prefix to the address of the audio. A private show
// and one that others cannot reach have no prefix: a redirector could not lead
// there, and must not learn private addresses.
func enclosureURL(s *show.Show, url string) string {
	if s.Private || !s.IsPublic() {
		return url
	}
	return prefixed(s.Prefix, url)
}

// prefixed adds a prefix for download statistics, such as https://op3.dev/e/, to
// an enclosure URL. The URL keeps its scheme after the prefix unless that is
// https. An empty prefix changes nothing.
func prefixed(prefix, url string) string {
	if prefix == "" {
		return url
	}
	return strings.TrimSuffix(prefix, "/") + "/" + strings.TrimPrefix(url, "https://")
}

// seconds formats a time within an episode as seconds, to the millisecond.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Milliseconds())/1000, 'f', -1, 64)
}

func iso8601(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func captions(t Transcript) string {
	if t.Captions {
		return "captions"
	}
	return ""
}

func onlyTrue(b bool) string {
	if b {
		return "true"
	}
	return ""
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
