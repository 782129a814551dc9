package main

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"regexp"
	"time"

	"onair/internal/durable"
	"onair/show"
)

var (
	dateLine  = regexp.MustCompile(`(?m)^(?:# ?)?date:.*$`)
	titleLine = regexp.MustCompile(`(?m)^title:.*$`)
)

// dateNow sets the date of episodes to the present time. Apps may not announce an
// episode with an older date.
func dateNow(a *app, names []string) error {
	if len(names) == 0 {
		return usagef("publish --now needs an EPISODE")
	}
	s, err := loadAnyShow(a)
	if err != nil {
		return err
	}
	for _, name := range names {
		e, err := s.Find(name)
		if err != nil {
			return usageError{err}
		}
		if err := setDate(s, e, a.now()); err != nil {
			return fmt.Errorf("set the date of %s: %w", e.Slug, err)
		}
	}
	return nil
}

// setDate replaces the date in the front matter of an episode, or adds a date after the
// title.
func setDate(s *show.Show, e *show.Episode, now time.Time) error {
	name, ok := s.Folder.Path(path.Join(e.Dir, "episode.md"))
	if !ok {
		return os.ErrNotExist
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	text := []byte("date: " + now.In(s.Timezone).Format("2006-01-02 15:04"))
	end := bytes.Index(data, []byte("\n---"))
	at := dateLine.FindIndex(data[:max(end, 0)])
	if at == nil {
		if at = titleLine.FindIndex(data[:max(end, 0)]); at == nil {
			return fmt.Errorf("%s has neither date nor title", name)
		}
		at[0] = at[1]
		text = append([]byte("\n"), text...)
	}
	return durable.WriteFile(name, bytes.Join([][]byte{data[:at[0]], text, data[at[1]:]}, nil), 0o644)
}
