package templates

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"rsc.io/qr"

	"onair/show"
)

// app is an app that can be opened with the address of a feed.
type app struct {
	id, name string
	link     func(feed string) string
}

// bare returns an address without its scheme.
func bare(feed string) string {
	_, rest, _ := strings.Cut(feed, "://")
	return rest
}

// feedApps are the apps that can be opened with any feed. The form of the address is
// documented by each app.
var feedApps = []app{
	{"apple", "Apple Podcasts", func(feed string) string { return "podcast://" + bare(feed) }},
	{"overcast", "Overcast", func(feed string) string { return "overcast://x-callback-url/add?url=" + url.QueryEscape(feed) }},
	{"pocketcasts", "Pocket Casts", func(feed string) string { return "pktc://subscribe/" + bare(feed) }},
	{"antennapod", "AntennaPod", func(feed string) string {
		return "https://antennapod.org/deeplink/subscribe?url=" + url.QueryEscape(feed)
	}},
	{"castbox", "Castbox", func(feed string) string { return "castbox://subscribe/" + bare(feed) }},
}

// subscription is a link to an app or a service.
type subscription struct {
	Name string
	URL  template.URL
}

// apps returns links for subscribing in apps, and the show's own links. The show's link
// to an app replaces the link made from the address of the feed. A private show has
// only its own links.
func (r *renderer) apps() (all []subscription) {
	own := map[string]string{}
	for _, l := range r.site.Show.Links {
		own[strings.ToLower(l.Text)] = l.URL
	}
	feed := r.absolute(r.site.FeedKey)
	for _, a := range feedApps {
		if own[a.id] != "" || r.site.Show.Private {
			continue
		}
		all = append(all, subscription{a.name, template.URL(a.link(feed))})
	}
	var named []subscription
	for _, l := range r.site.Show.Links {
		if safe := webURL(l); safe != "" {
			named = append(named, subscription{service(l.Text), safe})
		}
	}
	return append(named, all...)
}

// webURL returns the address of a link, or an empty string if it is not http or https.
func webURL(l show.Link) template.URL {
	if u, err := url.Parse(l.URL); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		return template.URL(u.String())
	}
	return ""
}

// qrCode returns a QR code as an SVG. The dark modules are one path, with a rectangle
// for each run of them. It is empty if the text is too long for a code.
func qrCode(text string) template.HTML {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return ""
	}
	const quiet = 4 // white modules around the code
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			if !code.Black(x, y) {
				continue
			}
			start := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%[3]dz", start+quiet, y+quiet, x-start)
		}
	}
	size := code.Size + 2*quiet
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %[1]d" width="%d" height="%[2]d" aria-hidden="true" shape-rendering="crispEdges"><path class="qr-paper" d="M0 0h%[1]dv%[1]dH0z"/><path class="qr-ink" d="%[3]s"/></svg>`, size, 4*size, path.String()))
}
