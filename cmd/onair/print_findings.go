package main

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/internal/plural"
	"onair/show"
)

// writeFindings writes findings in the format of --format. Text is grouped, and
// sorted by the episodes of the show, or by file if s is nil.
func (a *app) writeFindings(w io.Writer, l finding.List, s *show.Show) error {
	switch a.format {
	case "json":
		return finding.WriteJSON(w, l)
	case "sarif":
		return finding.WriteSARIF(w, l, allRules())
	case "github":
		return a.writeAnnotations(w, l)
	}
	if a.quiet {
		l = slices.DeleteFunc(slices.Clone(l), func(f finding.Finding) bool { return f.Severity != finding.Error })
	}
	return printFindings(w, a.ui(w), l, s, a.verbose)
}

// writeAnnotations writes findings as annotations of a job on GitHub.
func (a *app) writeAnnotations(w io.Writer, l finding.List) error {
	return finding.WriteGitHub(commandStream(w), inWorkspace(l, a.getenv("GITHUB_WORKSPACE")))
}

// inWorkspace makes the relative paths of findings relative to the workspace, the folder of
// a job's checkout, as annotations need them. It returns l unchanged if workspace is empty
// or the current folder is not below it.
func inWorkspace(l finding.List, workspace string) finding.List {
	if workspace == "" {
		return l
	}
	workspace, err := filepath.EvalSymlinks(workspace)
	if err != nil {
		return l
	}
	dir, err := filepath.Abs(".")
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return l
	}
	dir, err = filepath.Rel(workspace, dir)
	if err != nil || !filepath.IsLocal(dir) {
		return l
	}
	l = slices.Clone(l)
	for i, f := range l {
		if f.File != "" && !filepath.IsAbs(f.File) && !strings.Contains(f.File, "://") {
			l[i].File = path.Join(filepath.ToSlash(dir), filepath.ToSlash(f.File))
		}
	}
	return l
}

// maxPlaces is how many places of a group are printed without -v.
const maxPlaces = 3

// printFindings prints findings in the order of the show's episodes, or sorted by
// file if s is nil. A single finding has its place in front of its message:
//
//	error S010 show.yaml:1:1: title is missing
//	  add it: title: My Show
//
// Findings that differ only in their place form a group, with its first places below
// the message:
//
//	warning A030 in 20 episodes: 64 kbit/s mono is little for music
//	  export it with 96 kbit/s or more
//	  episodes/20-twenty/audio.mp3
//	  episodes/19-nineteen/audio.mp3
//	  episodes/18-eighteen/audio.mp3
//	  … and 17 more (-v lists them)
//
// With verbose, all places are printed, and a link to the rule in the reference.
func printFindings(w io.Writer, u *ui, l finding.List, s *show.Show, verbose bool) error {
	var b strings.Builder
	episodes := indexEpisodes(s)
	for _, group := range groupFindings(sortByEpisode(l, episodes)) {
		f := group[0]
		place := clean(f.Position.String())
		if len(group) > 1 {
			place = "in " + countPlaces(group, episodes)
		}
		if place != "" {
			place += ": "
		}
		fmt.Fprintf(&b, "%s %s %s%s\n", u.severity(f.Severity), f.Rule, place, clean(f.Message))
		if f.Hint != "" {
			fmt.Fprintf(&b, "  %s\n", u.dim(clean(f.Hint)))
		}
		if verbose {
			fmt.Fprintf(&b, "  %s\n", u.dim(finding.Reference(f.Rule)))
		}
		if len(group) == 1 {
			continue
		}
		places := len(group)
		if !verbose {
			places = maxPlaces
		}
		for _, f := range group[:min(places, len(group))] {
			fmt.Fprintf(&b, "  %s\n", clean(f.Position.String()))
		}
		if more := len(group) - places; more > 0 {
			fmt.Fprintf(&b, "  … and %d more (-v lists them)\n", more)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// groupFindings groups findings that differ only in their place. Groups are in the
// order of their first findings.
func groupFindings(l finding.List) []finding.List {
	type key struct {
		rule          string
		severity      finding.Severity
		message, hint string
	}
	var groups []finding.List
	index := map[key]int{}
	for _, f := range l {
		k := key{f.Rule, f.Severity, f.Message, f.Hint}
		i, ok := index[k]
		if !ok {
			i = len(groups)
			index[k] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

// countPlaces counts the places of a group: as episodes if each place is in a different
// episode.
func countPlaces(group finding.List, episodes episodeIndex) string {
	distinct := map[int]bool{}
	for _, f := range group {
		if i := episodes.of(f.File); i > 0 {
			distinct[i] = true
		}
	}
	if len(distinct) == len(group) {
		return plural.Count(len(group), "episode")
	}
	return plural.Count(len(group), "place")
}

// sortByEpisode returns findings sorted by place: first those outside of the
// show's episodes, then those in each episode in the order of the show.
func sortByEpisode(l finding.List, episodes episodeIndex) finding.List {
	l = slices.Clone(l)
	l.Sort()
	slices.SortStableFunc(l, func(x, y finding.Finding) int {
		return cmp.Compare(episodes.of(x.File), episodes.of(y.File))
	})
	return l
}

// episodeIndex maps the folder of each episode to its position in the show,
// counted from 1.
type episodeIndex map[string]int

func indexEpisodes(s *show.Show) episodeIndex {
	index := episodeIndex{}
	if s != nil {
		for i, e := range s.Episodes {
			index[e.Dir] = i + 1
		}
	}
	return index
}

// of returns the position of the episode whose folder has the file, or 0 if the file is
// in none.
func (e episodeIndex) of(file string) int {
	for dir := path.Dir(file); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if i := e[dir]; i > 0 {
			return i
		}
	}
	return 0
}

// actionable returns the findings that require an action or, with -v, all findings.
func (a *app) actionable(l finding.List) finding.List {
	if a.verbose {
		return l
	}
	return slices.DeleteFunc(slices.Clone(l), func(f finding.Finding) bool { return f.Severity == finding.Info })
}

// refuse prints the findings and returns an exitError if there are errors among them.
// Otherwise it does nothing.
func (a *app) refuse(l finding.List, s *show.Show) error {
	if !l.HasErrors() {
		return nil
	}
	if a.format == "text" {
		if err := a.writeFindings(a.stderr, a.actionable(l), s); err != nil {
			return err
		}
		fmt.Fprintf(a.stderr, "\n%s\n", tally(l))
	} else if err := a.writeFindings(a.stdout, l, s); err != nil {
		return err
	}
	return exitError(exitFindings)
}

// noteFindings prints findings to stderr, for a command that writes something else to
// stdout. It prints nothing in formats for scripts.
func (a *app) noteFindings(l finding.List) error {
	if a.format != "text" {
		return nil
	}
	return a.writeFindings(a.stderr, l, nil)
}

// tally counts findings: "1 error, 2 warnings".
func tally(l finding.List) string {
	var n counts
	n.add(l)
	return n.String()
}

// counts are numbers of findings by severity.
type counts [finding.Info + 1]int

func (n *counts) add(l finding.List) {
	for _, f := range l {
		n[f.Severity]++
	}
}

// String returns the numbers of errors and warnings: "1 error, 2 warnings".
func (n counts) String() string {
	return plural.Count(n[finding.Error], "error") + ", " + plural.Count(n[finding.Warning], "warning")
}
