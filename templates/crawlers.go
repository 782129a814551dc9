package templates

import (
	"encoding/xml"
	"fmt"
	"time"
)

// sitemap lists the pages that crawlers should find (sitemaps.org protocol 0.9).
// Redirects are left out because their targets are listed.
func (r *renderer) sitemap() error {
	b := &r.out
	b.WriteString(xml.Header)
	b.WriteString(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	entry := func(key string, changed time.Time) {
		b.WriteString("  <url><loc>")
		_ = xml.EscapeText(b, []byte(r.absolute(key))) // a bytes.Buffer returns no errors
		b.WriteString("</loc>")
		if !changed.IsZero() {
			fmt.Fprintf(b, "<lastmod>%s</lastmod>", changed.UTC().Format(time.RFC3339))
		}
		b.WriteString("</url>\n")
	}
	entry("index.html", r.site.Updated)
	for _, e := range r.site.Episodes {
		changed := e.Date
		if e.Updated.After(changed) {
			changed = e.Updated
		}
		entry(e.PageKey(), changed)
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
