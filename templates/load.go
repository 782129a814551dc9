package templates

import (
	"cmp"
	"crypto/sha256"
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
	yaml "onair/internal/source"
	"onair/internal/sourcefs"
	"onair/show/site"
	"onair/templates/palette"
	"onair/templates/words"
)

//go:embed default/*.html static/*
var embedded embed.FS

// Limits on the files of a theme, in bytes. Without them, a recording that is in the
// templates folder by mistake would become an asset.
const (
	maxTemplate = 1 << 20
	maxAsset    = 16 << 20
)

// pageFile is a template of a page, which defines "main".
type pageFile struct{ kind, file string }

// pageFiles are the templates of pages. All other templates are partials, which pages
// share.
var pageFiles = []pageFile{
	{"episode", "episode.html"}, {"embed", "embed.html"}, {"show", "show.html"}, {"archive", "archive.html"},
	{"person", "person-page.html"}, {"people", "people.html"}, {"topic", "topic.html"}, {"topics", "topics.html"}, {"translation", "translation.html"},
	{"sponsor", "sponsor.html"}, {"sponsors", "sponsors.html"}, {"help", "help.html"}, {"search", "search.html"},
	{"page", "page.html"}, {"redirect", "redirect.html"}, {"404", "404.html"},
}

// Theme is a parsed theme. It is safe for concurrent use.
type Theme struct {
	set    *template.Template // all templates; cloned, never executed
	paths  map[string]string  // template name → path in errors
	assets []Asset
	words  map[string]words.Catalogue // the show's own catalogues, by language

	colours  palette.Colours
	warnings finding.List
}

// Colours returns the colours of the pages.
func (t *Theme) Colours() palette.Colours { return t.colours }

// Warnings returns the warnings about the show's templates, sorted.
func (t *Theme) Warnings() finding.List { return t.warnings }

// Asset is a static file of the theme.
type Asset struct {
	Name      string // path below static/, such as theme.css
	MediaType string
	Data      []byte
}

// OwnWords returns the show's own catalogues of the words around its content, by
// language.
func (t *Theme) OwnWords() map[string]words.Catalogue { return t.words }

// Overridden reports whether a template comes from the show. On the page of an episode,
// the embedded templates show nothing of other episodes except the titles and the
// artwork of its neighbours, with links to their pages. A show's own templates may show
// more.
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

// Look has the settings of a show for its theme. The zero value is the look of a show
// without artwork.
type Look struct {
	Accent   palette.Colour // palette.Default if zero
	Scheme   site.Scheme
	Font     []byte // WOFF2 for headlines; nil if there is none
	NoSearch bool   // leaves out search.js and search.css
}

// fontName is the asset that holds the font of a show.
const fontName = "headlines.woff2"

// style returns the beginning of the stylesheet: the colours and the font of a look.
// The font file is beside the stylesheet; its name has the hash of its bytes.
func (l *Look) style(c palette.Colours) string {
	// Lightness and chroma of the colours of speakers, in OKLCH.
	light := c.Light.CSS() + "  --voice-light: 0.45;\n  --voice-chroma: 0.12;\n"
	dark := c.Dark.CSS() + "  --voice-light: 0.8;\n  --voice-chroma: 0.1;\n"
	var b strings.Builder
	switch l.Scheme {
	case site.Light:
		b.WriteString(":root {\n  color-scheme: light;\n" + light + "}\n")
	case site.Dark:
		b.WriteString(":root {\n  color-scheme: dark;\n" + dark + "}\n")
	default:
		b.WriteString(":root {\n  color-scheme: light dark;\n" + light + "}\n")
		b.WriteString("@media (prefers-color-scheme: dark) {\n:root {\n" + dark + "}\n}\n")
	}
	if l.Font != nil {
		sum := sha256.Sum256(l.Font)
		fmt.Fprintf(&b, "@font-face {\n  font-family: Headlines;\n  src: url(%q) format(\"woff2\");\n  font-display: swap;\n}\n:root { --headlines: Headlines; }\n", fmt.Sprintf("headlines-%x.woff2", sum[:8]))
	}
	return b.String()
}

// Load reads the embedded theme. Files of overrides, the show's templates folder,
// replace embedded files of the same name. overrides and look may be nil. An error
// about a file is a finding.Finding with the file and, if it is about the text of a
// template, line and column.
func Load(overrides fs.FS, look *Look) (*Theme, error) {
	if look == nil {
		look = &Look{}
	}
	files, hidden, err := themeFiles(overrides)
	if err != nil {
		return nil, err
	}
	t := &Theme{
		paths: map[string]string{}, words: map[string]words.Catalogue{},
		colours: palette.From(cmp.Or(look.Accent, palette.Default)),
	}
	for _, name := range hidden {
		t.warnings.Add(ruleHidden.At(finding.Position{File: "templates/" + name}, "hidden files and folders are not published"))
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := files[name]
		if language, ok := strings.CutPrefix(name, "words/"); ok {
			if err := t.addWords(strings.TrimSuffix(language, ".txt"), f); err != nil {
				return nil, err
			}
			continue
		}
		asset, ok := strings.CutPrefix(name, "static/")
		if !ok {
			t.paths[name] = f.path
			if !strings.HasPrefix(f.path, embeddedPrefix) {
				t.warnings = append(t.warnings, inlineCode(f.path, f.data)...)
			}
			continue
		}
		if look.NoSearch && (asset == "search.js" || asset == "search.css") {
			continue
		}
		if path.Ext(asset) == ".js" && strings.HasPrefix(f.path, embeddedPrefix) {
			f.data = compactScript(f.data)
		}
		if asset == "theme.css" {
			f.data = append([]byte(look.style(t.colours)), f.data...)
		}
		mediaType, ok := mediaTypes[path.Ext(asset)]
		if !ok {
			return nil, fileError(f.path, "unknown type of file %q", path.Ext(asset))
		}
		t.assets = append(t.assets, Asset{Name: asset, MediaType: mediaType, Data: f.data})
	}
	if look.Font != nil {
		t.assets = append(t.assets, Asset{Name: fontName, MediaType: mediaTypes[".woff2"], Data: look.Font})
	}
	slices.SortFunc(t.assets, func(a, b Asset) int { return strings.Compare(a.Name, b.Name) })
	return t, t.parse(files)
}

// addWords adds a catalogue of the show.
func (t *Theme) addWords(language string, f source) error {
	c, err := words.Parse(f.data)
	var bad *words.LineError
	if errors.As(err, &bad) {
		return ruleTemplate.At(finding.Position{File: f.path, Line: bad.Line}, "%s", bad.Message)
	}
	known := words.Keys()
	line := 0
	for text := range strings.Lines(string(f.data)) {
		line++
		key, _, ok := strings.Cut(text, "=")
		key = strings.TrimSpace(key)
		if ok && c[key] != "" && !slices.Contains(known, key) {
			found := ruleTemplate.At(finding.Position{File: f.path, Line: line}, "the theme has no word %q", key)
			if hint := yaml.DidYouMean(key, known); hint != "" {
				found = found.WithHint(hint)
			}
			return found
		}
	}
	t.words[strings.ToLower(language)] = c
	return nil
}

// parse makes one set of all templates. The "main" of each page file is renamed, and a
// new "main" includes the one for the kind of page. parse executes copies of base.html
// and row.html once, so that a template that html/template cannot escape is reported
// now and not in the middle of a publish.
func (t *Theme) parse(files map[string]source) error {
	set := template.New("").Funcs((&renderer{}).funcs())
	for _, name := range slices.Sorted(maps.Keys(t.paths)) {
		if _, isPage := mainOf(name); isPage {
			continue
		}
		if _, err := set.New(name).Parse(string(files[name].data)); err != nil {
			return t.locate(err)
		}
	}
	var choose strings.Builder
	for i, p := range pageFiles {
		page, err := template.New(p.file).Funcs((&renderer{}).funcs()).Parse(string(files[p.file].data))
		if err != nil {
			return t.locate(err)
		}
		if page.Lookup("main") == nil {
			return fileError(t.paths[p.file], `{{define "main"}} is missing`)
		}
		main, _ := mainOf(p.file)
		for _, defined := range page.Templates() {
			name := defined.Name()
			switch name {
			case "main":
				name = main
			case p.file: // text outside of the definitions
				continue
			}
			template.Must(set.AddParseTree(name, defined.Tree))
		}
		if i > 0 {
			choose.WriteString("{{else}}")
		}
		fmt.Fprintf(&choose, "{{if eq .Kind %q}}{{template %q .}}", p.kind, main)
	}
	choose.WriteString(strings.Repeat("{{end}}", len(pageFiles)))
	template.Must(set.New("main").Parse(choose.String()))
	t.set = set
	var unsafe *template.Error
	for _, name := range []string{"base.html", "row.html"} {
		if err := template.Must(set.Clone()).ExecuteTemplate(io.Discard, name, nil); errors.As(err, &unsafe) {
			return t.locate(unsafe)
		}
	}
	return nil
}

// mainOf returns the name of a page file's "main" in the set of all templates.
func mainOf(file string) (name string, ok bool) {
	return "main of " + file, slices.ContainsFunc(pageFiles, func(p pageFile) bool { return p.file == file })
}

// source is a file of the theme.
type source struct {
	path string // path in errors
	data []byte
}

// themeFiles returns the files of the theme by name, such as "episode.html" or
// "static/theme.css". Files of overrides replace embedded ones. It also returns the
// names of what is hidden in overrides and may be meant for the site.
func themeFiles(overrides fs.FS) (files map[string]source, hidden []string, err error) {
	files = map[string]source{}
	err = fs.WalkDir(embedded, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := embedded.ReadFile(name)
		name = strings.TrimPrefix(name, "default/")
		files[name] = source{embeddedPrefix + name, data}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read the embedded theme: %w", err)
	}
	if overrides == nil {
		return files, nil, nil
	}
	err = fs.WalkDir(overrides, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == ".":
			return fs.SkipAll // the show has no templates folder
		case err != nil:
			return fmt.Errorf("read templates: %w", err)
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if !slices.Contains(toolFiles, d.Name()) {
				hidden = append(hidden, name)
			}
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
	return files, hidden, err
}

// toolFiles are hidden files and folders that other tools, or onair theme eject, leave.
var toolFiles = []string{".DS_Store", ".directory", ".git", ".gitattributes", ".gitignore", ".gitkeep", ".theme"}

// wordsName matches names of catalogues.
var wordsName = regexp.MustCompile(`^words/[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\.txt$`)

// assetName matches the allowed names of assets, which need no escaping in a URL.
var assetName = regexp.MustCompile(`^static(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$`)

func readOverride(overrides fs.FS, name string) (source, error) {
	limit := maxTemplate
	shown := "templates/" + name
	switch {
	case assetName.MatchString(name):
		limit = maxAsset
	case wordsName.MatchString(name):
	case strings.HasPrefix(name, "words/"):
		return source{}, fileError(shown, "name a catalogue after its language, such as words/en.txt")
	case strings.HasPrefix(name, "static/"):
		return source{}, fileError(shown, "name a static file with letters, digits, dots, dashes and underscores")
	case path.Ext(name) != ".html" || strings.Contains(name, "/"):
		return source{}, fileError(shown, "neither a template (*.html) nor below static/ or words/")
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

// goError matches an error of text/template or html/template: file, line, column and
// message.
var goError = regexp.MustCompile(`(?s)^(?:html/)?template: ?([^:]+):(\d+)(?::(\d+))?: (.*)$`)

// locate converts an error of the template packages to a finding about the file of the
// theme. Columns in these errors count from 0.
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

// mediaTypes are the media types of assets, by extension. Package mime is not used
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

// Files returns the files of the embedded theme by name, such as episode.html,
// static/theme.css or words/en.txt. A show overrides a file with a file of the same
// name in its templates folder.
func Files() map[string][]byte {
	files, _, err := themeFiles(nil)
	if err != nil {
		panic(err) // cannot happen: the files are embedded
	}
	all := map[string][]byte{}
	for name, f := range files {
		all[name] = f.data
	}
	for name, data := range words.Files() {
		all["words/"+name] = data
	}
	return all
}
