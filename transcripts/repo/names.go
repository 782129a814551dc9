package repo

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"onair/internal/finding"
)

// numbered matches the name of a transcript that ends with the number of its episode. The
// name has no extension and no language.
var numbered = regexp.MustCompile(`^(.*?)[-_ ]?0*(\d+)$`)

// translation matches the language at the end of a translation's name.
var translation = regexp.MustCompile(`\.[a-z]{2,3}(-[a-z0-9]+)*$`)

// episodeFile has the parts of a file's name.
type episodeFile struct {
	name, folder string
	series       string // such as go-time; empty if the name has no number
	number       string
	language     string
}

func readName(name string) episodeFile {
	f := episodeFile{name: name, folder: path.Dir(name)}
	stem := strings.TrimSuffix(strings.ToLower(path.Base(name)), ".md")
	f.language = translation.FindString(stem)
	stem = strings.TrimSuffix(stem, f.language)
	if m := numbered.FindStringSubmatch(stem); m != nil && m[1] != "" {
		if n, err := strconv.ParseInt(m[2], 10, 64); err == nil {
			f.series, f.number = m[1], strconv.FormatInt(n, 10)
		}
	}
	return f
}

// checkNames reports files that belong to no episode or to several; see Linter.Known. If
// known is nil, it compares the names with each other, and reports second files of one
// episode and names unlike the others.
func checkNames(names []string, known map[string]int) (found finding.List) {
	files := make([]episodeFile, 0, len(names))
	for _, name := range sortedNames(names) {
		files = append(files, readName(name))
	}
	if known != nil {
		for _, f := range files {
			switch n, ok := known[f.name]; {
			case !ok:
				found.Add(f.finding("name it as the show does, or remove it", "no episode has this transcript"))
			case n > 1:
				found.Add(f.finding("give each its own", "%d episodes have this transcript", n))
			}
		}
		return found
	}
	series := seriesOf(files)
	first := map[[4]string]string{}
	for _, f := range files {
		if f.series == "" {
			continue
		}
		key := [4]string{f.folder, f.series, f.number, f.language}
		if other, ok := first[key]; ok {
			found.Add(f.finding("keep one", "second file for the episode of %s", other))
		} else {
			first[key] = f.name
		}
		checkSeries(&found, f, series)
	}
	return found
}

// seriesOf returns for each folder the series of most of its files.
func seriesOf(files []episodeFile) map[string]string {
	const enough = 3
	counts := map[string]map[string]int{}
	total := map[string]int{}
	for _, f := range files {
		if counts[f.folder] == nil {
			counts[f.folder] = map[string]int{}
		}
		counts[f.folder][f.series]++
		total[f.folder]++
	}
	series := map[string]string{}
	for folder, names := range counts {
		for name, n := range names {
			if name != "" && n >= enough && 2*n > total[folder] {
				series[folder] = name
			}
		}
	}
	return series
}

// checkSeries reports a file that belongs to the series of another folder, or whose
// series differs only in punctuation from the series of its folder.
func checkSeries(found *finding.List, f episodeFile, series map[string]string) {
	own, ok := series[f.folder]
	if !ok || own == f.series {
		return
	}
	for _, folder := range slices.Sorted(maps.Keys(series)) {
		if series[folder] == f.series {
			found.Add(f.finding("move it to "+folder, "file of another folder's series"))
			return
		}
	}
	if letters(own) == letters(f.series) {
		found.Add(f.finding("call it "+own+"-"+f.number+f.language+".md", "name unlike those of the other episodes"))
	}
}

// letters returns a name without hyphens, underscores, spaces and dots.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == ' ' || r == '.' {
			return -1
		}
		return r
	}, s)
}

func (f episodeFile) finding(hint, format string, args ...any) finding.Finding {
	return ruleName.At(finding.Position{File: f.name}, format, args...).WithHint(hint)
}
