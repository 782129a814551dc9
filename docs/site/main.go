// Command site renders the documentation as a static site: README.md, the pages in
// docs, and a page for each command. It uses onair's Markdown renderer and the style
// sheet of the default theme.
//
//	go run ./docs/site -o build/docs -source https://github.com/OWNER/onair/blob/main
package main

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"html"
	"html/template"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"onair/internal/markdown"
)

//go:embed page.html
var pageText string

//go:embed docs.css
var styles []byte

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is a page of the site.
type page struct {
	File   string // file of the site, such as cdn.html or commands/onair_publish.html
	Title  string
	Body   template.HTML
	Root   string // relative path of the site's root: "" or "../"
	source string // slash-separated path in the repository, such as docs/cdn.md
}

// data is the data of a page's template.
type data struct {
	Page  page
	Pages []page // all pages of the site, for the navigation
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("docs/site: ")
	out := flag.String("o", "build/docs", "write the site to `DIR`, which is replaced")
	source := flag.String("source", "", "`URL` of the repository's files, for links to code; without it such links are text")
	flag.Parse()
	if err := build(".", *out, *source); err != nil {
		log.Fatal(err)
	}
}

// pictures are the images of README.md; the files are in docs.
var pictures = []string{"demo.svg", "site.jpg"}

// build renders the documentation of the repository in root into out.
func build(root, out, source string) error {
	pages, err := collect(root)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	for _, p := range pages {
		p.Body = template.HTML(link(string(p.Body), p, pages, source))
		var b bytes.Buffer
		if err := pageTemplate.Execute(&b, data{p, pages}); err != nil {
			return err
		}
		if err := writeFile(filepath.Join(out, filepath.FromSlash(p.File)), b.Bytes()); err != nil {
			return err
		}
	}
	theme, err := os.ReadFile(filepath.Join(root, "templates", "static", "theme.css"))
	if err != nil {
		return err
	}
	files := map[string][]byte{"theme.css": theme, "docs.css": styles}
	for _, name := range pictures {
		if files[name], err = os.ReadFile(filepath.Join(root, "docs", name)); err != nil {
			return err
		}
	}
	for name, data := range files {
		if err := writeFile(filepath.Join(out, name), data); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o644)
}

// collect reads README.md, the pages in docs, and the pages of the commands, in the
// order of the navigation.
func collect(root string) ([]page, error) {
	sources, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		return nil, err
	}
	slices.Sort(sources)
	var pages []page
	add := func(name, source, file string) error {
		text, err := os.ReadFile(name)
		if err == nil {
			pages = append(pages, render(string(text), source, file))
		}
		return err
	}
	if err := add(filepath.Join(root, "README.md"), "README.md", "index.html"); err != nil {
		return nil, err
	}
	for _, name := range sources {
		base := filepath.Base(name)
		if err := add(name, "docs/"+base, strings.TrimSuffix(base, ".md")+".html"); err != nil {
			return nil, err
		}
	}
	commands, err := commandPages(root)
	return append(pages, commands...), err
}

// commandPages returns the pages of the commands, which onair man writes.
func commandPages(root string) ([]page, error) {
	dir, err := os.MkdirTemp("", "onair-docs-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	c := exec.Command("go", "run", "./cmd/onair", "man", "--markdown", dir)
	c.Dir, c.Stderr = root, os.Stderr
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("write the pages of the commands: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var pages []page
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(e.Name(), ".md")
		pages = append(pages, render(string(text), "docs/commands/"+e.Name(), "commands/"+name+".html"))
	}
	return pages, nil
}

var (
	heading  = regexp.MustCompile(`<h([1-6])>(.*?)</h[1-6]>`)
	tag      = regexp.MustCompile(`<[^>]*>`)
	notID    = regexp.MustCompile(`[^a-z0-9 _-]`)
	imageOf  = regexp.MustCompile(`<img src="([^":]*)"`)
	linkTo   = regexp.MustCompile(`<a href="([^"]*)">(.*?)</a>`)
	linkFile = regexp.MustCompile(`^[^:#?]*$`)
)

// render renders the Markdown of a file. The first heading is the title, and
// headings get the ids that GitHub gives them.
func render(text, source, file string) page {
	p := page{File: file, Root: strings.Repeat("../", strings.Count(file, "/")), source: source}
	used := map[string]int{}
	body := heading.ReplaceAllStringFunc(markdown.HTML(text, ""), func(h string) string {
		m := heading.FindStringSubmatch(h)
		title := html.UnescapeString(tag.ReplaceAllString(m[2], ""))
		if p.Title == "" {
			p.Title = title
		}
		id := strings.ReplaceAll(notID.ReplaceAllString(strings.ToLower(title), ""), " ", "-")
		if used[id]++; used[id] > 1 {
			id = fmt.Sprintf("%s-%d", id, used[id]-1)
		}
		return fmt.Sprintf(`<h%s id="%s">%s</h%s>`, m[1], html.EscapeString(id), m[2], m[1])
	})
	p.Body = template.HTML(body)
	return p
}

// link changes the relative links of a page. A link to the source of a page becomes a
// link to that page. Any other becomes a link to the file below the URL source, or text
// if source is empty.
func link(body string, p page, pages []page, source string) string {
	// The pictures are in the root of the site.
	body = imageOf.ReplaceAllStringFunc(body, func(img string) string {
		return `<img src="` + p.Root + path.Base(imageOf.FindStringSubmatch(img)[1]) + `"`
	})
	return linkTo.ReplaceAllStringFunc(body, func(a string) string {
		m := linkTo.FindStringSubmatch(a)
		target, fragment, _ := strings.Cut(html.UnescapeString(m[1]), "#")
		if fragment != "" {
			fragment = "#" + fragment
		}
		if target == "" || !linkFile.MatchString(target) {
			return a // on this page, or elsewhere on the web
		}
		name := path.Join(path.Dir(p.source), target)
		for _, other := range pages {
			if other.source == name {
				return fmt.Sprintf(`<a href="%s">%s</a>`, html.EscapeString(p.Root+other.File+fragment), m[2])
			}
		}
		if source == "" {
			return m[2]
		}
		return fmt.Sprintf(`<a href="%s">%s</a>`, html.EscapeString(source+"/"+name+fragment), m[2])
	})
}
