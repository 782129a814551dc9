package templates

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// portraitWidth is the width of portraits in device pixels, on a screen with twice the
// usual density.
const portraitWidth = 160

// Picture is an image in several versions, for artwork.html.
type Picture struct {
	Source, Sources string // values of src and srcset; Sources may be empty
	Width           int    // width on the page, in CSS pixels; images are square
	Class           string
}

// picture returns an image for a given width on the page, in CSS pixels.
func (r *renderer) picture(key string, width int, class string) Picture {
	return Picture{r.source(key, 2*width), r.sources(key), width, class}
}

// source returns the link to the smallest version of an image that is at least width
// pixels wide, or to the widest version if all are narrower. If the image has no
// versions, source returns the link to the image itself.
func (r *renderer) source(key string, width int) string {
	if key == "" {
		return ""
	}
	versions := r.site.Versions[key]
	for _, v := range versions {
		if v.Width >= width {
			return r.link(v.Key)
		}
	}
	if len(versions) > 0 {
		return r.link(versions[len(versions)-1].Key)
	}
	return r.link(key)
}

// sources returns the versions of an image as a value of srcset. It is empty if the
// image has no versions.
func (r *renderer) sources(key string) string {
	var all []string
	for _, v := range r.site.Versions[key] {
		all = append(all, r.link(v.Key)+" "+strconv.Itoa(v.Width)+"w")
	}
	return strings.Join(all, ", ")
}

// rowKey identifies the HTML of a row. The HTML depends on the number of folders above
// the page, because links are relative. On 404.html and below episodes/ it depends on
// the page itself.
type rowKey struct {
	episode *Episode
	folders string
}

// row returns the HTML of row.html for an episode. It caches the HTML, because an
// episode is in many lists.
func (r *renderer) row(e *Episode) (template.HTML, error) {
	key := rowKey{e, strings.Repeat("../", strings.Count(r.current, "/"))}
	if r.current == notFoundKey || strings.HasPrefix(r.current, "episodes/") {
		key.folders = r.current
	}
	if html, ok := r.pool.rows.Load(key); ok {
		return html.(template.HTML), nil
	}
	var b strings.Builder
	if err := r.set.ExecuteTemplate(&b, "row.html", e); err != nil {
		return "", fmt.Errorf("row of %s: %w", e.Slug, err)
	}
	html := template.HTML(b.String())
	r.pool.rows.Store(key, html)
	return html, nil
}
