// Package check checks podcast feeds from any tool. It reports what apps and
// directories do not accept or understand, with the place, a fix and the source of the
// rule.
//
// The rules are in rules.go. They come from RSS 2.0, PSP-1, Apple's guide to podcast
// RSS, the documents of the podcast namespace and, where these are silent, from the
// known behaviour of hosts and apps. The known elements are in elements.go, with their
// parents, their attributes and the form of their values.
//
// [Feed] checks one feed without a request. [Compare] tells what subscribers notice
// when a feed replaces another.
package check

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"onair/feed/tree"
	"onair/internal/finding"
	"onair/internal/plural"
	"onair/internal/shorten"
)

// largeFeed is the size in bytes above which some apps refuse a feed or cut it.
const largeFeed = 2_000_000

// maxFindings is how many findings of a rule are kept. Report.Counts counts all of
// them.
const maxFindings = 1000

// Options are options for Feed; nil means defaults.
type Options struct {
	File        string    // name of the file in findings
	ContentType string    // of the response that the feed comes from; may be empty
	Now         time.Time // dates more than ten minutes after Now are reported, unless Now is zero
}

// Report is the result of a check.
type Report struct {
	Findings finding.List
	Counts   map[string]int // findings by rule, including those left out of Findings

	Kind       tree.Kind
	Title      string
	Items      int
	Bytes      int    // length of the unpacked document, in UTF-8
	Encoding   string // such as UTF-8
	Compressed bool   // the document was packed with gzip
	Host       string // service or program that made the feed; empty if it is not known

	GUID     string    // podcast:guid
	Self     Link      // atom:link rel="self"
	Next     Link      // next page of the feed (RFC 5005)
	Last     Link      // last page of the feed
	Artwork  Link      // of the show
	Episodes []Episode // in the order of the feed
}

// Episode is what a feed says of an episode, as far as other checks need it.
type Episode struct {
	finding.Position
	GUID, Title string
	Date        time.Time // zero if it is absent or malformed
	Seconds     int       // duration; 0 if it is not known
	Enclosure   Link
	Artwork     Link
	Transcripts []Link
	Chapters    Link
}

// Link is an address in a feed.
type Link struct {
	finding.Position
	URL, Type string
	Length    int64 // as the feed says, in bytes; 0 if it is not known
}

// Feed checks a feed.
func Feed(data []byte, o *Options) *Report {
	if o == nil {
		o = &Options{}
	}
	c := &checker{
		file:   o.File,
		now:    o.Now,
		report: &Report{Bytes: len(data), Counts: map[string]int{}},
	}
	// Growing the lists step by step would take up to twice the memory.
	items := min(bytes.Count(data, []byte("<item")), tree.MaxItems)
	c.report.Episodes, c.episodes = make([]Episode, 0, items), newEpisodeIndex(items)
	doc, err := tree.Parse(data, &tree.Options{ContentType: o.ContentType, Item: c.item})
	if err != nil {
		c.report.Kind = tree.Unknown
		c.add(ruleTooLarge, nil, "feed of %s cannot be read: %v", plural.Count(len(data), "byte"), err)
	} else {
		c.document(doc)
	}
	c.report.Findings.Sort()
	return c.report
}

// Add adds findings of other checks.
func (r *Report) Add(found finding.List) {
	for _, f := range found {
		r.Counts[f.Rule]++
	}
	r.Findings = append(r.Findings, found...)
	r.Findings.Sort()
}

// AddPage adds the episodes and findings of a further page of the feed (RFC 5005). It
// reports GUIDs and enclosures that are on two pages.
func (r *Report) AddPage(page *Report) {
	guids, files := map[string]Episode{}, map[string]Episode{}
	for _, e := range r.Episodes {
		guids[e.GUID], files[e.Enclosure.URL] = e, e
	}
	var found finding.List
	for _, e := range page.Episodes {
		if other, ok := guids[e.GUID]; ok && e.GUID != "" {
			found.Add(ruleSameGUID.At(e.Position, "GUID %s is also that of the episode at %s", quote(e.GUID), other.Position))
		} else if other, ok := files[e.Enclosure.URL]; ok && e.Enclosure.URL != "" {
			found.Add(ruleSameEnclosure.At(e.Enclosure.Position, "enclosure %s is also that of the episode at %s", quote(e.Enclosure.URL), other.Position))
		}
	}
	r.Items += page.Items
	r.Bytes += page.Bytes
	r.Episodes = append(r.Episodes, page.Episodes...)
	r.Add(page.Findings)
	r.Add(found)
}

// checker checks a feed. Items are checked while the feed is read.
type checker struct {
	file     string
	now      time.Time
	report   *Report
	episodes *episodeIndex
	unbound  []string // prefixes that are reported as not declared
}

// add reports that an element breaks a rule; a nil element stands for the whole file.
func (c *checker) add(r *finding.Rule, e *tree.Element, format string, args ...any) {
	if c.counted(r) {
		c.report.Findings.Add(r.At(c.position(e), format, args...))
	}
}

// addHint is add with a hint that replaces the rule's.
func (c *checker) addHint(r *finding.Rule, e *tree.Element, hint, format string, args ...any) {
	if c.counted(r) {
		c.report.Findings.Add(r.At(c.position(e), format, args...).WithHint(hint))
	}
}

// milder reports an error as a warning, for cases that apps tolerate.
func (c *checker) milder(r *finding.Rule, e *tree.Element, format string, args ...any) {
	if c.counted(r) {
		c.report.Findings.Add(r.At(c.position(e), format, args...).WithSeverity(finding.Warning))
	}
}

// suggest reports a warning as information, with a hint.
func (c *checker) suggest(r *finding.Rule, e *tree.Element, hint, format string, args ...any) {
	if c.counted(r) {
		c.report.Findings.Add(r.At(c.position(e), format, args...).WithHint(hint).WithSeverity(finding.Info))
	}
}

// counted counts a finding, and reports whether it is kept.
func (c *checker) counted(r *finding.Rule) bool {
	c.report.Counts[r.ID]++
	return c.report.Counts[r.ID] <= maxFindings
}

func (c *checker) position(e *tree.Element) finding.Position {
	if e == nil {
		return finding.Position{File: c.file}
	}
	return finding.Position{File: c.file, Line: e.Line, Column: e.Column}
}

// document checks the document and its channel.
func (c *checker) document(doc *tree.Document) {
	r := c.report
	r.Kind, r.Items, r.Bytes, r.Encoding, r.Compressed = doc.Kind, doc.Items, len(doc.Data), doc.Encoding, doc.Compressed
	if doc.Kind != tree.RSS {
		c.notRSS(doc)
		return
	}
	if r.Bytes > largeFeed {
		c.add(ruleLarge, nil, "feed has %.1f MB", float64(r.Bytes)/1e6)
	}
	late := c.problems(doc)
	if start := (&tree.Element{Line: 1, Column: 1}); !doc.Declared && !late {
		c.add(ruleNoDeclaration, start, "no XML declaration")
	}
	c.encoding(doc)
	c.root(doc.Root)
	ch := doc.Channel()
	if ch == nil {
		return
	}
	c.channel(ch)
	c.compareWithChannel(ch)
}

// problems reports why the document is not well-formed. It returns whether there is an
// XML declaration that is not at the start.
func (c *checker) problems(doc *tree.Document) (late bool) {
	for _, p := range doc.Problems {
		at := &tree.Element{Line: p.Line, Column: p.Column}
		switch p.Cause {
		case tree.Depth, tree.Count:
			c.add(ruleTooLarge, at, "%s", p.Message)
		case tree.Prefix:
			hint := "declare xmlns:" + p.Prefix + " on <rss>, or remove what uses it"
			if uri := tree.Namespaces[p.Prefix]; uri != "" {
				hint = "declare xmlns:" + p.Prefix + "=" + strconv.Quote(uri) + " on <rss>"
			}
			c.addHint(ruleNotWellFormed, at, hint, "not well-formed: the prefix %s is bound to nothing", p.Prefix)
			c.unbound = append(c.unbound, p.Prefix)
		default:
			late = late || p.Cause == tree.Declaration || p.Cause == tree.Outside && p.Line <= doc.Root.Line
			c.addHint(ruleNotWellFormed, at, cures[p.Cause], "not well-formed: %s", p.Message)
		}
	}
	return late
}

// cures are hints for documents that are not well-formed.
var cures = map[tree.Cause]string{
	tree.Ampersand:   "write &amp; for &, in addresses too",
	tree.Entity:      "XML knows amp, lt, gt, quot and apos only: write the character itself, such as \u00a0 for &nbsp;, or put HTML into CDATA",
	tree.Character:   "remove control characters, and write an emoji as itself and not as two halves",
	tree.Bytes:       "save the feed as UTF-8, and say so in the XML declaration",
	tree.Declaration: `begin the file with <?xml version="1.0" encoding="UTF-8"?>, with no line or space before it`,
	tree.Attribute:   `write attributes as name="value", each once, with space between them and &lt; for <`,
	tree.SameName:    "write the attribute once, and declare one prefix for each namespace",
	tree.Nesting:     "close each element once, in the order of their start; put HTML into CDATA",
	tree.CutOff:      "the feed is cut off: make it again, and check what the server sends",
	tree.Outside:     "remove what stands before <?xml and after </rss>; it is often a message of the program that makes the feed",
	tree.Markup:      "write &lt; for < in text, or put HTML into CDATA",
}

// notRSS reports what the document is if it is not RSS.
func (c *checker) notRSS(doc *tree.Document) {
	switch doc.Kind {
	case tree.Atom:
		c.addHint(ruleNotRSS, doc.Root, "podcast apps read RSS: look for the address of an RSS feed", "this is an Atom feed, not RSS")
	case tree.RDF:
		c.addHint(ruleNotRSS, doc.Root, "podcast apps read RSS 2.0, which has enclosures", "this is RSS 1.0 (RDF), not RSS 2.0")
	case tree.HTML:
		message := "this is a web page, not a feed"
		if logIn.Match(doc.Data[:min(len(doc.Data), 1<<16)]) {
			message = "this is a web page, not a feed: a log-in?"
		}
		c.addHint(ruleNotRSS, nil, "open the address in a browser that is not logged in", "%s", message)
	case tree.JSON:
		c.add(ruleNotRSS, nil, "this is JSON, not RSS")
	case tree.Media:
		c.add(ruleNotRSS, nil, "this is an audio, video or image file, not a feed")
	case tree.Empty:
		c.addHint(ruleNotRSS, nil, "check what the server sends", "the feed is empty")
	default:
		if doc.Root != nil {
			c.add(ruleNotRSS, doc.Root, "the root element is %s, not rss", quote(doc.Root.Local))
		} else {
			c.add(ruleNotRSS, nil, "this is not XML")
		}
	}
}

var logIn = regexp.MustCompile(`(?i)log.?in|sign.?in|anmeld|password|passwort|connexion`)

// encoding reports a document that is not in UTF-8, or is labelled as something else.
func (c *checker) encoding(doc *tree.Document) {
	start := &tree.Element{Line: 1, Column: 1}
	switch name := strings.ToUpper(doc.Encoding); {
	case name != "UTF-8":
		if strings.HasPrefix(name, "ISO-8859-1") || name == "US-ASCII" || name == "ASCII" || name == "WINDOWS-1252" {
			c.milder(ruleEncoding, start, "encoding is %s, want UTF-8", quote(doc.Encoding))
		} else {
			c.add(ruleEncoding, start, "encoding is %s, want UTF-8", quote(doc.Encoding))
		}
	case doc.Label != "" && !strings.EqualFold(doc.Label, "UTF-8") && !c.reported(ruleNotWellFormed):
		c.milder(ruleEncoding, start, "encoding is labelled %s, want UTF-8", quote(doc.Label))
	}
}

// reported reports whether a rule has a finding.
func (c *checker) reported(r *finding.Rule) bool { return c.report.Counts[r.ID] > 0 }

// root checks the root element and its children other than the channel.
func (c *checker) root(root *tree.Element) {
	if version := root.Attr("version"); root.Name != "rss" || version != "2.0" {
		c.add(ruleRoot, root, "root element is %s, version %s", quote(root.Local), quote(version))
	}
	ch := root.Child("channel")
	declared := slices.Clone(root.Declared)
	if ch != nil {
		declared = append(declared, ch.Declared...)
	}
	for _, prefix := range []string{"atom", "itunes", "podcast"} {
		uses := slices.ContainsFunc(declared, func(a tree.Attr) bool {
			usual, exact := tree.UsualPrefix(a.Value)
			return usual == prefix && (exact && a.Value != tree.PodcastAlias || a.Name == prefix)
		})
		if !uses && !slices.Contains(c.unbound, prefix) {
			c.add(ruleNoNamespace, root, "namespace %s is not declared", tree.Namespaces[prefix])
		}
	}
	c.declarations(root, true)
	channels := 0
	for _, e := range root.Children {
		switch {
		case e.Name == "channel":
			channels++
		case e.Name == "item":
			c.add(ruleOutside, e, "an item outside of the channel is read by no app")
		default:
			c.misplaced("rss", e)
		}
	}
	if channels != 1 {
		c.add(ruleRoot, nil, "%d channels, want 1", channels)
	}
}

// declarations checks the namespaces that an element declares. outer is true for the root
// and the channel.
func (c *checker) declarations(e *tree.Element, outer bool) {
	for _, a := range e.Declared {
		usual, exact := tree.UsualPrefix(a.Value)
		switch {
		case a.Name == "" && outer && a.Value != "":
			c.milder(ruleNamespace, e, "the default namespace of RSS elements is %s, want none", quote(a.Value))
		case usual != "" && !exact && exactNamespaces[usual]:
			c.addHint(ruleNamespace, e, "write it letter for letter", "namespace is %s, want %q", quote(a.Value), tree.Namespaces[usual])
		case usual == "" && exactNamespaces[a.Name]:
			c.addHint(ruleNamespace, e, "write it letter for letter", "namespace is %s, want %q", quote(a.Value), tree.Namespaces[a.Name])
		}
	}
}

// exactNamespaces has the usual prefixes of the namespaces whose addresses apps compare
// letter for letter.
var exactNamespaces = map[string]bool{"atom": true, "content": true, "itunes": true, "podcast": true, "psc": true, "media": true, "googleplay": true}

// children checks the children of parent. name is the name of the parent in the table of
// elements.
func (c *checker) children(parent *tree.Element, name string) {
	var seen [4]uint64
	for _, e := range parent.Children {
		if len(e.Declared) > 0 {
			c.declarations(e, false)
		}
		known, _ := lookup(name, e.Name)
		if known == nil {
			c.misplaced(name, e)
			continue
		}
		if known.once {
			word, bit := known.index/64, uint64(1)<<(known.index%64)
			if seen[word]&bit != 0 && !sameFile(parent, e) {
				c.add(ruleRepeated, e, "%s is written more than once", e.Name)
			}
			seen[word] |= bit
		}
		c.element(e, known)
	}
}

// sameFile reports whether e names the same chapters file as the first podcast:chapters
// in its parent. Another rule reports such files.
func sameFile(parent, e *tree.Element) bool {
	return e.Name == "podcast:chapters" && parent.Child(e.Name).Attr("url") == e.Attr("url")
}

// misplaced reports an element that is unknown, or that belongs in another parent.
func (c *checker) misplaced(parent string, e *tree.Element) {
	elsewhere := byName[e.Name]
	switch {
	case strings.HasPrefix(e.Name, "googleplay:"):
		c.suggest(ruleElement, e, "no app reads it since Google Podcasts ended in 2024; remove it", "%s is deprecated", e.Name)
	case !isKnownSpace(e.Name):
	case len(elsewhere) > 0:
		var places []string
		for _, known := range elsewhere {
			for _, p := range known.in {
				if p != "podcast:liveItem" || len(known.in) == 1 {
					places = append(places, "<"+p+">")
				}
			}
		}
		c.addHint(ruleElement, e, "apps ignore it here", "%s belongs into %s, not %s", e.Name, orList(places), "<"+parent+">")
	default:
		c.addHint(ruleElement, e, unknownHint(parent, e.Name), "there is no element %s", e.Name)
	}
}

// element checks an element by its entry in the table of elements, and then its
// children.
func (c *checker) element(e *tree.Element, known *element) {
	value := e.Value()
	switch {
	case known.old == "":
	case e.Name == "itunes:keywords" || e.Name == "itunes:order":
		c.suggest(ruleElement, e, known.old, "%s is deprecated", e.Name)
	default:
		c.addHint(ruleElement, e, known.old, "%s is deprecated", e.Name)
	}
	if known.need && value == "" && !e.Cut {
		c.add(ruleIncomplete, e, "%s is empty", e.Name)
	}
	for i := range known.attrs {
		c.attribute(e, &known.attrs[i])
	}
	if known.child != "" && !e.Cut {
		for name := range strings.SplitSeq(known.child, "|") {
			names := strings.Split(name, ",")
			if !slices.ContainsFunc(e.Children, func(child *tree.Element) bool { return slices.Contains(names, child.Name) }) {
				c.add(ruleIncomplete, e, "%s has no %s", e.Name, orList(names))
			}
		}
	}
	if !e.Cut {
		c.size(e, known, value)
		if value != "" && known.form != nil {
			known.form(c, e, "", value)
		}
	}
	switch e.Name {
	case "itunes:block", "itunes:complete":
		if value == "" {
			c.add(ruleOnlyYes, e, "%s is empty, which has no effect", e.Name)
		}
	case "itunes:type", "itunes:episodeType", "itunes:episode", "itunes:season":
		if value == "" && !e.Cut {
			c.milder(ruleIncomplete, e, "%s is empty", e.Name)
		}
	case "podcast:person":
		c.person(e)
	case "podcast:socialInteract":
		if e.Attr("protocol") != "disabled" && e.Attr("uri") == "" {
			c.add(ruleIncomplete, e, "%s has no uri", e.Name)
		}
	case "podcast:transcript", "podcast:chapters":
		c.extension(e)
	}
	if len(e.Children) > 0 {
		c.children(e, e.Name)
	}
}

func (c *checker) attribute(e *tree.Element, known *attr) {
	written := e.Attr(known.name)
	value := strings.TrimSpace(written)
	if len(value) != len(written) && value != "" {
		c.add(ruleSpace, e, "%s has space around it", what(e, known.name))
	}
	switch {
	case value == "":
		if known.need {
			c.add(ruleIncomplete, e, "%s has no %s", e.Name, known.name)
		}
		return
	case known.short > 0 && len([]rune(value)) > known.short:
		c.add(ruleLongText, e, "%s %s has %d characters, %d are allowed", e.Name, known.name, len([]rune(value)), known.short)
	}
	if known.form != nil {
		known.form(c, e, known.name, value)
	}
}

// quote quotes at most 100 characters of untrusted input for one line of a message. It
// leaves out user names and passwords in addresses.
func quote(value string) string {
	if hasUser(value) {
		value = user.ReplaceAllString(value, "${1}//…@")
	}
	return strconv.Quote(shorten.Chars(value, 100))
}

// orList sorts words, removes duplicates, and joins them with commas and "or".
func orList(words []string) string {
	slices.Sort(words)
	words = slices.Compact(words)
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
