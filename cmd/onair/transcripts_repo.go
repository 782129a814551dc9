package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onair/audio"
	"onair/internal/durable"
	"onair/internal/sourcefs"
	"onair/show"
	"onair/transcripts"
	"onair/transcripts/repo"
	"onair/transcripts/words"
)

// transcriptRepo is a folder of transcripts: a repository of transcripts, or a
// show.
type transcriptRepo struct {
	dir      string // -C; file names are relative to it
	abs      string // dir as an absolute path
	root     string // folder of the repository or show
	settings *repo.Settings
	show     *show.Show                   // nil without a show
	episodes map[string]transcriptEpisode // by the path of the transcript, slash-separated and below root; nil without a show
}

// transcriptEpisode is the episode of a transcript.
type transcriptEpisode struct {
	duration time.Duration // 0 if not known
	page     string        // empty if not known
	episodes int           // number of episodes that have this transcript
}

// openTranscripts reads transcripts.yaml, people.yaml and, where there is one,
// the show.
func openTranscripts(a *app) (*transcriptRepo, error) {
	dir, err := filepath.Abs(a.dir)
	if err != nil {
		return nil, err
	}
	top, err := repo.Root(dir)
	if err != nil {
		return nil, err
	}
	files, err := openSources(a, top)
	if err != nil {
		return nil, err
	}
	r := &transcriptRepo{dir: a.dir, abs: dir, root: top}
	if r.settings, err = repo.Load(files); err != nil {
		return nil, err
	}
	if _, err := files.Stat("show.yaml"); err != nil {
		return r, nil
	}
	return r, r.readShow(files, a)
}

// readShow reads the settings of the show for its transcripts. It ignores the findings
// about the show, which onair check prints.
func (r *transcriptRepo) readShow(files *sourcefs.FS, a *app) error {
	s, _ := show.Load(files, &show.LoadOptions{Dir: r.root, Target: a.target, Env: a.env})
	if s == nil {
		return nil
	}
	r.show = s
	if f := r.settings.Fraction; f != "" && f != s.Transcripts.Fraction {
		return withHint(fmt.Errorf("timestamp_fraction is %s in %s and %s in show.yaml", f, repo.SettingsFile, s.Transcripts.Fraction), "remove it from "+repo.SettingsFile)
	}
	r.settings.Fraction = s.Transcripts.Fraction
	r.episodes = map[string]transcriptEpisode{}
	for _, e := range s.Episodes {
		h := transcriptEpisode{}
		if s.URL != show.DefaultURL {
			h.page = s.URL + "episodes/" + e.Slug + "/"
		}
		if pin := s.Lock.Episodes[e.GUID]; pin != nil {
			h.duration = pin.Duration
		}
		for _, t := range e.Transcripts {
			h.episodes = r.episodes[t.Path].episodes + 1
			r.episodes[t.Path] = h
		}
	}
	return nil
}

// rootPath returns the slash-separated path of a file relative to the root.
func (r *transcriptRepo) rootPath(name string) string {
	rel, err := filepath.Rel(r.root, repo.In(r.abs, name))
	if err != nil {
		return filepath.ToSlash(name)
	}
	return filepath.ToSlash(rel)
}

// isTranscript reports whether a file is a transcript, by its name. In a show, a
// transcript is a Markdown file that an episode names or that is called transcript.md
// or transcript.LANG.md.
func (r *transcriptRepo) isTranscript(name string) bool {
	if r.episodes == nil || !repo.IsTranscript(name) {
		return repo.IsTranscript(name)
	}
	_, known := r.episodes[r.rootPath(name)]
	base := filepath.Base(name)
	return known && strings.HasSuffix(base, ".md") || base == "transcript.md" || strings.HasPrefix(base, "transcript.") && strings.HasSuffix(base, ".md")
}

// files returns the transcripts among args, which are files and folders, and in those
// folders. It prints which files it refuses. The argument "-" is standard input and
// must be the only one.
func (r *transcriptRepo) files(a *app, args []string) ([]string, error) {
	if slices.Contains(args, "-") {
		if len(args) > 1 {
			return nil, usagef("- is standard input and cannot be used with other files")
		}
		return args, nil
	}
	names, refused, err := repo.Files(r.dir, args, r.isTranscript)
	for _, e := range refused {
		fmt.Fprintf(a.stderr, "passed over: %s\n", clean(e.Error()))
	}
	return names, err
}

// labelled returns names without the Markdown files in which no speaker has a label,
// such as notes in a repository. It prints those of the files that args names. It keeps
// captions, standard input, and the transcripts of a show.
func (r *transcriptRepo) labelled(a *app, names, args []string) (kept []string, err error) {
	for _, name := range names {
		if name != "-" && (r.episodes == nil || !r.isTranscript(name)) {
			labelled, err := isLabelled(a, name)
			if err != nil {
				return nil, err
			}
			if !labelled && slices.Contains(args, name) {
				fmt.Fprintf(a.stderr, "passed over: %s is Markdown without the label of a speaker, such as **Vega:**, and not a transcript\n", clean(name))
			}
			if !labelled {
				continue
			}
		}
		kept = append(kept, name)
	}
	return kept, nil
}

// isLabelled reports whether a file has the label of a speaker or is a transcript in
// another format. It reads the whole file only if the beginning has no label.
func isLabelled(a *app, name string) (bool, error) {
	const beginning = 16 << 10
	f, err := a.openInput(repo.In(a.dir, name))
	if err != nil {
		return false, err
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, beginning))
	if err != nil || transcripts.HasLabel(head) {
		return true, err
	}
	text, err := a.readTranscript(name)
	if err != nil {
		return false, err
	}
	_, captions := transcripts.Misplaced(text, name)
	return captions || transcripts.HasLabel(text), nil
}

// page returns the URL of the page of a transcript's episode. It returns an empty
// string if the page is not known.
func (r *transcriptRepo) page(name string) string {
	if h, ok := r.episodes[r.rootPath(name)]; ok && h.page != "" && r.settings.URL == "" {
		return h.page
	}
	return r.settings.Page(r.rootPath(name))
}

// linter returns a linter for the named files.
func (r *transcriptRepo) linter(names []string) *repo.Linter {
	l := &repo.Linter{Settings: r.settings}
	if r.episodes == nil {
		return l
	}
	l.Durations, l.Known = map[string]time.Duration{}, map[string]int{}
	for _, name := range names {
		if h, ok := r.episodes[r.rootPath(name)]; ok {
			name = filepath.ToSlash(name)
			l.Durations[name], l.Known[name] = h.duration, h.episodes
		}
	}
	return l
}

// episodeOf returns the episode that has the file as the transcript in its own
// language. It returns nil for a translation, and in a repository without a show.
func (r *transcriptRepo) episodeOf(name string) *show.Episode {
	if r.show == nil {
		return nil
	}
	for _, e := range r.show.Episodes {
		if len(e.Transcripts) > 0 && e.Transcripts[0].Path == r.rootPath(name) && strings.EqualFold(e.Transcripts[0].Language, e.Language) {
			return e
		}
	}
	return nil
}

// wordsPath returns the path for the recognized words of a transcript. It returns an
// empty string if the transcript cannot have any.
func (r *transcriptRepo) wordsPath(name string) string {
	if e := r.episodeOf(name); e != nil {
		return filepath.Join(r.root, filepath.FromSlash(e.Dir), words.FileName)
	}
	if filepath.Base(name) == "transcript.md" {
		return filepath.Join(filepath.Dir(repo.In(r.abs, name)), words.FileName)
	}
	return ""
}

// probeAudio measures the audio of the episode of a transcript.
func (r *transcriptRepo) probeAudio(name string) (*audio.Info, error) {
	if e := r.episodeOf(name); e != nil {
		return probeMaster(r.show, e)
	}
	return nil, errors.New("the transcript belongs to no episode")
}

// probeMaster measures the audio of an episode.
func probeMaster(s *show.Show, e *show.Episode) (*audio.Info, error) {
	f, info, err := durable.OpenRegularBy(s.Folder.Stat, s.Folder.Open, e.Audio)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	at, ok := f.(io.ReaderAt)
	if !ok {
		return nil, fmt.Errorf("%s: cannot be read at an offset", e.Audio)
	}
	return audio.Probe(at, info.Size())
}
