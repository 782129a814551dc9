package templates

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"
)

// sitemap lists the pages worth finding (sitemaps.org protocol 0.9): not the
// redirects, whose targets are listed.
func (r *renderer) sitemap() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	b.WriteString(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	entry := func(key string, changed time.Time) {
		b.WriteString("  <url><loc>")
		_ = xml.EscapeText(&b, []byte(r.absolute(key))) // a bytes.Buffer does not fail
		b.WriteString("</loc>")
		if !changed.IsZero() {
			fmt.Fprintf(&b, "<lastmod>%s</lastmod>", changed.UTC().Format(time.RFC3339))
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
	return b.Bytes(), nil
}

// robots is robots.txt (RFC 9309). Crawlers read it at the root of a host only.
func (r *renderer) robots() ([]byte, error) {
	if r.site.Show.Private {
		return []byte("User-agent: *\nDisallow: /\n"), nil
	}
	return fmt.Appendf(nil, "User-agent: *\nAllow: /\n\nSitemap: %s\n", r.absolute("sitemap.xml")), nil
}
