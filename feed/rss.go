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
	"onair/internal/parallel"
	"onair/internal/shorten"
	"onair/internal/vocabulary"
	"onair/show"
)

// namespaces has the namespaces that a feed may use although the show does not declare
// them, by prefix.
var namespaces = map[string]string{
	"atom":    "http://www.w3.org/2005/Atom",
	"content": "http://purl.org/rss/1.0/modules/content/",
	"itunes":  "http://www.itunes.com/dtds/podcast-1.0.dtd",
	"podcast": "https://podcastindex.org/namespace/1.0",
	"psc":     "http://podlove.org/simple-chapters",
}

// standard are the prefixes that every feed declares, as PSP-1 requires.
var standard = []string{"atom", "content", "itunes", "podcast"}

// maxDescription is the longest description that Apple and PSP-1 allow, in bytes.
const maxDescription = 4000

// rss writes a page of the feed and returns the places of its items. Elements have a
// fixed order: RSS, iTunes, Podcasting 2.0, and then extra elements.
func (w *writer) rss(p *page, x *extras) []span {
	w.declaration()
	w.start("rss", append([]string{"version", "2.0"}, x.declarations(p.Show)...)...)
	w.start("channel")
	w.replace(x.show)
	w.channel(p)
	w.elements(x.show)
	spans := make([]span, p.to-p.from)
	notes := notesOf(p.Items[p.from:p.to])
	line, counted := 1, 0
	for i := range spans {
		line += bytes.Count(w.out.Bytes()[counted:], []byte("\n"))
		counted = w.out.Len()
		w.replace(nil)
		w.start("item")
		spans[i] = span{start: w.out.Len() - len("\n"), line: line}
		w.replace(x.items[p.from+i])
		w.item(p.Document, &p.Items[p.from+i], notes[i])
		w.elements(x.items[p.from+i])
		w.end()
		spans[i].end = w.out.Len() - len("</item>\n")
	}
	w.end()
	w.end()
	return spans
}

func (w *writer) channel(p *page) {
	d, s := p.Document, p.Show
	w.text("title", s.Title)
	w.pageLinks(p)
	for _, l := range s.Links {
		w.related(l.URL, l.Text)
	}
	w.text("link", s.URL)
	description := d.Description
	if description == "" {
		description = markdown.HTML(s.Description, s.URL)
	}
	short, _ := describe(description, s.URL)
	w.html("description", short)
	w.text("language", s.Language)
	w.optional("copyright", s.Copyright)
	if p.from < p.to {
		w.date("pubDate", d.Items[p.from].Episode.Date)
	}
	w.date("lastBuildDate", p.updated())
	w.text("generator", vocabulary.Generator)
	if w.leaveOut("generator") {
		w.indent()
		w.out.WriteString(ownMark + "\n")
	}
	w.rssImage(d)
	w.itunesShow(d)
	w.podcastShow(p)
}

// pageLinks writes the links to the page itself, the hub and other pages.
func (w *writer) pageLinks(p *page) {
	if !w.leaveOut(selfLink) {
		w.empty("atom:link", "href", p.self, "rel", "self", "type", mediaType)
	}
	if p.isFeed() && announces(p.Show, "websub") {
		w.empty("atom:link", "href", Hub, "rel", "hub")
	}
	if p.oldest == "" {
		return
	}
	w.empty("atom:link", "href", p.SelfURL, "rel", "first", "type", mediaType)
	if p.older != "" {
		w.empty("atom:link", "href", p.older, "rel", "next", "type", mediaType)
	}
	w.empty("atom:link", "href", p.oldest, "rel", "last", "type", mediaType)
}

// related writes a link that apps ignore; an import reads it. See vocabulary.FormerAddress.
func (w *writer) related(address, title string) {
	w.empty("atom:link", "href", address, "rel", "related", "title", title)
}

// announces reports whether the show announces changes through a service.
func announces(s *show.Show, service string) bool {
	return !s.Private && slices.Contains(s.Announce, service)
}

// rssImage writes the artwork for apps that do not read the iTunes namespace.
func (w *writer) rssImage(d *Document) {
	if d.ArtworkURL == "" || w.leaveOut("image") {
		return
	}
	w.start("image")
	w.text("url", d.ArtworkURL)
	w.text("title", d.Show.Title)
	w.text("link", d.Show.URL)
	w.end()
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
	if s.Owner != (show.Owner{}) && !w.leaveOut("itunes:owner") {
		w.start("itunes:owner")
		w.optional("itunes:name", s.Owner.Name)
		w.optional("itunes:email", s.Owner.Email)
		w.end()
	}
}

func (w *writer) podcastShow(p *page) {
	d, s := p.Document, p.Show
	w.optional("podcast:guid", d.GUID)
	w.text("podcast:locked", yesNo(s.Feed.Locked), "owner", s.Owner.Email)
	if (s.Private || s.Block) && !w.leaveOut(blockAll) {
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
	if announces(s, "podping") {
		w.empty("podcast:podping", "usesPodping", "true")
	}
	if p.isFeed() {
		w.trailers(d)
	}
	w.persons(s.Hosts, d.PersonURL)
}

// trailers writes podcast:trailer for each trailer that has a title.
func (w *writer) trailers(d *Document) {
	for _, i := range d.Items {
		if i.Episode.Type != show.Trailer || clean(i.Episode.Title) == "" {
			continue
		}
		w.text("podcast:trailer", shorten.Chars(i.Episode.Title, maxTrailerTitle),
			"url", w.enclosureURL(&i.Enclosure),
			"pubdate", i.Episode.Date.Format(time.RFC1123Z),
			"length", strconv.FormatInt(i.Enclosure.Bytes, 10),
			"type", i.Enclosure.Type,
			"season", positive(i.Episode.Season))
	}
}

// maxTrailerTitle is the longest title of a trailer that the podcast namespace allows,
// in characters.
const maxTrailerTitle = 128

func (w *writer) item(d *Document, i *Item, n notes) {
	e := i.Episode
	w.text("title", e.Title)
	w.text("guid", e.GUID, "isPermaLink", "false")
	w.date("pubDate", e.Date)
	w.optional("link", i.PageURL)
	if strings.HasPrefix(i.PageURL, d.Show.URL) {
		for _, from := range e.RedirectFrom {
			w.related(strings.TrimSuffix(d.Show.URL, "/")+from, vocabulary.FormerAddress)
		}
	}
	w.notes(i, n)
	w.empty("enclosure",
		"url", w.enclosureURL(&i.Enclosure),
		"length", strconv.FormatInt(i.Enclosure.Bytes, 10),
		"type", i.Enclosure.Type)
	w.itunesEpisode(d, i)
	w.podcastEpisode(d, i)
}

// notes are the notes of an item as the feed has them.
type notes struct {
	description string
	complete    bool // the description has all text, images and tables of the notes
}

// notesOf returns the notes of items. It uses all cores, because notes take most of the
// time of a feed.
func notesOf(items []Item) []notes {
	all := make([]notes, len(items))
	parallel.For(len(items), func(n int) {
		i := &items[n]
		short, complete := describe(i.Notes, i.PageURL)
		if short == "" {
			short, _ = describe("<p>"+html.EscapeString(i.Episode.Summary)+"</p>", i.PageURL)
		}
		all[n] = notes{short, complete}
	})
	return all
}

// notes writes the description, and if it is not complete also the whole notes as
// content:encoded.
func (w *writer) notes(i *Item, n notes) {
	if n.description != "" {
		w.html("description", n.description)
	}
	if !n.complete {
		w.html("content:encoded", strings.TrimSpace(i.Notes))
	}
}

func (w *writer) itunesEpisode(d *Document, i *Item) {
	e := i.Episode
	if i.Duration > 0 {
		w.text("itunes:duration", strconv.FormatInt(int64(i.Duration.Round(time.Second)/time.Second), 10))
	}
	if i.Notes != "" {
		name := "itunes:subtitle"
		if len(e.Summary) > vocabulary.MaxSubtitle || strings.Contains(e.Summary, "\n") {
			name = "itunes:summary"
		}
		w.optional(name, e.Summary)
	}
	w.text("itunes:explicit", strconv.FormatBool(e.Explicit))
	if i.ArtworkURL != d.ArtworkURL {
		w.image(i.ArtworkURL)
	}
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
	if n := e.NumberText(); n != "" {
		w.text("podcast:episode", n, "display", e.Display)
	}
	for _, t := range i.Transcripts {
		w.empty("podcast:transcript", "url", t.URL, "type", t.Type, "language", t.Language, "rel", captions(t))
	}
	if i.ChaptersURL != "" {
		w.empty("podcast:chapters", "url", i.ChaptersURL, "type", chaptersType)
	}
	for _, a := range i.Alternates {
		w.start("podcast:alternateEnclosure", "type", a.Type, "length", strconv.FormatInt(a.Bytes, 10),
			"bitrate", positive(a.Bitrate), "lang", a.Language, "title", a.Title)
		w.empty("podcast:source", "uri", w.enclosureURL(&a.Enclosure))
		w.end()
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
	id := l.ID
	if !strings.Contains(id, " ") { // an identifier, and not a name
		id = strings.ToLower(id)
	}
	if id != "" {
		w.text("podcast:license", id, "url", l.URL)
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
	if s.Protocol == "disabled" { // the element then has no other attribute
		w.empty("podcast:socialInteract", "protocol", s.Protocol)
		return
	}
	w.empty("podcast:socialInteract", "protocol", s.Protocol, "uri", s.URI,
		"accountId", s.AccountID, "accountUrl", s.AccountURL, "priority", positive(s.Priority))
}

// positive returns a number as the value of an attribute. It returns an empty string,
// which leaves the attribute out, unless n is positive.
func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// describe makes a description from HTML. It keeps the tags that podcast apps show, and
// cuts a description that is longer than they accept. The cut description ends with a
// link to page, unless page is empty. complete is false if text, an image or a table is
// missing.
func describe(source, page string) (short string, complete bool) {
	simple, complete := markdown.Simplify(source)
	if len(simple) <= maxDescription {
		return simple, complete
	}
	more := ""
	if page != "" {
		address := html.EscapeString(page)
		more = `<p><a href="` + address + `">` + address + "</a></p>"
	}
	return markdown.Truncate(simple, maxDescription, more), false
}

// prefixOf returns the prefix of the addresses of a show's audio. It is empty for a show
// that is private or that others cannot reach: a redirector could not lead there, and must
// not learn private addresses.
func prefixOf(s *show.Show) string {
	if s.Private || !s.IsPublic() {
		return ""
	}
	return s.Prefix
}

// enclosureURL returns the address of the audio, with the prefix unless the audio is on
// another host.
func (w *writer) enclosureURL(e *Enclosure) string {
	if e.Fixed {
		return e.URL
	}
	return prefixed(w.prefix, e.URL)
}

// prefixed adds a prefix for download statistics, such as https://op3.dev/e/, to an
// enclosure URL. It keeps the URL's scheme after the prefix unless the scheme is https.
// An empty prefix changes nothing.
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
