package templates_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"onair/templates"
)

func TestAssets(t *testing.T) {
	t.Parallel()
	theme, err := templates.Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	last := ""
	for _, a := range theme.Assets() {
		if a.Name <= last {
			t.Errorf("%s comes after %s", a.Name, last)
		}
		last = a.Name
		got[a.Name] = a.MediaType
	}
	want := map[string]string{
		"icon.svg":   "image/svg+xml",
		"player.css": "text/css; charset=utf-8",
		"player.js":  "text/javascript; charset=utf-8",
		"search.css": "text/css; charset=utf-8",
		"search.js":  "text/javascript; charset=utf-8",
		"theme.css":  "text/css; charset=utf-8",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("assets (-want +got):\n%s", diff)
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	theme, err := templates.Load(fstest.MapFS{
		"404.html":              {Data: []byte(`{{define "main"}}<h1>Lost in {{.Show.Title}}</h1>{{template "note.html" .}}{{end}}`)},
		"note.html":             {Data: []byte(`<img src="{{asset "img/lost.svg"}}" alt="">`)},
		"static/theme.css":      {Data: []byte("body { color: red }")},
		"static/custom.css":     {Data: []byte(":root { --accent: red }")},
		"static/img/lost.svg":   {Data: []byte("<svg/>")},
		"static/.DS_Store":      {Data: []byte("x")},
		".git/config":           {Data: []byte("x")},
		"static/.cache/x.thing": {Data: []byte("x")},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var warned []string
	for _, f := range theme.Warnings() {
		warned = append(warned, f.Rule+" "+f.File)
	}
	if diff := cmp.Diff([]string{"W007 templates/static/.cache"}, warned); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	for _, a := range theme.Assets() {
		if a.Name == "theme.css" && !strings.HasSuffix(string(a.Data), "\nbody { color: red }") {
			t.Error("theme.css is still the embedded one")
		}
	}
	site := sampleSite(t)
	pages, err := renderWith(theme, site)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<h1>Lost in Hello, Universe</h1>",
		`<img src="/show/assets/img/lost-0123456789abcdef.svg" alt="">`,
		`<link rel="stylesheet" href="/show/assets/custom-0123456789abcdef.css">`,
	} {
		if !strings.Contains(pages["404.html"], want) {
			t.Errorf("404.html lacks %s", want)
		}
	}
	if !strings.Contains(pages["index.html"], "<h1>Hello, Universe</h1>") {
		t.Error("index.html is not the embedded one")
	}
}

// TestTurnsOverride checks that a show can override turns.html.
func TestTurnsOverride(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/turns.html")
	if err != nil {
		t.Fatal(err)
	}
	theme, err := templates.Load(fstest.MapFS{"turns.html": {Data: data}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := renderWith(theme, sampleSite(t))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(render(t, sampleSite(t)), pages); diff != "" {
		t.Errorf("pages (-theme +override):\n%s", diff)
	}
}

func TestNoTemplatesFolder(t *testing.T) {
	t.Parallel()
	missing, err := fs.Sub(fstest.MapFS{}, "templates")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := templates.Load(missing, nil); err != nil {
		t.Error(err)
	}
}

func TestBadOverrides(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, file, data, want string }{
		{"syntax", "episode.html", "{{define \"main\"}}\n{{if}}\n{{end}}", `templates/episode.html:2: missing value for if`},
		{"unclosed", "card.html", "a\nb {{range .X}}", `templates/card.html:2: unexpected EOF`},
		{"unknown function", "card.html", "\n{{shout .Title}}", `templates/card.html:2: function "shout" not defined`},
		{"no main", "show.html", "<p>hello</p>", `templates/show.html: {{define "main"}} is missing`},
		{"unknown partial", "show.html", `{{define "main"}}{{template "no.html"}}{{end}}`, `templates/show.html:1:29: no such template "no.html"`},
		{"ambiguous", "404.html", "{{define \"main\"}}\n<a href='{{if .Title}}x?{{end}}{{.Title}}'>{{end}}", `templates/404.html:2:`},
		{"not a template", "theme.css", "", `templates/theme.css: neither a template (*.html) nor below static/ or words/`},
		{"folder", "partials/a.html", "", `templates/partials/a.html: neither a template (*.html) nor below static/ or words/`},
		{"asset name", "static/a b.css", "", `templates/static/a b.css: name a static file with`},
		{"asset type", "static/a.exe", "", `templates/static/a.exe: unknown type of file ".exe"`},
		{"large", "card.html", strings.Repeat(" ", 1<<20+1), `templates/card.html: larger than 1 MiB`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := templates.Load(fstest.MapFS{tt.file: {Data: []byte(tt.data)}}, nil)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error = %v\nwant    %s", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Error("the error has more than one line")
			}
		})
	}
}

func TestUnknownFieldInOverride(t *testing.T) {
	t.Parallel()
	theme, err := templates.Load(fstest.MapFS{
		"card.html": {Data: []byte("<p>\n  {{.Titel}}</p>")},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = renderWith(theme, sampleSite(t))
	want := "render index.html: templates/card.html:2:5: "
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error = %v\nwant    %s…", err, want)
	}
}

func TestAssetWithoutKey(t *testing.T) {
	t.Parallel()
	theme, err := templates.Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range theme.Pages(sampleSite(t)) {
		if err == nil || err.Error() != "theme asset icon.svg has no key" {
			t.Errorf("error = %v", err)
		}
	}
}

// TestConstantWords compares words that are constants, which are executed once, with words
// that are not, in each context that is escaped in its own way.
func TestConstantWords(t *testing.T) {
	t.Parallel()
	page := func(key string) string {
		main := strings.ReplaceAll(`{{define "main"}}{{$key := "play"}}
<p title="{{word KEY}}" data-n='{{word KEY "n" 15}}'>{{word KEY}}</p>
<a href="/{{word KEY}}?{{word KEY}}">{{word KEY}}</a><textarea>{{word KEY}}</textarea>
<script type="application/json">{"{{word KEY}}": {{word KEY "n" 1.5}}}</script>
{{if .Topics}}{{word KEY}}{{else}}{{word "no such word"}}{{end}}{{range .Topics}}{{.Name}}{{word KEY}}{{.Name}}{{end}}
{{end}}`, "KEY", key)
		theme, err := templates.Load(fstest.MapFS{
			"topics.html":  {Data: []byte(main)},
			"words/en.txt": {Data: []byte(`play = <b>"Play" & 'pause' {n}</b>`)},
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		pages, err := renderWith(theme, sampleSite(t))
		if err != nil {
			t.Fatal(err)
		}
		return pages["topics/index.html"]
	}
	constant, variable := page(`"play"`), page("$key")
	if constant != variable || !strings.Contains(constant, "&lt;b&gt;&#34;Play&#34; &amp; &#39;pause&#39; 15&lt;/b&gt;") {
		t.Errorf("constants:\n%s\nvariables:\n%s", constant, variable)
	}
}
