package show

import (
	"cmp"
	"io/fs"

	"onair/internal/finding"
	"onair/internal/plural"
)

// defaults sets fields that show.yaml leaves out, and reports the missing fields that
// listeners would notice.
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
	missing("explicit", "add explicit: false, or true", "the show does not say whether it is explicit; taken to be false")
	if s.Author == "" {
		s.Author = l.authorFromNames()
	}
	if s.Artwork == "" {
		reportRefused(&l.found, l.folder, artworkNames...)
		s.Artwork = findArtwork(l.folder.isFile, ".", func() []fs.DirEntry {
			if _, written := s.places["artwork"]; written { // if show.yaml names a file, its absence is reported elsewhere
				return nil
			}
			entries, _ := fs.ReadDir(l.folder.FS, ".")
			return entries
		}, &l.found)
	}
}

// checkRequired reports missing fields that directories require and that have no default.
// They are errors if directories can read the show.
func (l *loader) checkRequired() {
	s := l.show
	missing := func(field, hint, message string) {
		if _, written := s.places[field]; written {
			return
		}
		f := ruleDefault.At(s.At(field), "%s", message).WithHint(hint)
		if s.IsPublic() && !s.Private {
			f = f.WithSeverity(finding.Error)
		}
		l.found.Add(f)
	}
	if len(s.Categories) == 0 {
		missing("categories", "add categories: [Technology], or what fits", "the show has no categories; directories want one of Apple's list")
	}
	if s.Artwork == "" {
		missing("artwork", "add a square JPEG or PNG of 1400 to 3000 pixels as artwork.jpg", "the show has no artwork; directories refuse a show without")
	}
}

// authorFromNames returns the author of a show without author: the names of its hosts, or
// else its title.
func (l *loader) authorFromNames() string {
	var names []string
	for _, h := range l.show.Hosts {
		names = append(names, h.Person.Name)
	}
	return cmp.Or(plural.And(names), l.show.Title)
}
