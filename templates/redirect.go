package templates

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/internal/finding"
)

// redirects lists the pages that stand at former paths of episodes. A path
// that would leave the site or take the place of anything else is an error.
func (r *renderer) redirects(pages []Page) ([]Page, error) {
	taken := r.taken(pages)
	var moved []Page
	for _, e := range r.site.Episodes {
		for i, from := range e.RedirectFrom {
			key, err := redirectKey(from)
			if err == nil {
				err = taken.add(key, fmt.Sprintf("the redirect to %q", e.Title))
			}
			if err != nil {
				return nil, finding.Finding{
					Rule:     "W002",
					Position: e.At(fmt.Sprintf("redirect_from[%d]", i)),
					Message:  fmt.Sprintf("redirect from %q: %v", from, err),
					Hint:     "a path below the show's url at which nothing else lies, such as /4 or /2019/old-name.html",
				}
			}
			moved = append(moved, r.page(key, func(r *renderer) ([]byte, error) { return r.redirect(key, e) }))
		}
	}
	return moved, nil
}

func (r *renderer) redirect(key string, to *Episode) ([]byte, error) {
	return r.html("redirect.html", &view{
		Kind:      "redirect",
		Key:       key,
		Title:     to.Title,
		Language:  to.Language,
		Canonical: r.absolute(to.PageKey()),
		Episode:   to,
	})
}

// redirectKey is the key of the page that answers at a former path: the path
// itself if it names an HTML file, else the index of a folder of that name.
func redirectKey(from string) (string, error) {
	below, ok := strings.CutPrefix(from, "/")
	if !ok || strings.ContainsAny(from, "?#") {
		return "", fmt.Errorf("not a plain path that starts with /")
	}
	below, err := url.PathUnescape(strings.TrimSuffix(below, "/"))
	if err != nil {
		return "", fmt.Errorf("bad escape")
	}
	if len(below) > 900 { // a key has at most 1024 bytes
		return "", fmt.Errorf("longer than 900 bytes")
	}
	if !utf8.ValidString(below) || strings.ContainsFunc(below, func(c rune) bool {
		return c == '\\' || c == ':' || c == utf8.RuneError || unicode.IsControl(c)
	}) {
		return "", fmt.Errorf("contains a character that a file name cannot have")
	}
	for segment := range strings.SplitSeq(below, "/") {
		// Hidden names are onair's own (.onair) or the server's; Windows drops
		// dots and spaces at the end of a name.
		if segment == "" || strings.HasPrefix(segment, ".") || strings.TrimRight(segment, ". ") != segment {
			return "", fmt.Errorf("bad segment %q", segment)
		}
	}
	if strings.HasSuffix(below, ".html") {
		return below, nil
	}
	return below + "/index.html", nil
}

// occupied knows the keys in use, folded to lower case because a folder on
// macOS or Windows does not tell cases apart. Keys lead to what lies there,
// and so do the folders above them: a file cannot lie where a folder does.
type occupied struct{ keys, folders map[string]string }

// taken returns the keys of everything the site names.
func (r *renderer) taken(pages []Page) occupied {
	o := occupied{map[string]string{}, map[string]string{}}
	put := func(key string) {
		if key != "" {
			o.put(key, key)
		}
	}
	for _, p := range pages {
		put(p.Key)
	}
	put("sitemap.xml") // also where a private show leaves it out
	put(r.site.FeedKey)
	put(r.site.ArtworkKey)
	for _, key := range r.site.AssetKeys {
		put(key)
	}
	for _, key := range r.site.ImageKeys {
		put(key)
	}
	for _, e := range r.site.Episodes {
		put(e.AudioKey)
		put(e.ArtworkKey)
		for _, t := range e.Transcripts {
			for _, f := range t.Files {
				put(f.Key)
			}
		}
	}
	return o
}

func (o occupied) put(key, what string) {
	key = strings.ToLower(key)
	o.keys[key] = what
	for i, c := range key {
		// The first to name a folder could be any of many; say the folder.
		if c == '/' {
			o.folders[key[:i]] = key[:i+1]
		}
	}
}

// add occupies a key, or says what is in its way.
func (o occupied) add(key, what string) error {
	folded := strings.ToLower(key)
	if other, ok := o.keys[folded]; ok {
		return fmt.Errorf("%s lies there", other)
	}
	if other, ok := o.folders[folded]; ok {
		return fmt.Errorf("%s lies there", other)
	}
	for i, c := range folded {
		if other, ok := o.keys[folded[:i]]; c == '/' && ok {
			return fmt.Errorf("%s lies there", other)
		}
	}
	o.put(key, what)
	return nil
}
