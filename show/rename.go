package show

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"onair/internal/durable"
	"onair/internal/slugs"
	"onair/internal/source"
	"onair/show/pins"
)

// Rename gives an episode another slug. It moves the folder, changes the field slug if
// episode.md has it, adds the former page to redirect_from, and writes the new slug to the
// lock. The rest of episode.md stays unchanged, byte for byte. A draft that is not in the
// lock was never public and gets no redirect. The result has the paths of changed files
// and folders, relative to the show's folder.
//
// Rename does not move files that a pattern with {slug} names outside the show's folder.
// The user has to move them.
func Rename(s *Show, old, newSlug string) ([]string, error) {
	if s.Folder.Dir == "" {
		return nil, errors.New("the show is not in a folder on the disk")
	}
	if err := slugs.Valid(newSlug); err != nil {
		return nil, fmt.Errorf("slug: %w", err)
	}
	e, err := s.Find(old)
	if err != nil {
		return nil, err
	}
	oldSlug := e.Slug
	if other := s.bySlug(newSlug); other != nil {
		return nil, fmt.Errorf("slug %s: already used by %s: %w", newSlug, other.Dir, fs.ErrExist)
	}
	root, err := os.OpenRoot(s.Folder.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	dir := e.Dir
	if path.Base(e.Dir) == oldSlug {
		dir = path.Join(path.Dir(e.Dir), newSlug)
		if _, err := root.Lstat(dir); err == nil {
			return nil, &fs.PathError{Op: "rename", Path: dir, Err: fs.ErrExist}
		}
	}
	data, err := s.Folder.ReadFile(e.File, source.MaxFile)
	if err != nil {
		return nil, err
	}
	if data, err = renamed(e, data, newSlug, s.seen(e)); err != nil {
		return nil, fmt.Errorf("edit %s: %w", e.File, err)
	}
	return s.move(root, e, dir, data, newSlug)
}

// seen reports whether the episode's page may have been public.
func (s *Show) seen(e *Episode) bool {
	return s.Lock.Episodes[e.GUID] != nil || !e.Draft && !e.Date.IsZero()
}

// move carries out a rename. It writes the lock last, so that an interrupted move can be
// repeated.
func (s *Show) move(root *os.Root, e *Episode, dir string, data []byte, newSlug string) ([]string, error) {
	if err := durable.WriteFile(filepath.Join(s.Folder.Dir, filepath.FromSlash(e.File)), data, 0o644); err != nil {
		return nil, err
	}
	changed := []string{e.File}
	if dir != e.Dir {
		if err := root.Rename(e.Dir, dir); err != nil {
			return changed, err
		}
		changed = []string{e.Dir, dir}
	}
	if s.Lock.Episodes[e.GUID] == nil {
		return changed, nil
	}
	lock := s.Lock.Clone()
	lock.Episodes[e.GUID].Slug = newSlug
	if err := durable.WriteFile(filepath.Join(s.Folder.Dir, pins.File), lock.Format(), 0o644); err != nil {
		return changed, err
	}
	return append(changed, pins.File), nil
}

// renamed returns an episode.md for a new slug, edited line by line.
func renamed(e *Episode, data []byte, newSlug string, redirect bool) ([]byte, error) {
	yaml, root, err := frontMatter(e.File, data)
	if err != nil {
		return nil, err
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	dashes := 1 + strings.Count(yaml, "\n") // index of the line of dashes that ends the front matter
	from, to := dashes, dashes
	for i, entry := range root.Entries {
		at := entry.Key.Pos.Line - 1
		switch entry.Key.Text {
		case "redirect_from":
			from, to = at, dashes
			if i+1 < len(root.Entries) {
				to = root.Entries[i+1].Key.Pos.Line - 1
			}
			to = trimRemarks(lines, from, to)
		case "slug":
			before, after := lines[at][:entry.Value.Pos.Column-1], lines[at][entry.Value.Pos.Column-1:]
			if !bytes.Contains(after, []byte(e.Slug)) {
				return nil, fmt.Errorf("line %d: the slug is written in a way that only its author can change", at+1)
			}
			lines[at] = slices.Concat(before, bytes.Replace(after, []byte(e.Slug), []byte(newSlug), 1))
		}
	}
	var list [][]byte
	if paths := formerPaths(e, newSlug, redirect); len(paths) > 0 {
		end := lines[0][len(bytes.TrimRight(lines[0], "\r\n")):]
		list = [][]byte{[]byte("redirect_from: [" + strings.Join(paths, ", ") + "]"), end}
	}
	return bytes.Join(slices.Replace(lines, from, to, list...), nil), nil
}

// trimRemarks returns the end of the field in lines[start:stop] without the blank lines
// and comments at its end, which belong to the next field.
func trimRemarks(lines [][]byte, start, stop int) int {
	for stop > start+1 {
		l := bytes.TrimSpace(lines[stop-1])
		if len(l) > 0 && l[0] != '#' {
			break
		}
		stop--
	}
	return stop
}

// formerPaths returns the redirects of the episode under its new slug: its former
// redirects except the new page, and, if redirect is true, its previous page.
func formerPaths(e *Episode, newSlug string, redirect bool) []string {
	var from []string
	for _, p := range e.RedirectFrom {
		if strings.TrimSuffix(p, "/")+"/" != pagePath(newSlug) {
			from = append(from, source.Quote(p))
		}
	}
	if redirect {
		from = append(from, source.Quote(pagePath(e.Slug)))
	}
	return from
}
