package check

import (
	"slices"
	"strings"

	"onair/internal/source"
)

// element describes an element in certain parents.
type element struct {
	name  string
	in    []string // names of parents
	once  bool     // at most one in each parent
	need  bool     // text is required
	short int      // longest text, in characters; 0 means 255
	form  form     // of the text; nil for any text
	attrs []attr
	child string // required children, separated by |; alternatives are separated by commas
	old   string // for a deprecated element: what to do instead

	index int // index in elements
}

// attr describes an attribute.
type attr struct {
	name  string
	need  bool
	short int // longest value, in characters; 0 for no limit
	form  form
}

var (
	inChannel = []string{"channel"}
	inItem    = []string{"item", "podcast:liveItem"}
	inBoth    = []string{"channel", "item", "podcast:liveItem"}
)

// elements describes the elements of RSS, of the content, iTunes and podcast namespaces
// and of Podlove's chapters, and atom:link. They come from the documents that rules.go
// names.
var elements = []element{
	// RSS 2.0
	{name: "channel", in: []string{"rss"}},
	{name: "item", in: inChannel},
	{name: "title", in: inBoth, once: true, form: title},
	{name: "link", in: inBoth, once: true, form: address},
	{name: "description", in: inBoth, once: true, form: notes},
	{name: "language", in: inChannel, once: true, form: showLanguage},
	{name: "copyright", in: inChannel, once: true, form: copyright},
	{name: "managingEditor", in: inChannel, once: true, form: plain},
	{name: "webMaster", in: inChannel, once: true, form: plain},
	{name: "pubDate", in: inBoth, once: true, form: date},
	{name: "lastBuildDate", in: inChannel, once: true, form: date},
	{name: "category", in: inBoth, form: plain, attrs: []attr{{name: "domain"}}},
	{name: "generator", in: inChannel, once: true, form: plain},
	{name: "docs", in: inChannel, once: true},
	{name: "cloud", in: inChannel, once: true},
	{name: "ttl", in: inChannel, once: true, form: number(ruleValue, 0)},
	{name: "rating", in: inChannel, once: true},
	{name: "image", in: inChannel, once: true},
	{name: "url", in: []string{"image"}, once: true, form: address},
	{name: "title", in: []string{"image", "textInput"}, once: true, form: plain},
	{name: "link", in: []string{"image", "textInput"}, once: true, form: address},
	{name: "width", in: []string{"image"}, once: true, form: number(ruleValue, 1)},
	{name: "height", in: []string{"image"}, once: true, form: number(ruleValue, 1)},
	{name: "description", in: []string{"image", "textInput"}, once: true},
	{name: "textInput", in: inChannel, once: true, child: "title|description|name|link"},
	{name: "name", in: []string{"textInput"}, once: true},
	{name: "skipHours", in: inChannel, once: true},
	{name: "hour", in: []string{"skipHours"}, form: number(ruleValue, 0)},
	{name: "skipDays", in: inChannel, once: true},
	{name: "day", in: []string{"skipDays"}},
	{name: "author", in: inItem, once: true, form: plain},
	{name: "comments", in: inItem, once: true, form: address},
	{name: "enclosure", in: inItem, once: true, attrs: []attr{{name: "url", form: address}, {name: "length"}, {name: "type"}}},
	{name: "guid", in: inItem, once: true, attrs: []attr{{name: "isPermaLink", form: oneOf(ruleValue, "true", "false")}}},
	{name: "source", in: inItem, once: true, attrs: []attr{{name: "url", need: true, form: address}}},
	{name: "content:encoded", in: inBoth, once: true, form: notes},
	{name: "atom:link", in: inBoth, attrs: []attr{{name: "href", form: address}, {name: "rel"}, {name: "type"}, {name: "title"}, {name: "hreflang"}, {name: "length"}}},

	// Apple
	{name: "itunes:applepodcastsverify", in: inChannel, once: true},
	{name: "itunes:author", in: inBoth, once: true, form: plain},
	{name: "itunes:block", in: inBoth, once: true, form: onlyYes},
	{name: "itunes:category", in: []string{"channel", "itunes:category"}, attrs: []attr{{name: "text"}}},
	{name: "itunes:complete", in: inChannel, once: true, form: onlyYes},
	{name: "itunes:duration", in: inItem, once: true, form: duration},
	{name: "itunes:episode", in: inItem, once: true, form: number(ruleNumber, 1)},
	{name: "itunes:episodeType", in: inItem, once: true, form: oneOf(ruleEpisodeType, "full", "trailer", "bonus")},
	{name: "itunes:explicit", in: inBoth, once: true, form: explicit},
	{name: "itunes:image", in: inBoth, once: true, attrs: []attr{{name: "href", form: artwork}}},
	{name: "itunes:isClosedCaptioned", in: inItem, once: true, old: "no app reads it; write podcast:transcript"},
	{name: "itunes:keywords", in: inBoth, once: true, short: 4000, old: "Apple ignores it; remove it"},
	{name: "itunes:new-feed-url", in: inChannel, once: true, form: address},
	{name: "itunes:order", in: inItem, once: true, old: "Apple ignores it; write itunes:episode"},
	{name: "itunes:owner", in: inChannel, once: true},
	{name: "itunes:name", in: []string{"itunes:owner"}, once: true, form: plain},
	{name: "itunes:email", in: []string{"itunes:owner"}, once: true, form: email},
	{name: "itunes:season", in: inItem, once: true, form: number(ruleNumber, 1)},
	{name: "itunes:subtitle", in: inBoth, once: true, form: plain},
	{name: "itunes:summary", in: inBoth, once: true, form: notes},
	{name: "itunes:title", in: inBoth, once: true, form: title},
	{name: "itunes:type", in: inChannel, once: true, form: oneOf(ruleType, "episodic", "serial")},

	// The podcast namespace
	{
		name: "podcast:alternateEnclosure", in: inItem, child: "podcast:source",
		attrs: []attr{{"type", true, 0, mediaType}, {"length", false, 0, number(ruleValue, 1)}, {"bitrate", false, 0, decimal}, {"height", false, 0, number(ruleValue, 1)}, {"lang", false, 0, language}, {"title", false, 32, nil}, {"rel", false, 32, nil}, {"codecs", false, 0, nil}, {"default", false, 0, oneOf(ruleValue, "true", "false")}},
	},
	{name: "podcast:source", in: []string{"podcast:alternateEnclosure"}, attrs: []attr{{"uri", true, 0, uri}, {"contentType", false, 0, mediaType}}},
	{name: "podcast:integrity", in: []string{"podcast:alternateEnclosure"}, once: true, attrs: []attr{{"type", true, 0, oneOf(ruleValue, "sri", "pgp-signature")}, {"value", true, 0, integrity}}},
	{name: "podcast:block", in: inChannel, need: true, form: oneOf(ruleValue, "yes", "no"), attrs: []attr{{"id", false, 0, service}}},
	{name: "podcast:chapters", in: inItem, once: true, attrs: []attr{{"url", true, 0, address}, {"type", true, 0, chaptersType}}},
	{name: "podcast:chat", in: inBoth, once: true, attrs: []attr{{"server", true, 0, server}, {"protocol", true, 0, oneOf(ruleValue, "irc", "xmpp", "nostr", "matrix")}, {"accountId", false, 0, nil}, {"space", false, 0, nil}}},
	{name: "podcast:contentLink", in: []string{"podcast:liveItem", "item"}, need: true, short: 128, form: short, attrs: []attr{{"href", true, 0, address}}},
	{name: "podcast:episode", in: inItem, once: true, need: true, form: episodeNumber, attrs: []attr{{"display", false, 32, nil}}},
	{name: "podcast:funding", in: inBoth, short: 128, form: short, attrs: []attr{{"url", true, 0, address}}},
	{name: "podcast:guid", in: inChannel, once: true, form: showGUID},
	{
		name: "podcast:image", in: inBoth,
		attrs: []attr{{"href", true, 0, address}, {"alt", false, 0, nil}, {"aspect-ratio", false, 0, aspectRatio}, {"width", false, 0, number(ruleValue, 1)}, {"height", false, 0, number(ruleValue, 1)}, {"type", false, 0, mediaType}, {"purpose", false, 128, nil}},
	},
	{name: "podcast:images", in: inBoth, attrs: []attr{{name: "srcset"}}, old: "write podcast:image instead"},
	{name: "podcast:license", in: inBoth, once: true, need: true, short: 128, form: license, attrs: []attr{{"url", false, 0, address}}},
	{
		name: "podcast:liveItem", in: inChannel, child: "title|guid|enclosure|podcast:contentLink",
		attrs: []attr{{"status", true, 0, oneOf(ruleValue, "pending", "live", "ended")}, {"start", true, 0, isoDate}, {"end", false, 0, isoDate}, {"chat", false, 0, nil}},
	},
	{
		name: "podcast:location", in: inBoth, need: true, short: 128, form: short,
		attrs: []attr{{"rel", false, 0, oneOf(ruleValue, "subject", "creator")}, {"geo", false, 0, geo}, {"osm", false, 0, osm}, {"country", false, 0, country}},
	},
	{name: "podcast:locked", in: inChannel, once: true, form: oneOf(ruleLocked, "yes", "no"), attrs: []attr{{"owner", false, 0, email}}},
	{name: "podcast:medium", in: inChannel, once: true, need: true, form: medium},
	{
		name: "podcast:person", in: inBoth, need: true, short: 128, form: short,
		attrs: []attr{{"role", false, 0, nil}, {"group", false, 0, nil}, {"img", false, 0, address}, {"href", false, 0, address}},
	},
	{name: "podcast:podping", in: inChannel, once: true, attrs: []attr{{"usesPodping", true, 0, oneOf(ruleValue, "true", "false")}}},
	{name: "podcast:podroll", in: inChannel, once: true, child: "podcast:remoteItem"},
	{name: "podcast:publisher", in: inChannel, once: true, child: "podcast:remoteItem"},
	{
		name: "podcast:remoteItem", in: []string{"channel", "podcast:podroll", "podcast:publisher", "podcast:valueTimeSplit", "podcast:value"},
		attrs: []attr{{"feedGuid", true, 0, feedGUID}, {"feedUrl", false, 0, address}, {"itemGuid", false, 0, nil}, {"medium", false, 0, medium}, {"title", false, 0, nil}},
	},
	{name: "podcast:season", in: inItem, once: true, need: true, form: number(ruleNumber, 1), attrs: []attr{{"name", false, 128, nil}}},
	{
		name: "podcast:socialInteract", in: inBoth,
		attrs: []attr{{"protocol", true, 0, oneOf(ruleValue, "disabled", "activitypub", "twitter", "lightning", "atproto", "hive", "matrix", "nostr")}, {"uri", false, 0, uri}, {"accountId", false, 0, nil}, {"accountUrl", false, 0, uri}, {"priority", false, 0, number(ruleValue, 0)}},
	},
	{
		name: "podcast:soundbite", in: inItem, short: 128, form: short,
		attrs: []attr{{"startTime", true, 0, decimal}, {"duration", true, 0, decimal}},
	},
	{
		name: "podcast:trailer", in: inChannel, need: true, short: 128, form: short,
		attrs: []attr{{"url", true, 0, address}, {"pubdate", true, 0, date}, {"length", false, 0, number(ruleValue, 1)}, {"type", false, 0, mediaType}, {"season", false, 0, number(ruleNumber, 1)}},
	},
	{
		name: "podcast:transcript", in: inItem,
		attrs: []attr{{"url", true, 0, address}, {"type", true, 0, oneOf(ruleTranscriptType, transcriptTypes...)}, {"language", false, 0, language}, {"rel", false, 0, oneOf(ruleValue, "captions")}},
	},
	{name: "podcast:txt", in: inBoth, need: true, short: 4000, form: freeText, attrs: []attr{{"purpose", false, 128, nil}}},
	{
		name: "podcast:updateFrequency", in: inChannel, once: true, need: true, short: 128, form: short,
		attrs: []attr{{"rrule", false, 0, rrule}, {"dtstart", false, 0, isoDate}, {"complete", false, 0, oneOf(ruleValue, "true", "false")}},
	},
	{
		name: "podcast:value", in: inBoth, child: "podcast:valueRecipient",
		attrs: []attr{{"type", true, 0, nil}, {"method", true, 0, nil}, {"suggested", false, 0, decimal}},
	},
	{
		name: "podcast:valueRecipient", in: []string{"podcast:value", "podcast:valueTimeSplit"},
		attrs: []attr{{"type", true, 0, oneOf(ruleValue, "node", "lnaddress")}, {"address", true, 0, nil}, {"split", true, 0, number(ruleValue, 0)}, {"name", false, 0, nil}, {"customKey", false, 0, nil}, {"customValue", false, 0, nil}, {"fee", false, 0, oneOf(ruleValue, "true", "false")}},
	},
	{
		name: "podcast:valueTimeSplit", in: []string{"podcast:value"}, child: "podcast:valueRecipient,podcast:remoteItem",
		attrs: []attr{{"startTime", true, 0, decimal}, {"duration", true, 0, decimal}, {"remoteStartTime", false, 0, decimal}, {"remotePercentage", false, 0, decimal}},
	},

	// Podlove Simple Chapters
	{name: "psc:chapters", in: inItem, once: true, child: "psc:chapter", attrs: []attr{{name: "version"}}},
	{name: "psc:chapter", in: []string{"psc:chapters"}, attrs: []attr{{name: "start"}, {"title", true, 0, nil}, {"href", false, 0, uri}, {"image", false, 0, address}}},
}

// byName has the elements by name. A name has several entries if the element differs
// between parents.
var byName = func() map[string][]*element {
	m := map[string][]*element{}
	for i := range elements {
		e := &elements[i]
		e.index = i
		m[e.name] = append(m[e.name], e)
	}
	return m
}()

// Names returns the names of all known elements, each with the names of its attributes.
func Names() map[string][]string {
	names := map[string][]string{"rss": {"version", "xmlns:atom", "xmlns:content", "xmlns:itunes", "xmlns:podcast", "xmlns:psc"}}
	for _, e := range elements {
		for _, a := range e.attrs {
			if !slices.Contains(names[e.name], a.name) {
				names[e.name] = append(names[e.name], a.name)
			}
		}
		if names[e.name] == nil {
			names[e.name] = []string{}
		}
	}
	return names
}

// lookup returns the entry of an element in a parent. If there is none, it returns the
// entries in other parents.
func lookup(parent, name string) (e *element, elsewhere []*element) {
	entries := byName[name]
	for _, e := range entries {
		if slices.Contains(e.in, parent) {
			return e, nil
		}
	}
	return nil, entries
}

// isKnownSpace reports whether this package knows all elements of a name's namespace,
// so that any other element is a mistake.
func isKnownSpace(name string) bool {
	prefix, _, ok := strings.Cut(name, ":")
	return !ok || prefix == "itunes" || prefix == "podcast" || prefix == "psc" || prefix == "content"
}

// unknownHint suggests the element that was probably meant by a name.
func unknownHint(parent, name string) string {
	var here, all []string
	for _, e := range elements {
		all = append(all, e.name)
		if slices.Contains(e.in, parent) {
			here = append(here, e.name)
		}
	}
	if slices.Contains([]string{"description", "content:encoded", "itunes:summary", "itunes:subtitle", "title"}, parent) && tags.MatchString("<"+name+">") {
		return "put HTML into CDATA, or write &lt; for its <"
	}
	n := source.Nearest(name, here)
	if n == "" {
		n = source.Nearest(name, all)
	}
	if n == "" {
		_, local, _ := strings.Cut(name, ":")
		for _, known := range all { // the same name in another namespace, such as podcast:person for itunes:person
			if _, k, _ := strings.Cut(known, ":"); strings.EqualFold(k, local) && local != "" {
				n = known
			}
		}
	}
	if n == "" {
		return "apps ignore it"
	}
	return "do you mean " + n + "?"
}
