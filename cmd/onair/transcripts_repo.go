package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onair/show"
	"onair/transcripts/repo"
)

// transcriptRepo is what is known about the transcripts in and around -C: a
// repository of transcripts, or a show.
type transcriptRepo struct {
	dir      string // -C; names of files are below it
	abs      string // the same, absolute
	root     string // of the repository or show
	settings *repo.Settings
	episodes map[string]heard // by slash-separated name below root; nil: no show
}

// heard is where an episode is heard, and how long it is.
type heard struct {
	duration time.Duration
	page     string
	episodes int // that have this transcript
}

// openTranscripts reads transcripts.yaml, people.yaml and, where there is one,
// the show.
func (g *global) openTranscripts() (*transcriptRepo, error) {
	dir, err := filepath.Abs(g.dir)
	if err != nil {
		return nil, err
	}
	top, err := repo.Root(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(top)
	if err != nil {
		return nil, err
	}
	r := &transcriptRepo{dir: g.dir, abs: dir, root: top}
	if r.settings, err = repo.Load(root.FS()); err != nil {
		return nil, err
	}
	if _, err := root.Stat("show.yaml"); err != nil {
		return r, nil
	}
	return r, r.readShow(root, g)
}

// readShow learns from the show what it says about its transcripts. What is
// wrong with the show otherwise is for onair check to tell.
func (r *transcriptRepo) readShow(root *os.Root, g *global) error {
	s, _ := show.Load(root.FS(), &show.LoadOptions{Dir: r.root, Target: g.target, Env: g.env})
	if s == nil {
		return nil
	}
	if f := r.settings.Fraction; f != "" && f != s.Transcripts.Fraction {
		return withHint(fmt.Errorf("timestamp_fraction is %s in %s and %s in show.yaml", f, repo.SettingsFile, s.Transcripts.Fraction), "leave it to show.yaml")
	}
	r.settings.Fraction = s.Transcripts.Fraction
	r.episodes = map[string]heard{}
	for _, e := range s.Episodes {
		h := heard{}
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

// below is the slash-separated name of a file below the root.
func (r *transcriptRepo) below(name string) string {
	rel, err := filepath.Rel(r.root, repo.In(r.abs, name))
	if err != nil {
		return filepath.ToSlash(name)
	}
	return filepath.ToSlash(rel)
}

// wanted reports whether a file is a transcript, by its name: in a show, what an
// episode names or what is called like one.
func (r *transcriptRepo) wanted(name string) bool {
	if r.episodes == nil || !repo.IsTranscript(name) {
		return repo.IsTranscript(name)
	}
	_, known := r.episodes[r.below(name)]
	base := filepath.Base(name)
	return known || base == "transcript.md" || strings.HasPrefix(base, "transcript.") && strings.HasSuffix(base, ".md")
}

// files are the transcripts among files and in folders; - is standard input and
// stands alone.
func (r *transcriptRepo) files(args []string) ([]string, error) {
	if slices.Contains(args, "-") {
		if len(args) > 1 {
			return nil, usagef("- stands for standard input, and alone")
		}
		return args, nil
	}
	return repo.Files(r.dir, args, r.wanted)
}

// page is where the episode of a transcript is heard; empty where that is not
// known.
func (r *transcriptRepo) page(name string) string {
	if h, ok := r.episodes[r.below(name)]; ok && h.page != "" && r.settings.URL == "" {
		return h.page
	}
	return r.settings.Page(r.below(name))
}

// linter lints the named files.
func (r *transcriptRepo) linter(names []string) *repo.Linter {
	l := &repo.Linter{Settings: r.settings}
	if r.episodes == nil {
		return l
	}
	l.Durations, l.Known = map[string]time.Duration{}, map[string]int{}
	for _, name := range names {
		if h, ok := r.episodes[r.below(name)]; ok {
			name = filepath.ToSlash(name)
			l.Durations[name], l.Known[name] = h.duration, h.episodes
		}
	}
	return l
}
