package release

import (
	"path/filepath"
	"strings"

	"onair/internal/finding"
	"onair/publish/bucket"
	"onair/show"
)

// sources are the folders of a show that publishing reads.
var sources = []string{"episodes", "pages", "people", "sponsors", "templates"}

// checkStorage reports a local storage that is, contains or lies among the show's
// sources, because publishing would read its own output. It also reports a state
// storage inside the public one.
func checkStorage(s *show.Show) (found finding.List) {
	if inStorage(s, s.State) {
		found.Add(ruleStorage.At(s.At("state"), "state %s lies in storage %s, which listeners read", s.State, s.Storage).WithHint("give the records a bucket or a folder of their own, or leave state: out"))
	}
	if dir, ok := strings.CutPrefix(s.Storage, "file:"); ok && InSources(s, dir) {
		found.Add(ruleStorage.At(s.At("storage"), "storage %s is, holds or lies among the show's own files", s.Storage).WithHint("give it a folder of its own, such as file:public"))
	}
	return found
}

// LocationInDoubt reports whether a finding makes it uncertain which storage or URL the
// show uses, or says that the show must not use them.
func LocationInDoubt(f finding.Finding) bool {
	return show.LocationInDoubt(f) || f.Rule == ruleStorage.ID && f.Severity == finding.Error
}

// inStorage reports whether a bucket is the one that listeners read, or lies in it.
func inStorage(s *show.Show, other string) bool {
	dir, local := strings.CutPrefix(s.Storage, "file:")
	otherDir, alsoLocal := strings.CutPrefix(other, "file:")
	if local || alsoLocal {
		return local && alsoLocal && within(folderOf(s, otherDir), folderOf(s, dir))
	}
	in, at := bucket.ParseURL(s.Storage), bucket.ParseURL(other)
	return at.Scheme == in.Scheme && at.Options.Get("endpoint") == in.Options.Get("endpoint") &&
		at.Name == in.Name && strings.HasPrefix(at.Prefix, in.Prefix)
}

// InSources reports whether a folder is the show's folder, contains it, or lies among
// the show's sources. A relative path starts at the show's folder.
func InSources(s *show.Show, dir string) bool {
	home := folderOf(s, ".")
	dir = folderOf(s, dir)
	bad := within(home, dir)
	for _, source := range sources {
		bad = bad || within(dir, filepath.Join(home, source))
	}
	return bad
}

// folderOf returns the absolute path of a folder that the show names.
func folderOf(s *show.Show, dir string) string {
	home := filepath.Join(string(filepath.Separator), "show") // any folder will do for a show without one
	if s.Folder.Dir != "" {
		home = resolved(s.Folder.Dir)
	}
	dir = filepath.FromSlash(dir)
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(home, dir)
	}
	return resolved(dir)
}

// resolved returns a path without symbolic links, as far as it exists.
func resolved(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	if dir := filepath.Dir(name); dir != name {
		return filepath.Join(resolved(dir), filepath.Base(name))
	}
	return name
}

// within reports whether a path is a folder or lies below it.
func within(name, folder string) bool {
	rel, err := filepath.Rel(folder, name)
	return err == nil && filepath.IsLocal(rel)
}
