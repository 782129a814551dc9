package check

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"onair/feed/tree"
	"onair/internal/finding"
)

// across is what the checks that compare episodes record about the episodes read so far.
// It is compact, because a feed may have tree.MaxItems episodes.
type across struct {
	guids      map[string]int32    // GUID → line
	lower      map[string]string   // GUID in lower case → GUID as written; only GUIDs with capitals
	files      map[string]int32    // URL of an enclosure → index of the episode
	bare       map[string]int32    // URL of an enclosure without its query → index of the episode; only URLs with a query
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

func newAcross() *across {
	return &across{
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
// given index, or, with another GUID, an enclosure that differs only in the query. again
// says that an earlier episode has the same GUID, which has been reported.
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
	i, ok := a.bare[bare]
	if !ok && bare != raw {
		i, ok = a.files[bare]
	}
	if !ok {
		if bare != raw {
			a.bare[bare] = index
		}
	} else if guid := c.report.Episodes[i].GUID; guid != ep.GUID && !again && isFile(bare) {
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

// acrossItems checks the items against the channel's elements.
func (c *checker) acrossItems(ch *tree.Element) {
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

// numberForms are the ways in which titles give the number of an episode.
var numberForms = sync.OnceValue(func() []numberForm {
	const (
		episode = `(?:ep(?:isode|isodio|\.)?|folge|aflevering|avsnitt|odcinek|[ée]pisode)`
		season  = `(?:s|season|staffel|saison|temporada|seizoen|säsong|sezon)\s?[0-9]{1,3}\s?[:.,|–—-]?\s?(?:e|` + episode + `)`
		number  = `\s*#?\s*0*([0-9]{1,5})`
	)
	var forms []numberForm
	for _, f := range []struct {
		form string
		kind int
	}{
		{`^(?:` + season + `|` + episode + `|no\.|nr\.)` + number + `\b`, anyNumber},
		{`^#\s?0*([0-9]{1,5})\b`, anyNumber},
		{`^0*([0-9]{1,5})\s?(?:[:.|–—-]\s|[:|])`, sameNumber},
		{`^[\[(]#?0*([0-9]{1,5})[\])]`, sameNumber},
		{`[\s\[(|,:–—-](?:` + season + `|` + episode + `)` + number + `\s*(?:$|[\]):|–—-])`, otherNumber},
		{`[\s\[(]#\s?0*([0-9]{1,5})[\])]?$`, otherNumber},
		{`[\s\[(](?:no|nr)\.\s?0*([0-9]{1,5})[\])]?$`, sameNumber},
	} {
		forms = append(forms, numberForm{regexp.MustCompile(`(?i)` + f.form), f.kind})
	}
	return forms
})

// numberForm is a way to give a number in a title. kind says which numbers count as the
// number of the episode.
type numberForm struct {
	*regexp.Regexp
	kind int
}

const (
	anyNumber   = iota // any number counts
	otherNumber        // the number of the episode counts, or any number if the episode has none
	sameNumber         // only the number of the episode counts; another may be part of the title
)

// hasNumber reports whether a title has a number that counts as the number of the
// episode.
func hasNumber(title, number string) bool {
	if !strings.ContainsAny(title, "0123456789") {
		return false
	}
	number = strings.TrimLeft(number, "0")
	for _, f := range numberForms() {
		m := f.FindStringSubmatchIndex(title)
		if m == nil || !strings.ContainsFunc(title[:m[0]]+title[m[1]:], unicode.IsLetter) {
			continue // no number, or nothing but the number
		}
		if f.kind == anyNumber || title[m[2]:m[3]] == number || f.kind == otherNumber && number == "" {
			return true
		}
	}
	return false
}

// hasName reports whether a title begins or ends with the name of the show, set off by
// punctuation.
func hasName(title, show string) bool {
	t, s := strings.ToLower(title), strings.ToLower(show)
	if len(s) < 4 || len(t) <= len(s)+2 {
		return false
	}
	const marks = ":|-–—#,·("
	if rest, ok := strings.CutPrefix(t, s); ok {
		return strings.ContainsAny(firstRune(strings.TrimSpace(rest)), marks)
	}
	if rest, ok := strings.CutSuffix(strings.TrimSuffix(t, ")"), s); ok {
		rest = strings.TrimSpace(rest)
		return rest != "" && strings.ContainsAny(lastRune(rest), marks)
	}
	return false
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return " "
}

func lastRune(s string) string {
	r := []rune(s)
	return string(r[len(r)-1])
}

// copies reports texts that repeat the description.
func (c *checker) copies(parent *tree.Element) {
	description := parent.Child("description").Value()
	if len(description) < 40 {
		return
	}
	for _, name := range []string{"content:encoded", "itunes:summary"} {
		e := parent.Child(name)
		if text := e.Value(); len(text) >= 40 && !moreThanText(text, description) && (text == description || near(len(text), len(description)) && words(text) == words(description)) {
			c.addHint(ruleSaidTwice, e, fmt.Sprintf("remove %s: apps read description in its place", name), "%s repeats the description", name)
		}
	}
}

// richer are tags that are not allowed in a description. A text with such a tag that the
// description lacks is not a copy of the description.
var richer = []string{"<img", "<table", "<pre", "<code", "<h1", "<h2", "<h3", "<h4", "<h5", "<h6", "<blockquote", "<audio", "<video", "<hr"}

func moreThanText(text, description string) bool {
	for _, tag := range richer {
		if strings.Contains(text, tag) && !strings.Contains(description, tag) {
			return true
		}
	}
	return false
}

// near reports whether a and b, the lengths of two texts in bytes, are close enough for
// texts that differ only in markup.
func near(a, b int) bool { return a < 3*b+200 && b < 3*a+200 }

var anyTag = regexp.MustCompile(`<[^<>]*>`)

// words returns the words of HTML, for comparison.
func words(s string) string {
	if strings.IndexByte(s, '<') >= 0 {
		s = anyTag.ReplaceAllString(s, " ")
	}
	return strings.Join(strings.Fields(html.UnescapeString(s)), " ")
}
