package show

import (
	"fmt"
	"strings"
)

// defaults fills in what show.yaml leaves out, and says so where listeners
// would notice.
func (l *loader) defaults() {
	s := l.show
	if s.Title == "" {
		if _, written := s.places["title"]; !written {
			l.found.Add(ruleRequired.At(s.At("title"), "the show has no title").WithHint(`add title: "The name of the show"`))
		}
		s.Title = "Untitled"
	}
	missing := func(field, hint, message string) {
		if _, written := s.places[field]; !written {
			l.found.Add(ruleDefault.At(s.At(field), "%s", message).WithHint(hint))
		}
	}
	if s.Description == "" {
		missing("description", "say in a few sentences what the show is about", "the show has no description; its title stands in")
		s.Description = s.Title
	}
	if s.Language == "" {
		missing("language", "add language: en, or what is spoken", "the show has no language; taken to be en")
		s.Language = "en"
	}
	if len(s.Categories) == 0 {
		missing("categories", "add categories: [Technology], or what fits", "the show has no categories; directories want one of Apple's list")
	}
	missing("explicit", "add explicit: false, or true", "the show does not say whether it is explicit; taken to be false")
	if s.Author == "" {
		s.Author = l.authorFromNames()
	}
	if s.Artwork == "" {
		s.Artwork = l.firstFile("artwork.jpg", "artwork.jpeg", "artwork.png")
	}
	if s.Artwork == "" {
		missing("artwork", "add a square JPEG or PNG of 1400 to 3000 pixels as artwork.jpg", "the show has no artwork; directories refuse a show without")
	}
}

// authorFromNames is the author of a show that names none: its hosts, else
// its title.
func (l *loader) authorFromNames() string {
	var names []string
	for _, h := range l.show.Hosts {
		names = append(names, h.Person.Name)
	}
	if len(names) == 0 {
		return l.show.Title
	}
	if len(names) == 1 {
		return names[0]
	}
	return fmt.Sprintf("%s and %s", strings.Join(names[:len(names)-1], ", "), names[len(names)-1])
}

// firstFile returns the first of the files that is there, or "".
func (l *loader) firstFile(names ...string) string {
	for _, name := range names {
		if l.folder.isFile(name) {
			return name
		}
	}
	return ""
}
