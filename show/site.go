package show

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/internal/slugs"
	"onair/internal/source"
	"onair/show/site"
)

// pagesDir is the folder of the show's own pages.
const pagesDir = "pages"

// siteSettings sets site:.
func siteSettings(p *site.Settings) source.Setter {
	return func(v source.Value) {
		urls := "slash"
		enabled, search, cards, embed := true, true, true, true
		v.Fields(source.Fields{
			"page_urls":   source.OneOf(&urls, "slash", "html"),
			"home":        source.Int(&p.Home, 1, 1000),
			"nav":         nav(&p.Nav),
			"search":      source.Bool(&search),
			"cards":       source.Bool(&cards),
			"embed":       source.Bool(&embed),
			"enabled":     source.Bool(&enabled),
			"episode_url": pageURL(&p.EpisodeURL),
		})
		p.Disabled = !enabled
		p.HTMLURLs = urls == "html"
		p.NoSearch, p.NoCards, p.NoEmbed = !search, !cards, !embed
	}
}

// nav sets the links of the navigation.
func nav(p *[]site.Link) source.Setter {
	return func(v source.Value) {
		v.Each(func(v source.Value) {
			var l site.Link
			if !v.Fields(source.Fields{"text": source.Limited(&l.Text, 64), "url": navURL(&l.URL)}, "text", "url") {
				return
			}
			if !v.Has("text") || !v.Has("url") {
				v.Reportf(ruleRequired, "write {text: …, url: …}", "a link without a text or a url")
				return
			}
			if l.Text != "" && l.URL != "" {
				*p = append(*p, l)
			}
		})
	}
}

// navURL sets an absolute URL, or a path below the show's url, which starts with a slash.
func navURL(p *string) source.Setter {
	return func(v source.Value) {
		if strings.HasPrefix(v.Node.Text, "/") {
			sitePath(p)(v)
			return
		}
		source.WebURL(p)(v)
	}
}

// theme sets theme:.
func theme(p *site.Theme) source.Setter {
	return func(v source.Value) {
		v.Fields(source.Fields{
			"accent":    colour(&p.Accent),
			"logo":      file(&p.Logo),
			"font":      fileOf(&p.Font, ".woff2"),
			"card_font": fileOf(&p.CardFont, ".otf", ".ttf"),
			"scheme":    source.OneOf(&p.Scheme, string(site.Auto), string(site.Light), string(site.Dark)),
		})
	}
}

// fileOf sets the path of a file with one of the extensions.
func fileOf(p *string, extensions ...string) source.Setter {
	return func(v source.Value) {
		name := ""
		if file(&name)(v); name == "" {
			return
		}
		if !slices.Contains(extensions, strings.ToLower(path.Ext(name))) {
			v.Reportf(rulePath, "", "%s: %s is not a %s file", v.Name(), source.ShortQuote(name), source.OrList(extensions))
			return
		}
		*p = name
	}
}

var hexColour = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)

// colour sets a colour as #rrggbb, in lower case. "auto" leaves it empty.
func colour(p *string) source.Setter {
	return func(v source.Value) {
		text, ok := v.Word()
		if !ok || text == "auto" {
			return
		}
		if !hexColour.MatchString(text) {
			hint := source.DidYouMean(text, []string{"auto"})
			if hint == "" {
				hint = `write auto or a colour such as "#7a1f5c", in quotes because # starts a comment`
			}
			v.Reportf(ruleColour, hint, "%s is %s, which is not a colour", v.Name(), source.ShortQuote(text))
			return
		}
		text = strings.ToLower(text)
		if len(text) == 4 {
			text = "#" + strings.Repeat(text[1:2], 2) + strings.Repeat(text[2:3], 2) + strings.Repeat(text[3:4], 2)
		}
		*p = text
	}
}

// reservedPages are the names below the show's url that onair uses for its own pages.
var reservedPages = []string{"archive", "assets", "audio", "episodes", "help", "people", "search", "sponsors", "topics"}

// readPages reads the Markdown files of pages/.
func (l *loader) readPages() {
	entries, err := fs.ReadDir(l.folder.FS, pagesDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.found.Add(notRead(pagesDir, err))
	}
	for _, entry := range entries {
		name := entry.Name()
		if name[0] == '.' || name[0] == '_' || !strings.EqualFold(path.Ext(name), ".md") {
			continue // such as an image of a page
		}
		if p := l.readPage(path.Join(pagesDir, name)); p != nil {
			l.show.Pages = append(l.show.Pages, p)
		}
	}
}

// readPage reads a page in pages/. It returns nil and reports a finding if the page
// cannot be used.
func (l *loader) readPage(name string) *site.Page {
	p := &site.Page{File: name, ID: strings.TrimSuffix(path.Base(name), path.Ext(name)), Language: l.show.Language, Places: map[string]finding.Position{}}
	at := finding.Position{File: name}
	if err := slugs.Valid(p.ID); err != nil {
		l.found.Add(ruleSlug.At(at, "the file's name is not a valid slug: %v", err).WithHint("rename it to " + slugs.Make(p.ID) + ".md"))
		return nil
	}
	if slices.Contains(reservedPages, p.ID) {
		l.found.Add(ruleSlug.At(at, "onair writes a page of its own at %s/", p.ID).WithHint("give the file another name"))
		return nil
	}
	text, ok := readText(l.folder, name, &l.found)
	if !ok {
		return nil
	}
	yaml, body, line, ok := splitFrontMatter(name, text, &l.found)
	if !ok {
		return nil
	}
	p.Body = body
	checkMarkdown(body, placeIn(body, name, line), &l.found)
	root, broken := source.ParseYAML(name, yaml, 1, &l.found)
	if broken {
		return nil
	}
	menu := true
	if root != nil {
		l.decoder(pagesDir, p.Places).Value(root, "").Fields(source.Fields{
			"title":    source.Limited(&p.Title, 255),
			"summary":  source.Text(&p.Summary),
			"language": languageTag(&p.Language),
			"updated":  source.Date(&p.Updated, l.show.Timezone),
			"nav":      source.Bool(&menu),
		}, "title")
	}
	p.Hidden = !menu
	if p.Title == "" {
		l.found.Add(ruleRequired.At(at, "the page has no title").WithHint("add title: to its front matter"))
		return nil
	}
	return p
}
