package show

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"time"
	_ "time/tzdata" // timezones of shows do not depend on the machine

	"onair/show/pins"

	"onair/internal/finding"
	"onair/internal/source"
	"onair/internal/sourcefs"
)

// Names of the files of a show.
const (
	showFile     = "show.yaml"
	peopleFile   = "people.yaml"
	sponsorsFile = "sponsors.yaml"
	episodesDir  = "episodes"
	episodeFile  = "episode.md"
	chaptersFile = "chapters.txt"
)

// LoadOptions holds what the files of a show do not say. Nil means the defaults.
type LoadOptions struct {
	Dir    string // operating-system path of the file system's root; if empty, files outside of it are refused
	Target string // name in targets:; empty for the main show

	// NewGUID names the episodes, by slug, whose GUID in episode.md replaces the
	// one in the lock. Apps will show each of them as a new episode.
	NewGUID []string

	// Env looks up ONAIR_STORAGE, ONAIR_URL and ONAIR_STATE, which override
	// the files. A nil Env stands for an empty environment.
	Env func(string) (string, bool)

	// Rules are those of all packages. accept: may only name these; nil
	// disables the check.
	Rules finding.Rules
}

// loader is one run of Load.
type loader struct {
	folder   Folder
	show     *Show
	found    finding.List
	people   registry[*Person]
	sponsors registry[*Sponsor]
	targets  map[string]*target
	broken   bool // an episode could not be read
	pins     map[string]finding.Position
	newGUID  []string // slugs
}

// Load reads a show. All problems are found in one run and come sorted. The
// Show is nil where show.yaml could not be read as YAML; otherwise it holds
// everything that could be understood, also next to errors, so that further
// checks can run.
//
// What fsys refuses is a finding. The one of package sourcefs follows no links.
func Load(fsys fs.FS, opts *LoadOptions) (*Show, finding.List) {
	if opts == nil {
		opts = &LoadOptions{}
	}
	folder := Folder{FS: fsys, Dir: opts.Dir}
	l := &loader{
		folder:  folder,
		newGUID: opts.NewGUID,
		targets: map[string]*target{},
		show: &Show{
			Storage: defaultStorage, Feed: Feed{Path: DefaultFeed}, Timezone: time.UTC, Type: Episodic, KeepMasters: true,
			Transcripts: Transcripts{Fraction: "decimal", Sounds: true}, Folder: folder, places: map[string]finding.Position{},
		},
	}
	ok := l.load(opts)
	if ok && opts.Rules != nil {
		l.found = append(l.found, l.show.checkAccept(opts.Rules)...)
	}
	l.found.Sort()
	if !ok {
		return nil, l.found
	}
	return l.show, l.found
}

func (l *loader) load(opts *LoadOptions) bool {
	if _, err := l.folder.Stat(showFile); errors.Is(err, fs.ErrNotExist) {
		l.found.Add(ruleNoShow.At(finding.Position{File: showFile}, "there is no show.yaml in this folder").WithHint("onair init creates one; -C DIR works in another folder"))
		return false
	}
	l.people = readRegistry(l, peopleFile, people)
	l.sponsors = readRegistry(l, sponsorsFile, sponsors)
	l.show.People, l.show.Sponsors = l.people.byID, l.sponsors.byID
	v, ok := l.yaml(showFile, l.show.places)
	if v.Node != nil {
		l.decodeShow(v)
	}
	l.show.Targets = slices.Sorted(maps.Keys(l.targets))
	if ok {
		l.useTarget(opts.Target)
		l.useEnv(opts.Env)
		l.defaults()
	}
	l.readLock()
	l.readEpisodes()
	l.readPages()
	if ok {
		l.check()
	}
	return ok
}

// readText returns the text of a file of the show. ok is false if the file is
// absent, or if what is wrong with it has been reported.
func readText(folder Folder, name string, found *finding.List) (text string, ok bool) {
	data, err := folder.ReadFile(name, source.MaxFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", false
	case err != nil:
		found.Add(notRead(name, err))
		return "", false
	}
	return source.Clean(name, data, source.MaxFile, found)
}

// notRead returns the finding for a file of the show that cannot be read.
func notRead(name string, err error) finding.Finding {
	at := finding.Position{File: name}
	if reason, ok := sourcefs.Refused(err); ok {
		return ruleNotRead.At(at, "the file is %s", reason)
	}
	return ruleBytes.At(at, "%v", reason(err))
}

// reason returns the cause of an error without its path, which the finding has already.
func reason(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// yaml reads a YAML file of the show's folder. ok is false where it is absent
// or broken; an empty one is good and has a nil node.
func (l *loader) yaml(name string, places map[string]finding.Position) (v source.Value, ok bool) {
	text, ok := readText(l.folder, name, &l.found)
	if !ok {
		return source.Value{}, false
	}
	root, broken := source.ParseYAML(name, text, 0, &l.found)
	return l.decoder(path.Dir(name), places).Value(root, ""), !broken
}

func (l *loader) decoder(dir string, places map[string]finding.Position) *source.Decoder {
	return &source.Decoder{IsFile: l.folder.isFile, Refusal: l.folder.refusal, Dir: dir, Found: &l.found, Places: places}
}

// readRegistry reads people.yaml or sponsors.yaml, both of which may be absent.
func readRegistry[T any](l *loader, name string, decode func(source.Value) map[string]T) registry[T] {
	r := registry[T]{file: name, byID: map[string]T{}}
	v, ok := l.yaml(name, map[string]finding.Position{})
	if !ok {
		_, err := l.folder.Stat(name)
		r.broken = err == nil
	}
	if v.Node != nil {
		r.byID = decode(v)
		r.broken = v.Node.Kind != source.Map
	}
	return r
}

// readLock reads onair.lock. A show that was never published has none.
func (l *loader) readLock() {
	l.show.Lock = &pins.Lock{Episodes: map[string]*pins.Pin{}}
	data, err := l.folder.ReadFile(pins.File, pins.MaxFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		l.found.Add(notRead(pins.File, err))
	default:
		l.show.Lock, l.pins = pins.ParsePlaces(data, &l.found)
	}
}
