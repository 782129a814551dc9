package importer

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"onair/internal/source"
)

// resolveAddresses resolves the relative addresses of links and images, because the notes
// will be on other pages. It describes each of them. Without a base it changes nothing.
func resolveAddresses(body *html.Node, base *url.URL) (described []string) {
	for n := range body.Descendants() {
		key, what := "href", "link to"
		if n.Data == "img" {
			key, what = "src", "image"
		} else if n.Data != "a" {
			continue
		}
		for i, a := range n.Attr {
			to := address(a.Val)
			u, err := url.Parse(withEscapes(to))
			if a.Key != key || err != nil || to == "" || u.Scheme != "" {
				continue
			}
			what := fmt.Sprintf("the %s %s in its notes is relative", what, source.ShortQuote(to))
			switch {
			case strings.HasPrefix(to, "www."):
				n.Attr[i].Val = "http://" + to
			case base != nil:
				n.Attr[i].Val = base.ResolveReference(u).String()
			default:
				described = append(described, what+", and the feed has no address to resolve it with; correct it")
				continue
			}
			described = append(described, what+"; it becomes "+n.Attr[i].Val)
		}
	}
	return described
}

// replaceImages replaces each image that notes cannot have by its alternative text, such as
// those whose address holds the image itself. It describes each of them.
func replaceImages(n *html.Node) (described []string) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode || c.Data != "img" {
			described = append(described, replaceImages(c)...)
			continue
		}
		to := address(attr(c, "src"))
		if scheme, _, ok := strings.Cut(to, ":"); !ok || strings.ContainsAny(scheme, "/?#") || strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") {
			continue
		}
		described = append(described, fmt.Sprintf("the image %s in its notes is left out; its alternative text is kept", source.ShortQuote(to)))
		*c = html.Node{Type: html.TextNode, Data: attr(c, "alt"), Parent: c.Parent, PrevSibling: c.PrevSibling, NextSibling: c.NextSibling}
	}
	return described
}

// lostAttributes describes the titles, the sizes of images and the merged cells that are
// in notes before their conversion, and not in those after it.
func lostAttributes(before, after *html.Node) (described []string) {
	for _, kind := range []struct {
		name string
		tags []string // none means every element
		keys []string
	}{
		{"title", nil, []string{"title"}},
		{"size of an image", []string{"img"}, []string{"width", "height"}},
		{"merging of cells", []string{"td", "th"}, []string{"colspan", "rowspan"}},
	} {
		lost := attributes(before, kind.tags, kind.keys)
		for _, value := range attributes(after, kind.tags, kind.keys) {
			if i := slices.Index(lost, value); i >= 0 {
				lost = slices.Delete(lost, i, i+1)
			}
		}
		if len(lost) > 0 {
			described = append(described, fmt.Sprintf("the %s in its notes is left out: %s", kind.name, strings.Join(lost, ", ")))
		}
	}
	return described
}

// attributes returns the named attributes of the elements with the tags below a node, in
// the form <img width="20">.
func attributes(n *html.Node, tags, keys []string) (list []string) {
	for n := range n.Descendants() {
		if tags != nil && !slices.Contains(tags, n.Data) {
			continue
		}
		for _, a := range n.Attr {
			if slices.Contains(keys, a.Key) && a.Val != "" {
				list = append(list, fmt.Sprintf("<%s %s=%s>", n.Data, a.Key, source.ShortQuote(line(a.Val))))
			}
		}
	}
	return list
}
