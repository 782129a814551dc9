// Package credit reads from git who contributed to which transcript.
//
// Contributors are the authors of commits that changed the file, under this or a former
// name, and the people in their Co-authored-by trailers. If the repository has a mailmap,
// names are those of the mailmap. E-mail addresses serve to apply the mailmap and to
// recognize bots; they are not returned. A name that contains an at sign is left out.
package credit

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/internal/derive"
	"onair/internal/gitcmd"
)

// Contributor is a person who contributed to a transcript.
type Contributor struct {
	Name    string
	Commits int
}

var contributorsFunc = derive.Func{Name: "contributors", Version: 1}

// Contributors returns the contributors to each file: those with most commits first, and
// among equals in the order of their first commits. Files are slash-separated and
// relative to dir. A file that git does not know has no contributors. Contributors runs
// git at most five times, however many files there are.
//
// The result comes from the cache if the state of the repository is unchanged. The trace
// records what the result depends on. cache and trace may be nil. If git cannot know all
// contributors, the error is ErrNoRepository or ErrShallow.
func Contributors(ctx context.Context, cache *derive.Cache, trace *derive.Trace, dir string, files []string) (map[string][]Contributor, error) {
	r, err := open(ctx, dir)
	if err != nil {
		trace.Git(dir, stateOf(err))
		return nil, err
	}
	state, err := r.state(ctx)
	if err != nil {
		trace.Uncertain()
		return r.contributors(ctx, files)
	}
	trace.Git(dir, state)
	key := derive.KeyOf(state, files)
	if found, ok := derive.Known[map[string][]Contributor](cache, contributorsFunc, dir, key); ok {
		return found, nil
	}
	found, err := r.contributors(ctx, files)
	switch after, _ := r.state(ctx); {
	case after != state || err != nil && !errors.Is(err, ErrShallow):
		trace.Uncertain() // the mailmap changed in the meantime, or git failed
	case err == nil:
		derive.Keep(cache, contributorsFunc, dir, key, found)
	}
	return found, err
}

// contributors is Contributors without a cache.
func (r *repository) contributors(ctx context.Context, files []string) (map[string][]Contributor, error) {
	if r.shallow {
		return nil, ErrShallow
	}
	if r.commit == "" {
		return map[string][]Contributor{}, nil // nothing is committed yet
	}
	log := &reader{wanted: map[string]string{}, counts: map[string]map[person]*Contributor{}, ids: map[string]person{}}
	for _, file := range files {
		log.wanted[path.Join(r.prefix, file)] = file
	}
	if err := log.read(ctx, r.dir, r.commit); err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	if err := log.mapCoAuthors(ctx, r.dir); err != nil {
		return nil, fmt.Errorf("read the mailmap: %w", err)
	}
	return log.result(), nil
}

// Names returns the names of contributors in the given order.
func Names(list []Contributor) []string {
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return names
}

// Helper is a person who contributed to transcripts.
type Helper struct {
	Name  string
	Files int // number of transcripts
}

// Total counts the files that each person contributed to. It sorts people by this number,
// highest first, then by name.
func Total(byFile map[string][]Contributor) []Helper {
	files := map[string]int{}
	for _, list := range byFile {
		for _, c := range list {
			files[c.Name]++
		}
	}
	var all []Helper
	for name, n := range files {
		all = append(all, Helper{name, n})
	}
	slices.SortFunc(all, func(a, b Helper) int {
		return cmp.Or(cmp.Compare(b.Files, a.Files), strings.Compare(a.Name, b.Name))
	})
	return all
}

// person is a name and address in a commit. The mailmap has already been applied to
// authors.
type person struct{ name, email string }

// id returns a person as "Name <email>", the form that git uses.
func (p person) id() string { return p.name + " <" + p.email + ">" }

// reader reads the log.
type reader struct {
	wanted map[string]string                  // current or former name in the repository → file
	counts map[string]map[person]*Contributor // by file
	order  []person                           // one for each contribution, newest first
	ids    map[string]person                  // "Name <email>" of co-authors → person in the mailmap
}

// The log has a record per commit: the author, the trailers, then the names of the files.
// The separators occur in no name.
const (
	recordMark = "\x01"
	fieldMark  = "\x02"
	listMark   = "\x03"
	logFormat  = "%x01%aN%x02%aE%x02%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x03)%x02"
)

// maxRecord is the limit on the record of a commit, in bytes.
const maxRecord = 64 << 20

// read reads the log of a commit and of its ancestors.
func (r *reader) read(ctx context.Context, dir, commit string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := gitcmd.Command(ctx, dir, "log", "--use-mailmap", "--no-merges", "--name-status", "-z", "--find-renames", "--no-ext-diff", "--no-show-signature", "--format="+logFormat, commit, "--", ":(top,glob)**/*.md")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	err = r.records(out)
	if err != nil {
		stop()
	}
	if wait := cmd.Wait(); wait != nil && err == nil {
		err = fmt.Errorf("git: %s", gitcmd.Complaint(stderr.String()))
	}
	return err
}

// records reads the log, the newest commit first.
func (r *reader) records(out io.Reader) error {
	s := bufio.NewScanner(out)
	s.Buffer(make([]byte, 0, 64<<10), maxRecord)
	s.Split(func(data []byte, end bool) (int, []byte, error) {
		if n := bytes.IndexByte(data, recordMark[0]); n >= 0 {
			return n + 1, data[:n], nil
		}
		if end && len(data) > 0 {
			return len(data), data, nil
		}
		return 0, nil, nil
	})
	for s.Scan() {
		if fields := strings.SplitN(s.Text(), fieldMark, 4); len(fields) == 4 {
			r.commit(fields[0], fields[1], fields[2], fields[3])
		}
	}
	return s.Err()
}

// commit reads a record. changes is "status NUL name NUL" for each file, with two
// names for a file that moved.
func (r *reader) commit(name, email, trailers, changes string) {
	people := []person{{name, email}}
	for trailer := range strings.SplitSeq(trailers, listMark) {
		if name, rest, ok := strings.Cut(trailer, "<"); ok {
			p := person{strings.TrimSpace(name), strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), ">"))}
			if !strings.ContainsAny(p.name+p.email, "\n<>") {
				r.ids[p.id()] = p
				if !slices.Contains(people, p) {
					people = append(people, p)
				}
			}
		}
	}
	fields := strings.Split(strings.TrimLeft(changes, "\x00\n"), "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		status, file := strings.TrimLeft(fields[i], "\n"), fields[i+1]
		old := ""
		if strings.HasPrefix(status, "R") && i+2 < len(fields) {
			old, file = file, fields[i+2]
			i++
		}
		target, ok := r.wanted[file]
		if !ok {
			continue
		}
		if old != "" {
			if _, taken := r.wanted[old]; !taken {
				r.wanted[old] = target
			}
			delete(r.wanted, file)
		}
		for _, p := range slices.Backward(people) { // backward, so that the author becomes the first contributor
			r.count(target, p)
		}
	}
}

func (r *reader) count(file string, p person) {
	byPerson := r.counts[file]
	if byPerson == nil {
		byPerson = map[person]*Contributor{}
		r.counts[file] = byPerson
	}
	if byPerson[p] == nil {
		byPerson[p] = &Contributor{}
	}
	byPerson[p].Commits++
	r.order = append(r.order, p)
}

// mapCoAuthors applies the mailmap to co-authors.
func (r *reader) mapCoAuthors(ctx context.Context, dir string) error {
	if len(r.ids) == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(r.ids))
	cmd := gitcmd.Command(ctx, dir, "check-mailmap", "--stdin")
	cmd.Stdin = strings.NewReader(strings.Join(ids, "\n") + "\n")
	out, err := gitcmd.Output(cmd)
	if err != nil {
		return err
	}
	mapped := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(mapped) != len(ids) {
		return fmt.Errorf("git returned %d names for %d", len(mapped), len(ids))
	}
	for i, id := range ids {
		if name, rest, ok := strings.Cut(mapped[i], "<"); ok {
			r.ids[id] = person{strings.TrimSpace(name), strings.TrimSuffix(rest, ">")}
		}
	}
	return nil
}

// result returns the contributors to each file. People with the same name and different
// addresses are one contributor, whose commits are added up.
func (r *reader) result() map[string][]Contributor {
	first := map[string]int{} // index of a name's first contribution in r.order
	for i, p := range r.order {
		first[r.nameOf(p)] = i
	}
	all := map[string][]Contributor{}
	for file, byPerson := range r.counts {
		commits := map[string]int{}
		for p, c := range byPerson {
			commits[r.nameOf(p)] += c.Commits
		}
		delete(commits, "")
		var list []Contributor
		for name, n := range commits {
			list = append(list, Contributor{name, n})
		}
		slices.SortFunc(list, func(a, b Contributor) int {
			return cmp.Or(cmp.Compare(b.Commits, a.Commits), cmp.Compare(first[b.Name], first[a.Name]), strings.Compare(a.Name, b.Name))
		})
		if list != nil {
			all[file] = list
		}
	}
	return all
}

// nameOf returns the name to show for a person. It is empty for a bot and for a name that
// contains an at sign.
func (r *reader) nameOf(p person) string {
	if mapped, ok := r.ids[p.id()]; ok {
		p = mapped
	}
	if isBot(p) || strings.Contains(p.name, "@") {
		return ""
	}
	name := strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) || c == utf8.RuneError {
			return ' '
		}
		return c
	}, p.name)), " ")
	const limit = 100 // characters
	if utf8.RuneCountInString(name) > limit {
		name = string([]rune(name)[:limit])
	}
	return name
}

// isBot reports whether a name or address looks like those that code hosts give to bots.
func isBot(p person) bool {
	name, email := strings.ToLower(p.name), strings.ToLower(p.email)
	return strings.HasSuffix(name, "[bot]") || strings.Contains(email, "[bot]@") || strings.HasSuffix(name, "-bot") ||
		name == "github actions" || name == "github-actions" || name == "dependabot" || name == "web-flow" || email == "noreply@github.com"
}
