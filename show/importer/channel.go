package importer

import (
	"cmp"
	"fmt"
	"html"
	"maps"
	"net/mail"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"onair/feed/check"
	"onair/feed/tree"
	"onair/internal/plural"
	"onair/internal/source"
	"onair/internal/vocabulary"
	"onair/show/pins"
)

// showFiles are the files that describe the show itself.
type showFiles struct {
	title   string
	yaml    yamlDoc
	artwork string // address of the artwork; empty if there is none
	lock    []byte
	c       *mapper // knows the people and namespaces once all episodes have been read
	extra   string
}

// relays are hosts that forward mail to the owner of a show, but only while they host the
// show.
var relays = []string{"anchor.fm", "spotify.com", "buzzsprout.com", "podbean.com", "acast.com", "spreaker.com", "redcircle.com", "rss.com", "soundcloud.com"}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// show reads the channel and returns the files of the show.
func (c *mapper) show() *showFiles {
	ch := c.channel
	s := &showFiles{c: c, title: line(c.one(ch, "title").Value())}
	y := &s.yaml
	y.text("title", s.title)
	if s.title == "" {
		s.title = "Untitled"
		y.text("title", s.title)
		c.lose("the feed has no title")
	}
	description, summary := c.plainOrNotes(c.one(ch, "description")), c.one(ch, "itunes:summary").Value()
	if description == "" {
		description = c.plainOrNotes(ch.Child("itunes:summary"))
	} else if summary != "" && plainText(summary) != plainText(ch.Child("description").Value()) {
		c.loseElement(ch.Child("itunes:summary"), "itunes:summary is dropped: the description is used")
	}
	if description == "" {
		c.lose("the feed has no description; the title stands in")
		md, _ := notesOf(html.EscapeString(s.title), nil)
		description = md.source
	}
	y.text("description", description)
	c.feedAddress(y)
	c.showFacts(y, s.title)
	c.categories(y)
	c.owner(y)
	c.showPeople(y)
	c.showPodcast(y)
	s.artwork = c.artwork(ch)
	c.values.artwork = s.artwork
	s.lock = (&pins.Lock{PodcastGUID: c.podcastGUID(), Episodes: map[string]*pins.Pin{}}).Format()
	c.trailers()
	if s.artwork != "" {
		c.image(s.artwork, s.title)
	}
	s.extra = c.rest(ch, channelRSS, channelDropped)
	return s
}

// image leaves out the RSS image, because the new feed writes one for its own artwork. It
// records the loss of values that the new one will not have.
func (c *mapper) image(artwork, title string) {
	for _, e := range c.all(c.channel, "image") {
		for _, child := range e.Children {
			if v := line(child.Value()); v != "" && v != artwork && v != title && v != c.values.link {
				c.lose("%s of image is dropped: %s", child.Name, source.ShortQuote(v))
			}
		}
	}
}

// trailers leaves out each trailer that is also an episode of type trailer, because the
// new feed writes a podcast:trailer for that episode. Other trailers stay in extra.
func (c *mapper) trailers() {
	for e := range c.channel.All("podcast:trailer") {
		c.used[e] = slices.ContainsFunc(c.items, func(item *tree.Element) bool {
			return item.Child("enclosure").Attr("url") == e.Attr("url") && strings.EqualFold(item.Child("itunes:episodeType").Value(), "trailer")
		})
	}
}

// file returns show.yaml. It must be called after all episodes have been read.
func (s *showFiles) file(prefix string) string {
	y := s.yaml
	var out yamlDoc
	out.b.WriteString(y.b.String())
	if seasons := s.c.values.seasons; len(seasons) > 0 {
		var parts []string
		for _, n := range slices.SortedFunc(maps.Keys(seasons), func(a, b string) int {
			x, _ := strconv.Atoi(a)
			y, _ := strconv.Atoi(b)
			return x - y
		}) {
			parts = append(parts, n+": "+source.Quote(seasons[n]))
		}
		out.put("seasons", "{"+strings.Join(parts, ", ")+"}")
	}
	if prefix != "" {
		out.b.WriteString("# All episodes were counted through this prefix:\n# enclosure_prefix: " + source.Quote(prefix) + "\n")
	}
	if ns := s.c.namespaces; len(ns) > 0 {
		var pairs []string
		for _, p := range sortedKeys(ns) {
			pairs = append(pairs, p+": "+source.Quote(ns[p]))
		}
		out.put("namespaces", "{"+strings.Join(pairs, ", ")+"}")
	}
	out.text("extra", s.extra)
	out.b.WriteString("\n# Where the show goes: a folder, or a bucket and the address that serves it.\nstorage: file:public\n# storage: gs://my-bucket\n# url: https://podcast.example.com/\n")
	return out.b.String()
}

// plainOrNotes converts a description to Markdown.
func (c *mapper) plainOrNotes(e *tree.Element) string {
	md, lost := notesOf(e.Value(), c.notesBase(e, c.channel))
	for _, l := range lost {
		c.lose("%s", strings.ReplaceAll(l, "its notes", "the description"))
	}
	return md.source
}

var feedPath = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~/-]*$`)

// feedAddress keeps the path of the feed if possible, and adds a step that says which
// redirect the old address needs.
func (c *mapper) feedAddress(y *yamlDoc) {
	address := c.formerAddress()
	u, err := url.Parse(address)
	if address == "" || err != nil {
		u = &url.URL{}
	}
	key := strings.TrimPrefix(u.Path, "/")
	first, _, deep := strings.Cut(key, "/")
	valid := feedPath.MatchString(key) && path.Clean("/"+key) == "/"+key && !strings.Contains(key, "/.") && !(deep && slices.Contains([]string{"assets", "audio", "episodes"}, first))
	valid = valid && u.RawQuery == "" && slices.Contains([]string{".xml", ".rss"}, path.Ext(key)) && key != "feed.xml"
	fields := "locked: " + strconv.FormatBool(c.isLocked())
	if valid {
		fields = "path: " + source.Quote(key) + ", " + fields
	}
	if valid || c.locked {
		y.put("feed", "{"+fields+"}")
	}
	if valid {
		c.steps = append(c.steps, fmt.Sprintf("if url: keeps the host %s, the feed keeps its address; otherwise let the old host redirect it with 301 to the new one", u.Host))
		return
	}
	c.steps = append(c.steps, "let the old host redirect the feed with 301 to the new address; docs/moving.md says how")
}

// showFacts writes the fields that have a single simple value. Those that a feed needs are
// written even if this feed lacks them.
func (c *mapper) showFacts(y *yamlDoc, title string) {
	ch := c.channel
	lang := languageOf(c.one(ch, "language").Value())
	if written := ch.Child("language").Value(); lang == "" && written != "" {
		c.lose("language is dropped: %s is not a language", source.ShortQuote(line(written)))
	}
	y.text("language", c.orDefault(lang, "language", "en"))
	author := line(c.one(ch, "itunes:author").Value())
	c.values.author = c.orDefault(author, "itunes:author", cmp.Or(plural.And(hostNames(ch)), title))
	y.text("author", c.values.author)
	explicit := c.one(ch, "itunes:explicit")
	c.orDefault(explicit.Value(), "itunes:explicit", "false")
	c.values.explicit = c.flag(explicit)
	y.put("explicit", strconv.FormatBool(c.values.explicit))
	switch kind := strings.ToLower(c.one(ch, "itunes:type").Value()); kind {
	case "serial":
		y.put("type", kind)
	case "episodic", "": // the default
	default:
		c.lose("itunes:type is dropped: %s", source.ShortQuote(line(kind)))
	}
	if c.flag(c.one(ch, "itunes:complete")) {
		y.put("complete", "true")
	}
	block := c.flag(c.one(ch, "itunes:block"))
	for e := range ch.All("podcast:block") {
		if e.Attr("id") == "" {
			c.used[e] = true
			block = c.flag(e) || block
		}
	}
	if block {
		y.put("block", "true")
	}
	y.text("copyright", line(c.one(ch, "copyright").Value()))
	c.links(y)
}

// isLocked reports whether the feed asks other hosts not to import it. It records the
// loss of the owner's address in podcast:locked unless the show's owner has the same
// address, which onair writes there again.
func (c *mapper) isLocked() bool {
	e := c.one(c.channel, "podcast:locked", "owner")
	if owner := c.channel.Child("itunes:owner").Child("itunes:email").Value(); e != nil && e.Attr("owner") != owner {
		c.checkAttrs(e, nil)
	}
	c.locked = c.flag(e)
	return c.locked
}

// orDefault returns the value of an element of the channel. If the feed has none, it
// returns the default and reports it, because the new feed will have this value.
func (c *mapper) orDefault(value, name, byDefault string) string {
	if value != "" {
		return value
	}
	c.lose("the feed has no usable %s; it becomes %s", name, source.ShortQuote(byDefault))
	return byDefault
}

func languageOf(s string) string {
	tag := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), "_", "-"))
	if t, err := language.Parse(tag); err != nil || t == language.Und {
		return ""
	}
	return tag
}

// categories writes Apple's categories. It replaces retired categories by their
// successors.
func (c *mapper) categories(y *yamlDoc) {
	var list []string
	add := func(name, sub string) {
		if newName, newSub, ok := vocabulary.Successor(name, sub); ok && (newName != name || newSub != sub) {
			c.lose("the category %s becomes %s", vocabulary.CategoryPath(name, sub), vocabulary.CategoryPath(newName, newSub))
			name, sub = newName, newSub
		}
		text := source.Quote(vocabulary.CategoryPath(name, sub))
		if _, ok := vocabulary.Category(name, sub); !ok {
			c.lose("the category %s is dropped: it is not in Apple's list", vocabulary.CategoryPath(name, sub))
		} else if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	for _, e := range c.all(c.channel, "itunes:category", "text") {
		name, nested := line(html.UnescapeString(e.Attr("text"))), false
		for sub := range e.All("itunes:category") {
			nested = true
			add(name, line(html.UnescapeString(sub.Attr("text"))))
		}
		if !nested && name != "" {
			add(name, "")
		}
	}
	if len(list) > 0 {
		y.put("categories", "["+strings.Join(list, ", ")+"]")
	}
}

// owner writes the owner. It omits an address that forwards mail only while the show is
// at its old host.
func (c *mapper) owner(y *yamlDoc) {
	e := c.one(c.channel, "itunes:owner")
	if e == nil {
		return
	}
	name, email := line(e.Child("itunes:name").Value()), line(e.Child("itunes:email").Value())
	_, host, _ := strings.Cut(email, "@")
	a, err := mail.ParseAddress(email)
	switch {
	case email == "":
	case err != nil || a.Address != email || !strings.Contains(host, "."):
		c.lose("the owner's address is dropped: %s", source.ShortQuote(email))
		email = ""
	case slices.ContainsFunc(relays, func(relay string) bool { return host == relay || strings.HasSuffix(host, "."+relay) }):
		c.lose("the owner's address %s is dropped: it belongs to the old host", email)
		email = ""
	}
	if name != "" || email != "" {
		y.put("owner", flow("name", name, "email", email))
	}
}

// isHost reports whether a podcast:person has the role host, which is the default.
func isHost(e *tree.Element) bool {
	role := strings.TrimSpace(e.Attr("role"))
	return role == "" || strings.EqualFold(role, "host")
}

// hostNames returns the names of the hosts of a channel.
func hostNames(channel *tree.Element) (names []string) {
	for e := range channel.All("podcast:person") {
		if name := line(e.Value()); name != "" && isHost(e) {
			names = append(names, name)
		}
	}
	return names
}

// showPeople writes the hosts. The show has no field for other persons, so they stay in
// extra.
func (c *mapper) showPeople(y *yamlDoc) {
	var others []*tree.Element
	for e := range c.channel.All("podcast:person") {
		if !isHost(e) {
			others = append(others, e)
		}
	}
	for _, p := range c.persons(c.channel) {
		if p.role == "host" {
			c.values.hosts = append(c.values.hosts, p.yaml("host"))
		}
	}
	for _, e := range others {
		c.used[e] = false
	}
	if len(c.values.hosts) > 0 {
		y.put("hosts", "["+strings.Join(c.values.hosts, ", ")+"]")
	}
}

var mediums = []string{"podcast", "podcastL", "music", "musicL", "video", "videoL", "film", "filmL", "audiobook", "audiobookL",
	"newsletter", "newsletterL", "blog", "blogL", "publisher", "publisherL", "course", "courseL", "mixed"}

// showPodcast writes fields from elements of the podcast namespace.
func (c *mapper) showPodcast(y *yamlDoc) {
	ch := c.channel
	if medium := c.one(ch, "podcast:medium").Value(); slices.Contains(mediums, medium) {
		if medium != "podcast" { // the default
			y.put("medium", medium)
		}
	} else if medium != "" {
		c.lose("podcast:medium is dropped: %s", source.ShortQuote(line(medium)))
	}
	c.values.license = c.license(y, ch)
	c.locations(y, ch)
	var funding []string
	for _, e := range c.all(ch, "podcast:funding", "url") {
		if address, ok := webAddress(e.Attr("url")); ok {
			funding = append(funding, flow("url", address, "text", line(e.Value())))
		} else {
			c.loseElement(e, "podcast:funding is dropped")
		}
	}
	y.list("funding", funding)
	var txt []string
	for _, e := range c.all(ch, "podcast:txt", "purpose") {
		if value := line(e.Value()); value != "" {
			txt = append(txt, flow("purpose", line(e.Attr("purpose")), "value", value))
		}
	}
	y.list("txt", txt)
	c.frequency(y)
}

var (
	licenseID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]*$`)
	geo       = regexp.MustCompile(`^geo:-?[0-9.]+,-?[0-9.]+(,-?[0-9.]+)?(;[a-z0-9=.;-]+)?$`)
	osm       = regexp.MustCompile(`^[NWR][0-9]+(#[0-9]+)?$`)
	country   = regexp.MustCompile(`^[A-Z]{2}$`)
	rrule     = regexp.MustCompile(`^([A-Z]+=[^;=]+;)*FREQ=[A-Z]+(;[A-Z]+=[^;=]+)*$`)
)

// license writes the licence of the show or an episode, and returns it. It does not write
// an episode's licence that equals the show's.
func (c *mapper) license(y *yamlDoc, parent *tree.Element) string {
	e := parent.Child("podcast:license")
	id := line(e.Value())
	if licenseID.MatchString(id) {
		id = strings.ToLower(id)
	}
	address, ok := webAddress(e.Attr("url"))
	if !ok && address != "" {
		c.lose("the address of podcast:license is dropped: %s", source.ShortQuote(line(address)))
	}
	switch {
	case id == "":
		return ""
	case ok && address != "":
		c.one(parent, "podcast:license", "url")
		value := flow("name", id, "url", address)
		if value != c.values.license {
			y.put("license", value)
		}
		return value
	case licenseID.MatchString(id):
		c.one(parent, "podcast:license", "url")
		value := source.Quote(id)
		if value != c.values.license {
			y.put("license", value)
		}
		return value
	}
	return "" // stays in extra
}

// locations writes the locations of the show or an episode. Locations with an invalid
// part stay in extra.
func (c *mapper) locations(y *yamlDoc, parent *tree.Element) {
	var list []string
	matches := func(e *tree.Element, name string, shape *regexp.Regexp) bool {
		v := e.Attr(name)
		return v == "" || shape.MatchString(v)
	}
	for e := range parent.All("podcast:location") {
		rel := e.Attr("rel")
		if name := line(e.Value()); name != "" && len([]rune(name)) <= 128 && matches(e, "geo", geo) && matches(e, "osm", osm) && matches(e, "country", country) && (rel == "" || rel == "subject" || rel == "creator") {
			c.used[e] = true
			c.checkAttrs(e, []string{"rel", "geo", "osm", "country"})
			if rel == "subject" { // the default
				rel = ""
			}
			list = append(list, flow("name", name, "rel", rel, "geo", e.Attr("geo"), "osm", e.Attr("osm"), "country", e.Attr("country")))
		}
	}
	y.list("locations", list)
}

func (c *mapper) frequency(y *yamlDoc) {
	e := c.channel.Child("podcast:updateFrequency")
	text, rule := line(e.Value()), e.Attr("rrule")
	if text == "" || rule != "" && !rrule.MatchString(rule) {
		return // stays in extra
	}
	start, ok := parseDate(e.Attr("dtstart"))
	if e.Attr("dtstart") != "" && !ok {
		return
	}
	c.one(c.channel, "podcast:updateFrequency", "rrule", "dtstart", "complete")
	fields := flow("text", text, "rrule", rule)
	if ok {
		fields = strings.TrimSuffix(fields, "}") + ", dtstart: " + formatDate(start) + "}"
	}
	if yes(e.Attr("complete")) {
		fields = strings.TrimSuffix(fields, "}") + ", complete: true}"
	}
	y.put("update_frequency", fields)
}

// artwork returns the address of the artwork of the show or an episode.
func (c *mapper) artwork(parent *tree.Element) string {
	e := c.one(parent, "itunes:image", "href")
	raw := e.Attr("href")
	if raw == "" {
		raw = e.Value()
	}
	if address, ok := c.fileAddress(raw, e, parent); ok {
		return address
	} else if raw != "" {
		c.lose("the artwork is dropped: %s is not an address", source.ShortQuote(line(raw)))
	}
	if parent == c.channel {
		if address, ok := webAddress(parent.Child("image").Child("url").Value()); ok {
			return address
		}
	}
	return ""
}

var uuidShape = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// isLocal reports whether an address leads to this machine, as in a feed that was never
// published. Every such feed has the same address, so it identifies none of them.
func isLocal(address string) bool {
	u, err := url.Parse(address)
	return err == nil && check.IsLocal(u.Hostname())
}

// podcastGUID returns the podcast:guid of the feed, or else the one computed from its
// address.
func (c *mapper) podcastGUID() string {
	guid := c.one(c.channel, "podcast:guid").Value()
	if uuidShape.MatchString(guid) {
		return guid
	}
	if guid != "" {
		c.lose("podcast:guid is replaced: %s is not a UUID", source.ShortQuote(line(guid)))
	}
	if address := c.formerAddress(); address != "" && (c.address != "" || !isLocal(address)) {
		return pins.PodcastGUID(address)
	}
	c.lose("there is no podcast:guid, and the feed does not say its public address, from which apps compute one; the first publish computes it from the new address")
	return ""
}
