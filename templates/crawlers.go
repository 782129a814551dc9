package templates

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"time"
)

// sitemap writes sitemap.xml, the list of pages that crawlers should find (sitemaps.org
// protocol 0.9). It leaves out redirects, because their targets are listed.
func (r *renderer) sitemap() error {
	b := &r.out
	b.WriteString(xml.Header)
	b.WriteString(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	entry := func(key string, changed time.Time) {
		b.WriteString("  <url><loc>")
		_ = xml.EscapeText(b, []byte(r.absolute(key))) // writing to a bytes.Buffer cannot fail
		b.WriteString("</loc>")
		if !changed.IsZero() {
			fmt.Fprintf(b, "<lastmod>%s</lastmod>", changed.UTC().Format(time.RFC3339))
		}
		b.WriteString("</url>\n")
	}
	entry("index.html", r.site.Updated)
	for _, p := range r.listPages() {
		if p.Key != searchKey {
			entry(p.Key, time.Time{})
		}
	}
	for _, p := range r.site.Pages {
		entry(p.Key(), p.Updated)
	}
	for _, e := range r.site.Episodes {
		changed := e.Date
		if e.Updated.After(changed) {
			changed = e.Updated
		}
		entry(e.PageKey(), changed)
		for _, t := range translations(e) {
			entry(t.Key, changed)
		}
	}
	b.WriteString("</urlset>\n")
	return nil
}

// robots writes robots.txt (RFC 9309). Crawlers read it only at the root of a host.
func (r *renderer) robots() error {
	if r.site.Show.Private {
		r.out.WriteString("User-agent: *\nDisallow: /\n")
		return nil
	}
	fmt.Fprintf(&r.out, "User-agent: *\nAllow: /\n\nSitemap: %s\n", r.absolute("sitemap.xml"))
	return nil
}

// manifest writes site.webmanifest (https://www.w3.org/TR/appmanifest/).
func (r *renderer) manifest() error {
	type icon struct {
		Source string `json:"src"`
		Sizes  string `json:"sizes"`
		Type   string `json:"type"`
	}
	m := struct {
		Name       string `json:"name"`
		Language   string `json:"lang,omitempty"`
		Direction  string `json:"dir"`
		Start      string `json:"start_url"`
		Display    string `json:"display"`
		Background string `json:"background_color"`
		Theme      string `json:"theme_color"`
		Icons      []icon `json:"icons"`
	}{
		Name: r.site.Show.Title, Language: r.site.Show.Language, Direction: direction(r.site.Show.Language),
		Start: r.link("index.html"), Display: "browser",
		Background: r.theme.colours.Light.Paper.String(), Theme: r.theme.colours.Light.Paper.String(), Icons: []icon{},
	}
	for _, width := range slices.Sorted(maps.Keys(r.site.IconKeys)) {
		if width >= 192 {
			m.Icons = append(m.Icons, icon{r.link(r.site.IconKeys[width]), fmt.Sprintf("%dx%[1]d", width), "image/png"})
		}
	}
	for _, v := range r.site.Versions[r.site.ArtworkKey] {
		if v.Width == v.Height && v.Width >= 512 {
			m.Icons = append(m.Icons, icon{r.link(v.Key), fmt.Sprintf("%dx%[1]d", v.Width), "image/jpeg"})
		}
	}
	encoder := json.NewEncoder(&r.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(m)
}
