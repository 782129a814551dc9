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
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"onair/internal/finding"
	"onair/internal/source"
	"onair/transcripts"
)

// SettingsFile is the name of the file with the settings of a repository.
const SettingsFile = "transcripts.yaml"

const peopleFile = "people.yaml"

// maxSettings is the limit on the sizes of transcripts.yaml and people.yaml, in bytes.
const maxSettings = 4 << 20

// Settings are the settings for all transcripts of a repository.
type Settings struct {
	Fraction string               // decimal, frames30, or empty
	Pauses   []string             // labels of pauses besides the usual ones
	People   []transcripts.Person // the known speakers; empty allows any
	Disabled map[string]string    // IDs of disabled rules, with the reasons
	URL      string               // address of an episode's page, with {name}, {folder} and {number}; may be empty
}

// Load reads transcripts.yaml and people.yaml at the top of a repository. Both may be
// absent. If the content of a file is wrong, the error is a [finding.Finding] with the
// place of the problem.
func Load(root fs.FS) (*Settings, error) {
	s := &Settings{}
	if err := s.readSettings(root); err != nil {
		return nil, err
	}
	var err error
	s.People, err = ReadPeople(root, peopleFile)
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
		return settingsError(SettingsFile, "", "%v", err)
	}
	for _, rule := range slices.Sorted(maps.Keys(s.Disabled)) {
		if err := checkDisabled(rule, s.Disabled[rule]); err != nil {
			return settingsError(SettingsFile, "write T010: why it does not apply", "disable: %v", err)
		}
	}
	if s.URL != "" && s.Page("a-1.md") == "" {
		return settingsError(SettingsFile, "such as https://show.example/{number}/", "url: %q is not a page on the web", s.URL)
	}
	return nil
}

// checkDisabled returns an error if a rule does not exist, or if the reason to disable it
// is missing.
func checkDisabled(rule, reason string) error {
	if transcripts.Rules().Find(rule) == nil {
		return fmt.Errorf("there is no rule %q", rule)
	}
	if strings.TrimSpace(reason) == "" {
		return fmt.Errorf("%s has no reason", rule)
	}
	return nil
}

// ReadPeople reads the names and aliases of a people.yaml. It returns nil if the file
// does not exist.
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

// decode reads a YAML file into v. If the file does not exist, it does nothing.
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
		return settingsError(name, "", "larger than %d bytes", maxSettings)
	}
	if source.TooManyKeys(string(data)) {
		return settingsError(name, "", "too many keys in one map")
	}
	err = yaml.NewDecoder(bytes.NewReader(data), options...).Decode(v)
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	found := finding.Finding{Severity: finding.Error, Position: finding.Position{File: name}, Message: "read YAML: " + err.Error()}
	var placed yaml.Error
	if errors.As(err, &placed) {
		found.Message = placed.GetMessage()
		t := placed.GetToken()
		if unknown := (*yaml.UnknownFieldError)(nil); errors.As(err, &unknown) {
			t = firstUnknown(data, v, t)
			found.Message = fmt.Sprintf("unknown field %q", t.Value)
		}
		if t != nil {
			found.Line, found.Column = t.Position.Line, t.Position.Column
		}
	}
	return found
}

// firstUnknown returns the first key of a YAML document that is not a field of the struct
// to which v points. found is the key in the decoder's error: an arbitrary one of these
// keys. firstUnknown returns found if it cannot search the document.
func firstUnknown(data []byte, v any, found *token.Token) *token.Token {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return found
	}
	known := map[string]bool{}
	for _, field := range reflect.VisibleFields(reflect.TypeOf(v).Elem()) {
		known[field.Tag.Get("yaml")] = true
	}
	for _, doc := range file.Docs {
		fields, ok := doc.Body.(*ast.MappingNode)
		if !ok {
			continue
		}
		for _, field := range fields.Values {
			if key := field.Key.GetToken(); !known[key.Value] {
				return key
			}
		}
	}
	return found
}

func settingsError(file, hint, format string, args ...any) error {
	return finding.Finding{Severity: finding.Error, Position: finding.Position{File: file}, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// Options returns the options for reading a transcript of the repository.
func (s *Settings) Options(name string) *transcripts.Options {
	o := &transcripts.Options{People: s.People, Pauses: s.Pauses, File: name}
	if f, err := transcripts.ParseFraction(s.Fraction); err == nil {
		o.Fraction = f // Load has already checked s.Fraction
	}
	return o
}

// number matches the number of an episode in the name of its file.
var number = regexp.MustCompile(`\d+$`)

// Page returns the URL of an episode's page, or "" if it is unknown. name is the
// slash-separated path of the episode's transcript.
func (s *Settings) Page(name string) string {
	stem := strings.TrimSuffix(path.Base(name), ".md")
	page := strings.NewReplacer(
		"{name}", url.PathEscape(stem),
		"{folder}", url.PathEscape(path.Base(path.Dir(name))),
		"{number}", number.FindString(stem),
	).Replace(s.URL)
	// With a placeholder in the host, the name of a file would choose the site.
	_, rest, _ := strings.Cut(s.URL, "://")
	if host, _, _ := strings.Cut(rest, "/"); strings.Contains(host, "{") {
		return ""
	}
	if strings.Contains(s.URL, "{number}") && number.FindString(stem) == "" {
		return ""
	}
	u, err := url.Parse(page)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Fragment != "" {
		return ""
	}
	return u.String()
}
