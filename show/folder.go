package show

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/internal/shell"
	"onair/internal/source"
	"onair/internal/sourcefs"
)

// Folder reads the files of a show. Most are inside FS. Audio and transcripts may be
// elsewhere, such as "~/masters/…" or "../transcripts/…". Their names are resolved
// against Dir, and FS opens them if it can open files by operating-system path. FS
// decides which files it refuses; the FS of package sourcefs opens only regular files.
type Folder struct {
	FS  fs.FS
	Dir string // operating-system path of FS's root; empty if FS is not on a disk
}

// pathFS is an FS that can also open files outside the folder, by their operating-system
// path.
type pathFS interface {
	OpenPath(path string) (fs.File, error)
	StatPath(path string) (fs.FileInfo, error)
}

// errOutside reports that a file is outside the folder, where it cannot be opened.
var errOutside = errors.New("outside the show's folder")

// outside reports whether a path of a show leaves its folder.
func outside(name string) bool {
	clean := path.Clean(name)
	return path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") ||
		clean == "~" || strings.HasPrefix(clean, "~/") || filepath.VolumeName(filepath.FromSlash(name)) != ""
}

// Open opens a file. A name that starts with "/", "~/" or "../" is outside the folder;
// see Episode.
func (f Folder) Open(name string) (fs.File, error) {
	if !outside(name) {
		return f.FS.Open(path.Clean(name))
	}
	p, onDisk := f.Path(name)
	outer, ok := f.FS.(pathFS)
	if !onDisk || !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errOutside}
	}
	return outer.OpenPath(p)
}

// Stat returns information about a file that Open would open.
func (f Folder) Stat(name string) (fs.FileInfo, error) {
	if !outside(name) {
		return fs.Stat(f.FS, path.Clean(name))
	}
	p, onDisk := f.Path(name)
	outer, ok := f.FS.(pathFS)
	if !onDisk || !ok {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: errOutside}
	}
	return outer.StatPath(p)
}

// Path returns the operating-system path of a file, and whether the file has one.
func (f Folder) Path(name string) (string, bool) {
	if f.Dir == "" {
		return "", false
	}
	clean := path.Clean(name)
	if clean == "~" || strings.HasPrefix(clean, "~/") {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", false
		}
		return filepath.Join(home, filepath.FromSlash(clean[1:])), true
	}
	if p := filepath.FromSlash(clean); path.IsAbs(clean) || filepath.IsAbs(p) {
		return p, true
	}
	return filepath.Join(f.Dir, filepath.FromSlash(clean)), true
}

// ReadFile returns the content of a file of at most limit bytes. For a larger file it
// returns an error.
func (f Folder) ReadFile(name string, limit int64) ([]byte, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	size := int64(0)
	if info, err := file.Stat(); err == nil {
		size = min(info.Size(), limit)
	}
	data := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead)) // ReadFrom does not grow it
	if _, err := data.ReadFrom(io.LimitReader(file, limit+1)); err != nil {
		return nil, err
	}
	if int64(data.Len()) > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("more than %d bytes", limit)}
	}
	return data.Bytes(), nil
}

// isFile reports whether there is a regular file with the name.
func (f Folder) isFile(name string) bool {
	info, err := f.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// refusal says why an existing file is not read. It is empty if the file is read or does
// not exist.
func (f Folder) refusal(name string) string {
	info, err := f.Stat(name)
	reason, _ := sourcefs.Refused(err)
	if err == nil {
		reason = sourcefs.TypeReason(info.Mode().Type())
	}
	return reason
}

// reportRefused reports the named files that exist but are not read.
func reportRefused(found *finding.List, folder Folder, names ...string) {
	for _, name := range names {
		if reason := folder.refusal(name); reason != "" {
			found.Add(ruleNotRead.At(finding.Position{File: name}, "the file is %s", reason))
		}
	}
}

// firstFile returns the first of the files that exists, or "" if none does.
func firstFile(isFile func(name string) bool, names ...string) string {
	for _, name := range names {
		if isFile(name) {
			return name
		}
	}
	return ""
}

// listing has the entries of a folder. Its isFile calls Stat for few files.
type listing struct {
	folder  Folder
	dir     string
	entries []fs.DirEntry
	byName  map[string]fs.DirEntry // by lower-case name; nil if the folder could not be listed
}

func listFiles(folder Folder, dir string) *listing {
	d := &listing{folder: folder, dir: dir}
	entries, err := fs.ReadDir(folder.FS, dir)
	if err != nil {
		return d
	}
	d.entries, d.byName = entries, make(map[string]fs.DirEntry, len(entries))
	for _, e := range entries {
		d.byName[strings.ToLower(e.Name())] = e
	}
	return d
}

// isFile is like Folder.isFile. It calls Stat only for a file in another folder, or if
// the entries do not tell whether the name is that of a regular file.
func (d *listing) isFile(name string) bool {
	dir, base := path.Split(name)
	if d.byName != nil && dir == d.dir+"/" {
		e, ok := d.byName[strings.ToLower(base)]
		if !ok && isASCII(base) {
			return false
		}
		if ok && e.Name() == base && e.Type().IsRegular() {
			return true
		}
	}
	return d.folder.isFile(name)
}

// used reports whether onair reads files of this name in the folder of an episode.
func used(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	return slices.Contains([]string{"episode", "audio", "artwork", "chapters", "transcript"}, stem)
}

// refused reports entries that onair would read if they were regular files or not hidden.
// findArtwork reports hidden artwork.
func (d *listing) refused(found *finding.List) {
	for _, e := range d.entries {
		if name, hidden := strings.CutPrefix(e.Name(), "."); hidden && e.Type().IsRegular() && d.isSource(name) {
			from := path.Join(d.dir, e.Name())
			found.Add(ruleNotRead.At(finding.Position{File: from}, "the file is hidden").WithSeverity(finding.Warning).
				WithHint("git mv " + shell.Quote(from) + " " + shell.Quote(path.Join(d.dir, name))))
		}
		if reason := sourcefs.TypeReason(e.Type()); reason != "" && used(e.Name()) {
			found.Add(ruleNotRead.At(finding.Position{File: path.Join(d.dir, e.Name())}, "the file is %s", reason))
		}
	}
}

// isSource reports whether onair would read a file of this name, which the folder lacks, as
// the text, audio, chapters or transcript of an episode.
func (d *listing) isSource(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	extensions := map[string][]string{"episode": {".md"}, "audio": {".mp3", ".m4a"}, "transcript": transcriptTypes}[stem]
	return d.byName[name] == nil && (slices.Contains(extensions, path.Ext(name)) || slices.Contains(chapterFiles, name))
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// file sets the path of a file that must exist inside the show's folder.
func file(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		name := path.Join(v.Dir, s)
		if outside(s) && !strings.HasPrefix(s, "../") || outside(name) || strings.Contains(s, `\`) {
			v.Reportf(rulePath, "copy the file into the folder and name it relative to "+orHere(v.Dir), "%s: %s leaves the show's folder", v.Name(), source.ShortQuote(s))
			return
		}
		if sourcefs.Hidden(name) {
			v.Reportf(rulePath, "name a file whose path has no part that starts with a dot", "%s: %s is hidden or in a hidden folder", v.Name(), source.ShortQuote(s))
			return
		}
		if !v.IsFile(name) {
			if reason := v.Refusal(name); reason != "" {
				if path.Dir(name) != v.Dir || !used(path.Base(name)) { // listing.refused reports the other files
					v.Reportf(ruleNotRead, "", "%s: %s is %s", v.Name(), source.ShortQuote(name), reason)
				}
				return
			}
			v.Reportf(ruleMissingFile, "", "%s: there is no file %s", v.Name(), source.ShortQuote(name))
			return
		}
		*p = name
	}
}

func orHere(dir string) string {
	if dir == "." {
		return "show.yaml"
	}
	return dir
}

// picture sets the path of a file in the show's folder, or the URL of a picture.
func picture(p *string) source.Setter {
	return func(v source.Value) {
		if strings.Contains(v.Node.Text, "://") {
			source.WebURL(p)(v)
		} else {
			file(p)(v)
		}
	}
}
