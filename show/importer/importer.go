// Package importer makes a show's folder from the feed of another host.
//
// Read fetches the pages of a feed and decides what each value becomes. It writes
// nothing, so a command can print the plan first. Write downloads audio, images,
// transcripts and chapters, and writes the folder.
//
// An interrupted import can be continued. Write writes the files of the show first,
// show.yaml last of them. It writes each episode into a folder whose name starts with a
// dot, and then renames the folder. A second import finds the episodes that are there by
// their GUIDs, and continues downloads. Unless Options.Overwrite is set, it does not change
// episodes that are there, nor the files of a show that has a show.yaml.
//
// Each value of the feed is in the result or in the list of losses. No text of the feed
// becomes a path as it is: folders are named by slugs, and files have fixed names.
//
// Only the host that the user named may have a private address. Everything else is
// fetched from the public internet, even after redirects.
package importer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onair/feed/tree"
	"onair/internal/fetch"
	"onair/internal/source"
	"onair/show"
)

// Options say what to import, and where to. Source and Dir are required.
type Options struct {
	Source string // address or file of the feed
	Dir    string // folder of the show

	NoAudio   bool   // leave the audio where it is
	AudioFrom string // folder with the audio; empty to download it
	KeepLinks bool   // episodes link to their former pages
	Overwrite bool   // replace files that exist
	Limit     int    // import only this many of the newest episodes; 0 imports all

	User, Password string // credentials for the host of the feed

	Now      time.Time
	Own      *fetch.Client  // client for the host of the feed; nil for the default
	Progress func(Progress) // called while files are downloaded; may be nil
}

// Progress says how much Write has done.
type Progress struct {
	Episodes, AllEpisodes int
	Bytes, AllBytes       int64 // bytes of audio; AllBytes is what the feed claims
}

// Loss is a value of the feed that is missing or changed in the show.
type Loss struct {
	Where string // title of an episode; empty for the show
	What  string
	Value string // what is missing, on one line; empty if What says it
}

func (l Loss) String() string {
	text := l.What
	if l.Where != "" {
		text = l.Where + ": " + text
	}
	if l.Value != "" {
		text += ": " + l.Value
	}
	return text
}

// errNotEmpty reports that the folder has files but no show.
var errNotEmpty = errors.New("the folder is not empty, and is not a show")

// hintedError is an error with a hint what to do about it.
type hintedError struct {
	err  error
	hint string
}

func (e *hintedError) Error() string { return e.err.Error() }
func (e *hintedError) Unwrap() error { return e.err }

// Hint returns what to do about the error.
func (e *hintedError) Hint() string { return e.hint }

// Plan describes what an import will write.
type Plan struct {
	Title    string
	Episodes int   // number of episodes to write
	Known    int   // number of episodes that are in the folder already
	Bytes    int64 // bytes of audio to download, as the feed claims
	Pages    int   // number of pages of the feed
	Locked   bool  // the feed asks other hosts not to import it
	Losses   []Loss
	Steps    []string // steps that the user has to take

	o      *Options
	web    *web
	show   *showFiles
	items  []*episode // episodes to write, oldest first
	isShow bool       // the folder has a show already
}

// marker is the name of a file in a folder whose import is incomplete.
const marker = ".onair-import"

// Read fetches and reads the feed, and plans the import.
func Read(ctx context.Context, o *Options) (*Plan, error) {
	w, err := newWeb(o)
	if err != nil {
		return nil, err
	}
	p := &Plan{o: o, web: w}
	existing, err := p.openFolder()
	if err != nil {
		return nil, err
	}
	f, err := w.readFeed(ctx, o.Source, o.Limit)
	if err != nil {
		return nil, err
	}
	p.Pages = len(f.pages)
	c := newMapper(o, f, existing.show)
	p.show = c.show()
	all := c.episodes(existing)
	p.Losses = append(p.Losses, c.losses...)
	p.Title, p.Locked, p.Steps = p.show.title, c.locked, c.steps
	for _, e := range all {
		if e.existing && !o.Overwrite {
			p.Known++
			continue
		}
		p.items = append(p.items, e)
		p.Episodes++
		if e.enclosure != nil && !o.NoAudio && o.AudioFrom == "" {
			p.Bytes += e.enclosure.length
		}
	}
	return p, nil
}

// known is what a folder has before the import: the show, and the folders of its episodes
// by GUID.
type known struct {
	show  *show.Show // nil if there is no show or if it is to be replaced
	dirs  map[string]string
	slugs map[string]bool
}

// openFolder checks that the folder can take the show, and returns what it has already.
func (p *Plan) openFolder() (*known, error) {
	k := &known{dirs: map[string]string{}, slugs: map[string]bool{}}
	entries, err := os.ReadDir(p.o.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	visible := slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") })
	if _, err := os.Stat(filepath.Join(p.o.Dir, "show.yaml")); err != nil {
		if _, err := os.Stat(filepath.Join(p.o.Dir, marker)); err == nil || len(visible) == 0 {
			return k, nil
		}
		return nil, &hintedError{fmt.Errorf("%s: %w", p.o.Dir, errNotEmpty), "name a new folder"}
	}
	p.isShow = true
	s, _ := show.Load(os.DirFS(p.o.Dir), nil)
	if s == nil {
		return nil, &hintedError{fmt.Errorf("%s: its show.yaml cannot be read", p.o.Dir), "onair check says why"}
	}
	if !p.o.Overwrite {
		k.show = s
	}
	for _, e := range s.Episodes {
		k.dirs[e.GUID] = e.Dir
		k.slugs[e.Slug] = true
		k.slugs[filepath.Base(e.Dir)] = true
	}
	return k, nil
}

// shownName returns the name of a feed, a file or an address, as messages show it.
func shownName(name string) string {
	if fetch.IsAddress(name) {
		return source.RedactURL(name)
	}
	return name
}

// notAFeed returns the error for a file or an address that is not an RSS feed. The error
// says what it is.
func notAFeed(name string, d *tree.Document) error {
	hint := "give the address of the RSS feed, which your host shows in its settings"
	what := "not a feed"
	switch d.Kind {
	case tree.HTML:
		what, hint = "a web page", "give the address of the RSS feed; for a feed behind a log-in use --user"
	case tree.Atom:
		what = "an Atom feed"
	case tree.RDF:
		what = "a feed of RSS 1.0"
	case tree.JSON:
		what = "JSON"
	case tree.Media:
		what = "audio, video or an image"
	case tree.Empty:
		what, hint = "empty", "look at it in a browser, and try again later"
	}
	return &hintedError{fmt.Errorf("%s is %s", shownName(name), what), hint}
}
