package publish

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"onair/internal/plural"
	"onair/internal/shell"
	"onair/publish/bucket"
	"onair/show"
)

// atMostNamed is the largest number of things that a message names one by one.
const atMostNamed = 20

// checkForeign refuses to overwrite an object that onair did not write, unless adopted
// contains its key or adoptAll is set. An object is onair's if it carries
// onair's metadata, if it is on record, or if the record was lost and a feed of onair is
// live. A feed of another tool may only be replaced if its episodes stay, except those
// in dropped.
func (p *Plan) checkForeign(adoptAll bool, adopted, dropped []string) error {
	var keys []string
	for _, c := range p.filter(func(c *Change) bool { return c.Action == Update }) {
		_, marked := p.seen.Objects[c.Key].Metadata[bucket.MetaSHA256]
		_, recorded := p.Previous.Objects[c.Key]
		if !marked && !recorded && !p.seen.Rebuilt && !adoptAll && !slices.Contains(adopted, c.Key) {
			keys = append(keys, c.Key)
		}
	}
	feed := p.foreignFeed(dropped)
	if len(keys) == 0 && len(feed.Lost) == 0 {
		return nil
	}
	slices.SortStableFunc(keys, func(a, b string) int { // the feed first
		return cmp.Compare(order(a == p.Release.Show.Feed.Path), order(b == p.Release.Show.Feed.Path))
	})
	return &ForeignError{Storage: p.Storage, Keys: keys, feed: feed}
}

// order returns a number that sorts true before false.
func order(first bool) int {
	if first {
		return 0
	}
	return 1
}

// foreignFeed is a feed that another tool wrote at the address of the show's feed.
type foreignFeed struct {
	Key      string
	Episodes int
	Lost     []lostItem // episodes that apps would lose
}

// lostItem is an episode of a foreign feed whose GUID the show does not have.
type lostItem struct {
	GUID, Title string
	Episode     *show.Episode // the show's episode with the same title; nil if there is none
}

// foreignFeed compares the GUIDs of a foreign feed with those of the show's live
// episodes. The result is empty if onair published to the storage before.
func (p *Plan) foreignFeed(dropped []string) (f foreignFeed) {
	if p.Previous.Phase != "" || p.seen.Rebuilt {
		return f
	}
	f.Key, f.Episodes = p.Release.Show.Feed.Path, len(p.Previous.Episodes)
	live := p.Release.LiveGUIDs()
	for _, e := range p.Previous.Episodes {
		if live[e.GUID] || slices.Contains(dropped, e.GUID) {
			continue
		}
		item := lostItem{GUID: e.GUID, Title: e.Title}
		if i := slices.IndexFunc(p.Release.Show.Episodes, func(mine *show.Episode) bool { return sameTitle(mine.Title, e.Title) }); i >= 0 {
			item.Episode = p.Release.Show.Episodes[i]
		}
		f.Lost = append(f.Lost, item)
	}
	return f
}

func sameTitle(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// ForeignError reports that the release would overwrite objects that onair did not
// write, or that the feed of another tool has episodes that the show does not have.
type ForeignError struct {
	Storage string
	Keys    []string // the feed first; empty if all are adopted

	feed foreignFeed
}

func (e *ForeignError) Error() string {
	if len(e.Keys) == 0 {
		return fmt.Sprintf("the feed of another tool, %s, has %s that this show does not have; every app would offer its episodes again, or lose them",
			e.feed.Key, plural.Count(len(e.feed.Lost), "GUID"))
	}
	if len(e.Keys) == 1 && e.feed.Key == "" {
		return fmt.Sprintf("%s holds %s, which onair did not write", e.Storage, e.Keys[0])
	}
	return fmt.Sprintf("%s holds %s that onair did not write: %s", e.Storage, plural.Count(len(e.Keys), "object"), namedList(e.Keys))
}

// Hint returns what to do about the error, in one or more lines.
func (e *ForeignError) Hint() string {
	if e.feed.Key == "" {
		return "--adopt allows onair to overwrite it"
	}
	var lines []string
	if n := len(e.feed.Lost); n > 0 {
		lines = append(lines, fmt.Sprintf("%s has %s, and the GUIDs of %d are not in this show: apps know episodes by GUID and would offer these again. Keep the GUIDs:",
			e.feed.Key, plural.Count(e.feed.Episodes, "episode"), n))
		for i, item := range e.feed.Lost {
			if i == atMostNamed {
				lines = append(lines, fmt.Sprintf("… and %d more", n-i))
				break
			}
			lines = append(lines, item.advice())
		}
	}
	if len(e.Keys) > 0 {
		lines = append(lines, "--adopt allows onair to overwrite all of it, --adopt=KEY,… only what is named; docs/storage.md: a bucket that is not empty")
	}
	return strings.Join(lines, "\n")
}

func (i *lostItem) advice() string {
	if i.Episode != nil {
		return fmt.Sprintf("write guid: %q in %s (%q)", i.GUID, i.Episode.File, i.Title)
	}
	name := i.GUID
	if strings.ContainsAny(name, `,"`) { // the flag takes a list
		name = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return fmt.Sprintf("GUID %s (%q) has no episode here; --remove %s lets it go", i.GUID, i.Title, shell.Quote(name))
}

func (e *ForeignError) Is(target error) bool { return target == ErrRefused }

// namedList names the first atMostNamed things, and counts the rest.
func namedList(all []string) string {
	if more := len(all) - atMostNamed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(all[:atMostNamed], ", "), more)
	}
	return strings.Join(all, ", ")
}
