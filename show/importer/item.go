package importer

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"onair/feed/tree"
	"onair/internal/markdown"
	"onair/internal/parallel"
	"onair/internal/source"
	"onair/internal/vocabulary"
	"onair/show/chapters"
)

// episode is an episode to be written.
type episode struct {
	guid, title, slug string
	date              time.Time
	existing          bool   // the folder has the episode already
	dir               string // folder of an existing episode; empty for a new one

	head, front yamlDoc // front matter before and after the date
	notes       string
	extra       string
	enclosure   *enclosure // nil if there is none
	link        string     // address of its page
	former      []string   // addresses that lead to its page
	artwork     string     // address of the artwork; empty for the show's
	transcripts []transcript
	chaptersURL string
	chapters    []chapters.Chapter // chapters in the feed itself, with the addresses of their images
}

type enclosure struct {
	url, mediaType string
	length         int64
	duration       time.Duration
}

// transcript is a file of a transcript that the feed names.
type transcript struct {
	url, format, language string
}

// episodes returns the episodes of the feed, oldest first. Those with one date are in the
// order of the feed, in which onair writes them too: by their slugs.
func (c *mapper) episodes(k *known) []*episode {
	list := make([]*episode, 0, len(c.items))
	guids := map[string]bool{}
	all := c.allNotes()
	for i, item := range c.items {
		if e := c.episode(item, all[i], guids); e != nil {
			list = append(list, e)
		}
	}
	c.where = ""
	c.fillDates(list)
	slices.SortStableFunc(list, func(a, b *episode) int { return a.date.Compare(b.date) })
	c.slugs(list, k)
	c.redirects(list)
	return list
}

// allNotes returns the notes of the items. It uses all cores, because notes take most of
// the time of an import.
func (c *mapper) allNotes() []*notes {
	all := make([]*notes, len(c.items))
	parallel.For(len(all), func(i int) { all[i] = c.notesOf(c.items[i]) })
	return all
}

// episode returns the episode of an item, without its slug. It returns nil for an item
// without an enclosure that can be used.
func (c *mapper) episode(item *tree.Element, n *notes, guids map[string]bool) *episode {
	e := &episode{title: line(c.one(item, "title").Value())}
	c.where = e.title
	if e.title == "" {
		e.title = line(c.one(item, "itunes:title").Value())
	}
	e.link = c.one(item, "link").Value()
	for _, l := range c.related(item) {
		e.former = append(e.former, l.address)
	}
	files := c.enclosure(e, item)
	if e.enclosure == nil {
		return nil
	}
	c.guid(e, item, files, guids)
	if e.title == "" {
		name := line(path.Base(pathOf(e.enclosure.url)))
		e.title = strings.TrimSuffix(name, path.Ext(name))
		c.where = e.title
		c.lose("the episode has no title")
	}
	e.head.text("title", e.title)
	e.head.put("guid", source.Quote(e.guid))
	y := &e.front
	raw := c.one(item, "pubDate").Value()
	if t, ok := c.date(raw); ok {
		e.date = t
	} else if raw != "" {
		c.lose("its date %s cannot be read", source.ShortQuote(line(raw)))
	}
	c.numbers(y, item)
	c.episodeFacts(y, item)
	c.text(e, item, n)
	c.duration(e, item)
	if e.artwork = c.artwork(item); e.artwork == c.values.artwork {
		e.artwork = ""
	}
	c.credits(y, item)
	c.license(y, item)
	c.locations(y, item)
	c.soundbites(y, item)
	c.social(y, item)
	c.transcripts(e, item)
	c.chapterFiles(e, item)
	if author := c.one(item, "itunes:author").Value(); author != "" && line(author) != c.values.author {
		c.used[item.Child("itunes:author")] = false // stays in extra
	}
	e.extra = c.rest(item, itemRSS, nil)
	return e
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Path
}

// enclosure sets the enclosure to the first audio file, or else to the first file. It
// returns the addresses of all files.
func (c *mapper) enclosure(e *episode, item *tree.Element) (all []string) {
	var best *enclosure
	for _, x := range c.all(item, "enclosure", "url", "length", "type") {
		if written := strings.TrimSpace(x.Attr("url")); written != "" {
			all = append(all, written)
		}
		address, ok := c.fileAddress(x.Attr("url"), x, item)
		if !ok {
			c.lose("an enclosure is dropped: its address %s is malformed", source.ShortQuote(line(address)))
			continue
		}
		file := &enclosure{url: address, mediaType: mediaTypeOf(x.Attr("type"), address)}
		file.length, _ = strconv.ParseInt(strings.TrimSpace(x.Attr("length")), 10, 64)
		file.length = max(file.length, 0)
		switch audio := strings.HasPrefix(file.mediaType, "audio/"); {
		case best == nil:
			best = file
		case audio && !strings.HasPrefix(best.mediaType, "audio/"):
			c.lose("a second enclosure is dropped: %s", best.url)
			best = file
		default:
			c.lose("a second enclosure is dropped: %s", address)
		}
	}
	if e.enclosure = best; best == nil {
		c.loseElement(item, "the episode is left out: it has no enclosure")
	}
	return all
}

var mediaTypeShape = regexp.MustCompile(`^(audio|video|application)/[a-z0-9][a-z0-9.+-]*$`)

// mediaTypeOf returns the media type of an enclosure. If the written type is not usable,
// it decides by the extension of the address.
func mediaTypeOf(written, address string) string {
	written, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(written)), ";")
	switch written {
	case "audio/mp3", "audio/mpeg3", "audio/x-mpeg", "audio/x-mp3", "audio/mpg":
		return "audio/mpeg"
	}
	if mediaTypeShape.MatchString(written) && written != "application/octet-stream" {
		return written
	}
	switch strings.ToLower(path.Ext(pathOf(address))) {
	case ".m4a", ".aac":
		return "audio/x-m4a"
	case ".mp4", ".m4v":
		return "video/mp4"
	case ".mov":
		return "video/quicktime"
	case ".ogg", ".opus":
		return "audio/ogg"
	case ".pdf":
		return "application/pdf"
	}
	return "audio/mpeg"
}

// guid sets the identity of an episode: its GUID, or else the address of its file, which
// apps use if there is no GUID. If the identity is invalid or another episode has it,
// guid makes a new one.
func (c *mapper) guid(e *episode, item *tree.Element, files []string, guids map[string]bool) {
	e.guid = strings.TrimSpace(strings.ToValidUTF8(c.one(item, "guid", "isPermaLink").Value(), ""))
	if e.guid == "" && len(files) > 0 {
		e.guid = files[0]
		c.lose("it has no GUID; apps know it by the address of its file, which becomes its GUID")
	}
	if e.guid == "" || !source.ValidGUID(e.guid) || guids[e.guid] {
		of := e.guid + " " + e.title + " " + item.Child("pubDate").Value()
		if len(files) > 0 {
			of = files[0]
		}
		fresh := uuid.NewSHA1(uuid.NameSpaceURL, []byte(of)).String()
		for n := 2; guids[fresh]; n++ {
			fresh = uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s %d", of, n)).String()
		}
		switch {
		case guids[e.guid]:
			c.lose("another episode has its GUID %s; its own becomes %s", source.ShortQuote(e.guid), fresh)
		default:
			c.lose("it has no usable GUID; it gets %s", fresh)
		}
		e.guid = fresh
	}
	guids[e.guid] = true
}

var decimal = regexp.MustCompile(`^(0|[1-9][0-9]{0,7})\.[0-9]{1,8}$`)

// numbers writes season, number and display.
func (c *mapper) numbers(y *yamlDoc, item *tree.Element) {
	season := c.whole(c.one(item, "itunes:season"))
	if e := item.Child("podcast:season"); e != nil {
		if n := whole(e.Value()); n != "" && (season == "" || season == n) {
			c.one(item, "podcast:season", "name")
			season = n
			if name := line(e.Attr("name")); name != "" && len([]rune(name)) <= 128 {
				c.seasonName(n, name)
			}
		}
	}
	if season != "" {
		y.put("season", season)
	}
	number := c.whole(c.one(item, "itunes:episode"))
	if e := item.Child("podcast:episode"); e != nil {
		text := e.Value()
		switch n := whole(text); {
		case number != "" && n == number || number == "" && n != "":
			number = n
		case number == "" && (decimal.MatchString(text) || text == "0"):
			number = text
		default:
			text = ""
		}
		if text != "" {
			c.one(item, "podcast:episode", "display")
			y.text("display", line(e.Attr("display")))
		}
	}
	if number != "" {
		y.put("number", number)
	}
}

// seasonName records the name of a season for show.yaml. If show.yaml exists and lacks
// the name, it records a loss.
func (c *mapper) seasonName(n, name string) {
	if c.existing == nil {
		c.values.seasons[n] = name
		return
	}
	if i, _ := strconv.Atoi(n); c.existing.Seasons[i] == "" {
		c.lose("season %s has the name %s, which is not in seasons: of show.yaml", n, source.Quote(name))
	}
}

// whole returns the number in an element like the function whole, and records the loss
// of a malformed one.
func (c *mapper) whole(e *tree.Element) string {
	n := whole(e.Value())
	if v := e.Value(); n == "" && v != "" && v != "0" {
		c.lose("%s is dropped: %s", e.Name, source.ShortQuote(line(v)))
	}
	return n
}

// whole returns a whole number of at least 1, without leading zeros. For other text it
// returns an empty string.
func whole(s string) string {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 1 || n > 99_999_999 {
		return ""
	}
	return strconv.Itoa(n)
}

func (c *mapper) episodeFacts(y *yamlDoc, item *tree.Element) {
	switch kind := strings.ToLower(c.one(item, "itunes:episodeType").Value()); kind {
	case "trailer", "bonus":
		y.put("type", kind)
	case "full", "":
	default:
		c.lose("itunes:episodeType is dropped: %s", source.ShortQuote(line(kind)))
	}
	if e := c.one(item, "itunes:explicit"); e.Value() != "" {
		if explicit := c.flag(e); explicit != c.values.explicit {
			y.put("explicit", strconv.FormatBool(explicit))
		}
	}
	if c.flag(c.one(item, "itunes:block")) {
		y.put("block", "true")
	}
}

// notes are the notes of an item.
type notes struct {
	markdown string
	lost     []string // what differs from the feed

	// The other one of description and content:encoded, itunes:subtitle and itunes:summary,
	// each on one line. They are empty if they repeat the notes.
	other, subtitle, summary string
}

// notesOf returns the notes of an item: content:encoded, or the description if that has
// more text, unless only content:encoded has an image or a table.
func (c *mapper) notesOf(item *tree.Element) *notes {
	of, encoded := filled(item, "description"), filled(item, "content:encoded")
	other := encoded.Value()
	if value := other; value != "" && (value == of.Value() || len(textOf(value)) >= len(textOf(of.Value())) || hasMore(value, of.Value())) {
		of, other = encoded, of.Value()
	}
	summary, page := filled(item, "itunes:summary"), filled(item, "link").Value()
	if of.Value() == "" {
		of = summary
	}
	md, lost := notesOf(of.Value(), c.notesBase(of, item))
	shown := line(plainText(of.Value()))
	simplified, _ := markdown.Simplify(md.html)
	described := contentOf(parse(simplified)).words() // as onair writes a description
	unlessRepeated := func(text string) string {
		if text = line(plainText(text)); text == shown || isCut(text, described, page) {
			return ""
		}
		return text
	}
	return &notes{md.source, lost, unlessRepeated(other), unlessRepeated(filled(item, "itunes:subtitle").Value()), unlessRepeated(summary.Value())}
}

// text sets the notes and the summary. The summary is the text that the notes do not have:
// the description or content:encoded, or else the subtitle, because onair writes a summary
// as the subtitle.
func (c *mapper) text(e *episode, item *tree.Element, n *notes) {
	for _, name := range []string{"description", "content:encoded"} {
		c.one(item, name) // notesOf has read it; another one is reported
	}
	summaryElement, subtitle := c.one(item, "itunes:summary"), c.one(item, "itunes:subtitle")
	e.notes = n.markdown
	for _, l := range n.lost {
		c.lose("%s", l)
	}
	summary := n.other
	for _, text := range []struct {
		value string
		of    *tree.Element
	}{{n.subtitle, subtitle}, {n.summary, summaryElement}} {
		switch {
		case text.value == "" || text.value == summary || text.value == e.title:
		case summary == "":
			summary = text.value
		case text.of == subtitle:
			c.loseElement(subtitle, "itunes:subtitle is dropped: another text is the summary")
		case len(summary) > vocabulary.MaxSubtitle: // the new feed has the summary as itunes:summary
			c.loseElement(summaryElement, "itunes:summary is dropped: another text is the summary")
		default:
			c.used[summaryElement] = false // stays in extra
		}
	}
	e.front.text("summary", summary)
	if title := item.Child("itunes:title"); line(title.Value()) == e.title {
		c.one(item, "itunes:title")
	}
}

// isCut reports whether text is whole, or is what remains of whole after onair cut it to
// the length of a description: a long text, or one that ends with the address of the page.
func isCut(text, whole, page string) bool {
	start, led := strings.CutSuffix(text, " "+page)
	cut := page != "" && led || len(text) >= 2000
	return text == whole || cut && strings.HasPrefix(whole, strings.TrimSuffix(start, "…"))
}

func (c *mapper) duration(e *episode, item *tree.Element) {
	raw := c.one(item, "itunes:duration").Value()
	d, ok := parseDuration(raw)
	switch {
	case ok:
		e.enclosure.duration = d
	case raw != "" && !ok && strings.Trim(raw, "0:. ") != "":
		c.lose("its duration %s cannot be read", source.ShortQuote(line(raw)))
	}
}

// credits writes the people of an episode. It leaves out the hosts if they are those of
// the show.
func (c *mapper) credits(y *yamlDoc, item *tree.Element) {
	var hosts, guests, others []string
	for _, p := range c.persons(item) {
		switch p.role {
		case "host":
			hosts = append(hosts, p.yaml("host"))
		case "guest":
			guests = append(guests, p.yaml("guest"))
		default:
			others = append(others, p.yaml(""))
		}
	}
	if item.Child("podcast:person") == nil {
		return
	}
	put := func(key string, people []string) {
		if len(people) > 0 {
			y.put(key, "["+strings.Join(people, ", ")+"]")
		}
	}
	if !slices.Equal(hosts, c.values.hosts) {
		y.put("hosts", "["+strings.Join(hosts, ", ")+"]")
	}
	put("guests", guests)
	put("people", others)
}

// soundbites writes the soundbites. Those that cannot be read stay in extra.
func (c *mapper) soundbites(y *yamlDoc, item *tree.Element) {
	var list []string
	for e := range item.All("podcast:soundbite") {
		start, ok := source.ParseSeconds(e.Attr("startTime"))
		length, ok2 := source.ParseSeconds(e.Attr("duration"))
		if !ok || !ok2 || length == 0 {
			continue
		}
		c.used[e] = true
		c.checkAttrs(e, []string{"startTime", "duration"})
		text := fmt.Sprintf("{start: %s, duration: %s", source.Quote(source.FormatTimestamp(start)), source.FormatSeconds(length))
		if title := line(e.Value()); title != "" {
			text += ", title: " + source.Quote(title)
		}
		list = append(list, text+"}")
	}
	y.list("soundbites", list)
}

var protocols = []string{"disabled", "activitypub", "twitter", "lightning", "atproto", "hive", "matrix", "nostr"}

// social writes the places for comments. Elements with values that a field cannot have
// stay in extra.
func (c *mapper) social(y *yamlDoc, item *tree.Element) {
	var list []string
	for e := range item.All("podcast:socialInteract") {
		protocol, uri := e.Attr("protocol"), strings.TrimSpace(e.Attr("uri"))
		account, ok := webAddress(e.Attr("accountUrl"))
		if !slices.Contains(protocols, protocol) || account != "" && !ok || protocol != "disabled" && source.CheckURL(uri, "https", "http", "at", "nostr", "matrix", "lightning") != nil {
			continue
		}
		c.used[e] = true
		if protocol == "disabled" {
			list = append(list, "{protocol: disabled}")
			continue
		}
		c.checkAttrs(e, []string{"protocol", "uri", "accountId", "accountUrl", "priority"})
		text := strings.TrimSuffix(flow("protocol", protocol, "uri", uri, "account_id", line(e.Attr("accountId")), "account_url", account), "}")
		if n := whole(e.Attr("priority")); n != "" && len(n) < 4 {
			text += ", priority: " + n
		}
		list = append(list, text+"}")
	}
	y.list("social", list)
}

// maxSlug is the longest slug that an import makes.
const maxSlug = 60

var numberLine = regexp.MustCompile(`(?m)^number: (\d+)$`)

var sitePath = regexp.MustCompile(`^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$`)
