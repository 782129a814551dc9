package check

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"onair/feed/tree"
	"onair/internal/finding"
)

// episodeIndex is what the checks that compare episodes record about the episodes read so
// far. It is compact, because a feed may have tree.MaxItems episodes.
type episodeIndex struct {
	guids      map[string]int32   // GUID → line
	lower      map[string]string  // GUID in lower case → GUID as written; only GUIDs with capitals
	files      map[string]int32   // URL of an enclosure → index of the episode
	bare       map[string]int32   // URL of an enclosure without scheme and query → index of the episode; only URLs with a query or without https
	dated      map[dated]int32    // title and date → index of the episode
	numbered   map[numbered]int32 // season and number of full episodes → line
	unnumbered []finding.Position
	hostless   []finding.Position
	titles     []titled         // titles to compare with that of the show
	live       map[string]int32 // URL of a live item's enclosure → line
}

// dated identifies an episode by its title and its date in seconds.
type dated struct {
	title string
	date  int64
}

// numbered identifies a full episode by its numbers. season is 0 if there is none.
type numbered struct{ season, episode uint32 }

// titled is a title of an episode and its place.
type titled struct {
	text         string
	line, column int32
	itunes       bool // of itunes:title
}

// newEpisodeIndex returns an index for about n episodes.
func newEpisodeIndex(n int) *episodeIndex {
	return &episodeIndex{
		guids: make(map[string]int32, n), lower: map[string]string{}, files: make(map[string]int32, n), bare: map[string]int32{},
		dated: make(map[dated]int32, n), numbered: map[numbered]int32{}, titles: make([]titled, 0, n), live: map[string]int32{},
	}
}

// record adds an item to the report, and compares it with the items before it.
func (c *checker) record(it *tree.Element) {
	a := c.episodes
	ep := c.episode(it)
	last := int32(len(c.report.Episodes))
	c.report.Episodes = append(c.report.Episodes, ep)
	if it.Cut {
		return
	}

	again := c.sameGUID(it, ep.GUID)
	c.sameFile(it, last, again)
	if !ep.Date.IsZero() && ep.Title != "" && !again {
		key := dated{ep.Title, ep.Date.Unix()}
		if i, ok := a.dated[key]; !ok {
			a.dated[key] = last
		} else if guid := c.report.Episodes[i].GUID; guid != ep.GUID {
			c.add(ruleTwoGUIDs, it, "%s of %s has two GUIDs, %s and %s", quote(ep.Title), ep.Date.Format("2 Jan 2006"), quote(guid), quote(ep.GUID))
		}
	}

	kind := it.Child("itunes:episodeType").Value()
	number := it.Child("itunes:episode").Value()
	if kind == "" || kind == "full" {
		c.fullEpisode(it, number)
	}
	if it.Child("podcast:person") != nil && !hasHost(it) {
		a.hostless = append(a.hostless, c.position(it))
	}
	for _, e := range []*tree.Element{it.Child("title"), it.Child("itunes:title")} {
		switch text := e.Value(); {
		case text == "" || e.Name == "itunes:title" && text == ep.Title:
		case hasNumber(text, number):
			c.addHint(ruleSaidTwice, e, "apps show the number of itunes:episode beside the title", "%s %s has the number of the episode", e.Name, quote(text))
		case e.Name == "title":
			a.titles = append(a.titles, titled{ep.Title, int32(e.Line), int32(e.Column), false})
		default:
			a.titles = append(a.titles, titled{strings.Clone(text), int32(e.Line), int32(e.Column), true})
		}
	}
}

// episode returns the entry for an item in the report.
func (c *checker) episode(it *tree.Element) Episode {
	ep := Episode{
		Position: c.position(it),
		// Without a copy the strings would keep the whole feed in memory.
		GUID: strings.Clone(it.Child("guid").Value()), Title: strings.Clone(it.Child("title").Value()),
	}
	if date := it.Child("pubDate").Value(); date != "" {
		ep.Date, _ = parseDate(date)
	}
	ep.Seconds, _ = clockTime(it.Child("itunes:duration").Value())
	for _, e := range it.Children {
		to := Link{Position: c.position(e), URL: strings.TrimSpace(e.Attr("url")), Type: sharedType(e.Attr("type"))}
		switch e.Name {
		case "enclosure":
			to.Length, _ = strconv.ParseInt(strings.TrimSpace(e.Attr("length")), 10, 64)
			if ep.Enclosure.URL == "" {
				ep.Enclosure = to
			}
		case "podcast:transcript":
			ep.Transcripts = append(ep.Transcripts, to)
		case "podcast:chapters":
			ep.Chapters = to
		case "itunes:image":
			to.URL = strings.TrimSpace(e.Attr("href"))
			ep.Artwork = to
		}
	}
	return ep
}

// sharedType returns a media type. Episodes share the string of a known one, to save memory.
func sharedType(written string) string {
	if i := slices.Index(knownTypes, written); i >= 0 {
		return knownTypes[i]
	}
	return written
}

// sameGUID reports another episode with the same GUID, or with a GUID that differs in
// case only. It returns whether the GUID is exactly the same.
func (c *checker) sameGUID(it *tree.Element, guid string) bool {
	if guid == "" {
		return false
	}
	a, e := c.episodes, it.Child("guid")
	if line, ok := a.guids[guid]; ok {
		c.add(ruleSameGUID, e, "GUID %s is also that of the episode on line %d", quote(guid), line)
		return true
	}
	folded := strings.ToLower(guid)
	other, ok := a.lower[folded]
	if _, same := a.guids[folded]; same && !ok {
		other, ok = folded, true
	}
	if ok {
		c.add(ruleGUIDCase, e, "GUID %s differs from %s in case only", quote(guid), quote(other))
	} else if folded != guid {
		a.lower[folded] = guid
	}
	a.guids[guid] = int32(e.Line)
	return false
}

// sameFile reports that an earlier episode has the same enclosure as the episode with the
// given index, or, with another GUID, an enclosure that differs only in the query, or in
// http and https. again says that an earlier episode has the same GUID, which has been
// reported.
func (c *checker) sameFile(it *tree.Element, index int32, again bool) {
	ep := &c.report.Episodes[index]
	raw := ep.Enclosure.URL
	if raw == "" {
		return
	}
	a, e := c.episodes, it.Child("enclosure")
	if i, ok := a.files[raw]; ok {
		c.add(ruleSameEnclosure, e, "enclosure %s is also that of the episode on line %d", quote(raw), c.report.Episodes[i].Enclosure.Line)
		return
	}
	a.files[raw] = index
	bare := withoutQuery(raw)
	_, key, _ := strings.Cut(bare, "://")
	secure := len(key)+len("https://") == len(raw)
	i, ok := a.bare[key]
	if !ok && !secure {
		i, ok = a.files["https://"+key]
	}
	if !ok {
		if !secure {
			a.bare[key] = index
		}
	} else if guid := c.report.Episodes[i].GUID; guid != ep.GUID && !again && (isFile(bare) || bare == raw) {
		c.add(ruleTwoGUIDs, it, "file %s has two GUIDs, %s and %s", quote(bare), quote(guid), quote(ep.GUID))
	}
}

// sameLive compares a liveItem with the items and with the liveItems before it. It only
// warns if two liveItems have the same address, because they may share one stream.
func (c *checker) sameLive(it *tree.Element) {
	a := c.episodes
	c.sameGUID(it, it.Child("guid").Value())
	e := it.Child("enclosure")
	raw := strings.TrimSpace(e.Attr("url"))
	if raw == "" {
		return
	}
	if i, ok := a.files[raw]; ok {
		c.add(ruleSameEnclosure, e, "enclosure %s is also that of the episode on line %d", quote(raw), c.report.Episodes[i].Enclosure.Line)
	} else if line, ok := a.live[raw]; ok {
		c.milder(ruleSameEnclosure, e, "enclosure %s is also that of the live item on line %d", quote(raw), line)
	} else {
		a.live[raw] = int32(e.Line)
	}
}

// isFile reports whether an address without its query still names one file. Some
// hosts name the file in the query.
func isFile(bare string) bool {
	u, err := url.Parse(bare)
	if err != nil {
		return false
	}
	for _, extensions := range enclosureTypes {
		if strings.HasSuffix(strings.ToLower(u.Path), "."+extensions[0]) {
			return true
		}
	}
	return false
}

// fullEpisode compares the number of a full episode with the numbers of other full
// episodes.
func (c *checker) fullEpisode(it *tree.Element, number string) {
	a := c.episodes
	if number == "" {
		a.unnumbered = append(a.unnumbered, c.position(it))
		return
	}
	season, _ := strconv.ParseUint(it.Child("itunes:season").Value(), 10, 32)
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return // reported as malformed
	}
	key := numbered{uint32(season), uint32(n)}
	e := it.Child("itunes:episode")
	if line, ok := a.numbered[key]; ok {
		of := ""
		if season != 0 {
			of = " of season " + strconv.FormatUint(season, 10)
		}
		c.add(ruleSameNumber, e, "two full episodes%s have number %s, the other on line %d", of, quote(number), line)
		return
	}
	a.numbered[key] = int32(e.Line)
}

// compareWithChannel checks the items against elements of the channel.
func (c *checker) compareWithChannel(ch *tree.Element) {
	a := c.episodes
	if ch.Child("itunes:type").Value() == "serial" {
		for _, p := range a.unnumbered {
			c.add(ruleUnnumbered, &tree.Element{Line: p.Line, Column: p.Column}, "serial show, but the episode has no itunes:episode")
		}
	}
	if hasHost(ch) {
		for _, p := range a.hostless {
			c.add(ruleNoHost, &tree.Element{Line: p.Line, Column: p.Column}, "the episode names persons, but none of the hosts")
		}
	}
	c.privateFiles()
	for _, t := range a.titles {
		if hasName(t.text, c.report.Title) {
			name := "title"
			if t.itunes {
				name = "itunes:title"
			}
			c.addHint(ruleSaidTwice, &tree.Element{Line: int(t.line), Column: int(t.column)}, "apps show the name of the show beside the title", "%s %s has the name of the show", name, quote(t.text))
		}
	}
}

// privateFiles warns about artwork and files of episodes on a host that listeners cannot
// reach, unless the feed itself is on such a host.
func (c *checker) privateFiles() {
	if self := c.report.Self.URL; self == "" || isPrivate(self) || isPrivate(c.file) {
		return
	}
	c.privateFile(&c.report.Artwork)
	for i := range c.report.Episodes {
		e := &c.report.Episodes[i]
		for _, to := range []*Link{&e.Enclosure, &e.Artwork, &e.Chapters} {
			c.privateFile(to)
		}
		for i := range e.Transcripts {
			c.privateFile(&e.Transcripts[i])
		}
	}
}

func (c *checker) privateFile(to *Link) {
	if isPrivate(to.URL) {
		c.milder(ruleAddress, &tree.Element{Line: to.Line, Column: to.Column}, "address %s is on this machine or a private network", quote(to.URL))
	}
}

// hasHost reports whether a channel or item names a host. A person without a role is a
// host.
func hasHost(parent *tree.Element) bool {
	for e := range parent.All("podcast:person") {
		if role, ok := e.Lookup("role"); !ok || strings.Contains(strings.ToLower(role), "host") {
			return true
		}
	}
	return false
}
