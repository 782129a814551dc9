package show

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // so that timezones are known on every machine

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

// LoadOptions are settings that are not in the files of a show. A nil pointer means the
// defaults.
type LoadOptions struct {
	Dir    string // operating-system path of the root of the file system; if empty, files outside the root are refused
	Target string // a name in targets:; empty for the main show

	// NewGUID lists the slugs of episodes whose GUID in episode.md replaces the one in
	// the lock. Apps will show each of them as a new episode.
	NewGUID []string

	// Env looks up ONAIR_STORAGE, ONAIR_URL and ONAIR_STATE, which override the files. If
	// it is nil, the environment is empty.
	Env func(string) (string, bool)

	// Rules are the rules of all packages, which accept: may name. If it is nil, accept:
	// is not checked.
	Rules finding.Rules
}

// loader holds the state of one call of Load.
type loader struct {
	folder   Folder
	show     *Show
	found    finding.List
	people   registry[*Person]
	sponsors registry[*Sponsor]
	targets  map[string]*target
	broken   bool // an episode could not be read
	pins     map[string]finding.Position
	newGUID  []string // slugs of LoadOptions.NewGUID
}

// Load reads a show. The findings are sorted. The Show is nil if show.yaml cannot be read
// or is not valid YAML. Otherwise it has everything that could be understood, even if
// there are errors, so that further checks can run.
//
// Load reports files that fsys refuses to open. The file system of package sourcefs does
// not follow symbolic links.
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

// readText returns the text of a file of the show. ok is false if the file does not exist
// or if a problem with it was reported.
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

// notRead returns the finding about a file of the show that cannot be read.
func notRead(name string, err error) finding.Finding {
	at := finding.Position{File: name}
	if reason, ok := sourcefs.Refused(err); ok {
		return ruleNotRead.At(at, "the file is %s", reason)
	}
	return ruleBytes.At(at, "%v", reason(err))
}

// reason returns the cause of an error without the path, because the finding has the
// path.
func reason(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// yaml reads a YAML file of the show's folder. ok is false if the file cannot be read or
// is not valid YAML. An empty file is valid and has a nil node.
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

// readRegistry reads people.yaml or sponsors.yaml. Both are optional.
func readRegistry[T any](l *loader, name string, decode func(source.Value) map[string]T) registry[T] {
	r := registry[T]{file: name, byID: map[string]T{}}
	places := map[string]finding.Position{}
	v, ok := l.yaml(name, places)
	if !ok {
		_, err := l.folder.Stat(name)
		r.broken = err == nil
	}
	if v.Node != nil {
		r.byID = decode(v)
		r.broken = v.Node.Kind != source.Map
	}
	for field, at := range places {
		l.show.places[strings.TrimSuffix(name, path.Ext(name))+"."+field] = at
	}
	return r
}

// readLock reads onair.lock, which need not exist.
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
