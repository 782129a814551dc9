package check

import (
	"net/url"
	"strconv"
	"strings"

	"onair/feed/tree"
	"onair/internal/finding"
)

// episodeIndex is what the checks that compare episodes record about the episodes read so
// far. It is compact, because a feed may have tree.MaxItems episodes.
type episodeIndex struct {
	guids      map[string]int32    // GUID → line
	lower      map[string]string   // GUID in lower case → GUID as written; only GUIDs with capitals
	files      map[string]int32    // URL of an enclosure → index of the episode
	bare       map[string]int32    // URL of an enclosure without scheme and query → index of the episode; only URLs with a query or without https
	dated      map[dated]int32     // title and date → index of the episode
	numbered   map[[2]string]int32 // season and number of full episodes → line
	unnumbered []finding.Position
	hostless   []finding.Position
	titles     []titled         // titles of the episodes
	live       map[string]int32 // URL of a live item's enclosure → line
}

// dated identifies an episode by its title and its date in seconds.
type dated struct {
	title string
	date  int64
}

// titled is a title of an episode, its place, and the number that the title may repeat.
type titled struct {
	name         string // of the element
	line, column int32
	text, number string
}

func newEpisodeIndex() *episodeIndex {
	return &episodeIndex{
		guids: map[string]int32{}, lower: map[string]string{}, files: map[string]int32{}, bare: map[string]int32{},
		dated: map[dated]int32{}, numbered: map[[2]string]int32{}, live: map[string]int32{},
	}
}

// record adds an item to the report, and compares it with the items before it.
func (c *checker) record(it *tree.Element) {
	a := c.episodes
	ep := c.episode(it)
	last := int32(len(c.report.Episodes))
	c.report.Episodes = append(c.report.Episodes, ep)

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
	number = strings.Clone(number)
	for _, e := range []*tree.Element{it.Child("title"), it.Child("itunes:title")} {
		switch text := e.Value(); {
		case text == "":
		case e.Name == "title":
			a.titles = append(a.titles, titled{"title", int32(e.Line), int32(e.Column), ep.Title, number})
		case text != ep.Title:
			a.titles = append(a.titles, titled{"itunes:title", int32(e.Line), int32(e.Column), strings.Clone(text), number})
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
		to := Link{Position: c.position(e), URL: strings.TrimSpace(e.Attr("url")), Type: e.Attr("type")}
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
	season := strings.TrimLeft(it.Child("itunes:season").Value(), "0")
	key := [2]string{season, strings.TrimLeft(number, "0")}
	e := it.Child("itunes:episode")
	if line, ok := a.numbered[key]; ok {
		of := ""
		if season != "" {
			of = " of season " + season
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
		at := &tree.Element{Line: int(t.line), Column: int(t.column)}
		switch {
		case hasNumber(t.text, t.number):
			c.addHint(ruleSaidTwice, at, "apps show the number of itunes:episode beside the title", "%s %s has the number of the episode", t.name, quote(t.text))
		case hasName(t.text, c.report.Title):
			c.addHint(ruleSaidTwice, at, "apps show the name of the show beside the title", "%s %s has the name of the show", t.name, quote(t.text))
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
