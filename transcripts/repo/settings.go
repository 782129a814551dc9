package repo

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"onair/internal/finding"
	"onair/transcripts"
)

// The files in which a repository says how its transcripts are to be read.
const (
	SettingsFile = "transcripts.yaml"
	PeopleFile   = "people.yaml"
)

// maxSettings bounds both, in bytes.
const maxSettings = 4 << 20

// Settings are what a repository says about all of its transcripts. The zero
// value is one that says nothing.
type Settings struct {
	Fraction string               // decimal, frames30, or empty: not said
	Pauses   []string             // labels of pauses beside the usual ones
	People   []transcripts.Person // who may speak; empty: anybody
	Disabled map[string]string    // IDs of rules that do not hold here, and why
	URL      string               // page of an episode, with {name}, {folder} and {number}; may be empty
}

// Load reads transcripts.yaml and people.yaml at the top of a repository. Both
// may be absent. An error is a [finding.Finding] with the place of what is
// wrong.
func Load(root fs.FS) (*Settings, error) {
	s := &Settings{}
	if err := s.readSettings(root); err != nil {
		return nil, err
	}
	var err error
	s.People, err = ReadPeople(root, PeopleFile)
	return s, err
}

func (s *Settings) readSettings(root fs.FS) error {
	var file struct {
		Fraction string            `yaml:"timestamp_fraction"`
		Pauses   []string          `yaml:"pauses"`
		Disable  map[string]string `yaml:"disable"`
		URL      string            `yaml:"url"`
	}
	if err := decode(root, SettingsFile, &file, yaml.Strict()); err != nil {
		return err
	}
	s.Fraction, s.Pauses, s.Disabled, s.URL = file.Fraction, file.Pauses, file.Disable, file.URL
	if _, err := transcripts.ParseFraction(s.Fraction); err != nil {
		return wrong(SettingsFile, "", "%v", err)
	}
	for _, rule := range slices.Sorted(maps.Keys(s.Disabled)) {
		if err := CheckDisabled(rule, s.Disabled[rule]); err != nil {
			return wrong(SettingsFile, "write T010: why it does not hold here", "disable: %v", err)
		}
	}
	if s.URL != "" && s.Page("a-1.md") == "" {
		return wrong(SettingsFile, "such as https://show.example/{number}/", "url: %q is no page on the web", s.URL)
	}
	return nil
}

// CheckDisabled reports whether a rule exists and there is a reason to disable
// it.
func CheckDisabled(rule, reason string) error {
	if transcripts.Rules().Find(rule) == nil {
		return fmt.Errorf("there is no rule %q", rule)
	}
	if strings.TrimSpace(reason) == "" {
		return fmt.Errorf("%s has no reason", rule)
	}
	return nil
}

// ReadPeople reads the names and aliases of a people.yaml; nil where there is
// none.
func ReadPeople(root fs.FS, name string) ([]transcripts.Person, error) {
	var file map[string]struct {
		Name    string   `yaml:"name"`
		Aliases []string `yaml:"aliases"`
	}
	if err := decode(root, name, &file); err != nil {
		return nil, err
	}
	var people []transcripts.Person
	for _, id := range slices.Sorted(maps.Keys(file)) {
		p := file[id]
		people = append(people, transcripts.Person{Name: cmp.Or(p.Name, id), Aliases: p.Aliases})
	}
	return people, nil
}

// decode reads a YAML file into v, and nothing where there is no such file.
func decode(root fs.FS, name string, v any, options ...yaml.DecodeOption) error {
	f, err := root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSettings+1))
	if err != nil {
		return err
	}
	if len(data) > maxSettings {
		return wrong(name, "", "larger than %d bytes", maxSettings)
	}
	err = yaml.NewDecoder(bytes.NewReader(data), options...).Decode(v)
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	found := finding.Finding{Severity: finding.Error, Position: finding.Position{File: name}, Message: "read YAML: " + err.Error()}
	var placed yaml.Error
	if errors.As(err, &placed) {
		found.Message = placed.GetMessage()
		if t := placed.GetToken(); t != nil {
			found.Line, found.Column = t.Position.Line, t.Position.Column
		}
	}
	return found
}

func wrong(file, hint, format string, args ...any) error {
	return finding.Finding{Severity: finding.Error, Position: finding.Position{File: file}, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// Options are how a transcript of the repository is read.
func (s *Settings) Options(name string) *transcripts.Options {
	o := &transcripts.Options{People: s.People, Pauses: s.Pauses, File: name}
	if f, err := transcripts.ParseFraction(s.Fraction); err == nil {
		o.Fraction = f // Load has refused any other
	}
	return o
}

// number finds the number of an episode in the name of its file.
var number = regexp.MustCompile(`\d+$`)

// Page is the URL of the page of the episode whose transcript has this name, a
// slash-separated path; empty where no page is known.
func (s *Settings) Page(name string) string {
	stem := strings.TrimSuffix(path.Base(name), ".md")
	page := strings.NewReplacer(
		"{name}", url.PathEscape(stem),
		"{folder}", url.PathEscape(path.Base(path.Dir(name))),
		"{number}", number.FindString(stem),
	).Replace(s.URL)
	if strings.Contains(s.URL, "{number}") && number.FindString(stem) == "" {
		return ""
	}
	u, err := url.Parse(page)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Fragment != "" {
		return ""
	}
	return u.String()
}
