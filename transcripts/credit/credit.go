// Package credit tells from git who contributed to which transcript.
//
// A contributor is the author of a commit that changed the file, under this or an
// earlier name, or somebody whom the commit names in a Co-authored-by trailer. Names are
// those of the mailmap, if the repository has one. E-mail addresses tell bots
// from people and are never returned, and a name that is an address is left out.
package credit

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/internal/gitcmd"
)

var (
	// ErrShallow is returned for a clone without its history, which would name
	// other people than a full one.
	ErrShallow = errors.New("the clone is shallow: git does not know all contributors")
	// ErrNoRepository is returned where there is no git repository, or no git.
	ErrNoRepository = errors.New("no git repository")
)

// Contributor is somebody who helped with a transcript.
type Contributor struct {
	Name    string
	Commits int
}

// Contributors returns who contributed to each file: most commits first, and
// of equal ones whoever came first. Files are slash-separated and below dir; one that
// git does not know has nobody. It runs git three times, however many files
// there are.
func Contributors(ctx context.Context, dir string, files []string) (map[string][]Contributor, error) {
	shallow, err := gitcmd.Output(gitcmd.Command(ctx, dir, "rev-parse", "--is-shallow-repository", "--show-prefix"))
	if exit := (*exec.ExitError)(nil); errors.Is(err, exec.ErrNotFound) || errors.As(err, &exit) && bytes.Contains(exit.Stderr, []byte("not a git repository")) {
		return nil, ErrNoRepository
	}
	if err != nil {
		return nil, err
	}
	answer, prefix, _ := strings.Cut(string(shallow), "\n")
	if answer == "true" {
		return nil, ErrShallow
	}
	if _, err := gitcmd.Output(gitcmd.Command(ctx, dir, "rev-parse", "--verify", "--quiet", "HEAD")); err != nil {
		return map[string][]Contributor{}, nil // nothing is committed yet
	}
	r := &reader{wanted: map[string]string{}, counts: map[string]map[person]*Contributor{}, ids: map[string]person{}}
	prefix = strings.TrimSuffix(prefix, "\n")
	for _, file := range files {
		r.wanted[path.Join(prefix, file)] = file
	}
	if err := r.log(ctx, dir); err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	if err := r.mapCoAuthors(ctx, dir); err != nil {
		return nil, fmt.Errorf("read the mailmap: %w", err)
	}
	return r.result(), nil
}

// Names are the names of contributors in their order.
func Names(list []Contributor) []string {
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return names
}

// Helper is somebody who helped with several transcripts.
type Helper struct {
	Name  string
	Files int
}

// Total counts the files that each contributed to: most first, then by name.
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

// person is a name and address as a commit has them; the address of an author is
// mapped already.
type person struct{ name, email string }

// id is how git writes a person.
func (p person) id() string { return p.name + " <" + p.email + ">" }

// reader collects what the log says.
type reader struct {
	wanted map[string]string // name in the repository, now or once → file
	counts map[string]map[person]*Contributor
	order  []person          // those who came later first
	ids    map[string]person // "Name <email>" of co-authors → as the mailmap has them
}

// The log has a record per commit: separators that no name contains, the author, the
// trailers, then the names of the files.
const (
	recordMark = "\x01"
	fieldMark  = "\x02"
	listMark   = "\x03"
	logFormat  = "%x01%aN%x02%aE%x02%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x03)%x02"
)

// maxRecord bounds what one commit says, in bytes.
const maxRecord = 64 << 20

func (r *reader) log(ctx context.Context, dir string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := gitcmd.Command(ctx, dir, "log", "--use-mailmap", "--no-merges", "--name-status", "-z", "--find-renames", "--no-ext-diff", "--no-show-signature", "--format="+logFormat, "HEAD", "--", ":(top,glob)**/*.md")
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

// commit reads one record: "status NUL name NUL", with two names where a file
// moved.
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
		for _, p := range slices.Backward(people) { // the author came first
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

// mapCoAuthors asks the mailmap for the names of co-authors.
func (r *reader) mapCoAuthors(ctx context.Context, dir string) error {
	if len(r.ids) == 0 {
		return nil
	}
	var asked []string
	for id := range r.ids {
		asked = append(asked, id)
	}
	slices.Sort(asked)
	cmd := gitcmd.Command(ctx, dir, "check-mailmap", "--stdin")
	cmd.Stdin = strings.NewReader(strings.Join(asked, "\n") + "\n")
	out, err := gitcmd.Output(cmd)
	if err != nil {
		return err
	}
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(answers) != len(asked) {
		return fmt.Errorf("%d answers to %d questions", len(answers), len(asked))
	}
	for i, id := range asked {
		if name, rest, ok := strings.Cut(answers[i], "<"); ok {
			r.ids[id] = person{strings.TrimSpace(name), strings.TrimSuffix(rest, ">")}
		}
	}
	return nil
}

// result adds up what one name did under several addresses and puts people in
// order.
func (r *reader) result() map[string][]Contributor {
	came := map[string]int{} // the higher the earlier
	for i, p := range r.order {
		came[r.nameOf(p)] = i
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
			return cmp.Or(cmp.Compare(b.Commits, a.Commits), cmp.Compare(came[b.Name], came[a.Name]), strings.Compare(a.Name, b.Name))
		})
		if list != nil {
			all[file] = list
		}
	}
	return all
}

// nameOf is the name to show for a person; empty for a bot and for one who is
// only an address.
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
	const longest = 100
	if utf8.RuneCountInString(name) > longest {
		name = string([]rune(name)[:longest])
	}
	return name
}

// isBot tells a bot by the marks that code hosts give it.
func isBot(p person) bool {
	name, email := strings.ToLower(p.name), strings.ToLower(p.email)
	return strings.HasSuffix(name, "[bot]") || strings.Contains(email, "[bot]@") || strings.HasSuffix(name, "-bot") ||
		name == "github actions" || name == "github-actions" || name == "dependabot" || name == "web-flow" || email == "noreply@github.com"
}
