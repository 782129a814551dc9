package templates

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// redirects returns the pages at former paths of episodes. It is an error if a path
// leaves the site or is in use.
func (r *renderer) redirects(pages []Page) ([]Page, error) {
	used := r.usedKeys(pages)
	var moved []Page
	for _, e := range r.site.Episodes {
		for i, from := range e.RedirectFrom {
			key, err := redirectKey(from)
			if err == nil {
				err = used.add(key, fmt.Sprintf("the redirect to %q", e.Title))
			}
			if err != nil {
				return nil, ruleRedirect.At(e.At(fmt.Sprintf("redirect_from[%d]", i)), "redirect from %q: %v", from, err)
			}
			moved = append(moved, r.page(key, AllEpisodes, func(r *renderer) error { return r.redirect(key, e) }))
		}
	}
	return moved, nil
}

func (r *renderer) redirect(key string, to *Episode) error {
	return r.html(&view{
		Kind:      "redirect",
		Key:       key,
		Title:     to.Title,
		TitleLang: to.Language,
		Canonical: r.absolute(to.PageKey()),
		Episode:   to,
	})
}

// redirectKey returns the key of the page at a former path: the path itself if it names
// an HTML file, or else the index of a folder with that name.
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
		// Hidden names are reserved for onair (.onair) and the server. Windows
		// drops dots and spaces at the end of a name.
		if segment == "" || strings.HasPrefix(segment, ".") || strings.TrimRight(segment, ". ") != segment {
			return "", fmt.Errorf("bad segment %q", segment)
		}
	}
	if strings.HasSuffix(below, ".html") {
		return below, nil
	}
	return below + "/index.html", nil
}

// usedKeys has the keys in use and the folders above them, each with a text that
// describes it in messages. A file cannot have the name of a folder. Names are in lower
// case, because file systems on macOS and Windows ignore case.
type usedKeys struct{ keys, folders map[string]string }

// usedKeys returns the keys of all objects that the site names.
func (r *renderer) usedKeys(pages []Page) usedKeys {
	u := usedKeys{map[string]string{}, map[string]string{}}
	put := func(key string) {
		if key != "" {
			u.put(key, key)
		}
	}
	for _, p := range pages {
		put(p.Key)
	}
	put("sitemap.xml") // reserved even for a private show, which has no sitemap
	put(r.site.FeedKey)
	put(r.site.ArtworkKey)
	for _, key := range r.site.AssetKeys {
		put(key)
	}
	for _, key := range r.site.ImageKeys {
		put(key)
	}
	for _, e := range r.site.Episodes {
		if !isAddress(e.AudioKey) {
			put(e.AudioKey)
		}
		for _, a := range e.Alternates {
			put(a.AudioKey)
		}
		put(e.ArtworkKey)
		for _, t := range e.Transcripts {
			for _, f := range t.Files {
				put(f.Key)
			}
		}
	}
	return u
}

func (u usedKeys) put(key, user string) {
	key = strings.ToLower(key)
	u.keys[key] = user
	for i, c := range key {
		if c == '/' {
			u.folders[key[:i]] = key[:i+1] // many keys may share a folder; the message names the folder
		}
	}
}

// add adds a key. It returns an error if the key is in use.
func (u usedKeys) add(key, user string) error {
	lower := strings.ToLower(key)
	other, used := u.keys[lower]
	if !used {
		other, used = u.folders[lower]
	}
	for i, c := range lower {
		if c == '/' && !used {
			other, used = u.keys[lower[:i]]
		}
	}
	if used {
		return fmt.Errorf("%s is already there", other)
	}
	u.put(key, user)
	return nil
}
