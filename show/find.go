package show

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"onair/internal/source"
)

// Find returns the episode that a name stands for. The name may be a slug, a GUID, the
// path of the episode's folder or of a file in it, or a number that only one full episode
// has. A path may be absolute or relative to the show's folder. Zeros or # may precede
// the number.
//
// If several episodes have the number, the error lists them. If none has the name, the
// error suggests a similar one.
func (s *Show) Find(name string) (*Episode, error) {
	for _, e := range s.Episodes {
		if e.Slug == name || e.GUID == name {
			return e, nil
		}
	}
	if e := s.byPath(name); e != nil {
		return e, nil
	}
	switch numbered := s.byNumber(name); len(numbered) {
	case 0:
		return nil, s.unknownEpisode(name)
	case 1:
		return numbered[0], nil
	default:
		var slugs []string
		for _, e := range numbered {
			slugs = append(slugs, e.Slug)
		}
		return nil, fmt.Errorf("several episodes have the number %s: %s", name, strings.Join(slugs, ", "))
	}
}

// byPath returns the episode whose folder is, or contains, the path. The path may be
// absolute, or relative to the show's folder.
func (s *Show) byPath(name string) *Episode {
	if name == "" {
		return nil
	}
	if rel, err := filepath.Rel(s.Folder.Dir, name); err == nil && s.Folder.Dir != "" && filepath.IsAbs(name) {
		name = rel
	}
	for p := path.Clean(filepath.ToSlash(name)); p != "." && p != "/"; p = path.Dir(p) {
		for _, e := range s.Episodes {
			if e.Dir == p {
				return e
			}
		}
	}
	return nil
}

// byNumber returns the full episodes with the number.
func (s *Show) byNumber(name string) (numbered []*Episode) {
	n, err := strconv.Atoi(strings.TrimPrefix(name, "#"))
	if err != nil || n <= 0 {
		return nil
	}
	for _, e := range s.Episodes {
		if e.Type == Full && e.Number == n {
			numbered = append(numbered, e)
		}
	}
	return numbered
}

// unknownEpisode returns the error for an unknown name. It suggests the episode with the
// nearest slug, or else names the first episode of the list.
func (s *Show) unknownEpisode(name string) error {
	message := fmt.Sprintf("there is no episode %s", source.ShortQuote(name))
	if len(s.Episodes) == 0 {
		return errors.New(message + "; the show has none")
	}
	var slugs []string
	for _, e := range s.Episodes {
		slugs = append(slugs, e.Slug)
	}
	if near := nearestSlug(name, slugs); near != "" {
		return fmt.Errorf("%s; did you mean %q?", message, near)
	}
	return fmt.Errorf("%s; the latest is %q, and onair status lists all", message, slugs[0])
}

// nearestSlug returns the slug that was probably meant by a mistyped name, or an empty
// string. If no whole slug is near, it compares the slugs without the numbers at their
// start.
func nearestSlug(name string, slugs []string) string {
	name = path.Base(filepath.ToSlash(name))
	if len(name) < 3 {
		return ""
	}
	if near := source.Nearest(name, slugs); near != "" {
		return near
	}
	titles := make([]string, len(slugs))
	for i, slug := range slugs {
		titles[i] = withoutNumber(slug)
	}
	if i := slices.Index(titles, source.Nearest(withoutNumber(name), titles)); i >= 0 {
		return slugs[i]
	}
	return ""
}

// withoutNumber removes the number at the start of a slug such as 4-cloudy.
func withoutNumber(slug string) string {
	if number, title, ok := strings.Cut(slug, "-"); ok && strings.Trim(number, "0123456789") == "" {
		return title
	}
	return slug
}
