package tree

import "strings"

// Namespaces are the addresses of the namespaces that podcasts use, by their usual
// prefix.
var Namespaces = map[string]string{
	"acast":           "https://schema.acast.com/1.0/",
	"atom":            "http://www.w3.org/2005/Atom",
	"cc":              "http://web.resource.org/cc/",
	"content":         "http://purl.org/rss/1.0/modules/content/",
	"creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
	"dc":              "http://purl.org/dc/elements/1.1/",
	"dcterms":         "http://purl.org/dc/terms/",
	"feedburner":      "http://rssnamespace.org/feedburner/ext/1.0",
	"fh":              "http://purl.org/syndication/history/1.0",
	"fireside":        "http://fireside.fm/modules/rss/fireside",
	"georss":          "http://www.georss.org/georss",
	"googleplay":      "http://www.google.com/schemas/play-podcasts/1.0",
	"itunes":          "http://www.itunes.com/dtds/podcast-1.0.dtd",
	"itunesu":         "http://www.itunesu.com/feed",
	"media":           "http://search.yahoo.com/mrss/",
	"omny":            "https://omny.fm/rss-extensions",
	"podcast":         "https://podcastindex.org/namespace/1.0",
	"psc":             "http://podlove.org/simple-chapters",
	"rawvoice":        "http://www.rawvoice.com/rawvoiceRssModule/",
	"rdf":             "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
	"slash":           "http://purl.org/rss/1.0/modules/slash/",
	"spotify":         "http://www.spotify.com/ns/rss",
	"sy":              "http://purl.org/rss/1.0/modules/syndication/",
	"thr":             "http://purl.org/syndication/thread/1.0",
	"wfw":             "http://wellformedweb.org/CommentAPI/",
}

// PodcastAlias is an older address of the podcast namespace, which readers accept.
const PodcastAlias = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"

// prefixes has the usual prefixes, by exact address and by bare address.
var prefixes = func() map[string]string {
	m := map[string]string{PodcastAlias: "podcast", bare(PodcastAlias): "podcast"}
	for prefix, uri := range Namespaces {
		m[uri], m[bare(uri)] = prefix, prefix
	}
	return m
}()

// bare returns the address of a namespace in lower case, without scheme, www and last
// slash.
func bare(uri string) string {
	_, rest, _ := strings.Cut(strings.ToLower(strings.TrimSpace(uri)), "://")
	return strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
}

// UsualPrefix returns the usual prefix of a namespace, or "" if the namespace is not
// known. exact is false if the case, the scheme, www or the last slash of uri is wrong.
func UsualPrefix(uri string) (prefix string, exact bool) {
	if prefix, exact = prefixes[uri]; exact {
		return prefix, true
	}
	return prefixes[bare(uri)], false
}

// foreign is the prefix of names in unknown namespaces.
const foreign = "?:"

// binding is a prefix and its namespace; the prefix of the default namespace is "".
type binding struct {
	prefix, uri string
	depth       int // depth of the element that declares it
}

// resolved is a name with its namespace.
type resolved struct {
	name, local, prefix, space string
	unbound                    bool
}

// bind declares a prefix for the element that is being read.
func (p *parser) bind(prefix, uri string) {
	p.bindings = append(p.bindings, binding{prefix, uri, len(p.open) + 1})
	clear(p.elements)
	clear(p.attributes)
}

// unbind drops the prefixes that elements nested deeper than depth declared.
func (p *parser) unbind(depth int) {
	n := len(p.bindings)
	for n > 0 && p.bindings[n-1].depth > depth {
		n--
	}
	if n < len(p.bindings) {
		p.bindings = p.bindings[:n]
		clear(p.elements)
		clear(p.attributes)
	}
}

func (p *parser) lookup(prefix string) (b binding, ok bool) {
	for i := len(p.bindings) - 1; i >= 0; i-- {
		if p.bindings[i].prefix == prefix {
			return p.bindings[i], true
		}
	}
	return binding{}, false
}

// elementName resolves the name of an element.
func (p *parser) elementName(raw []byte) resolved {
	if r, ok := p.elements[string(raw)]; ok {
		return r
	}
	r := p.resolve(string(raw))
	if r.prefix == "" {
		// A default namespace declared by the root or channel is meant for RSS: feeds
		// declare one by mistake, and readers ignore it.
		b, _ := p.lookup("")
		r.space = b.uri
		usual, _ := UsualPrefix(b.uri)
		switch {
		case b.uri == "" || b.depth <= 2 && p.doc.Kind == RSS:
		case usual != "":
			r.name = usual + ":" + r.local
		case b.depth > 1:
			r.name = foreign + r.local
		}
	}
	p.elements[string(raw)] = r
	return r
}

// attributeName resolves the name of an attribute.
func (p *parser) attributeName(raw []byte) resolved {
	if r, ok := p.attributes[string(raw)]; ok {
		return r
	}
	r := p.resolve(string(raw))
	p.attributes[string(raw)] = r
	return r
}

// resolve resolves a name by its prefix. An undeclared prefix stands for the namespace
// whose usual prefix it is.
func (p *parser) resolve(raw string) resolved {
	prefix, local, ok := strings.Cut(raw, ":")
	if !ok || prefix == "" || local == "" {
		return resolved{name: raw, local: raw}
	}
	r := resolved{name: raw, local: local, prefix: prefix}
	if prefix == "xml" {
		r.space = "http://www.w3.org/XML/1998/namespace"
		return r
	}
	b, ok := p.lookup(prefix)
	r.unbound = !ok
	r.space = b.uri
	switch usual, _ := UsualPrefix(b.uri); {
	case usual != "":
		r.name = usual + ":" + local
	case !ok && Namespaces[prefix] != "":
	default:
		r.name = foreign + local
	}
	return r
}
