package e2e

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// source is the example show. It is read from the files without onair's own loader, to
// compare with the published site.
type source struct {
	Title     string
	URL       string
	Author    string
	Owner     struct{ Name string }
	Copyright string
	Language  string
	Timezone  string
	Hosts     []string
	Artwork   string
	Feed      struct {
		Path   string
		Locked bool
	}

	people   map[string]personSource
	sponsors map[string]sponsorSource
	episodes []*episodeSource // newest first
}

type personSource struct{ Name string }

type sponsorSource struct {
	Name, URL, Logo string
}

type episodeSource struct {
	Title    string
	GUID     string
	Date     string
	Draft    bool
	Season   int
	Number   int
	Summary  string
	Guests   []string
	People   []struct{ ID, Role string }
	Artwork  string
	Chapters []chapterSource

	dir  string    // below the show's folder, slash-separated
	slug string    // the folder's name
	date time.Time // zero if the episode has no date
}

type chapterSource struct {
	Start   string
	Title   string
	URL     string
	Image   string // relative to the episode's folder; for a sponsor, to the show's
	Sponsor string
	TOC     *bool

	start time.Duration
}

// source reads the files of the show.
func (w *workplace) source(t testing.TB) *source {
	t.Helper()
	s := &source{}
	s.Feed.Path = "feed.xml"
	w.yaml(t, "show.yaml", s)
	w.yaml(t, "people.yaml", &s.people)
	w.yaml(t, "sponsors.yaml", &s.sponsors)
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(w.dir, "episodes", "*", "episode.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("episodes of %s: %d, %v", w.dir, len(files), err)
	}
	for _, file := range files {
		slug := filepath.Base(filepath.Dir(file))
		s.episodes = append(s.episodes, w.episode(t, slug, s, zone))
	}
	slices.SortFunc(s.episodes, func(a, b *episodeSource) int { return b.date.Compare(a.date) })
	return s
}

func (w *workplace) yaml(t testing.TB, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func (w *workplace) episode(t testing.TB, slug string, s *source, zone *time.Location) *episodeSource {
	t.Helper()
	e := &episodeSource{slug: slug, dir: path.Join("episodes", slug)}
	folder := filepath.Join(w.dir, "episodes", slug)
	data, err := os.ReadFile(filepath.Join(folder, "episode.md"))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.SplitN(string(data), "---\n", 3)
	if len(parts) != 3 {
		t.Fatalf("%s: no front matter", e.dir)
	}
	if err := yaml.Unmarshal([]byte(parts[1]), e); err != nil {
		t.Fatalf("%s: %v", e.dir, err)
	}
	if e.Date != "" {
		if e.date, err = parseDate(e.Date, zone); err != nil {
			t.Fatalf("%s: %v", e.dir, err)
		}
	}
	if lines, err := os.ReadFile(filepath.Join(folder, "chapters.txt")); err == nil {
		e.Chapters = chapterLines(string(lines))
	}
	for i := range e.Chapters {
		if err := e.Chapters[i].resolve(s); err != nil {
			t.Fatalf("%s: %v", e.dir, err)
		}
	}
	return e
}

func parseDate(text string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", "2006-01-02"} {
		if date, err := time.ParseInLocation(layout, text, zone); err == nil {
			return date, nil
		}
	}
	return time.Time{}, fmt.Errorf("date %q", text)
}

// chapterLines parses chapters.txt, with lines such as "0:12 What is a CDN?".
func chapterLines(text string) (chapters []chapterSource) {
	for line := range strings.Lines(text) {
		if start, title, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			chapters = append(chapters, chapterSource{Start: start, Title: title})
		}
	}
	return chapters
}

// resolve parses the chapter's start. If the chapter has a sponsor, its title, URL and
// image are those of the sponsor.
func (c *chapterSource) resolve(s *source) error {
	var seconds float64
	for field := range strings.SplitSeq(c.Start, ":") {
		f, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return fmt.Errorf("chapter start %q: %w", c.Start, err)
		}
		seconds = seconds*60 + f
	}
	c.start = time.Duration(seconds * float64(time.Second))
	if c.Sponsor != "" {
		sponsor, ok := s.sponsors[c.Sponsor]
		if !ok {
			return fmt.Errorf("chapter of unknown sponsor %q", c.Sponsor)
		}
		c.Title, c.URL, c.Image = sponsor.Name, sponsor.URL, sponsor.Logo
	}
	return nil
}

// hidden reports whether players do not list the chapter.
func (c *chapterSource) hidden() bool { return c.TOC != nil && !*c.TOC }

// live returns the episodes that are live at the time now, newest first.
func (s *source) live() []*episodeSource {
	clock, err := time.Parse(time.RFC3339, now)
	if err != nil {
		panic(err)
	}
	return slices.DeleteFunc(slices.Clone(s.episodes), func(e *episodeSource) bool {
		return e.Draft || e.date.IsZero() || e.date.After(clock)
	})
}

// credits returns the names of the people of the episode, once for each role.
func (s *source) credits(e *episodeSource) []string {
	type credit struct{ id, role string }
	var all []credit
	for _, id := range s.Hosts {
		all = append(all, credit{id, "host"})
	}
	for _, id := range e.Guests {
		all = append(all, credit{id, "guest"})
	}
	for _, p := range e.People {
		all = append(all, credit{p.ID, p.Role})
	}
	var names []string
	for i, c := range all {
		if slices.Index(all, c) == i {
			names = append(names, s.people[c.id].Name)
		}
	}
	return names
}
