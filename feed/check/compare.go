package check

import (
	"fmt"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/plural"
)

const (
	// manyNew is the number of new episodes above which Compare reports them.
	manyNew = 10
	// oldNews is the age above which apps do not announce a new episode.
	oldNews = 24 * time.Hour
)

// Changes is what subscribers notice when a feed replaces another.
type Changes struct {
	Findings finding.List
	New      int // episodes that the old feed does not have
	ByGUID   int // episodes of the old feed that an app downloads again if it identifies episodes by GUID
	ByFile   int // likewise, if it identifies episodes by the address of the file
}

// Compare returns what subscribers notice when a feed replaces an old one. If the GUID of
// an episode has changed, Compare finds the episode by its title or its file. now is the
// time of the change; if it is zero, Compare does not report new episodes that are too
// old to be announced.
func Compare(feed, old *Report, file string, now time.Time) *Changes {
	c := &comparison{file: file, old: old, changes: &Changes{}, now: now}
	for i := range old.Episodes {
		c.open = append(c.open, i)
	}
	c.show(feed)
	pairs := c.pair(feed)
	added := 0
	for i := range feed.Episodes {
		e := &feed.Episodes[i]
		if pairs[i] == nil {
			added++
			c.added(e)
			continue
		}
		c.changed(e, pairs[i])
	}
	if added > manyNew {
		c.changes.Findings.Add(ruleOldNews.At(finding.Position{File: file}, "%s are new at once", plural.Count(added, "episode")))
	}
	for _, i := range c.open {
		e := &old.Episodes[i]
		c.changes.Findings.Add(ruleGone.At(finding.Position{File: file}, "episode %s of %s is gone, with the GUID %s", quote(e.Title), day(e.Date), quote(e.GUID)))
	}
	c.changes.New = added
	c.changes.Findings.Sort()
	return c.changes
}

type comparison struct {
	file    string
	old     *Report
	open    []int // indexes of old episodes that have no counterpart so far
	changes *Changes
	now     time.Time
}

// show compares the podcast:guid of the two feeds.
func (c *comparison) show(feed *Report) {
	if c.old.GUID != "" && !strings.EqualFold(feed.GUID, c.old.GUID) {
		if feed.GUID == "" {
			c.changes.Findings.Add(ruleShowGUIDChanged.At(finding.Position{File: c.file}, "podcast:guid %s is gone", quote(c.old.GUID)))
		} else {
			c.changes.Findings.Add(ruleShowGUIDChanged.At(finding.Position{File: c.file}, "podcast:guid is %s, and was %s", quote(feed.GUID), quote(c.old.GUID)))
		}
	}
}

// pair returns for each episode of feed its counterpart in the old feed, or nil. It
// pairs by GUID, then by title and date, by the file's address, by the file's name, and
// by title alone. A value that two unpaired episodes of the old feed share pairs neither
// of them.
func (c *comparison) pair(feed *Report) []*Episode {
	pairs := make([]*Episode, len(feed.Episodes))
	keys := []func(*Episode) string{
		func(e *Episode) string { return e.GUID },
		func(e *Episode) string {
			if e.Title == "" || e.Date.IsZero() {
				return ""
			}
			return e.Title + "\x00" + e.Date.UTC().Format(time.DateOnly)
		},
		func(e *Episode) string { return withoutQuery(e.Enclosure.URL) },
		func(e *Episode) string { return fileName(e.Enclosure.URL) },
		func(e *Episode) string { return e.Title },
	}
	for _, key := range keys {
		index, twice := map[string]int{}, map[string]bool{}
		for _, i := range c.open {
			k := key(&c.old.Episodes[i])
			if _, ok := index[k]; ok {
				twice[k] = true
			}
			index[k] = i
		}
		found := map[int]bool{}
		for i := range feed.Episodes {
			k := key(&feed.Episodes[i])
			if j, ok := index[k]; ok && k != "" && pairs[i] == nil && !twice[k] && !found[j] {
				pairs[i] = &c.old.Episodes[j]
				found[j] = true
			}
		}
		rest := c.open[:0]
		for _, i := range c.open {
			if !found[i] {
				rest = append(rest, i)
			}
		}
		c.open = rest
	}
	return pairs
}

// fileName returns the last part of an address if it is long enough to belong to one
// episode only, or else an empty string.
func fileName(raw string) string {
	raw = withoutQuery(raw)
	name := raw[strings.LastIndexByte(raw, '/')+1:]
	if len(name) < 12 {
		return ""
	}
	return name
}

// changed reports the differences between an episode and its counterpart.
func (c *comparison) changed(e, old *Episode) {
	add := func(r *finding.Rule, format string, args ...any) {
		p := e.Position
		p.File = c.file
		c.changes.Findings.Add(r.At(p, format, args...))
	}
	if e.GUID != old.GUID && (old.GUID != "" || e.GUID != old.Enclosure.URL) {
		c.changes.ByGUID++
		if old.GUID == "" {
			add(ruleGUIDChanged, "the GUID of %s is %s; without one, apps took the address of the file", quote(e.Title), quote(e.GUID))
		} else {
			add(ruleGUIDChanged, "the GUID of %s is %s, and was %s", quote(e.Title), quote(e.GUID), quote(old.GUID))
		}
	}
	if e.Enclosure.URL != old.Enclosure.URL {
		c.changes.ByFile++
		if e.GUID == old.GUID {
			add(ruleMoved, "the enclosure of %s is %s, and was %s", quote(e.Title), quote(e.Enclosure.URL), quote(old.Enclosure.URL))
		}
	}
	if !e.Date.IsZero() && !old.Date.IsZero() && e.Date.Sub(old.Date).Abs() > oldNews {
		add(ruleDateMoved, "the date of %s is %s, and was %s", quote(e.Title), day(e.Date), day(old.Date))
	}
}

// added reports a new episode if it is too old to be announced by apps.
func (c *comparison) added(e *Episode) {
	if c.now.IsZero() || e.Date.IsZero() || c.now.Sub(e.Date) <= oldNews {
		return
	}
	p := e.Position
	p.File = c.file
	hint := "apps announce only what is new by its date; give it the present date; onair publish EPISODE --now does"
	c.changes.Findings.Add(ruleOldNews.At(p, "episode %s is new, and of %s", quote(e.Title), day(e.Date)).WithHint(hint))
}

func day(t time.Time) string {
	if t.IsZero() {
		return "no date"
	}
	return t.Format("2 Jan 2006")
}

// Summary returns a sentence about what apps would download again.
func (c *Changes) Summary() string {
	return fmt.Sprintf("apps that go by GUID would download %s again, apps that go by file %d",
		plural.Count(c.ByGUID, "episode"), c.ByFile)
}
