package show

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"onair/internal/source"
)

// Find returns the episode with the name: its slug, its GUID, the path of its folder
// or of a file in it, relative to the show's folder, or the number of the only full
// episode that has it. A number may have zeros or # before it.
//
// The error says which episodes share a number, or which one has a similar name.
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

// byPath returns the episode whose folder is the path or contains it.
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

// unknownEpisode returns the error for a name that no episode has.
func (s *Show) unknownEpisode(name string) error {
	slugs := make([]string, len(s.Episodes))
	for i, e := range s.Episodes {
		slugs[i] = e.Slug
	}
	message := fmt.Sprintf("there is no episode %s", source.ShortQuote(name))
	if near := source.Nearest(name, slugs); near != "" && len(name) > 2 {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return errors.New(message)
}
