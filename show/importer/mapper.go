package importer

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"onair/feed/check"
	"onair/feed/tree"
	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/internal/plural"
	"onair/internal/slugs"
	"onair/internal/source"
	"onair/show"
)

// mapper turns the elements of a feed into the fields of a show.
type mapper struct {
	o       *Options
	root    *tree.Element
	channel *tree.Element
	items   []*tree.Element // newest first, as in the feed
	address string          // address of the feed after redirects; empty for a file

	losses []Loss
	where  string // current value of Loss.Where
	locked bool
	steps  []string

	existing   *show.Show // the show whose files stay unchanged; nil for a new show
	used       map[*tree.Element]bool
	namespaces map[string]string // namespaces that extra needs, by prefix
	people     people
	values     channelValues
}

// channelValues are values of the channel that are compared with values of items.
type channelValues struct {
	author, license, link, artwork string
	explicit                       bool
	hosts                          []string // as YAML
	seasons                        map[string]string
}

func newMapper(o *Options, f *feedFile, existing *show.Show) *mapper {
	c := &mapper{
		o: o, root: f.pages[0].Root, channel: f.pages[0].Channel(), address: f.address, existing: existing,
		used: map[*tree.Element]bool{}, namespaces: map[string]string{},
		values: channelValues{seasons: map[string]string{}},
	}
	c.people.init(existing)
	seen := map[string]bool{}
	for n, page := range f.pages {
		for item := range page.Channel().All("item") {
			guid := item.Child("guid").Value()
			if guid == "" {
				guid = item.Child("enclosure").Attr("url")
			}
			if n > 0 && guid != "" && seen[guid] {
				continue // the episode moved to the next page while the pages were read
			}
			seen[guid] = true
			c.items = append(c.items, item)
		}
		for _, p := range page.Problems {
			if p.Cause == tree.Count {
				c.lose("episodes beyond the first %d are left out", tree.MaxItems)
			}
		}
	}
	switch {
	case f.next != "" && len(f.pages) < tree.MaxPages:
		c.lose("older episodes are left out by --limit, also those of further pages")
	case f.next != "":
		c.lose("episodes on pages beyond the first %d are left out; the next page is %s", tree.MaxPages, source.RedactURL(f.next))
	case o.Limit > 0 && len(c.items) > o.Limit:
		c.lose("%s left out by --limit", plural.Count(len(c.items)-o.Limit, "older episode"))
	}
	if o.Limit > 0 {
		c.items = c.items[:min(o.Limit, len(c.items))]
	}
	return c
}

// lose records that a value is lost or changed.
func (c *mapper) lose(format string, args ...any) {
	c.loseValue("", format, args...)
}

// loseElement is like lose, and records the values of an element.
func (c *mapper) loseElement(e *tree.Element, format string, args ...any) {
	c.loseValue(valuesOf(e), format, args...)
}

// loseValue is like lose, and records the value. It leaves out passwords in addresses.
func (c *mapper) loseValue(value, format string, args ...any) {
	without := func(text string) string { return credentials.ReplaceAllString(text, "//…@") }
	c.losses = append(c.losses, Loss{c.where, without(fmt.Sprintf(format, args...)), without(value)})
}

// credentials matches the user name and the password in an address.
var credentials = regexp.MustCompile(`//[^/?#\s"'<>@]+@`)

// one returns the element with the name, and marks its text and the named attributes as
// used. If there are several, it returns the first one with content, and records the loss
// of the others.
func (c *mapper) one(parent *tree.Element, name string, attrs ...string) *tree.Element {
	first := filled(parent, name)
	for e := range parent.All(name) {
		c.used[e] = true
		if !isEmpty(e) && (e.Value() != first.Value() || fmt.Sprint(e.Attrs) != fmt.Sprint(first.Attrs)) {
			c.loseElement(e, "a second %s is dropped", name)
		}
	}
	c.checkAttrs(first, attrs)
	return first
}

// filled returns the first child with the name and with content, else the first child with
// the name.
func filled(parent *tree.Element, name string) *tree.Element {
	for e := range parent.All(name) {
		if !isEmpty(e) {
			return e
		}
	}
	return parent.Child(name)
}

func isEmpty(e *tree.Element) bool {
	return e.Value() == "" && len(e.Attrs) == 0 && len(e.Children) == 0
}

// all is like one, but returns all elements with the name.
func (c *mapper) all(parent *tree.Element, name string, attrs ...string) []*tree.Element {
	list := slices.Collect(parent.All(name))
	for _, e := range list {
		c.used[e] = true
		c.checkAttrs(e, attrs)
	}
	return list
}

// parts lists, by the name of an element, the elements in it that are read together with
// it.
var parts = map[string][]string{
	"itunes:owner": {"itunes:name", "itunes:email"}, "itunes:category": {"itunes:category"},
	"image": {"url", "title", "link", "width", "height", "description"}, "psc:chapters": {"psc:chapter"},
}

// checkAttrs records the loss of all attributes except the known ones, and of all
// elements in e that are not its parts.
func (c *mapper) checkAttrs(e *tree.Element, known []string) {
	if e == nil {
		return
	}
	for _, a := range e.Attrs {
		if !slices.Contains(known, a.Name) && a.Value != "" && !strings.HasPrefix(a.Name, "xml:") {
			c.loseValue(line(a.Value), "the attribute %s of %s is dropped", a.Name, e.Name)
		}
	}
	for _, child := range e.Children {
		if !slices.Contains(parts[e.Name], child.Name) {
			c.loseElement(child, "%s in %s is dropped", child.Name, e.Name)
		}
	}
}

// valuesOf returns the values of an element and of those in it, on one line.
func valuesOf(e *tree.Element) string {
	var values []string
	if text := line(e.Value()); text != "" || len(e.Attrs)+len(e.Children) == 0 {
		values = append(values, source.Quote(text))
	}
	for _, a := range e.Attrs {
		values = append(values, a.Name+" "+source.Quote(line(a.Value)))
	}
	for _, child := range e.Children {
		values = append(values, child.Name+" "+valuesOf(child))
	}
	return strings.Join(values, ", ")
}

// flag returns the value of an element whose text means yes or no, in any of the usual
// words.
func (c *mapper) flag(e *tree.Element) bool {
	switch v := strings.ToLower(e.Value()); v {
	case "", "yes", "true", "1", "no", "false", "0", "clean", "explicit":
	default:
		c.lose("%s is dropped: %s", e.Name, source.ShortQuote(line(v)))
	}
	return yes(e.Value())
}

// noise are prefixes of elements that only the former host understands.
var noise = []string{"acast", "fireside", "feedburner", "omny", "atom10", "thespringbox", "anchor", "libsyn", "megaphone", "art19", "spreaker"}

// Names of elements for the method rest. channelDropped has elements that describe the
// old feed and not the show, each with the reason to give for its loss, or "" for
// oldHost. channelRSS and itemRSS are the RSS elements that extra may hold.
var (
	channelDropped = map[string]string{
		"atom:link": "", "generator": "", "docs": "", "cloud": "", "lastBuildDate": "", "pubDate": "", "item": "",
		"podcast:podping": "announce: [podping] does this", "itunes:new-feed-url": "the new feed needs none",
	}
	channelRSS = []string{"managingEditor", "webMaster", "category", "ttl", "rating", "textInput", "skipHours", "skipDays", "image", "copyright"}
	// feedLinks are the relations of an atom:link to the feed itself or its other pages.
	feedLinks = []string{"self", "hub", "first", "next", "prev", "previous", "last", "current", "prev-archive", "next-archive"}
	itemRSS   = []string{"author", "category", "comments", "source"}
)

const oldHost = "it is about the old host"

var xmlName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// rest returns the unused children of an element as extra XML, and records the loss of
// those that extra cannot hold.
func (c *mapper) rest(parent *tree.Element, rss []string, dropped map[string]string) string {
	var list []*tree.Element
	var texts []string
	size := 0
	for _, e := range parent.Children {
		if c.used[e] {
			continue
		}
		reason, drop := dropped[e.Name]
		if e.Name == "atom:link" && !slices.Contains(feedLinks, strings.ToLower(strings.TrimSpace(e.Attr("rel")))) {
			drop = false
		}
		prefix, _, prefixed := strings.Cut(e.Name, ":")
		switch {
		case isEmpty(e) && (!prefixed || slices.Contains(builtIn, prefix)): // it says nothing
			continue
		case drop:
			if e.Name != "item" {
				c.loseElement(e, "%s is dropped: %s", e.Name, cmp.Or(reason, oldHost))
			}
			continue
		case slices.Contains(noise, prefix) || e.Prefix != "" && slices.Contains(noise, e.Prefix):
			c.loseElement(e, "%s:%s is dropped: %s", e.Prefix, e.Local, oldHost)
			continue
		case !prefixed && !slices.Contains(rss, e.Name):
			c.loseElement(e, "%s is dropped: RSS has no such element here", e.Name)
			continue
		}
		text, err := c.xml(e, 1)
		if err != nil {
			c.loseElement(e, "%s:%s is dropped: %v", e.Prefix, e.Local, err)
			continue
		}
		if size += len(text); size > 60<<10 {
			c.loseElement(e, "%s is dropped: there is more than 60 kB that has no field of its own", e.Name)
			continue
		}
		list, texts = append(list, e), append(texts, text)
	}
	return c.withoutErrors(parent, list, texts)
}

// withoutErrors joins the XML of elements, and records the loss of those with errors that
// feed check would report.
func (c *mapper) withoutErrors(parent *tree.Element, list []*tree.Element, texts []string) string {
	if len(list) == 0 {
		return ""
	}
	var feed strings.Builder
	feed.WriteString(`<rss version="2.0"`)
	namespaces := maps.Clone(c.namespaces)
	maps.Copy(namespaces, tree.Namespaces)
	for prefix, address := range namespaces {
		fmt.Fprintf(&feed, ` xmlns:%s="`, prefix)
		_ = xml.EscapeText(&feed, []byte(address))
		feed.WriteString(`"`)
	}
	before, after := "<channel>", "\n</channel></rss>"
	if parent != c.channel {
		before, after = before+"<item>", "\n</item></channel></rss>"
	}
	feed.WriteString(">" + before)
	starts, line := make([]int, len(list)), 2
	for i, text := range texts {
		feed.WriteString("\n" + text)
		starts[i] = line
		line += 1 + strings.Count(text, "\n")
	}
	feed.WriteString(after)
	reasons := make([]string, len(list))
	for _, f := range check.Feed([]byte(feed.String()), nil).Findings {
		if i, exact := slices.BinarySearch(starts, f.Line); f.Severity == finding.Error && f.Line > 1 && f.Line < line {
			if !exact {
				i--
			}
			reasons[i] = cmp.Or(reasons[i], f.Message)
		}
	}
	var kept []string
	for i, e := range list {
		if reasons[i] == "" {
			kept = append(kept, texts[i])
		} else {
			c.loseElement(e, "%s is dropped: %s", e.Name, reasons[i])
		}
	}
	return strings.Join(kept, "\n")
}

// xml returns an element as XML for extra:.
func (c *mapper) xml(e *tree.Element, depth int) (string, error) {
	if depth > 30 {
		return "", errors.New("it is nested too deeply")
	}
	name, err := c.name(e.Name, e.Prefix, e.Local, e.Space)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("<" + name)
	for _, a := range e.Attrs {
		prefix, local, prefixed := strings.Cut(a.Name, ":")
		if prefixed && prefix != "xml" {
			if c.namespaces[prefix] == "" && !slices.Contains(builtIn, prefix) {
				c.loseValue(line(a.Value), "the attribute %s of %s is dropped", a.Name, name)
				continue
			}
		}
		if !xmlName.MatchString(strings.TrimPrefix(local, ":")) && prefixed || !prefixed && !xmlName.MatchString(a.Name) {
			continue
		}
		b.WriteString(" " + a.Name + `="`)
		_ = xml.EscapeText(&b, []byte(strings.Map(xmlChar, a.Value)))
		b.WriteString(`"`)
	}
	b.WriteString(">")
	if text := strings.Map(xmlChar, e.Value()); text != "" {
		_ = xml.EscapeText(&b, []byte(text))
	}
	for _, child := range e.Children {
		inner, err := c.xml(child, depth+1)
		if err != nil {
			return "", err
		}
		b.WriteString(inner)
	}
	b.WriteString("</" + name + ">")
	return b.String(), nil
}

func xmlChar(r rune) rune {
	if r == '\n' || r == '\t' || r >= 0x20 && r != 0xFFFE && r != 0xFFFF {
		return r
	}
	return -1
}

// builtIn are the prefixes that every feed of onair may use.
var builtIn = []string{"itunes", "podcast", "atom", "content", "psc"}

// name returns the name of an element for use in extra:, and declares its namespace.
func (c *mapper) name(usual, prefix, local, space string) (string, error) {
	if !xmlName.MatchString(local) {
		return "", errors.New("its name is malformed")
	}
	known, _, prefixed := strings.Cut(usual, ":")
	switch {
	case !prefixed || slices.Contains(builtIn, known):
		return usual, nil
	case known != "?":
		prefix, space = known, tree.Namespaces[known]
	case space == "":
		return "", errors.New("its prefix is not declared")
	case source.CheckURL(space, "http", "https", "urn", "tag") != nil:
		return "", errors.New("its namespace is not an address")
	}
	if !xmlName.MatchString(prefix) || strings.HasPrefix(strings.ToLower(prefix), "xml") || slices.Contains(builtIn, prefix) {
		prefix = "ns"
	}
	if c.existing != nil {
		for declared, address := range c.existing.Namespaces {
			if address == space {
				return declared + ":" + local, nil
			}
		}
		return "", fmt.Errorf("show.yaml is there already; write namespaces: {%s: %s} into it, and import with --overwrite", prefix, source.Quote(space))
	}
	for n := 2; c.namespaces[prefix] != "" && c.namespaces[prefix] != space; n++ {
		prefix = fmt.Sprintf("%s%d", strings.TrimRight(prefix, "0123456789"), n)
	}
	c.namespaces[prefix] = space
	return prefix + ":" + local, nil
}

// people are the persons in a feed.
type people struct {
	ids    []string // in the order in which they first appear
	byName map[string]string
	fields map[string][]string // name, url and image, by id
	fixed  bool                // people.yaml exists and stays unchanged
}

func (p *people) init(existing *show.Show) {
	p.byName, p.fields = map[string]string{}, map[string][]string{}
	if p.fixed = existing != nil; p.fixed {
		for id, known := range existing.People {
			p.byName[known.Name] = id
			p.fields[id] = []string{known.Name, known.URL, known.Image}
		}
	}
}

// id returns the id of a person, and adds a URL and an image that were not known.
func (p *people) id(name, url, image string) string {
	id := p.byName[name]
	if id == "" {
		id = slugs.Make(name)
		for n := 2; p.fields[id] != nil; n++ {
			id = slugs.Make(fmt.Sprintf("%s-%d", strings.TrimRight(slugs.Make(name), "-"), n))
		}
		p.byName[name] = id
		p.ids = append(p.ids, id)
		p.fields[id] = []string{name, "", ""}
	}
	f := p.fields[id]
	if f[1] == "" {
		f[1] = url
	}
	if f[2] == "" {
		f[2] = image
	}
	return id
}

// file returns people.yaml, sorted by id, because the new feed may name people in another
// order. It is empty if there are no people.
func (p *people) file() string {
	var y yamlDoc
	for _, id := range slices.Sorted(slices.Values(p.ids)) {
		f := p.fields[id]
		y.put(source.Quote(id), flow("name", f[0], "url", f[1], "image", f[2]))
	}
	return y.b.String()
}

// person is a podcast:person.
type person struct {
	id, name, role, group string // id is empty for a person who is not in people.yaml
	extra                 string // facts that differ from people.yaml, as fields for a map in braces
}

// persons returns the persons that an element lists.
func (c *mapper) persons(parent *tree.Element) []person {
	var list []person
	for _, e := range c.all(parent, "podcast:person", "role", "group", "href", "img") {
		name := line(e.Value())
		if name == "" {
			continue
		}
		url, ok := webAddress(e.Attr("href"))
		if !ok && url != "" {
			c.lose("the address of %s is dropped: %s", name, source.ShortQuote(line(url)))
			url = ""
		}
		image, ok := webAddress(e.Attr("img"))
		if !ok && image != "" {
			c.lose("the image of %s is dropped: %s", name, source.ShortQuote(line(image)))
			image = ""
		}
		p := person{id: c.people.byName[name], name: name, role: line(strings.ToLower(e.Attr("role"))), group: line(strings.ToLower(e.Attr("group")))}
		if p.role == "" {
			p.role = "host"
		}
		if p.group == "cast" {
			p.group = ""
		}
		if !c.people.fixed {
			p.id = c.people.id(name, url, image)
		}
		known := c.people.fields[p.id]
		if known == nil {
			known = []string{name, "", ""}
		}
		if url != "" && url != known[1] {
			p.extra += ", url: " + source.Quote(url)
		}
		if ours := known[2] != "" && !fetch.IsAddress(known[2]); image != "" && image != known[2] && !ours {
			p.extra += ", image: " + source.Quote(image)
		}
		list = append(list, p)
	}
	return list
}

// yaml returns a person as an element of a YAML list. The person's role is left out if it
// equals role.
func (p person) yaml(role string) string {
	text := source.Quote(p.id)
	if p.role == role && p.group == "" && p.extra == "" && p.id != "" {
		return text
	}
	text = "{id: " + text
	if p.extra != "" || p.id == "" {
		text = "{name: " + source.Quote(p.name) + p.extra
	}
	if p.role != role {
		text += ", role: " + source.Quote(p.role)
	}
	if p.group != "" {
		text += ", group: " + source.Quote(p.group)
	}
	return text + "}"
}
