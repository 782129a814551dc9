package templates

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"onair/internal/finding"
	"onair/internal/sourcefs"
)

//go:embed default/*.html static/*
var embedded embed.FS

// Limits on the files of a theme, in bytes. They keep a recording that was put into
// the templates folder by mistake from becoming an asset.
const (
	maxTemplate = 1 << 20
	maxAsset    = 16 << 20
)

// pageFiles are the templates of pages; each defines "main". All others are
// partials, which the pages share.
var pageFiles = []string{"404.html", "episode.html", "redirect.html", "show.html"}

// Theme is a parsed theme. It is safe for concurrent use.
type Theme struct {
	pages  map[string]*template.Template // by name of the page file; cloned, never executed
	paths  map[string]string             // template name → path in errors
	assets []Asset
}

// Asset is a static file of the theme.
type Asset struct {
	Name      string // below static/, such as theme.css
	MediaType string
	Data      []byte
}

// Overridden reports whether a template comes from the show. Those of the embedded
// theme show on the page of an episode nothing of other episodes but the titles
// and pages of its neighbours.
func (t *Theme) Overridden() bool {
	for _, path := range t.paths {
		if !strings.HasPrefix(path, embeddedPrefix) {
			return true
		}
	}
	return false
}

// embeddedPrefix starts the paths of the embedded templates in errors.
const embeddedPrefix = "theme/"

// Assets returns the theme's static files by name.
func (t *Theme) Assets() []Asset { return t.assets }

// Load reads the embedded theme. Files of overrides, the show's templates folder,
// replace those of the same name; overrides may be nil. An error about a file is a
// finding.Finding with the file and, if it is about the text of a template, line
// and column.
func Load(overrides fs.FS) (*Theme, error) {
	files, err := themeFiles(overrides)
	if err != nil {
		return nil, err
	}
	t := &Theme{pages: map[string]*template.Template{}, paths: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := files[name]
		asset, ok := strings.CutPrefix(name, "static/")
		if !ok {
			t.paths[name] = f.path
			continue
		}
		mediaType, ok := mediaTypes[path.Ext(asset)]
		if !ok {
			return nil, fileError(f.path, "unknown type of file %q", path.Ext(asset))
		}
		t.assets = append(t.assets, Asset{Name: asset, MediaType: mediaType, Data: f.data})
	}
	slices.SortFunc(t.assets, func(a, b Asset) int { return strings.Compare(a.Name, b.Name) })
	return t, t.parse(files)
}

// parse makes a set of templates for each page: all partials and the page itself.
// It executes a copy once, so that a template that html/template cannot escape is
// reported now and not in the middle of a publish.
func (t *Theme) parse(files map[string]source) error {
	partials := template.New("").Funcs((&renderer{}).funcs())
	for _, name := range slices.Sorted(maps.Keys(t.paths)) {
		if slices.Contains(pageFiles, name) {
			continue
		}
		if _, err := partials.New(name).Parse(string(files[name].data)); err != nil {
			return t.locate(err)
		}
	}
	for _, name := range pageFiles {
		set := template.Must(partials.Clone())
		if _, err := set.New(name).Parse(string(files[name].data)); err != nil {
			return t.locate(err)
		}
		if set.Lookup("main") == nil {
			return fileError(t.paths[name], `{{define "main"}} is missing`)
		}
		t.pages[name] = set
		var unsafe *template.Error
		err := template.Must(set.Clone()).ExecuteTemplate(io.Discard, "base.html", nil)
		if errors.As(err, &unsafe) {
			return t.locate(unsafe)
		}
	}
	return nil
}

// source is a file of the theme.
type source struct {
	path string // in errors
	data []byte
}

// themeFiles returns the files of the theme by name, such as "episode.html" or
// "static/theme.css". Files of overrides replace embedded ones.
func themeFiles(overrides fs.FS) (map[string]source, error) {
	files := map[string]source{}
	err := fs.WalkDir(embedded, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := embedded.ReadFile(name)
		name = strings.TrimPrefix(name, "default/")
		files[name] = source{embeddedPrefix + name, data}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the embedded theme: %w", err)
	}
	if overrides == nil {
		return files, nil
	}
	err = fs.WalkDir(overrides, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == ".":
			return fs.SkipAll // the show has no templates folder
		case err != nil:
			return fmt.Errorf("read templates: %w", err)
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		files[name], err = readOverride(overrides, name)
		return err
	})
	return files, err
}

// assetName matches names of assets that are plain enough to be part of a URL.
var assetName = regexp.MustCompile(`^static(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$`)

func readOverride(overrides fs.FS, name string) (source, error) {
	limit := maxTemplate
	shown := "templates/" + name
	switch {
	case assetName.MatchString(name):
		limit = maxAsset
	case strings.HasPrefix(name, "static/"):
		return source{}, fileError(shown, "name a static file with letters, digits, dots, dashes and underscores")
	case path.Ext(name) != ".html" || strings.Contains(name, "/"):
		return source{}, fileError(shown, "neither a template (*.html) nor below static/")
	}
	f, err := overrides.Open(name)
	if reason, ok := sourcefs.Refused(err); ok {
		return source{}, fileError(shown, "the file is %s", reason)
	}
	if err != nil {
		return source{}, fmt.Errorf("read templates: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return source{}, fmt.Errorf("read templates: %w", err)
	}
	if len(data) > limit {
		return source{}, fileError(shown, "larger than %d MiB", limit>>20)
	}
	return source{shown, data}, nil
}

// fileError returns an error about a file of the theme as a whole.
func fileError(file, format string, args ...any) error {
	return ruleTemplate.At(finding.Position{File: file}, format, args...)
}

// goError matches the errors of text/template and html/template: file, line,
// column and message.
var goError = regexp.MustCompile(`(?s)^(?:html/)?template: ?([^:]+):(\d+)(?::(\d+))?: (.*)$`)

// locate returns an error of the template packages as a finding at the file of the
// theme. Columns in those errors count from 0.
func (t *Theme) locate(err error) error {
	m := goError.FindStringSubmatch(err.Error())
	if m == nil {
		return err
	}
	line, _ := strconv.Atoi(m[2])
	column := 0
	if m[3] != "" {
		column, _ = strconv.Atoi(m[3])
		column++
	}
	return ruleTemplate.At(finding.Position{File: cmp.Or(t.paths[m[1]], m[1]), Line: line, Column: column}, "%s", m[4])
}

// mediaTypes are the types of assets, by extension. Package mime is not used
// because its table differs between machines.
var mediaTypes = map[string]string{
	".avif":        "image/avif",
	".css":         "text/css; charset=utf-8",
	".gif":         "image/gif",
	".ico":         "image/x-icon",
	".jpeg":        "image/jpeg",
	".jpg":         "image/jpeg",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
	".webp":        "image/webp",
	".woff2":       "font/woff2",
}
